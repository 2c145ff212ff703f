//! Duties: the follow-up work that a record owes (see docs/ARCHITECTURE.md, "The `owed` set").

use super::ids::{ChannelId, FulfillmentId, OrderId, ParcelId, PaymentId, ProviderName, RefundId, ReturnId, Sku};
use super::parcel_state::ParcelState;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// One piece of follow-up work. Its text form is what the `owed` set and the messages hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Duty {
    /// Turn the order's reservations into deductions and allocate what is missing.
    StockDeduction,
    /// Move the stock that a large order's change has decided and not yet moved.
    StockSettlement,
    /// Make fulfillments and picklists of the committed units.
    FulfillmentDispatch,
    /// Tell the warehouse's webhook about a fulfillment that is new, changed or cancelled.
    WarehouseNotice,
    /// Move intended refunds at the payment provider.
    Refund,
    /// Capture or give up, at the payment provider, what customers have authorized.
    Capture,
    /// Give the payment provider the evidence for disputes.
    Evidence,
    /// Ask the payment provider what it knows of the unfinished payments, before the order expires.
    PaymentCheck,
    Email(EmailKind),
    /// Tell the merchant by e-mail what waits for people.
    Digest,
    /// Compare the books of a day with the payment provider's own list.
    Comparison,
    /// Issue the invoices and credit notes that the order lacks.
    Invoice,
    /// Ask the tracking service about the parcels that left.
    Tracking,
    /// Buy the labels that were ordered, and give back those that nobody uses.
    Label,
    /// Tell the shop that an order came from of the parcels that left.
    ChannelShipment,
    /// Tell the shop that an order came from that it is cancelled, and have the shop give money back.
    ChannelDecision,
    /// Take an order over as its shop knows it now. No record owes it: what never came is found by [`Duty::ChannelCatchUp`].
    ChannelOrder,
    /// Take over what changed at a shop since the last time. It is asked for every few minutes.
    ChannelCatchUp,
    /// Tell a shop that there are fewer units of a SKU, or compare what it says. No record owes it, nor the two below: what nobody did is
    /// found when everything is compared.
    ChannelStock,
    /// Tell a shop that there are more units of a SKU.
    ChannelRestock,
    /// Compare everything that a shop says it has with what it is to say.
    ChannelStockCheck,
}

/// A customer e-mail. Each kind goes out once per item that owes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EmailKind {
    PaymentConfirmed,
    OrderCancelled,
    /// What had not left was cancelled.
    RestCancelled,
    /// The order has become this revision.
    OrderEdited(u32),
    Shipped(ParcelId),
    Delivered(ParcelId),
    /// A parcel is late or will not arrive.
    ParcelTrouble(ParcelId, ParcelState),
    /// The tracking of a parcel was corrected, for the `n`-th time.
    TrackingCorrected(ParcelId, u16),
    ReturnReceived,
    RefundSent(RefundId),
}

impl fmt::Display for EmailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PaymentConfirmed => f.write_str("payment-confirmed"),
            Self::OrderCancelled => f.write_str("order-cancelled"),
            Self::RestCancelled => f.write_str("rest-cancelled"),
            Self::OrderEdited(revision) => write!(f, "order-edited:{revision}"),
            Self::Shipped(parcel) => write!(f, "shipped:{parcel}"),
            Self::Delivered(parcel) => write!(f, "delivered:{parcel}"),
            Self::ParcelTrouble(parcel, state) => write!(f, "parcel-trouble:{parcel}:{state}"),
            Self::TrackingCorrected(parcel, nth) => write!(f, "tracking-corrected:{parcel}:{nth}"),
            Self::ReturnReceived => f.write_str("return-received"),
            Self::RefundSent(refund) => write!(f, "refund-sent:{refund}"),
        }
    }
}

impl FromStr for EmailKind {
    type Err = UnknownDuty;

