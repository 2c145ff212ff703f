//! The event that a function receives for a batch.

use crate::{
    services::Message,
    template::{REGION, arn},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

pub(super) fn event(queue: &str, batch: &[Message]) -> Vec<u8> {
    let arn = arn("sqs", queue);
    let records: Vec<Value> = batch.iter().map(|message| record(&arn, message)).collect();
    json!({ "Records": records }).to_string().into_bytes()
}

fn record(arn: &str, message: &Message) -> Value {
    let attributes = message.message_attributes.iter().map(|(name, attribute)| {
        let mut value = json!({
            "dataType": attribute.data_type,
            "stringListValues": [],
            "binaryListValues": [],
        });
        if let Some(text) = &attribute.string_value {
            value["stringValue"] = json!(text);
        }
        if let Some(bytes) = &attribute.binary_value {
            value["binaryValue"] = json!(BASE64_STANDARD.encode(bytes));
        }
        (name.clone(), value)
    });
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": message.attributes,
        "messageAttributes": attributes.collect::<Map<_, _>>(),
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    })
}
