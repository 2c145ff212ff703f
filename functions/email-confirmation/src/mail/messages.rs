//! Everything that e-mails say, as a catalogue that each language fills in: what one leaves out does not compile.
//!
//! A language is one file of this module. A new one is that file, its `mod` line and its place in `LANGUAGES` here, and
//! its tag among the values that `ShopLanguage` allows in `template.yaml`, which a test asks for. Templates hold no
//! words, so none of them changes. Languages that are written from right to left need a layout that is turned
//! around, besides.
//!
//! A sentence is a whole one, with its full stop, so that each language puts the words in its own order. Amounts, dates
//! and numbers come in as text that is in the language's form already. Where some of a sentence stands out, it is a
//! [`Sentence`].

pub mod english;
pub mod german;

use super::{Money, Parcel, dates::Calendar, money::Numbers, sentence::Sentence};
use jiff::civil::Date;

/// Every language that there is.
pub(super) static LANGUAGES: [&Messages; 2] = [&english::ENGLISH, &german::GERMAN];

/// All that is said in one language.
#[derive(Debug)]
pub struct Messages {
    /// BCP 47.
    pub tag: &'static str,
    pub numbers: Numbers,
    pub calendar: Calendar,
    pub frame: Frame,
    pub contact: Contact,
    pub goods: Goods,
    pub steps: Steps,
    pub payment_confirmed: PaymentConfirmed,
    pub shipped: Shipped,
    pub delivered: Delivered,
    pub order_cancelled: OrderCancelled,
    pub return_received: ReturnReceived,
    pub refund_sent: RefundSent,
}

/// A message with a single value in it.
type With = fn(&str) -> String;

/// What stands around every e-mail.
#[derive(Debug)]
pub struct Frame {
    /// A line of its own, with what follows a salutation. Who is not known by name is greeted all the same.
    pub greeting: fn(Option<&str>) -> Sentence,
    /// Before the ways to reach the shop.
    pub questions: &'static str,
    /// Why the customer gets this: order, shop.
    pub reason: fn(&str, &str) -> String,
}

/// The ways to reach the shop.
#[derive(Debug)]
pub struct Contact {
    pub email: &'static str,
    pub phone: &'static str,
    pub help_page: &'static str,
}

/// What the tables of goods, amounts and addresses say.
#[derive(Debug)]
pub struct Goods {
    pub ordered: &'static str,
    pub sku: With,
    /// How many units.
    pub quantity: With,
    pub shipping: &'static str,
    pub ships_to: &'static str,
}

/// How far it has come, in a word or two that fit into a third of a telephone's width.
#[derive(Debug)]
pub struct Steps {
    pub confirmed: &'static str,
    pub shipped: &'static str,
    pub delivered: &'static str,
    pub requested: &'static str,
    pub received: &'static str,
    pub refunded: &'static str,
}

#[derive(Debug)]
pub struct PaymentConfirmed {
    /// The order.
    pub subject: With,
    /// What was paid, and the days of its arrival.
    pub preheader: fn(&str, Option<&str>) -> String,
    pub title: &'static str,
    /// What was paid, and the order.
    pub opening: fn(&str, &str) -> Sentence,
    pub arrival: &'static str,
    pub arrival_unknown: &'static str,
    pub backordered: &'static str,
    /// How many of how many.
    pub partly_backordered: fn(&str, &str) -> String,
    /// Adds to one of these two that the arrival allows for it.
    pub allowed_for: With,
    pub subtotal: &'static str,
    pub discounts: &'static str,
    pub tax: &'static str,
    pub tax_included: &'static str,
    pub total: &'static str,
}

#[derive(Debug)]
pub struct Shipped {
    /// The order.
    pub subject: With,
    pub subject_of_part: fn(Parcel, &str) -> String,
    /// Carrier, tracking number, and the days of its arrival.
    pub preheader: fn(&str, &str, Option<&str>) -> String,
    pub title: &'static str,
    /// The order.
    pub opening: fn(&str) -> Sentence,
    pub opening_of_part: fn(Parcel, &str) -> Sentence,
    pub arrival: &'static str,
    /// The carrier.
    pub tracking_number: With,
    pub track: &'static str,
    pub contents: &'static str,
}

#[derive(Debug)]
pub struct Delivered {
    /// The order.
    pub subject: With,
    pub subject_of_part: fn(Parcel, &str) -> String,
    /// The day.
    pub preheader: With,
    pub title: &'static str,
    /// The order, and the day.
    pub opening: fn(&str, &str) -> Sentence,
    pub opening_of_part: fn(Parcel, &str, &str) -> Sentence,
    pub question: &'static str,
    pub answer: &'static str,
    pub contents: &'static str,
}

#[derive(Debug)]
pub struct OrderCancelled {
    /// The order.
    pub subject: With,
    /// What goes back.
    pub preheader: With,
    pub preheader_uncharged: &'static str,
    pub title: &'static str,
    /// The order.
    pub opening: fn(&str) -> Sentence,
    pub refund: &'static str,
    pub uncharged: &'static str,
    pub way_back: &'static str,
}

#[derive(Debug)]
pub struct ReturnReceived {
    /// The order.
    pub subject: With,
    pub preheader: &'static str,
    pub title: &'static str,
    /// The order.
    pub opening: fn(&str) -> Sentence,
    pub received: &'static str,
}

#[derive(Debug)]
pub struct RefundSent {
    /// All of it, and the order.
    pub subject: fn(&str, &str) -> String,
    /// All of it.
    pub preheader: With,
    pub title: &'static str,
    /// All of it, and the order.
    pub opening: fn(&str, &str) -> Sentence,
    pub when: &'static str,
    pub soon: &'static str,
    pub way_back: &'static str,
    pub refunded: &'static str,
    pub total: &'static str,
}

/// Values in the language's form.
impl Messages {
    pub(super) fn money(&self, money: &Money) -> String {
        self.numbers.money(*money)
    }

    /// An amount that is taken off.
    pub(super) fn less(&self, money: &Money) -> String {
        self.numbers.money(Money { amount: -money.amount, ..*money })
    }

    pub(super) fn number(&self, number: u32) -> String {
        self.numbers.whole(number.into())
    }

    /// A day of these weeks.
    pub(super) fn day(&self, date: Date) -> String {
        self.calendar.recent(date)
    }
}
