//! What a customer asked for. Only an edit may change it, by writing the next revision.

mod taxes;
mod vat_area;

#[cfg(feature = "schema")]
use super::whole::{Price, Units};
use super::{
    contact::{Country, EmailAddress, VatId},
    found_by::FoundBy,
    ids::{ChannelId, LineId, PaymentId, Sku},
    money::{Amount, Currency, allocate, share_of_units},
    tax::Taxation,
    text::{Name, Text},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use taxes::TaxFault;

/// Lines of one order. An order of that many fits the items that it is stored in.
pub const MAX_LINES: usize = 500;

/// An order as it was placed, with what makes the same request meet itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// Equal for the same order posted again, different for the same reference with other content.
    pub fingerprint: String,
    /// The end of the reservation in the first answer. A replay answers the same.
    pub reserved_until: Timestamp,
    /// The total in the first answer, if an edit has changed it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_total: Option<Amount>,
    #[serde(flatten)]
    pub order: PlacedOrder,
}

/// The number of a version of a placed order, from 1. An order's state names the revision that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision(u32);

impl Revision {
    pub const FIRST: Self = Self(1);

    /// The revision after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    pub fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn first() -> Self {
        Self::FIRST
    }

    /// Whether it is the first. Almost every order has only one revision, so the first is not stored.
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub(crate) fn is_first(&self) -> bool {
        *self == Self::FIRST
    }
}

/// An order as it was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedOrder {
    #[serde(default = "Revision::first", skip_serializing_if = "Revision::is_first")]
    pub revision: Revision,
    pub channel: ChannelId,
    /// The channel's own order id, or the idempotency key.
    pub reference: String,
    pub placed_at: Timestamp,
    pub currency: Currency,
    pub customer: Customer,
    pub shipping_address: Address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    pub lines: Vec<Line>,
    pub shipping: Shipping,
    /// On the whole order; spread over the lines by largest remainder. What is more than they cost is taken off the
    /// shipping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Discount>,
    /// Whether unit prices and the shipping price contain their tax.
    pub tax_included: bool,
    /// What the customer pays for everything.
    pub total: Amount,
    /// The payment that the storefront started, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// What its customer is found by.
    #[serde(flatten)]
    pub found_by: FoundBy,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Customer {
    /// The full name: e-mails greet with it, and orders are found by it.
    pub name: Name,
    /// Where the e-mails about the order go. A domain beyond ASCII is kept in its ASCII form.
    pub email: EmailAddress,
    /// Written in any way: an order is found by its digits. Absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Text<1, 40>>,
    /// BCP 47, for example `de-AT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Text<1, 35>>,
    /// The VAT id of a business that buys. Invoices show it, and `reverse_charge` and `intra_community` need it. Its company's name is
    /// that of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<VatId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Address {
    /// The addressee, who need not be the customer.
    pub name: Name,
    /// The addressee's company. Absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Name>,
    /// Street and house number, or a post box.
    pub line1: Name,
    /// What else the carrier needs: floor, apartment, care of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Name>,
    /// Required where the country's addresses have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Name>,
    /// Some countries have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Text<1, 20>>,
    /// State, province or prefecture, where the country's addresses have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Text<1, 100>>,
    /// ISO 3166-1 alpha-2.
    pub country: Country,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Line {
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub id: LineId,
    /// If no location keeps it, the order is refused, unless `stocked` is false or the order is paid already.
    pub sku: Sku,
    /// What e-mails call it. Picklists use the product's own title, if there is a product of this SKU.
    pub title: Name,
    /// Units. An edit can lower it later, but not raise it.
    #[cfg_attr(feature = "schema", schemars(with = "Units"))]
    pub quantity: u32,
    /// Of one unit before discounts, in minor units. With its tax if the order's `tax_included` is true.
    #[cfg_attr(feature = "schema", schemars(with = "Price"))]
    pub unit_price: Amount,
    /// What its units cost together before discounts, where a sales channel counts otherwise than `unit_price` times `quantity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub subtotal: Option<Amount>,
    /// On the whole line.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    #[cfg_attr(feature = "schema", schemars(with = "Price"))]
    pub discount: Amount,
    /// The tax of the whole line after discounts: added to its price, or contained in it.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    #[cfg_attr(feature = "schema", schemars(with = "Price"))]
    pub tax: Amount,
    #[serde(flatten)]
    pub taxation: Taxation,
    /// False for what is sold without stock, and neither picked nor returned: gift wrap, a deposit, a fee, a service. True if
    /// absent.
    #[serde(default = "crate::sparse::yes", skip_serializing_if = "crate::sparse::is_yes")]
    pub stocked: bool,
    /// What the shop that a channel is connected to calls the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub at_channel: Option<Text<1, 60>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shipping {
    /// The service that the customer chose: `Standard`, `Express`…
    pub method: Text<1, 60>,
    /// Before the discount, in minor units. With its tax if the order's `tax_included` is true. 0 if absent.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    #[cfg_attr(feature = "schema", schemars(with = "Price"))]
    pub price: Amount,
    /// What is taken off `price`, in minor units. It is at most `price`. 0 if absent.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    #[cfg_attr(feature = "schema", schemars(with = "Price"))]
    pub discount: Amount,
    /// After the discount: added to the price, or contained in it.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    #[cfg_attr(feature = "schema", schemars(with = "Price"))]
    pub tax: Amount,
    #[serde(flatten)]
    pub taxation: Taxation,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Discount {
    /// The coupon's code, for people: Orderly does not check it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text<1, 60>>,
    /// In minor units. What is more than the lines cost is taken off the shipping.
    #[cfg_attr(feature = "schema", schemars(with = "Price"))]
    pub amount: Amount,
}

/// How the total of an order is made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The final price of each line: after its own discount and its share of the order's, with tax.
    pub lines: Vec<Amount>,
    /// Lines before discounts.
    pub subtotal: Amount,
    /// All discounts, those on the shipping included.
    pub discount: Amount,
    /// After its discount, with its tax.
    pub shipping: Amount,
    /// All taxes, whether added or contained.
    pub tax: Amount,
    pub total: Amount,
}

/// What stands where a sales channel has told no address. The order is held until somebody gives it one.
const UNKNOWN: &str = "unknown";

impl Address {
    /// One that nobody knows. A country is needed for taxes and calendars.
    pub(crate) fn unknown(name: Name, country: Country) -> Self {
        Self {
            name,
            company: None,
            line1: Name::literal(UNKNOWN),
            line2: None,
            city: None,
            postal_code: None,
            region: None,
            country,
        }
    }

    /// Whether a channel has told no address.
    pub fn is_unknown(&self) -> bool {
        self.line1.as_str() == UNKNOWN
    }
}

impl Line {
    /// What its units cost together before discounts. None if that is more than can be.
    pub fn before_discount(&self) -> Option<Amount> {
        self.subtotal.or_else(|| self.unit_price.checked_mul(i64::from(self.quantity)))
    }

    /// The same after its own discount. Of an order that has totals, it can be.
    fn net(&self) -> Amount {
        self.before_discount().unwrap_or(Amount::MAX).saturating_sub(self.discount)
    }
}

impl Shipping {
    /// Whether its tax is larger than its price.
    pub(crate) fn has_tax_above_price(&self) -> bool {
        self.tax > self.price
    }
}

/// A part of an order that has a tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taxed {
    /// By its place in the order.
    Line(usize),
    Shipping,
}

