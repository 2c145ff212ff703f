//! The id of a webhook that was not understood.

use super::{InvalidNumber, ProviderName, text_name};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::str::FromStr;

/// The provider's name, a dot, and 32 hexadecimal digits of the body's hash: `acme.0123456789abcdef0123456789abcdef`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnreadId(String);

impl UnreadId {
    /// The id of a provider's webhook with this body.
    pub fn of(provider: &ProviderName, body: &[u8]) -> Self {
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(body)[..16]);
        Self(format!("{provider}.{hash}"))
    }
}

impl FromStr for UnreadId {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let is_id = text.split_once('.').is_some_and(|(provider, hash)| {
            provider.parse::<ProviderName>().is_ok()
                && hash.len() == 32
                && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        is_id.then(|| Self(text.to_owned())).ok_or(InvalidNumber("acme.0123456789abcdef0123456789abcdef"))
    }
}

text_name!(UnreadId, InvalidNumber);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for UnreadId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UnreadId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": r"^[A-Za-z0-9-]{1,16}\.[0-9a-f]{32}$" })
    }
}