    fn from_str(text: &str) -> Result<Self, UnknownDuty> {
        let known = match text.split_once(':').unwrap_or((text, "")) {
            ("payment-confirmed", "") => Some(Self::PaymentConfirmed),
            ("order-cancelled", "") => Some(Self::OrderCancelled),
            ("rest-cancelled", "") => Some(Self::RestCancelled),
            ("order-edited", revision) => {
                // Only the number itself reads back.
                revision.parse().ok().filter(|n: &u32| n.to_string() == revision).map(Self::OrderEdited)
            }
            ("shipped", parcel) => parcel.parse().ok().map(Self::Shipped),
            ("delivered", parcel) => parcel.parse().ok().map(Self::Delivered),
            ("parcel-trouble", about) => about.split_once(':').and_then(|(parcel, state)| {
                let state: ParcelState = state.parse().ok()?;
                Some(Self::ParcelTrouble(
                    parcel.parse().ok()?,
                    Some(state).filter(|state| state.is_told_to_customers())?,
                ))
            }),
            ("tracking-corrected", about) => about.split_once(':').and_then(|(parcel, nth)| {
                // Only the number itself reads back.
                let n: u16 = nth.parse().ok().filter(|n: &u16| n.to_string() == nth)?;
                Some(Self::TrackingCorrected(parcel.parse().ok()?, n))
            }),
            ("return-received", "") => Some(Self::ReturnReceived),
            ("refund-sent", refund) => refund.parse().ok().map(Self::RefundSent),
            _ => None,
        };
        known.ok_or_else(|| UnknownDuty(text.to_owned()))
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StockDeduction => f.write_str("stock-deduction"),
            Self::StockSettlement => f.write_str("stock-settlement"),
            Self::FulfillmentDispatch => f.write_str("fulfillment-dispatch"),
            Self::WarehouseNotice => f.write_str("warehouse-notice"),
            Self::Refund => f.write_str("refund"),
            Self::Capture => f.write_str("capture"),
            Self::Evidence => f.write_str("evidence"),
            Self::PaymentCheck => f.write_str("payment-check"),
            Self::Email(kind) => write!(f, "email:{kind}"),
            Self::Digest => f.write_str("digest"),
            Self::Comparison => f.write_str("comparison"),
            Self::Invoice => f.write_str("invoice"),
            Self::Tracking => f.write_str("tracking"),
            Self::Label => f.write_str("label"),
            Self::ChannelShipment => f.write_str("channel-shipment"),
            Self::ChannelDecision => f.write_str("channel-decision"),
            Self::ChannelOrder => f.write_str("channel-order"),
            Self::ChannelCatchUp => f.write_str("channel-catch-up"),
            Self::ChannelStock => f.write_str("channel-stock"),
            Self::ChannelRestock => f.write_str("channel-restock"),
            Self::ChannelStockCheck => f.write_str("channel-stock-check"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no duty that this version knows")]
pub struct UnknownDuty(String);

impl FromStr for Duty {
    type Err = UnknownDuty;

    fn from_str(text: &str) -> Result<Self, UnknownDuty> {
        match text {
            "stock-deduction" => Ok(Self::StockDeduction),
            "stock-settlement" => Ok(Self::StockSettlement),
            "fulfillment-dispatch" => Ok(Self::FulfillmentDispatch),
            "warehouse-notice" => Ok(Self::WarehouseNotice),
            "refund" => Ok(Self::Refund),
            "capture" => Ok(Self::Capture),
            "evidence" => Ok(Self::Evidence),
            "payment-check" => Ok(Self::PaymentCheck),
            "digest" => Ok(Self::Digest),
            "comparison" => Ok(Self::Comparison),
            "invoice" => Ok(Self::Invoice),
            "tracking" => Ok(Self::Tracking),
            "label" => Ok(Self::Label),
            "channel-shipment" => Ok(Self::ChannelShipment),
            "channel-decision" => Ok(Self::ChannelDecision),
            "channel-order" => Ok(Self::ChannelOrder),
            "channel-catch-up" => Ok(Self::ChannelCatchUp),
            "channel-stock" => Ok(Self::ChannelStock),
            "channel-restock" => Ok(Self::ChannelRestock),
            "channel-stock-check" => Ok(Self::ChannelStockCheck),
            _ => match text.strip_prefix("email:").map(str::parse) {
                Some(Ok(kind)) => Ok(Self::Email(kind)),
                _ => Err(UnknownDuty(text.to_owned())),
            },
        }
    }
}

impl TryFrom<String> for Duty {
    type Error = UnknownDuty;

    fn try_from(text: String) -> Result<Self, UnknownDuty> {
        text.parse()
    }
}

impl From<Duty> for String {
    fn from(duty: Duty) -> Self {
        duty.to_string()
    }
}

/// What a record owes. It is a set: a duty that is owed twice is one duty.
pub type Owed = BTreeSet<Duty>;

/// A queue, and the function that works it off. `channel-stock` has two: one for what is urgent, and one for the rest. `template.yaml` declares the dead-letter queue,
/// the alarms and the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consumer {
    StockDeduction,
    FulfillmentDispatch,
    EmailConfirmation,
    Refunds,
    Invoicing,
    ParcelTracking,
    Labels,
    ChannelOrders,
    ChannelStock,
    ChannelRestock,
}

impl Consumer {
    pub const ALL: [Self; 10] = [
        Self::StockDeduction,
        Self::FulfillmentDispatch,
        Self::EmailConfirmation,
        Self::Refunds,
        Self::Invoicing,
        Self::ParcelTracking,
        Self::Labels,
        Self::ChannelOrders,
        Self::ChannelStock,
        Self::ChannelRestock,
    ];

    /// The environment variable that holds its queue's URL.
    pub fn variable(self) -> &'static str {
        match self {
            Self::StockDeduction => "STOCK_DEDUCTION_QUEUE",
            Self::FulfillmentDispatch => "FULFILLMENT_DISPATCH_QUEUE",
            Self::EmailConfirmation => "EMAIL_CONFIRMATION_QUEUE",
            Self::Refunds => "REFUNDS_QUEUE",
            Self::Invoicing => "INVOICING_QUEUE",
            Self::ParcelTracking => "PARCEL_TRACKING_QUEUE",
            Self::Labels => "LABELS_QUEUE",
            Self::ChannelOrders => "CHANNEL_ORDERS_QUEUE",
            Self::ChannelStock => "CHANNEL_STOCK_QUEUE",
            Self::ChannelRestock => "CHANNEL_RESTOCK_QUEUE",
        }
    }
}

impl Duty {
    /// The consumer that works it off.
    pub fn consumer(&self) -> Consumer {
        match self {
            Self::StockDeduction | Self::StockSettlement => Consumer::StockDeduction,
            Self::FulfillmentDispatch | Self::WarehouseNotice => Consumer::FulfillmentDispatch,
            Self::Email(_) | Self::Digest => Consumer::EmailConfirmation,
            Self::Refund | Self::Capture | Self::Evidence | Self::PaymentCheck | Self::Comparison => Consumer::Refunds,
            Self::Invoice => Consumer::Invoicing,
            Self::Tracking => Consumer::ParcelTracking,
            Self::Label => Consumer::Labels,
            Self::ChannelShipment | Self::ChannelDecision | Self::ChannelOrder | Self::ChannelCatchUp => {
                Consumer::ChannelOrders
            }
            Self::ChannelStock => Consumer::ChannelStock,
            Self::ChannelRestock | Self::ChannelStockCheck => Consumer::ChannelRestock,
        }
    }
}

/// An item that has owed work for this long, whatever work, is reminded of all of it.
pub const OWED_GRACE: SignedDuration = SignedDuration::from_secs(60);

/// When `reconcile` has to look at an item again, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It has owed work since then.
    Owed(Timestamp),
    /// Its reservation ends then.
    Unpaid(Timestamp),
    /// It has waited for stock or for a person since then.
    Waiting(Timestamp),
}

