//! The signatures of Mollie's next-gen webhooks: <https://docs.mollie.com/reference/webhooks-best-practices>.

use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq;
use webhooks::{Key, SignatureError};

/// The name of the header, in lower case.
pub const HEADER: &str = "x-mollie-signature";

/// Mollie writes it before each signature; its own libraries also take one without.
const PREFIX: &str = "sha256=";

/// The signing secret of a webhook. There are two while it is rolled.
#[derive(Clone)]
pub struct SigningSecret(Key);

impl SigningSecret {
    /// The key is the whole text. An empty one is [`SignatureError::NoSecret`].
    pub fn new(text: &str) -> Result<Self, SignatureError> {
        Key::new(text.as_bytes()).map(Self)
    }

    fn sign(&self, body: &[u8]) -> String {
        HEXLOWER.encode(&self.0.sign(&[body]))
    }
}

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// Succeeds only if one of the header's signatures was made of exactly this body with one of the secrets. While a secret is
/// rolled, a request may carry several signatures; API Gateway joins repeated headers with commas. The scheme has no time.
pub fn verify(header: &str, body: &[u8], secrets: &[SigningSecret]) -> Result<(), SignatureError> {
    if secrets.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let signatures = || header.split(',').map(str::trim).map(|text| text.strip_prefix(PREFIX).unwrap_or(text));
    let genuine = secrets.iter().any(|secret| {
        let expected = secret.sign(body);
        signatures().any(|signature| expected.as_bytes().ct_eq(signature.as_bytes()).into())
    });
    if genuine { Ok(()) } else { Err(SignatureError::NoMatch) }
}

/// The header that Mollie would send with this body; for tests.
pub fn sign(body: &[u8], secret: &SigningSecret) -> String {
    format!("{PREFIX}{}", secret.sign(body))
}

#[cfg(test)]
mod tests;
