//! Laws of an order's items: each can be read, and they belong together.

use crate::{
    Books, Item,
    items::{all, payment_records, text},
};
use domain::{
    duty::ItemName, email_claim::EmailClaim, forming::Forming, fulfillment::Fulfillment, order_state::OrderState,
    placed_order::Placement, returns::Return,
};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// Every item is of a kind that this version knows, and of the shape that it writes.
pub(crate) fn every_item_can_be_read(books: &Books, broken: &mut Vec<String>) {
    for item in &books.orders {
        let (order, name) = (text(item, "order_id"), text(item, "item"));
        let read = match name.parse() {
            Ok(ItemName::Placed) => reads::<Placement>(item),
            Ok(ItemName::State) => reads::<OrderState>(item),
            Ok(ItemName::Forming) => reads::<Forming>(item),
            Ok(ItemName::Fulfillment(_)) => reads::<Fulfillment>(item),
            Ok(ItemName::Return(_)) => reads::<Return>(item),
            Ok(ItemName::Email(..)) => reads::<EmailClaim>(item),
            Err(unknown) => Err(unknown.to_string()),
        };
        if let Err(why) = read {
            broken.push(format!("{order} {name}: {why}"));
        }
        if item.get("version").and_then(serde_json::Value::as_u64).is_none() {
            broken.push(format!("{order} {name}: it has no version"));
        }
    }
}

fn reads<T: DeserializeOwned>(item: &Item) -> Result<(), String> {
    serde_json::from_value::<T>(item.clone().into()).map(drop).map_err(|error| error.to_string())
}

pub(crate) fn every_payment_record_can_be_read(books: &Books, broken: &mut Vec<String>) {
    payment_records(&books.payments, broken);
}

/// An order has what its customer asked for and a state, which name the same revision; its state and its fulfillments tell
/// the same. One that is in the making has neither.
pub(crate) fn an_order_is_whole(books: &Books, broken: &mut Vec<String>) {
    let mut unreadable = Vec::new();
    let placed: BTreeMap<String, Placement> = all(&books.orders, "placed", &mut unreadable).into_iter().collect();
    let states: BTreeMap<String, OrderState> = all(&books.orders, "state", &mut unreadable).into_iter().collect();
    let mut fulfillments: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    let is_fulfillment = |item: &&Item| text(item, "item").starts_with("fulfillment#");
    for item in books.orders.iter().filter(is_fulfillment) {
        let id = text(item, "item").trim_start_matches("fulfillment#").to_owned();
        let status = what_a_state_knows(text(item, "status")).to_owned();
        fulfillments.entry(text(item, "order_id")).or_default().insert(id, status);
    }
    if !unreadable.is_empty() {
        return;
    }
    let is_of_an_order = |item: &&Item| text(item, "item") != "forming";
    let orders: BTreeSet<&str> =
        books.orders.iter().filter(is_of_an_order).map(|item| text(item, "order_id")).collect();
    for order in orders {
        let (Some(placed), Some(state)) = (placed.get(order), states.get(order)) else {
            let missing = if states.contains_key(order) { "what was placed" } else { "its state" };
            broken.push(format!("order {order} is there without {missing}"));
            continue;
        };
        if placed.order.revision != state.revision || placed.order.channel != state.channel {
            broken.push(format!("order {order}: its state is about another revision than what was placed"));
        }
        let told = state.fulfillments.iter();
        let told = told.map(|(id, status)| (id.to_string(), what_a_state_knows(status.as_str()).to_owned())).collect();
        let found = fulfillments.remove(order).unwrap_or_default();
        if found != told {
            broken
                .push(format!("order {order}: its state tells of the fulfillments {told:?}, and there are {found:?}"));
        }
    }
}

/// Steps inside the warehouse change the fulfillment alone: the order's state notes only what matters to the order.
fn what_a_state_knows(status: &str) -> &str {
    if matches!(status, "open" | "picking" | "picked" | "packed") { "in the warehouse" } else { status }
}
