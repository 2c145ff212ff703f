//! Signatures in one header with their time: `t=…,v1=…`. One sender began with it, and others have taken it over.

use super::{Key, SignatureError, check_age, parse_seconds};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use subtle::ConstantTimeEq;

/// The signing secret of one endpoint. There are two while it is rolled.
#[derive(Clone)]
pub struct SigningSecret(Key);

impl SigningSecret {
    /// The key is the whole text, a prefix like `whsec_` included. An empty one is [`SignatureError::NoSecret`].
    pub fn new(text: &str) -> Result<Self, SignatureError> {
        Key::new(text.as_bytes()).map(Self)
    }

    /// The signature of a body at this time, in seconds, as it is written.
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        HEXLOWER.encode(&self.0.sign(&[timestamp.as_bytes(), body]))
    }
}

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// Succeeds only if one of the header's `v1` signatures was made of exactly this body with one of the secrets, at most
/// [`TOLERANCE`](super::TOLERANCE) before or after `now`.
///
/// Signatures of other schemes are ignored: a `v0` is for test events and proves nothing. The age is checked
/// only after the signature has matched, because an unsigned time can be forged.
pub fn verify(header: &str, body: &[u8], secrets: &[SigningSecret], now: Timestamp) -> Result<(), SignatureError> {
    if secrets.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let header = Header::parse(header)?;
    let genuine = secrets.iter().any(|secret| {
        let expected = secret.sign(header.timestamp, body);
        header.signatures.iter().any(|signature| expected.as_bytes().ct_eq(signature.as_bytes()).into())
    });
    if !genuine {
        return Err(SignatureError::NoMatch);
    }
    check_age(header.signed_at, now)
}

/// The header that the sender would send with this body; for tests.
pub fn sign(body: &[u8], secret: &SigningSecret, at: Timestamp) -> String {
    let timestamp = at.as_second().to_string();
    let signature = secret.sign(&timestamp, body);
    format!("t={timestamp},v1={signature}")
}

struct Header<'a> {
    signed_at: Timestamp,
    /// Kept as text, because the text is what was signed.
    timestamp: &'a str,
    signatures: Vec<&'a str>,
}

impl<'a> Header<'a> {
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        let mut timestamp = None;
        let mut signatures = Vec::new();
        for item in header.split(',') {
            match item.split_once('=') {
                Some(("t", value)) if timestamp.is_none() => timestamp = Some(value),
                Some(("t", _)) => return Err(SignatureError::Malformed("it has two timestamps")),
                Some(("v1", value)) => signatures.push(value),
                Some(_) => {}
                None => return Err(SignatureError::Malformed("an item is not name=value")),
            }
        }
        let timestamp = timestamp.ok_or(SignatureError::Malformed("it has no timestamp"))?;
        let signed_at = parse_seconds(timestamp).ok_or(SignatureError::Malformed("its timestamp is not in seconds"))?;
        Ok(Self { signed_at, timestamp, signatures })
    }
}
