//! Rules of alarms: a failure that no caller notices must reach a person.

use crate::{
    Edit::{Remove, Set},
    Violations, law,
    queues::dead_letters_of,
    template::{ALARM, FUNCTION, QUEUE, Template, referent},
};
use serde_json::json;

/// Whether an alarm watches `metric` of the resource `id`.
fn watched(template: &Template, namespace: &str, metric: &str, dimension: &str, id: &str) -> bool {
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

/// The functions write `stuck_orders` as a number at the top of a JSON line (the telemetry of `runtime` flattens
/// events). The filter makes a metric of it, and the alarm reads exactly that metric.
fn stuck(template: &Template) -> Violations {
    let mut violations = Violations::new();
    let filter = template.properties("StuckOrders");
    let metric = &filter["MetricTransformations"][0];
    if filter["FilterPattern"] != "{ $.stuck_orders = * }" || metric["MetricValue"] != "$.stuck_orders" {
        violations.push("StuckOrders does not read stuck_orders".to_owned());
    }
    if filter["LogGroupName"] != *template.at("/Globals/Function/LoggingConfig/LogGroup") {
        violations.push("StuckOrders reads another log than the functions write".to_owned());
    }
    let alarm = template.properties("StuckOrdersAlarm");
    if alarm["Namespace"] != metric["MetricNamespace"] || alarm["MetricName"] != metric["MetricName"] {
        violations.push("StuckOrdersAlarm watches another metric than StuckOrders makes".to_owned());
    }
    if alarm["TreatMissingData"] != "breaching" {
        violations.push("StuckOrdersAlarm does not notice that reconcile stands still".to_owned());
    }
    violations
}

#[test]
fn stuck_orders_and_a_reconcile_that_stands_still_are_an_alarm() {
    law(
        stuck,
        &[
            (Set("/Resources/StuckOrders/Properties/FilterPattern", json!("{ $.fields.stuck = * }")), "StuckOrders"),
            (Set("/Resources/StuckOrders/Properties/LogGroupName", json!({ "Ref": "Other" })), "another log"),
            (Set("/Resources/StuckOrdersAlarm/Properties/MetricName", json!("Stuck")), "StuckOrdersAlarm"),
            (Set("/Resources/StuckOrdersAlarm/Properties/TreatMissingData", json!("notBreaching")), "stands still"),
        ],
    );
}

/// Every alarm goes off on the first failure, sends to `Alerts`, and describes the failure.
fn loud(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (id, alarm) in template.all(ALARM) {
        if alarm["AlarmActions"] != json!([{ "Ref": "Alerts" }]) {
            violations.push(format!("{id} tells nobody"));
        }
        if alarm["ComparisonOperator"] != "GreaterThanThreshold" {
            violations.push(format!("{id} does not go off above its threshold"));
        }
        let waits = alarm["MetricName"] == "ApproximateAgeOfOldestMessage";
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
