//! Unions and maps as generators of clients understand them.
//!
//! schemars writes an enum of constants as a `oneOf` of constants, and a tagged union as a `oneOf` of halves beside the
//! properties that its kinds share. Generators lose the names of the former and the halves of the latter. So the former
//! becomes an `enum`, and each kind of the latter a schema of its own, which the tag tells apart.

use schemars::Schema;
use serde_json::{Map, Value, json};

const SCHEMAS: &str = "#/components/schemas/";

/// Gives each kind of the components' unions a schema of its own.
pub fn for_generators(components: &mut Map<String, Value>) {
    let names: Vec<String> = components.keys().cloned().collect();
    for name in &names {
        if exclude_each_other(components, &components[name]["anyOf"])
            && let Some(union) = components.get_mut(name).and_then(Value::as_object_mut)
            && let Some(kinds) = union.remove("anyOf")
        {
            union.insert("oneOf".to_owned(), kinds);
        }
    }
    for name in names {
        let kinds = components.get(&name).map(|schema| kinds(&name, schema)).unwrap_or_default();
        let Some(tag) = kinds.first().map(|kind| kind.tag.clone()) else { continue };
        let target = |kind: &Kind| format!("{SCHEMAS}{}", kind.name);
        let union = json!({
            "description": components[&name]["description"],
            "oneOf": kinds.iter().map(|kind| json!({ "$ref": target(kind) })).collect::<Vec<_>>(),
            "discriminator": {
                "propertyName": tag,
                "mapping": kinds.iter().map(|kind| (kind.value.clone(), target(kind).into())).collect::<Map<_, _>>(),
            },
        });
        components.insert(name, union);
        components.extend(kinds.into_iter().map(|kind| (kind.name, kind.schema)));
    }
}

/// Whether each of these schemas requires a property that none of the others has: then at most one of them fits, which
/// generators can make something of.
fn exclude_each_other(components: &Map<String, Value>, union: &Value) -> bool {
    let kinds: Option<Vec<&Value>> = union.as_array().and_then(|kinds| {
        kinds.iter().map(|kind| components.get(kind["$ref"].as_str()?.strip_prefix(SCHEMAS)?)).collect()
    });
    let is_apart = |(kind, other): (&&Value, &&Value)| {
        let required = kind["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut only_here = required.filter(|name| other["properties"].get(name).is_none());
        std::ptr::eq(*kind, *other) || only_here.next().is_some()
    };
    kinds.is_some_and(|kinds| kinds.iter().flat_map(|kind| kinds.iter().map(move |other| (kind, other))).all(is_apart))
}

/// `oneOf` constants become an `enum`. What the description of each says joins the description of all.
pub fn constants_as_enum(schema: &mut Schema) {
    let Some((names, told)) = schema.get("oneOf").and_then(constants) else { return };
    schema.remove("oneOf");
    let about = schema.get("description").and_then(Value::as_str).map(str::to_owned);
    let description: Vec<String> = about.into_iter().map(|about| format!("{about}\n")).chain(told).collect();
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), names.into());
    if !description.is_empty() {
        schema.insert("description".to_owned(), description.join("\n").into());
    }
}

/// The texts that a `oneOf` consists of, and what it says of some of them.
fn constants(union: &Value) -> Option<(Vec<String>, Vec<String>)> {
    let (mut names, mut told) = (Vec::new(), Vec::new());
    for branch in union.as_array()? {
        let only = branch.get("const").map(std::slice::from_ref);
        let here = only.or_else(|| branch.get("enum")?.as_array().map(Vec::as_slice))?;
        for name in here {
            let name = name.as_str()?;
            names.push(name.to_owned());
            told.extend(
                branch["description"].as_str().map(|about| format!("- `{name}`: {}", about.replace('\n', " "))),
            );
        }
    }
    Some((names, told))
}

/// A map whose names have a pattern: generators look at the schema of additional properties only.
pub fn maps_by_their_values(schema: &mut Schema) {
    let patterns = schema.get("patternProperties").and_then(Value::as_object).filter(|patterns| patterns.len() == 1);
    let Some((pattern, value)) = patterns.and_then(|patterns| patterns.clone().into_iter().next()) else { return };
    schema.remove("patternProperties");
    schema.insert("propertyNames".to_owned(), json!({ "pattern": pattern }));
    schema.insert("additionalProperties".to_owned(), value);
}

/// One kind of a tagged union.
struct Kind {
    name: String,
    tag: String,
    value: String,
    schema: Value,
}

