//! What an order charges. `total` is after discounts and never has its tax in it, `subtotal` is before them. `price` is a float, and is
//! never read. Coupons are in the totals already.

use super::reader::Reader;
use crate::woocommerce::{
    entities,
    fields::{self, list, meta, some_text, text},
    listings,
};
use domain::{
    channel_order::{Bought, Charge},
    money::parse_decimal,
};
use serde_json::Value;

/// The rates that an order names, in hundredths of a percent, by their ids. Old versions name none, and some are finer than that.
pub(super) fn rates(order: &Value) -> Vec<(String, u16)> {
    let rate = |line: &Value| {
        let percent = parse_decimal(&text(line, "rate_percent"), 2)?;
        Some((text(line, "rate_id"), u16::try_from(percent).ok()?))
    };
    list(order, "tax_lines").iter().filter_map(rate).collect()
}

pub(super) fn goods(order: &Value, reader: &mut Reader) -> Result<Vec<Bought>, String> {
    let lines = order["line_items"].as_array().ok_or("line_items is missing")?;
    let is_download = is_download(order);
    let line = |(n, line): (usize, &Value)| {
        let place = format!("line_items[{n}].");
        let total = reader.charged(line, &place, "total", "total_tax")?;
        Ok(Bought {
            id: fields::id(&line["id"]).ok_or_else(|| format!("{place}id is missing"))?,
            listing: listings::id(&line["product_id"], &line["variation_id"]).unwrap_or_default(),
            sku: some_text(line, "sku"),
            title: entities::title(&text(line, "name")),
            quantity: reader.units(line, &place, 1)?,
            subtotal: subtotal(line, &place, reader)?.unwrap_or(total),
            total,
            tax: reader.tax(line, &place, "total_tax")?,
            tax_rate: rate(line, reader),
            stocked: !is_download || meta(line, "_reduced_stock").is_some(),
        })
    };
    lines.iter().enumerate().map(line).collect()
}

fn subtotal(line: &Value, place: &str, reader: &mut Reader) -> Result<Option<i64>, String> {
    let is_told = some_text(line, "subtotal").is_some();
    is_told.then(|| reader.charged(line, place, "subtotal", "subtotal_tax")).transpose()
}

/// What is charged beside the goods; below 0 it is a plugin's discount.
pub(super) fn fees(order: &Value, reader: &mut Reader) -> Result<Vec<Charge>, String> {
    charges(order, "fee_lines", "name", reader)
}

pub(super) fn shipping(order: &Value, reader: &mut Reader) -> Result<Vec<Charge>, String> {
    charges(order, "shipping_lines", "method_title", reader)
}

fn charges(order: &Value, lines: &str, title: &str, reader: &mut Reader) -> Result<Vec<Charge>, String> {
    let charge = |(n, line): (usize, &Value)| {
        let place = format!("{lines}[{n}].");
        let total = reader.charged(line, &place, "total", "total_tax")?;
        Ok(Charge {
            title: entities::title(&text(line, title)),
            subtotal: total,
            total,
            tax: reader.tax(line, &place, "total_tax")?,
            tax_rate: rate(line, reader),
        })
    };
    list(order, lines).iter().enumerate().map(charge).collect()
}

/// The rate of a line's tax, if it has one tax. A rate of the order that does not count for the line has no total there.
fn rate(line: &Value, reader: &Reader) -> Option<u16> {
    let mut taxes = list(line, "taxes").iter().filter(|tax| some_text(tax, "total").is_some());
    let only = taxes.next().filter(|_| taxes.next().is_none())?;
    reader.rate(&text(only, "id"))
}

/// Whether the shop says that nothing of the order has to be done: all of it is virtual, and is downloaded. It says the same of products
/// that it has no more, so nothing may be shipped either.
fn is_download(order: &Value) -> bool {
    order["needs_processing"] == false && list(order, "shipping_lines").is_empty()
}
