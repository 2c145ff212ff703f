//! Standard Webhooks: how Orderly signs its posts to a warehouse, and how a receiver verifies them.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use super::{Key, SignatureError, check_age, parse_seconds};
use data_encoding::{BASE64, BASE64_NOPAD};
use jiff::Timestamp;
use subtle::ConstantTimeEq;

/// The names of the headers, in lower case.
pub const ID_HEADER: &str = "webhook-id";
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// A symmetric key that sender and receiver share.
#[derive(Clone)]
pub struct Secret(Key);

impl Secret {
    /// Reads `whsec_` followed by the key in base64, padded or not. An empty key is
    /// [`SignatureError::NoSecret`], any other text [`SignatureError::MalformedSecret`].
    pub fn new(text: &str) -> Result<Self, SignatureError> {
        if text.is_empty() {
            return Err(SignatureError::NoSecret);
        }
        let key = text
            .strip_prefix("whsec_")
            .and_then(|key| BASE64_NOPAD.decode(key.trim_end_matches('=').as_bytes()).ok())
            .ok_or(SignatureError::MalformedSecret)?;
        Key::new(&key).map(Self)
    }

    fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let parts = [id.as_bytes(), timestamp.as_bytes(), body];
        BASE64.encode(&self.0.sign(&parts))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The values of the three headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers<S> {
    /// The same for every attempt at a message, so that the receiver can recognize a repetition.
    pub id: S,
    /// Unix seconds of this attempt.
    pub timestamp: S,
    pub signature: S,
}

/// The headers to post this body with.
///
/// The id must not be empty, and must have no dots, which separate the signed parts, and nothing that a header cannot
/// carry. Otherwise the error is [`SignatureError::Malformed`].
pub fn sign(id: &str, body: &[u8], secret: &Secret, at: Timestamp) -> Result<Headers<String>, SignatureError> {
    check_id(id)?;
    let timestamp = at.as_second().to_string();
    let signature = secret.sign(id, &timestamp, body);
    Ok(Headers { id: id.to_owned(), timestamp, signature: format!("v1,{signature}") })
}

/// Succeeds only if one of the `v1` signatures was made of exactly this id, time and body with one of the secrets, at
/// most [`TOLERANCE`](super::TOLERANCE) before or after `now`.
///
/// Signatures of other versions are ignored. A receiver should also remember the id for as long as the tolerance lasts,
/// because a signature does not prevent a repetition.
pub fn verify(
    headers: &Headers<Option<&str>>,
    body: &[u8],
    secrets: &[Secret],
    now: Timestamp,
) -> Result<(), SignatureError> {
    if secrets.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let id = headers.id.ok_or(SignatureError::Missing(ID_HEADER))?;
    let timestamp = headers.timestamp.ok_or(SignatureError::Missing(TIMESTAMP_HEADER))?;
    let signatures = headers.signature.ok_or(SignatureError::Missing(SIGNATURE_HEADER))?;
    check_id(id)?;
    let signed_at = parse_seconds(timestamp).ok_or(SignatureError::Malformed("webhook-timestamp is not in seconds"))?;
    let genuine = secrets.iter().any(|secret| {
        let expected = secret.sign(id, timestamp, body);
        signatures
            .split(' ')
            .filter_map(|signature| signature.strip_prefix("v1,"))
            .any(|signature| expected.as_bytes().ct_eq(signature.as_bytes()).into())
    });
    if !genuine {
        return Err(SignatureError::NoMatch);
    }
    check_age(signed_at, now)
}

fn check_id(id: &str) -> Result<(), SignatureError> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
    if id.is_empty() || !id.bytes().all(plain) {
        return Err(SignatureError::Malformed("webhook-id must be printable ASCII without dots and spaces"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
