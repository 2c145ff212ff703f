//! Statements of the merchant's bank: the entries that surely pay an order are entered, and the others are proposed.
//!
//! Nothing of a statement is kept but what orders take of it, so it may be sent again at any time, and another one that has some of
//! the same days.

use crate::{App, request::ImportStatement};
use api::{Caller, Code, Error, FieldError, Problem, Request, Response};
use app::{
    manual_payments,
    refunds_by_hand::{self, ByHand},
};
use banking::{Entry, EntryId, Fit, OpenOrder, Proposal, Verdict};
use domain::{
    books::day_of,
    history::Stamp,
    ids::{OrderId, PaymentId},
    ledger::{Manual, Payer, PaymentMethod, RequestName},
    money::{Amount, Currency},
    order_state::{EnteredPayment, OrderState, Standing, ToldOutcome},
    payment_record::PaymentRecord,
    placed_order::Placement,
    text::Name,
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use std::collections::BTreeMap;
use store::{DueClass, ItemKey, StoreError, Stored};

/// So many entries are taken at once: each may be a write.
const MAX_ENTRIES: usize = 1_000;
/// An entry that pays more orders is for a person: its parts are entered in one transaction.
const MAX_PARTS: usize = 20;

/// What became of a statement.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementReport {
    /// Every booked entry, the earliest first.
    pub entries: Vec<EntryView>,
    /// How many entries the bank has not booked yet. They are left out.
    pub pending: usize,
}

/// An entry of a statement, and what became of it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryView {
    /// Its id, the same in every statement that has it. `POST /orders/{order_id}/payments` takes it as `entry`.
    pub entry: String,
    /// The day on which the bank booked it.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Date"))]
    pub booked_on: Date,
    /// In minor units of `currency`; negative if money went.
    pub amount: Amount,
    /// The account's currency.
    pub currency: Currency,
    /// Whom the money comes from, or goes to. Absent if the bank does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// What the payer wrote.
    pub text: String,
    /// What became of it.
    pub outcome: EntryOutcome,
    /// The orders that it pays, or may pay, the likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<EntryOrder>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryOutcome {
    /// It pays these orders, and was entered now.
    Entered,
    /// An order has taken it before.
    Known,
    /// It surely pays these orders, and was not entered, as asked.
    Certain,
    /// It may pay one of these orders: a person decides.
    Likely,
    /// No order is known that it may pay.
    Unknown,
    /// It is the transfer of a refund, which is done with that.
    RefundDone,
    /// It is a refund that came back.
    RefundReturned,
    /// Money that went, for something else.
    Outgoing,
}

/// An order that an entry pays, or may pay.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryOrder {
    /// The order.
    pub order: OrderId,
    /// What it gets of the entry. Absent if the amount is not what is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

pub(crate) async fn import(app: &App, caller: &Caller, body: ImportStatement, _: &Request) -> Result<Response, Error> {
    let wrong = |why: String| Problem::invalid(vec![FieldError::new("file", why)]);
    let statements = banking::read(&body.file).map_err(|why| wrong(why.to_string()))?;
    let pending = statements.iter().map(|statement| statement.pending).sum();
    let mut entries: Vec<Entry> = statements.into_iter().flat_map(|statement| statement.entries).collect();
    if entries.len() > MAX_ENTRIES {
        let why = format!("has {} entries, and {MAX_ENTRIES} are taken at once: export fewer days", entries.len());
        return Err(wrong(why).into());
    }
    entries.sort_by(|a, b| (a.booking.booked, &a.id).cmp(&(b.booking.booked, &b.id)));
    entries.dedup_by(|a, b| a.id == b.id);
    let stamp = caller.stamp(app.clock.now());
    let mut report = Importer { app, stamp: &stamp, enters: body.enter, entries: Vec::new() };
    report.take(entries).await?;
    Ok(Response::json(200, &StatementReport { entries: report.entries, pending }))
}

/// Goes through the entries of a statement.
struct Importer<'a> {
    app: &'a App,
    stamp: &'a Stamp,
    /// Whether what surely pays an order is entered.
    enters: bool,
    entries: Vec<EntryView>,
}