/// Work that is owed for longer than this is stuck: by now its message has been sent again several times. The alarm and the
/// list of what is stuck go by the same time.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// When owed work is to be looked at again: counted from when the set became non-empty.
pub fn due_of_work(owed: &Owed, last: Option<Due>, now: Timestamp) -> Option<Due> {
    match last {
        _ if owed.is_empty() => None,
        Some(Due::Owed(since)) => Some(Due::Owed(since)),
        _ => Some(Due::Owed(now)),
    }
}

/// An item of an order's collection. Its text is the name in the table and in messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ItemName {
    Placed,
    State,
    /// What a large order has reserved before it is one.
    Forming,
    Fulfillment(FulfillmentId),
    Return(ReturnId),
    /// The claim of an e-mail. It names the item that owes it, because two fulfillments may both have a parcel `P1`.
    Email(Box<ItemName>, EmailKind),
}

impl fmt::Display for ItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Placed => f.write_str("placed"),
            Self::State => f.write_str("state"),
            Self::Forming => f.write_str("forming"),
            Self::Fulfillment(id) => write!(f, "fulfillment#{id}"),
            Self::Return(id) => write!(f, "return#{id}"),
            Self::Email(of, kind) => write!(f, "email#{of}#{kind}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no item that this version knows")]
pub struct UnknownItem(String);

