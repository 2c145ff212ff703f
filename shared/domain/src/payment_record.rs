//! What is known of a payment outside its order: the order it pays, who said so, and events whose order is not known yet.

mod refund;

use crate::{
    books::Books,
    duty::Owed,
    history::{self, Entry, Event, Stamp},
    ids::{ChannelId, OrderId, PaymentId, RefundId},
    ledger::{MoneyEvent, MoneyFact, Refund},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the merchant's server wrote on a payment at the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    pub order: Option<OrderId>,
    pub channel: Option<ChannelId>,
}

impl From<OrderId> for Named {
    fn from(order: OrderId) -> Self {
        Self { order: Some(order), channel: None }
    }
}

/// How it is known which order a payment is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// A storefront named the payment with its order. What the merchant's server wrote on the payment outweighs it.
    Claimed,
    /// The merchant's server wrote it on the payment, or the order has taken its money.
    #[default]
    Told,
    /// A person has said it. Nothing outweighs that.
    Decided,
}

impl Word {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    fn is_told(&self) -> bool {
        *self == Self::Told
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRecord {
    /// The order that it pays or claims to pay. That order may not have arrived yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[serde(default, skip_serializing_if = "Word::is_told")]
    pub word: Word,
    /// The channel that the merchant's server wrote on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// Events that are not in an order's ledger yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<MoneyEvent>,
    /// Since when such events have been waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmatched_at: Option<Timestamp>,
    /// Refunds that a person decided because no order takes it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refunds: BTreeMap<RefundId, Refund>,
    /// What was booked of it because it goes back to its customer: an order books what it takes.
    #[serde(flatten)]
    pub books: Books,
    #[serde(default, skip_serializing_if = "Owed::is_empty")]
    pub owed: Owed,
    /// Since when it has owed a refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_owed_since: Option<Timestamp>,
    /// What people decided about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Entry>,
}

impl PaymentRecord {
    /// Keeps an event until its order appears. A repeated event is kept once, and of failed attempts the last one. The
    /// order named last is the one looked for, unless a person has decided.
    pub fn keep(mut self, event: &MoneyEvent, named: &Named, now: Timestamp) -> Self {
        let before = self.given_back_ledger();
        if !self.events.contains(event) && !self.has_failed_since(event) {
            if matches!(event.fact, MoneyFact::Failed(_)) {
                self.events.retain(|kept| !matches!(kept.fact, MoneyFact::Failed(_)));
            }
            self.events.push(event.clone());
            self.unmatched_at.get_or_insert(now);
            self.drop_what_says_nothing();
            if !self.refunds.is_empty() {
                self.follow_refunds(now);
            }
            if let Some(before) = before {
                let after = self.ledger();
                self.books.write_down(&before, &after, event.at, &event.event, now);
            }
        }
        if let Some(order) = &named.order
            && self.word != Word::Decided
        {
            self.order = Some(order.clone());
            self.word = Word::Told;
        }
        self.channel = named.channel.clone().or(self.channel);
        self
    }

    /// Empties what people wrote about it.
    pub fn without_words(mut self) -> Self {
        history::without_words(&mut self.history);
        self
    }

    /// Beyond some events, drops those that say nothing which the others do not say.
    fn drop_what_says_nothing(&mut self) {
        const ENOUGH: usize = 50;
        let mut oldest = 0;
        while self.events.len() > ENOUGH && oldest < self.events.len() {
            let whole = self.ledger();
            let dropped = self.events.remove(oldest);
            // What became of a refund stands in the refund as well, and an order that takes the events must hear it.
            let is_of_refund = matches!(dropped.fact, MoneyFact::Refund { .. });
            if is_of_refund || self.ledger() != whole {
                self.events.insert(oldest, dropped);
                oldest += 1;
            }
        }
    }

    /// Whether money of the customer is here or promised: then somebody has to look if no order takes it.
    pub fn has_or_awaits_money(&self) -> bool {
        self.ledger().has_or_awaits_money()
    }

    /// Whether a later failure than this one is kept.
    fn has_failed_since(&self, event: &MoneyEvent) -> bool {
        let is_later = |kept: &MoneyEvent| matches!(kept.fact, MoneyFact::Failed(_)) && kept.at > event.at;
        matches!(event.fact, MoneyFact::Failed(_)) && self.events.iter().any(is_later)
    }

