//! The customer e-mails: the data that each kind needs, and how it is rendered.
//!
//! Their words are in `messages`, one file per language. Their structure and looks are in `templates/`, as `KIND.html`
//! and `KIND.txt`, for people to edit. `wording` combines the two.

pub mod dates;
pub(crate) mod digest;
pub mod escape;
pub mod language;
pub mod messages;
pub mod money;
pub mod samples;
mod sentence;
mod text;
mod wording;

use askama::Template;
use domain::{contact::WebUrl, placed_order::Address};
use jiff::civil::Date;
use messages::Messages;
use sentence::Span;

pub use dates::DateRange;
pub use language::Language;
pub use money::Money;

/// An e-mail, ready to be sent as `multipart/alternative`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line without control characters, so that it cannot start another header.
    pub subject: String,
    pub html: String,
    /// Says the same as `html`. Lines have at most 72 characters, unless a word is longer.
    pub text: String,
}

/// The shop as its customers know it.
#[derive(Debug, Clone)]
pub struct Shop {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub help_page: Option<WebUrl>,
    /// For customers whose own language there are no messages in.
    pub language: Language,
}

/// What all kinds of e-mail say about the order.
#[derive(Debug, Clone)]
pub struct Order {
    /// The number that the customer knows it by.
    pub number: String,
    /// The name to greet. `None` greets nobody by name.
    pub customer: Option<String>,
}

/// Some units of a product.
#[derive(Debug, Clone)]
pub struct Line {
    pub sku: String,
    pub title: String,
    pub quantity: u32,
}

/// A product as it was ordered.
#[derive(Debug, Clone)]
pub struct PricedLine {
    pub sku: String,
    pub title: String,
    pub quantity: u32,
    /// How many of `quantity` are on backorder.
    pub backordered: u32,
    pub unit_price: Money,
    pub total: Money,
}

#[derive(Debug, Clone)]
pub struct Totals {
    pub subtotal: Money,
    /// The sum of the discounts, without a sign.
    pub discounts: Option<Money>,
    pub shipping: Money,
    pub tax: Money,
    /// Whether the prices already contain the tax.
    pub tax_included: bool,
    pub total: Money,
}

/// The place of a parcel among those of its order that have left.
#[derive(Debug, Clone, Copy)]
pub struct Parcel {
    /// From 1. It never changes.
    pub number: usize,
    /// How many there are. None while more is to be sent.
    pub total: Option<usize>,
}

impl Parcel {
    fn is_part(self) -> bool {
        self.total != Some(1)
    }
}

/// The payment has arrived.
#[derive(Debug, Clone)]
pub struct PaymentConfirmed {
    pub order: Order,
    pub lines: Vec<PricedLine>,
    pub totals: Totals,
    /// Whether the money is there. Otherwise it is authorized, and captured when the order is sent.
    pub is_paid: bool,
    /// Whether goods are sent.
    pub ships: bool,
    /// `None` while nobody knows. The customer is told so.
    pub arrival: Option<DateRange>,
    pub ship_to: Address,
}

/// One parcel is with the carrier.
#[derive(Debug, Clone)]
pub struct Shipped {
    pub order: Order,
    pub parcel: Parcel,
    pub lines: Vec<Line>,
    pub carrier: String,
    pub tracking_number: String,
    pub tracking_page: Option<WebUrl>,
    pub arrival: Option<DateRange>,
    pub ship_to: Address,
}

/// One parcel has arrived. The e-mail asks whether all is well.
#[derive(Debug, Clone)]
pub struct Delivered {
    pub order: Order,
    pub parcel: Parcel,
    pub lines: Vec<Line>,
    pub delivered_on: Date,
}

/// A parcel can be followed in another way than the customer was told.
#[derive(Debug, Clone)]
pub struct TrackingCorrected {
    pub order: Order,
    pub lines: Vec<Line>,
    pub carrier: String,
    pub tracking_number: String,
    pub tracking_page: Option<WebUrl>,
}

/// One parcel is late, was not taken, or will not arrive. The e-mail tells what happens next.
#[derive(Debug, Clone)]
pub struct ParcelTrouble {
    pub order: Order,
    pub lines: Vec<Line>,
    pub trouble: Trouble,
    /// How it is followed. None: it will not arrive.
    pub tracking: Option<Tracking>,
}

