//! What an order is found by, stored with it.

use serde::{Deserialize, Serialize};

/// The keys of the indexes that a customer's order is found in. An order whose customer was erased has none, and is in none
/// of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundBy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_key: Option<String>,
    /// When it was placed: the orders of an address or a number are sorted by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_at: Option<String>,
    /// The name as it is written: the hash of its first letters, then the others and the moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_at: Option<String>,
    /// The name with its last word first, if it has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surname_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surname_at: Option<String>,
}
