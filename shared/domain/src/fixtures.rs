//! Ordinary values for tests: one place, so that a new field is filled in once.

#![allow(clippy::unwrap_used)]

use crate::{
    money::Amount,
    placed_order::{Address, Customer, Line, PlacedOrder, Shipping},
};
use jiff::Timestamp;

/// An order of these lines: SKU, quantity, unit price.
pub fn placed(lines: &[(&str, u32, Amount)]) -> PlacedOrder {
    let line = |&(sku, quantity, unit_price): &(&str, u32, Amount)| Line {
        sku: sku.parse().unwrap(),
        title: sku.to_owned(),
        quantity,
        unit_price,
        discount: 0,
        tax: 0,
    };
    let address = Address {
        name: "Ada".into(),
        company: None,
        line1: "1 Main St".into(),
        line2: None,
        city: "London".into(),
        postal_code: Some("N1".into()),
        region: None,
        country: "GB".into(),
    };
    let mut placed = PlacedOrder {
        channel: "web".parse().unwrap(),
        reference: "1001".into(),
        placed_at: Timestamp::from_second(1_764_000_000).unwrap(),
        currency: "EUR".parse().unwrap(),
        customer: Customer { name: "Ada".into(), email: "ada@example.com".into(), phone: None, locale: None },
        shipping_address: address,
        billing_address: None,
        lines: lines.iter().map(line).collect(),
        shipping: Shipping { method: "Standard".into(), price: 0, tax: 0 },
        discount: None,
        tax_included: true,
        total: 0,
        payment: None,
    };
    placed.total = placed.totals().unwrap().total;
    placed
}
