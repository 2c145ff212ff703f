//! Mollie: <https://docs.mollie.com/reference/overview>.
//!
//! Mollie has two kinds of webhooks, and both may call the same address. A classic one only names a payment, is not
//! signed, and proves nothing. A next-gen one is signed. What is so with the payment is always fetched from Mollie.
//!
//! Variables: `MOLLIE_API_KEY` (the ARN of the profile's API key, which begins with `live_` or `test_`; the webhook needs
//! it as well), `MOLLIE_API_URL`, `MOLLIE_LIVE` (`true` or `false`: payments of the other mode are refused) and
//! `MOLLIE_WEBHOOK_SECRET` (the ARN of the signing secrets of next-gen webhooks, one on a line, two while one is rolled; not
//! set if only classic webhooks are used).

mod amounts;
mod api;
mod captures;
mod classic;
mod description;
mod events;
mod facts;
mod fields;
mod limiter;
mod listing;
mod lists;
mod metadata;
mod methods;
mod payment;
mod refunds;
mod requests;
pub mod signature;
mod units;
mod webhook;

pub use api::Api;
pub use description::description;
pub use listing::TELLS;
pub use units::units;
pub use webhook::Webhook;

use crate::{
    evidence::{Answering, TakesEvidence},
    listing::ListsRefunds,
};
use domain::{ids::ProviderId, ledger::RefundStatus};
use jiff::SignedDuration;

pub const NAME: &str = "mollie";

/// Where a person answers a dispute.
pub const ANSWERING: Answering =
    Answering::ByHand("nowhere: Mollie takes no evidence for a chargeback. Ask its support");

impl TakesEvidence for Api {}

impl ListsRefunds for Api {}

/// Mollie keeps idempotency keys for hours at least, and has changed for how many:
/// <https://docs.mollie.com/reference/api-idempotency>. Less than one is safe: whoever asks later looks first for what was
/// done, and Mollie itself refuses a second refund of the same amount for an hour.
pub const KEY_LIFETIME: SignedDuration = SignedDuration::from_mins(50);

/// Mollie says nothing about how long a request may run on after its connection was lost. Its own libraries wait 10 to 60
/// seconds for an answer.
pub const SETTLING: SignedDuration = SignedDuration::from_mins(10);

/// Its lists of a day are complete before any day is compared.
pub const LISTED_AFTER: SignedDuration = SignedDuration::ZERO;

/// The id of a payment. Mollie's begin with `tr_`; no other names one.
fn payment_id(text: &str) -> Option<ProviderId> {
    /// Mollie's have 10 or 22 characters.
    const MAX: usize = 64;
    let rest = text.strip_prefix("tr_")?;
    let is_id = (1..=MAX).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.parse().ok().filter(|_| is_id)
}

/// The status of a refund: <https://docs.mollie.com/docs/refunds#refund-statuses>. A canceled one never reaches the customer.
fn refund_status(text: &str) -> RefundStatus {
    match text {
        "refunded" => RefundStatus::Succeeded,
        "failed" | "canceled" => RefundStatus::Failed,
        _ => RefundStatus::Pending, // queued, pending, processing
    }
}
