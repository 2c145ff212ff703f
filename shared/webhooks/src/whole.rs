//! Signatures that are the HMAC-SHA256 of the whole body and nothing else. They hold no time, so an old request can be sent again.
//! That changes nothing: what it tells is known already.

use super::{Key, SignatureError};
use data_encoding::Encoding;
use subtle::ConstantTimeEq;

/// Succeeds only if the signature is of exactly this body, by one of the secrets.
pub fn verify<S: AsRef<[u8]>>(
    signature: &str,
    body: &[u8],
    secrets: impl IntoIterator<Item = S>,
    encoding: &Encoding,
) -> Result<(), SignatureError> {
    let keys: Vec<Key> = secrets.into_iter().map(|secret| Key::new(secret.as_ref())).collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let is_made_with = |key: &Key| encoding.encode(&key.sign(&[body])).as_bytes().ct_eq(signature.as_bytes()).into();
    if keys.iter().any(is_made_with) { Ok(()) } else { Err(SignatureError::NoMatch) }
}