impl Importer<'_> {
    async fn take(&mut self, entries: Vec<Entry>) -> Result<(), Error> {
        let taken = self.taken_before(&entries).await?;
        let (known, new): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| taken.contains_key(&entry.id));
        for entry in &known {
            let order = EntryOrder { order: taken[&entry.id].clone(), amount: None, reasons: Vec::new() };
            self.tell(entry, EntryOutcome::Known, vec![order], Vec::new());
        }
        let waiting = Waiting::read(self.app, self.stamp.at).await?;
        let mut left = Vec::new();
        for entry in new {
            if !self.is_refund(&entry, &waiting.refunds).await? {
                left.push(entry);
            }
        }
        let proposals = banking::propose(&left, &waiting.orders);
        let proposals: BTreeMap<EntryId, Proposal> =
            proposals.into_iter().map(|proposal| (proposal.entry.clone(), proposal)).collect();
        for entry in left {
            match proposals.get(&entry.id) {
                Some(proposal) => self.follow(&entry, proposal).await?,
                None => self.tell(&entry, EntryOutcome::Outgoing, Vec::new(), Vec::new()),
            }
        }
        self.entries.sort_by(|a, b| (a.booked_on, &a.entry).cmp(&(b.booked_on, &b.entry)));
        Ok(())
    }

    fn tell(&mut self, entry: &Entry, outcome: EntryOutcome, orders: Vec<EntryOrder>, reasons: Vec<String>) {
        let booking = &entry.booking;
        self.entries.push(EntryView {
            entry: entry.id.to_string(),
            booked_on: booking.booked,
            amount: booking.amount,
            currency: booking.currency,
            payer: booking.payer.clone(),
            text: booking.text.clone(),
            outcome,
            orders,
            reasons,
        });
    }

    /// The entries that orders have taken, and which order has.
    async fn taken_before(&self, entries: &[Entry]) -> Result<BTreeMap<EntryId, OrderId>, Error> {
        let names = entries.iter().map(|entry| (payment_of(&entry.id, 1), entry.id.clone()));
        let names: BTreeMap<PaymentId, EntryId> = names.collect();
        let records = self.app.store.load_all::<PaymentRecord>(names.keys().cloned()).await?;
        let taken = records.into_iter().map(|(payment, record)| Ok((names[&payment].clone(), record?.value.order)));
        let taken: Result<Vec<_>, StoreError> = taken.collect();
        Ok(taken?.into_iter().filter_map(|(entry, order)| Some((entry, order?))).collect())
    }

    /// Tells that a refund is done whose transfer the entry is, or that it came back.
    async fn is_refund(&mut self, entry: &Entry, waiting: &[ByHand]) -> Result<bool, Error> {
        let Some(name) = &entry.booking.end_to_end else { return Ok(false) };
        let (outcome, told) = match entry.booking.amount {
            ..0 => (EntryOutcome::RefundDone, ToldOutcome::Succeeded),
            _ if entry.booking.reversal.is_some() => (EntryOutcome::RefundReturned, ToldOutcome::Failed),
            _ => return Ok(false),
        };
        let found = refunds_by_hand::transferred_as(&self.app.store, name, waiting).await?;
        let Some((order, refund)) = found else { return Ok(false) };
        refunds_by_hand::remember_transfer(&self.app.store, name, &order, self.stamp.at).await?;
        let request = RequestName::Refund(refund);
        let outcome = match manual_payments::tell_outcome(&self.app.store, &order, &request, told, self.stamp).await {
            Ok(_) => outcome,
            // It has come back since, or somebody has told it otherwise.
            Err(app::Error::Refused(refusal)) if refusal.code == Code::OutcomeKnown => EntryOutcome::Known,
            Err(error) => return Err(error.into()),
        };
        self.tell(entry, outcome, vec![EntryOrder { order, amount: None, reasons: Vec::new() }], Vec::new());
        Ok(true)
    }

    /// Enters what surely pays orders, and tells the rest.
    async fn follow(&mut self, entry: &Entry, proposal: &Proposal) -> Result<(), Error> {
        let amount = entry.booking.amount;
        let (is_certain, orders) = match &proposal.verdict {
            Verdict::Unknown => {
                self.tell(entry, EntryOutcome::Unknown, Vec::new(), proposal.reasons.clone());
                return Ok(());
            }
            Verdict::Likely(candidates) => {
                let order = |candidate: &banking::Candidate| EntryOrder {
                    order: candidate.order.clone(),
                    amount: (candidate.fit == Fit::Exact).then_some(amount),
                    reasons: candidate.reasons.clone(),
                };
                (false, candidates.iter().map(order).collect())
            }
            Verdict::Certain(candidate) => {
                let reasons = candidate.reasons.clone();
                (true, vec![EntryOrder { order: candidate.order.clone(), amount: Some(amount), reasons }])
            }
            Verdict::Split(parts) => {
                let order = |part: &banking::Part| EntryOrder {
                    order: part.order.clone(),
                    amount: Some(part.amount),
                    reasons: Vec::new(),
                };
                (true, parts.iter().map(order).collect::<Vec<_>>())
            }
        };
        let mut reasons = proposal.reasons.clone();
        let outcome = match (is_certain && orders.len() <= MAX_PARTS, self.enters) {
            (false, _) => EntryOutcome::Likely,
            (true, false) => EntryOutcome::Certain,
            (true, true) => match self.enter(entry, &orders).await {
                Ok(()) => EntryOutcome::Entered,
                // Something has changed meanwhile, or a person has taken it back before. That stops no other entry.
                Err(app::Error::Refused(refusal)) => {
                    reasons.push(refusal.detail);
                    EntryOutcome::Likely
                }
                Err(error) => return Err(error.into()),
            },
        };
        self.tell(entry, outcome, orders, reasons);
        Ok(())
    }

    /// For all of the orders, or for none.
    async fn enter(&self, entry: &Entry, orders: &[EntryOrder]) -> Result<(), app::Error> {
        let booking = &entry.booking;
        let noon = TimeZone::UTC.to_timestamp(booking.booked.at(12, 0, 0, 0)).ok();
        let name: Option<Name> = booking.payer.as_deref().and_then(|name| shortened::<200>(name).parse().ok());
        let payment = |(n, EntryOrder { order, amount, .. }): (usize, &EntryOrder)| {
            let payment = EnteredPayment {
                id: payment_of(&entry.id, n),
                standing: Standing::Received,
                amount: amount.unwrap_or(booking.amount),
                on: noon,
                manual: Manual {
                    method: PaymentMethod::BankTransfer,
                    reference: shortened::<140>(&booking.text).parse().ok(),
                    payer: name.clone().map(|name| Payer { name, iban: booking.payer_iban.clone() }),
                },
            };
            (order.clone(), payment)
        };
        let payments: Vec<_> = (1..).zip(orders).map(payment).collect();
        manual_payments::enter_payments(&self.app.store, &payments, self.stamp).await
    }
}

