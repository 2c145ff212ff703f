//! What operators set: locations, channels, API keys, products.

use super::{
    arrival::Schedule,
    contact::WebhookUrl,
    history::{LastChange, Stamp},
    ids::{ChannelId, LocationId, Sku},
    text::{Name, Reason, Text},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A place that stock lies at and orders are shipped from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Location {
    pub id: LocationId,
    pub name: Name,
    /// Lower is preferred. Locations of the same priority compete by fewest splits.
    pub priority: u16,
    /// When it works and how long it takes: what the estimated arrival is computed from.
    #[cfg_attr(feature = "schema", schemars(with = "super::arrival::ScheduleSettings"))]
    pub schedule: Schedule,
    /// New fulfillments are posted here, signed as Standard Webhooks. `https` only, but for loopback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<WebhookUrl>,
    /// While it is closed, nothing new is promised from it or sent to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closure>,
    /// None: it was changed by a version of Orderly that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastChange>,
}

/// Why a location takes no new work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Closure {
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub since: Timestamp,
    pub by: String,
    pub reason: Reason,
}

impl Location {
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Closes it. If it is closed, the first time stands.
    #[must_use]
    pub fn close(mut self, reason: Reason, stamp: &Stamp) -> Self {
        self.closed.get_or_insert(Closure { since: stamp.at, by: stamp.by.to_string(), reason });
        self
    }

    #[must_use]
    pub fn reopen(self) -> Self {
        Self { closed: None, ..self }
    }
}

/// A storefront or marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Channel {
    pub id: ChannelId,
    pub name: Name,
    /// None: it was changed by a version of Orderly that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastChange>,
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Places, reads and cancels the orders of its own channel, and asks for their return.
    Storefront,
    /// Picks, packs, hands over, receives stock and returns.
    Warehouse,
    /// Everything.
    Operator,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Storefront => "storefront",
            Self::Warehouse => "warehouse",
            Self::Operator => "operator",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Storefront, Self::Warehouse, Self::Operator]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or("must be storefront, warehouse or operator")
    }
}

/// An API key. The key itself is shown once, when it is made; only its SHA-256 is kept, which is its id.
/// (The keys are 256 random bits, so a slow hash would protect nothing.)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiKey {
    /// SHA-256 of the key, in lower-case hex.
    pub id: String,
    pub name: Text<1, 60>,
    pub role: Role,
    /// The storefront's channel; none for other roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub revoked_at: Option<Timestamp>,
    /// None: it was changed by a version of Orderly that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastChange>,
}

impl ApiKey {
    /// The id of a key.
    pub fn id_of(key: &str) -> String {
        data_encoding::HEXLOWER.encode(&Sha256::digest(key))
    }
}

/// A place within a location.
pub type Bin = Text<1, 40>;

/// Product master data, for picklists and documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Product {
    pub sku: Sku,
    pub title: Name,
    /// Grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_g: Option<u32>,
    /// Where it lies, by location: what a picklist is sorted by.
    #[serde(default)]
    pub bins: BTreeMap<LocationId, Bin>,
    /// No more units will come: what is there is sold, and nothing before it is there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discontinued: bool,
    /// None: it was changed by a version of Orderly that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastChange>,
}
