//! A function for the tests of the local stack, with the real Lambda runtime. It behaves according to its name, so that
//! one binary plays every function of `tests/stack/template.yaml`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use std::{env, process, time::Duration};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let name = env::var("AWS_LAMBDA_FUNCTION_NAME")?;
    if name == "stillborn" {
        return Err("the variable TABLE is missing".into());
    }
    println!(r#"{{"level":"INFO","message":"ready"}}"#);
    lambda_runtime::run(service_fn(|event| handle(&name, event))).await
}

async fn handle(name: &str, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let LambdaEvent { payload, context } = event;
    match name {
        "worker" => work(&payload).await,
        "guard" => guard(&payload),
        "mirror" => Ok(mirror(&payload)),
        _ => obey(&payload, context).await,
    }
}

/// Answers as the request's body says, or with the event that it got.
fn mirror(event: &Value) -> Value {
    let body = event["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok());
    let answer = body.and_then(|body| body.get("answer").cloned());
    answer.unwrap_or_else(|| json!({ "statusCode": 200, "body": event.to_string() }))
}

/// Does what the event says.
async fn obey(event: &Value, context: lambda_runtime::Context) -> Result<Value, Error> {
    let event = match event["body"].as_str() {
        Some(body) => &serde_json::from_str::<Value>(body)?,
        None => event,
    };
    match event["do"].as_str() {
        Some("sleep") => pause(event).await,
        Some("exit") => process::exit(3),
        Some("abort") => process::abort(),
        Some("fail") => return Err("as you wish".into()),
        Some("large") => return Ok(json!("x".repeat(7 * 1024 * 1024))),
        _ => {}
    }
    Ok(json!({
        "event": event,
        "pid": process::id(),
        "environment": env::vars().collect::<std::collections::BTreeMap<_, _>>(),
        "deadline": context.deadline,
        "trace": context.xray_trace_id,
        "arn": context.invoked_function_arn,
    }))
}

/// Fails and reports the messages that request it.
async fn work(event: &Value) -> Result<Value, Error> {
    let mut failures = Vec::new();
    let records = event["Records"].as_array().ok_or("no records")?;
    let bodies: Vec<&str> = records.iter().filter_map(|record| record["body"].as_str()).collect();
    println!("{}", json!({ "level": "INFO", "message": "batch", "bodies": bodies, "first": records[0] }));
    for record in records {
        let body: Value = serde_json::from_str(record["body"].as_str().unwrap_or_default()).unwrap_or_default();
        let received = record["attributes"]["ApproximateReceiveCount"].as_str().unwrap_or_default();
        match body["do"].as_str() {
            Some("sleep") => pause(&body).await,
            Some("exit") => process::exit(3),
            Some("exit-once") if received == "1" => process::exit(3),
            Some("fail") => {
                let id = &record["messageId"];
                println!(
                    "{}",
                    json!({ "level": "WARN", "message": "a record failed", "record": id, "error": "as you wish" })
                );
                failures.push(json!({ "itemIdentifier": id }));
            }
            Some("fail-once") if received == "1" => {
                failures.push(json!({ "itemIdentifier": record["messageId"] }));
            }
            _ => {}
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}

fn guard(event: &Value) -> Result<Value, Error> {
    println!("{}", json!({ "level": "INFO", "message": "asked", "event": event }));
    match event["identitySource"][0].as_str() {
        Some("Bearer good") => Ok(json!({ "isAuthorized": true, "context": { "role": "operator" } })),
        Some("Bearer broken") => Err("no answer".into()),
        Some("Bearer odd") => Ok(json!({ "allowed": true })),
        _ => Ok(json!({ "isAuthorized": false })),
    }
}

async fn pause(event: &Value) {
    println!(r#"{{"level":"INFO","message":"pausing"}}"#);
    let millis = event["millis"].as_u64().unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
