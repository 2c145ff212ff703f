//! Bodies that differ from an example in one place. The schema allows some of them and refuses the others.

use jiff::{ToSpan, civil::Date};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A body that differs from the example in one field.
pub struct Probe {
    /// The difference from the example.
    pub what: String,
    /// Its path, as the decoders write it: `lines[0].quantity`.
    pub field: String,
    pub body: Value,
    /// Whether the schema allows it.
    pub valid: bool,
}

/// All bodies that test a rule of the schema. Records in `used` the properties of components that the example has.
pub fn probes(schemas: &Value, schema: &Value, example: &Value, used: &mut BTreeSet<(String, String)>) -> Vec<Probe> {
    let mut walk = Walk { schemas, example, used, found: Vec::new() };
    walk.value(schema, &Place::default(), example);
    walk.found
}

/// A place in a body.
#[derive(Clone, Default)]
struct Place {
    field: String,
    pointer: String,
}

impl Place {
    fn field(&self, name: &str) -> Self {
        let dot = if self.field.is_empty() { "" } else { "." };
        Self { field: format!("{}{dot}{name}", self.field), pointer: format!("{}/{name}", self.pointer) }
    }

    fn item(&self, n: usize) -> Self {
        Self { field: format!("{}[{n}]", self.field), pointer: format!("{}/{n}", self.pointer) }
    }
}

struct Walk<'a> {
    schemas: &'a Value,
    example: &'a Value,
    used: &'a mut BTreeSet<(String, String)>,
    found: Vec<Probe>,
}

