//! Where the rows of the books stand. Of each only its place is kept: an order's rows are read again together with it.

use crate::{AwsError, Tables};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use laws::Item;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A day's rows are in so many partitions.
const SHARDS: u8 = 4;

/// The places of rows, by what they are of: `order/…`, `payment/…`, `statement/…`.
#[derive(Debug, Default)]
pub(super) struct Rows(BTreeMap<String, Vec<Place>>);

/// The rest of a row's key.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    day: String,
    /// What stands before its owner's name, and after it.
    time: String,
    end: String,
}

impl Rows {
    pub(super) async fn read(&mut self, tables: &Tables) -> Result<(), AwsError> {
        let read = tables.scan(&tables.names.books, async |page| {
            self.add(&page);
            Ok(())
        });
        read.await
    }

    /// Reads the days since a moment once more: what was booked meanwhile is of one of them.
    pub(super) async fn read_since(&mut self, tables: &Tables, since: Timestamp) -> Result<(), AwsError> {
        let day = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
        // A function's clock may be behind ours, or ahead.
        let (mut own, last): (Date, Date) = (day(since - 1.hour()), day(Timestamp::now() + 1.hour()));
        while own <= last {
            for shard in 0..SHARDS {
                let rows = tables.partition(&tables.names.books, "day", &format!("{own}#{shard}")).await?;
                self.add(&rows);
            }
            own = own.saturating_add(1.day());
        }
        Ok(())
    }

    fn add(&mut self, rows: &[Item]) {
        for row in rows {
            let mut parts = text(row, "place").splitn(3, '#').map(str::to_owned);
            if let (Some(time), Some(owner), Some(end)) = (parts.next(), parts.next(), parts.next()) {
                let place = Place { day: text(row, "day").to_owned(), time, end };
                let own = self.0.entry(owner).or_default();
                if !own.contains(&place) {
                    own.push(place);
                }
            }
        }
    }

    /// The rows of some owners.
    pub(super) async fn of(&self, tables: &Tables, owners: &BTreeSet<String>) -> Result<Vec<Item>, AwsError> {
        let places = owners.iter().filter_map(|owner| Some((owner, self.0.get(owner)?)));
        let keys: Vec<(String, String)> = places
            .flat_map(|(owner, own)| {
                own.iter().map(move |Place { day, time, end }| (day.clone(), format!("{time}#{owner}#{end}")))
            })
            .collect();
        let keys: Vec<_> =
            keys.iter().map(|(day, place)| vec![("day", day.as_str()), ("place", place.as_str())]).collect();
        tables.some(&tables.names.books, &keys).await
    }

    pub(super) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}

/// What a row of the books is of, as its place names it.
pub(super) fn owner(row: &Item) -> &str {
    text(row, "place").split('#').nth(1).unwrap_or_default()
}

pub(super) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}
