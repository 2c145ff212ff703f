//! Faults of a function's requests, and when they happen.

use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// A request that a function is about to make.
#[derive(Debug, Clone)]
pub struct Call {
    /// Counted over the whole run, from 1.
    pub number: u64,
    pub invocation: u64,
    pub function: String,
    /// `DynamoDB.PutItem`, `SQS.SendMessage`, `SES.SendEmail`, `Stripe.POST`, `Warehouse.POST`.
    pub operation: String,
}

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request never arrives; the connection breaks.
    RequestLost,
    /// The request is carried out; the answer never arrives.
    ResponseLost,
    /// The request is answered with 500 and not carried out.
    ServerError,
    /// The request is carried out and answered with 500.
    ServerErrorAfter,
    /// The request is refused because there are too many.
    Throttled,
    /// The request conflicts with another transaction.
    TransactionConflict,
    /// Another writer changes the item just before.
    Rival,
    /// The request hangs, and is carried out after its sender has stopped waiting.
    Late,
    /// The function dies before the request is sent.
    KilledBefore,
    /// The function dies after the request was carried out.
    KilledAfter,
    /// A part of the request is not done, and the answer says so.
    Partial,
    /// The request takes long, and is carried out in the end.
    Slow,
    /// The request is lost, and so is every retry in the same invocation.
    Outage,
    /// A query during a write: it shows some items before a transaction and some after it.
    Torn,
    /// All functions die before the request is sent, and the queues lose all messages.
    Restart,
    /// A provider's webhook is lost for ever: neither it nor any other of its kind about the payment comes.
    WebhookLost,
}

impl Fault {
    pub const ALL: [Self; 15] = [
        Self::RequestLost,
        Self::ResponseLost,
        Self::ServerError,
        Self::ServerErrorAfter,
        Self::Throttled,
        Self::TransactionConflict,
        Self::Rival,
        Self::Late,
        Self::KilledBefore,
        Self::KilledAfter,
        Self::Partial,
        Self::Slow,
        Self::Outage,
        Self::Torn,
        Self::Restart,
    ];

    /// Whether the fault can happen to a request of this kind.
    pub fn fits(self, operation: &str) -> bool {
        let is = |names: &[&str]| names.contains(&operation);
        match self {
            Self::TransactionConflict => is(&["DynamoDB.PutItem", "DynamoDB.TransactWriteItems"]),
            Self::Rival => is(&["DynamoDB.PutItem"]),
            Self::Partial => {
                is(&["SQS.SendMessageBatch", "DynamoDB.BatchGetItem", "DynamoDB.BatchWriteItem", "DynamoDB.Query"])
            }
            Self::Torn => is(&["DynamoDB.Query"]),
            _ => true,
        }
    }
}

/// When faults happen.
#[derive(Debug, Clone)]
pub enum Plan {
    Calm,
    /// At the requests with these numbers.
    At(BTreeMap<u64, Fault>),
    /// At random, for this share of all requests.
    Storm(f64),
}

/// Decides which fault each request meets.
#[derive(Debug)]
pub struct Faults {
    plan: Plan,
    rng: Rng,
    /// Invocations, and the requests that always fail in them.
    outages: BTreeSet<(u64, String)>,
    calls: Vec<Call>,
    happened: Vec<(Call, Fault)>,
}

impl Faults {
    pub fn new(plan: Plan, seed: u64) -> Self {
        let (rng, outages) = (Rng::with_seed(seed), BTreeSet::new());
        Self { plan, rng, outages, calls: Vec::new(), happened: Vec::new() }
    }

    /// Counts the next request and chooses its fault.
    pub(crate) fn next(&mut self, invocation: u64, function: &str, operation: &str) -> (Call, Option<Fault>) {
        let number = self.calls.len() as u64 + 1;
        let call = Call { number, invocation, function: function.to_owned(), operation: operation.to_owned() };
        self.calls.push(call.clone());
        let unreachable = (invocation, operation.to_owned());
        let fault = match &self.plan {
            _ if self.outages.contains(&unreachable) => Some(Fault::Outage),
            Plan::At(faults) => faults.get(&number).copied(),
            // Faults that few kinds of request can meet are made more likely for those.
            Plan::Storm(rate) if self.rng.f64() < *rate => {
                let partly = self.rng.f64() < 0.3 && Fault::Partial.fits(operation);
                if partly { Some(Fault::Partial) } else { self.rng.choice(Fault::ALL) }
            }
            Plan::Calm | Plan::Storm(_) => None,
        };
        // Whole systems fail less often than their parts.
        let is_rare = fault == Some(Fault::Restart) && matches!(self.plan, Plan::Storm(_)) && self.rng.f64() < 0.9;
        let fault = fault.filter(|fault| fault.fits(operation) && !is_rare);
        if fault == Some(Fault::Outage) {
            self.outages.insert(unreachable);
        }
        if let Some(fault) = fault {
            self.happened.push((call.clone(), fault));
        }
        (call, fault)
    }

    /// Whether a provider loses a webhook for ever.
    pub(crate) fn loses_webhook(&mut self, about: &str) -> bool {
        /// Of all webhooks.
        const SHARE: f64 = 0.08;
        let is_lost = self.strikes(SHARE);
        if is_lost {
            let (number, operation) = (self.calls.len() as u64, about.to_owned());
            let call = Call { number, invocation: 0, function: "payment-webhook".to_owned(), operation };
            self.happened.push((call, Fault::WebhookLost));
        }
        is_lost
    }

    /// Whether a fault outside requests happens (a doubled message, a lost answer to a client).
    pub(crate) fn strikes(&mut self, share: f64) -> bool {
        matches!(self.plan, Plan::Storm(_)) && self.rng.f64() < share
    }

    pub(crate) fn stop(&mut self) {
        self.plan = Plan::Calm;
    }

    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    pub fn happened(&self) -> &[(Call, Fault)] {
        &self.happened
    }
}
