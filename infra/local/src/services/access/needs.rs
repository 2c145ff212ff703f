//! The permissions that a request needs. IAM's actions are not always the operation's name.
//!
//! - DynamoDB, transactions: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>
//! - SQS, batches: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>
//! - SES: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html>

use super::super::Service;
use crate::template::{Need, Secret, arn};
use serde::{Deserialize, de::IgnoredAny};
use std::collections::BTreeMap;

/// The fields of a request that decide its needs. All others are skipped, because every request of every function is
/// checked.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Subject {
    table_name: String,
    index_name: Option<String>,
    /// By table.
    #[allow(clippy::zero_sized_map_values)] // a set is read from a list
    request_items: BTreeMap<String, IgnoredAny>,
    /// Each by its kind: `Put`, `Update`, ….
    transact_items: Vec<BTreeMap<String, Part>>,
    queue_url: String,
    queue_name: Option<String>,
    source_arn: Option<String>,
    secret_id: String,
    from_email_address: String,
    configuration_set_name: Option<String>,
    content: Content,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Part {
    table_name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Content {
    raw: Option<IgnoredAny>,
    template: Option<IgnoredAny>,
}

pub(super) fn needs(service: Service, operation: &str, request: &Subject, secrets: &[Secret]) -> Vec<Need> {
    match service {
        Service::DynamoDb => dynamodb(operation, request),
        Service::Sqs => vec![sqs(operation, request)],
        Service::Ses => ses(operation, request),
        Service::SecretsManager => {
            let id = &request.secret_id;
            let arn = secrets.iter().find(|secret| secret.name == *id).map_or(id, |secret| &secret.arn);
            vec![Need::new(format!("secretsmanager:{operation}"), arn)]
        }
        Service::Sns => vec![Need::new(format!("sns:{operation}"), "*")],
        Service::Lambda => vec![Need::new(format!("lambda:{operation}"), "*")],
        Service::CloudFormation => vec![Need::new(format!("cloudformation:{operation}"), "*")],
    }
}

fn dynamodb(operation: &str, request: &Subject) -> Vec<Need> {
    let need = |operation: &str, table: &str| Need::new(format!("dynamodb:{operation}"), table_arn(table));
    match operation {
        "BatchGetItem" | "BatchWriteItem" => request.request_items.keys().map(|table| need(operation, table)).collect(),
        // Each part needs what it would need alone. The transaction itself has no action.
        "TransactWriteItems" | "TransactGetItems" => {
            let parts = request.transact_items.iter().flatten();
            parts.map(|(kind, part)| need(&format!("{kind}Item"), &part.table_name)).collect()
        }
        "ListTables" => vec![Need::new("dynamodb:ListTables", "*")],
        _ => {
            let mut need = need(operation, &request.table_name);
            if let Some(index) = &request.index_name {
                need.resource.extend(["/index/", index]);
            }
            vec![need]
        }
    }
}

/// The ARN of a table. DynamoDB also accepts an ARN as the table's name.
fn table_arn(table: &str) -> String {
    if table.starts_with("arn:") { table.to_owned() } else { arn("dynamodb", &format!("table/{table}")) }
}

fn sqs(operation: &str, request: &Subject) -> Need {
    // `SendMessageBatch` is allowed by `sqs:SendMessage`; an action for batches does not exist.
    let action = format!("sqs:{}", operation.strip_suffix("Batch").unwrap_or(operation));
    let queue = request.queue_url.rsplit('/').next().filter(|name| !name.is_empty());
    match queue.or(request.queue_name.as_deref()) {
        Some(name) => Need::new(action, arn("sqs", name)),
        None => Need::new(action, request.source_arn.as_deref().unwrap_or("*")),
    }
}

/// The ARNs of the sender's identity and of the configuration set. On AWS the identity is the verified address or its domain.
/// Nothing is verified here, so it is the address.
fn ses(operation: &str, request: &Subject) -> Vec<Need> {
    // The kind of content decides: `SendEmail` with a raw message needs `ses:SendRawEmail`.
    let operation = match &request.content {
        Content { raw: Some(_), .. } => "SendRawEmail",
        Content { template: Some(_), .. } => "SendTemplatedEmail",
        _ => operation,
    };
    let sender = request.from_email_address.as_str();
    // `Shop <orders@example.com>`
    let address = sender.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(sender, |(inner, _)| inner);
    let identity = Some(format!("identity/{address}"));
    let set = request.configuration_set_name.as_ref().map(|name| format!("configuration-set/{name}"));
    let need = |resource: String| Need {
        from_address: Some(address.to_owned()),
        ..Need::new(format!("ses:{operation}"), arn("ses", &resource))
    };
    identity.into_iter().chain(set).map(need).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;

    fn subject(request: &Value) -> Subject {
        Subject::deserialize(request).unwrap()
    }

    /// `action resource`, of this region and account.
    fn asked(service: Service, operation: &str, request: &Value) -> Vec<String> {
        let secrets = [Secret { name: "Key".to_owned(), arn: arn("secretsmanager", "secret:Key-local0") }];
        let needs = needs(service, operation, &subject(request), &secrets);
        let mut needs: Vec<_> = needs.iter().map(|need| format!("{} {}", need.action, need.resource)).collect();
        needs.sort();
        needs
    }

    fn on(service: &str, action: &str, resource: &str) -> String {
        format!("{service}:{action} {}", arn(service, resource))
    }

    #[test]
    fn each_operation_needs_the_actions_that_iam_asks_for() {
        let table = |action: &str, table: &str| on("dynamodb", action, &format!("table/{table}"));
        let queue = |action: &str| on("sqs", action, "Work");
        let url = json!({ "QueueUrl": "http://127.0.0.1:4566/000000000000/Work" });
        let secret = on("secretsmanager", "GetSecretValue", "secret:Key-local0");
        let sender = |action: &str| on("ses", action, "identity/a@example.com");
        let transaction = json!({ "TransactItems": [
            { "Put": { "TableName": "A" } },
            { "Update": { "TableName": "B" } },
            { "Delete": { "TableName": "C" } },
            { "ConditionCheck": { "TableName": "D" } },
        ] });
        let gets = json!({ "TransactItems": [{ "Get": { "TableName": "A" } }] });
        for (service, operation, request, expected) in [
            (Service::DynamoDb, "PutItem", json!({ "TableName": "A" }), vec![table("PutItem", "A")]),
            (
                Service::DynamoDb,
                "GetItem",
                json!({ "TableName": arn("dynamodb", "table/A") }),
                vec![table("GetItem", "A")],
            ),
            (
                Service::DynamoDb,
                "Query",
                json!({ "TableName": "A", "IndexName": "due" }),
                vec![table("Query", "A/index/due")],
            ),
            (
                Service::DynamoDb,
                "BatchGetItem",
                json!({ "RequestItems": { "A": {}, "B": {} } }),
                vec![table("BatchGetItem", "A"), table("BatchGetItem", "B")],
            ),
            (
                Service::DynamoDb,
                "TransactWriteItems",
                transaction,
                vec![
                    table("ConditionCheckItem", "D"),
                    table("DeleteItem", "C"),
                    table("PutItem", "A"),
                    table("UpdateItem", "B"),
                ],
            ),
            (Service::DynamoDb, "TransactGetItems", gets, vec![table("GetItem", "A")]),
            (Service::DynamoDb, "ListTables", json!({}), vec!["dynamodb:ListTables *".to_owned()]),
            (Service::Sqs, "SendMessage", url.clone(), vec![queue("SendMessage")]),
            (Service::Sqs, "SendMessageBatch", url.clone(), vec![queue("SendMessage")]),
            (Service::Sqs, "DeleteMessageBatch", url, vec![queue("DeleteMessage")]),
            (Service::Sqs, "GetQueueUrl", json!({ "QueueName": "Work" }), vec![queue("GetQueueUrl")]),
            (
                Service::Sqs,
                "StartMessageMoveTask",
                json!({ "SourceArn": arn("sqs", "Work") }),
                vec![queue("StartMessageMoveTask")],
            ),
            (Service::Sqs, "ListQueues", json!({}), vec!["sqs:ListQueues *".to_owned()]),
            (
                Service::Ses,
                "SendEmail",
                json!({ "FromEmailAddress": "Shop <a@example.com>", "Content": { "Simple": {} } }),
                vec![sender("SendEmail")],
            ),
            (
                Service::Ses,
                "SendEmail",
                json!({ "FromEmailAddress": "a@example.com", "Content": { "Raw": {} } }),
                vec![sender("SendRawEmail")],
            ),
            (
                Service::Ses,
                "SendEmail",
                json!({ "FromEmailAddress": "a@example.com", "ConfigurationSetName": "Set" }),
                vec![on("ses", "SendEmail", "configuration-set/Set"), sender("SendEmail")],
            ),
            (Service::SecretsManager, "GetSecretValue", json!({ "SecretId": "Key" }), vec![secret.clone()]),
            (
                Service::SecretsManager,
                "GetSecretValue",
                json!({ "SecretId": arn("secretsmanager", "secret:Key-local0") }),
                vec![secret],
            ),
        ] {
            assert_eq!(asked(service, operation, &request), expected, "{operation} {request}");
        }
    }

    #[test]
    fn a_sender_is_known_by_address_alone() {
        for (from, address) in [("a@example.com", "a@example.com"), ("\"A <b>\" <a@example.com>", "a@example.com")] {
            let sent = subject(&json!({ "FromEmailAddress": from }));
            assert_eq!(ses("SendEmail", &sent)[0].from_address.as_deref(), Some(address));
        }
    }
}
