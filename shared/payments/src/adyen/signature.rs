//! The signatures of Adyen's standard webhooks:
//! <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>.
//!
//! Each item of a delivery is signed by itself. The signature covers eight of its fields, and not its bytes: whoever
//! has a genuine item can change all others. What moves money is therefore read from the signed fields.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde_json::Value;
use std::borrow::Cow;
use subtle::ConstantTimeEq;
use webhooks::{Key, SignatureError};

/// Where an item holds its signature, for messages.
pub(super) const FIELD: &str = "additionalData.hmacSignature";

/// The HMAC key of one endpoint. There are two while it is rolled.
#[derive(Clone)]
pub struct HmacKey(Key);

impl HmacKey {
    /// Reads a key in hexadecimal digits, as the Customer Area shows it. An empty one is [`SignatureError::NoSecret`].
    pub fn new(hex: &str) -> Result<Self, SignatureError> {
        let key = HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).map_err(|_| SignatureError::MalformedSecret)?;
        Key::new(&key).map(Self)
    }
}

impl std::fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HmacKey(…)")
    }
}

/// Whether an item carries a signature that was made with one of the keys.
pub fn is_genuine(item: &Value, keys: &[HmacKey]) -> bool {
    let Some(signature) = signature(item) else { return false };
    keys.iter().filter_map(|key| sign(item, key)).any(|expected| expected.as_bytes().ct_eq(signature.as_bytes()).into())
}

/// The signature that an item carries. None: it is not signed.
pub(super) fn signature(item: &Value) -> Option<&str> {
    item["additionalData"]["hmacSignature"].as_str().filter(|signature| !signature.is_empty())
}

/// The signature that Adyen would give to an item. None if one of the signed fields is no text.
pub fn sign(item: &Value, key: &HmacKey) -> Option<String> {
    Some(BASE64.encode(&key.0.sign(&[signed_text(item)?.as_bytes()])))
}

/// The signed fields, joined by colons. Nothing is escaped and nothing trimmed, so a colon within a field could be
/// moved into the next. That gains nothing: of these fields only `merchantReference` is read where it holds a colon.
fn signed_text(item: &Value) -> Option<String> {
    let amount = &item["amount"];
    let fields = [
        &item["pspReference"],
        &item["originalReference"],
        &item["merchantAccountCode"],
        &item["merchantReference"],
        &amount["value"],
        &amount["currency"],
        &item["eventCode"],
        &item["success"],
    ];
    fields.into_iter().map(text).collect::<Option<Vec<_>>>().map(|texts| texts.join(":"))
}

/// A field as it is signed. A field that is missing is empty, and so is null. A number is written as it came.
fn text(field: &Value) -> Option<Cow<'_, str>> {
    match field {
        Value::Null => Some(Cow::Borrowed("")),
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(is_true) => Some(Cow::Borrowed(if *is_true { "true" } else { "false" })),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests;
