//! Shippo: <https://docs.goshippo.com/docs/Tracking/Tracking>.
//!
//! Its webhooks are signed only if Shippo was asked to: <https://docs.goshippo.com/tracking/webhook-security>. Otherwise all that tells
//! them from a stranger's is a token in their address, which ends up in logs. Here they must be signed.
//!
//! Variables: `SHIPPO_WEBHOOK_SECRET` (the ARN of the secrets that Shippo gave, one on a line), `SHIPPO_LIVE` (`true` or `false`: parcels
//! of the other mode are refused), `SHIPPO_API_URL` (`https://api.goshippo.com`) and `SHIPPO_API_KEY` (the ARN of the token, which is of
//! the same mode).

mod api;
mod labels;
mod signature;
mod track;

pub use api::Api;
pub use labels::Labels;
pub(crate) use signature::{HEADER, verify};
pub(crate) use track::{event, is_live};

use crate::states::States;

/// `status` and `substatus.code`: <https://docs.goshippo.com/docs/Tracking/Tracking>.
pub(crate) static STATES: States = States(include_str!("shippo/states.tsv"));
