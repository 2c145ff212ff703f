//! How far Orderly follows the shop of a channel. The shop tells what changes, but not all of what it tells arrives: every few minutes
//! it is asked for what changed since the last time.

use super::{attention::AttentionReason, ids::ChannelId, stock_sync::StockCheck};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How often a shop is asked for what changed.
pub const ASKED_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// A shop's index of its orders may lag behind, and its clock may be wrong: what changed shortly before is asked for again.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);
/// How often it is looked whether the shop still tells what changes.
const WEBHOOKS_LOOKED_AT_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// A fault of this age waits for a person. Shops are updated, and their hosts restart.
pub const FAULT_IS_TOLD_AFTER: SignedDuration = SignedDuration::from_mins(15);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopWatch {
    pub channel: ChannelId,
    /// Orders that changed before this are taken over.
    pub until: Timestamp,
    /// When the shop was asked last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// When it was looked last whether the shop tells what changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhooks_at: Option<Timestamp>,
    /// Why the shop cannot be followed now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<ShopFault>,
    /// The last comparison of everything that the shop says it has, if it is told of stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<StockCheck>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShopFault {
    /// Since when it has been so, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub since: Timestamp,
    /// What is wrong, for people.
    pub why: String,
}

impl ShopWatch {
    /// The watch of a shop that was connected then.
    pub fn new(channel: ChannelId, since: Timestamp) -> Self {
        Self { channel, until: since, asked_at: None, webhooks_at: None, fault: None, stock: None }
    }

    /// Whether the shop is to be asked now. One that could not be reached is asked every minute.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let every = if self.fault.is_some() { SignedDuration::from_secs(50) } else { ASKED_EVERY };
        self.asked_at.is_none_or(|at| now.duration_since(at).abs() >= every)
    }

    /// From when on the shop is asked for what changed.
    pub fn asks_since(&self) -> Timestamp {
        self.until - OVERLAP
    }

    pub fn looks_at_webhooks(&self, now: Timestamp) -> bool {
        self.webhooks_at.is_none_or(|at| now.duration_since(at).abs() >= WEBHOOKS_LOOKED_AT_EVERY)
    }

    /// Since when a person should know that the shop cannot be reached.
    fn waits_for_person_since(&self, now: Timestamp) -> Option<Timestamp> {
        let since = self.fault.as_ref()?.since;
        (now.duration_since(since) >= FAULT_IS_TOLD_AFTER).then_some(since)
    }

    /// What of it waits for a person, and since when.
    pub fn waits_for_person(&self, now: Timestamp) -> impl Iterator<Item = (AttentionReason, Timestamp)> {
        let fault = self.waits_for_person_since(now).map(|since| (AttentionReason::ChannelFault, since));
        let stopped_at = self.stock.as_ref().and_then(|check| check.stopped_at);
        fault.into_iter().chain(stopped_at.map(|since| (AttentionReason::StockDiffers, since)))
    }

    /// The watch of a shop that can be reached: what it was not told of stock while it could not is compared.
    fn recovered(mut self, now: Timestamp) -> Self {
        if self.fault.take().is_some() {
            self.stock = self.stock.map(|check| check.after_recovery(now));
        }
        self
    }

    /// The watch of a shop that is connected again: its keys have been tried.
    #[must_use]
    pub fn connected_again(self, now: Timestamp) -> Self {
        Self { webhooks_at: None, ..self.recovered(now) }
    }

    /// The watch after orders were taken over, up to that change.
    #[must_use]
    pub fn taken_over(mut self, until: Option<Timestamp>, now: Timestamp) -> Self {
        // The clock of a shop may be ahead: nothing that changes later may be passed over.
        self.until = until.map_or(self.until, |until| until.min(now)).max(self.until);
        self
    }

    /// The watch after the shop was asked: what is wrong with it, if something is.
    #[must_use]
    pub fn asked(mut self, fault: Option<String>, now: Timestamp) -> Self {
        self.asked_at = Some(now);
        if fault.is_none() {
            self = self.recovered(now);
        }
        let since = self.fault.take().map_or(now, |fault| fault.since);
        self.fault = fault.map(|why| ShopFault { since, why });
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        fixtures::at,
        stock_sync::{CheckReason, Seen},
    };
    use std::collections::BTreeSet;

    fn watch() -> ShopWatch {
        ShopWatch::new("woo".parse().unwrap(), at(0))
    }

    #[test]
    fn a_shop_is_asked_every_five_minutes_and_every_minute_while_it_fails() {
        let asked = watch().asked(None, at(100));
        assert!(watch().is_due(at(0)));
        assert_eq!([at(101), at(399), at(400)].map(|now| asked.is_due(now)), [false, false, true]);
        let failed = asked.asked(Some("no answer".into()), at(400));
        assert_eq!([at(440), at(460)].map(|now| failed.is_due(now)), [false, true]);
    }

    #[test]
    fn what_a_shop_was_not_told_of_stock_while_it_failed_is_compared_when_it_is_well() {
        let check = StockCheck::begin(BTreeSet::new(), CheckReason::Regular, at(0)).after(Seen::default(), None, at(1));
        let failing = ShopWatch { stock: Some(check.clone()), ..watch() }.asked(Some("401".into()), at(10));
        assert_eq!(failing.stock, Some(check.clone()));
        for well in [failing.clone().asked(None, at(20)), failing.connected_again(at(20))] {
            assert_eq!(well.stock.map(|check| (check.why, check.ended_at)), Some((CheckReason::Recovery, None)));
        }
        let well = ShopWatch { stock: Some(check.clone()), ..watch() };
        assert_eq!(
            [well.clone().asked(None, at(20)), well.connected_again(at(20))].map(|well| well.stock),
            [Some(check.clone()), Some(check)]
        );
    }

    #[test]
    fn what_was_taken_over_never_goes_back_and_never_ahead_of_the_clock() {
        let asked = watch().taken_over(Some(at(500)), at(600));
        assert_eq!(asked.asks_since(), at(200));
        assert_eq!(asked.clone().taken_over(Some(at(400)), at(700)).until, at(500));
        assert_eq!(asked.taken_over(Some(at(9_000)), at(700)).until, at(700));
    }

    #[test]
    fn a_fault_is_told_when_it_has_lasted() {
        let failing = watch().asked(Some("401".into()), at(0)).asked(Some("402".into()), at(600));
        assert_eq!(failing.fault.as_ref().map(|fault| fault.why.as_str()), Some("402"));
        assert_eq!(failing.waits_for_person_since(at(800)), None);
        assert_eq!(failing.waits_for_person_since(at(900)), Some(at(0)));
        assert_eq!(failing.asked(None, at(901)).waits_for_person_since(at(2_000)), None);
    }
}
