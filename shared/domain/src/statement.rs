//! What a payment provider's own list says of a payment or a payout, and where the books differ from it.
//!
//! A list is read by days that overlap, so an entry comes more than once. It is known by the provider's id of it.

use crate::{
    books::{Books, Movement, MovementKind},
    history::Stamp,
    ids::{OrderId, PaymentId},
    ledger::{Ledger, MoneyEvent},
    money::{Amount, Currency},
    sparse::is_zero,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What of a payment has moved, by kind. Nothing of a kind that is not there.
pub type Moved = BTreeMap<MovementKind, Amount>;

/// An entry of a provider's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    pub kind: MovementKind,
    /// In minor units of `currency`: what the merchant has more of, negative if it is less.
    pub amount: Amount,
    pub currency: Currency,
    /// What the provider took for it, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
}

/// A fee, in the currency of the account at the provider. Negative if it was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    pub amount: Amount,
    pub currency: Currency,
}

/// The entries that a payout is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    pub count: usize,
    /// The sum of what they come to after fees.
    pub net: Amount,
}

impl Parts {
    pub fn add(&mut self, net: Amount) {
        self.count += 1;
        self.net += net;
    }
}

/// Where the books and the provider's list differ about a payment; of a payout, where the list differs from itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Difference {
    /// What the books say, in minor units of `currency`. Of a payout: what its entries come to.
    pub ours: Amount,
    /// What the provider's list says.
    pub theirs: Amount,
    /// The payment's currency; of a payout, its own.
    pub currency: Currency,
    /// Since when they differ, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub since: Timestamp,
    /// What a person found out about it. Absent: nobody has settled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// A difference that a person has looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Settled {
    /// When, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// Who did, as `role:name` of an API key: `operator:anna`.
    pub by: String,
    /// Why they differ. Empty once the customer's data was erased.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What a provider's list says of a payment or a payout.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The order that has taken the payment, as known when it was compared last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// By the provider's ids of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entries: BTreeMap<String, Entry>,
    /// The sums of entries that were too many and too old to be kept one by one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub folded: Moved,
    /// What a payout is made of, where the provider tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
    /// The rows of its fees, or of the payout.
    #[serde(flatten)]
    pub books: Books,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub differences: BTreeMap<MovementKind, Difference>,
}

