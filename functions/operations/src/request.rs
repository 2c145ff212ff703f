//! The bodies of the requests.

mod key;
mod location;
mod person;

pub use key::CreateKey;
pub use location::PutLocation;
pub use person::PersonRequest;

use api::{Body, Fields};
use domain::{
    ids::{ChannelId, LocationId, OrderId, Sku},
    settings::{Bin, Channel, Product},
    text::{Name, Reason},
    whole::ProductWeight,
};
use std::collections::BTreeMap;

const MAX_BINS: usize = 100;

/// The order that a payment is for.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct AssignPayment {
    /// An order that exists. It takes the money within a minute.
    pub order: OrderId,
}

impl Body for AssignPayment {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self { order: fields.text("order")? })
    }
}

/// Product master data.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PutProduct {
    /// What picklists call it. E-mails use the title that came with the order.
    pub title: Name,
    /// Grams.
    pub weight_g: Option<ProductWeight>,
    /// Where it lies at each location.
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = MAX_BINS)))]
    pub bins: Option<BTreeMap<LocationId, Bin>>,
    /// No more units will come: what is there is sold, and nothing before it is there. False if absent.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub discontinued: bool,
}

/// Why nothing is done about e-mails that did not arrive.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct DismissEmails {
    /// In your own words, for the timeline.
    pub reason: Reason,
}

impl Body for DismissEmails {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self { reason: fields.text("reason")? })
    }
}

/// Why a location takes no new work.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct CloseLocation {
    /// In your own words: `closed` of the location shows it.
    pub reason: Reason,
}

impl Body for CloseLocation {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self { reason: fields.text("reason")? })
    }
}

impl PutProduct {
    pub fn product(self, sku: Sku) -> Product {
        let Self { title, weight_g, bins, discontinued } = self;
        Product {
            sku,
            title,
            weight_g: weight_g.map(ProductWeight::get),
            bins: bins.unwrap_or_default(),
            discontinued,
            changed: None,
        }
    }
}

impl Body for PutProduct {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let title = fields.text("title");
        let weight_g = fields.optional_whole("weight_g");
        let bins: Option<Option<BTreeMap<LocationId, Bin>>> = fields.optional_value("bins");
        if bins.as_ref().is_some_and(|bins| bins.as_ref().is_some_and(|bins| bins.len() > MAX_BINS)) {
            fields.report("bins", format!("must be at most {MAX_BINS} bins"));
        }
        let discontinued = fields.boolean_or("discontinued", false);
        Some(Self { title: title?, weight_g: weight_g?, bins: bins?, discontinued: discontinued? })
    }
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PutChannel {
    /// What people call it. Customers are not shown it.
    pub name: Name,
}

impl PutChannel {
    pub fn channel(self, id: ChannelId) -> Channel {
        Channel { id, name: self.name, changed: None }
    }
}

impl Body for PutChannel {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self { name: fields.text("name")? })
    }
}

#[cfg(test)]
mod tests;
