//! Rules of alarms: a failure that no caller notices must reach a person.

use crate::{
    Edit::{Remove, Set},
    Violations, law,
    queues::dead_letters_of,
    template::{ALARM, FUNCTION, QUEUE, Template, referent},
};
use serde_json::json;

/// Whether an alarm watches `metric` of the resource `id`.
pub(crate) fn watched(template: &Template, namespace: &str, metric: &str, dimension: &str, id: &str) -> bool {
    template.all(ALARM).any(|(_, alarm)| {
        alarm["Namespace"] == namespace
            && alarm["MetricName"] == metric
            && alarm["Dimensions"].as_array().is_some_and(|dimensions| {
                dimensions.len() == 1
                    && dimensions[0]["Name"] == dimension
                    && referent(&dimensions[0]["Value"]) == Some(id)
            })
    })
}

fn failures(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (id, _) in template.all(FUNCTION) {
        for metric in ["Errors", "Throttles"] {
            if !watched(template, "AWS/Lambda", metric, "FunctionName", id) {
                violations.push(format!("nobody watches the {metric} of {id}"));
            }
        }
    }
    violations
}

#[test]
fn every_function_has_an_alarm_for_errors_and_one_for_throttles() {
    let dimension = "/Resources/StockThrottlesAlarm/Properties/Dimensions/0/Value";
    law(
        failures,
        &[
            (Remove("/Resources/RefundsErrorsAlarm"), "Errors of RefundsFunction"),
            (Set(dimension, json!({ "Ref": "RefundsFunction" })), "Throttles of StockFunction"),
        ],
    );
}

fn queues(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (id, _) in template.all(QUEUE) {
        let gives_up = dead_letters_of(template, id).is_some();
        let (metric, what) = if gives_up {
            ("ApproximateAgeOfOldestMessage", "how long messages wait")
        } else {
            ("ApproximateNumberOfMessagesVisible", "whether messages were given up")
        };
        if !watched(template, "AWS/SQS", metric, "QueueName", id) {
            violations.push(format!("nobody watches {what} in {id}"));
        }
    }
    violations
}

#[test]
fn every_queue_has_an_alarm_for_age_and_every_dead_letter_queue_one_for_messages() {
    law(
        queues,
        &[
            (Remove("/Resources/RefundsAgeAlarm"), "RefundsQueue"),
            (Remove("/Resources/RefundsDeadLettersAlarm"), "RefundsDeadLetters"),
        ],
    );
}

