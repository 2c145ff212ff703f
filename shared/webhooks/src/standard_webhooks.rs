//! Standard Webhooks: how Orderly signs what it posts to others, and how a receiver verifies it.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
//!
//! A signature is symmetric (`v1`, by a [`Secret`]) or asymmetric (`v1a`, checked with a [`PublicKey`]). Orderly signs with
//! secrets only.

mod public_key;

pub use public_key::PublicKey;

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
        Key::new(&key_after("whsec_", text)?).map(Self)
    }

    fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let parts = [id.as_bytes(), timestamp.as_bytes(), body];
        BASE64.encode(&self.0.sign(&parts))
    }

    fn made_one_of(&self, signatures: &str, id: &str, timestamp: &str, body: &[u8]) -> bool {
        let expected = self.sign(id, timestamp, body);
        of_version("v1", signatures).any(|signature| expected.as_bytes().ct_eq(signature.as_bytes()).into())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The bytes of a key, padded or not, that stands in base64 after its prefix.
fn key_after(prefix: &str, text: &str) -> Result<Vec<u8>, SignatureError> {
    if text.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    text.strip_prefix(prefix)
        .and_then(|key| BASE64_NOPAD.decode(key.trim_end_matches('=').as_bytes()).ok())
        .ok_or(SignatureError::MalformedSecret)
}

/// What a receiver knows of a sender, to verify it by.
#[derive(Debug, Clone)]
pub enum SenderKey {
    Secret(Secret),
    PublicKey(PublicKey),
}

impl SenderKey {
    /// Reads a secret (`whsec_…`) or a public key (`whpk_…`). The prefix alone says which signatures it verifies, so a public
    /// key, which anybody may know, never does as a secret.
    pub fn new(text: &str) -> Result<Self, SignatureError> {
        if text.starts_with("whpk_") {
            PublicKey::new(text).map(Self::PublicKey)
        } else {
            Secret::new(text).map(Self::Secret)
        }
    }

    fn made_one_of(&self, signatures: &str, id: &str, timestamp: &str, body: &[u8]) -> bool {
        match self {
            Self::Secret(secret) => secret.made_one_of(signatures, id, timestamp, body),
            Self::PublicKey(key) => key.made_one_of(signatures, id, timestamp, body),
        }
    }
}

/// The signatures of a version, in the header's list.
fn of_version<'a>(version: &'static str, signatures: &'a str) -> impl Iterator<Item = &'a str> {
    signatures
        .split(' ')
        .filter_map(move |signature| signature.split_once(','))
        .filter_map(move |(own, signature)| (own == version).then_some(signature))
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
    let made = |signatures: &str, id: &str, timestamp: &str| {
        secrets.iter().any(|secret| secret.made_one_of(signatures, id, timestamp, body))
    };
    check(headers, secrets.is_empty(), made, now)
}

/// The same with keys of both kinds: one of the `v1` signatures was made with one of the secrets, or one of the `v1a`
/// signatures with the private key of one of the public keys.
pub fn verify_with(
    headers: &Headers<Option<&str>>,
    body: &[u8],
    keys: &[SenderKey],
    now: Timestamp,
) -> Result<(), SignatureError> {
    let made = |signatures: &str, id: &str, timestamp: &str| {
        keys.iter().any(|key| key.made_one_of(signatures, id, timestamp, body))
    };
    check(headers, keys.is_empty(), made, now)
}

/// `made`: whether one of the signatures is genuine for this id and time. The age is checked only then, because an unsigned
/// time can be forged.
fn check(
    headers: &Headers<Option<&str>>,
    is_without_key: bool,
    made: impl Fn(&str, &str, &str) -> bool,
    now: Timestamp,
) -> Result<(), SignatureError> {
    if is_without_key {
        return Err(SignatureError::NoSecret);
    }
    let id = headers.id.ok_or(SignatureError::Missing(ID_HEADER))?;
    let timestamp = headers.timestamp.ok_or(SignatureError::Missing(TIMESTAMP_HEADER))?;
    let signatures = headers.signature.ok_or(SignatureError::Missing(SIGNATURE_HEADER))?;
    check_id(id)?;
    let signed_at = parse_seconds(timestamp).ok_or(SignatureError::Malformed("webhook-timestamp is not in seconds"))?;
    if !made(signatures, id, timestamp) {
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
