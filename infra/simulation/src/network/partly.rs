//! Requests of several parts, of which some are carried out.

use super::{Network, Wire, respond};
use crate::invocation::Invocation;
use axum::body::Bytes;
use http::Response;
use serde_json::{Value, json};

impl Network {
    /// Carries out only a part of the request.
    pub(super) async fn partly(&self, wire: &Wire, invocation: &Invocation) -> Response<Bytes> {
        let part = match wire.operation.as_str() {
            "SQS.SendMessageBatch" => without_a_message(wire.json()),
            "DynamoDB.BatchGetItem" => without_an_entry(wire.json(), "Keys", "UnprocessedKeys"),
            "DynamoDB.BatchWriteItem" => without_an_entry(wire.json(), "", "UnprocessedItems"),
            // The index is not up to date yet.
            "DynamoDB.Query" if wire.json().get("IndexName").is_some() => {
                return respond(200, &json!({ "Items": [], "Count": 0, "ScannedCount": 0 }));
            }
            _ => None,
        };
        let Some(Part { request, told, left }) = part else { return self.carry_out(wire, Some(invocation)).await };
        let mut answer = self.carry_out_json(wire, &request, invocation).await;
        answer[told] = left;
        respond(200, &answer)
    }
}

/// What is carried out of a request, and where its answer tells what is left.
struct Part {
    request: Value,
    told: &'static str,
    left: Value,
}

/// The first message is not sent.
fn without_a_message(mut request: Value) -> Option<Part> {
    let entries = request["Entries"].as_array_mut().filter(|entries| entries.len() > 1)?;
    let left = json!([{ "Id": entries.remove(0)["Id"], "Code": "InternalError", "SenderFault": false }]);
    Some(Part { request, told: "Failed", left })
}

/// The last key of a table is not read, or its last item is not written. `within` names where the entries are in what is asked
/// of the table, if they are not all of it.
fn without_an_entry(mut request: Value, within: &str, told: &'static str) -> Option<Part> {
    let (table, wanted) = request["RequestItems"].as_object_mut()?.iter_mut().next()?;
    let (table, mut rest) = (table.clone(), wanted.clone());
    let path = if within.is_empty() { String::new() } else { format!("/{within}") };
    let entries = wanted.pointer_mut(&path)?.as_array_mut().filter(|entries| entries.len() > 1)?;
    *rest.pointer_mut(&path)? = json!([entries.pop()?]);
    Some(Part { request, told, left: json!({ table: rest }) })
}
