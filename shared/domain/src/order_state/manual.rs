//! What people tell of an order's money: payments that no provider knows, and what came of refunds and captures.

use super::{OrderState, OrderStatus, deadlines::TERM};
use crate::{
    Rejection,
    history::{Event, Stamp},
    ids::PaymentId,
    ledger::{Manual, MoneyEvent, MoneyFact, OurRefund, PartStatus, RefundStatus, RequestName, RequestState},
    money::Amount,
    names::names,
    problem::Code,
};
use jiff::Timestamp;

/// They are kept in the order's state, which has a limit.
const MAX_PAYMENTS: usize = 50;

names! {
    /// Where the money is that a person enters.
    Standing {
        /// It has come.
        Received = "received",
        /// The customer sends it. The order waits for it, and keeps its stock until it is due.
        Expected = "expected",
        /// The customer pays later: on an invoice, or at the door. The order goes on without it.
        OnAccount = "on_account",
    }
}

impl Standing {
    /// How far ahead its day may be. What is expected keeps stock from others.
    pub fn most_days_ahead(self) -> i32 {
        match self {
            Self::Received => 1, // it is tomorrow already where the bank is
            Self::Expected => 60,
            Self::OnAccount => 366,
        }
    }
}

names! {
    /// What came of something that was asked of a provider, or of a person.
    ToldOutcome {
        Succeeded = "succeeded",
        Failed = "failed",
    }
}

/// A payment as a person enters it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredPayment {
    /// See [`PaymentId::manual`].
    pub id: PaymentId,
    pub standing: Standing,
    /// In minor units of the order's currency.
    pub amount: Amount,
    /// When the money came, or is due.
    pub on: Option<Timestamp>,
    pub manual: Manual,
}

impl OrderState {
    /// Records a payment that a person enters. Money that has come goes to a payment by the same method that was waited for, if
    /// there is one. Entering it again changes nothing.
    pub fn enter_payment(mut self, entered: &EnteredPayment, stamp: &Stamp) -> Result<Self, Rejection> {
        let EnteredPayment { id, standing, amount, on, manual } = entered;
        if let Some((_, known)) = self.ledger.entered(id) {
            let is_received = *standing == Standing::Received;
            let is_it = if let Some(part) = known.parts.get(id.id.as_str()) {
                is_received && part.amount == *amount && part.status == PartStatus::Succeeded
            } else {
                // Who has paid may have been added to it since.
                let method = known.manual.as_ref().map(|known| known.method);
                let promised = known.promised.map_or(*amount, |promise| promise.amount);
                !is_received && (method, promised) == (Some(manual.method), *amount) && !known.voided
            };
            let other = "this was entered before as another payment, or withdrawn: use another idempotency key";
            return if is_it { Ok(self) } else { Err(Rejection::new(Code::KeyReused, other)) };
        }
        if self.ledger.payments.keys().filter(|payment| payment.is_manual()).count() >= MAX_PAYMENTS {
            let why = format!("at most {MAX_PAYMENTS} payments of an order can be entered; withdraw one that is wrong");
            return Err(Rejection::new(Code::TooManyPayments, why));
        }
        let is_over = matches!(self.status, OrderStatus::Cancelled { .. });
        let (payment, fact, at) = match standing {
            Standing::Received => {
                let payment = self.ledger.awaited(manual.method).unwrap_or(id).clone();
                let part = id.id.as_str().to_owned();
                let fact = MoneyFact::CapturePart { id: part, amount: *amount, status: PartStatus::Succeeded };
                // Nothing has come later than now.
                (payment, fact, on.unwrap_or(stamp.at).min(stamp.at))
            }
            Standing::Expected | Standing::OnAccount if is_over => {
                let why = "the order is cancelled; nothing is expected for it any more";
                return Err(Rejection::new(Code::NotActive, why));
            }
            Standing::Expected => (id.clone(), MoneyFact::Pending { until: *on }, stamp.at),
            Standing::OnAccount => {
                let until = on.or_else(|| stamp.at.checked_add(TERM).ok());
                (id.clone(), MoneyFact::Promised { amount: *amount, until }, stamp.at)
            }
        };
        let known = &mut self.ledger.expect(&payment).manual;
        // What was told of a payment that was waited for stays; who has paid it is known now.
        let mut all = known.take().unwrap_or_else(|| manual.clone());
        all.payer = manual.payer.clone().or(all.payer);
        *known = Some(all);
        Ok(self.told(&payment, fact, at, manual.method.as_str(), stamp))
    }

    /// Takes back a payment that a person entered by mistake.
    pub fn withdraw_payment(mut self, id: &PaymentId, stamp: &Stamp) -> Result<Self, Rejection> {
        let Some(payment) = self.ledger.payments.get(id).filter(|_| id.is_manual()) else {
            let why = format!("nobody has entered a payment {id} of this order");
            return Err(Rejection::new(Code::NotFound, why));
        };
        if self.ledger.refunds().any(|(_, refund)| refund.payment == *id && refund.goes_back()) {
            let why = "some of it goes back, or has gone: what was entered stands";
            return Err(Rejection::new(Code::PaymentGivenBack, why));
        }
        let parts = payment.parts.clone();
        for (id_of_part, part) in parts.into_iter().filter(|(_, part)| part.status == PartStatus::Succeeded) {
            let fact = MoneyFact::CapturePart { id: id_of_part, amount: part.amount, status: PartStatus::Failed };
            self = self.told(id, fact, stamp.at, "withdrawn", stamp);
        }
        Ok(self.told(id, MoneyFact::Voided, stamp.at, "withdrawn", stamp))
    }

