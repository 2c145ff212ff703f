//! Laws of what is only found in an index: what is due, listed, to be worked on, unmatched.

use crate::{
    Books, Item,
    items::{all, is_payment_record, named, payment_records, text},
};
use domain::{
    duty::Due, forming::Forming, fulfillment::Fulfillment, order_state::OrderState, payment_record::PaymentRecord,
    returns::Return, search::sortable,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How many partitions a class of the index `due` has.
const SHARDS: u8 = 4;

/// What owes work, waits or expires is in the index `due`, in the class that says why, and nothing else is. (E-mails that did
/// not arrive have a law of their own.)
pub(crate) fn what_is_due_is_in_its_index(books: &Books, broken: &mut Vec<String>) {
    // A class does not depend on the moment.
    let now = Timestamp::UNIX_EPOCH;
    let mut unreadable = Vec::new();
    let mut due: BTreeMap<(String, String), Option<Due>> = BTreeMap::new();
    let orders = &books.orders;
    let mut expect = |kind: &str, of: Vec<(String, Option<Due>)>| {
        let names = named(orders, kind).map(|item| text(item, "item").to_owned());
        due.extend(of.into_iter().zip(names).map(|((order, due), name)| ((order, name), due)));
    };
    // An unreadable one would shift the names, and breaks a law of its own.
    expect("state", each(orders, "state", &mut unreadable, |state: OrderState| state.due(None, now)));
    expect("forming", each(orders, "forming", &mut unreadable, |forming: Forming| forming.due()));
    expect("fulfillment#", each(orders, "fulfillment#", &mut unreadable, |f: Fulfillment| f.due(None, now)));
    expect("return#", each(orders, "return#", &mut unreadable, |returned: Return| returned.due(None, now)));
    if !unreadable.is_empty() {
        return;
    }
    for item in orders.iter().filter(|item| !text(item, "item").starts_with("email#")) {
        let (order, name) = (text(item, "order_id"), text(item, "item"));
        let expected = due.get(&(order.to_owned(), name.to_owned())).copied().flatten().map(|due| match due {
            Due::Owed(_) => "owed",
            Due::Unpaid(_) => "unpaid",
            Due::Waiting(_) => "waiting",
        });
        let (class, at) = (text(item, "due_class"), text(item, "due_at"));
        let is_right = match (expected, class.split_once('#')) {
            (None, None) => class.is_empty() && at.is_empty(),
            (Some(expected), Some((class, shard))) => {
                let is_moment = at.len() == 14 && at.bytes().all(|digit| digit.is_ascii_digit());
                class == expected && shard.parse::<u8>().is_ok_and(|shard| shard < SHARDS) && is_moment
            }
            _ => false,
        };
        if !is_right {
            let wanted = expected.unwrap_or("not");
            broken.push(format!(
                "order {order}, {name}: it is {wanted} due, and the index has it as {class:?} at {at:?}"
            ));
        }
    }
}

fn each<T: serde::de::DeserializeOwned>(
    orders: &[Item],
    kind: &str,
    unreadable: &mut Vec<String>,
    due: impl Fn(T) -> Option<Due>,
) -> Vec<(String, Option<Due>)> {
    all::<T>(orders, kind, unreadable).into_iter().map(|(order, value)| (order, due(value))).collect()
}

/// Every order is in the list of its channel, on the side of the active, the closed or the erased ones.
pub(crate) fn every_order_is_listed(books: &Books, broken: &mut Vec<String>) {
    let states = all::<OrderState>(&books.orders, "state", &mut Vec::new());
    let items: BTreeMap<&str, &Item> =
        named(&books.orders, "state").map(|item| (text(item, "order_id"), item)).collect();
    for (order, state) in states {
        let side = match (state.status.is_active(), state.is_erased()) {
            (true, _) => "active",
            (false, false) => "closed",
            (false, true) => "erased",
        };
        let expected = (format!("{}#{side}", state.channel), format!("{}#{order}", sortable(state.placed_at)));
        let Some(item) = items.get(order.as_str()) else { continue };
        let listed = (text(item, "listing_key").to_owned(), text(item, "listed_at").to_owned());
        if listed != expected {
            broken.push(format!("order {order} is listed as {listed:?}, and not as {expected:?}"));
        }
    }
}

/// What the warehouse has still to do is in the list of its location, and nothing else is.
pub(crate) fn work_is_listed(books: &Books, broken: &mut Vec<String>) {
    let mut unreadable = Vec::new();
    let fulfillments = all::<Fulfillment>(&books.orders, "fulfillment#", &mut unreadable);
    if !unreadable.is_empty() {
        return;
    }
    for (item, (order, fulfillment)) in named(&books.orders, "fulfillment#").zip(fulfillments) {
        let listed = (text(item, "work_location"), text(item, "work_since"));
        let since = format!("{}#{order}", sortable(fulfillment.created_at));
        let location = match (fulfillment.status.is_work(), fulfillment.put_back.is_empty()) {
            (true, _) => fulfillment.location.to_string(),
            (false, false) => format!("{}#put-back", fulfillment.location),
            (false, true) => String::new(),
        };
        let expected = if location.is_empty() { ("", "") } else { (location.as_str(), since.as_str()) };
        if listed != expected {
            let name = text(item, "item");
            broken.push(format!("order {order}, {name}: the work is listed as {listed:?}, and not as {expected:?}"));
        }
    }
}

/// A payment that waits for its order, for a person or for its refund is in the list of unmatched payments, and no other is.
pub(crate) fn unmatched_payments_are_listed(books: &Books, broken: &mut Vec<String>) {
    let mut unreadable = Vec::new();
    let records = payment_records(&books.payments, &mut unreadable);
    if !unreadable.is_empty() {
        return;
    }
    let items = books.payments.iter().filter(|item| is_payment_record(item));
    for (item, (payment, record)) in items.zip(records) {
        let expected = class_of(&record);
        let class = Some(text(item, "unmatched_class")).filter(|class| !class.is_empty());
        if class != expected || class.is_some() != item.contains_key("unmatched_since") {
            broken.push(format!("payment {payment} is listed as {class:?}, and not as {expected:?}"));
        }
    }
}

fn class_of(record: &PaymentRecord) -> Option<&'static str> {
    if record.refund_owed_since.is_some() {
        return Some("owes-refund");
    }
    record.unmatched_at?;
    let awaits_order = record.order.is_some() && !record.is_given_back();
    match (awaits_order, record.has_or_awaits_money()) {
        (true, true) => Some("awaits-order"),
        (true, false) => Some("awaits-order-without-money"),
        (false, true) => Some("names-no-order"),
        (false, false) => None,
    }
}
