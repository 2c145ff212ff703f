//! Everything that e-mails say, as a catalog that each language fills in. A missing message does not compile.
//!
//! Each language is one file of this module. A new language needs that file, its `mod` line and its place in
//! `LANGUAGES` here, its countries (`domain::postal`), and its tag among the allowed values of
//! `ShopLanguage` in `template.yaml`, which a test checks.
//! Templates hold no words, so none of them changes. A right-to-left language also needs a mirrored layout.
//!
//! Each sentence is complete, with its full stop, so that each language can choose its own word order. Amounts, dates
//! and numbers arrive as text in the form of the language. A sentence with emphasized parts is a [`Sentence`].

pub mod english;
pub mod german;

use super::{Money, Parcel, RefundedFor, Trouble, dates::Calendar, money::Numbers, sentence::Sentence};
use domain::{attention::WaitingFor, postal::CountryNames};
use jiff::civil::Date;

/// All languages.
pub(super) static LANGUAGES: [&Messages; 2] = [&english::ENGLISH, &german::GERMAN];

/// All messages of one language.
#[derive(Debug)]
pub struct Messages {
    /// BCP 47.
    pub tag: &'static str,
    pub numbers: Numbers,
    pub calendar: Calendar,
    pub countries: CountryNames,
    pub frame: Frame,
    pub contact: Contact,
    pub goods: Goods,
    pub steps: Steps,
    pub payment_confirmed: PaymentConfirmed,
    pub shipped: Shipped,
    pub delivered: Delivered,
    pub tracking_corrected: TrackingCorrected,
    pub parcel_trouble: ParcelTrouble,
    pub order_edited: OrderEdited,
    pub order_cancelled: OrderCancelled,
    pub return_received: ReturnReceived,
    pub refund_sent: RefundSent,
    pub digest: Digest,
}

/// What the merchant is told of what waits for people.
#[derive(Debug)]
pub struct Digest {
    /// Takes how many wait, and the shop.
    pub subject: fn(usize, &str) -> String,
    pub opening: &'static str,
    /// What waits. A reason without words does not compile.
    pub waiting: fn(WaitingFor) -> &'static str,
    /// Takes the moment since when the first of them waits.
    pub since: With,
    /// Follows the names of some; takes how many others there are.
    pub and_more: fn(usize) -> String,
    /// Where all of it is.
    pub more: &'static str,
}

/// A message that contains one value.
type With = fn(&str) -> String;

/// The frame of every e-mail.
#[derive(Debug)]
pub struct Frame {
    /// A line of its own, with the punctuation of a salutation. It also greets a customer without a known name.
    pub greeting: fn(Option<&str>) -> Sentence,
    /// Comes before the ways to reach the shop.
    pub questions: &'static str,
    /// Why the customer gets this e-mail. Takes the order and the shop.
    pub reason: fn(&str, &str) -> String,
}

/// The ways to reach the shop.
#[derive(Debug)]
pub struct Contact {
    pub email: &'static str,
    pub phone: &'static str,
    pub help_page: &'static str,
}

/// The labels in the tables of goods, amounts and addresses.
#[derive(Debug)]
pub struct Goods {
    pub subtotal: &'static str,
    pub discounts: &'static str,
    pub tax: &'static str,
    pub tax_included: &'static str,
    pub ordered: &'static str,
    pub sku: With,
    /// The number of units.
    pub quantity: With,
    pub shipping: &'static str,
    pub ships_to: &'static str,
}

/// The progress of the order, in one or two words that fit a third of a phone's width.
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
    /// Takes the order.
    pub subject: With,
    pub title: &'static str,
    pub paid: ConfirmedMoney,
    /// The money is there only when the order is sent.
    pub authorized: ConfirmedMoney,
    pub arrival: &'static str,
    pub arrival_unknown: &'static str,
    pub backordered: &'static str,
    /// Takes the number on backorder, and the number ordered.
    pub partly_backordered: fn(&str, &str) -> String,
    /// Adds to either of these two that the arrival allows for it.
    pub allowed_for: With,
}

/// What a confirmation says of the money.
#[derive(Debug)]
pub struct ConfirmedMoney {
    /// Takes the amount, and the days of arrival.
    pub preheader: fn(&str, Option<&str>) -> String,
    /// Takes the amount, and the order.
    pub opening: fn(&str, &str) -> Sentence,
    /// The same, if nothing is sent.
    pub opening_without_goods: fn(&str, &str) -> Sentence,
    pub total: &'static str,
}

