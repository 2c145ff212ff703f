//! Webhook signatures: pure functions over the raw bytes of a body, and [`signed`], which finds the secrets for them. This crate
//! holds the common parts, and the schemes of more than one sender. A sender's own scheme is with the sender.
//!
//! Verify before parsing, and with the bytes that were sent: decode a base64 body first, and do not reprint a parsed
//! one, because that changes the signature. `now` is the moment at which the request was received, so that a delay
//! behind the edge does not make an event too old.

pub mod signed;
pub mod standard_webhooks;
pub mod timed;
pub mod whole;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use std::time::Duration;
use thiserror::Error;

/// The maximum difference between the signer's clock and ours, in both directions. All schemes with a time require it.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// Why a signature, or the secret to check it with, is refused.
///
/// `NoSecret` and `MalformedSecret` are ours to fix, all others the sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignatureError {
    #[error("the request is not signed: {0} is missing")]
    Missing(&'static str),
    #[error("the signature cannot be read: {0}")]
    Malformed(&'static str),
    #[error("the signature is genuine, but more than five minutes from the time of receipt")]
    TimestampOutOfTolerance,
    #[error("no signature matches: the body was changed, or signed with another secret")]
    NoMatch,
    #[error("no signing secret is configured, or it is empty")]
    NoSecret,
    #[error("the signing secret is not whsec_ followed by base64, or whpk_ followed by a public key in base64")]
    MalformedSecret,
}

/// A secret with its key schedule computed, so that a request costs only its own hashing.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// Refuses an empty key, because it would let anyone sign.
    pub fn new(secret: &[u8]) -> Result<Self, SignatureError> {
        if secret.is_empty() {
            return Err(SignatureError::NoSecret);
        }
        Hmac::new_from_slice(secret).map(Self).map_err(|_| SignatureError::NoSecret)
    }

    /// HMAC-SHA256 of the parts joined by dots, as in the schemes with a time.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                mac.update(b".");
            }
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// The time of a signature, in seconds since 1970. Only decimal digits are accepted: `i64` would also parse a sign,
/// which no signer writes.
pub fn parse_seconds(text: &str) -> Option<Timestamp> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits)?;
    Timestamp::from_second(seconds).ok()
}

/// Returns [`SignatureError::TimestampOutOfTolerance`] if the time of a genuine signature is more than [`TOLERANCE`]
/// from `now`.
pub fn check_age(signed_at: Timestamp, now: Timestamp) -> Result<(), SignatureError> {
    if now.duration_since(signed_at).unsigned_abs() > TOLERANCE {
        return Err(SignatureError::TimestampOutOfTolerance);
    }
    Ok(())
}