    /// The order that an event of it is for, if the event names this.
    pub fn pays<'a>(&'a self, named: &'a Named) -> Option<&'a OrderId> {
        match self.word {
            Word::Claimed => named.order.as_ref().or(self.order.as_ref()),
            Word::Told | Word::Decided => self.order.as_ref().or(named.order.as_ref()),
        }
    }

    /// Whether a storefront's word is all that says that the payment is for this order of this channel, and the
    /// merchant's server wrote another channel on it.
    pub fn is_claimed_across_channels(&self, named: &Named, order: &OrderId, channel: &ChannelId) -> bool {
        let own = named.channel.as_ref().or(self.channel.as_ref());
        self.word == Word::Claimed && named.order.as_ref() != Some(order) && own.is_some_and(|own| own != channel)
    }

    /// A payment that no storefront claims any more.
    pub fn without_claim(self) -> Self {
        match self.word {
            Word::Claimed => Self { order: None, word: Word::Told, ..self },
            Word::Told | Word::Decided => self,
        }
    }

    /// Whether a storefront may name the payment, which is not given back, with this order of its channel. `exists` says whether the order that
    /// the payment names exists. Within a channel, an order that never came does not keep the payment.
    pub fn may_be_claimed(&self, order: &OrderId, channel: &ChannelId, exists: bool) -> bool {
        let is_of_channel = self.channel.as_ref().is_none_or(|own| own == channel);
        match &self.order {
            Some(own) if own == order => true,
            Some(_) => !exists && self.word == Word::Told && self.channel.as_ref() == Some(channel),
            None => is_of_channel,
        }
    }

    /// Records a person's decision about which order it pays. The events stay until the order has taken them.
    pub fn assign(mut self, order: OrderId, stamp: &Stamp) -> Self {
        if self.word == Word::Decided && self.order.as_ref() == Some(&order) {
            return self;
        }
        history::add(&mut self.history, stamp.entry(Event::PaymentAssigned, order.as_str()));
        let unmatched_at = self.unmatched_at.or(Some(stamp.at));
        Self { order: Some(order), word: Word::Decided, unmatched_at, ..self }
    }

    /// Takes a person's decision back, before the order has taken the events.
    pub fn unassign(mut self, stamp: &Stamp) -> Self {
        let note = self.order.as_ref().map(ToString::to_string).unwrap_or_default();
        history::add(&mut self.history, stamp.entry(Event::PaymentUnassigned, note));
        Self { order: None, word: Word::Told, ..self }
    }

    /// Records a person's decision that it pays no order. The events stay, and a new one brings it up again.
    pub fn dismiss(mut self, stamp: &Stamp) -> Self {
        history::add(&mut self.history, stamp.entry(Event::PaymentDismissed, ""));
        let order = self.order.filter(|_| self.word != Word::Decided);
        Self { order, word: Word::Told, unmatched_at: None, ..self }
    }

    /// The person's decision that holds, if one does. An order's timeline tells it of the payment.
    pub fn decision(&self, payment: &PaymentId) -> Option<Entry> {
        let assigned = |entry: &&Entry| entry.what == Event::PaymentAssigned;
        let entry = self.history.iter().rev().find(assigned).filter(|_| self.word == Word::Decided)?;
        Some(Entry { note: payment.to_string(), ..entry.clone() })
    }

    /// The payment is this order's as far as its storefront says; the order has taken all events that were kept.
    pub fn claimed(self, order: OrderId) -> Self {
        let word = if self.order.is_none() { Word::Claimed } else { self.word };
        Self { word, ..self }.taken(order)
    }

    /// The payment is this order's, which has taken all events that were kept.
    pub fn taken(self, order: OrderId) -> Self {
        let word = self.word_after(&self.events);
        Self { order: Some(order), word, events: Vec::new(), unmatched_at: None, refunds: BTreeMap::new(), ..self }
    }

    /// How it is known whose payment it is once an order has taken these events. With its money the order has more than a
    /// storefront's claim. An attempt that failed or is under way leaves it a claim.
    pub fn word_after(&self, events: &[MoneyEvent]) -> Word {
        let is_money = |event: &MoneyEvent| {
            event.fact.is_capture() || matches!(event.fact, MoneyFact::Authorized { .. } | MoneyFact::Promised { .. })
        };
        if self.word == Word::Claimed && events.iter().any(is_money) { Word::Told } else { self.word }
    }
}

#[cfg(test)]
mod tests;
