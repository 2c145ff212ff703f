//! What is asked of shops, and what they answer, in words that no shop has for itself.

use domain::{
    channel_order::ChannelOrder,
    ids::Sku,
    money::{Amount, Currency},
};
use jiff::Timestamp;

/// What it takes to sign in at a shop. The secret `ChannelSecrets` has one for each channel: `{"web": {"key": "ck_…", "secret": "cs_…",
/// "webhook_secret": "…"}}`.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub struct Credentials {
    pub key: String,
    pub secret: String,
    /// What the shop signs its webhooks with. While it is rolled, the old one stands below it on a line of its own.
    pub webhook_secret: String,
}

/// It is in no log.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

/// What a genuine webhook tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The order with this id is new, or has changed, or is gone.
    Order(String),
    /// Something else, by the name that the shop has for it.
    Ignored(String),
    /// It is genuine, and nobody here understands it: what is wrong with it, for people. The shop is not told that, because shops
    /// give up webhooks that are refused.
    Unread(String),
}

/// Orders that changed, oldest change first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderPage {
    pub orders: Vec<ChannelOrder>,
    /// Those that cannot be read.
    pub unread: Vec<Unreadable>,
    /// Where the next page begins. None: this was the last one.
    pub next: Option<String>,
}

/// An order that cannot be read: it is not lost, a person hears of it, and it is read again when it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The shop's id of it. Empty: that is what cannot be read.
    pub id: String,
    /// When it changed, if that could be read.
    pub changed_at: Option<Timestamp>,
    pub why: String,
}

/// Something that is sold at a shop, a variation of a product for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The shop's id of it.
    pub id: String,
    /// None: the merchant has given it none.
    pub sku: Option<String>,
    pub title: String,
    /// How many the shop says that it can sell. None: it does not count them.
    pub quantity: Option<i64>,
}

impl Listing {
    /// Its SKU, as Orderly has it. None: it has none, or none that Orderly can have.
    pub fn as_sku(&self) -> Option<Sku> {
        self.sku.as_ref()?.parse().ok()
    }
}

/// Listings, in the shop's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListingPage {
    pub listings: Vec<Listing>,
    /// Where the next page begins. None: this was the last one.
    pub next: Option<String>,
}

/// What came of telling a shop how many are left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// The shop has this number now.
    Done(i64),
    /// It does not count what it has of this, or the listing is gone.
    Refused(String),
}

/// A parcel that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// It is the same each time that the same parcel is told of.
    pub key: String,
    pub carrier: String,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    /// Units by the shop's ids of lines.
    pub lines: Vec<(String, u32)>,
    /// Whether everything of the order that is to be sent has left with it.
    pub is_last: bool,
}

/// What came of telling a shop of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shipped {
    /// The shop knows it now, by this id.
    Told(String),
    /// The shop does not take it: the order is gone or closed there.
    Refused(String),
}

/// Money of an order that is to go back to its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// In minor units.
    pub amount: Amount,
    pub currency: Currency,
    /// What the shop calls it: the same each time, and no two refunds of an order have the same.
    pub reason: String,
}

/// What came of telling a shop what was decided about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obeyed {
    Done,
    /// The shop does not do it, and would not later.
    Refused(String),
}

/// What a shop can do, as it was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probe {
    pub findings: Vec<Probed>,
}

/// One thing that was tried at a shop.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Probed {
    /// What was tried, for people: `reading orders`.
    pub what: String,
    /// None: it works. Otherwise what is wrong, and what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Whether a channel can be connected without it.
    pub is_needed: bool,
}
