//! What orders are found by, and what is left of customers that were erased.

use crate::{
    Books, Item,
    items::{all, named, text},
};
use domain::{
    found_by::FoundBy, fulfillment::Fulfillment, order_state::OrderState, placed_order::Placement,
    search::tracking_numbers,
};
use std::collections::{BTreeMap, BTreeSet};

/// Each order is found by its customer, its SKUs and its tracking numbers.
pub(crate) fn every_order_is_found(books: &Books, broken: &mut Vec<String>) {
    let entry = |item: &Item| {
        let (_, order) = text(item, "at").rsplit_once('#')?;
        Some((order.to_owned(), text(item, "term").to_owned()))
    };
    let entries: BTreeSet<(String, String)> = books.search.iter().filter_map(entry).collect();
    let mut must_be_found = |order: &str, term: String| {
        if !entries.contains(&(order.to_owned(), term.clone())) {
            broken.push(format!("order {order} is not found by {term}"));
        }
    };
    for (order, placement) in all::<Placement>(&books.orders, "placed", &mut Vec::new()) {
        for line in &placement.order.lines {
            must_be_found(&order, format!("sku#{}", line.sku));
        }
    }
    for (order, fulfillment) in all::<Fulfillment>(&books.orders, "fulfillment", &mut Vec::new()) {
        for number in tracking_numbers([&fulfillment]) {
            must_be_found(&order, format!("tracking#{}", number.as_str()));
        }
    }
    let erased = erased(books);
    for item in named(&books.orders, "placed").filter(|item| !erased.contains(text(item, "order_id"))) {
        if let Some(missing) =
            ["email_key", "found_at", "name_key", "name_at"].iter().find(|key| !item.contains_key(**key))
        {
            broken.push(format!("order {} is in no index of {missing}", text(item, "order_id")));
        }
    }
}

fn erased(books: &Books) -> BTreeSet<String> {
    let states = all::<OrderState>(&books.orders, "state", &mut Vec::new()).into_iter();
    states.filter(|(_, state)| state.is_erased()).map(|(order, _)| order).collect()
}

/// An order whose customer was erased is over, holds nothing, and is found by no person.
pub(crate) fn erased_orders_need_nobody(books: &Books, broken: &mut Vec<String>) {
    let placed: BTreeMap<String, Placement> = all(&books.orders, "placed", &mut Vec::new()).into_iter().collect();
    for (order, state) in all::<OrderState>(&books.orders, "state", &mut Vec::new()) {
        let is_over = !state.status.is_active() && state.stock.is_empty();
        let Some(placed) = placed.get(&order) else { continue };
        if state.is_erased() && !is_over {
            broken.push(format!("order {order} lost its customer before it was over"));
        }
        if state.is_erased() && placed.order.found_by != FoundBy::default() {
            broken.push(format!("order {order} is still found by its customer, who was erased"));
        }
    }
}
