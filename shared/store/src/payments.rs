//! The payments table: which order a payment belongs to, and events whose order is not known yet.

use super::{
    Item, Store, StoreError,
    attributes::{from_sortable, key_item, sortable, text_of},
    keys::ItemKey,
    record::{Record, Stored, decode},
    tables::Table,
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    books::{BookedFor, Books},
    duty::{Owed, Subject},
    ids::{OrderId, PaymentId, UnreadId},
    order_state::OrderState,
    payment_record::PaymentRecord,
    search::ANY_TIME,
    unread::UnreadWebhook,
};
use jiff::Timestamp;
use std::ops::Range;

pub(super) const PAYMENT_ID: &str = "payment_id";
const UNMATCHED_INDEX: &str = "unmatched";
pub(super) const UNMATCHED_CLASS: &str = "unmatched_class";
pub(super) const UNMATCHED_SINCE: &str = "unmatched_since";

/// Why a payment's events are in no ledger. Each is a partition of the sparse index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmatched {
    /// It names an order that is not there yet.
    AwaitsOrder,
    /// It names an order that is not there yet, and no money has come or gone: a failed attempt, or one that was given up.
    /// Nobody has to look.
    AwaitsOrderWithoutMoney,
    /// It names no order, and may not concern this shop at all. Only a person can tell.
    NamesNoOrder,
    /// No order takes it: a person has decided to refund it, and the provider has still to be asked.
    OwesRefund,
}

/// An entry of the index of unmatched payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedEntry {
    pub payment: PaymentId,
    pub since: Timestamp,
}

impl Unmatched {
    fn class(self) -> &'static str {
        match self {
            Self::AwaitsOrder => "awaits-order",
            Self::AwaitsOrderWithoutMoney => "awaits-order-without-money",
            Self::NamesNoOrder => "names-no-order",
            Self::OwesRefund => "owes-refund",
        }
    }
}

impl Record for PaymentRecord {
    type Key = PaymentId;
    const TABLE: Table = Table::Payments;

    fn key(key: &PaymentId) -> Item {
        key_item([(PAYMENT_ID, key.to_string())])
    }

    fn key_of(item: &Item) -> Option<PaymentId> {
        text_of(item, PAYMENT_ID)?.parse().ok()
    }

    fn subject(key: &PaymentId) -> Option<Subject> {
        Some(Subject::Payment(key.clone()))
    }

    fn owed(&self) -> &Owed {
        &self.owed
    }

    fn new_rows<'a>(&'a self, key: &PaymentId) -> Option<(BookedFor, &'a Books)> {
        Some((BookedFor::Payment(key.clone()), &self.books))
    }

    fn index_keys(&self, _: &PaymentId) -> Vec<(&'static str, String)> {
        let awaits_order = self.order.is_some() && !self.is_given_back();
        let (class, since) = match (self.refund_owed_since, self.unmatched_at) {
            (Some(since), _) => (Unmatched::OwesRefund, since),
            (None, Some(since)) => match (awaits_order, self.has_or_awaits_money()) {
                (true, true) => (Unmatched::AwaitsOrder, since),
                (true, false) => (Unmatched::AwaitsOrderWithoutMoney, since),
                (false, true) => (Unmatched::NamesNoOrder, since),
                (false, false) => return Vec::new(), // nobody has to do anything
            },
            (None, None) => return Vec::new(),
        };
        vec![(UNMATCHED_CLASS, class.class().to_owned()), (UNMATCHED_SINCE, sortable(since))]
    }
}

/// Before the id of a webhook that was not understood. No payment's id has a `#`.
const UNREAD: &str = "unread#";
/// The partition of the index that lists them.
const UNREAD_CLASS: &str = "unread";

impl Record for UnreadWebhook {
    type Key = UnreadId;
    const TABLE: Table = Table::Payments;

    fn key(key: &UnreadId) -> Item {
        key_item([(PAYMENT_ID, format!("{UNREAD}{key}"))])
    }

    fn key_of(item: &Item) -> Option<UnreadId> {
        text_of(item, PAYMENT_ID)?.strip_prefix(UNREAD)?.parse().ok()
    }

