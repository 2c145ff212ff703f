//! Answers, and errors in the form that WordPress gives to them.

use super::encoded;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

/// An answer of the API.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    body: Value,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: 200, body, headers: Vec::new() }
    }

    pub(super) fn created(body: Value, location: String) -> Self {
        Self { status: 201, body, headers: vec![("location", location)] }
    }

    pub(super) fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// With these fields only, if there are any; of a list, each of its elements.
    pub(super) fn with_fields(mut self, fields: &[&str]) -> Self {
        if !fields.is_empty() && self.status < 300 {
            self.body = match self.body {
                Value::Array(all) => all.into_iter().map(|one| picked(one, fields)).collect(),
                one => picked(one, fields),
            };
        }
        self
    }
}

/// `a.b` picks a field of a field.
fn picked(value: Value, fields: &[&str]) -> Value {
    let Value::Object(object) = value else { return value };
    let keep = |(name, value): (String, Value)| {
        let own = |field: &&&str| **field == name;
        if fields.iter().any(|field| own(&field)) {
            return Some((name, value));
        }
        let nested: Vec<&str> =
            fields.iter().filter_map(|field| field.strip_prefix(name.as_str())?.strip_prefix('.')).collect();
        (!nested.is_empty()).then(|| (name, picked(value, &nested)))
    };
    Value::Object(object.into_iter().filter_map(keep).collect::<Map<_, _>>())
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let json = [(header::CONTENT_TYPE, "application/json; charset=UTF-8")];
        let mut response = (status, json, encoded(&self.body)).into_response();
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// An error.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    status: u16,
    code: String,
    message: String,
    data: Value,
}

impl Refusal {
    pub(super) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), data: json!({ "status": status }) }
    }

    /// The shop's own mistake: it says the status in the wrong place, and so answers 500 whatever it says.
    pub(super) fn misplaced(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { data: json!(status), ..Self::new(500, code, message) }
    }

    /// `shop_order`, `product`, `product_variation` or `shop_webhook`.
    pub(super) fn invalid_id(post_type: &str, status: u16) -> Self {
        Self::new(status, format!("woocommerce_rest_{post_type}_invalid_id"), "Invalid ID.")
    }

    pub(super) fn no_route() -> Self {
        Self::new(404, "rest_no_route", "No route was found matching the URL and request method.")
    }

    /// A parameter has a value that it may not have. `code` is WordPress's for that.
    pub(super) fn parameter(name: &str, code: &str, message: &str) -> Self {
        let mut refusal = Self::new(400, "rest_invalid_param", format!("Invalid parameter(s): {name}"));
        refusal.data = json!({
            "status": 400, "params": { name: message },
            "details": { name: { "code": code, "message": message, "data": null } },
        });
        refusal
    }

    pub(super) fn missing(names: &[&str]) -> Self {
        let message = format!("Missing parameter(s): {}", names.join(", "));
        let mut refusal = Self::new(400, "rest_missing_callback_param", message);
        refusal.data = json!({ "status": 400, "params": names });
        refusal
    }

    pub(super) fn body(&self) -> Value {
        json!({ "code": self.code, "message": self.message, "data": self.data })
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self { status: refusal.status, body: refusal.body(), headers: Vec::new() }
    }
}