impl PlacedOrder {
    /// What has a tax above its price. A tax that is included is a part of the price, so that cannot be. Shops may tell the tax
    /// of the price before its discount.
    pub fn tax_above_price(&self) -> Vec<Taxed> {
        let is_above = |line: &Line| line.before_discount().is_some_and(|gross| line.tax > gross);
        let lines = self.lines.iter().enumerate().filter(|(_, line)| is_above(line)).map(|(n, _)| Taxed::Line(n));
        let shipping = self.shipping.has_tax_above_price().then_some(Taxed::Shipping);
        if self.tax_included { lines.chain(shipping).collect() } else { Vec::new() }
    }

    /// Adds the order up. None if it overflows, or a discount exceeds what it is taken from.
    pub fn totals(&self) -> Option<Totals> {
        let added = |tax: Amount| if self.tax_included { 0 } else { tax };
        let gross: Vec<Amount> = self.lines.iter().map(Line::before_discount).collect::<Option<_>>()?;
        let net: Vec<Amount> = gross.iter().zip(&self.lines).map(|(gross, line)| gross - line.discount).collect();
        if net.iter().any(|net| *net < 0) {
            return None;
        }
        let subtotal = checked_sum(gross.iter().copied())?;
        let order_discount = self.discount.as_ref().map_or(0, |discount| discount.amount);
        let of_lines = order_discount.min(checked_sum(net.iter().copied())?);
        let of_shipping = self.shipping.discount.checked_add(order_discount - of_lines)?;
        if of_shipping > self.shipping.price {
            return None;
        }
        let weights: Vec<u64> = net.iter().map(|net| net.unsigned_abs()).collect();
        let shares = allocate(of_lines, &weights);
        let lines: Vec<Amount> = (0..net.len())
            .map(|i| net[i].checked_sub(shares[i])?.checked_add(added(self.lines[i].tax)))
            .collect::<Option<_>>()?;
        let shipping = (self.shipping.price - of_shipping).checked_add(added(self.shipping.tax))?;
        let of_each_line = checked_sum(self.lines.iter().map(|line| line.discount))?;
        Some(Totals {
            subtotal,
            discount: of_each_line.checked_add(of_lines)?.checked_add(of_shipping)?,
            shipping,
            tax: checked_sum(self.lines.iter().map(|line| line.tax))?.checked_add(self.shipping.tax)?,
            total: checked_sum(lines.iter().copied())?.checked_add(shipping)?,
            lines,
        })
    }

