//! Asymmetric signatures: ed25519, which only the sender can make and everybody can verify.

use super::{SignatureError, key_after, of_version};
use data_encoding::BASE64;
use ring::signature::{ED25519, UnparsedPublicKey};

/// The public key of a sender.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// The y-coordinates of the points of small order, also where they are written as more than the field's prime. Such a point
/// is nobody's key, and everybody can sign for it: a placeholder of zeros is one.
/// <https://eprint.iacr.org/2020/1244>
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

impl PublicKey {
    /// Reads `whpk_` followed by the 32 bytes of the key in base64, padded or not. An empty key is
    /// [`SignatureError::NoSecret`], any other text [`SignatureError::MalformedSecret`].
    pub fn new(text: &str) -> Result<Self, SignatureError> {
        let key = key_after("whpk_", text)?;
        if key.is_empty() {
            return Err(SignatureError::NoSecret);
        }
        let key: [u8; 32] = key.try_into().map_err(|_| SignatureError::MalformedSecret)?;
        let mut y = key;
        y[31] &= 0x7f; // the sign of x
        if SMALL_ORDER.contains(&data_encoding::HEXLOWER.encode(&y).as_str()) {
            return Err(SignatureError::MalformedSecret);
        }
        Ok(Self(key))
    }

    pub(super) fn made_one_of(&self, signatures: &str, id: &str, timestamp: &str, body: &[u8]) -> bool {
        let signatures = of_version("v1a", signatures).filter_map(|text| BASE64.decode(text.as_bytes()).ok());
        let mut signatures = signatures.filter(|signature| signature.len() == 64).peekable();
        if signatures.peek().is_none() {
            return false; // the body need not be copied
        }
        let signed = [id.as_bytes(), timestamp.as_bytes(), body].join(b".".as_slice());
        let key = UnparsedPublicKey::new(&ED25519, self.0);
        signatures.any(|signature| key.verify(&signed, &signature).is_ok())
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PublicKey(…)")
    }
}

#[cfg(test)]
mod tests;
