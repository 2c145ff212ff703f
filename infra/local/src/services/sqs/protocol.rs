//! SQS over HTTP: the JSON protocol, with corrections where the emulator differs from AWS.

use super::{Sqs, dead_letters::MoveTask};
use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use rustack_sqs_model::{
    error::{SqsError, SqsErrorCode},
    input::{
        CreateQueueInput, ListDeadLetterSourceQueuesInput, ListMessageMoveTasksInput, SendMessageBatchInput,
        SendMessageInput, SetQueueAttributesInput, StartMessageMoveTaskInput,
    },
    types::ListMessageMoveTasksResultEntry,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::HashMap;

impl Sqs {
    pub(in crate::services) async fn handle(&self, caller: &str, operation: &str, body: &[u8]) -> Response {
        if operation != "ReceiveMessage" {
            self.counters.count(caller, "SQS", operation);
        }
        match self.answer(operation, body).await {
            Ok(answer) => {
                if operation == "ReceiveMessage" && answer["Messages"].is_array() {
                    self.counters.count(caller, "SQS", operation);
                }
                respond(StatusCode::OK, &answer)
            }
            Err(error) => {
                let header = [("x-amzn-query-error", error.code.query_error_header())];
                let body = json!({"__type": error_type(error.code), "message": error.message});
                (header, respond(error.code.status_code(), &body)).into_response()
            }
        }
    }

    async fn answer(&self, operation: &str, body: &[u8]) -> Result<Value, SqsError> {
        let sqs = &self.provider;
        match operation {
            "SendMessage" => {
                let mut input: SendMessageInput = parse(body)?;
                input.message_group_id = None;
                to_value(sqs.send_message(input).await?)
            }
            "SendMessageBatch" => {
                let mut input: SendMessageBatchInput = parse(body)?;
                // On a standard queue the group only makes delivery fair, and delivery on one machine is always fair.
                input.entries.iter_mut().for_each(|entry| entry.message_group_id = None);
                to_value(sqs.send_message_batch(input).await?)
            }
            "ReceiveMessage" => to_value(sqs.receive_message(parse(body)?).await?),
            "DeleteMessage" => to_value(sqs.delete_message(parse(body)?).await?),
            "DeleteMessageBatch" => to_value(sqs.delete_message_batch(parse(body)?).await?),
            "ChangeMessageVisibility" => to_value(sqs.change_message_visibility(parse(body)?).await?),
            "ChangeMessageVisibilityBatch" => to_value(sqs.change_message_visibility_batch(parse(body)?).await?),
            "PurgeQueue" => to_value(sqs.purge_queue(parse(body)?).await?),
            "GetQueueUrl" => to_value(sqs.get_queue_url(parse(body)?).await?),
            "GetQueueAttributes" => to_value(sqs.get_queue_attributes(parse(body)?).await?),
            "ListQueues" => to_value(sqs.list_queues(parse(body)?).await?),
            "CreateQueue" => {
                let mut input: CreateQueueInput = parse(body)?;
                mend_redrive_policy(&mut input.attributes);
                to_value(sqs.create_queue(input).await?)
            }
            "SetQueueAttributes" => {
                let mut input: SetQueueAttributesInput = parse(body)?;
                mend_redrive_policy(&mut input.attributes);
                to_value(sqs.set_queue_attributes(input).await?)
            }
            "ListDeadLetterSourceQueues" => {
                let input: ListDeadLetterSourceQueuesInput = parse(body)?;
                let output = sqs.list_dead_letter_source_queues(input).await?;
                // This is the only answer of SQS whose list begins with a lower-case letter.
                Ok(json!({"queueUrls": output.queue_urls, "NextToken": output.next_token}))
            }
            "StartMessageMoveTask" => {
                let input: StartMessageMoveTaskInput = parse(body)?;
                let handle = self.start_move(input.source_arn, input.destination_arn).await;
                Ok(json!({"TaskHandle": handle}))
            }
            "ListMessageMoveTasks" => {
                let input: ListMessageMoveTasksInput = parse(body)?;
                let limit = usize::try_from(input.max_results.unwrap_or(1)).unwrap_or(1);
                let tasks = self.moves_from(&input.source_arn).into_iter().take(limit);
                Ok(json!({"Results": tasks.map(entry).collect::<Vec<_>>()}))
            }
            _ => Err(SqsError::new(
                SqsErrorCode::UnsupportedOperation,
                format!("the local stack does not offer AmazonSQS.{operation}"),
            )),
        }
    }
}

fn entry(task: MoveTask) -> ListMessageMoveTasksResultEntry {
    let moved = task.outcome.as_ref().copied().unwrap_or_default();
    ListMessageMoveTasksResultEntry {
        status: Some(if task.outcome.is_ok() { "COMPLETED" } else { "FAILED" }.to_owned()),
        source_arn: Some(task.source_arn),
        destination_arn: task.destination_arn,
        approximate_number_of_messages_moved: i64::try_from(moved).ok(),
        started_timestamp: Some(task.started.as_millisecond()),
        failure_reason: task.outcome.err(),
        // AWS names the handle only for a running task.
        ..ListMessageMoveTasksResultEntry::default()
    }
}

/// Makes `maxReceiveCount` a number, as the emulator needs. AWS also accepts `"5"`, which CloudFormation writes.
fn mend_redrive_policy(attributes: &mut HashMap<String, String>) {
    let Some(text) = attributes.get_mut("RedrivePolicy") else {
        return;
    };
    let Ok(mut policy) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let count = policy["maxReceiveCount"].as_str().and_then(|count| count.parse::<u32>().ok());
    if let Some(count) = count {
        policy["maxReceiveCount"] = count.into();
        *text = policy.to_string();
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    serde_json::from_slice(body).map_err(|error| SqsError::missing_parameter(error.to_string()))
}

fn to_value(output: impl Serialize) -> Result<Value, SqsError> {
    serde_json::to_value(output).map_err(|error| SqsError::internal_error(error.to_string()))
}

fn respond(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.0")], body.to_string()).into_response()
}

/// The JSON protocol has its own name for the error that the SDKs know best.
fn error_type(code: SqsErrorCode) -> &'static str {
    match code {
        SqsErrorCode::NonExistentQueue => "com.amazonaws.sqs#QueueDoesNotExist",
        _ => code.error_type(),
    }
}
