//! The signatures of Standard Webhooks:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.

use crate::payments::engine::{Secret, hmac};
use axum::http::HeaderMap;
use data_encoding::BASE64;

/// How far a request's time may be off, in seconds.
const TOLERANCE: i64 = 5 * 60;

/// `v1,` and the signature of a body.
pub(super) fn sign(secret: &Secret, id: &str, seconds: i64, body: &[u8]) -> String {
    let value = secret.value();
    let key = BASE64.decode(value.strip_prefix("whsec_").unwrap_or(&value).as_bytes()).unwrap_or_default();
    format!("v1,{}", BASE64.encode(&hmac(&key, &[format!("{id}.{seconds}.").as_bytes(), body])))
}

/// The id of a request, if its headers are signed with the secret. One of several signatures is enough.
pub(super) fn verify<'h>(secret: &Secret, headers: &'h HeaderMap, body: &[u8], now: i64) -> Option<&'h str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (id, signatures) = (text("webhook-id")?, text("webhook-signature")?);
    let seconds = text("webhook-timestamp")?.parse::<i64>().ok()?;
    let expected = sign(secret, id, seconds, body);
    let is_timely = (now - seconds).abs() <= TOLERANCE;
    (is_timely && signatures.split(' ').any(|signature| signature == expected)).then_some(id)
}
