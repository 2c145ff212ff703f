//! DynamoDB: items, keys and conditional writes. Only this crate knows attribute names.
//!
//! Every [`Record`] is one item with a `version`. A change loads it, decides (a pure rule), and does a [`Write`] on
//! condition that the version is still the one that was read. The loser of a race re-reads and retries
//! ([`retry_on_conflict`]). A commit sends what the written records newly owe.

mod attributes;
mod batches;
mod books;
mod codes;
mod conflict;
mod entry;
mod invoices;
mod keys;
mod listings;
mod message;
mod order_items;
mod orders;
mod payments;
mod record;
mod search;
mod sender;
mod settings;
mod statements;
mod stock;
mod stock_stream;
mod stock_update;
mod tables;
mod write;

#[cfg(test)]
mod tests;

pub use books::{BookedRow, RowPlace};
pub use codes::PREFIX as CODE_PREFIX;
pub use conflict::{CommitError, Failed};
pub use keys::ItemKey;
pub use listings::{DueClass, DueItem, DuePosition, Page};
pub use message::Message;
pub use orders::StoredOrder;
pub use payments::{Unmatched, UnmatchedEntry};
pub use record::{Record, Stored};
pub use sender::{Queues, Sender};
pub use settings::DigestKey;
pub use stock_stream::{StockMoved, StockStream};
pub use stock_update::{Bucket, Terms};
pub use tables::{Table, Tables};
pub use write::{MAX_ACTIONS, Write};

use aws_sdk_dynamodb::{Client, error::SdkError, operation::batch_get_item::BatchGetItemError};
use domain::{duty::OwedDuty, safeguards::Safeguard, search::SearchKey, settings::Location};
use record::decode;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::OnceCell;

/// An item as DynamoDB returns it.
pub(crate) type Item = HashMap<String, aws_sdk_dynamodb::types::AttributeValue>;

/// The tables and the queues, and how to reach them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    tables: Arc<Tables>,
    sender: Sender,
    locations: Arc<Mutex<Option<FreshLocations>>>,
    search_key: Arc<OnceCell<SearchKey>>,
}

/// The locations, and when they were read.
type FreshLocations = (settings::ReadAt, Arc<[Location]>);

/// A failure of DynamoDB, or of an item in it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The request failed or was refused: try again later.
    #[error("DynamoDB: {operation} failed: {source}")]
    Request {
        operation: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The item does not have the shape that this version writes. A person must look. The cause may quote a customer's
    /// data, so it is left out where it would be logged.
    #[error("{item} cannot be read: it is not of a shape that this version writes")]
    Unreadable {
        item: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The system has no random bytes.
    #[error("no random bytes: {0}")]
    Random(getrandom::Error),
    /// Too many others write the same items: try again later.
    #[error("gave up after {0} attempts: others keep changing the same items")]
    Contended(u32),
}

impl StoreError {
    pub(crate) fn request<E, R>(operation: &'static str) -> impl Fn(SdkError<E, R>) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        move |error| Self::Request {
            operation,
            source: error.into_source().unwrap_or_else(|e| format!("{e:?}").into()),
        }
    }

    pub(crate) fn unreadable(
        item: impl std::fmt::Display,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unreadable { item: item.to_string(), source: source.into() }
    }
}

/// The maximum number of attempts at a race.
const MAX_ATTEMPTS: u32 = 10;