/// The payment of an entry: the n-th, from 1, if it pays several orders. The first bears the entry's own name, so that nobody can
/// enter the whole of it beside its parts.
fn payment_of(entry: &EntryId, n: usize) -> PaymentId {
    match n {
        1 => PaymentId::manual(&["statement", entry.as_str()]),
        n => PaymentId::manual(&["statement", &format!("{entry}.{n}")]),
    }
}

/// As much of a text as fits.
fn shortened<const MAX: usize>(text: &str) -> String {
    text.chars().take(MAX).collect()
}

/// What waits for entries of a statement.
struct Waiting {
    /// Orders whose money has not come, whether it was promised or not.
    orders: Vec<OpenOrder>,
    /// Refunds whose transfers are not seen yet.
    refunds: Vec<ByHand>,
}

impl Waiting {
    async fn read(app: &App, now: Timestamp) -> Result<Self, Error> {
        /// What is due later than this is not looked for.
        const AHEAD: SignedDuration = SignedDuration::from_hours(3 * 365 * 24);
        let mut keys = Vec::new();
        for class in [DueClass::Unpaid, DueClass::Waiting, DueClass::Owed] {
            let due = app.store.due(class, now.saturating_add(AHEAD).unwrap_or(now)).await?;
            keys.extend(due.into_iter().map(|due| due.key).filter(|key| *key == ItemKey::state(&key.order)));
        }
        let (mut refunds, mut unpaid) = (Vec::new(), BTreeMap::new());
        for (key, state) in app.store.load_all::<OrderState>(keys).await? {
            // A statement must not fail for an order that cannot be read; reconcile tells of those.
            let Ok(state) = state.map(|read| read.value) else { continue };
            refunds.extend(refunds_by_hand::of(&key.order, &state));
            let due = state.total - state.ledger.written_off - state.ledger.captured(state.currency);
            if due > 0 {
                unpaid.insert(key.order, (due, state.currency));
            }
        }
        let placed = app.store.load_all::<Placement>(unpaid.keys().map(ItemKey::placed)).await?.into_iter();
        let open = |(key, placed): (ItemKey, Result<Stored<Placement>, StoreError>)| {
            let (placed, (due, currency)) = (placed.ok()?.value.order, unpaid.get(&key.order)?);
            let addresses = [Some(&placed.shipping_address), placed.billing_address.as_ref()].into_iter().flatten();
            let names = addresses.flat_map(|address| [Some(&address.name), address.company.as_ref()]);
            let names = [Some(&placed.customer.name)].into_iter().chain(names).flatten();
            Some(OpenOrder {
                references: vec![placed.reference.clone()],
                due: *due,
                currency: *currency,
                payer_names: names.map(ToString::to_string).collect(),
                placed_on: day_of(placed.placed_at),
                order: key.order,
            })
        };
        Ok(Self { orders: placed.filter_map(open).collect(), refunds })
    }
}
