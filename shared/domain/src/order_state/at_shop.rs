//! What the shop that an order came from is to hear of what was decided here: that the order is cancelled, and what is to go back of
//! the money that the shop has. Shops know no idempotency keys, so a shop is asked for a refund once at most: what it does not answer is looked
//! for there, and is a person's task if it cannot be found.

use super::{OrderState, OrderStatus};
use crate::{
    duty::Duty,
    history::{Event, Stamp},
    ids::RefundId,
    ledger::{PaymentMethod, Refund},
    money::Amount,
    safeguards::Safeguard,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long a shop may take to make a refund. What it does not show by then was not made, or nobody knows.
const ANSWERS_WITHIN: SignedDuration = SignedDuration::from_mins(5);
/// How long a shop that does not answer at all may keep people from seeing to a refund.
const SHOWS_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// A refund that a shop was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedOfShop {
    /// The attempt that it was asked for: [`Refund::attempt`].
    pub attempt: u32,
    pub at: Timestamp,
    /// Whether it is for people now: the shop refused it, did not say what came of it, or was not to be asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_for_people: bool,
}

/// A refund that a shop is to make, or to say what came of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundAtShop {
    pub id: RefundId,
    pub amount: Amount,
    /// What the shop calls it, by which it is found there.
    pub words: String,
    /// When the shop was asked for it. None: it was not.
    pub asked_at: Option<Timestamp>,
}

impl RefundAtShop {
    /// Whether the shop was asked so long ago that it has not made it.
    pub fn is_unanswered(&self, now: Timestamp) -> bool {
        self.asked_at.is_some_and(|asked| now.duration_since(asked) >= ANSWERS_WITHIN)
    }

    /// Whether that is so long ago that nobody waits any more for the shop to show it.
    pub fn is_given_up(&self, now: Timestamp) -> bool {
        self.asked_at.is_some_and(|asked| now.duration_since(asked) >= SHOWS_WITHIN)
    }
}

/// What an attempt at a refund is called at a shop. Its customers may read it.
fn words(id: &RefundId, attempt: u32) -> String {
    if attempt > 1 { format!("Refund {id}, attempt {attempt}") } else { format!("Refund {id}") }
}

impl OrderState {
    /// Owes the shop the news of what was decided here, as long as there is some.
    pub(crate) fn owe_shop(&mut self) {
        let Some(mut told) = self.told_by_shop.take() else { return };
        told.asked.retain(|id, _| self.ledger.refunds.get(id).is_some_and(Refund::is_owed));
        self.told_by_shop = Some(told);
        let is_news = self.is_to_be_cancelled_at_shop() || !self.refunds_at_shop().is_empty();
        if is_news && !Safeguard::ShopHearsOfDecisions.is_off() {
            self.owed.insert(Duty::ChannelDecision);
        } else {
            self.owed.remove(&Duty::ChannelDecision);
        }
    }

    /// Whether the order is cancelled here, and its shop has neither said so nor heard of it.
    pub fn is_to_be_cancelled_at_shop(&self) -> bool {
        let is_cancelled = matches!(self.status, OrderStatus::Cancelled { .. });
        is_cancelled && self.told_by_shop.as_ref().is_some_and(|told| !told.is_over)
    }

    /// The refunds of money that the shop has, which it is to be asked for or has not answered. What is for people is not among them.
    pub fn refunds_at_shop(&self) -> Vec<RefundAtShop> {
        let Some(told) = &self.told_by_shop else { return Vec::new() };
        let at_shop = |(id, refund): (&RefundId, &Refund)| {
            let asked = told.asked.get(id).filter(|asked| asked.attempt == refund.attempt);
            let is_for_people = asked.is_some_and(|asked| asked.is_for_people) || !self.is_of_shop(refund);
            (!is_for_people).then(|| RefundAtShop {
                id: id.clone(),
                amount: refund.amount,
                words: words(id, refund.attempt),
                asked_at: asked.map(|asked| asked.at),
            })
        };
        self.ledger.refunds_by_hand().filter_map(at_shop).collect()
    }