/// The metrics of our own, with the lines that they are made of. The functions write numbers at the top of a JSON line (the
/// telemetry of `runtime` flattens events); API Gateway writes the access log.
const OWN: [(&str, &str, &str); 4] = [
    ("StuckOrders", "{ $.stuck_orders = * }", "$.stuck_orders"),
    ("NeedsAttention", "{ $.needs_attention = * }", "$.needs_attention"),
    ("UnreadWebhooks", "{ $.unread_webhooks = * }", "$.unread_webhooks"),
    ("RefusedWebhooks", r#"{ ($.route = "POST /webhooks/*") && ($.status = "4*") }"#, "1"),
];

/// The metrics by reason, which nobody is woken by.
const BY_REASON: [(&str, &str, &str); 2] =
    [("WaitingByReason", "Waiting", "$.waiting"), ("WaitingHoursByReason", "WaitingHours", "$.waiting_hours")];

fn by_reason(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (id, name, value) in BY_REASON {
        let filter = template.properties(id);
        let metric = &filter["MetricTransformations"][0];
        let reads = filter["FilterPattern"] == "{ $.waiting_for = * }"
            && filter["LogGroupName"] == *template.at("/Globals/Function/LoggingConfig/LogGroup");
        let tells = metric["MetricName"] == name
            && metric["MetricValue"] == value
            && metric["Dimensions"] == json!([{ "Key": "Reason", "Value": "$.waiting_for" }])
            && metric["DefaultValue"].is_null(); // CloudFormation refuses both
        if !(reads && tells) {
            violations.push(format!("{id} does not tell {name} by reason"));
        }
    }
    violations
}

#[test]
fn what_waits_is_a_metric_for_each_reason_and_its_age() {
    let dimensions = "/Resources/WaitingByReason/Properties/MetricTransformations/0/Dimensions";
    law(
        by_reason,
        &[(Remove(dimensions), "WaitingByReason"), (Remove("/Resources/WaitingHoursByReason"), "WaitingHoursByReason")],
    );
}

/// A filter makes a metric of the lines, and an alarm reads exactly that metric.
fn own(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (name, pattern, value) in OWN {
        let filter = template.properties(name);
        let metric = &filter["MetricTransformations"][0];
        if filter["FilterPattern"] != pattern || metric["MetricValue"] != value {
            violations.push(format!("{name} does not read its lines"));
        }
        if filter["LogGroupName"] != *template.at("/Globals/Function/LoggingConfig/LogGroup") {
            violations.push(format!("{name} reads another log than the functions write"));
        }
        let alarm = template.properties(&format!("{name}Alarm"));
        if alarm["Namespace"] != metric["MetricNamespace"] || alarm["MetricName"] != metric["MetricName"] {
            violations.push(format!("{name}Alarm watches another metric than {name} makes"));
        }
    }
    if template.properties("StuckOrdersAlarm")["TreatMissingData"] != "breaching" {
        violations.push("StuckOrdersAlarm does not notice that reconcile stands still".to_owned());
    }
    violations
}

#[test]
fn stuck_orders_what_waits_for_people_and_refused_webhooks_are_alarms() {
    law(
        own,
        &[
            (Set("/Resources/StuckOrders/Properties/FilterPattern", json!("{ $.fields.stuck = * }")), "StuckOrders"),
            (Set("/Resources/StuckOrders/Properties/LogGroupName", json!({ "Ref": "Other" })), "another log"),
            (Set("/Resources/StuckOrdersAlarm/Properties/MetricName", json!("Stuck")), "StuckOrdersAlarm"),
            (Set("/Resources/NeedsAttention/Properties/FilterPattern", json!("{ $.attention = * }")), "NeedsAttention"),
            (Set("/Resources/RefusedWebhooksAlarm/Properties/MetricName", json!("Webhooks")), "RefusedWebhooks"),
            (Set("/Resources/StuckOrdersAlarm/Properties/TreatMissingData", json!("notBreaching")), "stands still"),
        ],
    );
}

/// Every alarm goes off on the first failure (but anybody can send junk to the webhook), sends to `Alerts`, and describes the failure.
fn loud(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (id, alarm) in template.all(ALARM) {
        if alarm["AlarmActions"] != json!([{ "Ref": "Alerts" }]) {
            violations.push(format!("{id} tells nobody"));
        }
        if alarm["ComparisonOperator"] != "GreaterThanThreshold" {
            violations.push(format!("{id} does not go off above its threshold"));
        }
        let waits = ["ApproximateAgeOfOldestMessage", "IteratorAge", "RefusedWebhooks"];
        let waits = waits.iter().any(|metric| alarm["MetricName"] == *metric);
        if !waits && alarm["Threshold"] != 0 {
            violations.push(format!("{id} allows some failures"));
        }
        if alarm["AlarmDescription"].as_str().is_none_or(str::is_empty) {
            violations.push(format!("{id} does not say what is wrong"));
        }
    }
    violations
}

#[test]
fn every_alarm_tells_the_topic_what_is_wrong() {
    law(
        loud,
        &[
            (Remove("/Resources/RefundsAgeAlarm/Properties/AlarmActions"), "RefundsAgeAlarm"),
            (Set("/Resources/RefundsErrorsAlarm/Properties/Threshold", json!(10)), "RefundsErrorsAlarm"),
            (
                Set("/Resources/RefundsErrorsAlarm/Properties/ComparisonOperator", json!("LessThanThreshold")),
                "RefundsErrorsAlarm",
            ),
            (Remove("/Resources/RefundsErrorsAlarm/Properties/AlarmDescription"), "RefundsErrorsAlarm"),
        ],
    );
}