#[derive(Debug)]
pub struct Shipped {
    /// Takes the order.
    pub subject: With,
    pub subject_of_part: fn(Parcel, &str) -> String,
    /// Takes the carrier, the tracking number, and the days of arrival.
    pub preheader: fn(&str, &str, Option<&str>) -> String,
    pub title: &'static str,
    /// Takes the order.
    pub opening: fn(&str) -> Sentence,
    pub opening_of_part: fn(Parcel, &str) -> Sentence,
    pub arrival: &'static str,
    /// Takes the carrier.
    pub tracking_number: With,
    pub track: &'static str,
    pub contents: &'static str,
}

#[derive(Debug)]
pub struct Delivered {
    /// Takes the order.
    pub subject: With,
    pub subject_of_part: fn(Parcel, &str) -> String,
    /// Takes the day.
    pub preheader: With,
    pub title: &'static str,
    /// Takes the order and the day.
    pub opening: fn(&str, &str) -> Sentence,
    pub opening_of_part: fn(Parcel, &str, &str) -> Sentence,
    pub question: &'static str,
    pub answer: &'static str,
    pub contents: &'static str,
}

/// Its labels are those of [`Shipped`].
#[derive(Debug)]
pub struct TrackingCorrected {
    /// Takes the order.
    pub subject: With,
    /// Takes the carrier and the tracking number.
    pub preheader: fn(&str, &str) -> String,
    pub title: &'static str,
    /// Takes the order.
    pub opening: fn(&str) -> Sentence,
}

#[derive(Debug)]
pub struct ParcelTrouble {
    /// Takes the order.
    pub subject: fn(Trouble, &str) -> String,
    pub title: fn(Trouble) -> &'static str,
    /// Takes the order.
    pub opening: fn(Trouble, &str) -> Sentence,
    pub question: &'static str,
    /// What happens next.
    pub next: fn(Trouble) -> &'static str,
}

#[derive(Debug)]
pub struct OrderCancelled {
    /// Of an order of which nothing had left.
    pub whole: Cancelled,
    /// Of what had not left.
    pub rest: Cancelled,
    pub payment: &'static str,
    // What becomes of the payment: without a full stop.
    pub uncharged: &'static str,
    /// Takes the amount.
    pub refunding: With,
    /// Takes the amount that goes back now, and the one that went back before.
    pub refunding_rest: fn(&str, &str) -> String,
    /// Takes the amount.
    pub refunded: With,
    pub to_be_settled: &'static str,
    pub way_back: &'static str,
}

/// What is said of a cancellation.
#[derive(Debug)]
pub struct Cancelled {
    /// Takes the order.
    pub subject: With,
    pub title: &'static str,
    /// Takes the order.
    pub opening: fn(&str) -> Sentence,
    /// The heading of what does not come.
    pub goods: &'static str,
}

#[derive(Debug)]
pub struct OrderEdited {
    /// Takes the order.
    pub subject: With,
    /// Takes the total.
    pub preheader: With,
    pub title: &'static str,
    /// Takes the order.
    pub opening: fn(&str) -> Sentence,
    pub payment: &'static str,
    pub unchanged: &'static str,
    /// Takes the amount.
    pub refunded: With,
    pub due: With,
    pub total: &'static str,
}

#[derive(Debug)]
pub struct ReturnReceived {
    /// Takes the order.
    pub subject: With,
    pub preheader: &'static str,
    pub title: &'static str,
    /// Takes the order.
    pub opening: fn(&str) -> Sentence,
    pub received: &'static str,
}

#[derive(Debug)]
pub struct RefundSent {
    /// Takes the whole refund, and the order.
    pub subject: fn(&str, &str) -> String,
    /// Takes the whole refund.
    pub preheader: With,
    pub title: &'static str,
    /// Takes the whole refund, and the order.
    pub opening: fn(&str, &str) -> Sentence,
    pub when: &'static str,
    pub soon: &'static str,
    pub way_back: &'static str,
    pub refunded: &'static str,
    /// What the refund is for, where it is for no goods in particular.
    pub cause: fn(RefundedFor) -> &'static str,
    pub deduction: &'static str,
    pub total: &'static str,
}

/// Values in the form of the language.
impl Messages {
    pub(super) fn money(&self, money: &Money) -> String {
        self.numbers.money(*money)
    }

    /// An amount that is subtracted.
    pub(super) fn less(&self, money: &Money) -> String {
        self.numbers.money(Money { amount: -money.amount, ..*money })
    }

    pub(super) fn number(&self, number: u32) -> String {
        self.numbers.whole(number.into())
    }

    /// A day near today.
    pub(super) fn day(&self, date: Date) -> String {
        self.calendar.recent(date)
    }
}
