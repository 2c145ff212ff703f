//! A request to the API.

use super::reply::Refusal;
use crate::channels::woocommerce::params::Params;
use axum::http::{header, request::Parts, uri::Scheme};
use serde_json::{Map, Value};

/// A request, as WordPress reads it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    /// What the request itself says: some clients put another method into a header, for hosts that block some.
    pub(super) sent_method: String,
    pub(super) path: String,
    /// The whole address, without its query.
    pub(super) url: String,
    pub(super) is_encrypted: bool,
    pub(super) params: Params,
    pub(super) authorization: Option<String>,
    body: Map<String, Value>,
}

impl Asked {
    pub(super) fn read(parts: &Parts, body: &[u8]) -> Result<Self, Refusal> {
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let params = Params::read(parts.uri.query().unwrap_or_default());
        let sent_method = parts.method.as_str().to_owned();
        let other = header("x-http-method-override").or_else(|| params.get("_method").map(str::to_owned));
        let method =
            other.filter(|_| sent_method == "POST").map_or_else(|| sent_method.clone(), |other| other.to_uppercase());
        // Before a shop there may be somebody who ends the encryption.
        let proxied = header("x-forwarded-proto").as_deref() == Some("https");
        let is_encrypted = parts.uri.scheme() == Some(&Scheme::HTTPS) || proxied;
        let scheme = if is_encrypted { "https" } else { "http" };
        let authority = parts.uri.authority().map(ToString::to_string);
        let host = authority.or_else(|| header(header::HOST.as_str())).unwrap_or_else(|| "localhost".to_owned());
        let path = parts.uri.path().to_owned();
        let kind = header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        Ok(Self {
            url: format!("{scheme}://{host}{path}"),
            path: path.trim_end_matches('/').to_owned(),
            body: fields(&kind, body)?,
            authorization: header(header::AUTHORIZATION.as_str()),
            method,
            sent_method,
            is_encrypted,
            params,
        })
    }

    /// A parameter, of the body before that of the address.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let given = self.body.get(name).filter(|value| !value.is_null()).cloned();
        given.or_else(|| self.params.get(name).map(|text| Value::String(text.to_owned())))
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Without a value that says otherwise, what WordPress takes for true.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(flag),
            Value::String(text) => Some(["1", "true"].contains(&text.as_str())),
            Value::Number(number) => Some(number.as_i64() == Some(1)),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A whole number, also as a text.
    pub(super) fn whole(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.get(name).map(|value| whole(name, &value)).transpose()
    }

    /// The elements of a list in the body; none if there is no list.
    pub(super) fn array(&self, name: &str) -> &[Value] {
        self.body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.body.contains_key(name)
    }

    pub(super) fn body(&self) -> Value {
        Value::Object(self.body.clone())
    }

    /// What nobody may do whom the shop does not know.
    pub(super) fn not_allowed(&self) -> Refusal {
        let last = self.path.rsplit('/').next().unwrap_or_default();
        let is_one = last.parse::<u64>().is_ok();
        let (code, message) = match self.method.as_str() {
            "GET" | "HEAD" if is_one => ("cannot_view", "Sorry, you cannot view this resource."),
            "GET" | "HEAD" => ("cannot_view", "Sorry, you cannot list resources."),
            "DELETE" => ("cannot_delete", "Sorry, you are not allowed to delete this resource."),
            _ if last == "batch" => ("cannot_batch", "Sorry, you are not allowed to batch manipulate this resource."),
            "POST" if !is_one => ("cannot_create", "Sorry, you are not allowed to create resources."),
            _ => ("cannot_edit", "Sorry, you are not allowed to edit this resource."),
        };
        Refusal::new(401, format!("woocommerce_rest_{code}"), message)
    }
}

/// A whole number, also as a text.
pub(super) fn whole(name: &str, value: &Value) -> Result<i64, Refusal> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        #[expect(clippy::cast_possible_truncation, reason = "it has no fraction, and numbers in stock are small")]
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().filter(|value| value.fract() == 0.0).map(|value| value as i64))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.ok_or_else(|| Refusal::parameter(name, "rest_invalid_type", &format!("{name} is not of type integer.")))
}

/// The fields of a body of JSON, or of a form.
fn fields(kind: &str, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    if !kind.contains("json") {
        let pairs = form_urlencoded::parse(body);
        return Ok(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Ok(Map::new()),
        Err(_) => Err(Refusal::new(400, "rest_invalid_json", "Invalid JSON body passed.")),
    }
}