impl Walk<'_> {
    fn probe(&mut self, at: &Place, what: impl Into<String>, valid: bool, value: Value) {
        let mut body = self.example.clone();
        *body.pointer_mut(&at.pointer).unwrap() = value;
        let field = if at.field.is_empty() { "body" } else { &at.field };
        self.found.push(Probe { what: what.into(), field: field.to_owned(), body, valid });
    }

    fn value(&mut self, schema: &Value, at: &Place, value: &Value) {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            for property in value.as_object().into_iter().flatten().map(|(property, _)| property) {
                self.used.insert((name.to_owned(), property.clone()));
            }
            return self.value(&self.schemas[name].clone(), at, value);
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            self.probe(at, "that is null", true, Value::Null);
            let [choice, null] = choices.as_slice() else { panic!("{}: a choice of more than null", at.field) };
            assert_eq!(null["type"], "null");
            return self.value(choice, at, value);
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => {
                assert_eq!(kinds[1], "null");
                self.probe(at, "that is null", true, Value::Null);
                kinds[0].as_str()
            }
            kind => kind.as_str(),
        };
        let other = if kind == Some("array") { json!({}) } else { json!([]) };
        self.probe(at, "of another type", false, other);
        match (kind, value) {
            (Some("object"), Value::Object(fields)) => self.object(schema, at, fields),
            (Some("array"), Value::Array(items)) => self.array(schema, at, items),
            (Some("integer"), Value::Number(_)) => self.integer(schema, at),
            (Some("string"), Value::String(_)) => self.string(schema, at),
            (Some("boolean"), Value::Bool(_)) => {}
            _ => panic!("{}: {value} does not fit {schema}", at.field),
        }
    }

    fn object(&mut self, schema: &Value, at: &Place, fields: &Map<String, Value>) {
        // The values of a map, whose names have a pattern that the unknown name below does not fit.
        let of_values = Some(&schema["additionalProperties"]).filter(|_| schema["propertyNames"].is_object());
        let is_closed = of_values.is_some() || schema["additionalProperties"] == false;
        assert!(is_closed, "{}: unknown fields are lost", at.field);
        let with = |name: &str, value: Value| {
            let mut fields = fields.clone();
            fields.insert(name.to_owned(), value);
            Value::Object(fields)
        };
        let mut probe = |name: &str, what: &str, valid, value: Value| {
            self.probe(at, what, valid, value);
            self.found.last_mut().unwrap().field = at.field(name).field;
        };
        probe("no such name", "that is unknown", false, with("no such name", json!(true)));
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let mut fewer = fields.clone();
            fewer.remove(name).expect("the example has what is required");
            probe(name, "that is missing", false, fewer.into());
        }
        if let Some(most) = schema["maxProperties"].as_u64() {
            let value = fields.values().next().unwrap();
            let many = |count: u64| (0..count).map(|n| (format!("n{n}"), value.clone())).collect::<Map<_, _>>();
            self.probe(at, "with as many as it may have", true, many(most).into());
            self.probe(at, "with more than it may have", false, many(most + 1).into());
        }
        for (name, value) in fields {
            let of_field = schema["properties"].get(name).or(of_values);
            let of_field = of_field.unwrap_or_else(|| panic!("{} is not in its schema", at.field(name).field));
            self.value(of_field, &at.field(name), value);
        }
    }

    fn array(&mut self, schema: &Value, at: &Place, items: &[Value]) {
        let many = |count: usize| (0..count).map(|n| numbered(&items[n % items.len()], n)).collect::<Vec<_>>();
        if let Some(least) = limit(schema, "minItems") {
            self.probe(at, "with as few as it may have", true, many(least).into());
            self.probe(at, "with fewer than it may have", false, many(least - 1).into());
        }
        if let Some(most) = limit(schema, "maxItems") {
            self.probe(at, "with as many as it may have", true, many(most).into());
            self.probe(at, "with more than it may have", false, many(most + 1).into());
        }
        for (n, item) in items.iter().enumerate() {
            self.value(&schema["items"], &at.item(n), item);
        }
    }

    fn integer(&mut self, schema: &Value, at: &Place) {
        let limit = |name: &str| schema[name].as_i64().unwrap_or_else(|| panic!("{} has no {name}", at.field));
        let (least, most) = (limit("minimum"), limit("maximum"));
        for (value, valid) in [(least, true), (least - 1, false), (most, true), (most + 1, false)] {
            self.probe(at, format!("= {value}"), valid, value.into());
        }
        self.probe(at, "that is no whole number", false, json!(1.5));
    }

    fn string(&mut self, schema: &Value, at: &Place) {
        if schema["enum"].is_array() {
            return self.names(schema, at);
        }
        let is_address = schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("https?://"));
        let format = schema["format"].as_str().or(is_address.then_some("uri"));
        if let Some(most) = limit(schema, "maxLength") {
            self.probe(at, "of the largest length", true, sample(format, most).into());
            self.probe(at, "that is too long", false, sample(format, most + 1).into());
        } else {
            assert!(format.is_some() || schema["pattern"].is_string(), "{} may be any text", at.field);
        }
        if let Some(least) = limit(schema, "minLength") {
            self.probe(at, "that is empty", least == 0, "".into());
        }
        if format.is_some() || schema["pattern"].is_string() {
            self.probe(at, "of another form", false, "not of this form?".into());
        }
    }

    fn names(&mut self, schema: &Value, at: &Place) {
        for name in schema["enum"].as_array().cloned().unwrap_or_default() {
            self.probe(at, format!("= {{{name}: null}}"), false, json!({ name.as_str().unwrap(): null }));
            self.probe(at, format!("= {name}"), true, name);
        }
        self.probe(at, "of another name", false, "no-such-name".into());
    }
}

fn limit(schema: &Value, name: &str) -> Option<usize> {
    schema[name].as_u64().map(|limit| usize::try_from(limit).unwrap())
}

/// The same item with another line of the order or another day, because no two may be equal.
fn numbered(item: &Value, n: usize) -> Value {
    let mut item = item.clone();
    if let Some(line) = item.get_mut("line") {
        *line = n.into();
    }
    match item.as_str().map(str::parse::<Date>) {
        Some(Ok(day)) => day.saturating_add(i64::try_from(n).unwrap().days()).to_string().into(),
        _ => item,
    }
}

/// A text of `length` characters.
fn sample(format: Option<&str>, length: usize) -> String {
    match format {
        Some("email") => format!("{:a>length$}", "@example.com"),
        Some("uri") => format!("{:a<length$}", "https://example.com/"),
        _ => "a".repeat(length),
    }
}
