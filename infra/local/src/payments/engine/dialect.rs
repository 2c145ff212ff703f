//! What a provider adds to the engine, besides the routes of its API.

use super::{
    exchange::Reply,
    movements::Cause,
    payment::{Capture, Dispute, Refund, Statement},
};
use crate::outside::Webhook;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// What a provider gives an id to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::payments) enum Thing {
    Payment,
    /// See [`Payment::charge`](super::payment::Payment::charge).
    Charge,
    Capture,
    Refund,
    Dispute,
}

/// What has happened to a payment.
#[derive(Debug, Clone, Copy)]
pub(in crate::payments) enum Change<'a> {
    /// The customer has finished, and the money is on its way.
    Begun,
    Authorized,
    /// It was paid at once, or its money has come.
    Paid,
    /// A part of an authorization, or all of it.
    Captured(&'a Capture),
    Failed,
    /// The authorization was given up, or has ended.
    Canceled,
    Refunded(&'a Refund),
    /// A refund that was made has come back.
    Returned(&'a Refund),
    /// A dispute was opened or decided.
    Disputed(&'a Dispute),
}

/// How long a provider remembers idempotency keys, and how it marks an answer that it repeats.
#[derive(Debug, Clone, Copy)]
pub(in crate::payments) struct Keeping {
    pub(in crate::payments) lifetime: SignedDuration,
    /// A header.
    pub(in crate::payments) mark: Option<(&'static str, &'static str)>,
    /// Another status than the first.
    pub(in crate::payments) status: Option<StatusCode>,
}

impl Keeping {
    /// Remembers keys for so long, and repeats answers as they were.
    pub(in crate::payments) fn plain(lifetime: SignedDuration) -> Self {
        Self { lifetime, mark: None, status: None }
    }

    pub(super) fn repeated(&self, reply: Reply) -> Reply {
        let mut reply = self.mark.iter().fold(reply, |reply, (name, value)| reply.with(name, value));
        reply.status = self.status.filter(|_| reply.status.is_success()).unwrap_or(reply.status);
        reply
    }
}

/// A provider's ids, words and signatures. It is stateless, except for its secrets.
pub(in crate::payments) trait Dialect: fmt::Debug + Send + Sync {
    fn id(&self, of: Thing) -> String;

    /// Whether what is captured of an authorization is a payment of its own, by the capture's id.
    fn captures_are_payments(&self) -> bool {
        false
    }

    /// Whether what a person captures leaves the rest of the authorization.
    fn captures_keep_the_rest(&self) -> bool {
        false
    }

    /// What the provider takes for a movement of money, where its lists tell that. Negative if it gives something back.
    fn fee(&self, _cause: &Cause<'_>, _amount: i64) -> i64 {
        0
    }

    /// The bodies of the webhooks that tell of a change, which has been made.
    fn tell(&self, change: Change<'_>, of: &Statement<'_>, now: Timestamp) -> Vec<Vec<u8>>;

    /// Signs the body of a webhook. The webhook that tells of it again has the same id.
    fn sign(&self, body: Vec<u8>, now: Timestamp) -> Webhook;

    /// Hears of a secret's new value.
    fn secret_is_put(&self, name: &str, value: &str);

    fn keeping(&self) -> Keeping;

    /// Whether the answer to a request is stored for its key.
    fn keeps(&self, reply: &Reply) -> bool;

    /// The answer to a key that belongs to another request.
    fn reused(&self, key: &str) -> Reply;

    /// The answer of a provider that fails.
    fn broken(&self) -> Reply;

    /// The answer to too many requests.
    fn throttled(&self) -> Reply;
}
