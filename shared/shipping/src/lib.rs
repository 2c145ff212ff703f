//! The services that sell labels, and those that tell what becomes of parcels, whoever carries them.
//!
//! The rest of the system knows no service by name. It finds a [`Service`] by the name in the webhook's address, and asks it for:
//!
//! | what | who asks |
//! |---|---|
//! | [`Webhook`]: verifies a request, and reads what it tells of parcels | `tracking-webhook` |
//! | [`Client`]: follows a parcel, and tells what is known of it now | `parcel-tracking` |
//! | [`Seller`]: offers labels, sells them, and takes them back | `labels`, `documents` |
//!
//! A service is used when `TRACKING_SERVICES` names it (see [`configured`]). Otherwise none of its variables or secrets is read, and
//! its webhook is a 404. Several may tell of parcels; one of them follows those that are handed over: `TRACKED_BY`.
//!
//! A service tells where a parcel is in its own words. Each has a table of them in its folder, `states.tsv`, which says what of it is
//! one of our [`ParcelState`](domain::parcel_state::ParcelState)s. What a label goes through before a carrier has the parcel is none.
//! Nor is a word that the table does not know: it is named in the log, and the rest of what is told counts.
//!
//! A label is bought once, whatever is lost on the way. Each service has its own means for that, which its `labels.rs` tells: one purchase a
//! shipment, a look before each purchase, or a reference that is taken once. An error means that nobody knows.
//!
//! # To add a service
//!
//! 1. Write `src/NAME.rs` and `src/NAME/`, with what [`Webhook`], [`Client`] and [`Seller`] call of a module: `HEADER`, `verify`, `event`,
//!    `is_live` if it knows tests, its table of states; if it follows parcels that others sent, `Api` with `follow`; if it sells labels,
//!    `Labels` with `offers`, `buy`, `find`, `void` and `document`.
//! 2. Add it to [`Service`], and its column to `carriers.tsv`.
//! 3. Declare its variables and secrets in template.yaml: the webhook's for `tracking-webhook`, the API's for `parcel-tracking` and `labels`.
//! 4. Write its stand-in in `infra/local/src/tracking/`, and its rows in `tests/e2e/tests/tracking.rs` and `labels.rs`.

mod account;
mod answers;
mod carriers;
mod client;
mod config;
mod document;
mod fields;
mod label;
mod price;
mod purchase;
mod seller;
mod service;
mod states;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;
mod times;
mod told;
mod wanted;
mod webhook;
mod words;

mod aftership;
mod easypost;
mod sendcloud;
mod shippo;

pub use client::Client;
pub use config::{configured, sellers};
pub use label::{Offers, Party, Purchase, Purchased, Shipment, Voided};
pub use seller::{Seller, Sellers};
pub use service::Service;
pub use told::{Moment, Told};
pub use wanted::{Followed, Wanted};
pub use webhook::{Reading, Webhook, Webhooks};
