//! What operators set: locations, channels, API keys, products.

#[cfg(feature = "schema")]
use super::whole::KeptYears;
use super::{
    arrival::Schedule,
    contact::{EmailAddress, Iban, WebhookUrl},
    history::{LastChange, Stamp},
    ids::{ChannelId, LocationId, NumberPrefix, SellerId, Sku},
    limits::Limits,
    names::names,
    placed_order::Address,
    product_code::ProductCode,
    session::{self, LONGEST, MAX_SESSIONS, Session},
    stock_sync::StockSync,
    text::{Name, Reason, Text},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A place that stock lies at and orders are shipped from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Location {
    /// How stock, fulfillments and API keys name it.
    pub id: LocationId,
    /// What people call it. Customers are not shown it.
    pub name: Name,
    /// Lower is preferred. Locations of the same priority compete by fewest splits.
    pub priority: u16,
    /// When it works and how long it takes: what the estimated arrival is computed from.
    #[cfg_attr(feature = "schema", schemars(with = "super::arrival::ScheduleSettings"))]
    pub schedule: Schedule,
    /// Where it stands: papers show it as the sender's, and returns go there. Its `name` is the shop's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
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
    /// When it was closed, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub since: Timestamp,
    /// Who closed it, as `role:name` of an API key: `operator:anna`.
    pub by: String,
    /// In the words of who closed it.
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

    /// Those that new orders may be promised from.
    pub fn open_of(locations: &[Self]) -> BTreeSet<LocationId> {
        locations.iter().filter(|location| location.is_open()).map(|location| location.id.clone()).collect()
    }
}

/// A storefront or marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Channel {
    /// How orders and the keys of storefronts name it.
    pub id: ChannelId,
    /// What people call it. Customers are not shown it.
    pub name: Name,
    /// Who sells there, and issues the invoices. Without one, invoices are issued elsewhere: by the marketplace, or by other
    /// programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<SellerId>,
    /// The shop that runs it, where Orderly takes its orders from and tells it of stock and shipments. None: it is a storefront that
    /// posts its orders here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// None: it was changed by a version of Orderly that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastChange>,
}

names! {
    /// What runs a sales channel.
    ChannelKind {
        WooCommerce = "woocommerce",
    }
}

/// How a shop is reached. What it takes to sign in there is in the secret `ChannelSecrets`, by the channel's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Connection {
    /// What runs the shop.
    pub kind: ChannelKind,
    /// Its address: `https://shop.example`. `https` only, but for loopback.
    pub url: WebhookUrl,
    /// When it was connected, in UTC: older orders are not taken.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub since: Timestamp,
    /// Who writes e-mails to its customers.
    pub emails: EmailsBy,
    /// Who gives back money that it has.
    #[serde(default)]
    pub refunds: RefundsBy,
    /// How it is told how many units it may sell. None: it is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<StockSync>,
}

/// The clock of a shop may be behind ours.
const SHOP_CLOCK: SignedDuration = SignedDuration::from_mins(1);

impl Connection {
    /// Whether an order that was placed then is taken over. Older ones stay in the shop.
    pub fn takes(&self, placed_at: Timestamp) -> bool {
        placed_at >= self.since - SHOP_CLOCK
    }
}

names! {
    /// Who writes e-mails to the customers of a channel.
    EmailsBy {
        /// The shop, as it did before.
        Shop = "shop",
        Orderly = "orderly",
    }
}

names! {
    /// Who gives back the money that a channel, or its payment provider, has.
    #[derive(Default)]
    RefundsBy {
        /// A person, in the shop.
        #[default]
        People = "people",
        /// The shop, when Orderly asks it. It asks its payment provider.
        Shop = "shop",
    }
}

/// A legal entity that sells. Its invoices and credit notes are numbered without gaps, from 1 each year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Seller {
    /// How channels name it.
    pub id: SellerId,
    /// Its name and seat, as invoices must show them. The year of a number is that of its country's time zone.
    pub address: Address,
    /// `DE123456789`. Absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<Text<1, 20>>,
    /// What its tax office knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<Text<1, 30>>,
    /// What the law wants on its letters: register, number, managing directors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Text<1, 200>>,
    /// Where customers reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Where money on account is paid to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<Iban>,
    /// What its numbers begin with: `RE-` makes `RE-2026-000001`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<NumberPrefix>,
    /// For how many years its invoices are kept after the year of their issue. Then they are erased.
    #[serde(default = "Seller::ten_years")]
    #[cfg_attr(feature = "schema", schemars(with = "KeptYears"))]
    pub kept_years: u8,
    /// None: it stands on an invoice, and not in the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastChange>,
}