impl FromStr for ItemName {
    type Err = UnknownItem;

    fn from_str(text: &str) -> Result<Self, UnknownItem> {
        let known = match (text, text.split_once('#')) {
            ("placed", _) => Some(Self::Placed),
            ("state", _) => Some(Self::State),
            ("forming", _) => Some(Self::Forming),
            (_, Some(("fulfillment", id))) => id.parse().ok().map(Self::Fulfillment),
            (_, Some(("return", id))) => id.parse().ok().map(Self::Return),
            (_, Some(("email", claim))) => claim.rsplit_once('#').and_then(|(of, kind)| {
                // An e-mail owes no e-mail. Nested names could also overflow the stack.
                let of: Self = Some(of).filter(|of| !of.starts_with("email"))?.parse().ok()?;
                Some(Self::Email(Box::new(of), kind.parse().ok()?))
            }),
            _ => None,
        };
        known.ok_or_else(|| UnknownItem(text.to_owned()))
    }
}

impl TryFrom<String> for ItemName {
    type Error = UnknownItem;

    fn try_from(text: String) -> Result<Self, UnknownItem> {
        text.parse()
    }
}

impl From<ItemName> for String {
    fn from(item: ItemName) -> Self {
        item.to_string()
    }
}

/// What can owe work: an item, with the names of what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// An item of an order's collection.
    OrderItem(OrderId, ItemName),
    /// A payment that no order takes.
    Payment(PaymentId),
    /// What the merchant is told of what waits for people.
    Digest,
    /// How far the books are compared with a payment provider's list.
    Provider(ProviderName),
    /// A channel that is connected to a shop.
    Channel(ChannelId),
    /// An order at the shop of a channel, by the shop's id of it.
    ChannelOrder(ChannelId, String),
    /// What the shop of a channel sells of a SKU.
    Listing(ChannelId, Sku),
}

impl Subject {
    /// The channel whose shop is to be asked or told. Those of one channel must not delay those of the others.
    pub fn shop(&self) -> Option<&ChannelId> {
        match self {
            Self::Channel(channel) | Self::ChannelOrder(channel, _) | Self::Listing(channel, _) => Some(channel),
            Self::OrderItem(..) | Self::Payment(_) | Self::Digest | Self::Provider(_) => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OrderItem(order, item) => write!(f, "order/{order}/{item}"),
            Self::Payment(payment) => write!(f, "payment/{payment}"),
            Self::Digest => f.write_str("digest"),
            Self::Provider(name) => write!(f, "provider/{name}"),
            Self::Channel(channel) => write!(f, "channel/{channel}"),
            Self::ChannelOrder(channel, order) => write!(f, "channel/{channel}/{order}"),
            Self::Listing(channel, sku) => write!(f, "listing/{channel}/{sku}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no subject that this version knows")]
pub struct UnknownSubject(String);

impl FromStr for Subject {
    type Err = UnknownSubject;

    fn from_str(text: &str) -> Result<Self, UnknownSubject> {
        let known = match text.split_once('/') {
            Some(("order", name)) => name
                .split_once('/')
                .and_then(|(order, item)| Some(Self::OrderItem(order.parse().ok()?, item.parse().ok()?))),
            Some(("payment", id)) => id.parse().ok().map(Self::Payment),
            Some(("provider", name)) => name.parse().ok().map(Self::Provider),
            Some(("channel", name)) => match name.split_once('/') {
                Some((channel, order)) => channel.parse().ok().map(|of| Self::ChannelOrder(of, order.to_owned())),
                None => name.parse().ok().map(Self::Channel),
            },
            Some(("listing", name)) => name
                .split_once('/')
                .and_then(|(channel, sku)| Some(Self::Listing(channel.parse().ok()?, sku.parse().ok()?))),
            None if text == "digest" => Some(Self::Digest),
            _ => None,
        };
        known.ok_or_else(|| UnknownSubject(text.to_owned()))
    }
}

impl TryFrom<String> for Subject {
    type Error = UnknownSubject;

    fn try_from(text: String) -> Result<Self, UnknownSubject> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

/// A duty and what owes it: everything that a message says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwedDuty {
    pub subject: Subject,
    pub duty: Duty,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
