//! Tests that the description matches the functions.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bodies;
mod functions;
mod hostile;
mod probes;
mod template;

use openapi::{Route, routes};
use serde_json::Value;

fn all_routes() -> impl Iterator<Item = Route> {
    routes::all().into_iter().flat_map(|group| group.routes)
}

/// The operation of a route in the document.
fn operation<'a>(document: &'a Value, route: &Route) -> &'a Value {
    let (method, path) = route.declared.parts();
    &document["paths"][path.replace("+}", "}")][method.to_lowercase()]
}

/// Every `$ref` of the document.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_file_is_what_the_types_say() {
    let kept = std::fs::read_to_string(openapi::path()).unwrap();
    assert!(
        kept == openapi::text(&openapi::document()),
        "docs/openapi.json is out of date; write it again: cargo run -p openapi"
    );
}

#[test]
fn every_reference_leads_to_a_component_and_every_schema_is_used() {
    let document = openapi::document();
    let references = references(&document);
    for reference in &references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        let reference = format!("#/components/schemas/{name}");
        assert!(references.contains(&reference.as_str()), "nothing refers to {name}");
    }
}

/// rustdoc links have no meaning in the API's description.
#[test]
fn descriptions_are_for_readers_of_the_api() {
    let text = openapi::text(&openapi::document());
    for link in ["[`", "](", "::"] {
        let at = text.find(link).map(|at| &text[at.saturating_sub(80)..at + 40]);
        assert_eq!(at, None, "{link} is rustdoc's");
    }
}

#[test]
fn operations_have_names_of_their_own() {
    let mut names: Vec<_> = all_routes().map(|route| route.id()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// The dispatcher looks at the key where the table says so, and readers are told what it does there.
#[test]
fn a_route_takes_an_idempotency_key_if_its_description_tells_what_for() {
    for route in all_routes() {
        assert_eq!(route.prose.takes_key(), route.declared.keyed, "{}", route.key());
        assert_eq!(route.described_query(), route.declared.query, "{}", route.key());
    }
}

#[test]
fn every_route_that_takes_a_body_shows_one() {
    for route in all_routes() {
        assert_eq!(route.prose.example.is_some(), route.body().is_some(), "{}", route.key());
    }
}
