//! What a connected shop has told of an order, so that the same thing told again, or told late, changes nothing.

use super::{Hold, HoldReason, OrderState, at_shop::AskedOfShop};
use crate::{
    Rejection,
    channel_order::{ChannelOrder, ChannelPayment, ChannelRefund, PaymentStanding},
    duty::Duty,
    history::{Event, Stamp},
    ids::{PaymentId, RefundId},
    ledger::{Manual, MoneyEvent, MoneyFact, OurRefund, PaymentMethod, Refund, RefundStatus},
    money::Amount,
    order_state::{EnteredPayment, Standing},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long money that a shop waits for may be on its way. The shop cancels before, or a person does.
const TRANSFER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What the shop's ids of refunds begin with in the ledger.
const AT_CHANNEL: &str = "channel-";

/// What has been followed of what a shop told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldByShop {
    /// What is told of a moment before this is out of date.
    pub changed_at: Timestamp,
    /// A hash of who ordered and where it goes. It changes when the shop changes that, so that what people change here stays.
    pub who: String,
    /// How many units each line had, by the shop's ids of lines.
    pub units: BTreeMap<String, u32>,
    /// The refunds that are in the ledger, by the shop's ids.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub refunds: BTreeSet<String>,
    /// Whether the shop has said that the order is cancelled, or was told so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_over: bool,
    /// The refunds that the shop was asked for and that are still owed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked: BTreeMap<RefundId, AskedOfShop>,
    /// The doubts that the order was held for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub doubts: BTreeMap<HoldReason, String>,
    /// What could not be followed, as people were told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub not_followed: String,
}

impl OrderState {
    /// Holds the order for each doubt that is new, and releases what is none any more. A doubt that a person has decided about does
    /// not come back.
    pub(crate) fn follow_doubts(&mut self, doubts: &BTreeMap<HoldReason, String>, seen: &ToldByShop, stamp: &Stamp) {
        for (reason, note) in doubts.iter().filter(|(reason, note)| seen.doubts.get(reason) != Some(note)) {
            self.hold_for_channel(*reason, note, stamp);
        }
        for (reason, note) in seen.doubts.iter().filter(|(reason, _)| !doubts.contains_key(reason)) {
            if self.holds.get(reason).is_some_and(|hold| hold.note == *note) {
                self.holds.remove(reason);
                self.add_entry(stamp, Event::Released, reason.as_str());
                self.owe_dispatch();
            }
        }
    }

    /// Holds the order for what its channel tells. Of one that is over, the timeline alone tells it.
    fn hold_for_channel(&mut self, reason: HoldReason, note: &str, stamp: &Stamp) {
        if !self.status.is_active() {
            return self.add_entry(stamp, Event::ChangedAtChannel, note);
        }
        self.holds.insert(reason, Hold { since: stamp.at, note: note.to_owned() });
        self.owed.remove(&Duty::FulfillmentDispatch);
        self.add_entry(stamp, Event::Held, reason.as_str());
    }

    /// Tells a person what was changed at the channel and cannot be changed here.
    pub(crate) fn tell_not_followed(&mut self, what: &str, stamp: &Stamp) {
        self.hold_for_channel(HoldReason::ChangedAtChannel, what, stamp);
    }

    /// Records the channel's payment, if it is not.
    pub(crate) fn follow_payment(self, told: &ChannelOrder, stamp: &Stamp) -> Result<Self, Rejection> {
        let Some(payment) = told.payment.as_ref().filter(|payment| payment.amount > 0) else { return Ok(self) };
        let is_over = !(self.status.is_active() || self.status.is_unpaid());
        if payment.standing != PaymentStanding::Received && (is_over || self.ledger.has_or_awaits_money()) {
            return Ok(self); // it was told, or more is known by now
        }
        let entered = entered([self.channel.as_str(), &told.id], payment, told.placed_at);
        self.enter_payment(&entered, stamp)
    }

    /// Records what the channel has given back. Which of the refunds that it was asked for that is, its words tell. What a person was
    /// asked to give back is the same if it is as much.
    pub(crate) fn follow_refund(self, refund: &ChannelRefund, stamp: &Stamp) -> Self {
        match self.refund_with_words(&refund.reason).map(|(id, ours)| (id.clone(), ours)) {
            // The shop may round.
            Some((id, ours)) if ours.is_owed() => return self.made_by_shop(&id, refund.amount, refund, stamp),
            // People have said so before: it is the same money. What another refund of the shop's has settled is not.
            Some((_, ours)) if ours.has_succeeded() && !ours.is_known_as(AT_CHANNEL) => return self,
            _ => {}
        }
        // What the shop is being asked for has words of its own.
        let as_much = self.ledger.refunds_by_hand().filter(|(_, asked)| asked.amount == refund.amount);
        match as_much.min_by_key(|(id, _)| self.is_shop_asked_for(id)).map(|(id, _)| id.clone()) {
            Some(id) => self.made_by_shop(&id, refund.amount, refund, stamp),
            None => self.follow_other_refund(refund, stamp),
        }
    }

