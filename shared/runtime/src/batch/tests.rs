#![allow(clippy::unwrap_used)]

use super::*;
use aws_lambda_events::sqs::SqsMessage;
use proptest::prelude::*;
use serde_json::json;

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

fn body(duty: &str) -> String {
    format!(r#"{{"v":1,"subject":"order/{ORDER}/state","duty":"{duty}"}}"#)
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
    let response = process(event(&bodies), async |message: Message| match message.duty.to_string().as_str() {
        "refund" => Err(app::Error::Outside("the provider is down".into())),
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
        let refund = messages.into_iter().filter(|message| message.duty == domain::duty::Duty::Refund);
        refund.map(|message| (message, app::Error::Outside("later".into()))).collect()
    })
    .await;
    assert_eq!(failed(&response), ["m1", "m2"]);
}

#[tokio::test]
async fn a_record_that_makes_a_batch_panic_fails_alone() {
    let bodies = [body("stock-deduction"), body("refund"), body("fulfillment-dispatch")];
    let response = process_together(event(&bodies), async |messages: Vec<Message>| {
        assert!(messages.iter().all(|message| message.duty != domain::duty::Duty::Refund), "a defect");
        Vec::new()
    })
    .await;
    assert_eq!(failed(&response), ["m1"]);
}

fn messages() -> Vec<serde_json::Value> {
    let of = |item: &str, duty: &str| json!({"v": 1, "subject": format!("order/{ORDER}/{item}"), "duty": duty, "trace": "Root=1-5"});
    vec![
        of("state", "stock-deduction"),
        of("return#01", "email:return-received"),
        of("email#fulfillment#01#shipped:P1", "email:shipped:P1"),
    ]
}

/// No record may end the process, because the other records of its batch would fail with it.
fn judge(body: &[u8]) {
    let (read, failed) = parse(event(&[String::from_utf8_lossy(body).into_owned(), self::body("refund")]));
    assert_eq!((read.len() + failed.len(), read.last().unwrap().0.as_str()), (2, "m1"));
    for (_, message) in read {
        let text = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&text).unwrap(), message);
    }
}

#[test]
fn a_record_with_any_one_value_hostile_is_a_message_or_fails_alone() {
    for message in messages() {
        hostile::each_edit(&message).for_each(|body| judge(&body));
    }
}

proptest! {
    #[test]
    fn a_hostile_record_is_a_message_or_fails_alone(body in hostile::json(messages())) {
        judge(&body);
    }
}
