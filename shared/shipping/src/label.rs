//! What a service that sells labels is asked, and what it answers.

use domain::{
    fulfillment::{Bought, Offer, Offered},
    placed_order::Address,
};

/// A parcel that a label is wanted for.
#[derive(Debug, Clone, Copy)]
pub struct Shipment<'a> {
    /// Names the purchase at the service. No other purchase has this name, and another attempt at the same one has it again.
    pub reference: &'a str,
    pub from: Party<'a>,
    pub to: Party<'a>,
    pub weight_g: u32,
    /// Length, width and height.
    pub dimensions_mm: [u32; 3],
}

/// Who sends a parcel, or gets it.
#[derive(Debug, Clone, Copy)]
pub struct Party<'a> {
    pub address: &'a Address,
    pub email: Option<&'a str>,
    pub phone: Option<&'a str>,
}

/// What a service offers for a parcel. Asking costs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offers {
    /// `shipment`: what the service calls it; empty if it keeps none.
    Made { shipment: String, offers: Vec<Offer> },
    /// It makes none, and would not if it were asked again: an address is wrong, a parcel is too heavy. Why, for people.
    Refused(String),
}

/// An offer that is taken.
#[derive(Debug, Clone, Copy)]
pub struct Purchase<'a> {
    pub shipment: &'a Shipment<'a>,
    pub offered: &'a Offered,
}

/// What became of a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purchased {
    /// `id`: what the service calls the label, to give it back.
    Bought { id: String, bought: Bought },
    /// Nothing was bought, and nothing will be by this request. Why, for people.
    Refused(String),
    /// The service works on it. What comes of it is found later.
    UnderWay(String),
}

/// What a service says when a label is to go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voided {
    /// It takes the label back, or has done so before, or has taken the request on and tells its customer later.
    Accepted,
    /// It does not. Why, for people.
    Refused(String),
}
