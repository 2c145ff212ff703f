#![allow(clippy::unwrap_used)]

use super::*;
use aws_lambda_events::sqs::SqsMessage;

const ORDER: &str = "ord_aaaaaaaaaaaaaaaaaaaaaaaaaa";

fn event(bodies: &[String]) -> SqsEvent {
    let record = |(n, body): (usize, &String)| {
        let mut message = SqsMessage::default();
        message.message_id = Some(format!("m{n}"));
        message.body = Some(body.clone());
        message
    };
    let mut event = SqsEvent::default();
    event.records = bodies.iter().enumerate().map(record).collect();
    event
}

fn body(hop: &str) -> String {
    format!(r#"{{"v":1,"order":"{ORDER}","item":"head","hop":"{hop}"}}"#)
}

fn failed(response: &SqsBatchResponse) -> Vec<&str> {
    response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
}

#[tokio::test]
async fn a_record_that_fails_panics_or_is_unreadable_fails_alone() {
    let other_version = body("refund").replace(r#""v":1"#, r#""v":2"#);
    let bodies = [
        body("stock-deduction"),
        body("refund"),
        "garbage".into(),
        body("fly"),
        other_version,
        body("warehouse-notice"),
    ];
    let response = process(event(&bodies), async |message: Message| match message.hop.to_string().as_str() {
        "refund" => Err(RecordError::Outside("the provider is down".into())),
        "warehouse-notice" => panic!("a defect"),
        _ => Ok(()),
    })
    .await;
    assert_eq!(failed(&response), ["m1", "m2", "m3", "m4", "m5"]);
}

#[tokio::test]
async fn a_batch_worked_on_together_reports_only_what_was_left_undone() {
    let bodies = [body("stock-deduction"), body("refund"), "garbage".into()];
    let response = process_together(event(&bodies), async |messages| {
        assert_eq!(messages.len(), 2);
        let refund = messages.into_iter().filter(|message| message.hop == crate::domain::duty::Duty::Refund);
        refund.map(|message| (message, RecordError::Outside("later".into()))).collect()
    })
    .await;
    assert_eq!(failed(&response), ["m1", "m2"]);
}

#[tokio::test]
async fn a_record_that_makes_a_batch_panic_fails_alone() {
    let bodies = [body("stock-deduction"), body("refund"), body("fulfillment-dispatch")];
    let response = process_together(event(&bodies), async |messages: Vec<Message>| {
        assert!(messages.iter().all(|message| message.hop != crate::domain::duty::Duty::Refund), "a defect");
        Vec::new()
    })
    .await;
    assert_eq!(failed(&response), ["m1"]);
}
