//! Captures and voids: what becomes of money that a customer has only authorized.
//!
//! Most payments are captured once: whatever of the authorization is not captured then is released. Some providers allow
//! several captures, and say so with the authorization. There, each but the last keeps the rest.

use super::{
    Ledger, Payment,
    request::{Progress, RequestState},
};
use crate::{
    ids::{CaptureId, PaymentId, ProviderName},
    money::{Amount, Currency},
    safeguards::Safeguard,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A capture that Orderly decided on, or a void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Capture {
    /// The authorized payment.
    pub payment: PaymentId,
    /// In minor units of the payment's currency. 0: nothing is captured, and all of the authorization is given up (a void).
    pub amount: Amount,
    #[serde(flatten)]
    pub terms: CaptureTerms,
    /// Counted from 1, and part of the idempotency key.
    pub attempt: u32,
    #[serde(flatten)]
    pub state: RequestState,
}

/// How a capture stands among others of its payment. Of one that is captured once, both are absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaptureTerms {
    /// What was captured of the payment before, in minor units. 0 if absent.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub after: Amount,
    /// Whether the rest of the authorization stays, for another capture. False if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps_rest: bool,
}

/// How much of an authorization's rest a capture leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// It stays authorized where the provider allows that: more is to be captured.
    Kept,
    /// It is given up.
    GivenUp,
}

/// So many captures of a payment are asked for. Each costs a fee, and is a line on the customer's bill. Providers allow more.
const MAX_CAPTURES: usize = 10;

impl Capture {
    fn new(payment: PaymentId, amount: Amount) -> Self {
        Self { payment, amount, terms: CaptureTerms::default(), attempt: 1, state: RequestState::Intended }
    }

    /// Whether it gives the authorization up.
    pub fn is_void(&self) -> bool {
        self.amount == 0
    }

    /// Whether it is decided, and not over.
    fn goes_on(&self) -> bool {
        self.state.is_owed() || self.state.is_under_way()
    }

    /// Whether the provider was asked, or still has to be, and did not say no.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.state, RequestState::Failed { .. })
    }

    /// Why it failed.
    pub(crate) fn reason(&self) -> &str {
        match &self.state {
            RequestState::Failed { reason, .. } => reason,
            _ => "",
        }
    }

    pub(crate) fn progress(&mut self) -> Progress<'_> {
        Progress { attempt: &mut self.attempt, state: &mut self.state }
    }

    /// What the facts about its payment say of it. None: nothing yet. What the provider did counts, whoever asked for it.
    fn outcome(&self, payment: &Payment) -> Option<RequestState> {
        if let RequestState::Pending { provider_id, .. } = &self.state
            && payment.has_failed_part(provider_id)
        {
            return Some(RequestState::Failed { reason: "the provider could not do it".to_owned(), refused: false });
        }
        // Another capture of the payment may have come since. It says nothing of one that was refused.
        if payment.several && matches!(self.state, RequestState::Failed { refused: true, .. }) {
            return None;
        }
        let captured = payment.captured_anyhow() - self.terms.after;
        if self.is_void() { self.void_outcome(payment, captured) } else { self.capture_outcome(payment, captured) }
    }

    /// `captured`: since it was decided.
    fn capture_outcome(&self, payment: &Payment, captured: Amount) -> Option<RequestState> {
        if captured >= self.amount {
            return Some(self.done());
        }
        let why = if captured > 0 { "less was captured at the provider" } else { "the authorization is gone" };
        payment.is_over().then(|| failed(why))
    }

    /// What is captured in parts may be given up after another capture. `captured`: since it was decided.
    fn void_outcome(&self, payment: &Payment, captured: Amount) -> Option<RequestState> {
        if payment.is_over() && (payment.several || captured == 0) {
            return Some(self.done());
        }
        (captured > 0 && payment.authorized_now() == 0).then(|| failed("the money was captured"))
    }

    fn done(&self) -> RequestState {
        RequestState::Succeeded { provider_id: self.payment.id.to_string() }
    }
}

fn failed(why: &str) -> RequestState {
    RequestState::Failed { reason: why.to_owned(), refused: true }
}

impl Ledger {
    /// The payments that can still be captured, and how much of each.
    fn capturable(&self) -> impl Iterator<Item = (&PaymentId, &Payment, Amount)> {
        let open = |(id, payment): (&'_ PaymentId, &'_ Payment)| {
            let is_taken = self.captures.values().any(|capture| capture.payment == *id && capture.goes_on());
            (!is_taken || Safeguard::CapturedOnce.is_off()).then(|| payment.authorized_now())
        };
        self.payments.iter().filter_map(move |(id, payment)| {
            open((id, payment)).filter(|amount| *amount > 0).map(|amount| (id, payment, amount))
        })
    }

    /// Whether the rest of everything that can still be captured stays after the next capture.
    pub(crate) fn may_be_captured_in_parts(&self) -> bool {
        let mut open = self.payments.iter().filter(|(_, payment)| payment.authorized_now() > 0);
        open.all(|(id, payment)| self.may_keep_rest(id, payment))
    }

