//! Adyen: <https://docs.adyen.com/online-payments>.
//!
//! Variables of the webhook: `ADYEN_HMAC_KEYS` (the ARN of the endpoint's HMAC keys, one on a line, two while one is
//! rolled), `ADYEN_LIVE` (`true` or `false`: events of the other environment are refused), `ADYEN_MERCHANT_ACCOUNT`
//! (events of other accounts are left out), `ADYEN_CAPTURES` (`automatic` or `manual`, as the account is set),
//! `ADYEN_CAPTURES_OTHERWISE` (payment methods that are captured the other way), `ADYEN_SEVERAL_CAPTURES` (payment methods
//! with multiple partial captures) and `ADYEN_WEBHOOK_CREDENTIALS` (the ARN of `user:password`, one on a line).
//!
//! Variables of the API: `ADYEN_API_KEY` (the ARN of the key), `ADYEN_API_URL` and `ADYEN_MERCHANT_ACCOUNT`. Where the books are
//! compared, also `ADYEN_REPORTS_URL` (where reports are downloaded), `ADYEN_REPORT_KEY` (the ARN of the report user's key),
//! `ADYEN_CAPTURES` and `ADYEN_CAPTURES_OTHERWISE`.

mod accounting;
mod api;
mod basic_auth;
mod captures;
mod delivery;
mod description;
mod disputes;
mod events;
mod fields;
mod listing;
mod references;
mod refusals;
mod reports;
mod requests;
pub mod signature;
mod units;
mod validity;
mod webhook;
mod zones;

pub use api::Api;
pub use captures::Captures;
pub use description::description;
pub use listing::LISTED_AFTER;
pub use units::units;
pub use webhook::Webhook;

use crate::{
    evidence::{Answering, TakesEvidence},
    listing::ListsRefunds,
};
use domain::books::MovementKind;
use jiff::SignedDuration;

pub const NAME: &str = "adyen";

/// Where a person answers a dispute.
pub const ANSWERING: Answering = Answering::ByHand("Customer Area → Revenue & risk → Disputes → the dispute → Defend");

impl TakesEvidence for Api {}

impl ListsRefunds for Api {}

/// Adyen keeps idempotency keys for at least seven days:
/// <https://docs.adyen.com/development-resources/api-idempotency#key-scope-and-validity-time>. One hour less is safe.
pub const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24 - 1);

/// Adyen has nothing to look a request up with, so nothing is ever said to be certain after this time. It is how long
/// Adyen simulates a late failure at most:
/// <https://docs.adyen.com/development-resources/testing/payments-and-modifications>.
pub const SETTLING: SignedDuration = SignedDuration::from_hours(24);

/// See [`Api::payment`]: nothing.
pub const TELLS: &[MovementKind] = &[];

/// The environment variable with the name of the merchant account.
const MERCHANT_ACCOUNT: &str = "ADYEN_MERCHANT_ACCOUNT";
