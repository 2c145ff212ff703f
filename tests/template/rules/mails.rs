//! Rules of e-mails' events: what SES tells reaches the function, and nobody's address enters a queue.

use crate::{
    Edit::{Remove, Set},
    Violations,
    alarms::watched,
    law,
    template::{Template, each, referent},
};
use serde_json::json;
use std::collections::BTreeSet;

const RULE: &str = "AWS::Events::Rule";
const CONFIGURATION_SET: &str = "AWS::SES::ConfigurationSet";
const QUEUE_POLICY: &str = "AWS::SQS::QueuePolicy";

/// What a rule may read of an event. None of it holds an address; `destination`, `bouncedRecipients` and `diagnosticCode` do.
const HARMLESS: [&str; 5] =
    ["$.detail-type", "$.time", "$.detail.mail.tags", "$.detail.bounce.bounceType", "$.detail.bounce.bounceSubType"];

fn without_addresses(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (id, rule) in template.all(RULE) {
        for target in each(&rule["Targets"]) {
            let Some(paths) = target["InputTransformer"]["InputPathsMap"].as_object() else {
                violations.push(format!("{id} passes whole events on, with addresses"));
                continue;
            };
            let told = paths.values().filter(|path| path.as_str().is_none_or(|path| !HARMLESS.contains(&path)));
            violations.extend(told.map(|path| format!("{id} passes {path} on")));
        }
    }
    violations
}

#[test]
fn no_address_enters_a_queue() {
    let transformer = "/Resources/MailBouncedRule/Properties/Targets/0/InputTransformer";
    let paths = "/Resources/MailBouncedRule/Properties/Targets/0/InputTransformer/InputPathsMap/reason";
    law(
        without_addresses,
        &[
            (Remove(transformer), "MailBouncedRule"),
            (Set(paths, json!("$.detail.bounce.bouncedRecipients")), "bouncedRecipients"),
            (Set(paths, json!("$.detail")), "MailBouncedRule"),
        ],
    );
}

fn heard(template: &Template) -> Violations {
    let mut violations = Violations::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (id, rule) in template.all(RULE) {
        told.extend(each(&rule["EventPattern"]["detail-type"]).iter().filter_map(|kind| kind.as_str()));
        let sets = each(&rule["EventPattern"]["detail"]["mail"]["tags"]["ses:configuration-set"]);
        if !matches!(sets, [set] if referent(set).is_some_and(|set| template.is(set, CONFIGURATION_SET))) {
            violations.push(format!("{id} takes the events of other mails too"));
        }
        let queue = referent(&rule["Targets"][0]["Arn"]).unwrap_or("no queue");
        let admits = |statement: &serde_json::Value| {
            let rules = each(&statement["Condition"]["ArnEquals"]["aws:SourceArn"]);
            statement["Principal"]["Service"] == "events.amazonaws.com"
                && referent(&statement["Resource"]) == Some(queue)
                && rules.iter().any(|rule| referent(rule) == Some(id))
        };
        let policies = template.all(QUEUE_POLICY).flat_map(|(_, policy)| each(&policy["PolicyDocument"]["Statement"]));
        if !policies.into_iter().any(admits) {
            violations.push(format!("{queue} does not admit {id}"));
        }
        if !watched(template, "AWS/Events", "FailedInvocations", "RuleName", id) {
            violations.push(format!("nobody watches whether {id} passes its events on"));
        }
    }
    for kind in ["Email Delivered", "Email Bounced", "Email Complaint Received", "Email Rejected"] {
        if !told.contains(kind) {
            violations.push(format!("no rule takes {kind}"));
        }
    }
    for (id, set) in template.all(CONFIGURATION_SET) {
        if set["SuppressionOptions"]["SuppressedReasons"] != json!(["BOUNCE", "COMPLAINT"]) {
            violations.push(format!("{id} sends to addresses that bounced or complained"));
        }
    }
    violations
}

#[test]
fn what_becomes_of_an_e_mail_is_heard() {
    let pattern = "/Resources/MailToldRule/Properties/EventPattern";
    law(
        heard,
        &[
            (Set("/Resources/MailToldRule/Properties/EventPattern/detail-type", json!(["Email Sent"])), "Delivered"),
            (Set(pattern, json!({ "source": ["aws.ses"] })), "other mails"),
            (Remove("/Resources/MailEventsQueuePolicy"), "does not admit MailBouncedRule"),
            (Remove("/Resources/MailSuppressedRuleAlarm"), "MailSuppressedRule"),
            (Remove("/Resources/MailConfiguration/Properties/SuppressionOptions"), "MailConfiguration"),
        ],
    );
}
