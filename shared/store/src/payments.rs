//! The payments table: which order a payment belongs to, and events whose order is not known yet.

use super::{
    Item, Store, StoreError, Stored, Write,
    item::{self, VERSION, from_item, key, sortable, text, text_of, to_item},
    write::string_key,
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    duty::ItemName,
    ids::{OrderId, PaymentId},
    ledger::MoneyEvent,
    order_state::OrderState,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const PAYMENT_ID: &str = "payment_id";
const UNMATCHED_INDEX: &str = "unmatched";
const UNMATCHED_CLASS: &str = "unmatched_class";
const UNMATCHED_SINCE: &str = "unmatched_since";

/// Why a payment's events are in no ledger: the partitions of the sparse index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmatched {
    /// The order that it names is not there yet.
    AwaitsOrder,
    /// It names none: perhaps it is none of this shop's business. Only a person can tell.
    NamesNoOrder,
}

impl Unmatched {
    fn class(self) -> &'static str {
        match self {
            Self::AwaitsOrder => "awaits-order",
            Self::NamesNoOrder => "nameless",
        }
    }
}

/// What is known of a payment outside its order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRecord {
    /// The order that it pays, or that it says it pays, though no such order has come yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Events that are not in an order's ledger yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<MoneyEvent>,
    /// Since when there are such events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmatched_at: Option<Timestamp>,
}

/// A record as it was read. Version 0: there is none yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPayment {
    pub id: PaymentId,
    pub version: u64,
    pub value: PaymentRecord,
}

impl PaymentRecord {
    /// Keeps an event until its order is there; the same event twice is kept once. The last order named is looked for.
    pub fn keep(mut self, event: &MoneyEvent, order: Option<OrderId>, now: Timestamp) -> Self {
        if !self.events.contains(event) {
            self.events.push(event.clone());
            self.unmatched_at.get_or_insert(now);
        }
        self.order = order.or(self.order);
        self
    }

    /// A person says which order it pays. The events stay until the order has taken them.
    pub fn assign(self, order: OrderId, now: Timestamp) -> Self {
        Self { order: Some(order), unmatched_at: self.unmatched_at.or(Some(now)), ..self }
    }

    /// A person says that it is no order's. The events stay, and a new one brings it up again.
    pub fn dismiss(self) -> Self {
        Self { unmatched_at: None, ..self }
    }

    /// The order has taken all events into its ledger.
    pub fn matched(order: OrderId) -> Self {
        Self { order: Some(order), events: Vec::new(), unmatched_at: None }
    }
}

impl StoredPayment {
    fn unknown(id: &PaymentId) -> Self {
        Self { id: id.clone(), version: 0, value: PaymentRecord::default() }
    }
}

fn decode(item: Item) -> Result<StoredPayment, StoreError> {
    let name = text_of(&item, PAYMENT_ID).unwrap_or_default().to_owned();
    let id = name.parse().map_err(|e| StoreError::unreadable(&name, e))?;
    let version = item.get(VERSION).and_then(|v| v.as_n().ok()?.parse().ok());
    let version = version.ok_or_else(|| StoreError::unreadable(&name, "version is missing"))?;
    Ok(StoredPayment { id, version, value: from_item(item, name)? })
}

impl Store {
    /// What is known of a payment, as it is now; an empty record if nothing is.
    pub async fn payment(&self, id: &PaymentId) -> Result<StoredPayment, StoreError> {
        let key = string_key([(PAYMENT_ID, id.as_str())]);
        let get = self.client.get_item().table_name(&self.tables.payments).set_key(Some(key)).consistent_read(true);
        let answer = get.send().await.map_err(StoreError::request("GetItem payment"))?;
        answer.item.map_or_else(|| Ok(StoredPayment::unknown(id)), decode)
    }

    /// What is known of a payment, and the state of the order that it is said to pay, as they are now, in one request.
    pub async fn payment_and_state(
        &self,
        id: &PaymentId,
        order: Option<&OrderId>,
    ) -> Result<(StoredPayment, Option<Stored<OrderState>>), StoreError> {
        let mut keys = vec![(self.tables.payments.as_str(), string_key([(PAYMENT_ID, id.as_str())]))];
        keys.extend(order.map(|order| (self.tables.orders.as_str(), key(order, &ItemName::State))));
        let (mut payment, mut state) = (StoredPayment::unknown(id), None);
        for (table, item) in self.batch_get(keys, true).await? {
            if table == self.tables.payments {
                payment = decode(item)?;
            } else {
                state = Some(item::decode(item)?);
            }
        }
        Ok((payment, state))
    }

    /// All payments with events that are in no ledger yet, the oldest first.
    pub async fn unmatched(&self, why: Unmatched) -> Result<Vec<PaymentId>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.payments)
            .index_name(UNMATCHED_INDEX)
            .key_condition_expression("unmatched_class = :class")
            .expression_attribute_values(":class", AttributeValue::S(why.class().to_owned()));
        let found = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let found = found.map_err(StoreError::request("Query unmatched"))?;
        let id = |item: &Item| {
            let id = text_of(item, PAYMENT_ID).unwrap_or_default();
            id.parse().map_err(|e| StoreError::unreadable(id, e))
        };
        let readable = |item| id(item).inspect_err(|error| tracing::error!(%error, "a payment is left out")).ok();
        Ok(found.iter().filter_map(readable).collect())
    }

    /// What is known of some payments, as it is now, in the order of their ids.
    pub async fn payments(&self, ids: &[PaymentId]) -> Result<Vec<StoredPayment>, StoreError> {
        let ids: BTreeSet<&PaymentId> = ids.iter().collect(); // DynamoDB refuses a key that is asked for twice
        let key = |id: &PaymentId| (self.tables.payments.as_str(), string_key([(PAYMENT_ID, id.as_str())]));
        let items = self.batch_get(ids.into_iter().map(key).collect(), true).await?;
        let mut payments = items.into_iter().map(|(_, item)| decode(item)).collect::<Result<Vec<_>, _>>()?;
        payments.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(payments)
    }
}

impl Write<'_> {
    /// Writes a payment's record; the commit fails if it has changed since it was read.
    pub fn payment(&mut self, read: &StoredPayment, value: &PaymentRecord) {
        if *value == read.value {
            return;
        }
        match to_item(value, &read.id) {
            Ok(mut item) => {
                item.insert(PAYMENT_ID.to_owned(), text(read.id.as_str()));
                if let Some(since) = value.unmatched_at {
                    let class = if value.order.is_some() { Unmatched::AwaitsOrder } else { Unmatched::NamesNoOrder };
                    item.insert(UNMATCHED_CLASS.to_owned(), text(class.class()));
                    item.insert(UNMATCHED_SINCE.to_owned(), text(sortable(since)));
                }
                let table = self.tables().payments.clone();
                self.put_version(&table, format!("payment {}", read.id), item, read.version);
            }
            Err(error) => self.fail(error),
        }
    }
}