/// How a parcel is followed.
#[derive(Debug, Clone)]
pub struct Tracking {
    pub carrier: String,
    pub number: String,
    pub page: Option<WebUrl>,
}

/// What is wrong with a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody was there to take it.
    AttemptFailed,
    /// Its customer gets it from a shop, a post office or a locker.
    AwaitingPickup,
    Delayed,
    Damaged,
    /// It was not taken, or came back.
    Returned,
    Lost,
}

/// An order, or what had not left of it, is cancelled.
#[derive(Debug, Clone)]
pub struct OrderCancelled {
    pub order: Order,
    /// Whether a part of the order had left before.
    pub is_rest: bool,
    /// What does not come.
    pub lines: Vec<Line>,
    pub payment: CancelledPayment,
}

/// What becomes of the money of what is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelledPayment {
    /// Nothing was ever taken.
    Uncharged,
    Refunding(Money),
    /// Some went back before, and the rest goes now.
    RefundingRest {
        now: Money,
        before: Money,
    },
    /// It all went back before.
    Refunded(Money),
    /// A person has to look: nothing is promised that may not be kept.
    ToBeSettled,
}

/// Lines, an address or the shipping were changed. It tells the order as it is now.
#[derive(Debug, Clone)]
pub struct OrderEdited {
    pub order: Order,
    pub lines: Vec<PricedLine>,
    pub totals: Totals,
    /// What is refunded, or what is still due.
    pub difference: Difference,
    pub ship_to: Address,
}

/// What a changed order costs less or more.
#[derive(Debug, Clone)]
pub enum Difference {
    None,
    Refunded(Money),
    Due(Money),
}

/// A return is back in the warehouse and will be inspected.
#[derive(Debug, Clone)]
pub struct ReturnReceived {
    pub order: Order,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone)]
pub struct RefundSent {
    pub order: Order,
    pub cause: RefundedFor,
    /// The goods that it is for, if it is for some.
    pub lines: Vec<RefundedLine>,
    /// The part of the refund for shipping.
    pub shipping: Option<Money>,
    /// What was taken off.
    pub deduction: Option<Money>,
    /// The whole refund.
    pub total: Money,
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundedFor {
    Cancellation,
    /// What could not be sent was cancelled.
    Unsent,
    /// The order was changed, and costs less.
    Edit,
    /// More was paid than was due.
    Surplus,
    Return,
    /// A parcel did not arrive.
    Undelivered,
    /// Somebody decided so, here or at the provider.
    Other,
}

#[derive(Debug, Clone)]
pub struct RefundedLine {
    pub sku: String,
    pub title: String,
    pub quantity: u32,
    /// None if the refund is only a part of what the lines cost.
    pub amount: Option<Money>,
}

/// Declares the templates of a kind, and its `render`.
macro_rules! kind {
    ($kind:ident, $html:literal, $text:literal) => {
        impl $kind {
            pub fn render(&self, shop: &Shop, language: Language) -> Result<Rendered, askama::Error> {
                #[derive(Template)]
                #[template(path = $text)]
                struct Text<'a> {
                    messages: &'static Messages,
                    shop: &'a Shop,
                    mail: &'a $kind,
                }
                #[derive(Template)]
                #[template(path = $html)]
                struct Html<'a> {
                    messages: &'static Messages,
                    subject: &'a str,
                    shop: &'a Shop,
                    mail: &'a $kind,
                }
                let messages = language.messages();
                let subject = text::one_line(&escape::harmless(&self.subject(messages)).collect::<String>());
                let text = text::wrap(&Text { messages, shop, mail: self }.render()?);
                let html = Html { messages, subject: &subject, shop, mail: self }.render()?;
                Ok(Rendered { subject, html, text })
            }
        }
    };
}

kind!(PaymentConfirmed, "payment-confirmed.html", "payment-confirmed.txt");
kind!(Shipped, "shipped.html", "shipped.txt");
kind!(Delivered, "delivered.html", "delivered.txt");
kind!(OrderEdited, "order-edited.html", "order-edited.txt");
kind!(TrackingCorrected, "tracking-corrected.html", "tracking-corrected.txt");
kind!(ParcelTrouble, "parcel-trouble.html", "parcel-trouble.txt");
kind!(OrderCancelled, "order-cancelled.html", "order-cancelled.txt");
kind!(ReturnReceived, "return-received.html", "return-received.txt");
kind!(RefundSent, "refund-sent.html", "refund-sent.txt");
