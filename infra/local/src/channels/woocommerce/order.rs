//! An order of the shop.

use super::{
    money::Amount,
    tax::{HOME, Rate, TaxClass},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, convert::Infallible, fmt, str::FromStr};

/// How far an order is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(super) enum Status {
    /// Its customer is still buying.
    CheckoutDraft,
    /// Somebody of the shop is still writing it.
    AutoDraft,
    Pending,
    OnHold,
    Processing,
    Completed,
    Cancelled,
    Refunded,
    Failed,
    Trash,
    /// A plugin's own.
    Plugin(String),
}

impl Status {
    /// Those that every shop has for orders.
    pub(super) const CORE: [Self; 9] = [
        Self::AutoDraft,
        Self::Pending,
        Self::Processing,
        Self::OnHold,
        Self::Completed,
        Self::Cancelled,
        Self::Refunded,
        Self::Failed,
        Self::CheckoutDraft,
    ];

    pub(super) fn name(&self) -> &str {
        match self {
            Self::CheckoutDraft => "checkout-draft",
            Self::AutoDraft => "auto-draft",
            Self::Pending => "pending",
            Self::OnHold => "on-hold",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::Failed => "failed",
            Self::Trash => "trash",
            Self::Plugin(name) => name,
        }
    }

    /// As the shop calls it where people read it.
    pub(super) fn title(&self) -> String {
        match self {
            Self::OnHold => "On hold".to_owned(),
            Self::Pending => "Pending payment".to_owned(),
            other => {
                let name = other.name().replace('-', " ");
                let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
                format!("{}{rest}", first.to_uppercase())
            }
        }
    }

    /// Whether lists have it that ask for any status.
    pub(super) fn is_listed(&self) -> bool {
        !matches!(self, Self::CheckoutDraft | Self::AutoDraft | Self::Trash)
    }

    /// Whether an order takes its goods out of the stock when it comes here.
    pub(super) fn takes_stock(&self) -> bool {
        matches!(self, Self::OnHold | Self::Processing | Self::Completed)
    }

    /// Whether an order puts its goods back when it comes here.
    pub(super) fn gives_stock_back(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Pending)
    }

    pub(super) fn is_editable(&self) -> bool {
        matches!(self, Self::Pending | Self::OnHold | Self::AutoDraft)
    }
}

impl From<String> for Status {
    fn from(name: String) -> Self {
        let Ok(status) = name.parse();
        status
    }
}

impl FromStr for Status {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        let known = Self::CORE.into_iter().chain([Self::Trash]).find(|status| status.name() == name);
        Ok(known.unwrap_or_else(|| Self::Plugin(name.to_owned())))
    }
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        status.name().to_owned()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Who buys, or where the goods go. What is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub address_1: String,
    pub address_2: String,
    pub city: String,
    pub state: String,
    pub postcode: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Of the customer only.
    pub email: String,
    pub phone: String,
}

impl Address {
    /// With some fields changed.
    pub(super) fn with(&self, changes: &Value) -> Self {
        let mut all = serde_json::to_value(self).unwrap_or_default();
        if let (Value::Object(fields), Value::Object(changes)) = (&mut all, changes) {
            fields.extend(changes.iter().filter(|(_, value)| value.is_string()).map(|(k, v)| (k.clone(), v.clone())));
        }
        serde_json::from_value(all).unwrap_or_else(|_| self.clone())
    }
}

/// What plugins and the shop note about something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) id: u64,
    pub(super) key: String,
    /// Of any type: plugins do as they like.
    pub(super) value: Value,
    /// How it is called for people.
    pub(super) display_key: Option<String>,
}

impl Meta {
    pub(super) fn find<'m>(all: &'m [Self], key: &str) -> Option<&'m Value> {
        all.iter().find(|meta| meta.key == key).map(|meta| &meta.value)
    }

    /// A number, which the shop notes as a text.
    pub(super) fn number(all: &[Self], key: &str) -> Option<i64> {
        Self::find(all, key).and_then(Value::as_str).and_then(|text| text.parse().ok())
    }
}

/// A tax of a part of an order.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Tax {
    pub(super) rate: u64,
    pub(super) subtotal: Amount,
    pub(super) total: Amount,
}

/// A line with goods. Amounts are of all its units, without tax.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) product: u64,
    pub(super) variation: u64,
    pub(super) quantity: i64,
    pub(super) class: TaxClass,
    /// Before coupons.
    pub(super) subtotal: Amount,
    pub(super) total: Amount,
    pub(super) taxes: Vec<Tax>,
    pub(super) meta: Vec<Meta>,
}

impl Line {
    /// What is bought: the variation, if it is one.
    pub(super) fn bought(&self) -> u64 {
        if self.variation == 0 { self.product } else { self.variation }
    }

    pub(super) fn subtotal_tax(&self) -> Amount {
        self.taxes.iter().map(|tax| tax.subtotal).sum()
    }

    pub(super) fn total_tax(&self) -> Amount {
        self.taxes.iter().map(|tax| tax.total).sum()
    }