    fn may_keep_rest(&self, id: &PaymentId, payment: &Payment) -> bool {
        let made = self.captures.values().filter(|capture| capture.payment == *id && !capture.is_void());
        payment.several && made.count() + 1 < MAX_CAPTURES
    }

    /// What is captured in the order's currency, or may still be.
    pub fn secured(&self, currency: Currency) -> Amount {
        let authorized = self.payments_in(currency).map(|(_, payment)| payment.authorized_now());
        self.captured_or_turned(currency) + authorized.sum::<Amount>()
    }

    /// What is captured in the order's currency, also what was captured as payments of their own of which nothing else has
    /// been heard yet.
    pub fn captured_or_turned(&self, currency: Currency) -> Amount {
        let turned = self.payments_in(currency).flat_map(|(id, payment)| {
            payment.captured_as.iter().map(move |(own, amount)| amount - self.captured_of(&id.provider, own))
        });
        self.captured(currency) + turned.map(|amount| amount.max(0)).sum::<Amount>()
    }

    fn captured_of(&self, provider: &ProviderName, id: &str) -> Amount {
        let own = self.payments.iter().find(|(own, _)| own.provider == *provider && own.id.as_str() == id);
        own.map_or(0, |(_, payment)| payment.captured)
    }

    /// Decides to capture up to `amount`, over as many payments as needed. Returns what it decided to capture.
    pub fn intend_capture(&mut self, amount: Amount, currency: Currency, rest: Rest) -> Amount {
        let open = self.capturable().filter(|(_, payment, _)| payment.counts_in(currency));
        let mut left = amount;
        let mut decided = Vec::new();
        for (id, payment, authorized) in open {
            let part = authorized.min(left);
            let part = part - part % payment.step;
            if part > 0 {
                left -= part;
                let keeps_rest = rest == Rest::Kept && self.may_keep_rest(id, payment);
                let terms = CaptureTerms { after: payment.captured_anyhow(), keeps_rest };
                decided.push(Capture { terms, ..Capture::new(id.clone(), part) });
            }
        }
        self.decide("capture", decided);
        amount - left
    }

    /// Decides to give up all that is authorized and not captured, whatever its currency. Captures that the provider was not
    /// asked for are taken back. Returns how many payments those are.
    pub fn intend_voids(&mut self) -> usize {
        self.captures.retain(|_, capture| capture.is_void() || capture.state != RequestState::Intended);
        let void = |(id, payment, _): (&PaymentId, &Payment, Amount)| {
            let terms = CaptureTerms { after: payment.captured_anyhow(), keeps_rest: false };
            Capture { terms, ..Capture::new(id.clone(), 0) }
        };
        // A person decides about one that the provider refused.
        let was_refused = |new: &Capture| {
            let is_same = |old: &Capture| (&old.payment, old.terms) == (&new.payment, new.terms);
            let mut voids = self.captures.values().filter(|old| old.is_void() && old.has_failed());
            new.terms.after > 0 && voids.any(is_same)
        };
        let open: Vec<Capture> = self.capturable().map(void).filter(|new| !was_refused(new)).collect();
        let count = open.len();
        self.decide("void", open);
        count
    }

    fn decide(&mut self, kind: &str, captures: Vec<Capture>) {
        for capture in captures {
            // A name is never used again: it is part of the key at the provider.
            let mut names = (self.captures.len() + 1..).filter_map(|n| format!("{kind}-{n}").parse::<CaptureId>().ok());
            if let Some(name) = names.find(|name| !self.captures.contains_key(name)) {
                self.captures.insert(name, capture);
            }
        }
    }

    /// Lets the captures of a payment follow its facts.
    pub(super) fn follow_captures(&mut self, id: &PaymentId) {
        let Some(payment) = self.payments.get(id) else { return };
        for capture in self.captures.values_mut().filter(|capture| capture.payment == *id) {
            if let Some(outcome) = capture.outcome(payment) {
                capture.state = outcome;
            }
        }
    }

    /// Lets all captures follow the facts of their payments.
    pub(crate) fn follow_all_captures(&mut self) {
        let payments: BTreeSet<PaymentId> = self.captures.values().map(|capture| capture.payment.clone()).collect();
        for payment in &payments {
            self.follow_captures(payment);
        }
    }

    /// The captures and voids that Orderly still has to ask a provider for.
    pub fn owed_captures(&self) -> impl Iterator<Item = (&CaptureId, &Capture)> {
        self.captures.iter().filter(|(_, capture)| capture.state.is_owed())
    }

    /// What is decided to be captured, and is not yet.
    pub fn being_captured(&self) -> Amount {
        self.captures.values().filter(|capture| capture.goes_on()).map(|capture| capture.amount).sum()
    }

    /// When the first authorization ends that is not captured, as far as its provider has told.
    pub fn authorization_ends_at(&self, currency: Currency) -> Option<Timestamp> {
        let open = self.payments_in(currency).filter(|(_, payment)| payment.authorized_now() > 0);
        open.filter_map(|(_, payment)| payment.authorized.as_ref()?.until).min()
    }
}
