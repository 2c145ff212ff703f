//! Laws of stock: no unit is lost, doubled or oversold. They add up what all orders and movements say about each place, order
//! by order, so that a shop's books need not be in memory at once.

use crate::{
    Item,
    items::{Place, Places, all, bucket, level_of, text},
};
use domain::{
    allocation::{Allocation, AllocationState},
    forming::Forming,
    fulfillment::Fulfillment,
    order_state::OrderState,
    returns::{Disposition, Inspection, Return},
    stock::StockDelta,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the orders, the movements and the levels say about each place.
#[derive(Debug, Default)]
pub struct Shelves {
    /// What orders hold of the promises at a place: reserved, committed, backordered, waiting.
    held: Places,
    /// The same, as the levels have it.
    kept: Places,
    /// Units on hand by movements, shipments and returns.
    came: Places,
    /// The same, as the levels have it.
    there: Places,
    /// Units that are there and cannot be sold, by movements and inspections.
    apart: Places,
    /// The same, as the levels have it.
    unsellable: Places,
    /// Whole levels that contradict themselves: why.
    impossible: BTreeMap<Place, Vec<String>>,
    /// Places with fewer units than are promised: how many are missing.
    short: BTreeMap<Place, i64>,
    /// Places where somebody said that units are gone.
    told: BTreeSet<Place>,
    /// Places where a large order has still to move stock: its goods have left, and the books follow.
    unsettled: BTreeSet<Place>,
}

/// A law that a place breaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BrokenPlace {
    pub place: Place,
    pub law: &'static str,
    pub says: String,
}

pub const BUCKETS: &str = "the buckets equal what the orders hold";
pub const ON_HAND: &str = "units on hand came, went and came back";
pub const APART: &str = "units that cannot be sold are explained";
pub const NEGATIVE: &str = "no more is promised than is there";

fn on_hand(units: i64) -> StockDelta {
    StockDelta { on_hand: units, ..StockDelta::default() }
}

impl Shelves {
    /// Adds orders, each with all its items. What cannot be read is another law's.
    pub fn add_orders(&mut self, items: &[Item]) {
        let mut unreadable = Vec::new();
        for (_, state) in all::<OrderState>(items, "state", &mut unreadable) {
            // What a large order has still to move counts as moved.
            for (place, delta) in state.unsettled.stock().iter() {
                let StockDelta { reserved, committed, backordered, waiting, .. } = *delta * -1;
                let moved = StockDelta { reserved, committed, backordered, waiting, ..StockDelta::default() };
                self.held.add(place.sku.as_str(), place.location.as_str(), moved);
                self.unsettled.insert((place.sku.to_string(), place.location.to_string()));
            }
            self.hold(&state.stock);
        }
        for (_, forming) in all::<Forming>(items, "forming", &mut unreadable) {
            self.hold(&forming.stock);
        }
        for (_, fulfillment) in all::<Fulfillment>(items, "fulfillment#", &mut unreadable) {
            for (line, sent) in fulfillment.units_sent() {
                if let Some(picked) = fulfillment.lines.iter().find(|picked| picked.line == line) {
                    self.came.add(picked.sku.as_str(), fulfillment.location.as_str(), on_hand(-i64::from(sent)));
                }
            }
            for (sku, location, found) in came_back_in_parcels(&fulfillment) {
                self.inspected(&sku, &location, &found);
            }
        }
        for (_, returned) in all::<Return>(items, "return#", &mut unreadable) {
            let Some(location) = &returned.location else { continue };
            for line in &returned.lines {
                for found in &line.inspected {
                    self.inspected(line.sku.as_str(), location.as_str(), found);
                }
            }
        }
    }

    fn hold(&mut self, stock: &[Allocation]) {
        for allocation in stock {
            let units = i64::from(allocation.quantity);
            let sku = allocation.sku.as_str();
            match &allocation.state {
                AllocationState::Missing => {}
                AllocationState::Waiting(places) => {
                    for at in places {
                        self.held.add(sku, at.as_str(), StockDelta { waiting: units, ..StockDelta::default() });
                    }
                }
                AllocationState::Reserved(at) => {
                    self.held.add(sku, at.as_str(), StockDelta { reserved: units, ..StockDelta::default() });
                }
                AllocationState::Backordered(at) => {
                    self.held.add(sku, at.as_str(), StockDelta { backordered: units, ..StockDelta::default() });
                }
                AllocationState::Committed(at) | AllocationState::Dispatched(at) => {
                    self.held.add(sku, at.as_str(), StockDelta { committed: units, ..StockDelta::default() });
                }
            }
        }
    }

    /// Units that came back: on hand, unless they are missing, and kept apart, unless they are for sale.
    fn inspected(&mut self, sku: &str, location: &str, found: &Inspection) {
        let units = i64::from(found.quantity);
        let apart = match found.disposition {
            Disposition::Missing => return,
            Disposition::Restocked => StockDelta::default(),
            Disposition::NotRestocked => StockDelta { damaged: units, ..StockDelta::default() },
            Disposition::ProcessingRequired => StockDelta { quality_control: units, ..StockDelta::default() },
        };
        self.came.add(sku, location, on_hand(units));
        self.apart.add(sku, location, apart);
    }