/// The kinds of a schema that is a tagged union, each with the properties that all kinds share. None if it is no such
/// union.
fn kinds(name: &str, schema: &Value) -> Vec<Kind> {
    let branches = schema["oneOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    let all: Option<Vec<Kind>> = branches.iter().map(|branch| kind(name, schema, branch)).collect();
    all.unwrap_or_default()
}

fn kind(name: &str, shared: &Value, own: &Value) -> Option<Kind> {
    let properties = own["properties"].as_object()?;
    let (tag, value) = properties.iter().find_map(|(tag, property)| Some((tag, property["const"].as_str()?)))?;
    let mut all = shared["properties"].as_object().cloned().unwrap_or_default();
    all.extend(properties.clone());
    let required = [shared, own].into_iter().filter_map(|half| half["required"].as_array()).flatten().cloned();
    let name = format!("{name}{}", pascal(value));
    let mut schema = json!({
        "type": "object",
        "title": name,
        "properties": all,
        "required": required.collect::<Vec<_>>(),
    });
    for (key, value) in [shared, own].into_iter().filter_map(Value::as_object).flatten() {
        if matches!(key.as_str(), "additionalProperties" | "description") {
            schema[key] = value.clone();
        }
    }
    Some(Kind { name, tag: tag.clone(), value: value.to_owned(), schema })
}

/// `asked_at` → `AskedAt`.
fn pascal(name: &str) -> String {
    let words = name.split(['_', '-']);
    words.flat_map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1))).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use schemars::json_schema;

    fn for_clients(components: Value) -> Map<String, Value> {
        let mut components: Map<String, Value> = serde_json::from_value(components).unwrap();
        for_generators(&mut components);
        components
    }

    #[test]
    fn constants_become_an_enum_that_tells_what_each_means() {
        let mut schema = json_schema!({ "description": "How.", "oneOf": [
            { "const": "a", "type": "string", "description": "The\nfirst." },
            { "enum": ["b", "c"], "type": "string" },
        ] });
        constants_as_enum(&mut schema);
        let told = "How.\n\n- `a`: The first.";
        assert_eq!(schema, json_schema!({ "description": told, "type": "string", "enum": ["a", "b", "c"] }));
    }

    #[test]
    fn each_kind_of_a_tagged_union_is_whole_and_named() {
        let union = json!({
            "description": "A thing.",
            "properties": { "id": { "type": "string" } },
            "required": ["id"],
            "oneOf": [
                { "properties": { "state": { "const": "at_rest" } }, "required": ["state"], "description": "It waits." },
                { "properties": { "state": { "const": "gone" }, "at": { "type": "string" } }, "required": ["state", "at"] },
            ],
        });
        let components = for_clients(json!({ "Thing": union }));
        assert_eq!(components.keys().collect::<Vec<_>>(), ["Thing", "ThingAtRest", "ThingGone"]);
        assert_eq!(components["Thing"]["discriminator"]["mapping"]["gone"], "#/components/schemas/ThingGone");
        assert_eq!(components["ThingGone"]["required"], json!(["id", "state", "at"]));
        assert_eq!(components["ThingGone"]["description"], "A thing.");
        assert_eq!(components["ThingAtRest"]["description"], "It waits.");
    }

    #[test]
    fn kinds_of_which_each_needs_what_the_others_lack_exclude_each_other() {
        let kind =
            |required: &str, other: &str| json!({ "properties": { required: {}, other: {} }, "required": [required] });
        let either = json!({ "anyOf": [{ "$ref": format!("{SCHEMAS}One") }, { "$ref": format!("{SCHEMAS}Other") }] });
        for (other, is_exclusive) in [(kind("b", "c"), true), (kind("b", "a"), false), (kind("c", "b"), true)] {
            let components = for_clients(json!({ "One": kind("a", "d"), "Other": other, "Either": either }));
            assert_eq!(components["Either"].get("oneOf").is_some(), is_exclusive, "{components:?}");
        }
    }

    #[test]
    fn a_map_tells_the_schema_of_its_values() {
        let mut map =
            json_schema!({ "patternProperties": { "^a": { "type": "string" } }, "additionalProperties": false });
        maps_by_their_values(&mut map);
        let named =
            json_schema!({ "propertyNames": { "pattern": "^a" }, "additionalProperties": { "type": "string" } });
        assert_eq!(map, named);
    }

    #[test]
    fn other_unions_stay() {
        let union = json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }] });
        assert_eq!(for_clients(json!({ "Either": union }))["Either"], union);
    }
}
