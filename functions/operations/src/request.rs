//! The bodies of the requests.

mod bank;
mod key;
mod location;
mod person;
mod seller;

pub use bank::{DebtorAccount, ExportRefunds, ImportStatement};
pub use key::CreateKey;
pub use location::PutLocation;
pub use person::PersonRequest;
pub use seller::PutSeller;

use api::{Body, Fields};
use domain::{
    ids::{Barcode, ChannelId, LocationId, OrderId, SellerId, Sku},
    product_code::{MAX_CODES, ProductCode},
    settings::{Bin, Channel, Product},
    text::{Name, Reason},
    whole::{PackUnits, ProductWeight},
};
use std::collections::{BTreeMap, BTreeSet};

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

/// What was found out about a difference from a payment provider's list.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct SettleDifference {
    /// Why they differ, in your own words. It is emptied when the data of the order's customer is erased.
    pub note: Reason,
}

impl Body for SettleDifference {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self { note: fields.text("note")? })
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
    /// What scanners read on it; a code belongs to one product at most. If absent, the codes stay as they were; an empty list
    /// takes them away.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_CODES)))]
    pub codes: Option<Vec<PutCode>>,
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
        let Self { title, weight_g, bins, codes, discontinued } = self;
        Product {
            sku,
            title,
            weight_g: weight_g.map(ProductWeight::get),
            bins: bins.unwrap_or_default(),
            codes: codes.into_iter().flatten().map(ProductCode::from).collect(),
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
        let codes = fields.optional_list("codes", 0..=MAX_CODES, |fields| {
            let (code, units) = (fields.text("code"), fields.optional_whole("units"));
            Some(PutCode { code: code?, units: units? })
        });
        let named = || codes.iter().flatten().flatten().map(|own| own.code.key());
        if named().collect::<BTreeSet<_>>().len() < named().count() {
            fields.report("codes", "names a code twice; zeros before a number of GS1 make no difference");
        }
        let discontinued = fields.boolean_or("discontinued", false);
        let (title, weight_g, bins) = (title?, weight_g?, bins?);
        Some(Self { title, weight_g, bins, codes: codes?, discontinued: discontinued? })
    }
}

/// A barcode that a product is given.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone)]
pub struct PutCode {
    /// As it is printed. A number of GS1 whose check digit is wrong is taken, and the answer doubts it.
    pub code: Barcode,
    /// For how many units it stands: 12 for the box of a dozen. 1 if absent.
    pub units: Option<PackUnits>,
}

impl From<PutCode> for ProductCode {
    fn from(PutCode { code, units }: PutCode) -> Self {
        Self { code, units: units.map_or(1, PackUnits::get) }
    }
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PutChannel {
    /// What people call it. Customers are not shown it.
    pub name: Name,
    /// Who sells there, and issues the invoices. Without one, they are issued elsewhere.
    pub seller: Option<SellerId>,
}

impl PutChannel {
    pub fn channel(self, id: ChannelId) -> Channel {
        Channel { id, name: self.name, seller: self.seller, connection: None, changed: None }
    }
}

impl Body for PutChannel {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (name, seller) = (fields.text("name"), fields.restriction("seller"));
        Some(Self { name: name?, seller: seller? })
    }
}

#[cfg(test)]
mod tests;
