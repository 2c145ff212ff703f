//! EasyPost: <https://docs.easypost.com/docs/trackers>.
//!
//! A tracker holds all that is known of a parcel, and each webhook has the whole of it.
//!
//! Variables: `EASYPOST_WEBHOOK_SECRET` (the ARN of the webhook's secrets, one on a line), `EASYPOST_LIVE` (`true` or `false`: trackers
//! of the other mode are refused), `EASYPOST_API_URL` (`https://api.easypost.com`) and `EASYPOST_API_KEY` (the ARN of the key, which is
//! of the same mode).

mod api;
mod labels;
mod signature;
mod tracker;

pub use api::Api;
pub use labels::Labels;
pub(crate) use signature::{HEADER, verify};
pub(crate) use tracker::{event, is_live};

use crate::states::States;

/// `status` and `status_detail`: <https://docs.easypost.com/guides/tracking-guide>.
pub(crate) static STATES: States = States(include_str!("easypost/states.tsv"));
