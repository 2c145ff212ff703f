//! How a record becomes an item and back. All tables use the same protocol.
//!
//! A record is one item with its own key, and a `version` that grows by one with every write. It may owe work, may be
//! due for another look, and may be in sparse indexes.

use super::{
    Item, StoreError,
    attributes::{from_item, from_sortable, number, sortable, text, text_of, to_item},
    conflict::Failed,
    tables::Table,
};
use domain::{
    books::{BookedFor, Books},
    duty::{Due, Duty, Owed, Subject},
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::{Debug, Display};

/// Grows by one with every write.
pub(super) const VERSION: &str = "version";

/// When DynamoDB deletes the item, in seconds since 1970.
const EXPIRES_AT: &str = "expires_at";

/// The sparse index of what `reconcile` must look at.
pub(super) const DUE_INDEX: &str = "due";
pub(super) const DUE_CLASS: &str = "due_class";
pub(super) const DUE_AT: &str = "due_at";
/// Due items of a class are spread over this many partitions, because one partition takes only 1,000 writes a second.
pub(super) const DUE_SHARDS: u8 = 4;

static NOTHING: Owed = Owed::new();

/// A value that is stored as one item and changed on condition of its version.
pub trait Record: Serialize + DeserializeOwned + Clone + PartialEq {
    type Key: Clone + PartialEq + Debug + Display;
    const TABLE: Table;

    /// The attributes of its primary key.
    fn key(key: &Self::Key) -> Item;

    /// The key of an item that was read. None if it is malformed.
    fn key_of(item: &Item) -> Option<Self::Key>;

    /// The subject of its duties. A record without one may owe nothing.
    fn subject(_: &Self::Key) -> Option<Subject> {
        None
    }

    fn owed(&self) -> &Owed {
        &NOTHING
    }

    /// When `reconcile` must look at it. `last` is the due entry before this change.
    fn due(&self, _last: Option<Due>, _now: Timestamp) -> Option<Due> {
        None
    }

    /// The keys of the other indexes that hold it.
    fn index_keys(&self, _: &Self::Key) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The rows of the books that are written with it, and what they are written for.
    fn new_rows<'a>(&'a self, _: &Self::Key) -> Option<(BookedFor, &'a Books)> {
        None
    }

    /// When it is forgotten. None: never.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }

    /// What a commit reports when its condition fails.
    fn failed(key: &Self::Key) -> Failed {
        Failed::Other(key.to_string())
    }
}

/// A record as it was read, with what a conditional write of it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T: Record> {
    pub key: T::Key,
    /// 0 if it is not there yet.
    pub version: u64,
    pub due: Option<Due>,
    pub value: T,
}

impl<T: Record> Stored<T> {
    /// A record that is not there yet, with a value for its absence.
    pub fn absent(key: T::Key, value: T) -> Self {
        Self { key, version: 0, due: None, value }
    }

    /// Whether it still owes `duty`. If not, the work is done.
    pub fn owes(&self, duty: &Duty) -> bool {
        self.value.owed().contains(duty)
    }
}

/// The item of a record at its version.
pub(super) fn encode<T: Record>(stored: &Stored<T>) -> Result<Item, StoreError> {
    let mut item = to_item(&stored.value, &stored.key)?;
    item.extend(T::key(&stored.key));
    item.insert(VERSION.to_owned(), number(stored.version));
    for (name, value) in stored.value.index_keys(&stored.key) {
        item.insert(name.to_owned(), text(value));
    }
    if let Some(at) = stored.value.expires_at() {
        item.insert(EXPIRES_AT.to_owned(), number(at.as_second()));
    }
    if let Some(due) = stored.due {
        let (class, at) = match due {
            Due::Owed(at) => ("owed", at),
            Due::Unpaid(at) => ("unpaid", at),
            Due::Waiting(at) => ("waiting", at),
        };
        item.insert(DUE_CLASS.to_owned(), text(format!("{class}#{}", shard(&stored.key))));
        item.insert(DUE_AT.to_owned(), text(sortable(at)));
    }
    Ok(item)
}

pub(super) fn decode<T: Record>(item: Item) -> Result<Stored<T>, StoreError> {
    let missing = |what: &str| {
        let partition = text_of(&item, T::TABLE.partition_key()).unwrap_or("?");
        StoreError::unreadable(partition, format!("{what} is missing or malformed"))
    };
    let key = T::key_of(&item).ok_or_else(|| missing("its key"))?;
    let version = item.get(VERSION).and_then(|v| v.as_n().ok()?.parse().ok()).ok_or_else(|| missing(VERSION))?;
    let at = text_of(&item, DUE_AT).and_then(from_sortable);
    let due = text_of(&item, DUE_CLASS).zip(at).and_then(|(class, at)| match class.split_once('#')?.0 {
        "owed" => Some(Due::Owed(at)),
        "unpaid" => Some(Due::Unpaid(at)),
        "waiting" => Some(Due::Waiting(at)),
        _ => None,
    });
    let value = from_item(item, &key)?;
    Ok(Stored { key, version, due, value })
}

/// The index shard of a record. It is computed from the key, so it need not be stored.
fn shard(key: &impl Display) -> u8 {
    key.to_string().bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % DUE_SHARDS
}