impl Seller {
    /// Longer than any country of the EU asks for.
    pub fn ten_years() -> u8 {
        10
    }
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Places, reads and cancels the orders of its own channel, and asks for their return.
    Storefront,
    /// Picks, packs, hands over, receives stock and returns. It sees what that needs, and no money.
    Warehouse,
    /// Looks after customers: reads and finds orders, cancels, edits, holds and releases them, decides about returns, and
    /// refunds up to a limit.
    CustomerService,
    /// Everything.
    Operator,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Storefront, Self::Warehouse, Self::CustomerService, Self::Operator];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Storefront => "storefront",
            Self::Warehouse => "warehouse",
            Self::CustomerService => "customer_service",
            Self::Operator => "operator",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or("must be storefront, warehouse, customer_service or operator")
    }
}

/// An API key. The key itself is shown once, when it is made; only its SHA-256 is kept, which is its id.
/// (The keys are 256 random bits, so a slow hash would protect nothing.)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiKey {
    /// SHA-256 of the key, in lower-case hex.
    pub id: String,
    /// What people call it. What it does is noted in timelines as done by `role:name`.
    pub name: Text<1, 60>,
    /// What it may do. It never changes.
    pub role: Role,
    /// The storefront's channel; none for other roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// The locations that a warehouse key works at. Without any, it works at all of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub locations: BTreeSet<LocationId>,
    /// What a customer service key may give back of one order at most, in minor units, by currency. Of an order in another
    /// currency, nothing.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<super::money::Currency, super::money::Amount>"))]
    pub refund_limit: Limits,
    /// When it was made, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub created_at: Timestamp,
    /// From when on it is refused. None: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub expires_at: Option<Timestamp>,
    /// The day (in UTC) that it was used on last. None: it has not been used, or not since a version of Orderly that records
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Date>"))]
    pub last_used_on: Option<Date>,
    /// When it was revoked, in UTC. Absent if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub revoked_at: Option<Timestamp>,
    /// The sessions that are open for it. They end when it is revoked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Session>,
    /// None: it was changed by a version of Orderly that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastChange>,
}

impl ApiKey {
    /// One that does what its role does, everywhere and for ever.
    pub fn new(id: String, name: Text<1, 60>, role: Role, created_at: Timestamp) -> Self {
        Self {
            id,
            name,
            role,
            channel: None,
            locations: BTreeSet::new(),
            refund_limit: Limits::default(),
            created_at,
            expires_at: None,
            last_used_on: None,
            revoked_at: None,
            sessions: Vec::new(),
            changed: None,
        }
    }

    /// How every key begins.
    pub const PREFIX: &str = "ok_";

    /// The id of a key.
    pub fn id_of(key: &str) -> String {
        session::hash(key)
    }

    /// The key with one more session, which never outlives it. Sessions that are over go, and of too many the one that ends first.
    #[must_use]
    pub fn with_session(mut self, id: String, now: Timestamp) -> Self {
        let end = now + LONGEST;
        let expires_at = self.expires_at.map_or(end, |own| own.min(end));
        self = self.with_open_sessions(now);
        self.sessions.sort_by_key(|session| session.expires_at);
        let surplus = (self.sessions.len() + 1).saturating_sub(MAX_SESSIONS);
        self.sessions.drain(..surplus);
        self.sessions.push(Session { id, opened_at: now, expires_at });
        self
    }

    /// The key with only those of its sessions that are not over, one by one or with the key.
    #[must_use]
    pub fn with_open_sessions(mut self, now: Timestamp) -> Self {
        let is_over = self.revoked_at.is_some();
        self.sessions.retain(|session| !is_over && !is_expired(Some(session.expires_at), now));
        self
    }

    /// The key without a session.
    #[must_use]
    pub fn without_session(mut self, id: &str) -> Self {
        self.sessions.retain(|session| session.id != id);
        self
    }

    pub fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// Whether it has the session, if one is named.
    pub fn has(&self, session: Option<&str>) -> bool {
        session.is_none_or(|id| self.session(id).is_some())
    }

    /// When it ends, or that session of it. None: it does not end.
    pub fn end(&self, session: Option<&str>) -> Option<Timestamp> {
        session.and_then(|id| self.session(id)).map_or(self.expires_at, |session| Some(session.expires_at))
    }