/// So many entries of a payment are kept one by one, and older ones are folded into a sum once no list shows them any more.
const KEPT: usize = 100;
const LISTED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Statement {
    /// Takes an entry of the list. A known one changes nothing, unless the provider tells another fee now.
    pub fn list(mut self, payment: &PaymentId, id: &str, entry: Entry, now: Timestamp) -> Self {
        let known = self.entries.insert(id.to_owned(), entry);
        let mut book = |kind, amount: Amount, currency| {
            if amount != 0 {
                let (payment, event) = (payment.clone(), id.to_owned());
                self.books.book(Movement { booked_at: now, at: entry.at, payment, kind, amount, currency, event });
            }
        };
        if matches!(entry.kind, MovementKind::Fee | MovementKind::Payout) {
            book(entry.kind, entry.amount - known.as_ref().map_or(0, |known| known.amount), entry.currency);
        }
        let before = known.and_then(|known| known.fee);
        match (before, entry.fee) {
            (Some(before), Some(fee)) if before.currency == fee.currency => {
                book(MovementKind::Fee, before.amount - fee.amount, fee.currency);
            }
            (before, fee) => {
                for (fee, sign) in before.map(|fee| (fee, 1)).into_iter().chain(fee.map(|fee| (fee, -1))) {
                    book(MovementKind::Fee, sign * fee.amount, fee.currency);
                }
            }
        }
        self.fold(now);
        self
    }

    /// A payment with very many entries keeps the sums of the old ones.
    fn fold(&mut self, now: Timestamp) {
        if self.entries.len() > KEPT {
            let is_old = |entry: &Entry| now.duration_since(entry.at) > LISTED_FOR;
            for (_, old) in self.entries.extract_if(.., |_, entry| is_old(entry)) {
                *self.folded.entry(old.kind).or_default() += old.amount;
            }
        }
    }

    /// What a payout is made of, as the provider tells it now.
    pub fn made_of(self, parts: Parts) -> Self {
        Self { parts: Some(parts), ..self }
    }

    /// What it says in all.
    pub fn moved(&self) -> Moved {
        let mut moved = self.folded.clone();
        for entry in self.entries.values() {
            *moved.entry(entry.kind).or_default() += entry.amount;
        }
        moved
    }

    /// What the list calls the movements of a kind.
    pub fn listed(&self, kind: MovementKind) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(move |(_, entry)| entry.kind == kind).map(|(id, _)| id.as_str())
    }

    /// Where it says something else than the books, of what it tells or what was `booked`. `told`: what the provider says of the
    /// payment itself, of the kinds that it tells there. That may be newer than the list, and outweighs it.
    pub fn differing(&self, ours: &Moved, told: &Moved, booked: &BTreeSet<MovementKind>) -> BTreeSet<MovementKind> {
        let listed = self.moved();
        let agrees = |kind: &MovementKind| {
            let ours = amount(ours, *kind);
            ours == amount(&listed, *kind) || told.get(kind) == Some(&ours)
        };
        self.kinds(booked).into_iter().filter(|kind| !agrees(kind)).collect()
    }

    /// Compares it with the books. A difference ends when they agree. One that a person has settled opens again when it changes.
    ///
    /// `later`: what was booked after the end of the list. Of that the list alone says nothing: what is known of it stays, and the
    /// list of the day on which it was booked decides.
    pub fn compare(
        mut self,
        ours: &Moved,
        told: &Moved,
        booked: &BTreeSet<MovementKind>,
        later: &BTreeSet<MovementKind>,
        currency: Option<Currency>,
        now: Timestamp,
    ) -> Self {
        let (listed, differing) = (self.moved(), self.differing(ours, told, booked));
        for kind in self.kinds(booked) {
            let differs = differing.contains(&kind);
            if differs && later.contains(&kind) && !told.contains_key(&kind) {
                continue;
            }
            let (ours, theirs) = (amount(ours, kind), amount(&listed, kind));
            let currency = currency.or_else(|| self.entries.values().next().map(|entry| entry.currency));
            self.note(kind, currency.filter(|_| differs).map(|currency| (ours, theirs, currency)), now);
        }
        self
    }

    /// Compares a payout with what it is made of. One that came back is not compared: its entries went into another one.
    pub fn compare_parts(mut self, now: Timestamp) -> Self {
        let theirs: Vec<&Entry> = self.entries.values().filter(|entry| entry.kind == MovementKind::Payout).collect();
        let (Some(parts), [payout]) = (self.parts, theirs.as_slice()) else { return self };
        let (ours, theirs, currency) = (-parts.net, payout.amount, payout.currency);
        self.note(MovementKind::Payout, (ours != theirs).then_some((ours, theirs, currency)), now);
        self
    }

    fn note(&mut self, kind: MovementKind, difference: Option<(Amount, Amount, Currency)>, now: Timestamp) {
        match difference {
            None => drop(self.differences.remove(&kind)),
            Some((ours, theirs, currency)) => {
                let is_known = |known: &Difference| (known.ours, known.theirs) == (ours, theirs);
                if !self.differences.get(&kind).is_some_and(is_known) {
                    let since = self.differences.get(&kind).map_or(now, |known| known.since);
                    self.differences.insert(kind, Difference { ours, theirs, currency, since, settled: None });
                }
            }
        }
    }

    /// The kinds that are compared with the books: those that it tells, those that were booked, and those that differed before.
    fn kinds(&self, booked: &BTreeSet<MovementKind>) -> BTreeSet<MovementKind> {
        let listed = self.entries.values().map(|entry| entry.kind).chain(self.folded.keys().copied());
        let all = listed.chain(booked.iter().copied()).chain(self.differences.keys().copied());
        all.filter(|kind| !matches!(kind, MovementKind::Fee | MovementKind::Payout)).collect()
    }

    /// The differences that nobody has settled.
    pub fn open(&self) -> impl Iterator<Item = (MovementKind, &Difference)> {
        self.differences.iter().filter(|(_, known)| known.settled.is_none()).map(|(kind, known)| (*kind, known))
    }

    /// Since when there is a difference that nobody has settled.
    pub fn differs_since(&self) -> Option<Timestamp> {
        self.open().map(|(_, difference)| difference.since).min()
    }

    /// When it was paid out, if it is about a payout.
    pub fn paid_out_at(&self) -> Option<Timestamp> {
        let payouts = self.entries.values().filter(|entry| entry.kind == MovementKind::Payout);
        payouts.map(|entry| entry.at).min()
    }

    /// Settles all differences that nobody has settled.
    pub fn settle(mut self, note: &str, stamp: &Stamp) -> Self {
        for difference in self.differences.values_mut().filter(|known| known.settled.is_none()) {
            let (by, note) = (stamp.by.to_string(), note.to_owned());
            difference.settled = Some(Settled { at: stamp.at, by, note });
        }
        self
    }

    /// Empties what people wrote about it.
    pub fn without_words(mut self) -> Self {
        for settled in self.differences.values_mut().filter_map(|known| known.settled.as_mut()) {
            settled.note.clear();
        }
        self
    }
}

fn amount(moved: &Moved, kind: MovementKind) -> Amount {
    moved.get(&kind).copied().unwrap_or_default()
}

/// What a ledger says of one of its payments.
pub fn moved_in(ledger: &Ledger, payment: &PaymentId) -> Moved {
    let all = crate::books::totals(ledger).into_iter().filter(|((of, _), _)| of == payment);
    all.map(|((_, kind), (amount, _))| (kind, amount)).filter(|(_, amount)| !is_zero(amount)).collect()
}

/// What facts say of a payment, by themselves. Nothing of what did not move.
pub fn moved_by<'a>(facts: impl IntoIterator<Item = &'a MoneyEvent>, payment: &PaymentId) -> Moved {
    let mut ledger = Ledger::default();
    let own: Vec<MoneyEvent> = facts.into_iter().filter(|fact| fact.payment == *payment).cloned().collect();
    ledger.record_all(&own);
    moved_in(&ledger, payment)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
