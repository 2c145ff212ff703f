//! What becomes of a mail, as SES tells it on the event bus. Every mail is delivered, except those to the addresses of SES's
//! mailbox simulator: <https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html>.

use super::Mail;
use crate::template::{ACCOUNT, ConfigurationSet, REGION};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

const SIMULATOR: &str = "simulator.amazonses.com";

/// An event, before it is put on the bus.
struct Happened {
    /// The event's name in a configuration set.
    kind: &'static str,
    detail_type: &'static str,
    event_type: &'static str,
    /// The part of the event that is about this kind.
    part: Value,
}

impl Happened {
    fn delivered(to: &str, at: Timestamp) -> Self {
        let part = json!({ "timestamp": at, "processingTimeMillis": 12, "recipients": [to], "smtpResponse": "250 ok",
            "reportingMTA": "a8-1.smtp-out.amazonses.com" });
        Self { kind: "delivery", detail_type: "Email Delivered", event_type: "Delivery", part }
    }

    fn bounced(to: &str, kind: &str, reason: &str, at: Timestamp) -> Self {
        let recipient = json!({ "emailAddress": to, "action": "failed", "status": "5.1.1",
            "diagnosticCode": format!("smtp; 550 5.1.1 {to}: no such user") });
        let part = json!({ "feedbackId": Uuid::new_v4().to_string(), "bounceType": kind, "bounceSubType": reason,
            "bouncedRecipients": [recipient], "timestamp": at, "reportingMTA": "dns; amazonses.com" });
        Self { kind: "bounce", detail_type: "Email Bounced", event_type: "Bounce", part }
    }

    fn complained(to: &str, at: Timestamp) -> Self {
        let part = json!({ "feedbackId": Uuid::new_v4().to_string(), "complaintSubType": null, "timestamp": at,
            "complainedRecipients": [{ "emailAddress": to }], "complaintFeedbackType": "abuse" });
        Self { kind: "complaint", detail_type: "Email Complaint Received", event_type: "Complaint", part }
    }

    /// What happens to a mail to this address.
    fn of(address: &str, at: Timestamp) -> Vec<Self> {
        let local = address.rsplit_once('@').filter(|(_, domain)| domain.eq_ignore_ascii_case(SIMULATOR));
        // A label may follow, as in `bounce+first@…`.
        match local.map(|(local, _)| local.split('+').next().unwrap_or_default().to_ascii_lowercase()).as_deref() {
            Some("bounce") => vec![Self::bounced(address, "Permanent", "General", at)],
            Some("suppressionlist") => vec![Self::bounced(address, "Permanent", "OnAccountSuppressionList", at)],
            Some("complaint") => vec![Self::delivered(address, at), Self::complained(address, at)],
            // SES takes some answers of people who are away for bounces.
            Some("ooto") => vec![Self::delivered(address, at), Self::bounced(address, "Transient", "General", at)],
            _ => vec![Self::delivered(address, at)],
        }
    }
}

/// The events of a mail that its configuration set publishes, in the order in which they happen.
pub(super) fn of(mail: &Mail, set: &ConfigurationSet, tags: &[(String, String)], at: Timestamp) -> Vec<Value> {
    let mut all = json!({
        "ses:configuration-set": [set.name], "ses:from-domain": [mail.from.rsplit('@').next().unwrap_or_default()],
        "ses:source-ip": ["127.0.0.1"], "ses:caller-identity": ["local"],
    });
    for (name, value) in tags {
        all[name] = json!([value]);
    }
    let recipients: Vec<&String> = mail.to.iter().chain(&mail.cc).chain(&mail.bcc).collect();
    let about = json!({
        "timestamp": mail.sent_at, "source": mail.from, "messageId": mail.id, "destination": recipients, "tags": all,
        "sendingAccountId": ACCOUNT, "headersTruncated": false,
        "commonHeaders": { "from": [mail.from], "to": mail.to, "messageId": mail.id, "subject": mail.subject },
    });
    let event = |Happened { detail_type, event_type, part, .. }: Happened| {
        let mut detail = json!({ "eventType": event_type, "mail": about });
        detail[event_type.to_lowercase()] = part;
        json!({
            "version": "0", "id": Uuid::new_v4().to_string(), "detail-type": detail_type, "source": "aws.ses",
            "account": ACCOUNT, "region": REGION, "resources": [], "detail": detail,
            // EventBridge counts whole seconds.
            "time": Timestamp::from_second(at.as_second()).unwrap_or(at),
        })
    };
    let happened = recipients.iter().flat_map(|to| Happened::of(to, at));
    happened.filter(|happened| set.events.contains(happened.kind)).map(event).collect()
}
