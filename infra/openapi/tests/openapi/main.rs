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

#[test]
fn the_example_of_what_a_warehouse_is_told_has_the_fields_of_the_schema() {
    let document = openapi::document();
    let content = &document["webhooks"]["warehouse"]["post"]["requestBody"]["content"]["application/json"];
    let schema = document.pointer(content["schema"]["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
    let example = content["example"].as_object().unwrap();
    for name in schema["required"].as_array().unwrap() {
        assert!(example.contains_key(name.as_str().unwrap()), "{name} is missing");
    }
    for name in example.keys() {
        assert!(schema["properties"].get(name).is_some(), "{name} is unknown");
    }
}

/// Generators have no name for a kind without a title or a schema of its own.
#[test]
fn every_kind_of_a_union_of_objects_is_a_schema_of_its_own() {
    fn unnamed(path: &str, value: &Value) -> Vec<String> {
        let fields = value.as_object().into_iter().flatten();
        let items = value.as_array().into_iter().flatten().enumerate();
        let inner =
            fields.map(|(name, value)| (name.clone(), value)).chain(items.map(|(n, item)| (n.to_string(), item)));
        let own = value["oneOf"].as_array().into_iter().flatten().filter(|kind| kind.get("properties").is_some());
        let mut all: Vec<String> = own.map(|_| path.to_owned()).collect();
        all.extend(inner.flat_map(|(name, value)| unnamed(&format!("{path}/{name}"), value)));
        all
    }
    assert_eq!(unnamed("", &openapi::document()), Vec::<String>::new());
}

#[test]
fn every_property_is_described() {
    let document = openapi::document();
    let mut silent = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
            let is_plain = schema.get("const").is_some();
            if !is_plain && schema.get("description").is_none() {
                silent.push(format!("{name}.{property}"));
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}
