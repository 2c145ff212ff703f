//! The state of an order: everything about it that changes, and the rules that need nothing else.
//!
//! [`money`] has the rules about payments, [`manual`] those about what people tell of them, [`captures`] and [`refunds`] those about
//! what providers are asked for, [`goods`] those about stock and fulfillments, [`invoices`] when an invoice is missing, and
//! [`deadlines`] what people hear of in time.

mod at_shop;
mod captures;
mod channel;
mod deadlines;
mod disputes;
mod goods;
mod invoices;
mod manual;
mod money;
mod refunds;
mod requests;
#[cfg(test)]
mod tests;

pub use at_shop::{AskedOfShop, RefundAtShop};
pub use channel::ToldByShop;
pub use disputes::{Answer, EVIDENCE_WARNING};
pub use goods::MAX_CLAIMS;
pub use manual::{EnteredPayment, Standing, ToldOutcome};

use super::{
    Rejection,
    allocation::Allocation,
    books::Books,
    duty::{Due, Duty, Owed, due_of_work},
    fulfillment::FulfillmentStatus,
    history::{self, Entry, Event, Stamp},
    ids::{ChannelId, FulfillmentId, PaymentId},
    invoice::Invoices,
    ledger::{Ledger, MoneyEvent, PaymentStatus},
    money::{Amount, Currency},
    names::names,
    placed_order::{PlacedOrder, Revision},
    policy::Policy,
    problem::Code,
    requested_refund::RequestedRefund,
    unsettled::Unsettled,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderState {
    pub channel: ChannelId,
    pub reference: String,
    /// The revision of the placed order that this state is about.
    #[serde(default = "Revision::first", skip_serializing_if = "Revision::is_first")]
    pub revision: Revision,
    pub placed_at: Timestamp,
    pub currency: Currency,
    pub total: Amount,
    /// The merchant's choices that it was placed under.
    #[serde(default, skip_serializing_if = "Policy::is_default")]
    pub policy: Policy,
    #[serde(flatten)]
    pub status: OrderStatus,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub holds: BTreeMap<HoldReason, Hold>,
    /// What the order holds of the stock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stock: Vec<Allocation>,
    /// What of the stock has still to move. Only a large order has some, for moments.
    #[serde(default, skip_serializing_if = "Unsettled::is_empty")]
    pub unsettled: Unsettled,
    #[serde(flatten)]
    pub ledger: Ledger,
    #[serde(flatten)]
    pub books: Books,
    /// What has left, shipping and services included, is worth this. Only where each parcel is captured by itself.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub sent_worth: Amount,
    /// What of that is not captured, and was given up. It is part of what is written off.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub sent_given_up: Amount,
    /// When the providers were asked last what they know of unfinished payments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payments_asked_at: Option<Timestamp>,
    /// An edit made the open order dearer, or what was authorized is gone: it goes on when this amount is secured in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks_for: Option<Amount>,
    /// The end of an authorization that people were warned of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned_of: Option<Timestamp>,
    /// The latest deadlines that people were told of, by the reason of the hold.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reminded: BTreeMap<HoldReason, Timestamp>,
    /// Up to here, evidence was due that nobody gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_missed: Option<Timestamp>,
    /// Refunds that people ordered beside returns and cancellations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requested_refunds: Vec<RequestedRefund>,
    /// What refunds that were made elsewhere pay of returns.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub credited: Amount,
    /// What customer service has decided to give back, by hand and for returns. The limits of its keys count it.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub given_by_service: Amount,
    /// How much dearer customer service has made the shipping, and not cheaper again.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub raised_by_service: Amount,
    /// Only a summary: each fulfillment is an item of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fulfillments: BTreeMap<FulfillmentId, FulfillmentStatus>,
    /// Its invoices and credit notes.
    #[serde(default, skip_serializing_if = "Invoices::is_empty")]
    pub invoices: Invoices,
    /// Whether the confirmation has been ordered, so that it is owed once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    /// What the shop that its channel is connected to has told so far. None: a storefront posted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_by_shop: Option<Box<ToldByShop>>,
    /// Whether its customer's data is to be erased, or was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<Erasure>,
    #[serde(default, skip_serializing_if = "Owed::is_empty")]
    pub owed: Owed,
    pub history: Vec<Entry>,
}

/// The status of a whole order. Its payment, fulfillment and returns have their own statuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum OrderStatus {
    /// Waits for payment, and keeps its stock until `reserved_until`, or longer while it is held for a payment.
    Pending {
        reserved_until: Timestamp,
    },
    Open,
    /// Everything has been delivered, or made good.
    Completed,
    Cancelled {
        reason: String,
    },
    /// It was not paid in time. A later payment opens it again.
    Expired,
}

