//! How long money may be on its way, by payment method:
//! <https://docs.mollie.com/docs/handling-payment-status#when-does-a-payment-expire>.

use super::fields::{Error, optional_moment};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Days from when a payment was made to when its money has certainly moved, for the methods that take days. Mollie counts
/// business days, or tells no number; weekends and bank holidays are added.
const DAYS: [(&str, i64); 6] = [
    ("banktransfer", 18), // expires after 12 days, or 14 over a weekend
    ("multibanco", 9),
    ("directdebit", 14),
    ("bacs", 14),
    ("sofort", 14),
    ("trustly", 7),
];

/// What was paid on the last day is told within two business days.
const SETTLES: i64 = 4;

/// Methods with which the customer pays on their own, with what they have been shown. Until then, Mollie calls the payment
/// open: that tells whether the customer has finished only together with one of these details.
const SHOWN: [(&str, &str); 2] = [("banktransfer", "transferReference"), ("multibanco", "multibancoReference")];

/// Whether the customer has been shown what to pay with: their part of the checkout is done.
pub(super) fn is_shown(payment: &Value) -> bool {
    SHOWN.iter().any(|(method, detail)| payment["method"] == *method && payment["details"][detail].is_string())
}

/// Until when the money of a payment that was made at `at` is on its way at the latest. None: its method takes no days, or
/// an unknown time.
pub(super) fn until(payment: &Value, at: Timestamp) -> Result<Option<Timestamp>, Error> {
    let days = DAYS.iter().find(|(method, _)| payment["method"] == *method).map(|(_, days)| *days);
    let Some(days) = days else { return Ok(None) };
    let expires = optional_moment(payment, "expiresAt")?;
    Ok(expires.and_then(|end| after(end, SETTLES)).max(after(at, days)))
}

fn after(at: Timestamp, days: i64) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_hours(24 * days)).ok()
}
