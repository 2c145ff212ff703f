//! How far Orderly follows the shop of a channel. The shop tells what changes, but not all of what it tells arrives: every few minutes
//! it is asked for what changed since the last time.

use super::ids::ChannelId;
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
        Self { channel, until: since, asked_at: None, webhooks_at: None, fault: None }
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
    pub fn waits_for_person_since(&self, now: Timestamp) -> Option<Timestamp> {
        let since = self.fault.as_ref()?.since;
        (now.duration_since(since) >= FAULT_IS_TOLD_AFTER).then_some(since)
    }

    /// The watch after the shop was asked, up to the last order that was taken over.
    #[must_use]
    pub fn asked(mut self, until: Option<Timestamp>, fault: Option<String>, now: Timestamp) -> Self {
        // The clock of a shop may be ahead: nothing that changes later may be passed over.
        self.until = until.map_or(self.until, |until| until.min(now)).max(self.until);
        self.asked_at = Some(now);
        let since = self.fault.take().map_or(now, |fault| fault.since);
        self.fault = fault.map(|why| ShopFault { since, why });
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::fixtures::at;

    fn watch() -> ShopWatch {
        ShopWatch::new("woo".parse().unwrap(), at(0))
    }

    #[test]
    fn a_shop_is_asked_every_five_minutes_and_every_minute_while_it_fails() {
        let asked = watch().asked(None, None, at(100));
        assert!(watch().is_due(at(0)));
        assert_eq!([at(101), at(399), at(400)].map(|now| asked.is_due(now)), [false, false, true]);
        let failed = asked.asked(None, Some("no answer".into()), at(400));
        assert_eq!([at(440), at(460)].map(|now| failed.is_due(now)), [false, true]);
    }

    #[test]
    fn what_was_taken_over_never_goes_back_and_never_ahead_of_the_clock() {
        let asked = watch().asked(Some(at(500)), None, at(600));
        assert_eq!(asked.asks_since(), at(200));
        assert_eq!(asked.clone().asked(Some(at(400)), None, at(700)).until, at(500));
        assert_eq!(asked.asked(Some(at(9_000)), None, at(700)).until, at(700));
    }

    #[test]
    fn a_fault_is_told_when_it_has_lasted() {
        let failing = watch().asked(None, Some("401".into()), at(0)).asked(None, Some("402".into()), at(600));
        assert_eq!(failing.fault.as_ref().map(|fault| fault.why.as_str()), Some("402"));
        assert_eq!(failing.waits_for_person_since(at(800)), None);
        assert_eq!(failing.waits_for_person_since(at(900)), Some(at(0)));
        assert_eq!(failing.asked(None, None, at(901)).waits_for_person_since(at(2_000)), None);
    }
}
