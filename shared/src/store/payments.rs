//! The payments table: which order a payment belongs to, and events whose order is not known yet.

use super::{
    Item, Store, StoreError, Write,
    item::{VERSION, from_item, sortable, text, text_of, to_item},
    write::string_key,
};
use crate::domain::{
    ids::{OrderId, PaymentId},
    ledger::MoneyEvent,
};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const PAYMENT_ID: &str = "payment_id";
const UNMATCHED_INDEX: &str = "unmatched";
const UNMATCHED_CLASS: &str = "unmatched_class";
const UNMATCHED_SINCE: &str = "unmatched_since";
/// The one partition of the sparse index: unmatched payments are rare.
const UNMATCHED: &str = "unmatched";

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
    /// Keeps an event until its order is known; the same event twice is kept once.
    pub fn keep(mut self, event: &MoneyEvent, order: Option<OrderId>, now: Timestamp) -> Self {
        if !self.events.contains(event) {
            self.events.push(event.clone());
            self.unmatched_at.get_or_insert(now);
        }
        self.order = self.order.or(order);
        self
    }

    /// The order has taken all events into its ledger.
    pub fn matched(order: OrderId) -> Self {
        Self { order: Some(order), events: Vec::new(), unmatched_at: None }
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
        let none = StoredPayment { id: id.clone(), version: 0, value: PaymentRecord::default() };
        answer.item.map_or(Ok(none), decode)
    }

    /// Payments with events that are in no ledger yet, the oldest first.
    pub async fn unmatched_payments(&self, limit: usize) -> Result<Vec<StoredPayment>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.payments)
            .index_name(UNMATCHED_INDEX)
            .key_condition_expression("unmatched_class = :class")
            .expression_attribute_values(":class", AttributeValue::S(UNMATCHED.to_owned()))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let found = query.send().await.map_err(StoreError::request("Query unmatched"))?.items.unwrap_or_default();
        let keys = found.iter().filter_map(|item| text_of(item, PAYMENT_ID));
        let keys = keys.map(|id| (self.tables.payments.as_str(), string_key([(PAYMENT_ID, id)]))).collect();
        let items = self.batch_get(keys, true).await?;
        let mut payments = items.into_iter().map(|(_, item)| decode(item)).collect::<Result<Vec<_>, _>>()?;
        payments.sort_by_key(|payment| payment.value.unmatched_at);
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
                    item.insert(UNMATCHED_CLASS.to_owned(), text(UNMATCHED));
                    item.insert(UNMATCHED_SINCE.to_owned(), text(sortable(since)));
                }
                let table = self.tables().payments.clone();
                self.put_version(&table, format!("payment {}", read.id), item, read.version);
            }
            Err(error) => self.fail(error),
        }
    }
}