    /// The key with the day on which it is used now. None: the day is noted already.
    pub fn used(&self, now: Timestamp) -> Option<Self> {
        let today = Offset::UTC.to_datetime(now).date();
        let is_news = self.last_used_on.is_none_or(|last| last < today);
        is_news.then(|| Self { last_used_on: Some(today), ..self.clone() })
    }
}

/// Whether what lasts until `expires_at` is over.
pub fn is_expired(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|end| end <= now)
}

/// A place within a location.
pub type Bin = Text<1, 40>;

/// Product master data, for picklists and documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Product {
    /// How orders and stock name it.
    pub sku: Sku,
    /// What picklists call it. E-mails use the title that came with the order.
    pub title: Name,
    /// Grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_g: Option<u32>,
    /// Where it lies, by location: what a picklist is sorted by.
    #[serde(default)]
    pub bins: BTreeMap<LocationId, Bin>,
    /// What scanners read on it, as it was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<ProductCode>,
    /// No more units will come: what is there is sold, and nothing before it is there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discontinued: bool,
    /// None: it was changed by a version of Orderly that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastChange>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_noted_once_a_day_and_never_back_in_time() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let key = ApiKey::new("k".into(), Text::literal("till"), Role::Warehouse, at("2026-11-01T00:00:00Z"));
        let first = key.used(at("2026-11-28T00:00:00Z")).unwrap();
        assert_eq!(first.last_used_on.unwrap().to_string(), "2026-11-28");
        for same in ["2026-11-28T00:00:01Z", "2026-11-28T23:59:59.999Z", "2026-11-27T12:00:00Z"] {
            assert_eq!(first.used(at(same)), None, "{same}");
        }
        let next = first.used(at("2026-11-29T00:00:00Z")).unwrap();
        assert_eq!(ApiKey { last_used_on: first.last_used_on, ..next }, first, "nothing else changes");
    }

    #[test]
    fn a_session_never_outlives_its_key_and_there_are_never_too_many() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let key = ApiKey::new("k".into(), Text::literal("anna"), Role::CustomerService, at(0));
        let open = key.clone().with_session("a".into(), at(10));
        assert_eq!(open.session("a").unwrap().expires_at, at(10) + LONGEST);
        assert_eq!(open.session("b"), None);
        let short = ApiKey { expires_at: Some(at(99)), ..key.clone() }.with_session("a".into(), at(10));
        assert_eq!(short.session("a").unwrap().expires_at, at(99));
        let later = open.with_session("b".into(), at(11) + LONGEST);
        assert_eq!(later.sessions.iter().map(|session| session.id.as_str()).collect::<Vec<_>>(), ["b"]);
        let gone = ApiKey { revoked_at: Some(at(12) + LONGEST), ..later.clone() };
        for (known, second, open) in [(&later, 13, 1), (&gone, 13, 0), (&later, 90_000, 0)] {
            assert_eq!(known.clone().with_open_sessions(at(second) + LONGEST).sessions.len(), open, "at {second}");
        }
        assert_eq!(later.without_session("b"), key);

        let many = (0..30).fold(key, |key, n| key.with_session(n.to_string(), at(n)));
        assert_eq!(many.sessions.len(), MAX_SESSIONS);
        assert!(many.session("9").is_none() && many.session("10").is_some() && many.session("29").is_some());
    }

    #[test]
    fn a_key_expires_at_its_moment() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (end, now, expired) in [(None, 9, false), (Some(9), 8, false), (Some(9), 9, true), (Some(9), 10, true)] {
            assert_eq!(is_expired(end.map(at), at(now)), expired, "{end:?} at {now}");
        }
    }

    #[test]
    fn a_role_reads_back_from_its_name() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert!("root".parse::<Role>().is_err());
    }

    /// Keys that an earlier version stored have none of the newer fields.
    #[test]
    fn an_older_key_does_what_it_did() {
        let stored = serde_json::json!({
            "id": "k", "name": "packing table", "role": "warehouse", "created_at": "2026-01-01T00:00:00Z",
        });
        let read: ApiKey = serde_json::from_value(stored.clone()).unwrap();
        assert!(read.locations.is_empty() && read.refund_limit.is_empty() && read.expires_at.is_none());
        assert_eq!(serde_json::to_value(&read).unwrap(), stored);
    }
}