    /// The same order with another quantity of a line, or without the line if that is 0. The units that stay cost what they
    /// cost: the order's discount is spread over the lines for good, and a line keeps its share for its units.
    pub(crate) fn with_quantity(&self, id: LineId, quantity: u32) -> Self {
        let mut next = self.clone();
        next.spread_discount();
        for line in next.lines.iter_mut().filter(|line| line.id == id) {
            let share = |amount: Amount| share_of_units(amount, line.quantity, 0..quantity);
            let net = share(line.net());
            line.tax = share(line.tax);
            line.subtotal = line.subtotal.map(share);
            line.quantity = quantity;
            line.discount = line.before_discount().unwrap_or(net) - net;
        }
        next.lines.retain(|line| line.quantity > 0);
        next.total = next.totals().map_or(next.total, |totals| totals.total);
        next
    }

    /// The same order with other shipping. What the order's discount took off the old one, it takes off the new one, as far
    /// as that costs so much.
    pub(crate) fn with_shipping(&self, shipping: Shipping) -> Self {
        let mut next = Self { shipping, ..self.clone() };
        next.spread_discount();
        let most = (next.shipping.price - next.shipping.discount).max(0);
        next.discount = next.discount.map(|rest| Discount { amount: rest.amount.min(most), ..rest });
        next
    }

    /// Makes the order's discount a part of each line's own. What is more than the lines cost is still the order's.
    fn spread_discount(&mut self) {
        let Some(discount) = self.discount.take() else { return };
        let of_lines = discount.amount.min(self.lines.iter().map(Line::net).sum());
        let weights: Vec<u64> = self.lines.iter().map(|line| line.net().unsigned_abs()).collect();
        for (line, share) in self.lines.iter_mut().zip(allocate(of_lines, &weights)) {
            line.discount += share;
        }
        let rest = discount.amount - of_lines;
        self.discount = (rest > 0).then_some(Discount { amount: rest, ..discount });
    }

    /// The price of units `units` of line `line`, with discounts and tax.
    pub fn price_of_units(&self, line: LineId, units: std::ops::Range<u32>) -> Amount {
        let priced = self.totals().map(|totals| totals.lines).unwrap_or_default();
        let priced = self.lines.iter().zip(priced).find(|(ordered, _)| ordered.id == line);
        priced.map_or(0, |(ordered, total)| share_of_units(total, ordered.quantity, units))
    }

    /// The price of up to `count` units of a line after its first `before` ones. A unit beyond the line has none.
    pub fn price_of_next_units(&self, line: LineId, before: u32, count: u32) -> Amount {
        let quantity = self.line(line).map_or(0, |ordered| ordered.quantity);
        let end = before.saturating_add(count).min(quantity);
        if before < end { self.price_of_units(line, before..end) } else { 0 }
    }

    /// The price of shipping, with its tax.
    pub fn price_of_shipping(&self) -> Amount {
        self.totals().map_or(0, |totals| totals.shipping)
    }

    /// The lines whose goods come from stock.
    pub fn stocked_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.stocked)
    }

    pub fn line(&self, line: LineId) -> Option<&Line> {
        self.lines.iter().find(|ordered| ordered.id == line)
    }
}