    /// Adds an item of the stock table: a level, or a movement.
    pub fn add_stock(&mut self, item: &Item) {
        let sku = text(item, "sku");
        if let Some(location) = level_of(item) {
            self.add_level(sku, location, item);
        } else if text(item, "item").starts_with("movement#") {
            let location = text(item, "location");
            let change = |name: &str| item["change"][name].as_i64().unwrap_or(0);
            self.came.add(sku, location, on_hand(change("on_hand")));
            self.apart.add(sku, location, unsellable(&change));
            let lost = change("on_hand") - change("damaged") - change("quality_control") - change("safety") < 0;
            if text(item, "reason") != "short pick" && lost {
                self.told.insert((sku.to_owned(), location.to_owned()));
            }
        }
    }

    fn add_level(&mut self, sku: &str, location: &str, level: &Item) {
        let of = |name: &str| bucket(level, name);
        let (reserved, committed) = (of("reserved"), of("committed"));
        let (backordered, waiting) = (of("backordered"), of("waiting"));
        self.kept.add(sku, location, StockDelta { reserved, committed, backordered, waiting, ..StockDelta::default() });
        self.there.add(sku, location, on_hand(of("on_hand")));
        self.unsellable.add(sku, location, unsellable(&of));
        let left = of("on_hand") - reserved - committed - of("damaged") - of("quality_control") - of("safety");
        let free = left - waiting;
        let place = (sku.to_owned(), location.to_owned());
        let mut impossible = Vec::new();
        if of("available") != free {
            impossible.push(format!("available is {}, and should be {free}", of("available")));
        }
        let is_below =
            |(name, units): &(&String, &Value)| units.as_i64().is_some_and(|units| units < 0) && *name != "available";
        impossible.extend(level.iter().filter(is_below).map(|(name, units)| format!("{name} is {units}")));
        if !impossible.is_empty() {
            self.impossible.insert(place.clone(), impossible);
        }
        if left < 0 {
            self.short.insert(place, -left);
        }
    }

    /// The laws that places break.
    pub fn broken(&self) -> Vec<BrokenPlace> {
        let mut broken = Vec::new();
        let mut differ = |law, is: &Places, should: &Places, what: &str| {
            let follows = |place: &Place| law != BUCKETS && self.unsettled.contains(place);
            let differences = is.differences(should).into_iter().filter(|(place, ..)| !follows(place));
            broken.extend(differences.map(|(place, is, should)| {
                let says = format!("{} at {}: {what}: {is:?} and {should:?}", place.0, place.1);
                BrokenPlace { place, law, says }
            }));
        };
        differ(BUCKETS, &self.kept, &self.held, "the buckets and what the orders hold differ");
        differ(ON_HAND, &self.there, &self.came, "what is on hand is not what came, went and came back");
        let apart = "what cannot be sold is not what movements and inspections say";
        differ(APART, &self.unsellable, &self.apart, apart);
        // `available` matches its definition, and no bucket is negative: no more is sold than was supplied. Less may be there
        // than is promised only where somebody said so: by a count, or by a movement by hand.
        let mut negative = |place: &Place, why: &str| {
            let says = format!("{} at {}: {why}", place.0, place.1);
            broken.push(BrokenPlace { place: place.clone(), law: NEGATIVE, says });
        };
        for (place, why) in &self.impossible {
            for why in why {
                negative(place, why);
            }
        }
        for (place, missing) in self.short.iter().filter(|(place, _)| !self.told.contains(*place)) {
            negative(place, &format!("{missing} units are promised and not there"));
        }
        broken
    }

    /// The locations that orders or levels name.
    pub fn locations(&self) -> BTreeSet<&str> {
        self.kept.places().chain(self.held.places()).map(|(_, location)| location.as_str()).collect()
    }
}

/// Damaged units, units in quality control, units kept back and announced units.
fn unsellable(of: &dyn Fn(&str) -> i64) -> StockDelta {
    let (damaged, quality_control, safety) = (of("damaged"), of("quality_control"), of("safety"));
    StockDelta { damaged, quality_control, safety, incoming: of("incoming"), ..StockDelta::default() }
}

/// Units that came back to their sender in parcels: the SKU, where, and what was found.
fn came_back_in_parcels(fulfillment: &Fulfillment) -> Vec<(String, String, Inspection)> {
    let mut came = Vec::new();
    for back in fulfillment.parcels.iter().filter_map(|parcel| parcel.received_back.as_ref()) {
        for (line, found) in &back.found {
            let picked = fulfillment.lines.iter().filter(|picked| picked.line == *line);
            let units = picked
                .flat_map(|of| found.iter().map(|one| (of.sku.to_string(), back.location.to_string(), one.clone())));
            came.extend(units);
        }
    }
    came
}
