//! Laws of an order's goods: each unit is somewhere, and none is made good twice.

use crate::{
    Books,
    items::{all, named, text},
};
use domain::{
    duty::Duty,
    forming::Forming,
    fulfillment::{Fulfillment, Remedy},
    history::Event,
    order_state::{OrderState, OrderStatus},
};
use std::collections::BTreeMap;

/// An order that has still to move stock owes it, so that it is not forgotten.
pub(crate) fn what_is_unsettled_is_owed(books: &Books, broken: &mut Vec<String>) {
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        if !state.unsettled.is_empty() && !state.owed.contains(&Duty::StockSettlement) {
            broken.push(format!("order {order} has stock to move, and does not owe it"));
        }
    }
}

/// What a large order reserved before it was one is given back if it never became one.
pub(crate) fn nothing_is_kept_for_an_order_that_never_came(books: &Books, broken: &mut Vec<String>) {
    for (order, forming) in all::<Forming>(&books.orders, "forming", broken) {
        if !forming.stock.is_empty() {
            broken.push(format!("stock is reserved for order {order}, which never came"));
        }
    }
}

/// Each ordered unit is held (or known to be missing) or shipped, exactly once. A cancelled order holds and ships none,
/// and an order whose rest was cancelled holds none.
pub(crate) fn every_unit_is_somewhere(books: &Books, broken: &mut Vec<String>) {
    let mut sent: BTreeMap<(String, u16), u32> = BTreeMap::new();
    for (order, fulfillment) in all::<Fulfillment>(&books.orders, "fulfillment#", broken) {
        // What was sent again did not arrive the first time.
        let again = fulfillment.units_with(Remedy::Reship);
        for (line, units) in fulfillment.units_sent() {
            *sent.entry((order.clone(), line)).or_default() += units - again.get(&line).copied().unwrap_or(0);
        }
    }
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        let Some(placed) = named(&books.orders, "placed").find(|placed| text(placed, "order_id") == order) else {
            broken.push(format!("order {order} has a state and was never placed"));
            continue;
        };
        let rest_cancelled = state.history.iter().any(|entry| entry.what == Event::RestCancelled);
        for line in placed["lines"].as_array().into_iter().flatten() {
            let number = line["id"].as_u64().and_then(|id| u16::try_from(id).ok()).unwrap_or(u16::MAX);
            let held: u32 = state.stock.iter().filter(|held| held.line == number).map(|held| held.quantity).sum();
            let sent = sent.get(&(order.clone(), number)).copied().unwrap_or(0);
            let units = line["quantity"].as_u64().filter(|_| line["stocked"] != false);
            let ordered = units.and_then(|units| u32::try_from(units).ok()).unwrap_or(0);
            let expected = match state.status {
                OrderStatus::Cancelled { .. } => (0, 0),
                _ if rest_cancelled => (0, sent.min(ordered)),
                _ => (ordered - sent.min(ordered), sent),
            };
            if (held, sent) != expected {
                broken
                    .push(format!("order {order}, line {number}: held and sent {:?}, not {expected:?}", (held, sent)));
            }
        }
    }
}

/// A unit that was ordered is with its customer, on its way, to be sent, or paid back, and never two of these: no unit is
/// made good twice. Units that a person refunded beside that are goodwill.
pub(crate) fn no_unit_is_made_good_twice(books: &Books, broken: &mut Vec<String>) {
    let mut good: BTreeMap<(String, u16), u32> = BTreeMap::new();
    for (order, fulfillment) in all::<Fulfillment>(&books.orders, "fulfillment#", broken) {
        for parcel in fulfillment.parcels.iter().filter(|parcel| parcel.shipment.is_some()) {
            let counts = parcel.resolution.as_ref().is_none_or(|made| made.remedy == Remedy::Refund);
            for packed in parcel.contents.iter().filter(|_| counts) {
                *good.entry((order.clone(), packed.line)).or_default() += packed.quantity;
            }
        }
    }
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        for held in &state.stock {
            *good.entry((order.clone(), held.line)).or_default() += held.quantity;
        }
    }
    for ((order, line), units) in good {
        let placed = named(&books.orders, "placed").find(|placed| text(placed, "order_id") == order);
        let lines = placed.and_then(|placed| placed["lines"].as_array());
        let ordered =
            lines.into_iter().flatten().find(|own| own["id"].as_u64().unwrap_or(line.into()) == u64::from(line));
        let ordered = ordered.and_then(|own| own["quantity"].as_u64()).unwrap_or(0);
        if u64::from(units) > ordered {
            broken.push(format!("order {order}, line {line}: {units} units are made good of {ordered} ordered"));
        }
    }
}