fn checked_sum(amounts: impl IntoIterator<Item = Amount>) -> Option<Amount> {
    amounts.into_iter().try_fold(0, Amount::checked_add)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::fixtures::placed;
    use proptest::prelude::*;

    #[test]
    fn the_total_is_lines_less_discounts_plus_shipping_and_added_tax() {
        let mut order = placed(&[("a", 2, 1000), ("b", 1, 500)]);
        order.lines[0].discount = 200;
        order.lines[0].tax = 342;
        order.shipping =
            Shipping { method: "Standard".into(), price: 490, discount: 0, tax: 93, taxation: Taxation::default() };
        order.discount = Some(Discount { code: None, amount: 230 });
        let totals = order.totals().unwrap();
        assert_eq!(totals.lines, [1620, 450], "230 is spread 180 to 50");
        assert_eq!((totals.subtotal, totals.discount, totals.tax), (2500, 430, 435));
        assert_eq!(totals.total, 1620 + 450 + 490);
        order.tax_included = false;
        assert_eq!(order.totals().unwrap().total, 1620 + 342 + 450 + 490 + 93);
    }

    #[test]
    fn a_discount_larger_than_its_price_and_an_overflow_have_no_total() {
        let mut order = placed(&[("a", 1, 100)]);
        order.lines[0].discount = 101;
        assert!(order.totals().is_none());
        let mut order = placed(&[("a", 1, 100)]);
        order.discount = Some(Discount { code: None, amount: 101 });
        assert!(order.totals().is_none());
        let mut order = placed(&[("a", 2, 100)]);
        order.lines[0].unit_price = i64::MAX;
        assert!(order.totals().is_none());
    }

    #[test]
    fn an_included_tax_is_no_larger_than_what_it_is_a_part_of() {
        let mut order = placed(&[("a", 2, 1000), ("b", 1, 500)]);
        order.lines[0].discount = 200;
        order.shipping =
            Shipping { method: "Standard".into(), price: 490, discount: 90, tax: 490, taxation: Taxation::default() };
        (order.lines[0].tax, order.lines[1].tax) = (2000, 500);
        assert_eq!(order.tax_above_price(), []);
        (order.lines[0].tax, order.lines[1].tax, order.shipping.tax) = (2001, 501, 491);
        assert_eq!(order.tax_above_price(), [Taxed::Line(0), Taxed::Line(1), Taxed::Shipping]);
        order.tax_included = false;
        assert_eq!(order.tax_above_price(), [], "one that is added may be");
    }

    #[test]
    fn a_discount_takes_the_lines_first_and_then_the_shipping() {
        let mut order = placed(&[("a", 2, 1000), ("b", 1, 900)]);
        order.shipping =
            Shipping { method: "Standard".into(), price: 490, discount: 90, tax: 0, taxation: Taxation::default() };
        let totals = |order: &PlacedOrder| order.totals().map(|of| (of.lines, of.shipping, of.discount, of.total));
        assert_eq!(totals(&order), Some((vec![2000, 900], 400, 90, 3300)));
        for (amount, expected) in [
            (2900, Some((vec![0, 0], 400, 2990, 400))),
            (3000, Some((vec![0, 0], 300, 3090, 300))),
            (3300, Some((vec![0, 0], 0, 3390, 0))),
            (3301, None),
        ] {
            order.discount = Some(Discount { code: None, amount });
            assert_eq!(totals(&order), expected, "{amount}");
        }
    }

    proptest! {
        #[test]
        fn units_and_shipping_always_add_up_to_the_order(
            lines in prop::collection::vec((1..9_u32, 0..9_999_i64, 0..500_i64), 1..6),
            discount in 0..60_000_i64,
            shipping in (0..900_i64, 0..900_i64, 0..90_i64),
        ) {
            let mut order = placed(&lines.iter().map(|(q, p, _)| ("a", *q, *p)).collect::<Vec<_>>());
            for (line, (.., tax)) in order.lines.iter_mut().zip(&lines) {
                line.tax = *tax;
            }
            order.tax_included = false;
            let (price, off, tax) = (shipping.0, shipping.1.min(shipping.0), shipping.2);
            order.shipping = Shipping { method: "Standard".into(), price, discount: off, tax, taxation: Taxation::default() };
            let net: i64 = lines.iter().map(|(q, p, _)| i64::from(*q) * p).sum();
            order.discount = Some(Discount { code: None, amount: discount.min(net + price - off) });
            let units: i64 = (0..)
                .zip(&lines)
                .flat_map(|(line, (q, ..))| (0..*q).map(move |unit| (line, unit)))
                .map(|(line, unit)| order.price_of_units(line, unit..unit + 1))
                .sum();
            prop_assert_eq!(units + order.price_of_shipping(), order.totals().unwrap().total);
            let spread = order.with_quantity(0, lines[0].0);
            prop_assert_eq!(spread.totals().unwrap().total, order.totals().unwrap().total);
            prop_assert_eq!(spread.price_of_shipping(), order.price_of_shipping());
        }
    }
}