impl OrderStatus {
    /// The names that clients see and ask for.
    pub const NAMES: [&str; 5] = ["pending", "open", "completed", "cancelled", "expired"];

    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Cancelled { .. } => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Whether it waits for its money, or no longer does.
    pub(crate) fn is_unpaid(&self) -> bool {
        matches!(self, Self::Pending { .. } | Self::Expired)
    }

    /// Whether it is still going on: the list of orders keeps these apart.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Pending { .. } | Self::Open)
    }
}

names! {
    /// Why an order does not go on.
    HoldReason {
        /// What the customer authorized ends soon, and is not captured.
        AuthorizationEnds = "authorization_ends",
        AwaitingPayment = "awaiting_payment",
        AwaitingReturnItems = "awaiting_return_items",
        /// What its sales channel charges does not come to its total.
        AmountsDiffer = "amounts_differ",
        /// Money that was authorized could not be captured, or an authorization could not be given up.
        CaptureFailed = "capture_failed",
        /// It was changed at its sales channel, and that cannot be done here any more.
        ChangedAtChannel = "changed_at_channel",
        /// Its sales channel tells no e-mail address.
        ContactMissing = "contact_missing",
        HighRiskOfFraud = "high_risk_of_fraud",
        IncorrectAddress = "incorrect_address",
        InventoryOutOfStock = "inventory_out_of_stock",
        /// A provider has not told for too long what came of a refund, a capture or a void.
        OutcomeMissing = "outcome_missing",
        /// More was paid than is due, or money in another currency besides.
        Overpaid = "overpaid",
        /// The customer's bank has taken the money back, or may.
        PaymentDisputed = "payment_disputed",
        /// What the customer was to pay on account has not come in time.
        PaymentOverdue = "payment_overdue",
        /// Its money has gone back, all of it or before it was paid in full, and its goods have not left.
        PaymentRefunded = "payment_refunded",
        /// Money that was promised to the customer has not gone out.
        RefundFailed = "refund_failed",
        /// The refund of a return waits for an operator's decision.
        RefundToApprove = "refund_to_approve",
        /// Its sales channel tells something that nobody has said the meaning of.
        UnclearAtChannel = "unclear_at_channel",
        UnknownDeliveryDate = "unknown_delivery_date",
        /// Something of it has no SKU, or one that no location keeps.
        UnknownSku = "unknown_sku",
        Other = "other",
    }
}

