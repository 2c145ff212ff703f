//! An order of WooCommerce's as ours: <https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties>.
//!
//! It is read whole or not at all. What can be read in one way only, but does not fit, is read so, and is a doubt.

mod address;
mod lines;
mod reader;
mod refunds;

use super::fields::{self, list, some_text, text, utc, word};
use domain::{
    channel_order::{Buyer, ChannelOrder, ChannelPayment, PaymentStanding, PostalAddress, Stage},
    money::Amount,
};
use reader::Reader;
use serde_json::Value;

/// Ways of shipping in which customers come for their goods.
const COLLECTED: [&str; 2] = ["local_pickup", "pickup_location"];

/// Reads an order. `refunds`: its refunds with their lines, which the order itself only names. An error says why it cannot be read.
pub(crate) fn read(order: &Value, refunds: &[Value]) -> Result<ChannelOrder, String> {
    let id = fields::id(&order["id"]).ok_or("it has no id")?;
    let currency = text(order, "currency");
    let currency = currency.parse().map_err(|_| format!("its currency {} is not known", word(&currency)))?;
    let tax_included = order["prices_include_tax"].as_bool().unwrap_or_default();
    let mut reader = Reader::new(currency, tax_included, lines::rates(order));
    let (made, changed) = (utc(order, "date_created_gmt"), utc(order, "date_modified_gmt"));
    let placed_at = made.or(changed).ok_or("neither date_created_gmt nor date_modified_gmt is a time")?;
    let total = reader.amount(order, "", "total")?;
    let status = text(order, "status");
    let stage = stage(&status);
    Ok(ChannelOrder {
        number: some_text(order, "number").unwrap_or_else(|| id.clone()),
        id,
        placed_at,
        changed_at: changed.unwrap_or(placed_at),
        is_test: false,
        currency,
        customer: customer(order),
        ships_to: destination(order, &mut reader),
        bills_to: address::read(&order["billing"]),
        lines: lines::goods(order, &mut reader)?,
        fees: lines::fees(order, &mut reader)?,
        shipping: lines::shipping(order, &mut reader)?,
        tax_included,
        total,
        payment: payment(order, &status, &stage, total, &mut reader),
        refunds: refunds::read(refunds, &mut reader)?,
        doubts: reader.doubts(),
        stage,
    })
}

/// What a status means. One of a plugin's is for people, or for the channel's settings.
pub(crate) fn stage(status: &str) -> Stage {
    match status.strip_prefix("wc-").unwrap_or(status) {
        "checkout-draft" | "auto-draft" | "draft" | "new" => Stage::Draft,
        "pending" | "on-hold" => Stage::Unpaid,
        "processing" | "completed" => Stage::Accepted,
        "cancelled" | "failed" | "trash" => Stage::Cancelled,
        "refunded" => Stage::Refunded,
        other => Stage::Unknown(word(other)),
    }
}

/// Where the money is. When it came tells more than the status.
fn payment(order: &Value, status: &str, stage: &Stage, amount: Amount, reader: &mut Reader) -> Option<ChannelPayment> {
    let at = utc(order, "date_paid_gmt");
    let standing = match stage {
        Stage::Draft => return None,
        _ if at.is_some() => PaymentStanding::Received,
        Stage::Unpaid if status.ends_with("on-hold") => PaymentStanding::Expected,
        Stage::Accepted => PaymentStanding::OnAccount,
        Stage::Unpaid | Stage::Cancelled | Stage::Refunded | Stage::Unknown(_) => return None,
    };
    if *stage == Stage::Unpaid && at.is_some() {
        reader.doubt(format!("It is {} although it is paid: somebody looks it over at the shop.", word(status)));
    }
    let method = some_text(order, "payment_method_title").unwrap_or_else(|| text(order, "payment_method"));
    Some(ChannelPayment { standing, method, amount, at })
}

fn customer(order: &Value) -> Buyer {
    let (billing, shipping) = (&order["billing"], &order["shipping"]);
    let names = [billing, shipping].map(address::name);
    Buyer {
        name: names.into_iter().find(|name| !name.is_empty()).unwrap_or_default(),
        email: some_text(billing, "email"),
        phone: some_text(billing, "phone").or_else(|| some_text(shipping, "phone")),
        locale: None,
    }
}

/// Where it goes. An empty address means that nothing is sent: WooCommerce copies the other one where goods go there.
fn destination(order: &Value, reader: &mut Reader) -> Option<PostalAddress> {
    let ways = list(order, "shipping_lines");
    let is_collected = |way: &Value| COLLECTED.contains(&text(way, "method_id").as_str());
    if !ways.is_empty() && ways.iter().all(is_collected) {
        return None;
    }
    let address = address::read(&order["shipping"]);
    if address.is_none() && !ways.is_empty() {
        reader.doubt("It has a way of shipping, but no address to ship to.".to_owned());
    }
    address
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests;
