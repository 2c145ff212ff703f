//! The claim of an e-mail. It lets only one process at a time send the e-mail, and keeps what became of it.

use crate::{
    history::{self, Actor, Entry, Event, Stamp},
    mail_report::{MailReport, Told},
    safeguards::Safeguard,
    sparse,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The claim of an e-mail. Whether the e-mail was sent is recorded in the item that owed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailClaim {
    /// None if the claim was released because the e-mail certainly did not go out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// How often sending began. Above 1, the customer may have got the e-mail twice.
    pub attempts: u32,
    /// What the mail service told of the last attempt, and since when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reports: BTreeMap<MailReport, Timestamp>,
    /// Up to this attempt it is decided what is done about an e-mail that did not arrive.
    #[serde(default, skip_serializing_if = "sparse::is_zero")]
    pub decided: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Entry>,
}

/// How long a claim keeps others from sending. It is longer than the function may run.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Whether a claim made then still keeps others from sending.
pub(crate) fn is_held(claimed_at: Option<Timestamp>, now: Timestamp) -> bool {
    claimed_at.is_some_and(|at| now.duration_since(at) < LEASE)
}

/// Who tells what became of e-mails, in the timeline.
const TELLER: &str = "ses";

impl EmailClaim {
    pub fn first(at: Timestamp) -> Self {
        Self { claimed_at: Some(at), attempts: 1, reports: BTreeMap::new(), decided: 0, history: Vec::new() }
    }

    /// Whether another process may be sending right now.
    pub fn is_held(&self, now: Timestamp) -> bool {
        is_held(self.claimed_at, now)
    }

    /// What was heard of earlier attempts says nothing about the new one.
    pub fn again(&self, at: Timestamp) -> Self {
        Self { claimed_at: Some(at), attempts: self.attempts + 1, reports: BTreeMap::new(), ..self.clone() }
    }

    /// Lets the next process send at once, because this one certainly did not.
    pub fn released(&self) -> Self {
        Self { claimed_at: None, attempts: self.attempts.saturating_sub(1), ..self.clone() }
    }

    /// Merges what the mail service tells, however late, doubled or out of order it comes. What it tells of an earlier attempt
    /// is only for the timeline.
    pub fn report(mut self, told: &Told) -> Self {
        if told.attempt == self.attempts {
            let since = self.reports.entry(told.report).or_insert(told.at);
            *since = told.at.min(*since);
        }
        if let Some(event) = told.report.event() {
            let entry = Stamp::new(Actor::provider(TELLER), told.at).entry(event, told.reason.as_str());
            if !self.history.contains(&entry) {
                history::add(&mut self.history, entry);
            }
        }
        self
    }

    /// Since when a person is waited for, because the e-mail did not reach its customer. What the recipient's server took
    /// did arrive, even if an automatic answer looks like a passing failure.
    pub fn unreached_since(&self) -> Option<Timestamp> {
        if self.attempts <= self.decided || Safeguard::BouncedMailIsSeen.is_off() {
            return None;
        }
        let arrived = self.reports.contains_key(&MailReport::Delivered);
        let failed = |report: &MailReport| match report {
            MailReport::Delivered | MailReport::Complained => false,
            MailReport::BouncedForNow => !arrived,
            MailReport::Bounced | MailReport::Suppressed | MailReport::Rejected | MailReport::Refused => true,
        };
        self.reports.iter().filter(|(report, _)| failed(report)).map(|(_, since)| *since).min()
    }

    /// Somebody decided that the e-mail is sent again. What is still told of the attempts before no longer counts.
    pub fn sent_again(self, stamp: &Stamp) -> Self {
        Self { claimed_at: None, ..self.decided(Event::EmailOwedAgain, "", stamp) }
    }

    /// Somebody decided that nothing is done.
    pub fn dismissed(self, reason: &str, stamp: &Stamp) -> Self {
        self.decided(Event::EmailDismissed, reason, stamp)
    }

    /// Empties what people wrote about it.
    pub fn without_words(mut self) -> Self {
        history::without_words(&mut self.history);
        self
    }

    fn decided(mut self, what: Event, note: &str, stamp: &Stamp) -> Self {
        history::add(&mut self.history, stamp.entry(what, note));
        Self { decided: self.attempts, ..self }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_764_000_000 + second).unwrap()
    }

    fn told(report: MailReport, attempt: u32, second: i64) -> Told {
        Told { report, attempt, at: at(second), reason: String::new() }
    }

    fn person() -> Stamp {
        Stamp::new(Actor::caller("operator", "anna"), at(500))
    }

    #[test]
    fn a_person_is_waited_for_while_a_mail_did_not_arrive() {
        use MailReport::{Bounced, BouncedForNow, Complained, Delivered, Refused, Rejected, Suppressed};
        for (reports, waits) in [
            (&[][..], false),
            (&[Delivered], false),
            (&[Delivered, Complained], false),
            (&[Complained], false),
            (&[Bounced], true),
            // The recipient's server took it, and found later that nobody has the address.
            (&[Delivered, Bounced], true),
            (&[BouncedForNow], true),
            // An answer of somebody who is on holiday.
            (&[Delivered, BouncedForNow], false),
            (&[Suppressed], true),
            // The suppression list has it because of a complaint.
            (&[Complained, Suppressed], true),
            (&[Rejected], true),
            (&[Refused], true),
        ] {
            let claim =
                reports.iter().fold(EmailClaim::first(at(0)), |claim, report| claim.report(&told(*report, 1, 9)));
            assert_eq!(claim.unreached_since(), waits.then(|| at(9)), "{reports:?}");
        }
    }

    #[test]
    fn reports_in_any_order_and_doubled_mean_the_same() {
        let reports = [
            told(MailReport::Delivered, 1, 1),
            told(MailReport::Bounced, 1, 3),
            told(MailReport::Bounced, 1, 3),
            told(MailReport::Bounced, 1, 7),
            told(MailReport::Complained, 1, 5),
        ];
        let merged = |order: &[usize]| {
            let claim = order.iter().fold(EmailClaim::first(at(0)), |claim, n| claim.report(&reports[*n]));
            let mut history: Vec<String> = claim.history.iter().cloned().map(String::from).collect();
            history.sort();
            (claim.reports, history)
        };
        let expected = merged(&[0, 1, 2, 3, 4]);
        for order in [[4, 3, 2, 1, 0], [3, 0, 4, 2, 1], [1, 4, 0, 3, 2]] {
            assert_eq!(merged(&order), expected, "{order:?}");
        }
        assert_eq!(expected.1.len(), 4, "the doubled one once");
    }

    #[test]
    fn what_is_told_of_an_earlier_attempt_waits_for_nobody() {
        let bounced = EmailClaim::first(at(0)).report(&told(MailReport::Bounced, 1, 1));
        let again = bounced.sent_again(&person());
        assert_eq!((again.unreached_since(), again.is_held(at(1))), (None, false));
        // The same bounce once more, before and after the second attempt began.
        let again = again.report(&told(MailReport::Bounced, 1, 1));
        assert_eq!(again.unreached_since(), None);
        let second = again.again(at(60)).report(&told(MailReport::Bounced, 1, 2));
        assert_eq!(second.unreached_since(), None);
        let second = second.report(&told(MailReport::Bounced, 2, 70));
        assert_eq!(second.unreached_since(), Some(at(70)), "the second one has failed too");
        let done = second.dismissed("called her", &person());
        assert!(done.clone().without_words().history.iter().all(|entry| entry.note != "called her"));
        assert_eq!(done.clone().report(&told(MailReport::Bounced, 2, 70)).unreached_since(), None);
        let steps: Vec<Event> = done.history.iter().map(|entry| entry.what).collect();
        assert_eq!(
            steps,
            [
                Event::EmailBounced,
                Event::EmailOwedAgain,
                Event::EmailBounced,
                Event::EmailBounced,
                Event::EmailDismissed
            ]
        );
    }
}
