//! A customer buys.

use super::{
    catalog::{Kind, Product},
    coupons::Coupon,
    known::Known,
    money::Amount,
    order::{Address, Charge, Order, Status, Totals},
    pricing,
};
use crate::outside::base62;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What sending a parcel costs, without tax.
const FLAT_RATE: &str = "4.90";

/// What a customer puts into the cart and enters at the checkout.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Checkout {
    pub lines: Vec<Bought>,
    /// `tenoff`, `fiver` or `freeship`.
    pub coupon: Option<String>,
    /// Surcharges without tax, or, below 0, a plugin's discounts.
    pub fees: Vec<Fee>,
    pub payment: Method,
    pub outcome: Outcome,
    /// Nobody in Helsinki, if it is not said.
    pub customer: Option<Address>,
    /// Where it goes, if not to the customer's own address.
    pub ships_to: Option<Address>,
    /// The customer fetches it.
    pub pickup: bool,
    pub note: String,
    /// What plugins note about the order.
    pub meta: Map<String, Value>,
}

/// Units of something that is bought, by its SKU or its id.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bought {
    pub sku: Option<String>,
    pub product_id: Option<u64>,
    pub quantity: i64,
}

impl Bought {
    pub fn sku(sku: &str, quantity: i64) -> Self {
        Self { sku: Some(sku.to_owned()), product_id: None, quantity }
    }
}

/// A surcharge.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    pub name: String,
    /// A decimal in the shop's currency, without tax.
    pub amount: String,
}

/// How it is paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// In cash, on delivery.
    Cod,
    /// By bank transfer.
    Bacs,
    #[default]
    Card,
}

impl Method {
    pub(super) const ALL: [Self; 3] = [Self::Card, Self::Cod, Self::Bacs];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cod => "cod",
            Self::Bacs => "bacs",
            Self::Card => "card",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Cod => "Cash on delivery",
            Self::Bacs => "Bank transfer",
            Self::Card => "Credit card",
        }
    }
}

/// What comes of the payment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The order is accepted. A bank transfer is still waited for.
    #[default]
    Accepted,
    /// The customer is still at the card's page.
    Pending,
    Failed,
    /// The customer has not confirmed yet.
    Draft,
}

/// Why nothing is sold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsold {
    #[error("the cart is empty")]
    Empty,
    #[error("there is no such product, or it is sold by its variations: {0}")]
    NoProduct(String),
    #[error("a quantity is 1 or more")]
    Quantity,
    #[error("Sorry, we do not have enough \"{product}\" in stock to fulfill your order ({left} available).")]
    SoldOut { product: String, left: i64 },
    #[error("Coupon \"{0}\" does not exist!")]
    NoCoupon(String),
    #[error("{0:?} is no amount")]
    Amount(String),
}

/// A customer who does not matter.
fn somebody() -> Address {
    let text = str::to_owned;
    Address {
        first_name: text("Ada"),
        last_name: text("Lovelace"),
        address_1: text("Mannerheimintie 1"),
        address_2: text("A 5"),
        city: text("Helsinki"),
        postcode: text("00100"),
        country: text("FI"),
        email: text("ada@example.com"),
        phone: text("+358401234567"),
        ..Address::default()
    }
}

impl Known {
    /// An order without anything in it.
    pub(super) fn blank(&mut self, via: &str, now: Timestamp) -> Order {
        Order {
            id: self.ids.post(),
            key: format!("wc_order_{}", base62(13)),
            status: Status::Pending,
            before_trash: None,
            currency: self.settings.currency.clone(),
            created_via: via.to_owned(),
            includes_tax: self.settings.prices_include_tax,
            created: now,
            modified: now,
            paid: None,
            completed: None,
            billing: Address::default(),
            shipping: Address::default(),
            payment_method: String::new(),
            payment_title: String::new(),
            transaction: String::new(),
            note: String::new(),
            lines: Vec::new(),
            shipping_lines: Vec::new(),
            fees: Vec::new(),
            coupons: Vec::new(),
            taxes: BTreeMap::new(),
            totals: Totals::default(),
            meta: Vec::new(),
            refunds: Vec::new(),
            notes: Vec::new(),
            fulfillments: Vec::new(),
            has_taken_stock: false,
        }
    }

    /// A shipping or a fee, taxed.
    pub(super) fn charge(&mut self, title: &str, method: &str, total: Amount, country: &str) -> Charge {
        let (id, title, method) = (self.ids.item(), title.to_owned(), method.to_owned());
        let mut charge = Charge { id, title, method, total, taxes: Vec::new(), meta: Vec::new() };
        charge.tax(country);
        charge
    }