    /// The refund that shops were asked for in these words.
    pub(crate) fn refund_with_words(&self, told: &str) -> Option<(&RefundId, &Refund)> {
        self.ledger.refunds().find(|(id, refund)| refund.attempt > 0 && words(id, refund.attempt) == told)
    }

    fn refund_at_shop(&self, id: &RefundId) -> Option<RefundAtShop> {
        self.refunds_at_shop().into_iter().find(|refund| refund.id == *id)
    }

    /// Whether the shop was asked for a refund, and has not been given up.
    pub(super) fn is_shop_asked_for(&self, id: &RefundId) -> bool {
        self.refund_at_shop(id).is_some_and(|refund| refund.asked_at.is_some())
    }

    /// Notes when the shop was asked for a refund, or that it is for people now.
    fn note_asked(&mut self, id: &RefundId, at: Timestamp, is_for_people: bool) {
        let attempt = self.ledger.refunds.get(id).map(|refund| refund.attempt);
        if let (Some(attempt), Some(told)) = (attempt, &mut self.told_by_shop) {
            told.asked.insert(id.clone(), AskedOfShop { attempt, at, is_for_people });
        }
    }

    /// Leaves the refunds that follow from what the shop told to people: who cancels there may give back otherwise, or less.
    pub(crate) fn leave_new_to_people(&mut self, known: &BTreeSet<RefundId>, at: Timestamp) {
        for new in self.refunds_at_shop().into_iter().filter(|refund| !known.contains(&refund.id)) {
            self.note_asked(&new.id, at, true);
        }
    }

    /// Whether the shop has the money that goes back.
    fn is_of_shop(&self, refund: &Refund) -> bool {
        let manual = self.ledger.payments.get(&refund.payment).and_then(|payment| payment.manual.as_ref());
        manual.is_some_and(|manual| manual.method == PaymentMethod::Channel)
    }

    /// The refunds that a person has to make: no provider can, nor is a shop being asked. A shop is not asked while nobody owes it.
    pub fn refunds_for_people(&self) -> impl Iterator<Item = (&RefundId, &Refund)> {
        let is_asked = self.owed.contains(&Duty::ChannelDecision);
        let at_shop = if is_asked { self.refunds_at_shop() } else { Vec::new() };
        self.ledger.refunds_by_hand().filter(move |(id, _)| !at_shop.iter().any(|asked| asked.id == **id))
    }

    /// Notes that the shop is asked for a refund now. None: it was asked already, or nothing is owed any more.
    #[must_use]
    pub fn ask_shop(mut self, id: &RefundId, now: Timestamp) -> Option<Self> {
        let refund = self.refund_at_shop(id)?;
        if refund.asked_at.is_some() && !Safeguard::ShopIsAskedOnce.is_off() {
            return None;
        }
        self.note_asked(id, now, false);
        Some(self)
    }

    /// Leaves a refund that the shop has not made to people. `why` tells them; nothing, if it was theirs from the start.
    #[must_use]
    pub fn leave_to_people(mut self, id: &RefundId, why: Option<&str>, stamp: &Stamp) -> Self {
        let Some(left) = self.refund_at_shop(id) else { return self };
        if why.is_none() && left.asked_at.is_some() {
            return self; // the shop was asked meanwhile
        }
        self.note_asked(id, left.asked_at.unwrap_or(stamp.at), true);
        if let Some(why) = why {
            let note = format!("refund {id} {}: {why}", self.currency.format(left.amount));
            self.add_entry(stamp, Event::NotTakenByChannel, note);
        }
        self.owe_shop();
        self
    }

    /// Notes that the shop was told that the order is cancelled, or why it did not take that.
    #[must_use]
    pub fn cancelled_at_shop(mut self, refused: Option<&str>, stamp: &Stamp) -> Self {
        if !self.is_to_be_cancelled_at_shop() {
            return self;
        }
        if let Some(told) = &mut self.told_by_shop {
            told.is_over = true;
        }
        match refused {
            None => self.add_entry(stamp, Event::ToldToChannel, "cancelled"),
            Some(why) => self.add_entry(stamp, Event::NotTakenByChannel, format!("cancelled: {why}")),
        }
        self.owe_shop();
        self
    }
}