    /// Records what a person tells of a refund that people make, or of a refund, a capture or a void whose provider is
    /// silent. Telling it again changes nothing.
    pub fn tell_outcome(self, name: &RequestName, outcome: ToldOutcome, stamp: &Stamp) -> Result<Self, Rejection> {
        let succeeded = outcome == ToldOutcome::Succeeded;
        let (payment, fact) = match name {
            RequestName::Refund(id) => {
                let Some(refund) = self.ledger.refunds.get(id) else { return Err(none(name)) };
                let is_by_hand = refund.payment.is_manual() && (refund.is_owed() || refund.has_succeeded());
                match &refund.state {
                    RequestState::Succeeded { .. } if succeeded => return Ok(self),
                    RequestState::Failed { .. } if !succeeded => return Ok(self),
                    RequestState::Pending { .. } => {}
                    _ if is_by_hand => {}
                    state => return Err(told_by_provider(name, state)),
                }
                let ours = (refund.attempt > 0).then(|| OurRefund { id: id.clone(), attempt: refund.attempt });
                let provider_id = refund.state.provider_id().unwrap_or(id.as_str()).to_owned();
                let status = if succeeded { RefundStatus::Succeeded } else { RefundStatus::Failed };
                (refund.payment.clone(), MoneyFact::Refund { ours, id: provider_id, amount: refund.amount, status })
            }
            RequestName::Capture(id) => {
                let Some(capture) = self.ledger.captures.get(id) else { return Err(none(name)) };
                let provider_id = match &capture.state {
                    RequestState::Succeeded { .. } if succeeded => return Ok(self),
                    RequestState::Failed { .. } if !succeeded => return Ok(self),
                    RequestState::Pending { provider_id, .. } => provider_id.clone(),
                    state => return Err(told_by_provider(name, state)),
                };
                let of = self.ledger.payments.get(&capture.payment);
                let is_payment = of.is_some_and(|of| of.captured_as.contains_key(&provider_id));
                let (id, amount) = (provider_id, capture.amount);
                let fact = match succeeded {
                    true if capture.is_void() => MoneyFact::Voided,
                    // Its provider tells of that payment too, and it counts once.
                    true if is_payment => MoneyFact::CapturedAs { id, amount, last: !capture.terms.keeps_rest },
                    true => MoneyFact::CapturePart { id, amount, status: PartStatus::Succeeded },
                    false => MoneyFact::CapturePart { id, amount, status: PartStatus::Failed },
                };
                (capture.payment.clone(), fact)
            }
            // What became of evidence, the dispute itself tells.
            RequestName::Evidence(_) => return Err(none(name)),
        };
        Ok(self.told(&payment, fact, stamp.at, name.to_string().as_str(), stamp))
    }

    /// Records a fact that a person tells.
    fn told(self, payment: &PaymentId, fact: MoneyFact, at: Timestamp, what: &str, stamp: &Stamp) -> Self {
        let event = MoneyEvent {
            payment: payment.clone(),
            at,
            event: what.to_owned(),
            currency: Some(self.currency),
            step: 1,
            fact,
        };
        self.record_as(&event, stamp)
    }

    /// Whether the customer owes what people vouched for.
    pub(crate) fn awaits_money_on_account(&self) -> bool {
        self.ledger.promised(self.currency) > 0 && !self.ledger.covers(self.total, self.currency)
    }

    /// Since when a refund waits for a person to make it, if one does.
    pub fn awaits_refund_by_hand_since(&self) -> Option<Timestamp> {
        self.refunds_for_people().next()?;
        let decided = self.history.iter().rev().find(|entry| entry.what == Event::RefundIntended);
        Some(decided.map_or(self.placed_at, |entry| entry.at))
    }

    /// Records that refunds which people make are on a list for the bank, written at this moment.
    pub fn refund_exported(mut self, id: &RequestName, stamp: &Stamp) -> Self {
        if let Some(progress) = self.ledger.progress(id) {
            progress.send(stamp.at);
        }
        self
    }
}

fn none(name: &RequestName) -> Rejection {
    Rejection::new(Code::NotFound, format!("the order has no {name}"))
}

fn told_by_provider(name: &RequestName, state: &RequestState) -> Rejection {
    let why = match state {
        RequestState::Intended | RequestState::Sent { .. } | RequestState::Unknown { .. } => {
            "its provider is still being asked: that ends by itself"
        }
        RequestState::Blocked | RequestState::Covered => "a dispute decides what becomes of it",
        RequestState::Pending { .. } | RequestState::Succeeded { .. } | RequestState::Failed { .. } => {
            "its provider has told what came of it; order it again if it failed"
        }
    };
    Rejection::new(Code::OutcomeKnown, format!("{name}: {why}"))
}
