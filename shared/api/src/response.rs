//! Answers of any type, with headers and cookies.

use super::Problem;
use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::{
    Body,
    http::{HeaderName, HeaderValue, header},
};
use serde::Serialize;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// In the order in which they were added. A name that comes again replaces what stood under it.
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Each a whole `Set-Cookie`.
    cookies: Vec<String>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        Self::serialized(status, "application/json", body)
    }

    pub fn problem(problem: &Problem) -> Self {
        Self::serialized(problem.status, "application/problem+json", problem)
    }

    pub fn html(status: u16, page: impl Into<String>) -> Self {
        Self::bytes(status, "text/html; charset=utf-8", page.into())
    }

    /// Anything else: a picture, a PDF, a stylesheet.
    pub fn bytes(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let content_type = (header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers: vec![content_type], cookies: Vec::new(), body: body.into() }
    }

    /// Sends the client elsewhere with a GET. A `location` that cannot stand in a header is a fault of ours.
    pub fn redirect(location: &str) -> Self {
        match HeaderValue::from_str(location) {
            Ok(location) => {
                let headers = vec![(header::LOCATION, location)];
                Self { status: 303, headers, cookies: Vec::new(), body: Vec::new() }
            }
            Err(error) => Self::fault(&error),
        }
    }

    fn serialized(status: u16, content_type: &'static str, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self::bytes(status, content_type, body),
            Err(error) => Self::fault(&error),
        }
    }

    fn fault(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "an answer cannot be written");
        Self::bytes(500, "text/plain", "")
    }

    /// With a header of a fixed value, instead of one that has this name.
    pub fn with(self, name: HeaderName, value: &'static str) -> Self {
        self.with_value(name, HeaderValue::from_static(value))
    }

    /// With a header, instead of one that has this name.
    pub fn with_value(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value));
        self
    }

    /// With one more cookie: `__Host-session=…; Path=/; Secure; HttpOnly`.
    pub fn with_cookie(mut self, cookie: impl Into<String>) -> Self {
        self.cookies.push(cookie.into());
        self
    }

    pub fn header(&self, name: impl AsRef<str>) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known.as_str() == name.as_ref())?;
        value.to_str().ok()
    }

    pub fn content_type(&self) -> &str {
        self.header(header::CONTENT_TYPE).unwrap_or_default()
    }

    /// The answer in API Gateway's payload format 2.0. Bytes that are no text go as base64.
    pub fn into_lambda(self) -> ApiGatewayV2httpResponse {
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = self.status.into();
        let is_text = is_text(self.content_type());
        let body = match String::from_utf8(self.body) {
            Ok(text) if is_text || text.is_empty() => Body::Text(text),
            Ok(text) => Body::Binary(text.into_bytes()),
            Err(bytes) => Body::Binary(bytes.into_bytes()),
        };
        response.headers.extend(self.headers);
        response.cookies = self.cookies;
        response.is_base64_encoded = matches!(body, Body::Binary(_));
        response.body = Some(body);
        response
    }
}

/// Whether bodies of a type are texts. All of ours are in UTF-8.
fn is_text(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim();
    media.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&media)
        || media.ends_with("+json")
        || media.ends_with("+xml")
}

#[cfg(test)]
mod tests;
