//! The books: one row for each movement of money, for bookkeepers.
//!
//! A row is decided together with the fact that moves the money, and written before it. The order keeps a check of each of its
//! rows, so a row whose decision was never written does not count: it stands in the books of nobody.

use crate::{
    ids::{OrderId, PaymentId},
    ledger::Ledger,
    money::{Amount, Currency},
    names::names,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt};

names! {
    /// What moved.
    MovementKind {
        /// Money was captured; negative if a bank rejected a capture afterwards.
        Captured = "captured",
        /// Money went back to the customer (negative); positive if a refund failed after it had succeeded.
        Refunded = "refunded",
        /// A bank took money for a dispute (negative); positive when the merchant gets it back.
        Disputed = "disputed",
        /// The provider took a fee (negative); positive when it gave one back.
        Fee = "fee",
        /// The provider paid money out to the merchant's bank (negative); positive when that failed.
        Payout = "payout",
    }
}

/// A movement of a payment's money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Movement {
    /// When Orderly wrote it down, in UTC. Rows are sorted by it, and it says which day a row belongs to.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub booked_at: Timestamp,
    /// The provider's time of the event, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// The payment, or the payout; its provider's name comes before the `_`.
    pub payment: PaymentId,
    /// What moved.
    pub kind: MovementKind,
    /// In minor units of `currency`: what the merchant has more of, negative if it is less.
    pub amount: Amount,
    /// The payment's currency; of a fee or a payout, that of the account at the provider.
    pub currency: Currency,
    /// The provider's id of the event that told it; of a fee or a payout, of the entry in its list.
    pub event: String,
}

impl Movement {
    /// What an order keeps of it.
    pub fn check(&self) -> Check {
        let Self { booked_at, at, payment, kind, amount, currency, event } = self;
        let text = format!("{booked_at} {at} {payment} {kind} {amount} {currency} {event}");
        let hash = Sha256::digest(text);
        Check(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
    }

    /// The day that it belongs to.
    pub fn day(&self) -> Date {
        day_of(self.booked_at)
    }
}

/// The day of a moment, in UTC.
pub fn day_of(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// The check of a row, by which its order knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Check(u32);

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// What a row is written for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BookedFor {
    Order(OrderId),
    /// A payment that no order takes, and that goes back to its customer.
    Payment(PaymentId),
    /// What a provider's own list says of a payment or a payout: fees, and what was paid out.
    Statement(PaymentId),
}

/// The rows of an order or a payment.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Books {
    /// A check of each row, in the order in which they were decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub booked: Vec<Check>,
    /// The rows that are written with the next commit: those that were decided since it was read.
    #[serde(skip)]
    new: Vec<Movement>,
}

/// Rows that were just decided are the same as those that are written.
impl PartialEq for Books {
    fn eq(&self, other: &Self) -> bool {
        self.booked == other.booked
    }
}

impl Eq for Books {}

impl Books {
    /// As it reads back: its rows are written.
    #[cfg(any(test, feature = "fixtures"))]
    pub fn written(self) -> Self {
        Self { new: Vec::new(), ..self }
    }

    /// Writes down what has moved between two states of a ledger.
    pub fn write_down(&mut self, before: &Ledger, after: &Ledger, at: Timestamp, event: &str, booked_at: Timestamp) {
        let (before, after) = (totals(before), totals(after));
        for ((payment, kind), (total, currency)) in after {
            let known = before.get(&(payment.clone(), kind)).map_or(0, |(known, _)| *known);
            if total != known {
                let amount = total - known;
                self.book(Movement { booked_at, at, payment, kind, amount, currency, event: event.to_owned() });
            }
        }
    }

    /// Writes a movement down.
    pub fn book(&mut self, row: Movement) {
        self.booked.push(row.check());
        self.new.push(row);
    }

    /// The new rows, each with its place.
    pub fn new_rows(&self) -> impl Iterator<Item = (usize, &Movement)> {
        let first = self.booked.len() - self.new.len();
        (first..).zip(&self.new)
    }

    /// Whether the row at a place is one of these.
    pub fn knows(&self, place: usize, row: &Movement) -> bool {
        self.booked.get(place) == Some(&row.check())
    }
}

