//! What an order comes to.

use super::{
    money::Amount,
    order::{Order, Tax, TaxLine, Totals},
    settings::Settings,
};
use std::collections::BTreeMap;

/// Adds an order up. `new_id` gives ids to new tax lines.
pub(super) fn add_up(order: &mut Order, settings: &Settings, mut new_id: impl FnMut() -> u64) {
    let shown = |amount: Amount| amount.rounded(settings.decimals);
    let kept = |amount: Amount| if settings.round_at_subtotal { amount } else { shown(amount) };
    let ids: BTreeMap<u64, u64> = order.taxes.iter().map(|(rate, line)| (*rate, line.id)).collect();
    let mut taxes: BTreeMap<u64, TaxLine> = BTreeMap::new();
    let goods = order.lines.iter().flat_map(|line| &line.taxes);
    for Tax { rate, total, .. } in goods.chain(order.fees.iter().flat_map(|fee| &fee.taxes)) {
        let line = taxes.entry(*rate).or_default();
        line.tax = line.tax + kept(*total);
    }
    for Tax { rate, total, .. } in order.shipping_lines.iter().flat_map(|charge| &charge.taxes) {
        let line = taxes.entry(*rate).or_default();
        line.shipping = line.shipping + kept(*total);
    }
    for (rate, line) in &mut taxes {
        line.id = ids.get(rate).copied().unwrap_or_else(&mut new_id);
    }
    let subtotal: Amount = order.lines.iter().map(|line| kept(line.subtotal)).sum();
    let total: Amount = order.lines.iter().map(|line| kept(line.total)).sum();
    let untaxed = |line: &super::order::Line| line.subtotal_tax() - line.total_tax();
    let fees: Amount = order.fees.iter().map(|fee| fee.total).sum();
    let shipping: Amount = order.shipping_lines.iter().map(|charge| charge.total).sum();
    let cart_tax = shown(taxes.values().map(|line| line.tax).sum());
    let shipping_tax = shown(taxes.values().map(|line| line.shipping).sum());
    order.totals = Totals {
        discount: shown(subtotal - total),
        discount_tax: shown(order.lines.iter().map(untaxed).sum()),
        shipping: shown(shipping),
        shipping_tax,
        cart_tax,
        total: shown(total + fees + shipping + cart_tax + shipping_tax),
    };
    order.taxes = taxes;
}
