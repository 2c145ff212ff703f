//! Stand-ins of the services that sell labels, and tell what becomes of parcels: one file each, and what they share.
//!
//! The [`depot`] knows what happens to every parcel, as carriers do. A service follows the parcels that somebody registered there, and
//! tells of each change by a signed webhook, in its own words. People, tests and the simulation say at the [`desk`] what happens. A
//! service follows its documentation and shares no code with `shared/shipping`, so that it checks that code independently.

mod aftership;
mod counter;
mod depot;
mod desk;
mod easypost;
mod paper;
mod sendcloud;
mod service;
mod shippo;
mod stand_ins;
mod tariff;
#[cfg(test)]
mod tests;
mod wall;

pub use crate::outside::{DeliveryError, Disorder, Webhook};
pub use counter::SoldLabel;
pub use depot::{Happened, Happening};
pub use service::Service;

pub(crate) use sendcloud::secret;
pub use stand_ins::{Embedded, StandIns, StandInsConfig, embedded, parameters};
