#![allow(clippy::unwrap_used)]

use super::*;
use crate::standard::webhook::tests::{said, told};
use crate::webhook::Said;

fn with(event: &Value, field: &str, value: Value) -> Vec<u8> {
    let mut event = event.clone();
    event["data"][field] = value;
    event.to_string().into_bytes()
}

#[test]
fn every_type_has_an_example_that_is_understood() {
    for event in examples() {
        let reported = told(&event);
        assert_eq!(reported.event.payment.to_string(), "standard_pay_1001", "{event}");
    }
    let mut names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), KINDS.len());
}

/// What the schema requires is required, what it does not may be absent, and no field is described that is not read.
#[test]
fn the_schema_requires_what_the_webhook_does() {
    for kind in &KINDS {
        let (schema, mut event) = (of_kind(kind), example(kind));
        assert_eq!(schema["examples"][0], event);
        event["data"]["order_id"] = json!("ord_1"); // it needs no channel
        let data = &schema["properties"]["data"];
        let required: Vec<&str> = data["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for (name, field) in data["properties"].as_object().unwrap() {
            let absent = with(&event, name, Value::Null);
            let is_optional = said(&absent).is_ok() || data["dependentRequired"].get(name).is_some();
            assert_eq!(!is_optional, required.contains(&name.as_str()), "{} without {name}", kind.name);
            let odd = with(&event, name, json!([{ "a": 1 }]));
            assert!(said(&odd).is_err(), "{} with an odd {name}", kind.name);
            assert!(field.as_object().is_some_and(|field| !field.is_empty()), "{} has no schema of {name}", kind.name);
        }
        for name in kind.required.iter().chain(kind.optional) {
            assert!(data["properties"].get(name).is_some(), "{} {name}", kind.name);
        }
        assert_eq!(schema["properties"]["type"]["const"], kind.name);
        assert!(
            schema["title"].as_str().unwrap().bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "{}",
            schema["title"]
        );
    }
}

#[test]
fn every_word_and_limit_of_the_schema_is_taken_and_nothing_beyond_it() {
    for kind in &KINDS {
        let (schema, event) = (of_kind(kind), example(kind));
        let is_taken = |field: &str, value: Value| matches!(said(&with(&event, field, value)), Ok(Said::Facts(_)));
        for (name, field) in schema["properties"]["data"]["properties"].as_object().unwrap() {
            for word in field["enum"].as_array().into_iter().flatten() {
                assert!(is_taken(name, word.clone()), "{} {name} {word}", kind.name);
            }
            if let (Some(least), Some(most)) = (field["minimum"].as_i64(), field["maximum"].as_i64()) {
                assert!(is_taken(name, json!(least)) && is_taken(name, json!(most)), "{} {name}", kind.name);
                assert!(!is_taken(name, json!(least - 1)) && !is_taken(name, json!(most + 1)), "{} {name}", kind.name);
            }
            let pattern = field["pattern"].as_str().unwrap_or_default();
            if let Some(most) =
                pattern.strip_suffix("}$").and_then(|rest| rest.rsplit(',').next()?.parse::<usize>().ok())
            {
                assert!(is_taken(name, json!("a".repeat(most))), "{} {name} {pattern}", kind.name);
                assert!(!is_taken(name, json!("a".repeat(most + 1))), "{} {name} {pattern}", kind.name);
            }
        }
    }
}

/// Whoever copies an example from the documentation must see it work.
#[test]
fn every_event_in_the_documentation_is_understood() {
    let text = include_str!("../../../../../docs/webhooks/standard.md");
    let blocks = text.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let events: Vec<Value> = blocks.map(|block| serde_json::from_str(block).unwrap()).collect();
    for example in examples() {
        assert!(events.contains(&example), "{example} is not shown");
    }
    let is_request = |event: &&Value| event["type"].as_str().is_some_and(|kind| kind.ends_with(".requested"));
    for event in events.iter().filter(|event| !is_request(event)) {
        told(event);
    }
    assert_eq!(events.iter().filter(is_request).count(), 1);
}