    /// Records a refund that nobody was asked for. If there is no money left for it and for what people were asked for, the smaller is a
    /// part of the larger.
    fn follow_other_refund(mut self, refund: &ChannelRefund, stamp: &Stamp) -> Self {
        let paid = |payment: &&PaymentId| {
            payment.is_manual() && self.ledger.payments.get(*payment).is_some_and(|payment| payment.captured > 0)
        };
        let Some(payment) = self.ledger.payments.keys().find(paid).cloned() else { return self };
        let mut amount = refund.amount;
        let captured = self.ledger.payments.get(&payment).map_or(0, |payment| payment.captured);
        let left = captured - self.ledger.refunded_for_good(&payment) - amount;
        let asked = self.ledger.refunds_by_hand().filter(|(_, asked)| asked.payment == payment);
        let asked: Vec<(RefundId, Amount)> = asked.map(|(id, asked)| (id.clone(), asked.amount)).collect();
        let mut too_much = asked.iter().map(|(_, amount)| amount).sum::<Amount>() - left;
        for (id, part) in asked {
            if too_much > 0 && part <= amount {
                self = self.made_by_shop(&id, part, refund, stamp);
                (amount, too_much) = (amount - part, too_much - part);
            }
        }
        if amount == 0 {
            return self;
        }
        if too_much > 0 {
            self.lower_what_is_asked(&payment, amount, too_much, stamp);
        }
        self.refund_told(payment, None, amount, refund, stamp)
    }

    /// Asks for less than was decided of a refund that is more than `given`, which has gone back of it already.
    fn lower_what_is_asked(&mut self, payment: &PaymentId, given: Amount, too_much: Amount, stamp: &Stamp) {
        let is_it = |refund: &Refund| refund.payment == *payment && refund.is_owed() && refund.amount > given;
        let lowered = self.ledger.refunds.iter_mut().find(|(_, refund)| is_it(refund)).map(|(id, refund)| {
            refund.amount -= too_much;
            format!("{id} {}", self.currency.format(refund.amount))
        });
        if let Some(note) = lowered {
            self.add_entry(stamp, Event::RefundIntended, note);
        }
    }

    /// Records that the shop has made a refund that it, or a person, was asked for.
    fn made_by_shop(mut self, id: &RefundId, amount: Amount, refund: &ChannelRefund, stamp: &Stamp) -> Self {
        let Some(asked) = self.ledger.refunds.get_mut(id) else { return self };
        asked.amount = amount;
        let (payment, ours) = (asked.payment.clone(), OurRefund { id: id.clone(), attempt: asked.attempt });
        self.refund_told(payment, Some(ours), amount, refund, stamp)
    }

    fn refund_told(
        self,
        payment: PaymentId,
        ours: Option<OurRefund>,
        amount: Amount,
        refund: &ChannelRefund,
        stamp: &Stamp,
    ) -> Self {
        let id = format!("{AT_CHANNEL}{}", refund.id);
        let event = MoneyEvent {
            payment,
            at: refund.at,
            event: "refunded at the channel".to_owned(),
            currency: Some(self.currency),
            step: 1,
            fact: MoneyFact::Refund { ours, id, amount, status: RefundStatus::Succeeded },
        };
        self.record_as(&event, stamp)
    }
}

/// The payment as a person would enter it. `of`: the channel, and its id of the order.
fn entered(of: [&str; 2], payment: &ChannelPayment, placed_at: Timestamp) -> EnteredPayment {
    let (standing, on) = match payment.standing {
        PaymentStanding::Received => (Standing::Received, payment.at),
        PaymentStanding::Expected => (Standing::Expected, placed_at.checked_add(TRANSFER).ok()),
        PaymentStanding::OnAccount => (Standing::OnAccount, None),
    };
    EnteredPayment {
        id: PaymentId::manual(&["channel", of[0], of[1], standing.as_str()]),
        standing,
        amount: payment.amount,
        on,
        manual: Manual { method: PaymentMethod::Channel, reference: payment.method.parse().ok(), payer: None },
    }
}
