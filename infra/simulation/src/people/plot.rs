//! The courses that orders take.

use super::{CHANNELS, GOODS, LARGE_GOODS, PRICE};
use crate::world::World;
use domain::ids::OrderId;
use orderly_local::payments::Provider;
use serde_json::{Value, json};
use std::time::Duration;

/// What gift wrap costs.
const WRAP: i64 = 300;

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paying {
    AtOnce,
    InParts,
    /// One part; the rest is never paid.
    Half,
    TooMuch,
    /// The whole total twice.
    Twice,
    /// By a bank debit, which takes its time and may fail in the end.
    Debit,
    /// The order names its payment, and no webhook about that ever comes.
    Unheard,
    /// By a card that is only authorized. Its authorization may end before it is captured.
    Authorized,
    /// In another currency than the order's.
    Dollars,
    /// The payment arrives before the order does.
    BeforeTheOrder,
    /// The payment arrives, and the order is refused for its content. The storefront may send it again, mended.
    BeforeARefusal,
    /// After its reservation has expired.
    TooLate,
    Never,
}

/// The course of an order.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // each may happen or not, whatever else happens
pub struct Plot {
    pub channel: &'static str,
    pub lines: Vec<(&'static str, u32)>,
    /// The provider that the customer pays by.
    pub provider: Provider,
    pub paying: Paying,
    /// At most this many seconds after ordering.
    pub pays_within: u64,
    /// The customer cancels this long after ordering.
    pub cancels_after: Option<Duration>,
    /// The customer cancels at the same moment as the payment arrives.
    pub cancels_while_paying: bool,
    /// The bank withdraws the money for a while.
    pub disputed: bool,
    /// The customer takes a unit back, or moves, this long after ordering.
    pub edits_after: Option<Duration>,
    /// Somebody refunds a unit in the provider's dashboard.
    pub refunded_elsewhere: bool,
    /// Whether it is a gift: its wrap is no stock.
    pub wrapped: bool,
    /// The rate of the tax in its goods, in hundredths of a percent. None: the shop tells none.
    pub tax_rate: Option<i64>,
    /// Whether a unit of the first line comes back.
    pub sends_back: bool,
    /// Somebody asks to have the customer's data erased, this long after ordering.
    pub erased_after: Option<Duration>,
    /// Whether the storefront gives up after its first attempt to place it.
    pub gives_up: bool,
    /// Where its e-mails go.
    pub email: &'static str,
}

/// An address that e-mails reach.
pub const GOOD: &str = "ada@example.com";
/// Addresses of SES's mailbox simulator: nobody there, on the suppression list, calls it spam, is away.
pub const BAD: [&str; 4] = [
    BOUNCES,
    "suppressionlist@simulator.amazonses.com",
    "complaint@simulator.amazonses.com",
    "ooto@simulator.amazonses.com",
];
pub const BOUNCES: &str = "bounce@simulator.amazonses.com";

impl Plot {
    /// An ordinary life that ends with a return.
    pub fn ordinary() -> Self {
        let lines = vec![("MUG", 2), ("TEA 1/2 lb", 1)];
        Self {
            channel: CHANNELS[0],
            lines,
            provider: Provider::Stripe,
            paying: Paying::AtOnce,
            pays_within: 60,
            cancels_after: None,
            cancels_while_paying: false,
            disputed: false,
            edits_after: None,
            refunded_elsewhere: false,
            wrapped: false,
            tax_rate: Some(1900),
            sends_back: true,
            erased_after: None,
            gives_up: false,
            email: GOOD,
        }
    }

    /// An order that many fit beside on the shelves.
    pub fn small() -> Self {
        Self { lines: vec![("TEA 1/2 lb", 1)], sends_back: false, ..Self::ordinary() }
    }

    /// The ordinary life of an order of many lines. With `backwards`, the last goods come first.
    pub fn large(backwards: bool) -> Self {
        let mut lines: Vec<_> = LARGE_GOODS.iter().map(|sku| (sku.as_str(), 1)).collect();
        if backwards {
            lines.reverse();
        }
        Self { lines, ..Self::ordinary() }
    }

