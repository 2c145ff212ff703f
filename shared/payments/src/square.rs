//! Square: <https://developer.squareup.com/reference/square>.
//!
//! Variables: `SQUARE_WEBHOOK_SECRET` (the ARN of the subscription's signature keys, one on a line),
//! `SQUARE_NOTIFICATION_URL` (the webhook's address exactly as it is entered at Square: it is signed too),
//! `SQUARE_LIVE` (`true` or `false`: events of the other environment are refused), `SQUARE_MERCHANTS` and
//! `SQUARE_LOCATIONS` (the sellers and the locations whose payments are the shop's; all if absent), `SQUARE_API_KEY`
//! (the ARN of the access token for asking Square) and `SQUARE_API_URL`.

mod answer;
mod api;
mod captures;
mod description;
mod events;
mod facts;
mod fields;
mod key;
mod listing;
mod payment;
mod reason;
mod reference;
mod refunds;
mod requests;
pub mod signature;
mod sources;
mod units;
mod webhook;

pub use api::Api;
pub use description::description;
pub use listing::TELLS;
pub use sources::Sources;
pub use units::units;
pub use webhook::Webhook;

use crate::{
    evidence::{Answering, TakesEvidence},
    listing::ListsRefunds,
};
use domain::ledger::RefundStatus;
use jiff::SignedDuration;

pub const NAME: &str = "square";

/// Where a person answers a dispute.
pub const ANSWERING: Answering =
    Answering::ByHand("Square Dashboard → Payments & invoices → Payment disputes → the dispute → Challenge");

impl TakesEvidence for Api {}

impl ListsRefunds for Api {}

/// Square does not publish how long it keeps idempotency keys:
/// <https://developer.squareup.com/forums/t/how-long-are-idempotency-keys-retained-for-the-createpayment-endpoint/28303>.
/// After an hour what was asked for is looked for first, which costs little: a payment has at most 20 refunds.
pub const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// New refunds and changes may take several seconds to be shown:
/// <https://developer.squareup.com/reference/square/refunds-api/list-payment-refunds>. Ten minutes are far more.
pub const SETTLING: SignedDuration = SignedDuration::from_mins(10);

/// Its lists of a day are complete before any day is compared.
pub const LISTED_AFTER: SignedDuration = SignedDuration::ZERO;

/// The status of a refund: <https://developer.squareup.com/reference/square/objects/PaymentRefund>. None: it is
/// unknown.
fn refund_status(text: &str) -> Option<RefundStatus> {
    match text {
        "PENDING" => Some(RefundStatus::Pending),
        "COMPLETED" => Some(RefundStatus::Succeeded),
        "REJECTED" | "FAILED" => Some(RefundStatus::Failed),
        _ => None,
    }
}
