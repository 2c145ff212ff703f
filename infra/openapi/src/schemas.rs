//! Schemas of the types, collected as the description's components.
//!
//! A type may look different in requests and answers. In a request a field with a default may be left out, and an
//! unknown field is refused. In an answer fields may be added later. If the two forms of a type differ, the request's
//! form has `Input` after its name.

use crate::unions;
use api::Request;
use domain::{
    ids::{
        BatchId, CaptureId, ChannelId, FulfillmentId, InvoiceNumber, LocationId, OrderId, ParcelId, PaymentId,
        ProviderId, RefundId, ReturnId, SellerId, Sku, UnreadId,
    },
    order_state::{HoldReason, OrderStatus},
};
use payments::Provider;
use schemars::{
    JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema, transform::RecursiveTransform,
};
use serde_json::{Value, json};
use shipping::Service;
use std::borrow::Cow;

const COMPONENTS: &str = "/components/schemas";
/// The preliminary target of references in requests, until it is known which types differ.
const REQUESTS: &str = "/components/requests";

/// Collects schemas. They may refer to others, which [`Schemas::finish`] adds.
pub struct Schemas {
    pub requests: SchemaGenerator,
    pub answers: SchemaGenerator,
}

impl Schemas {
    pub fn new() -> Self {
        let settings = |path: &'static str| {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = path.into();
                settings.meta_schema = None;
            })
        };
        let requests = settings(REQUESTS)
            .for_deserialize()
            .with_transform(RecursiveTransform(refuse_unknown_fields))
            .with_transform(RecursiveTransform(take_null_for_absent));
        let answers = settings(COMPONENTS).for_serialize().with_transform(RecursiveTransform(allow_unknown_fields));
        let generator = |settings: SchemaSettings| {
            let settings = settings.with_transform(RecursiveTransform(unions::constants_as_enum));
            settings.with_transform(RecursiveTransform(unions::maps_by_their_values)).into_generator()
        };
        Self { requests: generator(requests), answers: generator(answers) }
    }

    /// Puts all schemas that `document` refers to into its components.
    pub fn finish(mut self, mut document: Value) -> Value {
        let mut components = self.answers.take_definitions(true);
        let requests = self.requests.take_definitions(true);
        let differs = |name: &str| components.get(name).is_some_and(|answer| *answer != requests[name]);
        let differing: Vec<String> = requests.keys().filter(|name| differs(name)).cloned().collect();
        let name =
            |name: &str| if differing.iter().any(|d| d == name) { format!("{name}Input") } else { name.to_owned() };
        components.extend(requests.into_iter().map(|(own, schema)| (name(&own), schema)));
        unions::for_generators(&mut components);
        document["components"]["schemas"] = Value::Object(components);
        rename(&mut document, &name);
        document
    }
}

/// Forbids unknown fields, as the decoders do, so that a misspelled optional field is not silently lost.
fn refuse_unknown_fields(schema: &mut Schema) {
    if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
        schema.insert("additionalProperties".into(), false.into());
    }
}

/// Allows the empty text for a text that may be left out, as the decoders do.
fn take_empty_for_absent(field: &mut Value) {
    let is_text = match &field["type"] {
        Value::Array(types) => types.contains(&"string".into()),
        only => only == "string",
    };
    if is_text && field.get("minLength").is_some() {
        field["minLength"] = 0.into();
    }
    // JSON Schema has no format for an address, a day, a moment or nothing.
    let pattern = match field["format"].as_str() {
        Some("uri") => Some("^https?://"),
        Some("date") => Some(r"^\d{4}-\d{2}-\d{2}$"),
        Some("date-time") => Some(r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$"),
        _ => None,
    };
    if is_text && let Some(pattern) = pattern {
        field.as_object_mut().and_then(|field| field.remove("format"));
        field["pattern"] = pattern.into();
    }
    if is_text && let Some(pattern) = field["pattern"].as_str().map(str::to_owned) {
        field["pattern"] = format!("^$|{pattern}").into();
    }
}

/// Allows null for optional fields, as the decoders do.
fn take_null_for_absent(schema: &mut Schema) {
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (_, field) in properties.iter_mut().filter(|(name, _)| !required.contains(&Value::from(name.as_str()))) {
        take_empty_for_absent(field);
        match field.get("type") {
            Some(Value::Array(_)) => {} // an `Option` says it already
            Some(Value::String(only)) => field["type"] = json!([only, "null"]),
            None if field.get("anyOf").is_some() => {}
            _ => {
                let default = field.as_object_mut().and_then(|field| field.remove("default"));
                *field = json!({ "anyOf": [field, { "type": "null" }] });
                match default {
                    // Generators take no object for a default.
                    Some(default @ Value::Object(_)) => {
                        field["description"] = format!("Without it: `{default}`.").into();
                    }
                    Some(default) => field["default"] = default,
                    None => {}
                }
            }
        }
    }
}

/// Allows unknown fields in answers, because fields may be added later.
fn allow_unknown_fields(schema: &mut Schema) {
    if schema.get("properties").is_some() && schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        schema.remove("additionalProperties");
    }
}

