//! PayPal: <https://developer.paypal.com/docs/api/payments/v2/>.
//!
//! A capture is a payment. So is an authorization: what is captured of it is a payment of its own, with another id, and the
//! authorization tells that id.
//!
//! Variables: `PAYPAL_WEBHOOK_ID` (PayPal's id of the webhook, which its signatures are made for; it is no secret),
//! `PAYPAL_LIVE` (`true` or `false`: events of the other environment are refused), `PAYPAL_CREDENTIALS` (the ARN of the REST
//! app's `client-id:client-secret`) and `PAYPAL_API_URL`.

#![allow(clippy::doc_markdown)] // PayPal is a name, and no code

mod api;
mod captures;
mod certificates;
mod chain;
mod custom_id;
mod description;
mod disputes;
mod events;
mod facts;
mod fields;
mod issuers;
mod listing;
mod mode;
mod order;
mod payment;
mod refunds;
mod requests;
pub mod signature;
mod units;
mod webhook;

pub use api::Api;
pub use certificates::{Certificates, Fetched};
pub use chain::Roots;
pub use description::description;
pub use listing::TELLS;
pub use mode::Mode;
pub use units::units;
pub use webhook::Webhook;

use crate::evidence::{Answering, TakesEvidence};
use domain::ledger::RefundStatus;
use jiff::SignedDuration;

pub const NAME: &str = "paypal";

/// Where a person answers a dispute.
pub const ANSWERING: Answering = Answering::ByHand("paypal.com → Activity → Resolution Center → the case → Respond");

impl TakesEvidence for Api {}

/// PayPal stores the keys of captures and refunds for 45 days:
/// <https://developer.paypal.com/docs/api/payments/v2/#captures_refund>. One day less is safe.
pub const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(44 * 24);

/// PayPal answers with what it did, and names no time within which a lost answer is shown elsewhere. An hour is more than
/// any of its own time limits for a request.
pub const SETTLING: SignedDuration = SignedDuration::from_hours(1);

/// Its list is behind by three hours at most.
pub const LISTED_AFTER: SignedDuration = SignedDuration::from_hours(3);

/// The status of a refund: <https://developer.paypal.com/docs/api/payments/v2/#definition-refund_status>.
fn refund_status(text: &str) -> Option<RefundStatus> {
    match text {
        "COMPLETED" => Some(RefundStatus::Succeeded),
        "PENDING" => Some(RefundStatus::Pending),
        "FAILED" | "CANCELLED" => Some(RefundStatus::Failed),
        _ => None,
    }
}
