//! The table of invoices: each seller's year is a partition, with its documents by number and the count of them.

use super::{
    Item, Page, Store, StoreError,
    attributes::{key_item, text_of},
    record::{Record, Stored, decode},
    tables::Table,
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::invoice::{Invoice, InvoiceKey, Series, SeriesId};
use jiff::Timestamp;

const SERIES: &str = "series";
const NTH: &str = "nth";
/// Where the count stands, after all numbers.
const COUNT: &str = "count";

/// Ten digits hold every number, and sort as numbers do.
fn place(nth: u32) -> String {
    format!("{nth:010}")
}

impl Record for Series {
    type Key = SeriesId;
    const TABLE: Table = Table::Invoices;

    fn key(key: &SeriesId) -> Item {
        key_item([(SERIES, key.to_string()), (NTH, COUNT.to_owned())])
    }

    fn key_of(item: &Item) -> Option<SeriesId> {
        (text_of(item, NTH)? == COUNT).then(|| text_of(item, SERIES)?.parse().ok())?
    }
}

impl Record for Invoice {
    type Key = InvoiceKey;
    const TABLE: Table = Table::Invoices;

    fn key(key: &InvoiceKey) -> Item {
        key_item([(SERIES, key.series.to_string()), (NTH, place(key.nth))])
    }

    fn key_of(item: &Item) -> Option<InvoiceKey> {
        let nth = text_of(item, NTH)?;
        let key = InvoiceKey { series: text_of(item, SERIES)?.parse().ok()?, nth: nth.parse().ok()? };
        (place(key.nth) == nth).then_some(key)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.kept_until)
    }
}

impl Store {
    /// The documents of a series in the order of their numbers, after that at the place `after`.
    pub async fn invoices(
        &self,
        series: &SeriesId,
        after: Option<u32>,
        limit: usize,
    ) -> Result<Page<Stored<Invoice>>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(self.tables.name(Table::Invoices))
            .key_condition_expression("#series = :series AND #nth BETWEEN :first AND :last")
            .expression_attribute_names("#series", SERIES)
            .expression_attribute_names("#nth", NTH)
            .expression_attribute_values(":series", AttributeValue::S(series.to_string()))
            .expression_attribute_values(
                ":first",
                AttributeValue::S(place(after.map_or(0, |after| after.saturating_add(1)))),
            )
            .expression_attribute_values(":last", AttributeValue::S(place(u32::MAX)))
            .consistent_read(true)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let found = query.send().await.map_err(StoreError::request("Query invoices"))?;
        // A page ends at 1 MB too.
        let next = found.last_evaluated_key.as_ref().and_then(|key| text_of(key, NTH)).map(str::to_owned);
        let items = found.items.unwrap_or_default().into_iter().map(decode).collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }
}
