//! What orders are found by, and what is left of customers that were erased.

use crate::{
    Books, Item,
    items::{all, named, text},
};
use domain::{
    contact::EmailAddress,
    found_by::FoundBy,
    fulfillment::Fulfillment,
    ids::OrderId,
    order_state::OrderState,
    placed_order::Placement,
    search::{sortable, tracking_numbers},
};
use std::collections::{BTreeMap, BTreeSet};

/// An entry of the search table that an order must have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub term: String,
    /// The moment of the order, and the order.
    pub at: String,
}

/// The entries that orders must have, each with its order.
pub fn entries(orders: &[Item]) -> BTreeSet<(String, Found)> {
    let placed: Vec<(String, Placement)> = all(orders, "placed", &mut Vec::new());
    let moments: BTreeMap<&String, String> =
        placed.iter().map(|(order, placed)| (order, sortable(placed.order.placed_at))).collect();
    let entry = |order: &String, term: String| {
        let at = format!("{}#{order}", moments.get(order)?);
        Some((order.clone(), Found { term, at }))
    };
    let mut entries = BTreeSet::new();
    for (order, placed) in &placed {
        entries.extend(placed.order.lines.iter().filter_map(|line| entry(order, format!("sku#{}", line.sku))));
    }
    for (order, fulfillment) in all::<Fulfillment>(orders, "fulfillment", &mut Vec::new()) {
        let numbers = tracking_numbers([&fulfillment]);
        entries.extend(numbers.iter().filter_map(|number| entry(&order, format!("tracking#{}", number.as_str()))));
    }
    entries
}

/// Each order is found by its customer, its SKUs and its tracking numbers.
pub(crate) fn every_order_is_found(books: &Books, broken: &mut Vec<String>) {
    let there: BTreeSet<(&str, &str)> =
        books.search.iter().map(|item| (text(item, "term"), text(item, "at"))).collect();
    for (order, Found { term, at }) in entries(&books.orders) {
        if !there.contains(&(term.as_str(), at.as_str())) {
            broken.push(format!("order {order} is not found by {term}"));
        }
    }
    let erased = erased(books);
    for item in named(&books.orders, "placed").filter(|item| !erased.contains(text(item, "order_id"))) {
        // A shop may know no address.
        let knows_email = item["customer"]["email"] != *EmailAddress::unknown().as_str();
        let keys = ["found_at", "name_key", "name_at"].iter().chain(knows_email.then_some(&"email_key"));
        if let Some(missing) = keys.into_iter().find(|key| !item.contains_key(**key)) {
            broken.push(format!("order {} is in no index of {missing}", text(item, "order_id")));
        }
    }
}

/// The keys of an order's customer are those that the search asks for: they depend on a secret of the settings table, without
/// which no order is found any more.
pub(crate) fn customers_keys_are_of_the_search_key(books: &Books, broken: &mut Vec<String>) {
    let erased = erased(books);
    for (order, placed) in all::<Placement>(&books.orders, "placed", &mut Vec::new()) {
        let Placement { order: placed, .. } = placed;
        let key = books.settings.search_key.as_ref();
        let is_right = key.is_some_and(|key| key.found_by(&placed.customer, placed.placed_at) == placed.found_by);
        if !is_right && !erased.contains(&order) {
            broken.push(format!("order {order} has other keys of its customer than the search key makes"));
        }
    }
}

/// An entry names an order, at a moment. (It may find nothing: the commit that it was written for may have failed.)
pub(crate) fn entries_name_orders(books: &Books, broken: &mut Vec<String>) {
    for item in &books.search {
        let (term, at) = (text(item, "term"), text(item, "at"));
        let is_moment = |moment: &str| moment.len() == 14 && moment.bytes().all(|digit| digit.is_ascii_digit());
        let is_place =
            at.split_once('#').is_some_and(|(moment, order)| is_moment(moment) && order.parse::<OrderId>().is_ok());
        if !is_place || !(term.starts_with("sku#") || term.starts_with("tracking#")) {
            broken.push(format!("the search entry {term} {at:?} names no order"));
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
