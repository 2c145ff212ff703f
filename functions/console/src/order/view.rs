//! An order, as far as its page shows it. The warehouse is told less: what it is not told is absent.

use domain::{
    money::{Amount, Currency},
    parcel_state::ParcelState,
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

macro_rules! view {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Default, Deserialize)]
            #[serde(default)]
            #[allow(clippy::struct_field_names)] // the API's
            pub struct $name { $($(#[$field_meta])* pub $field: $type,)+ }
        )+
    };
}

view! {
    Order {
        id: String,
        channel: String,
        reference: String,
        placed_at: Timestamp,
        status: String,
        payment_status: Option<String>,
        holds: BTreeMap<String, Hold>,
        on_hold: bool,
        fulfillments: BTreeMap<String, String>,
        /// Absent for those who are told no money.
        currency: Option<Currency>,
        total: Amount,
        cancel_reason: Option<String>,
        erasure: Option<Erasure>,
        customer: Option<Customer>,
        shipping_address: Option<Address>,
        billing_address: Option<Address>,
        lines: Vec<Line>,
        shipping: Option<Shipping>,
        shipping_method: Option<String>,
        discount: Option<Discount>,
        tax_included: bool,
        stock: Vec<Place>,
        captured: Amount,
        refunded: Amount,
        payments: BTreeMap<String, Payment>,
        refunds: BTreeMap<String, Refund>,
        invoices: Vec<Invoice>,
        fulfillment_details: Vec<Fulfillment>,
        returns: Vec<Returned>,
        emails: Vec<Email>,
        timeline: Vec<Entry>,
    }
    Hold { since: Timestamp, note: String, }
    Erasure { state: String, }
    Customer { name: String, email: String, phone: Option<String>, }
    Address {
        name: String,
        company: Option<String>,
        line1: String,
        line2: Option<String>,
        postal_code: Option<String>,
        city: Option<String>,
        region: Option<String>,
        country: String,
    }
    Line {
        line: u32,
        sku: String,
        title: String,
        quantity: u32,
        unit_price: Amount,
        tax: Amount,
        total: Amount,
        stocked: bool,
    }
    Shipping { method: String, price: Amount, discount: Amount, tax: Amount, }
    Discount { code: Option<String>, amount: Amount, }
    /// Where some units of a line stand.
    Place {
        line: u32,
        quantity: u32,
        state: String,
        #[serde(rename = "location", alias = "locations", deserialize_with = "names")]
        locations: String,
    }
    Payment {
        currency: Option<Currency>,
        captured: Amount,
        authorized: Option<Authorization>,
        failure: Option<Failure>,
        disputes: BTreeMap<String, Dispute>,
    }
    Authorization { amount: Amount, }
    Failure { code: String, }
    Dispute { status: String, due_by: Option<Timestamp>, }
    Refund { amount: Amount, state: String, reason: Option<String>, }
    Invoice { number: String, kind: String, total: Amount, }
    Fulfillment {
        id: String,
        location: String,
        status: String,
        created_at: Timestamp,
        batch: Option<String>,
        picklist: Vec<PickLine>,
        services: Vec<Service>,
        parcels: Vec<Parcel>,
        open_parcel: Vec<PackedLine>,
        put_back: Vec<PackedLine>,
    }
    PickLine {
        line: u32,
        sku: String,
        title: String,
        bin: Option<String>,
        quantity: u32,
        picked: Option<u32>,
        scanned: u32,
    }
    Service { title: String, quantity: u32, }
    PackedLine { line: u32, quantity: u32, }
    Parcel {
        id: String,
        state: String,
        contents: Vec<PackedLine>,
        weight_g: u32,
        shipment: Option<Shipment>,
        tracking_page: Option<String>,
        tracking_doubt: Option<String>,
        resolution: Option<Value>,
    }
    Shipment { carrier: String, tracking_number: String, }
    Returned {
        id: String,
        status: String,
        requested_at: Timestamp,
        lines: Vec<ReturnedLine>,
        refund: Option<Amount>,
        to_approve: Option<Amount>,
    }
    ReturnedLine { line: u32, sku: String, quantity: u32, reason: String, received: u32, inspected: Vec<Inspected>, }
    Inspected { quantity: u32, disposition: String, }
    Email { kind: String, attempts: u32, reports: Vec<String>, unreached_since: Option<Timestamp>, }
    Entry { at: Timestamp, by: String, what: String, about: String, note: String, }
    Locations { locations: Vec<Location>, }
    Location { id: String, name: String, }
}

/// One name, or several.
fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(name) => name,
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    })
}

impl Order {
    pub fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "completed" | "cancelled" | "expired")
    }

    /// Whether nobody may work on it. What is missing on a shelf does not keep people from sending the rest.
    pub fn is_held(&self) -> bool {
        self.on_hold || self.holds.keys().any(|reason| reason != "inventory_out_of_stock")
    }

    pub fn currency_code(&self) -> &str {
        self.currency.as_ref().map(Currency::as_str).unwrap_or_default()
    }

    /// Where the units of a line stand.
    pub fn places(&self, line: &u32) -> Vec<&Place> {
        self.stock.iter().filter(|place| place.line == *line).collect()
    }

    /// What a line is called. The warehouse knows lines by picklists only.
    pub fn title_of<'o>(&'o self, line: &u32, sku: &'o str) -> &'o str {
        let own = self.lines.iter().find(|own| own.line == *line).map(|own| own.title.as_str());
        let picked = || {
            let lines = self.fulfillment_details.iter().flat_map(|part| &part.picklist);
            lines.into_iter().find(|own| own.line == *line).map(|own| own.title.as_str())
        };
        own.or_else(picked).unwrap_or(sku)
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Entry> {
        self.timeline.iter().rev()
    }

    pub fn parcels(&self) -> impl Iterator<Item = &Parcel> {
        self.fulfillment_details.iter().flat_map(|part| &part.parcels)
    }
}

impl PickLine {
    /// Units that were taken from their bin, as far as anybody has told.
    pub fn taken(&self) -> u32 {
        self.picked.unwrap_or(self.scanned)
    }
}

impl Entry {
    pub fn is_of_a_person(&self) -> bool {
        self.by.contains(':')
    }
}

impl Shipping {
    /// What it costs the customer.
    pub fn cost(&self, tax_included: &bool) -> Amount {
        self.price - self.discount + if *tax_included { 0 } else { self.tax }
    }
}

impl Discount {
    pub fn minus(&self) -> Amount {
        -self.amount
    }
}

impl Refund {
    pub fn minus(&self) -> Amount {
        -self.amount
    }
}

impl Payment {
    pub fn currency_or<'p>(&'p self, other: &'p Currency) -> &'p Currency {
        self.currency.as_ref().unwrap_or(other)
    }
}

impl Parcel {
    /// Whether a person has to decide what is done about it.
    pub fn is_in_trouble(&self) -> bool {
        self.resolution.is_none() && self.state.parse().is_ok_and(ParcelState::is_exception)
    }
}

impl Address {
    /// What stands on the parcel, line by line.
    pub fn lines(&self) -> Vec<String> {
        let town = [&self.postal_code, &self.city].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let all = [
            Some(self.name.clone()),
            self.company.clone(),
            Some(self.line1.clone()),
            self.line2.clone(),
            Some(town),
            self.region.clone(),
            Some(self.country.clone()),
        ];
        all.into_iter().flatten().filter(|line| !line.is_empty()).collect()
    }
}
