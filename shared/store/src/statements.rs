//! What providers' own lists say of payments and payouts, and how far the books are compared with them. Both are in the payments
//! table.

use super::{
    Item, Store, StoreError,
    attributes::{key_item, sortable, text_of},
    payments::{PAYMENT_ID, UNMATCHED_CLASS, UNMATCHED_SINCE},
    record::Record,
    tables::Table,
};
use domain::{
    books::{BookedFor, Books},
    comparison::Comparison,
    duty::{Owed, Subject},
    ids::{PaymentId, ProviderName},
    statement::Statement,
};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

/// Before the id of a payment or a payout. No payment's id has a `#`.
const STATEMENT: &str = "statement#";
/// Before the name of a provider.
const COMPARISON: &str = "comparison#";

/// The partitions of the index: what differs from the books, payouts that do not, and comparisons that are under way.
const DIFFERS: &str = "differs";
const PAYOUT: &str = "payout";
const UNDER_WAY: &str = "comparison";

impl Record for Statement {
    type Key = PaymentId;
    const TABLE: Table = Table::Payments;

    fn key(key: &PaymentId) -> Item {
        key_item([(PAYMENT_ID, format!("{STATEMENT}{key}"))])
    }

    fn key_of(item: &Item) -> Option<PaymentId> {
        text_of(item, PAYMENT_ID)?.strip_prefix(STATEMENT)?.parse().ok()
    }

    fn new_rows<'a>(&'a self, key: &PaymentId) -> Option<(BookedFor, &'a Books)> {
        Some((BookedFor::Statement(key.clone()), &self.books))
    }

    fn index_keys(&self, _: &PaymentId) -> Vec<(&'static str, String)> {
        let (class, since) = match (self.differs_since(), self.paid_out_at()) {
            (Some(since), _) => (DIFFERS, since),
            (None, Some(at)) => (PAYOUT, at),
            (None, None) => return Vec::new(),
        };
        vec![(UNMATCHED_CLASS, class.to_owned()), (UNMATCHED_SINCE, sortable(since))]
    }
}

impl Record for Comparison {
    type Key = ProviderName;
    const TABLE: Table = Table::Payments;

    fn key(key: &ProviderName) -> Item {
        key_item([(PAYMENT_ID, format!("{COMPARISON}{key}"))])
    }

    fn key_of(item: &Item) -> Option<ProviderName> {
        text_of(item, PAYMENT_ID)?.strip_prefix(COMPARISON)?.parse().ok()
    }

    fn subject(key: &ProviderName) -> Option<Subject> {
        Some(Subject::Provider(key.clone()))
    }

    fn owed(&self) -> &Owed {
        &self.owed
    }

    fn index_keys(&self, _: &ProviderName) -> Vec<(&'static str, String)> {
        let Some(run) = &self.run else { return Vec::new() };
        vec![(UNMATCHED_CLASS, UNDER_WAY.to_owned()), (UNMATCHED_SINCE, sortable(run.since))]
    }
}

impl Store {
    /// What differs from the books and nobody has settled, the longest first, and since when.
    pub async fn differing(&self) -> Result<Vec<(PaymentId, Timestamp)>, StoreError> {
        self.unmatched_of::<Statement>(DIFFERS).await
    }

    /// The providers with whose lists the books are being compared, and since when the next step is owed.
    pub async fn comparisons(&self) -> Result<Vec<(ProviderName, Timestamp)>, StoreError> {
        self.unmatched_of::<Comparison>(UNDER_WAY).await
    }

    /// The payouts of some days, also those that differ from their entries.
    pub async fn payouts(&self, from: Date, to: Date) -> Result<Vec<PaymentId>, StoreError> {
        let begin = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or_default();
        let moments = begin(from)..begin(to.saturating_add(1.day()));
        let mut found = self.unmatched_between::<Statement>(PAYOUT, &moments).await?;
        let differing = self.differing().await?;
        let ids: Vec<PaymentId> = differing.into_iter().map(|(id, _)| id).collect();
        for (id, statement) in self.load_all::<Statement>(ids).await? {
            if statement?.value.paid_out_at().is_some_and(|at| moments.contains(&at)) {
                found.push((id, moments.start));
            }
        }
        Ok(found.into_iter().map(|(id, _)| id).collect())
    }
}
