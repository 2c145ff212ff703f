//! Sessions: keys for some hours that people get for their API keys, so that these need not lie in browsers.

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How long a session lasts at most: a long day's work.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// How many sessions an API key has at a time. One person has a few devices.
pub const MAX_SESSIONS: usize = 20;

/// A session of an API key. It does what the key does, under its name, and ends with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    /// SHA-256 of the session's key, in lower-case hex.
    pub id: String,
    /// When it was opened, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub opened_at: Timestamp,
    /// From when on it is refused.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub expires_at: Timestamp,
}

/// What a session's key tells: whose it is, so that one read finds both, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey {
    /// The id of its API key.
    pub key: String,
    /// The id of the session.
    pub id: String,
}

/// How the key of a session begins. An API key begins otherwise.
const PREFIX: &str = "os_";
/// A SHA-256 in hex.
const ID_LENGTH: usize = 64;

impl SessionKey {
    /// The key of a session of an API key, by its id. `secret` is random.
    pub fn text(key: &str, secret: &str) -> String {
        format!("{PREFIX}{key}{secret}")
    }

    /// None: it is not the key of a session.
    pub fn read(text: &str) -> Option<Self> {
        let (key, secret) = text.strip_prefix(PREFIX)?.split_at_checked(ID_LENGTH)?;
        let is_id = key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (is_id && !secret.is_empty()).then(|| Self { key: key.to_owned(), id: hash(text) })
    }
}

/// What is kept of a key: keys are random, so a slow hash would protect nothing.
pub(crate) fn hash(key: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(key))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_session_tells_whose_it_is_and_nothing_else_is_one() {
        let parent = hash("ok_anna");
        let text = SessionKey::text(&parent, "secret");
        let read = SessionKey::read(&text).unwrap();
        assert_eq!((read.key, read.id), (parent.clone(), hash(&text)));
        let upper = SessionKey::text(&parent.to_uppercase(), "secret");
        let other = format!("ok_{parent}secret");
        for bad in [
            "",
            "os_",
            "os_abc",
            &SessionKey::text(&parent, ""),
            &upper,
            &other,
            "os_ééééééééééééééééééééééééééééééééé",
        ] {
            assert_eq!(SessionKey::read(bad), None, "{bad}");
        }
    }
}
