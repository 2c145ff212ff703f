//! What the merchant is told by e-mail of what waits for people: once a day, or when something new waits.

use crate::{
    attention::Census,
    duty::{Duty, Owed},
    email_claim::is_held,
    names::names,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

names! {
    /// How often the merchant is told.
    DigestPace {
        Off = "off",
        /// Once a day, while something waits.
        Daily = "daily",
        /// When something new waits, once an hour at most.
        AtOnce = "at-once",
    }
}

/// The one record of what the merchant was told, and is to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// What the last e-mail told, less what has been done since.
    #[serde(default, skip_serializing_if = "Census::is_empty")]
    pub told: Census,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
    /// What the next e-mail tells, while it is owed.
    #[serde(default, skip_serializing_if = "Census::is_empty")]
    pub telling: Census,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed_since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Owed::is_empty")]
    pub owed: Owed,
    /// Since when a process has been sending it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
}

const DAY: SignedDuration = SignedDuration::from_hours(24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Digest {
    /// Looks at what waits now, and owes an e-mail if it is time for one. What is owed stays as it is until it is sent.
    pub fn look(mut self, now_waiting: &Census, pace: DigestPace, now: Timestamp) -> Self {
        if pace == DigestPace::Off || !self.owed.is_empty() {
            return self;
        }
        self.told = self.told.still_in(now_waiting);
        let passed = |time: SignedDuration| self.told_at.is_none_or(|at| now.duration_since(at) >= time);
        let is_time = match pace {
            DigestPace::Off => false,
            DigestPace::Daily => !now_waiting.is_empty() && passed(DAY),
            DigestPace::AtOnce => now_waiting.has_news(&self.told) && passed(HOUR),
        };
        if is_time {
            self.telling = now_waiting.clone();
            self.owed.insert(Duty::Digest);
            self.owed_since = Some(now);
        }
        self
    }

    /// Lets one process send it. None: nothing is owed, or another process may be sending it.
    pub fn claim(&self, now: Timestamp) -> Option<Self> {
        (!self.owed.is_empty() && !is_held(self.claimed_at, now))
            .then(|| Self { claimed_at: Some(now), ..self.clone() })
    }

    /// Lets the next process send at once, because this one certainly did not.
    pub fn released(self) -> Self {
        Self { claimed_at: None, ..self }
    }

    pub fn sent(self, now: Timestamp) -> Self {
        Self { told: self.telling, told_at: Some(now), ..Self::default() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        attention::{AttentionReason, WaitingFor},
        order_state::HoldReason,
    };

    const MINUTE: i64 = 60;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_764_000_000 + minute * MINUTE).unwrap()
    }

    fn waiting(holds: &[i64], mails: &[i64]) -> Census {
        let hold = WaitingFor::Hold(HoldReason::RefundFailed);
        let mail = WaitingFor::Other(AttentionReason::MailNotDelivered);
        let of = |why: WaitingFor, since: &[i64]| {
            since.iter().map(move |minute| (why, format!("ord_{minute}"), at(*minute))).collect::<Vec<_>>()
        };
        Census::of(of(hold, holds).into_iter().chain(of(mail, mails)))
    }

    /// Looks, and sends what is owed. Returns whether an e-mail went out.
    fn tell(digest: &mut Digest, census: &Census, pace: DigestPace, minute: i64) -> bool {
        *digest = digest.clone().look(census, pace, at(minute));
        let claimed = digest.claim(at(minute));
        let goes_out = claimed.is_some();
        if let Some(claimed) = claimed {
            assert_eq!(claimed.telling, *census);
            *digest = claimed.sent(at(minute));
        }
        goes_out
    }

    #[test]
    fn once_a_day_while_something_waits() {
        let mut digest = Digest::default();
        for (minute, census, expected) in [
            (0, waiting(&[], &[]), false),
            (5, waiting(&[4], &[]), true),
            (60, waiting(&[4, 50], &[]), false),
            (5 + 24 * 60 - 1, waiting(&[4], &[]), false),
            (5 + 24 * 60, waiting(&[4], &[]), true),
            (3 * 24 * 60, waiting(&[], &[]), false),
            (3 * 24 * 60 + 1, waiting(&[], &[4_320]), true),
        ] {
            assert_eq!(tell(&mut digest, &census, DigestPace::Daily, minute), expected, "{minute}");
        }
    }

    #[test]
    fn at_once_when_something_new_waits_and_once_an_hour_at_most() {
        let mut digest = Digest::default();
        for (minute, census, expected) in [
            (0, waiting(&[], &[]), false),
            (5, waiting(&[4], &[]), true),
            (200, waiting(&[4], &[]), false),
            (201, waiting(&[4], &[201]), true),
            // Something new within the hour is told when the hour is over.
            (210, waiting(&[4, 209], &[201]), false),
            (261, waiting(&[4, 209], &[201]), true),
            // One is done, and another one begins.
            (400, waiting(&[209], &[201]), false),
            (401, waiting(&[209], &[201, 401]), true),
            // One that has waited for long is seen only now, as stuck work is; another one was done before.
            (500, waiting(&[], &[201, 401]), false),
            (501, waiting(&[4], &[201, 401]), true),
        ] {
            assert_eq!(tell(&mut digest, &census, DigestPace::AtOnce, minute), expected, "{minute}");
        }
    }

    #[test]
    fn it_is_owed_until_it_is_sent_and_one_process_sends_it() {
        let census = waiting(&[1], &[]);
        let owed = Digest::default().look(&census, DigestPace::Daily, at(2));
        let claimed = owed.claim(at(3)).unwrap();
        assert_eq!(claimed.claim(at(3)), None, "another process is sending it");
        assert!(claimed.claim(at(5)).is_some(), "it has died");
        let released = claimed.released();
        assert!(released.claim(at(3)).is_some());
        // What waits since then is told by the next one.
        let later = released.look(&waiting(&[1, 4], &[]), DigestPace::Daily, at(10));
        assert_eq!((&later.telling, later.owed_since), (&census, Some(at(2))));
        assert_eq!(later.look(&census, DigestPace::Off, at(11)).owed.len(), 1);
    }
}
