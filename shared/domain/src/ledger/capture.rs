//! Captures and voids: what becomes of money that a customer has only authorized.
//!
//! A payment is captured once. Whatever of its authorization is not captured then is released.

use super::{
    Ledger, Payment,
    request::{Progress, RequestState},
};
use crate::{
    ids::{CaptureId, PaymentId},
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
    /// Counted from 1, and part of the idempotency key.
    pub attempt: u32,
    #[serde(flatten)]
    pub state: RequestState,
}

impl Capture {
    fn new(payment: PaymentId, amount: Amount) -> Self {
        Self { payment, amount, attempt: 1, state: RequestState::Intended }
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
        let done = || RequestState::Succeeded { provider_id: self.payment.id.to_string() };
        let failed = |reason: &str| RequestState::Failed { reason: reason.to_owned(), refused: true };
        let is_over = payment.voided || payment.released > 0;
        if let RequestState::Pending { provider_id } = &self.state
            && payment.has_failed_part(provider_id)
        {
            return Some(RequestState::Failed { reason: "the provider could not do it".to_owned(), refused: false });
        }
        match (self.is_void(), payment.captured_anyhow()) {
            (true, 1..) => Some(failed("the money was captured")),
            (true, _) => is_over.then(done),
            (false, captured) if captured >= self.amount => Some(done()),
            (false, 1..) => Some(failed("less was captured at the provider")),
            (false, _) => is_over.then(|| failed("the authorization is gone")),
        }
    }
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

    /// What is captured in the order's currency, or may still be.
    pub fn secured(&self, currency: Currency) -> Amount {
        let authorized = self.payments_in(currency).map(|(_, payment)| payment.authorized_now());
        self.captured(currency) + authorized.sum::<Amount>()
    }

    /// Decides to capture up to `amount`, over as many payments as needed. Returns what it decided to capture.
    pub fn intend_capture(&mut self, amount: Amount, currency: Currency) -> Amount {
        let open = self.capturable().filter(|(_, payment, _)| payment.counts_in(currency));
        let mut left = amount;
        let mut decided = Vec::new();
        for (id, payment, authorized) in open {
            let part = authorized.min(left);
            let part = part - part % payment.step;
            if part > 0 {
                left -= part;
                decided.push(Capture::new(id.clone(), part));
            }
        }
        self.decide("capture", decided);
        amount - left
    }

    /// Decides to give up all that is authorized and not captured, whatever its currency. Captures that the provider was not
    /// asked for are taken back. Returns how many payments those are.
    pub fn intend_voids(&mut self) -> usize {
        self.captures.retain(|_, capture| capture.is_void() || capture.state != RequestState::Intended);
        let open: Vec<Capture> = self.capturable().map(|(id, _, _)| Capture::new(id.clone(), 0)).collect();
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