/// Runs `attempt` (load, decide, commit) until it no longer loses a race.
pub async fn retry_on_conflict<T, E>(mut attempt: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E>
where
    E: From<StoreError> + IsConflict,
{
    for n in 0..MAX_ATTEMPTS {
        match attempt().await {
            Err(error) if error.is_conflict() => pause(n).await,
            other => return other,
        }
    }
    Err(StoreError::Contended(MAX_ATTEMPTS).into())
}

/// An error that may only mean that somebody else was faster.
pub trait IsConflict {
    fn is_conflict(&self) -> bool;
}

/// Waits for a random time that grows with each attempt, so that rivals do not collide again.
pub(crate) async fn pause(attempt: u32) {
    let limit = Duration::from_millis(5) * 2_u32.pow(attempt.min(6));
    tokio::time::sleep(limit.mul_f64(fastrand::f64())).await;
}

impl Store {
    pub fn new(client: Client, tables: Tables, sender: Sender) -> Self {
        Self { client, tables: Arc::new(tables), sender, locations: Arc::default(), search_key: Arc::default() }
    }

    /// One record, strongly consistent.
    pub async fn load<T: Record>(&self, key: &T::Key) -> Result<Option<Stored<T>>, StoreError> {
        let get = self.client.get_item().table_name(self.tables.name(T::TABLE)).set_key(Some(T::key(key)));
        let answer = get.consistent_read(true).send().await.map_err(StoreError::request("GetItem"))?;
        answer.item.map(decode).transpose()
    }

    /// Some records, strongly consistent. Missing ones are left out. An unreadable one does not hide the others.
    pub async fn load_all<T: Record>(
        &self,
        keys: impl IntoIterator<Item = T::Key>,
    ) -> Result<Vec<(T::Key, Result<Stored<T>, StoreError>)>, StoreError> {
        // DynamoDB refuses a request that names a key twice.
        let mut named = HashSet::new();
        let wanted: Vec<T::Key> = keys.into_iter().filter(|key| named.insert(key.to_string())).collect();
        let table = self.tables.name(T::TABLE);
        let items = self.batch_get(wanted.iter().map(|key| (table, T::key(key))).collect(), true).await?;
        let named = |item: Item| {
            let key = T::key_of(&item).ok_or_else(|| StoreError::unreadable(table, "a key is malformed"))?;
            Ok((key, decode(item)))
        };
        items.into_iter().map(|(_, item)| named(item)).collect()
    }

    /// Sends again what is already owed. (A commit itself sends what it newly owes.) Returns how many were sent.
    pub async fn remind(&self, owed: &[OwedDuty]) -> usize {
        self.sender.send(owed).await
    }

    /// Collects the changes of one commit.
    pub fn write(&self, now: jiff::Timestamp) -> Write<'_> {
        Write::new(self, now)
    }

    /// Reads items by their keys from several tables in as few requests as possible. Missing ones are left out.
    async fn batch_get(&self, keys: Vec<(&str, Item)>, consistent: bool) -> Result<Vec<(String, Item)>, StoreError> {
        /// DynamoDB's limit for one `BatchGetItem`.
        const MAX_KEYS: usize = 100;
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(MAX_KEYS) {
            let mut wanted: HashMap<String, Vec<Item>> = HashMap::new();
            for (table, key) in chunk {
                wanted.entry((*table).to_owned()).or_default().push(key.clone());
            }
            let mut attempt = 0;
            while !wanted.is_empty() {
                let requests = wanted.drain().map(|(table, keys)| {
                    let keys = aws_sdk_dynamodb::types::KeysAndAttributes::builder()
                        .set_keys(Some(keys))
                        .consistent_read(consistent)
                        .build();
                    keys.map(|keys| (table, keys))
                });
                let requests = requests.collect::<Result<HashMap<_, _>, _>>();
                let requests = requests.map_err(|e| StoreError::unreadable("BatchGetItem", e))?;
                let answer = self.client.batch_get_item().set_request_items(Some(requests)).send().await;
                let answer = answer.map_err(StoreError::request::<BatchGetItemError, _>("BatchGetItem"))?;
                for (table, items) in answer.responses.unwrap_or_default() {
                    found.extend(items.into_iter().map(|item| (table.clone(), item)));
                }
                // Keys that DynamoDB left unprocessed are requested again.
                let left = answer.unprocessed_keys.unwrap_or_default();
                wanted = left
                    .into_iter()
                    .filter(|_| !Safeguard::UnreadKeys.is_off())
                    .map(|(table, keys)| (table, keys.keys))
                    .collect();
                if !wanted.is_empty() {
                    pause(attempt).await;
                    attempt += 1;
                    if attempt == MAX_ATTEMPTS {
                        return Err(StoreError::Contended(MAX_ATTEMPTS));
                    }
                }
            }
        }
        Ok(found)
    }
}
