//! An order as a sales channel tells it. Its customer has bought, so it is a fact: whatever of it does not fit is told to a person,
//! and nothing of it is guessed.

use super::money::{Amount, Currency};
use jiff::Timestamp;

/// An order, as its channel knows it at one moment. Texts are as the channel has them; amounts are in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelOrder {
    /// The channel's id of it, which never changes: its reference here.
    pub id: String,
    /// What people call it at the channel. It may not be unique.
    pub number: String,
    pub placed_at: Timestamp,
    /// Of what is told about the order, the latest counts.
    pub changed_at: Timestamp,
    pub stage: Stage,
    /// It was placed to try the shop out: it takes no stock, and is not sent.
    pub is_test: bool,
    pub currency: Currency,
    pub customer: Buyer,
    /// Where it goes. Nothing is sent where a shop sells services alone, or over its counter.
    pub ships_to: Option<PostalAddress>,
    pub bills_to: Option<PostalAddress>,
    pub lines: Vec<Bought>,
    /// What is charged beside the goods: gift wrap, a surcharge. One below 0 is a discount.
    pub fees: Vec<Charge>,
    pub shipping: Vec<Charge>,
    /// Whether the amounts of lines, fees and shipping contain their tax.
    pub tax_included: bool,
    /// What the customer pays for everything.
    pub total: Amount,
    pub payment: Option<ChannelPayment>,
    pub refunds: Vec<ChannelRefund>,
    /// What could not be read without guessing, in words for a person, who decides about the order.
    pub doubts: Vec<String>,
}

/// How far the channel says that an order is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Its customer is still buying: it is no order yet.
    Draft,
    /// It waits for its payment.
    Unpaid,
    /// It is to be sent.
    Accepted,
    Cancelled,
    /// All of its money has gone back.
    Refunded,
    /// A status that nobody has told Orderly the meaning of.
    Unknown(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buyer {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// BCP 47.
    pub locale: Option<String>,
}

/// An address. What the channel has not is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostalAddress {
    pub name: String,
    pub company: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub postal_code: String,
    pub region: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// A line of an order: its units, and what the channel charges for all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The channel's id of the line, which stays while the order is edited.
    pub id: String,
    /// The channel's id of what is bought.
    pub listing: String,
    /// None: the merchant has given it none.
    pub sku: Option<String>,
    pub title: String,
    pub quantity: u32,
    /// Before discounts.
    pub subtotal: Amount,
    /// After discounts.
    pub total: Amount,
    pub tax: Amount,
    /// In hundredths of a percent, if it is one rate.
    pub tax_rate: Option<u16>,
    /// Whether it comes from stock. A gift card and a download do not.
    pub stocked: bool,
}

/// What is charged beside goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    pub title: String,
    /// Before discounts.
    pub subtotal: Amount,
    /// After discounts.
    pub total: Amount,
    pub tax: Amount,
    /// In hundredths of a percent, if it is one rate.
    pub tax_rate: Option<u16>,
}

/// How the customer pays at the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelPayment {
    pub standing: PaymentStanding,
    /// What it is called, for people: `Cash on delivery`.
    pub method: String,
    pub amount: Amount,
    /// When the money came.
    pub at: Option<Timestamp>,
}

/// Where the money of an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStanding {
    /// The channel, or its payment provider, has it.
    Received,
    /// It is on its way: a bank transfer.
    Expected,
    /// It comes later, and the order goes on without it: at the door.
    OnAccount,
}

/// Money that the channel has given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRefund {
    pub id: String,
    pub at: Timestamp,
    pub amount: Amount,
    /// Whether the channel had its payment provider pay it back. Otherwise people see to that, or it is under way.
    pub is_paid: bool,
    pub reason: String,
    /// Units that it is about, by the channel's ids of lines.
    pub lines: Vec<(String, u32)>,
}

impl ChannelOrder {
    /// What its parts add up to.
    pub fn sum(&self) -> Option<Amount> {
        let taxed = |total: Amount, tax: Amount| if self.tax_included { Some(total) } else { total.checked_add(tax) };
        let lines = self.lines.iter().map(|line| taxed(line.total, line.tax));
        let charges = self.fees.iter().chain(&self.shipping).map(|charge| taxed(charge.total, charge.tax));
        lines.chain(charges).try_fold(0, |sum: Amount, part| sum.checked_add(part?))
    }
}
