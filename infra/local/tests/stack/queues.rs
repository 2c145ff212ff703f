use crate::{Fixture, eventually, template};
use orderly_local::{
    Ports, Triggers,
    backing::{Backing, BackingOptions},
    event_source::Retry,
    lambda::{Invoker, Remote},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, time::timeout};

const QUEUE: &str = "WorkQueue";
const DEAD_LETTERS: &str = "WorkDeadLetters";

async fn send(fixture: &Fixture, body: &Value) {
    fixture.stack.sqs().send(QUEUE, body.to_string()).await.unwrap();
}

async fn until_empty(fixture: &Fixture) {
    eventually("the queue is empty", async || {
        let depth = fixture.stack.sqs().depth(QUEUE).await.unwrap();
        (depth.visible + depth.in_flight + depth.delayed == 0).then_some(())
    })
    .await;
}

async fn dead(fixture: &Fixture) -> u64 {
    fixture.stack.sqs().depth(DEAD_LETTERS).await.unwrap().visible
}

#[tokio::test]
async fn messages_come_in_batches_within_the_window() {
    let fixture = Fixture::start().await;
    for n in 0..25 {
        send(&fixture, &json!({ "n": n })).await;
    }
    until_empty(&fixture).await;
    let batches = fixture.logged("worker", "batch");
    let mut sizes: Vec<usize> = batches.iter().map(|batch| batch["bodies"].as_array().unwrap().len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes.iter().sum::<usize>(), 25);
    assert_eq!(sizes.last(), Some(&20), "{sizes:?}");

    let record = &batches[0]["first"];
    for field in ["messageId", "receiptHandle", "md5OfBody"] {
        assert!(!record[field].as_str().unwrap().is_empty(), "{field}");
    }
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(record["eventSourceARN"], "arn:aws:sqs:us-east-1:000000000000:WorkQueue");
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert!(record["attributes"]["SentTimestamp"].is_string());
    assert_eq!(record["messageAttributes"], json!({}));
}

#[tokio::test]
async fn only_the_messages_that_failed_come_again_and_then_are_dead() {
    let fixture = Fixture::start().await;
    for body in [json!({ "n": 1 }), json!({ "do": "fail" }), json!({ "n": 2 }), json!({ "do": "fail-once" })] {
        send(&fixture, &body).await;
    }
    eventually("the poison message is dead", async || (dead(&fixture).await == 1).then_some(())).await;
    until_empty(&fixture).await;
    let batches = fixture.logged("worker", "batch");
    let times = |body: &Value| {
        let bodies = batches.iter().flat_map(|batch| batch["bodies"].as_array().unwrap());
        let body = Value::from(body.to_string());
        bodies.filter(|seen| **seen == body).count()
    };
    assert_eq!(times(&json!({ "n": 1 })), 1);
    assert_eq!(times(&json!({ "n": 2 })), 1);
    assert_eq!(times(&json!({ "do": "fail" })), 2);
    assert_eq!(times(&json!({ "do": "fail-once" })), 2);
}

#[tokio::test]
async fn a_killed_function_loses_no_message() {
    let fixture = Fixture::start().await;
    send(&fixture, &json!({ "do": "exit-once" })).await;
    send(&fixture, &json!({ "n": 1 })).await;
    until_empty(&fixture).await;
    assert_eq!(fixture.logged("worker", "batch").len(), 2);
    assert_eq!(dead(&fixture).await, 0);
}

#[tokio::test]
async fn batches_run_at_once_up_to_the_limit() {
    let fixture = Fixture::start().await;
    let start = Instant::now();
    // Each batch is full at once, so the window does not matter.
    for _ in 0..80 {
        send(&fixture, &json!({ "do": "sleep", "millis": 25 })).await;
    }
    until_empty(&fixture).await;
    assert!(start.elapsed() >= Duration::from_millis(900), "four batches of 500 ms, two at once");
    assert_eq!(fixture.stack.lambda().counters()["worker"].cold_starts, 2);
}

#[tokio::test]
async fn the_visibility_timeout_can_be_waited_for() {
    let fixture = Fixture::start_with(|options| options.retry = Retry::VisibilityTimeout).await;
    send(&fixture, &json!({ "do": "fail-once" })).await;
    eventually("one failure", async || (fixture.stack.lambda().counters()["worker"].invocations == 1).then_some(()))
        .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let depth = fixture.stack.sqs().depth(QUEUE).await.unwrap();
    assert_eq!((depth.visible, depth.in_flight), (0, 1));
}

/// The services alone. Their functions run elsewhere.
async fn services_for(functions: &str) -> (Backing, Triggers) {
    let backing = Backing::start(BackingOptions {
        template: template(),
        data_dir: None,
        ports: Ports::default(),
        api_url: "http://127.0.0.1:1".to_owned(),
        parameters: BTreeMap::new(),
        links: Vec::new(),
    });
    let (backing, triggers) = (backing.await.unwrap(), Triggers::default());
    let invoker = Invoker::Remote(Remote::new(functions));
    triggers.start_queues(&backing.system, backing.services.sqs(), &invoker, Retry::default());
    (backing, triggers)
}

async fn until_in_flight(backing: &Backing) {
    let sqs = backing.services.sqs();
    eventually("a delivery", async || (sqs.depth(QUEUE).await.unwrap().in_flight == 1).then_some(())).await;
}

#[tokio::test]
async fn messages_can_go_to_functions_elsewhere() {
    let elsewhere = Fixture::start().await;
    let (backing, triggers) = services_for(elsewhere.stack.invoke_url()).await;
    let sqs = backing.services.sqs();
    sqs.send(QUEUE, r#"{"n":1}"#).await.unwrap();
    eventually("the batch", async || elsewhere.logged("worker", "batch").pop()).await;

    // The API does not answer, so the message stays.
    elsewhere.stack.shutdown().await;
    sqs.send(QUEUE, r#"{"n":2}"#).await.unwrap();
    until_in_flight(&backing).await;
    triggers.shutdown().await;
    backing.shutdown().await;
}

#[tokio::test]
async fn a_batch_that_is_open_when_polling_fails_still_goes_to_the_function() {
    let elsewhere = Fixture::start().await;
    let (backing, triggers) = services_for(elsewhere.stack.invoke_url()).await;
    backing.services.sqs().send(QUEUE, "{}").await.unwrap();
    // The message waits out the batching window of one second. Then its queue is gone.
    until_in_flight(&backing).await;
    backing.services.shutdown().await;
    eventually("the batch", async || elsewhere.logged("worker", "batch").pop()).await;
    triggers.shutdown().await;
}

#[tokio::test]
async fn functions_elsewhere_that_never_answer_hold_up_no_shutdown() {
    // Connections stay in the socket's backlog forever.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (backing, triggers) = services_for(&format!("http://{}", silent.local_addr().unwrap())).await;
    backing.services.sqs().send(QUEUE, "{}").await.unwrap();
    let _invocation = silent.accept().await.unwrap();
    timeout(Duration::from_secs(20), triggers.shutdown()).await.unwrap();
    backing.shutdown().await;
}