    /// Sells what is in a cart. Between the look at the stock and its lowering nobody else buys. Yields the order's id.
    pub(super) fn check_out(&mut self, checkout: Checkout, now: Timestamp) -> Result<u64, Unsold> {
        let (bought, coupon, fees) = self.wanted(&checkout, now)?;
        let Checkout { payment, outcome, customer, ships_to, pickup, note, meta, .. } = checkout;
        let customer = customer.unwrap_or_else(somebody);
        let mut order = self.blank("checkout", now);
        let is_sent = !pickup && bought.iter().any(|(product, _)| !product.is_virtual);
        if is_sent {
            order.shipping = Address { email: String::new(), ..ships_to.unwrap_or_else(|| customer.clone()) };
        }
        order.billing = customer;
        let country = order.taxed_in();
        for (product, quantity) in &bought {
            order.lines.push(pricing::line(&mut self.ids, product, *quantity, &country, &self.settings));
        }
        let free = coupon.is_some_and(|coupon| coupon.free_shipping);
        let shipping = match (is_sent, pickup) {
            (true, _) if free => Some(("Free shipping", "free_shipping", Amount::ZERO)),
            (true, _) => Some(("Flat rate", "flat_rate", Amount::parse(FLAT_RATE).unwrap_or_default())),
            (false, true) => Some(("Local pickup", "local_pickup", Amount::ZERO)),
            (false, false) => None,
        };
        order.shipping_lines =
            shipping.map(|(title, method, total)| self.charge(title, method, total, &country)).into_iter().collect();
        order.fees = fees.into_iter().map(|(name, amount)| self.charge(&name, "", amount, &country)).collect();
        payment.name().clone_into(&mut order.payment_method);
        payment.title().clone_into(&mut order.payment_title);
        order.note = note;
        order.meta = meta.iter().map(|(key, value)| self.ids.meta(key, value.clone())).collect();
        if outcome == Outcome::Draft {
            order.status = Status::CheckoutDraft;
        }
        let id = order.id;
        self.orders.insert(id, order);
        self.add_up(id);
        if let (Some(coupon), Some(order)) = (coupon, self.orders.get_mut(&id)) {
            pricing::redeem(order, coupon, &self.settings, &mut self.ids);
        }
        self.add_up(id);
        self.is_placed(id, payment, outcome, now);
        Ok(id)
    }

    /// The payment of a new order goes its way.
    fn is_placed(&mut self, id: u64, payment: Method, outcome: Outcome, now: Timestamp) {
        // It is stored before the shop tells that it is new: `updated` comes first, and a draft is told of by nothing else.
        self.changed(id, now);
        if outcome == Outcome::Draft {
            return;
        }
        self.tell("order.created", id);
        let status = match (outcome, payment) {
            (Outcome::Accepted, Method::Card) => {
                if let Some(order) = self.orders.get_mut(&id) {
                    order.transaction = format!("txn_{}", base62(16));
                }
                Status::Processing
            }
            (Outcome::Accepted, Method::Cod) => Status::Processing,
            (Outcome::Accepted, Method::Bacs) => Status::OnHold,
            (Outcome::Pending | Outcome::Draft, _) => return,
            (Outcome::Failed, _) => Status::Failed,
        };
        self.set_status(id, &status, now);
    }

    /// What is in a cart, if all of it can be sold.
    #[expect(clippy::type_complexity, reason = "it is taken apart at once")]
    fn wanted(
        &self,
        checkout: &Checkout,
        now: Timestamp,
    ) -> Result<(Vec<(Product, i64)>, Option<&'static Coupon>, Vec<(String, Amount)>), Unsold> {
        let mut bought: Vec<(Product, i64)> = Vec::new();
        for Bought { sku, product_id, quantity } in &checkout.lines {
            let found = match (sku, product_id) {
                (Some(sku), _) => self.catalog.by_sku(sku),
                (None, id) => id.and_then(|id| self.catalog.get(id)),
            };
            let product = found.filter(|product| product.kind != Kind::Variable).ok_or_else(|| {
                Unsold::NoProduct(sku.clone().unwrap_or_else(|| product_id.unwrap_or_default().to_string()))
            })?;
            if *quantity < 1 {
                return Err(Unsold::Quantity);
            }
            // Variations may share their parent's stock.
            let counted = self.catalog.counted(product.id);
            let same =
                bought.iter().filter(|(other, _)| counted.is_some() && self.catalog.counted(other.id) == counted);
            let all: i64 = same.map(|(_, quantity)| quantity).sum::<i64>() + quantity;
            if let Some(left) = self.for_sale(product.id, now).filter(|left| *left < all) {
                return Err(Unsold::SoldOut { product: product.title(), left: left.max(0) });
            }
            bought.push((product.clone(), *quantity));
        }
        if bought.is_empty() {
            return Err(Unsold::Empty);
        }
        let coupon = checkout.coupon.as_deref().filter(|code| !code.trim().is_empty());
        let coupon =
            coupon.map(|code| Coupon::with(code).ok_or_else(|| Unsold::NoCoupon(code.to_owned()))).transpose()?;
        let amount = |fee: &Fee| {
            let amount = Amount::parse(&fee.amount).ok_or_else(|| Unsold::Amount(fee.amount.clone()))?;
            Ok((fee.name.clone(), amount))
        };
        let fees = checkout.fees.iter().map(amount).collect::<Result<_, Unsold>>()?;
        Ok((bought, coupon, fees))
    }
}
