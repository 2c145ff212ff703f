//! Names for entries, so that none is taken twice.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// The name of an entry: the same in every statement that has it.
///
/// It is derived from the account, the amount and its currency, and
/// - the value date and the bank's own reference, where there is one: these are the same in CAMT and in MT940;
/// - otherwise the booking date, the payer, the texts and the end-to-end reference. These are the same in all exports
///   in one format.
///
/// Entries that have all this in common are told apart by counting. That takes for granted that a statement has all the
/// equal entries of its days. Where a bank reports parts of a day, two payments that are equal to the letter
/// and have no reference would be taken for one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntryId(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the id of a bank entry: ent_ and 26 small letters and digits")]
pub struct InvalidEntryId;

const PREFIX: &str = "ent_";

impl EntryId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the entry that is the `ordinal`th with all this in common.
    pub(crate) fn derive(fingerprint: &[String], ordinal: usize) -> Self {
        let mut hash = Sha256::new();
        for part in fingerprint {
            hash.update(part);
            hash.update([0]); // parts are tidy text, which does not contain it
        }
        hash.update(ordinal.to_string());
        let text = data_encoding::BASE32_NOPAD.encode(&hash.finalize()[..16]);
        Self(format!("{PREFIX}{}", text.to_ascii_lowercase()))
    }
}

impl FromStr for EntryId {
    type Err = InvalidEntryId;

    fn from_str(text: &str) -> Result<Self, InvalidEntryId> {
        let rest = text.strip_prefix(PREFIX).ok_or(InvalidEntryId)?;
        let fits = rest.len() == 26 && rest.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b));
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidEntryId) }
    }
}

impl TryFrom<String> for EntryId {
    type Error = InvalidEntryId;

    fn try_from(text: String) -> Result<Self, InvalidEntryId> {
        text.parse()
    }
}

impl From<EntryId> for String {
    fn from(id: EntryId) -> Self {
        id.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