impl HoldReason {
    /// Whether who releases it decides about money: gives some up, keeps some, or sends goods whose money is gone.
    pub fn is_about_money(self) -> bool {
        match self {
            Self::AmountsDiffer
            | Self::AuthorizationEnds
            | Self::AwaitingPayment
            | Self::CaptureFailed
            | Self::OutcomeMissing
            | Self::Overpaid
            | Self::PaymentDisputed
            | Self::PaymentOverdue
            | Self::PaymentRefunded
            | Self::RefundFailed
            | Self::RefundToApprove => true,
            Self::AwaitingReturnItems
            | Self::ChangedAtChannel
            | Self::ContactMissing
            | Self::HighRiskOfFraud
            | Self::IncorrectAddress
            | Self::InventoryOutOfStock
            | Self::UnclearAtChannel
            | Self::UnknownDeliveryDate
            | Self::UnknownSku
            | Self::Other => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hold {
    /// Since when it holds the order, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub since: Timestamp,
    /// What a person has to know.
    pub note: String,
}

/// The erasure of an order's customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Erasure {
    /// It is done as soon as the order needs its customer no more.
    Asked {
        /// When it was asked for, in UTC.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
        at: Timestamp,
    },
    Done {
        /// When the data was erased, in UTC.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
        at: Timestamp,
    },
}

/// The law gives a month to erase (GDPR 12(3)). People are waited for before it is over.
pub const ERASURE_IS_LATE_AFTER: SignedDuration = SignedDuration::from_hours(20 * 24);

impl OrderState {
    pub fn is_erased(&self) -> bool {
        matches!(self.erasure, Some(Erasure::Done { .. }))
    }

    /// Since when the customer's data is to be erased.
    pub fn awaits_erasure_since(&self) -> Option<Timestamp> {
        match self.erasure {
            Some(Erasure::Asked { at }) => Some(at),
            Some(Erasure::Done { .. }) | None => None,
        }
    }

    /// A new order that holds `stock`, with any money that has already come for it.
    pub fn place(
        placed: &PlacedOrder,
        policy: Policy,
        stock: Vec<Allocation>,
        reserved_until: Timestamp,
        events: &[MoneyEvent],
        stamp: &Stamp,
    ) -> Self {
        let state = Self {
            channel: placed.channel.clone(),
            reference: placed.reference.clone(),
            revision: placed.revision,
            placed_at: placed.placed_at,
            currency: placed.currency,
            total: placed.total,
            policy,
            status: OrderStatus::Pending { reserved_until },
            holds: BTreeMap::new(),
            stock,
            unsettled: Unsettled::default(),
            ledger: Ledger::default(),
            books: Books::default(),
            sent_worth: 0,
            sent_given_up: 0,
            payments_asked_at: None,
            asks_for: None,
            warned_of: None,
            reminded: BTreeMap::new(),
            evidence_missed: None,
            requested_refunds: Vec::new(),
            credited: 0,
            given_by_service: 0,
            raised_by_service: 0,
            fulfillments: BTreeMap::new(),
            invoices: Invoices::default(),
            confirmed: false,
            told_by_shop: None,
            erasure: None,
            owed: Owed::new(),
            history: Vec::new(),
        };
        let mut state = state.with_entry(stamp, Event::Placed, placed.currency.format(placed.total));
        if let Some(payment) = &placed.payment {
            state.ledger.expect(payment);
        }
        for event in events {
            state = state.record(event, stamp.at);
        }
        state.open_when_paid(stamp.at);
        state
    }

    /// Adds a line to the timeline.
    fn with_entry(mut self, stamp: &Stamp, what: Event, note: impl Into<String>) -> Self {
        self.add_entry(stamp, what, note);
        self
    }

    pub(crate) fn add_entry(&mut self, stamp: &Stamp, what: Event, note: impl Into<String>) {
        history::add(&mut self.history, stamp.entry(what, note));
    }

    /// Tells that a person said that a payment is this order's. Telling it again changes nothing.
    pub fn payment_assigned(mut self, decision: Entry) -> Self {
        if !self.history.contains(&decision) {
            history::add(&mut self.history, decision);
        }
        self
    }

    /// Tells that a person took back that a payment is this order's.
    pub fn payment_unassigned(self, payment: &PaymentId, stamp: &Stamp) -> Self {
        self.with_entry(stamp, Event::PaymentUnassigned, payment.to_string())
    }

    pub fn payment_status(&self) -> PaymentStatus {
        self.ledger.status(self.total, self.currency)
    }

    /// Stops the goods of the order until a person releases it. An unpaid order expires all the same. Repeating the hold
    /// changes nothing.
    pub fn hold(mut self, reason: HoldReason, note: &str, stamp: &Stamp) -> Result<Self, Rejection> {
        if !self.status.is_active() {
            return Err(Rejection::new(
                Code::NotActive,
                format!("the order is {}; nothing is left to hold", self.status.as_str()),
            ));
        }
        if matches!(reason, HoldReason::InventoryOutOfStock | HoldReason::RefundToApprove) {
            let why = "Orderly alone holds an order for this reason, and only while it applies";
            return Err(Rejection::new(Code::NotForPeople, why));
        }
        if self.holds.get(&reason).is_some_and(|hold| hold.note == note) {
            return Ok(self);
        }
        self.holds.insert(reason, Hold { since: stamp.at, note: note.to_owned() });
        self.owed.remove(&Duty::FulfillmentDispatch);
        Ok(self.with_entry(stamp, Event::Held, reason.as_str()))
    }

    /// Removes a hold. The order goes on if no other hold is left.
    pub fn release(mut self, reason: HoldReason, stamp: &Stamp) -> Result<Self, Rejection> {
        if reason == HoldReason::RefundToApprove && self.holds.contains_key(&reason) {
            let why = "a return waits for its refund: decide it with POST /orders/{id}/returns/{return}/refund";
            return Err(Rejection::new(Code::NotForPeople, why));
        }
        if self.holds.remove(&reason).is_none() {
            let why = format!("the order has no hold {}", reason.as_str());
            return Err(Rejection::new(Code::NoSuchHold, why));
        }
        if reason == HoldReason::AwaitingPayment {
            self.waive_what_is_asked_for();
        }
        if reason == HoldReason::CaptureFailed {
            self.write_off_uncaptured();
        }
        if reason == HoldReason::InventoryOutOfStock {
            self.owed.insert(Duty::StockDeduction); // look again; what is still missing holds it again
        }
        self.owe_dispatch();
        Ok(self.with_entry(stamp, Event::Released, reason.as_str()))
    }

    /// Until when an unpaid order waits: to the end of its reservation, or longer for money that is on its way.
    pub fn waits_until(&self) -> Option<Timestamp> {
        let OrderStatus::Pending { reserved_until } = self.status else { return None };
        Some(self.ledger.pending_until().flatten().map_or(reserved_until, |pending| pending.max(reserved_until)))
    }

    /// When it was paid in full, or authorized in full where Orderly captures. The first time counts.
    pub fn paid_at(&self) -> Option<Timestamp> {
        let is_it = |entry: &&Entry| matches!(entry.what, Event::Paid | Event::Secured);
        self.history.iter().find(is_it).map(|entry| entry.at)
    }

    /// Whether it is paid, and some of its stock is missing or on backorder.
    pub fn waits_for_stock(&self) -> bool {
        self.status == OrderStatus::Open && self.stock.iter().any(|allocation| allocation.state.is_open())
    }

    /// What it waits for that a person has to do, and since when. Stock comes without one.
    pub fn holds_for_people(&self) -> impl Iterator<Item = (HoldReason, Timestamp)> {
        let for_people = self.holds.iter().filter(|(reason, _)| **reason != HoldReason::InventoryOutOfStock);
        for_people.map(|(reason, hold)| (*reason, hold.since))
    }

    /// When to look at the order again if nothing happens before. `last` is the previous due entry: a wait that goes on
    /// keeps its start.
    pub fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due> {
        let waits = self.waits_for_stock()
            || !self.holds.is_empty()
            || self.awaits_refund_by_hand_since().is_some()
            || self.awaits_erasure_since().is_some()
            || self.evidence_due_by().is_some();
        let expires = !self.holds.contains_key(&HoldReason::AwaitingPayment);
        due_of_work(&self.owed, last, now).or(match (&self.status, last) {
            (OrderStatus::Pending { .. }, _) if expires => self.waits_until().map(Due::Unpaid),
            (_, Some(Due::Waiting(since))) if waits => Some(Due::Waiting(since)),
            _ if waits => Some(Due::Waiting(now)),
            _ => self.warns_at().map(Due::Unpaid),
        })
    }
}
