//! Square's webhook signatures: <https://developer.squareup.com/docs/webhooks/step3validate>.
//!
//! They hold no time, so an old request can be sent again. That changes nothing: what it says is recorded already, and
//! a fact that is known is not recorded twice.

use data_encoding::BASE64;
use subtle::ConstantTimeEq;
use webhooks::{Key, SignatureError};

/// The name of the header, in lower case.
pub const HEADER: &str = "x-square-hmacsha256-signature";

/// The signature key of a webhook subscription. It is the text that Square shows.
#[derive(Clone)]
pub struct SignatureKey(Key);

impl SignatureKey {
    /// An empty key is [`SignatureError::NoSecret`].
    pub fn new(text: &str) -> Result<Self, SignatureError> {
        Key::new(text.as_bytes()).map(Self)
    }
}

impl std::fmt::Debug for SignatureKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignatureKey(…)")
    }
}

/// Succeeds only if the header is the signature of exactly this body, posted to exactly this URL, by one of the keys.
pub fn verify(header: Option<&str>, url: &str, body: &[u8], keys: &[SignatureKey]) -> Result<(), SignatureError> {
    if keys.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let header = header.ok_or(SignatureError::Missing(HEADER))?;
    let is_genuine = |key: &SignatureKey| sign(url, body, key).as_bytes().ct_eq(header.as_bytes()).into();
    // Square posts no event without a body, and its own library calls such a request forged.
    if body.is_empty() || !keys.iter().any(is_genuine) { Err(SignatureError::NoMatch) } else { Ok(()) }
}

/// The header that Square would send with this body.
pub fn sign(url: &str, body: &[u8], key: &SignatureKey) -> String {
    BASE64.encode(&key.0.sign(&[&[url.as_bytes(), body].concat()]))
}

#[cfg(test)]
mod tests;
