//! What needs a person's attention.

use crate::{names::names, order_state::HoldReason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

names! {
    /// Why something needs attention.
    AttentionReason {
        /// Owed work is not being done; its messages are probably in a dead-letter queue.
        WorkOverdue = "work_overdue",
        /// A person or stock is waited for, evidence for a dispute, or the end of an order whose customer's data is to be erased.
        OnHold = "on_hold",
        /// A person has to decide what is done about a parcel.
        ParcelNotArrived = "parcel_not_arrived",
        /// An e-mail did not reach its customer: correct the address, send it again, or dismiss it.
        MailNotDelivered = "mail_not_delivered",
        /// A customer's data was to be erased weeks ago, and the order still needs it: finish the order.
        ErasureLate = "erasure_late",
        /// A dispute is to be answered with evidence within three days.
        EvidenceDue = "evidence_due",
        /// No order has taken a payment: assign it, refund it, or dismiss it.
        PaymentUnmatched = "payment_unmatched",
        /// A refund of money that no provider moved: transfer it, and tell that it is done.
        RefundByHand = "refund_by_hand",
        /// A payment provider has told something that was not understood: look at it, and read it again after the fix.
        WebhookUnread = "webhook_unread",
        /// The books and a payment provider's own list differ: look at the payment there, and settle the difference.
        BooksDiffer = "books_differ",
        /// The shop of a channel cannot be reached: its orders, and what it is to be told, wait.
        ChannelFault = "channel_fault",
        /// So many of a shop's numbers differ from what it is to be told that something else must be wrong: it is told nothing more until a
        /// person has looked (`GET /channels/{channel}/listings`) and decided (`PUT /channels/{channel}/stock`).
        StockDiffers = "stock_differs",
    }
}

/// What a person is waited for: the reason of a hold, or of anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum WaitingFor {
    Hold(HoldReason),
    Other(AttentionReason),
}

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold(reason) => reason.fmt(f),
            Self::Other(reason) => reason.fmt(f),
        }
    }
}

impl TryFrom<String> for WaitingFor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let hold = text.parse().map(Self::Hold);
        hold.or_else(|_| text.parse().map(Self::Other))
            .map_err(|_| format!("{text:?} is nothing that people are waited for"))
    }
}

impl From<WaitingFor> for String {
    fn from(waiting: WaitingFor) -> Self {
        waiting.to_string()
    }
}

/// What waits for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub count: usize,
    pub oldest: Timestamp,
    pub newest: Timestamp,
    /// Orders or payments, the longest waiting first. Not all of many.
    pub examples: Vec<String>,
}

/// Everything that waits for people, by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Census(BTreeMap<WaitingFor, Waiting>);

/// Names of each reason that are kept.
const EXAMPLES: usize = 10;

impl Census {
    /// Counts what waits: why, which order or payment, and since when.
    pub fn of(waiting: impl IntoIterator<Item = (WaitingFor, String, Timestamp)>) -> Self {
        let mut all: Vec<_> = waiting.into_iter().collect();
        all.sort_by(|(_, a, since_a), (_, b, since_b)| (since_a, a).cmp(&(since_b, b)));
        let mut census = Self::default();
        for (why, what, since) in all {
            let new = Waiting { count: 0, oldest: since, newest: since, examples: Vec::new() };
            let known = census.0.entry(why).or_insert(new);
            known.count += 1;
            known.newest = since;
            if known.examples.len() < EXAMPLES {
                known.examples.push(what);
            }
        }
        census
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (WaitingFor, &Waiting)> {
        self.0.iter().map(|(why, waiting)| (*why, waiting))
    }

    /// The same, less what no longer waits in `now`.
    pub(crate) fn still_in(mut self, now: &Self) -> Self {
        self.0.retain(|why, told| {
            let left = now.0.get(why).map_or(0, |waiting| waiting.count);
            told.count = told.count.min(left);
            left > 0
        });
        self
    }

    /// Whether something waits that `told` did not tell of.
    pub(crate) fn has_news(&self, told: &Self) -> bool {
        let is_new = |(why, waiting): (&WaitingFor, &Waiting)| {
            told.0.get(why).is_none_or(|told| waiting.count > told.count || waiting.newest > told.newest)
        };
        self.0.iter().any(is_new)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_name_of_its_own_and_reads_back() {
        let holds = HoldReason::ALL.iter().copied().map(WaitingFor::Hold);
        let all: Vec<WaitingFor> = holds.chain(AttentionReason::ALL.iter().copied().map(WaitingFor::Other)).collect();
        for why in all {
            assert_eq!(WaitingFor::try_from(why.to_string()), Ok(why));
        }
        assert!(WaitingFor::try_from("boredom".to_owned()).is_err());
    }

    #[test]
    fn a_census_counts_by_reason_and_names_the_longest_waiting() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let why = WaitingFor::Hold(HoldReason::Other);
        let census = Census::of((0..25).rev().map(|n| (why, format!("ord_{n:02}"), at(n))));
        let waiting = census.iter().next().unwrap().1;
        assert_eq!((waiting.count, waiting.oldest, waiting.newest), (25, at(0), at(24)));
        assert_eq!((waiting.examples.len(), waiting.examples[9].as_str()), (10, "ord_09"));
    }
}
