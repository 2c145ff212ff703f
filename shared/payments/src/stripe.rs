//! Stripe: <https://docs.stripe.com/api>.
//!
//! Variables: `STRIPE_WEBHOOK_SECRET` (the ARN of the endpoint's signing secrets, one on a line, two while one is rolled),
//! `STRIPE_LIVEMODE` (`true` or `false`: events of the other mode are refused), `STRIPE_CLIENT_REFERENCES` (`true`: a
//! checkout's `client_reference_id` names its order), `STRIPE_ACCOUNTS` (connected accounts whose events count), `STRIPE_API_KEY` (the ARN of the secret or
//! restricted key for asking Stripe) and `STRIPE_API_URL`.

mod api;
mod captures;
mod description;
mod events;
mod evidence;
mod facts;
mod fields;
mod listing;
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
pub use webhook::{Sources, Webhook};

use crate::{evidence::Answering, listing::ListsRefunds};
use domain::{ids::ProviderId, ledger::RefundStatus};
use jiff::SignedDuration;

pub const NAME: &str = "stripe";

/// <https://docs.stripe.com/api/disputes/update>
pub const ANSWERING: Answering = Answering::ByOrderly;

impl ListsRefunds for Api {}

/// Stripe keeps idempotency keys for at least 24 hours: <https://docs.stripe.com/api/idempotent_requests>. One hour
/// less is safe.
pub const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(23);

/// Stripe's own libraries wait 80 seconds for an answer, and after a failure Stripe completes in the background what it
/// had begun: <https://docs.stripe.com/error-low-level#server-errors>. After this time, what it shows is right.
pub const SETTLING: SignedDuration = SignedDuration::from_mins(10);

/// Its list of a day is complete before any day is compared.
pub const LISTED_AFTER: SignedDuration = SignedDuration::ZERO;

/// Whether an id names a charge, and not a payment intent. Charges of older bank debits begin with `py_`.
fn is_charge(id: &ProviderId) -> bool {
    ["ch_", "py_"].iter().any(|prefix| id.as_str().starts_with(prefix))
}

/// The status of a refund: <https://docs.stripe.com/api/refunds/object#refund_object-status>.
fn refund_status(text: &str) -> RefundStatus {
    match text {
        "succeeded" => RefundStatus::Succeeded,
        "failed" | "canceled" => RefundStatus::Failed,
        _ => RefundStatus::Pending, // pending, requires_action
    }
}