    pub fn random(world: &World) -> Self {
        let mut lines = Vec::new();
        for (sku, ..) in GOODS {
            if world.chance(0.5) {
                lines.push((sku, world.rng.borrow_mut().u32(1..=2)));
            }
        }
        if lines.is_empty() {
            lines.push((GOODS[0].0, 1));
        }
        let paying = match world.rng.borrow_mut().u8(0..30) {
            0..=6 => Paying::AtOnce,
            7..=10 => Paying::Authorized,
            11..=12 => Paying::InParts,
            13 => Paying::TooMuch,
            14..=16 => Paying::BeforeTheOrder,
            17 => Paying::TooLate,
            18 => Paying::Half,
            19 => Paying::Dollars,
            20..=21 => Paying::Twice,
            22..=23 => Paying::Debit,
            24 => Paying::Unheard,
            25..=27 => Paying::BeforeARefusal,
            _ => Paying::Never,
        };
        let provider = match world.next_provider() {
            // They cannot be asked about a payment.
            Provider::Adyen | Provider::Standard if paying == Paying::Unheard => Provider::Stripe,
            provider => provider,
        };
        let cancels_after = world.chance(0.25).then(|| world.moment(400));
        let channel = CHANNELS[world.rng.borrow_mut().usize(..CHANNELS.len())];
        let (cancels_while_paying, disputed, sends_back) = (world.chance(0.1), world.chance(0.1), world.chance(0.5));
        let edits_after = world.chance(0.15).then(|| world.moment(300));
        let erased_after = world.chance(0.15).then(|| world.moment(7_200));
        let (refunded_elsewhere, wrapped) = (world.chance(0.07), world.chance(0.15));
        let tax_rate = if world.chance(0.2) { None } else { Some(world.rng.borrow_mut().i64(0..=2700)) };
        let email = if world.chance(0.3) { BAD[world.rng.borrow_mut().usize(..BAD.len())] } else { GOOD };
        Self {
            channel,
            lines,
            provider,
            paying,
            cancels_after,
            cancels_while_paying,
            disputed,
            edits_after,
            refunded_elsewhere,
            wrapped,
            tax_rate,
            sends_back,
            erased_after,
            email,
            ..Self::ordinary()
        }
    }

    /// The customer's address. One that mails reach is of nobody else.
    fn email(&self, surname: &str) -> String {
        if self.email == GOOD { format!("{surname}@example.com") } else { self.email.to_owned() }
    }

    /// The id of this customer's order.
    pub fn order_id(&self, reference: &str) -> Option<OrderId> {
        self.channel.parse().ok().map(|channel| OrderId::derive(&channel, reference))
    }

    pub(super) fn total(&self) -> i64 {
        let goods: i64 = self.lines.iter().map(|(_, units)| i64::from(*units) * PRICE).sum();
        goods + if self.wrapped { WRAP } else { 0 }
    }

    pub(super) fn order(&self, reference: &str, payment: Option<&str>) -> Value {
        let rate = self.tax_rate;
        let line = |(sku, quantity): &(&str, u32)| {
            let tax = rate.map_or(0, |rate| i64::from(*quantity) * PRICE * rate / (10_000 + rate));
            let category = rate.filter(|rate| *rate == 0).map(|_| "zero_rated");
            json!({
                "sku": sku, "title": sku, "quantity": quantity, "unit_price": PRICE, "tax": tax, "tax_rate": rate,
                "tax_category": category,
            })
        };
        let surname = self.order_id(reference).map(|id| surname(id.as_str())).unwrap_or_default();
        let wrap = json!({ "sku": "WRAP", "title": "Gift wrap", "quantity": 1, "unit_price": WRAP, "tax_rate": rate, "tax": rate.map_or(0, |rate| WRAP * rate / (10_000 + rate)), "stocked": false });
        json!({
            "reference": reference,
            "currency": "EUR",
            "customer": { "name": format!("Ada {surname}"), "email": self.email(&surname), "phone": "+49 30 1234567" },
            "shipping_address": {
                "name": format!("Ada {surname}"), "line1": format!("{surname}allee 1"), "city": "Berlin", "postal_code": "10115", "country": "DE",
            },
            "lines": self.lines.iter().map(line).chain(self.wrapped.then_some(wrap)).collect::<Vec<_>>(),
            "shipping": { "method": "Standard", "price": 490, "discount": 490 },
            "tax_included": true,
            "total": self.total(),
            "payment": payment.map(|id| json!({ "provider": self.provider.name(), "id": id })),
        })
    }
}

/// The surname of an order's customer. It stands in nothing but the customer's data.
pub fn surname(order: &str) -> String {
    order.chars().rev().take(12).collect()
}
