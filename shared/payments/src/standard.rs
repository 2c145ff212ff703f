//! Standard Webhooks (<https://www.standardwebhooks.com>): any other payment provider, or the merchant's own systems.
//!
//! The scheme of the signatures is Standard Webhooks', and what the events say is Orderly's own contract: `events` has the
//! types, `schema` their JSON Schema. An event tells how something is, and not by how much it changed. So a sender may
//! repeat an event, under the same `webhook-id` or another, and send events in any order. What it knows again changes nothing.
//!
//! Nobody but the merchant's system can move the money, so refunds, captures and voids go out as webhooks of the same kind,
//! if the merchant names an address for them: see `requests`.
//!
//! Variables: `STANDARD_WEBHOOK_SECRET` (the ARN of the keys that verify events, one on a line: secrets, `whsec_…`, and
//! public keys, `whpk_…`), `STANDARD_LIVE` (`true` or `false`: events of the other mode are refused),
//! `STANDARD_REQUESTS_URL` (where requests are posted; may be absent) and `STANDARD_REQUESTS_SECRET` (the ARN of the secrets
//! that sign requests, one on a line).

mod api;
mod description;
mod events;
mod fields;
mod requests;
mod schema;
mod webhook;

pub use api::Api;
pub use description::description;
pub use webhook::Webhook;

use crate::units::Units;
use crate::{
    evidence::{Answering, TakesEvidence},
    listing::ListsRefunds,
};
use domain::{books::MovementKind, money::Currency};
use jiff::SignedDuration;

pub const NAME: &str = "standard";

/// Where a person answers a dispute.
pub const ANSWERING: Answering = Answering::ByHand("your own system that tells of the dispute");

impl TakesEvidence for Api {}

impl ListsRefunds for Api {}

/// The contract asks the receiver to know a request's id for ever. Ten years are longer than anything stays owed.
pub const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

/// An answer counts at once: the receiver is not asked what became of a request by any other way.
pub const SETTLING: SignedDuration = SignedDuration::ZERO;

/// There is no list.
pub const LISTED_AFTER: SignedDuration = SignedDuration::ZERO;

/// See [`Api::payment`]: nothing.
pub const TELLS: &[MovementKind] = &[];

/// Amounts are told as Orderly counts them, in the minor units of ISO 4217, whatever the currency.
pub fn units(_: Currency) -> Units {
    Units::new(1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_currency_is_counted_as_orderly_counts_it() {
        for code in ["EUR", "JPY", "KWD", "ISK", "UGX", "MGA", "CLP"] {
            #[allow(clippy::unwrap_used)]
            let counted = units(code.parse().unwrap());
            for amount in [0, 1, 5, 99, 1450] {
                assert_eq!(counted.to_provider(amount), Some(amount), "{code}");
                assert_eq!(counted.from_provider(amount), Some(amount), "{code}");
            }
            assert_eq!(counted.step(), 1, "{code}");
        }
    }
}
