//! Laws of stock: no unit is lost, doubled or oversold.

use crate::{
    Books,
    items::{Places, all, bucket, levels, named, text},
};
use domain::{
    allocation::AllocationState,
    duty::Duty,
    forming::Forming,
    fulfillment::{Fulfillment, Remedy},
    history::Event,
    order_state::{OrderState, OrderStatus},
    returns::{Disposition, Inspection, Return},
    stock::StockDelta,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a large order has still to move counts as moved.
pub(crate) fn buckets_equal_what_orders_hold(books: &Books, broken: &mut Vec<String>) {
    let none = StockDelta::default();
    let mut held = Places::default();
    for (_, state) in all::<OrderState>(&books.orders, "state", broken) {
        for (place, delta) in state.unsettled.stock().iter() {
            let StockDelta { reserved, committed, backordered, waiting, .. } = *delta * -1;
            let moved = StockDelta { reserved, committed, backordered, waiting, ..none };
            held.add(place.sku.as_str(), place.location.as_str(), moved);
        }
        for allocation in state.stock {
            let units = i64::from(allocation.quantity);
            let (at, delta) = match allocation.state {
                AllocationState::Missing => continue,
                AllocationState::Waiting(places) => {
                    for at in places {
                        held.add(allocation.sku.as_str(), at.as_str(), StockDelta { waiting: units, ..none });
                    }
                    continue;
                }
                AllocationState::Reserved(at) => (at, StockDelta { reserved: units, ..none }),
                AllocationState::Backordered(at) => (at, StockDelta { backordered: units, ..none }),
                AllocationState::Committed(at) | AllocationState::Dispatched(at) => {
                    (at, StockDelta { committed: units, ..none })
                }
            };
            held.add(allocation.sku.as_str(), at.as_str(), delta);
        }
    }
    let mut kept = Places::default();
    for (sku, location, level) in levels(&books.stock) {
        let of = |name| bucket(level, name);
        let (reserved, committed) = (of("reserved"), of("committed"));
        let (backordered, waiting) = (of("backordered"), of("waiting"));
        let promised = StockDelta { reserved, committed, backordered, waiting, ..none };
        kept.add(sku, location, promised);
    }
    kept.compare(&held, "the buckets and what the orders hold differ", broken);
}

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

/// `available` matches its definition, and no bucket is negative: no more is sold than was supplied. Less may be there
/// than is promised only where somebody said so: by a count, or by a movement by hand.
pub(crate) fn nothing_is_negative(books: &Books, broken: &mut Vec<String>) {
    for (sku, location, level) in levels(&books.stock) {
        let of = |name| bucket(level, name);
        let left =
            of("on_hand") - of("reserved") - of("committed") - of("damaged") - of("quality_control") - of("safety");
        let free = left - of("waiting");
        if of("available") != free {
            broken.push(format!("{sku} at {location}: available is {}, and should be {free}", of("available")));
        }
        let mut movements = books.stock.iter().filter(|item| text(item, "item").starts_with("movement#"));
        let is_told = movements.any(|item| {
            let is_of_place = text(item, "sku") == sku && text(item, "location") == location;
            let change = |name: &str| item["change"][name].as_i64().unwrap_or(0);
            let lost = change("on_hand") - change("damaged") - change("quality_control") - change("safety") < 0;
            is_of_place && text(item, "reason") != "short pick" && lost
        });
        if left < 0 && !is_told {
            broken.push(format!("{sku} at {location}: {} units are promised and not there", -left));
        }
        let is_below =
            |(name, units): &(&String, &Value)| units.as_i64().is_some_and(|units| units < 0) && *name != "available";
        for (name, units) in level.iter().filter(is_below) {
            broken.push(format!("{sku} at {location}: {name} is {units}"));
        }
    }
}

/// Units on hand are those that came by movements, minus shipped units, plus returned units.
pub(crate) fn on_hand_is_explained(books: &Books, broken: &mut Vec<String>) {
    let units = |count: i64| StockDelta { on_hand: count, ..StockDelta::default() };
    let mut explained = Places::default();
    for movement in books.stock.iter().filter(|item| text(item, "item").starts_with("movement#")) {
        let came = movement["change"]["on_hand"].as_i64().unwrap_or(0);
        explained.add(text(movement, "sku"), text(movement, "location"), units(came));
    }
    for (_, fulfillment) in all::<Fulfillment>(&books.orders, "fulfillment#", broken) {
        for (line, sent) in fulfillment.units_sent() {
            if let Some(picked) = fulfillment.lines.iter().find(|picked| picked.line == line) {
                explained.add(picked.sku.as_str(), fulfillment.location.as_str(), units(-i64::from(sent)));
            }
        }
    }
    for (order, returned) in all::<Return>(&books.orders, "return#", broken) {
        for line in &returned.lines {
            for found in line.inspected.iter().filter(|units| units.disposition != Disposition::Missing) {
                match &returned.location {
                    Some(location) => {
                        explained.add(line.sku.as_str(), location.as_str(), units(found.quantity.into()));
                    }
                    None => broken.push(format!("order {order}: a return was inspected and received nowhere")),
                }
            }
        }
    }
    for (sku, location, found) in came_back_in_parcels(books, broken) {
        if found.disposition != Disposition::Missing {
            explained.add(&sku, &location, units(found.quantity.into()));
        }
    }
    let mut there = Places::default();
    levels(&books.stock).for_each(|(sku, location, level)| there.add(sku, location, units(bucket(level, "on_hand"))));
    there.compare(&explained, "what is on hand is not what came, went and came back", broken);
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

/// Units that came and are not for sale.
fn kept_apart(found: &Inspection) -> StockDelta {
    let (units, none) = (i64::from(found.quantity), StockDelta::default());
    match found.disposition {
        Disposition::Restocked | Disposition::Missing => none,
        Disposition::NotRestocked => StockDelta { damaged: units, ..none },
        Disposition::ProcessingRequired => StockDelta { quality_control: units, ..none },
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

/// Units that came back to their sender in parcels: the SKU, where, and what was found.
fn came_back_in_parcels(books: &Books, broken: &mut Vec<String>) -> Vec<(String, String, Inspection)> {
    let mut came = Vec::new();
    for (_, fulfillment) in all::<Fulfillment>(&books.orders, "fulfillment#", broken) {
        for back in fulfillment.parcels.iter().filter_map(|parcel| parcel.received_back.as_ref()) {
            for (line, found) in &back.found {
                let picked = fulfillment.lines.iter().filter(|picked| picked.line == *line);
                let units = picked.flat_map(|of| {
                    found.iter().map(|one| (of.sku.to_string(), back.location.to_string(), one.clone()))
                });
                came.extend(units);
            }
        }
    }
    came
}

/// Damaged units, units in quality control, units kept back and announced units match the movements and inspections.
pub(crate) fn what_cannot_be_sold_is_explained(books: &Books, broken: &mut Vec<String>) {
    let none = StockDelta::default();
    let unsellable = |of: &dyn Fn(&str) -> i64| {
        let (damaged, quality_control, safety) = (of("damaged"), of("quality_control"), of("safety"));
        StockDelta { damaged, quality_control, safety, incoming: of("incoming"), ..none }
    };
    let mut explained = Places::default();
    for movement in books.stock.iter().filter(|item| text(item, "item").starts_with("movement#")) {
        let change = unsellable(&|name| movement["change"][name].as_i64().unwrap_or(0));
        explained.add(text(movement, "sku"), text(movement, "location"), change);
    }
    for (_, returned) in all::<Return>(&books.orders, "return#", broken) {
        let Some(location) = &returned.location else { continue };
        for line in &returned.lines {
            for found in &line.inspected {
                explained.add(line.sku.as_str(), location.as_str(), kept_apart(found));
            }
        }
    }
    for (sku, location, found) in came_back_in_parcels(books, broken) {
        explained.add(&sku, &location, kept_apart(&found));
    }
    let mut there = Places::default();
    for (sku, location, level) in levels(&books.stock) {
        there.add(sku, location, unsellable(&|name| bucket(level, name)));
    }
    there.compare(&explained, "what cannot be sold is not what movements and inspections say", broken);
}
