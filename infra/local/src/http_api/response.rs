//! A function's answer as an HTTP response (payload format 2.0).

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A function's answer. `multiValueHeaders` belongs to format 1.0 and is ignored, as on AWS.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: StatusNumber,
    #[serde(default)]
    headers: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// API Gateway also accepts a status as a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum StatusNumber {
    Number(u16),
    Text(String),
}

/// Makes the response. None if the answer is malformed; API Gateway then reports a failed function.
pub(super) fn response(payload: Bytes) -> Option<Response<Body>> {
    let answer: Value = serde_json::from_slice(&payload).ok()?;
    if answer.get("statusCode").is_none() {
        return inferred(payload);
    }
    let answer: Answer = serde_json::from_value(answer).ok()?;
    let status = match answer.status_code {
        StatusNumber::Number(number) => StatusCode::from_u16(number),
        StatusNumber::Text(text) => text.parse(),
    };
    let body = answer.body.unwrap_or_default();
    let body = match answer.is_base64_encoded {
        Some(true) => BASE64_STANDARD.decode(body).ok()?,
        _ => body.into_bytes(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status.ok()?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    for (name, value) in answer.headers.into_iter().flatten() {
        let name: HeaderName = name.parse().ok()?;
        // The server sets the length itself.
        if name != header::CONTENT_LENGTH {
            headers.insert(name, header_value(&value)?);
        }
    }
    for cookie in answer.cookies.into_iter().flatten() {
        headers.append(header::SET_COOKIE, HeaderValue::from_str(&cookie).ok()?);
    }
    Some(response)
}

/// An answer without `statusCode` is the body itself.
fn inferred(payload: Bytes) -> Option<Response<Body>> {
    Response::builder().header(header::CONTENT_TYPE, "application/json").body(Body::from(payload)).ok()
}

fn header_value(value: &Value) -> Option<HeaderValue> {
    match value {
        Value::String(text) => HeaderValue::from_str(text).ok(),
        Value::Number(_) | Value::Bool(_) => HeaderValue::from_str(&value.to_string()).ok(),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn make(answer: &Value) -> Option<Response<Body>> {
        response(answer.to_string().into())
    }

    async fn text(response: Response<Body>) -> String {
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_full_answer_is_taken_as_it_is() {
        let response = make(&json!({
            "statusCode": 201,
            "headers": { "Content-Type": "text/html", "x-count": 3, "content-length": "99" },
            "multiValueHeaders": { "x-ignored": ["1"] },
            "cookies": ["a=1", "b=2"],
            "isBase64Encoded": true,
            "body": "aGVsbG8=",
        }));
        let response = response.unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["content-type"], "text/html");
        assert_eq!(response.headers()["x-count"], "3");
        assert!(!response.headers().contains_key("x-ignored"));
        assert!(!response.headers().contains_key("content-length"));
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(text(response).await, "hello");
    }

    #[tokio::test]
    async fn an_answer_without_a_status_is_json() {
        let response = make(&json!({ "sku": "A" })).unwrap();
        assert_eq!(
            (response.status(), &response.headers()["content-type"]),
            (StatusCode::OK, &"application/json".parse().unwrap())
        );
        assert_eq!(text(response).await, r#"{"sku":"A"}"#);
    }

    #[test]
    fn a_status_is_enough() {
        let response = make(&json!({ "statusCode": "204" })).unwrap();
        assert_eq!(response.status(), 204);
        assert_eq!(response.headers()["content-type"], "text/plain;charset=UTF-8");
    }

    #[test]
    fn a_malformed_answer_is_none() {
        for answer in [
            json!({ "statusCode": 99 }),
            json!({ "statusCode": "ok" }),
            json!({ "statusCode": null }),
            json!({ "statusCode": 200, "body": { "not": "text" } }),
            json!({ "statusCode": 200, "body": "%%%", "isBase64Encoded": true }),
            json!({ "statusCode": 200, "headers": { "bad name": "1" } }),
            json!({ "statusCode": 200, "headers": { "x": "line\nbreak" } }),
        ] {
            assert!(make(&answer).is_none(), "{answer}");
        }
    }
}