    fn index_keys(&self, _: &UnreadId) -> Vec<(&'static str, String)> {
        if !self.waits() {
            return Vec::new();
        }
        vec![(UNMATCHED_CLASS, UNREAD_CLASS.to_owned()), (UNMATCHED_SINCE, sortable(self.received_at))]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(UnreadWebhook::expires_at(self))
    }
}

fn unknown(id: &PaymentId) -> Stored<PaymentRecord> {
    Stored::absent(id.clone(), PaymentRecord::default())
}

impl Store {
    /// The record of a payment, strongly consistent. It is empty if nothing is known.
    pub async fn payment(&self, id: &PaymentId) -> Result<Stored<PaymentRecord>, StoreError> {
        Ok(self.load(id).await?.unwrap_or_else(|| unknown(id)))
    }

    /// The record of a payment and the state of the order that it claims to pay, both strongly consistent, in one
    /// request.
    pub async fn payment_and_state(
        &self,
        id: &PaymentId,
        order: Option<&OrderId>,
    ) -> Result<(Stored<PaymentRecord>, Option<Stored<OrderState>>), StoreError> {
        let mut keys = vec![(self.tables.payments.as_str(), PaymentRecord::key(id))];
        keys.extend(order.map(|order| (self.tables.orders.as_str(), OrderState::key(&ItemKey::state(order)))));
        let (mut payment, mut state) = (unknown(id), None);
        for (table, item) in self.batch_get(keys, true).await? {
            if table == self.tables.payments {
                payment = decode(item)?;
            } else {
                state = Some(decode(item)?);
            }
        }
        Ok((payment, state))
    }

    /// All payments with events that are in no ledger, oldest first.
    pub async fn unmatched(&self, why: Unmatched) -> Result<Vec<UnmatchedEntry>, StoreError> {
        let entry = |(payment, since)| UnmatchedEntry { payment, since };
        Ok(self.unmatched_of::<PaymentRecord>(why.class()).await?.into_iter().map(entry).collect())
    }

    /// The webhooks that were not understood, oldest first, and when they came.
    pub async fn unread_webhooks(&self) -> Result<Vec<(UnreadId, Timestamp)>, StoreError> {
        self.unmatched_of::<UnreadWebhook>(UNREAD_CLASS).await
    }

    /// A partition of the index, oldest first.
    pub(super) async fn unmatched_of<T: Record>(&self, class: &str) -> Result<Vec<(T::Key, Timestamp)>, StoreError> {
        self.unmatched_between::<T>(class, &ANY_TIME).await
    }

    /// The entries of a partition between two moments, oldest first.
    pub(super) async fn unmatched_between<T: Record>(
        &self,
        class: &str,
        moments: &Range<Timestamp>,
    ) -> Result<Vec<(T::Key, Timestamp)>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.payments)
            .index_name(UNMATCHED_INDEX)
            .key_condition_expression("unmatched_class = :class AND unmatched_since BETWEEN :first AND :last")
            .expression_attribute_values(":class", AttributeValue::S(class.to_owned()))
            .expression_attribute_values(":first", AttributeValue::S(sortable(moments.start)))
            .expression_attribute_values(":last", AttributeValue::S(sortable(moments.end)));
        let found = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let found = found.map_err(StoreError::request("Query unmatched"))?;
        let entry = |item: &Item| {
            let unreadable = || StoreError::unreadable("an unmatched payment", "its key is malformed");
            let since = text_of(item, UNMATCHED_SINCE).and_then(from_sortable);
            T::key_of(item).zip(since).ok_or_else(unreadable)
        };
        let readable = |item| entry(item).inspect_err(|error| tracing::error!(%error, "a payment is left out")).ok();
        // `BETWEEN` has both ends.
        Ok(found.iter().filter_map(readable).filter(|(_, since)| moments.contains(since)).collect())
    }

    /// The records of some payments, strongly consistent, sorted by id.
    pub async fn payments(&self, ids: &[PaymentId]) -> Result<Vec<Stored<PaymentRecord>>, StoreError> {
        let found = self.load_all(ids.iter().cloned()).await?;
        let mut payments = found.into_iter().map(|(_, payment)| payment).collect::<Result<Vec<_>, _>>()?;
        payments.sort_by(|a: &Stored<PaymentRecord>, b| a.key.cmp(&b.key));
        Ok(payments)
    }
}
