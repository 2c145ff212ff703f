//! `/orders/{id}/refunds`

use super::{
    asked::{Asked, whole},
    lists::Page,
    reply::{Refusal, Reply},
};
use crate::channels::woocommerce::{
    money::Amount,
    order::Refund,
    refunds::{Part, Unrefunded, Wanted},
    store::Store,
    view::{self, View},
};
use serde_json::Value;

pub(super) fn answer(store: &Store, asked: &Asked, method: &str, order: u64, parts: &[&str]) -> Result<Reply, Refusal> {
    match (method, parts) {
        ("GET", []) => list(store, asked, order),
        ("POST", []) => create(store, asked, order),
        ("GET", [refund]) => show(store, order, refund),
        (_, _) => Err(Refusal::no_route()),
    }
}

/// Of an order that is not there the list is empty.
fn list(store: &Store, asked: &Asked, id: u64) -> Result<Reply, Refusal> {
    let page = Page::of(asked)?;
    store.read(|known, _| {
        let view = View { known, url: &store.url };
        let refunds = known.orders.get(&id).map(|order| order.refunds.as_slice()).unwrap_or_default();
        let newest_first: Vec<&Refund> = refunds.iter().rev().collect();
        Ok(page.cut(asked, &newest_first, |refund| view::refund(view, id, refund)))
    })
}

fn show(store: &Store, id: u64, refund: &str) -> Result<Reply, Refusal> {
    store.read(|known, _| {
        let no_order = || Refusal::misplaced(404, "woocommerce_rest_invalid_order_id", "Invalid order ID.");
        let order = known.orders.get(&id).ok_or_else(no_order)?;
        let found = order.refunds.iter().find(|own| own.id.to_string() == refund);
        let found = found.ok_or_else(|| Refusal::invalid_id("shop_order_refund", 404))?;
        Ok(Reply::ok(view::refund(View { known, url: &store.url }, id, found)))
    })
}

fn create(store: &Store, asked: &Asked, id: u64) -> Result<Reply, Refusal> {
    let amount = asked.get("amount").map(|value| {
        let wrong = || Refusal::parameter("amount", "rest_invalid_type", "amount is not of type string.");
        Amount::of(&value).ok_or_else(wrong)
    });
    let amount = amount.transpose()?;
    if amount.is_some_and(|amount| amount < Amount::ZERO) {
        let message = "Refund amount must be greater than zero.";
        return Err(Refusal::misplaced(400, "woocommerce_rest_invalid_order_refund", message));
    }
    let wanted = Wanted {
        amount,
        reason: asked.text("reason").unwrap_or_default(),
        parts: asked.array("line_items").iter().map(part).collect::<Result<_, _>>()?,
        restocks: asked.flag("api_restock").unwrap_or(true),
        pays: asked.flag("api_refund").unwrap_or(true),
    };
    store.change(|known, now| {
        let refused = |why: Unrefunded| match why {
            Unrefunded::NoOrder => Refusal::misplaced(404, "woocommerce_rest_invalid_order_id", "Invalid order ID."),
            Unrefunded::Amount | Unrefunded::NoGateway | Unrefunded::Gateway => {
                Refusal::misplaced(500, "woocommerce_rest_cannot_create_order_refund", why.to_string())
            }
        };
        let refund = known.refund(id, wanted, now).map_err(refused)?;
        let view = View { known, url: &store.url };
        let found = known.orders.get(&id).and_then(|order| order.refunds.iter().find(|own| own.id == refund));
        let found = found.ok_or_else(|| refused(Unrefunded::NoOrder))?;
        Ok(Reply::created(view::refund(view, id, found), view.href(&format!("orders/{id}/refunds/{refund}"))))
    })
}

/// `{"id", "quantity", "refund_total", "refund_tax": [{"id", "refund_total"}]}`
fn part(item: &Value) -> Result<Part, Refusal> {
    let quantity = item.get("quantity").map(|value| whole("line_items[0][quantity]", value)).transpose()?;
    let taxes = item["refund_tax"].as_array().into_iter().flatten();
    let tax = |tax: &Value| {
        let rate = tax["id"].as_u64().or_else(|| tax["id"].as_str()?.parse().ok())?;
        Some((rate, Amount::of(&tax["refund_total"])?))
    };
    Ok(Part {
        item: item["id"].as_u64().unwrap_or_default(),
        quantity: quantity.unwrap_or_default(),
        total: Amount::of(&item["refund_total"]).unwrap_or_default(),
        taxes: taxes.filter_map(tax).collect(),
    })
}
