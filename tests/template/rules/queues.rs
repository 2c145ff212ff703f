//! Rules of queues and their consumers.

use crate::{
    Edit::{Remove, Set},
    Violations, law,
    template::{QUEUE, Template, referent},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The consumed queues: function, queue, the mapping's properties.
fn consumed(template: &Template) -> impl Iterator<Item = (&str, &str, &Value)> {
    template
        .events("SQS")
        .map(|(function, _, mapping)| (function, referent(&mapping["Queue"]).unwrap_or("no queue"), mapping))
}

/// The dead-letter queue of `queue`.
pub(crate) fn dead_letters_of<'a>(template: &'a Template, queue: &str) -> Option<&'a str> {
    referent(&template.properties(queue)["RedrivePolicy"]["deadLetterTargetArn"]).filter(|id| template.is(id, QUEUE))
}

fn dead_letters(template: &Template) -> Violations {
    let mut owners = BTreeMap::new();
    let mut violations = Violations::new();
    for (_, queue, _) in consumed(template) {
        match dead_letters_of(template, queue) {
            None => violations.push(format!("{queue} has no dead-letter queue")),
            Some(target) if target == queue => violations.push(format!("{queue} feeds itself")),
            Some(target) => {
                if let Some(other) = owners.insert(target, queue) {
                    violations.push(format!("{queue} shares {target} with {other}"));
                }
            }
        }
    }
    violations
}

#[test]
fn every_consumed_queue_has_a_dead_letter_queue_of_its_own() {
    let target = "/Resources/RefundsQueue/Properties/RedrivePolicy/deadLetterTargetArn";
    law(
        dead_letters,
        &[
            (Remove("/Resources/RefundsQueue/Properties/RedrivePolicy"), "RefundsQueue"),
            (Set(target, json!({ "Fn::GetAtt": ["StockDeductionDeadLetters", "Arn"] })), "shares"),
            (Set(target, json!({ "Fn::GetAtt": ["RefundsQueue", "Arn"] })), "feeds itself"),
            (Set(target, json!({ "Fn::GetAtt": ["OrdersTable", "Arn"] })), "RefundsQueue"),
        ],
    );
}

/// Fewer than five receipts would make a dead letter of a message that was only throttled. Many more would retry a
/// poison message for hours.
fn receive_counts(template: &Template) -> Violations {
    consumed(template)
        .map(|(_, queue, _)| (queue, &template.properties(queue)["RedrivePolicy"]["maxReceiveCount"]))
        .filter(|(_, count)| !count.as_u64().is_some_and(|count| (5..=10).contains(&count)))
        .map(|(queue, count)| format!("{queue} gives up after {count} receipts"))
        .collect()
}

#[test]
fn a_message_is_tried_five_to_ten_times() {
    let count = "/Resources/RefundsQueue/Properties/RedrivePolicy/maxReceiveCount";
    law(
        receive_counts,
        &[
            (Set(count, json!(1)), "RefundsQueue"),
            (Set(count, json!(100)), "RefundsQueue"),
            (Remove(count), "RefundsQueue"),
        ],
    );
}

fn visibility(template: &Template) -> Violations {
    consumed(template)
        .filter_map(|(function, queue, mapping)| {
            let timeout = template.setting(function, "Timeout").as_u64().unwrap_or(u64::MAX / 6);
            let window = mapping["MaximumBatchingWindowInSeconds"].as_u64().unwrap_or(0);
            let needed = timeout.saturating_mul(6).saturating_add(window);
            // SQS's own default is 30 s.
            let hidden = template.properties(queue)["VisibilityTimeout"].as_u64().unwrap_or(30);
            (hidden < needed).then(|| format!("{queue} hides for {hidden} s, not {needed} s"))
        })
        .collect()
}

#[test]
fn a_message_is_hidden_for_six_timeouts_and_the_batching_window() {
    let window = "/Resources/StockDeductionFunction/Properties/Events/Queue/Properties\
                  /MaximumBatchingWindowInSeconds";
    law(
        visibility,
        &[
            (Set("/Resources/RefundsQueue/Properties/VisibilityTimeout", json!(359)), "RefundsQueue"),
            (Remove("/Resources/RefundsQueue/Properties/VisibilityTimeout"), "RefundsQueue"),
            (Set("/Resources/RefundsFunction/Properties/Timeout", json!(61)), "RefundsQueue"),
            (Set(window, json!(2)), "StockDeductionQueue"),
        ],
    );
}

fn partial_failures(template: &Template) -> Violations {
    consumed(template)
        .filter(|(_, _, mapping)| mapping["FunctionResponseTypes"] != json!(["ReportBatchItemFailures"]))
        .map(|(function, ..)| format!("{function} fails its whole batch for one record"))
        .collect()
}

#[test]
fn a_consumer_reports_the_records_that_failed() {
    law(
        partial_failures,
        &[(
            Remove("/Resources/RefundsFunction/Properties/Events/Queue/Properties/FunctionResponseTypes"),
            "RefundsFunction",
        )],
    );
}

fn one_consumer(template: &Template) -> Violations {
    let dead: Vec<_> = consumed(template).filter_map(|(_, queue, _)| dead_letters_of(template, queue)).collect();
    template
        .all(QUEUE)
        .map(|(queue, _)| (queue, consumed(template).filter(|(_, consumed, _)| *consumed == queue).count()))
        .filter(|(queue, consumers)| *consumers != usize::from(!dead.contains(queue)))
        .map(|(queue, consumers)| format!("{queue} has {consumers} consumers"))
        .collect()
}

#[test]
fn a_queue_has_one_consumer_and_a_dead_letter_queue_none() {
    let queue = "/Resources/RefundsFunction/Properties/Events/Queue/Properties/Queue";
    law(
        one_consumer,
        &[
            (Set(queue, json!({ "Fn::GetAtt": ["EmailConfirmationQueue", "Arn"] })), "EmailConfirmationQueue"),
            (Set(queue, json!({ "Fn::GetAtt": ["StockDeductionDeadLetters", "Arn"] })), "RefundsQueue"),
        ],
    );
}

/// A dead letter keeps its age from its queue.
fn retention(template: &Template) -> Violations {
    let kept = |queue: &str| template.properties(queue)["MessageRetentionPeriod"].as_u64().unwrap_or(0);
    let day = 86_400;
    consumed(template)
        .filter_map(|(_, queue, _)| Some((queue, dead_letters_of(template, queue)?)))
        .filter(|(queue, dead)| kept(dead) < kept(queue) + 7 * day)
        .map(|(queue, dead)| format!("{dead} leaves less than a week after {queue} to look at a message"))
        .collect()
}

#[test]
fn a_dead_letter_stays_for_a_week_at_least() {
    law(
        retention,
        &[(
            Set("/Resources/RefundsDeadLetters/Properties/MessageRetentionPeriod", json!(345_600)),
            "RefundsDeadLetters",
        )],
    );
}

fn encrypted(template: &Template) -> Violations {
    template
        .all(QUEUE)
        .filter(|(_, queue)| queue["SqsManagedSseEnabled"] != true)
        .map(|(queue, _)| format!("{queue} is not encrypted"))
        .collect()
}

#[test]
fn every_queue_is_encrypted() {
    law(encrypted, &[(Remove("/Resources/RefundsDeadLetters/Properties/SqsManagedSseEnabled"), "RefundsDeadLetters")]);
}
