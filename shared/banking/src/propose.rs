//! Which open orders the credits of a statement pay.
//!
//! An order is recognized by its number in what the payer wrote ([`references`]), by the amount, and by the payer's
//! name ([`payer`]). The same entries and orders give the same proposals, in whatever order they come. Orders are
//! looked up by what entries say, and not compared with each, so 20,000 of both take seconds.

mod payer;
mod references;
mod tokens;
mod weigh;

use crate::{entry_id::EntryId, statement::Entry};
use domain::{
    ids::OrderId,
    money::{Amount, Currency},
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use weigh::Orders;

/// An order that waits for money.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenOrder {
    pub order: OrderId,
    /// What people may call it besides its id: the channel's own number, the invoice's.
    pub references: Vec<String>,
    /// What is still to pay.
    pub due: Amount,
    pub currency: Currency,
    /// Who may pay it: the customer, the company, whoever the goods are sent to.
    pub payer_names: Vec<String>,
    pub placed_on: Date,
}

/// What a credit seems to be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub entry: EntryId,
    pub verdict: Verdict,
    /// Why, in words for a person. What speaks for a single order is with the order.
    pub reasons: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It pays this order in full: it names the order, and no other; amount and currency are what is due; and no other
    /// entry pays the order too.
    Certain(Candidate),
    /// It pays these orders in full: it names each of them, and what is due adds up to the amount. As sure as
    /// `Certain`.
    Split(Vec<Part>),
    /// It may pay one of these, or several. A person decides. The likeliest comes first.
    Likely(Vec<Candidate>),
    Unknown,
}

/// An order that an entry may pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub order: OrderId,
    pub fit: Fit,
    pub reasons: Vec<String>,
}

/// What an order gets of a split entry: all that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub order: OrderId,
    pub amount: Amount,
}

/// How the amount compares with what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    Exact,
    /// A part payment: so much is missing.
    Short(Amount),
    /// An overpayment by so much, or a payment for several orders.
    Over(Amount),
    OtherCurrency,
}

/// Proposals for all credits, by day and id. Debits have none. An entry that is given twice has one.
pub fn propose(entries: &[Entry], open: &[OpenOrder]) -> Vec<Proposal> {
    let orders = Orders::index(open);
    // Two exports may tell the same entry differently. Which one counts must not depend on their order.
    let sorted: BTreeSet<&Entry> = entries.iter().filter(|entry| entry.booking.amount > 0).collect();
    let by_id: BTreeMap<&EntryId, &Entry> = sorted.into_iter().map(|entry| (&entry.id, entry)).collect();
    let mut credits: Vec<&Entry> = by_id.into_values().collect();
    credits.sort_by_key(|entry| (entry.booking.booked, &entry.id));
    let mut proposals: Vec<Proposal> = credits.into_iter().map(|entry| orders.propose(entry)).collect();
    let mut payments: HashMap<OrderId, usize> = HashMap::new();
    for order in proposals.iter().flat_map(|proposal| proposal.verdict.paid()) {
        *payments.entry(order.clone()).or_default() += 1;
    }
    for proposal in &mut proposals {
        proposal.doubt(&payments, &orders);
    }
    proposals
}

impl Verdict {
    /// The orders that are surely paid.
    fn paid(&self) -> Vec<&OrderId> {
        match self {
            Self::Certain(candidate) => vec![&candidate.order],
            Self::Split(parts) => parts.iter().map(|part| &part.order).collect(),
            Self::Likely(_) | Self::Unknown => Vec::new(),
        }
    }
}

impl Proposal {
    /// Two entries that each pay an order in full cannot both: somebody paid twice, and a person must look.
    fn doubt(&mut self, payments: &HashMap<OrderId, usize>, orders: &Orders<'_>) {
        let twice = |order: &&OrderId| payments.get(*order).is_some_and(|count| *count > 1);
        if !self.verdict.paid().iter().any(twice) {
            return;
        }
        self.reasons.push("another entry pays the same order in full: it seems to be paid twice".to_owned());
        self.verdict = match std::mem::replace(&mut self.verdict, Verdict::Unknown) {
            Verdict::Certain(candidate) => Verdict::Likely(vec![candidate]),
            Verdict::Split(parts) => {
                Verdict::Likely(parts.into_iter().map(|part| orders.part_of_split(part)).collect())
            }
            other => other,
        };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
