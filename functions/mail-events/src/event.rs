//! The events of SES, as the rules in `template.yaml` pass them on: what happened, when, and the e-mail's tags.
//!
//! <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>

use domain::mail_report::{MailReport, MailTags, Told, UnknownTag};
use jiff::Timestamp;
use runtime::Received;
use serde::Deserialize;
use std::{collections::BTreeMap, fmt};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MailEvent {
    event: Kind,
    time: Timestamp,
    /// A tag may have several values; ours have one.
    tags: BTreeMap<String, Vec<String>>,
    /// Of a bounce: whether it is for good.
    #[serde(default)]
    bounce: Option<Bounce>,
    /// Of a bounce: SES's word for the reason.
    #[serde(default)]
    reason: String,
}

/// EventBridge's `detail-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Kind {
    #[serde(rename = "Email Delivered")]
    Delivered,
    #[serde(rename = "Email Bounced")]
    Bounced,
    #[serde(rename = "Email Complaint Received")]
    Complained,
    /// The rule's own name for a complaint that SES makes up because the address is on the suppression list.
    #[serde(rename = "Email Suppressed")]
    Suppressed,
    #[serde(rename = "Email Rejected")]
    Rejected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Bounce {
    Permanent,
    Transient,
    Undetermined,
}

/// The reasons of a bounce that SES makes up because it did not send: the account's suppression list, and its own.
const SUPPRESSED: [&str; 2] = ["OnAccountSuppressionList", "Suppressed"];

/// SES's words are short. Anything else is none of them.
const LONGEST_REASON: usize = 40;

impl MailEvent {
    /// The names of the e-mail. None: it is none of ours.
    pub(crate) fn tags(&self) -> Result<Option<MailTags>, UnknownTag> {
        MailTags::read(|name| self.tags.get(name)?.first().map(String::as_str))
    }

    pub(crate) fn told(&self, attempt: u32) -> Told {
        let report = match (self.event, self.bounce) {
            (Kind::Delivered, _) => MailReport::Delivered,
            (Kind::Complained, _) => MailReport::Complained,
            (Kind::Suppressed, _) => MailReport::Suppressed,
            (Kind::Rejected, _) => MailReport::Rejected,
            (Kind::Bounced, _) if SUPPRESSED.contains(&self.reason.as_str()) => MailReport::Suppressed,
            (Kind::Bounced, Some(Bounce::Transient)) => MailReport::BouncedForNow,
            (Kind::Bounced, Some(Bounce::Permanent | Bounce::Undetermined) | None) => MailReport::Bounced,
        };
        let is_word = self.reason.len() <= LONGEST_REASON && self.reason.chars().all(|c| c.is_ascii_alphanumeric());
        let reason = match report {
            MailReport::Bounced | MailReport::BouncedForNow if is_word => self.reason.clone(),
            _ => String::new(),
        };
        Told { report, attempt, at: self.time, reason }
    }
}

impl Received for MailEvent {}

/// The form in logs.
impl fmt::Display for MailEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.event, self.time)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn event(kind: &str, more: &Value) -> MailEvent {
        let mut event = json!({ "event": kind, "time": "2025-11-24T16:00:00Z", "tags": {
            "ses:configuration-set": ["Orderly"],
            "order": ["ord__1"], "item": ["fulfillment_h01"], "kind": ["shipped_cP1"], "attempt": ["2"],
        } });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn each_event_is_a_report() {
        let bounce = |kind: &str, reason: &str| json!({ "bounce": kind, "reason": reason });
        for (kind, more, report, reason) in [
            ("Email Delivered", json!({}), MailReport::Delivered, ""),
            ("Email Complaint Received", json!({}), MailReport::Complained, ""),
            ("Email Suppressed", json!({}), MailReport::Suppressed, ""),
            ("Email Rejected", json!({}), MailReport::Rejected, ""),
            ("Email Bounced", bounce("Permanent", "General"), MailReport::Bounced, "General"),
            ("Email Bounced", bounce("Undetermined", "Undetermined"), MailReport::Bounced, "Undetermined"),
            ("Email Bounced", bounce("Transient", "MailboxFull"), MailReport::BouncedForNow, "MailboxFull"),
            ("Email Bounced", bounce("Permanent", "OnAccountSuppressionList"), MailReport::Suppressed, ""),
            ("Email Bounced", bounce("Permanent", "Suppressed"), MailReport::Suppressed, ""),
            // What may hold an address is kept nowhere.
            ("Email Bounced", bounce("Permanent", "550 no ann@example.com"), MailReport::Bounced, ""),
        ] {
            let told = event(kind, &more).told(2);
            assert_eq!((told.report, told.reason.as_str(), told.attempt), (report, reason, 2), "{kind} {more}");
        }
    }

    #[test]
    fn the_tags_name_the_e_mail_and_those_of_others_nothing() {
        let tags = event("Email Delivered", &json!({})).tags().unwrap().unwrap();
        assert_eq!((tags.order.as_str(), tags.attempt), ("ord_1", 2));
        assert_eq!((tags.item.to_string(), tags.kind.to_string()), ("fulfillment#01".into(), "shipped:P1".into()));
        let others = json!({ "tags": { "ses:configuration-set": ["Orderly"] } });
        assert_eq!(event("Email Delivered", &others).tags(), Ok(None));
        let broken = json!({ "tags": { "order": ["ord__1"], "item": ["state"], "kind": ["fly"], "attempt": ["1"] } });
        assert!(event("Email Delivered", &broken).tags().is_err());
    }
}