    /// Taxes it anew.
    pub(super) fn tax(&mut self, country: &str) {
        self.taxes = Rate::of(self.class, country)
            .map(|rate| Tax { rate: rate.id, subtotal: rate.on(self.subtotal), total: rate.on(self.total) })
            .into_iter()
            .collect();
    }
}

/// A fee, or the shipping. The amount is without tax.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Charge {
    pub(super) id: u64,
    pub(super) title: String,
    /// Of the shipping: `flat_rate`.
    pub(super) method: String,
    pub(super) total: Amount,
    pub(super) taxes: Vec<Tax>,
    pub(super) meta: Vec<Meta>,
}

impl Charge {
    pub(super) fn total_tax(&self) -> Amount {
        self.taxes.iter().map(|tax| tax.total).sum()
    }

    /// Taxes it anew, as the shop's ordinary goods are.
    pub(super) fn tax(&mut self, country: &str) {
        self.taxes = Rate::of(TaxClass::Standard, country)
            .map(|rate| Tax { rate: rate.id, subtotal: Amount::ZERO, total: rate.on(self.total) })
            .into_iter()
            .collect();
    }
}

/// A coupon that was used. What it takes off is in the lines already.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CouponLine {
    pub(super) id: u64,
    pub(super) code: String,
    pub(super) discount: Amount,
    pub(super) discount_tax: Amount,
    pub(super) meta: Vec<Meta>,
}

/// What is taxed at one rate.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct TaxLine {
    pub(super) id: u64,
    /// Of lines and fees.
    pub(super) tax: Amount,
    pub(super) shipping: Amount,
}

/// Money that went back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Refund {
    pub(super) id: u64,
    pub(super) at: Timestamp,
    pub(super) amount: Amount,
    pub(super) reason: String,
    /// Whether the payment method sent it back by itself.
    pub(super) is_paid: bool,
    /// Their quantities and amounts are below 0.
    pub(super) lines: Vec<Line>,
    pub(super) shipping: Vec<Charge>,
    pub(super) fees: Vec<Charge>,
    pub(super) taxes: BTreeMap<u64, TaxLine>,
    pub(super) meta: Vec<Meta>,
}

/// What somebody wrote to an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) id: u64,
    pub(super) at: Timestamp,
    pub(super) author: String,
    pub(super) text: String,
    /// The customer gets it by e-mail.
    pub(super) for_customer: bool,
}

/// A parcel, as the core's own feature notes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Fulfillment {
    pub(super) id: u64,
    pub(super) status: String,
    pub(super) is_fulfilled: bool,
    pub(super) updated: Timestamp,
    pub(super) is_deleted: bool,
    pub(super) meta: Vec<Meta>,
    /// Whether the customer was told.
    pub(super) notified: bool,
}

/// What an order comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Totals {
    pub(super) discount: Amount,
    pub(super) discount_tax: Amount,
    pub(super) shipping: Amount,
    pub(super) shipping_tax: Amount,
    pub(super) cart_tax: Amount,
    pub(super) total: Amount,
}

/// An order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) id: u64,
    pub(super) key: String,
    pub(super) status: Status,
    /// What it was before it went to the trash.
    pub(super) before_trash: Option<Status>,
    pub(super) currency: String,
    pub(super) created_via: String,
    pub(super) includes_tax: bool,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) paid: Option<Timestamp>,
    pub(super) completed: Option<Timestamp>,
    pub(super) billing: Address,
    pub(super) shipping: Address,
    pub(super) payment_method: String,
    pub(super) payment_title: String,
    pub(super) transaction: String,
    pub(super) note: String,
    pub(super) lines: Vec<Line>,
    pub(super) shipping_lines: Vec<Charge>,
    pub(super) fees: Vec<Charge>,
    pub(super) coupons: Vec<CouponLine>,
    /// By the rate's id.
    pub(super) taxes: BTreeMap<u64, TaxLine>,
    pub(super) totals: Totals,
    pub(super) meta: Vec<Meta>,
    pub(super) refunds: Vec<Refund>,
    pub(super) notes: Vec<Note>,
    pub(super) fulfillments: Vec<Fulfillment>,
    /// Whether its goods are out of the stock.
    pub(super) has_taken_stock: bool,
}

/// What the shop notes about a line: how many of it are out of the stock, how many came back by refunds, and, in a refund, which
/// line it is about.
pub(super) const REDUCED_STOCK: &str = "_reduced_stock";
pub(super) const RESTOCKED: &str = "_restock_refunded_items";
pub(super) const REFUNDED_ITEM: &str = "_refunded_item_id";

impl Order {
    /// The country whose taxes apply: where the goods go, or else where the customer is, or else where the shop is.
    pub(super) fn taxed_in(&self) -> String {
        let countries = [&self.shipping.country, &self.billing.country];
        countries.into_iter().find(|country| !country.is_empty()).map_or(HOME, |country| country).to_owned()
    }

    /// What has not gone back of its total.
    pub(super) fn unrefunded(&self) -> Amount {
        self.totals.total - self.refunds.iter().map(|refund| refund.amount).sum()
    }

    pub(super) fn line_mut(&mut self, id: u64) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.id == id)
    }
}
