//! What lines of an order cost, with their taxes and coupons.

use super::{
    catalog::Product,
    coupons::Coupon,
    known::Ids,
    money::Amount,
    order::{CouponLine, Line, Order, Tax},
    settings::Settings,
    tax::{HOME, Rate},
};
use serde_json::json;

/// What a customer sees as the price of a unit: with tax if the shop's prices include it.
fn shown_price(product: &Product, rate: Option<&Rate>, settings: &Settings) -> Amount {
    let price = product.amount();
    let home = Rate::of(product.tax, HOME);
    if !settings.prices_include_tax || rate == home {
        return price;
    }
    // Elsewhere the price has the tax of that place instead of the shop's own.
    let net = price - home.map(|home| home.inside(price)).unwrap_or_default();
    match rate {
        Some(rate) => (net + rate.on(net)).rounded(settings.decimals),
        None => net,
    }
}

/// An amount without its tax, and the tax.
fn split(shown: Amount, rate: Option<&Rate>, includes_tax: bool) -> (Amount, Amount) {
    match rate {
        None => (shown, Amount::ZERO),
        Some(rate) if includes_tax => (shown - rate.inside(shown), rate.inside(shown)),
        Some(rate) => (shown, rate.on(shown)),
    }
}

/// So many units of a product, for somebody in a country.
pub(super) fn line(ids: &mut Ids, product: &Product, quantity: i64, country: &str, settings: &Settings) -> Line {
    let rate = Rate::of(product.tax, country);
    let shown = shown_price(product, rate, settings) * quantity;
    let (net, tax) = split(shown, rate, settings.prices_include_tax);
    let meta = product.option.iter().map(|(name, option)| {
        let mut meta = ids.meta(&name.to_lowercase(), option.clone());
        meta.display_key = Some(name.clone());
        meta
    });
    let (id, variation) = if product.parent == 0 { (product.id, 0) } else { (product.parent, product.id) };
    Line {
        meta: meta.collect(),
        id: ids.item(),
        name: product.title(),
        product: id,
        variation,
        quantity,
        class: product.tax,
        subtotal: net,
        total: net,
        taxes: rate.map(|rate| Tax { rate: rate.id, subtotal: tax, total: tax }).into_iter().collect(),
    }
}

/// Takes a coupon off the lines of an order, which has none yet.
pub(super) fn redeem(order: &mut Order, coupon: &Coupon, settings: &Settings, ids: &mut Ids) {
    let country = order.taxed_in();
    let (includes_tax, decimals) = (order.includes_tax, settings.decimals);
    let shown = |line: &Line| {
        if includes_tax { (line.subtotal + line.subtotal_tax()).rounded(decimals) } else { line.subtotal }
    };
    let prices: Vec<_> = order.lines.iter().map(|line| (shown(line), line.quantity)).collect();
    for (line, off) in order.lines.iter_mut().zip(coupon.takes_off(&prices, decimals)) {
        let (net, tax) = split(shown(line) - off, Rate::of(line.class, &country), includes_tax);
        line.total = net;
        line.taxes.iter_mut().for_each(|own| own.total = tax);
    }
    let info = json!([coupon.id, coupon.code, coupon.kind(), coupon.amount()]).to_string();
    let (discount, discount_tax) = taken_off(&order.lines);
    let code = coupon.code.to_owned();
    order.coupons.push(CouponLine {
        id: ids.item(),
        code,
        discount,
        discount_tax,
        meta: vec![ids.meta("coupon_info", info)],
    });
}

/// What coupons take off lines, and off their taxes.
pub(super) fn taken_off(lines: &[Line]) -> (Amount, Amount) {
    let off = |line: &Line| line.subtotal - line.total;
    let tax_off = |line: &Line| line.subtotal_tax() - line.total_tax();
    (lines.iter().map(off).sum(), lines.iter().map(tax_off).sum())
}