/// Points references in requests to the final components.
fn rename(value: &mut Value, name: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => {
            if let Some(own) = text.strip_prefix(&format!("#{REQUESTS}/")) {
                *text = format!("#{COMPONENTS}/{}", name(own));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, name)),
        Value::Object(fields) => fields.values_mut().for_each(|field| rename(field, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The schema of a parameter of a path.
pub fn path_parameter(schemas: &mut SchemaGenerator, name: &str) -> Schema {
    match name {
        "order_id" => schemas.subschema_for::<OrderId>(),
        "fulfillment" => schemas.subschema_for::<FulfillmentId>(),
        "batch" => schemas.subschema_for::<BatchId>(),
        "parcel" => schemas.subschema_for::<ParcelId>(),
        "return" => schemas.subschema_for::<ReturnId>(),
        "reason" => schemas.subschema_for::<HoldReason>(),
        "dispute" => schemas.subschema_for::<ProviderId>(),
        "payment" => schemas.subschema_for::<PaymentId>(),
        "refund" => schemas.subschema_for::<RefundId>(),
        "capture" => schemas.subschema_for::<CaptureId>(),
        "webhook" => schemas.subschema_for::<UnreadId>(),
        "sku" => schemas.subschema_for::<Sku>(),
        "location" => schemas.subschema_for::<LocationId>(),
        "channel" => schemas.subschema_for::<ChannelId>(),
        "seller" => schemas.subschema_for::<SellerId>(),
        "number" => schemas.subschema_for::<InvoiceNumber>(),
        "provider" => json_schema!({ "type": "string", "enum": provider_names() }),
        "service" => json_schema!({ "type": "string", "enum": service_names() }),
        "key" => json_schema!({ "type": "string", "description": "An `id` of `GET /keys`." }),
        other => panic!("of which type is the path parameter {other}?"),
    }
}

/// Declares the schema of something that is no type of its own in the functions.
macro_rules! inline {
    ($(#[$doc:meta])* $name:ident: $schema:tt) => {
        $(#[$doc])*
        pub struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

inline! {
    /// See [`api::Request::idempotency_key`].
    IdempotencyKey: { "type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$" }
}
inline! {
    /// A year of the calendar.
    Year: { "type": "string", "pattern": "^2[0-9]{3}$", "examples": ["2026"] }
}
inline! {
    /// See [`OrderStatus::as_str`].
    StatusName: { "type": "string", "enum": OrderStatus::NAMES }
}
inline! {
    /// See [`api::Request::cursor`].
    Cursor: { "type": "string", "pattern": "^[A-Za-z0-9_-]{20,290}$" }
}
inline! {
    /// Bytes.
    Pdf: { "type": "string", "format": "binary" }
}
inline! {
    /// An XML document.
    Xml: { "type": "string" }
}
inline! {
    /// What an electronic invoice is written in.
    Syntax: { "type": "string", "enum": ["cii", "ubl"], "default": "cii" }
}
inline! {
    /// A day of the calendar.
    Day: { "type": "string", "format": "date", "pattern": "^2[0-9]{3}-[0-9]{2}-[0-9]{2}$" }
}
inline! {
    /// See [`api::Request::limit`].
    Limit: { "type": "integer", "minimum": 1, "maximum": Request::MAX_LIMIT, "default": Request::DEFAULT_LIMIT }
}

/// A body of a payment provider's webhook, which the provider describes.
pub struct PaymentEvent;

impl JsonSchema for PaymentEvent {
    fn schema_name() -> Cow<'static, str> {
        "PaymentEvent".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut bodies = Provider::ALL.iter().map(|provider| provider.description().body).collect::<Vec<_>>();
        let body = if bodies.len() == 1 { bodies.remove(0) } else { json!({ "anyOf": bodies }) };
        Schema::try_from(body).unwrap_or_default()
    }
}

/// A body of a tracking service's webhook, as each of them words it.
pub struct TrackingEvent;

impl JsonSchema for TrackingEvent {
    fn schema_name() -> Cow<'static, str> {
        "TrackingEvent".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let body = json!({ "type": "object", "description": "What the service tells, in its own words.", "additionalProperties": true });
        Schema::try_from(body).unwrap_or_default()
    }
}

/// A body of a shop's webhook, as each shop words it.
pub struct ShopEvent;

impl JsonSchema for ShopEvent {
    fn schema_name() -> Cow<'static, str> {
        "ShopEvent".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let body = json!({ "type": "object", "description": "What the shop tells, in its own words.", "additionalProperties": true });
        Schema::try_from(body).unwrap_or_default()
    }
}

fn provider_names() -> Vec<&'static str> {
    Provider::ALL.iter().map(|provider| provider.name()).collect()
}

fn service_names() -> Vec<&'static str> {
    Service::ALL.iter().map(|service| service.name()).collect()
}

/// One schema for every error, also for those that API Gateway answers by itself, so that a client needs one type.
pub fn with_gateway_message(problem: &mut Value) {
    problem["description"] =
        "What is wrong. Orderly answers with problem details (RFC 9457): `type`, `title`, `status` and `detail` are always there. \
         API Gateway, before or instead of a function, answers with `message` alone."
            .into();
    problem["properties"]["message"] =
        json!({ "type": "string", "description": "API Gateway's words: `Unauthorized`." });
    problem.as_object_mut().and_then(|problem| problem.remove("required"));
}
