//! AfterShip, Tracking API 2026-07: <https://www.aftership.com/docs/tracking/2026-07/quickstart/api-quick-start>.
//!
//! Each webhook has the whole of what is known of a parcel. It knows no tests.
//!
//! Variables: `AFTERSHIP_WEBHOOK_SECRET` (the ARN of the webhook's secrets, one on a line), `AFTERSHIP_API_URL`
//! (`https://api.aftership.com`) and `AFTERSHIP_API_KEY` (the ARN of the key).

mod api;
mod signature;
mod tracked;

pub use api::Api;
pub(crate) use signature::{HEADER, verify};
pub(crate) use tracked::event;

use crate::states::States;

/// `tag` and `subtag`: <https://www.aftership.com/docs/tracking/2026-07/enum/delivery-sub-statuses>.
pub(crate) static STATES: States = States(include_str!("aftership/states.tsv"));
