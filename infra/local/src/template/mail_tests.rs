//! Tests of configuration sets and the event bus's rules.

#![allow(clippy::unwrap_used)]

use super::{Context, EventRule, System};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TEMPLATE: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: events.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Queue.Arn
            Condition: { ArnEquals: { aws:SourceArn: !GetAtt Rule.Arn } }
  Set:
    Type: AWS::SES::ConfigurationSet
  Events:
    Type: AWS::SES::ConfigurationSetEventDestination
    Properties:
      ConfigurationSetName: !Ref Set
      EventDestination:
        Enabled: true
        MatchingEventTypes: [bounce, delivery]
        EventBridgeDestination: { EventBusArn: 'arn:aws:events:us-east-1:000000000000:event-bus/default' }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [aws.ses], detail: { mail: { tags: { set: [!Ref Set] } } } }
      Targets:
        - Id: it
          Arn: !GetAtt Queue.Arn
          InputTransformer: { InputPathsMap: { why: $.detail.why }, InputTemplate: '{\"why\":<why>}' }
";

fn parse(text: &str) -> Result<System, String> {
    let context = Context { endpoint: "http://127.0.0.1:4566".to_owned() };
    System::parse(text, &BTreeMap::new(), &context).map_err(|error| error.to_string())
}

fn rule() -> EventRule {
    parse(TEMPLATE).unwrap().event_rules.remove(0)
}

fn event(source: &str, sets: &[&str], detail: &Value) -> Value {
    let mut event = json!({ "source": source, "detail": detail });
    event["detail"]["mail"] = json!({ "tags": { "set": sets }, "destination": ["ann@example.com"] });
    event
}

#[test]
fn a_rule_takes_what_matches_and_passes_on_what_it_names() {
    let rule = rule();
    let why = json!({ "why": { "bounce": "Permanent" } });
    let whole = event("aws.ses", &["Other", "Set"], &why);
    assert!(rule.pattern.matches(&whole));
    assert_eq!(rule.input.apply(&whole).unwrap(), r#"{"why":{"bounce":"Permanent"}}"#);
    assert_eq!(rule.queue, "Queue");
    for other in [event("aws.ec2", &["Set"], &why), event("aws.ses", &["Other"], &why), json!({ "source": "aws.ses" })]
    {
        assert!(!rule.pattern.matches(&other), "{other}");
    }
    assert_eq!(rule.input.apply(&event("aws.ses", &["Set"], &json!({}))), None, "what is named is not there");
}

#[test]
fn a_configuration_set_publishes_what_its_destination_says() {
    let published = |text: &str| parse(text).unwrap().configuration_sets.remove(0).events;
    assert_eq!(published(TEMPLATE).into_iter().collect::<Vec<_>>(), ["bounce", "delivery"]);
    assert!(published(&TEMPLATE.replace("Enabled: true", "Enabled: false")).is_empty());
}

#[test]
fn what_is_not_understood_is_refused() {
    for (from, to, message) in [
        (
            "[bounce, delivery]",
            "[open]",
            "`EventDestination.MatchingEventTypes` must be bounce, complaint, delivery, reject",
        ),
        ("event-bus/default", "event-bus/own", "must be the default event bus"),
        (
            "ConfigurationSetName: !Ref Set",
            "ConfigurationSetName: Nothing",
            "`ConfigurationSetName` must be a configuration set",
        ),
        ("source: [aws.ses]", "source: [{ prefix: aws }]", "`EventPattern` must be mappings down to lists of texts"),
        ("source: [aws.ses]", "source: aws.ses", "`EventPattern` must be mappings down to lists of texts"),
        ("$.detail.why", "'$.detail[0]'", "must be paths such as $.detail.mail"),
        ("<why>", "<who>", "must be JSON with <names> of InputPathsMap as values"),
        (":<why>", "<why>", "must be JSON with <names> of InputPathsMap as values"),
        (
            "Arn: !GetAtt Queue.Arn\n          Input",
            "Arn: arn:aws:sns:x\n          Input",
            "must be the Arn of a queue",
        ),
        ("!GetAtt Rule.Arn", "arn:aws:events:other", "the policy of Queue does not allow sqs:SendMessage"),
        (
            "Service: events.amazonaws.com",
            "Service: sns.amazonaws.com",
            "must be a statement that allows events.amazonaws.com",
        ),
        ("      EventPattern:", "      State: DISABLED\n      EventPattern:", "`State` must be ENABLED here"),
    ] {
        let changed = TEMPLATE.replacen(from, to, 1);
        assert_ne!(changed, TEMPLATE, "{from}");
        let error = parse(&changed).unwrap_err();
        assert!(error.contains(message), "{to}: {error}");
    }
}
