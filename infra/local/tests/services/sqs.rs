use super::{dead_letter, sdk, start};
use aws_sdk_sqs::{
    Client,
    types::{
        DeleteMessageBatchRequestEntry, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
    },
};
use orderly_local::services::{QueueDepth, QueueError};
use std::time::Duration;

#[tokio::test]
async fn the_clients_and_the_handle_see_the_same_queue() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let url = client.get_queue_url().queue_name("Work").send().await.unwrap().queue_url.unwrap();
    assert_eq!(url, services.sqs().url("Work"));

    let entry = |id: &str| {
        let entry = SendMessageBatchRequestEntry::builder().id(id).message_body(format!("body {id}"));
        entry.message_group_id("channel-1").build().unwrap()
    };
    let sent = client.send_message_batch().queue_url(&url).entries(entry("a")).entries(entry("b"));
    assert!(sent.send().await.unwrap().failed().is_empty());
    client.send_message().queue_url(&url).message_body("c").message_group_id("g").send().await.unwrap();

    let received = services.sqs().receive("Work", 10, Duration::from_secs(1)).await.unwrap();
    let bodies: Vec<_> = received.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(bodies, ["body a", "body b", "c"]);
    assert_eq!(received[0].attributes["ApproximateReceiveCount"], "1");
    let depth = QueueDepth { visible: 0, in_flight: 3, delayed: 0 };
    assert_eq!(services.sqs().depth("Work").await.unwrap(), depth);
    let handles: Vec<_> = received.into_iter().map(|message| message.receipt_handle).collect();
    services.sqs().delete_batch("Work", &handles).await.unwrap();
    assert_eq!(services.sqs().depth("Work").await.unwrap(), QueueDepth::default());
}

#[tokio::test]
async fn a_poll_waits_for_a_message() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let url = services.sqs().url("Work");
    let poll = client.receive_message().queue_url(&url).wait_time_seconds(20);
    let poll = poll.message_system_attribute_names(MessageSystemAttributeName::All).send();
    let send = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        services.sqs().send("Work", "hello").await.unwrap()
    };
    let (received, id) = tokio::join!(poll, send);
    let message = received.unwrap().messages.unwrap().remove(0);
    assert_eq!(message.message_id, Some(id));
    assert_eq!(message.body.as_deref(), Some("hello"));

    let entry = DeleteMessageBatchRequestEntry::builder().id("0").receipt_handle(message.receipt_handle.unwrap());
    let delete = client.delete_message_batch().queue_url(&url).entries(entry.build().unwrap());
    assert!(delete.send().await.unwrap().failed().is_empty());
    let meter = services.meter();
    assert_eq!(meter.requests["SQS.ReceiveMessage"], 1);
    assert_eq!(meter.requests["SQS.DeleteMessageBatch"], 1);
}

#[tokio::test]
async fn dead_letters_can_be_looked_at_and_sent_back() {
    let services = start().await;
    dead_letter(&services, "poison").await;
    let sqs = services.sqs();
    for _ in 1..=2 {
        let letters = sqs.dead_letters("DeadLetters").await.unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].message.body, "poison");
        assert_eq!(letters[0].message.attributes.get("ApproximateReceiveCount"), None, "looking is not counted");
    }
    assert_eq!(sqs.depth("DeadLetters").await.unwrap().visible, 1);
    assert_eq!(sqs.redrive("DeadLetters").await.unwrap(), 1);
    assert_eq!(sqs.depth("DeadLetters").await.unwrap(), QueueDepth::default());
    let back = sqs.receive("Work", 10, Duration::from_secs(1)).await.unwrap();
    assert_eq!(back[0].body, "poison");
    assert_eq!(back[0].attributes["ApproximateReceiveCount"], "1");
}

#[tokio::test]
async fn a_letter_of_unknown_origin_stays_where_it_is() {
    let services = start().await;
    services.sqs().send("DeadLetters", "stray").await.unwrap();
    let error = services.sqs().redrive("DeadLetters").await.unwrap_err();
    assert!(matches!(error, QueueError::NoSource { .. }), "{error}");
    assert_eq!(services.sqs().depth("DeadLetters").await.unwrap().visible, 1);
}

#[tokio::test]
async fn the_api_moves_dead_letters_too() {
    let services = start().await;
    dead_letter(&services, "poison").await;
    let client = Client::new(&sdk(&services));
    let url = services.sqs().url("DeadLetters");
    let sources = client.list_dead_letter_source_queues().queue_url(&url).send().await.unwrap();
    assert_eq!(sources.queue_urls(), [services.sqs().url("Work")]);

    let attributes = client.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::QueueArn);
    let attributes = attributes.send().await.unwrap().attributes.unwrap();
    let arn = attributes[&QueueAttributeName::QueueArn].clone();
    client.start_message_move_task().source_arn(&arn).send().await.unwrap();
    let tasks = client.list_message_move_tasks().source_arn(&arn).send().await.unwrap();
    assert_eq!(tasks.results()[0].status(), Some("COMPLETED"));
    assert_eq!(tasks.results()[0].approximate_number_of_messages_moved(), 1);
    assert_eq!(services.sqs().depth("Work").await.unwrap().visible, 1);
}

#[tokio::test]
async fn a_receive_count_may_be_text() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:DeadLetters","maxReceiveCount":"3"}"#;
    let request = client.create_queue().queue_name("More");
    request.attributes(QueueAttributeName::RedrivePolicy, policy).send().await.unwrap();
}

#[tokio::test]
async fn an_unknown_queue_is_an_error_that_clients_know() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let send = client.send_message().queue_url(services.sqs().url("Nowhere")).message_body("x");
    let error = send.send().await.unwrap_err().into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
    let error = services.sqs().depth("Nowhere").await.unwrap_err();
    assert_eq!(error.to_string(), "there is no queue Nowhere");
}