/// What has moved in all, by payment and kind. A ledger knows no fees and no payouts.
pub fn totals(ledger: &Ledger) -> BTreeMap<(PaymentId, MovementKind), (Amount, Currency)> {
    let mut totals = BTreeMap::new();
    for (id, payment) in &ledger.payments {
        let Some(currency) = payment.currency else { continue };
        let amounts = [
            (MovementKind::Captured, payment.captured),
            (MovementKind::Refunded, -ledger.refunded_for_good(id)),
            (MovementKind::Disputed, -ledger.disputed_of(id)),
        ];
        totals.extend(amounts.map(|(kind, amount)| ((id.clone(), kind), (amount, currency))));
    }
    totals
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ledger::{DisputeStatus, MoneyEvent, MoneyFact, PartStatus, RefundStatus};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn event(fact: MoneyFact) -> MoneyEvent {
        MoneyEvent {
            payment: "acme_1".parse().unwrap(),
            at: at(1),
            event: "evt_1".to_owned(),
            currency: "EUR".parse().ok(),
            step: 1,
            fact,
        }
    }

    /// The rows that facts make.
    fn rows(facts: &[MoneyFact]) -> Vec<(MovementKind, Amount)> {
        let (mut ledger, mut books) = (Ledger::default(), Books::default());
        for (n, fact) in (2..).zip(facts) {
            let before = ledger.clone();
            ledger.record(&event(fact.clone()));
            books.write_down(&before, &ledger, at(1), "evt_1", at(n));
        }
        assert!(books.new_rows().all(|(place, row)| books.knows(place, row)));
        books.new_rows().map(|(_, row)| (row.kind, row.amount)).collect()
    }

    fn refund(id: &str, status: RefundStatus) -> MoneyFact {
        MoneyFact::Refund { ours: None, id: id.to_owned(), amount: 40, status }
    }

    fn dispute(status: DisputeStatus) -> MoneyFact {
        MoneyFact::Dispute { id: "dp_1".to_owned(), amount: 100, status, case: crate::ledger::Case::default() }
    }

    /// Facts, and the rows that they make.
    type Case = (Vec<MoneyFact>, Vec<(MovementKind, Amount)>);

    #[test]
    fn every_movement_has_a_row_and_what_moves_nothing_has_none() {
        use MovementKind::{Captured, Disputed, Refunded};
        let part = |status| MoneyFact::CapturePart { id: "cp".to_owned(), amount: 30, status };
        let table: [Case; 7] = [
            (vec![MoneyFact::Failed("x".into()), MoneyFact::authorized(100), MoneyFact::Voided], vec![]),
            (
                vec![MoneyFact::Captured(60), MoneyFact::Captured(60), MoneyFact::Captured(100)],
                vec![(Captured, 60), (Captured, 40)],
            ),
            (
                vec![
                    MoneyFact::Captured(100),
                    refund("re_1", RefundStatus::Pending),
                    refund("re_1", RefundStatus::Succeeded),
                    MoneyFact::RefundedInTotal(40),
                ],
                vec![(Captured, 100), (Refunded, -40)],
            ),
            (
                vec![
                    refund("re_1", RefundStatus::Succeeded),
                    MoneyFact::Captured(100),
                    refund("re_1", RefundStatus::Failed),
                ],
                vec![(Refunded, -40), (Captured, 100), (Refunded, 40)],
            ),
            (
                vec![
                    MoneyFact::Captured(100),
                    dispute(DisputeStatus::Inquiry),
                    dispute(DisputeStatus::Open),
                    dispute(DisputeStatus::Won),
                ],
                vec![(Captured, 100), (Disputed, -100), (Disputed, 100)],
            ),
            (vec![dispute(DisputeStatus::Lost), MoneyFact::Captured(100)], vec![(Captured, 100), (Disputed, -100)]),
            (vec![part(PartStatus::Succeeded), part(PartStatus::Failed)], vec![(Captured, 30), (Captured, -30)]),
        ];
        for (facts, expected) in table {
            assert_eq!(rows(&facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn a_row_that_was_decided_otherwise_is_not_known() {
        let mut books = Books::default();
        let after = {
            let mut ledger = Ledger::default();
            ledger.record(&event(MoneyFact::Captured(100)));
            ledger
        };
        books.write_down(&Ledger::default(), &after, at(1), "evt_1", at(2));
        let (place, row) = books.new_rows().next().map(|(place, row)| (place, row.clone())).unwrap();
        assert!(books.knows(place, &row));
        assert!(!books.knows(place + 1, &row));
        assert!(!books.knows(place, &Movement { amount: 99, ..row }));
    }
}
