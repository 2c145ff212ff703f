//! Which fulfillments an order is sent in: one for each location that its goods are committed at.

use super::{Fulfillment, FulfillmentStatus, PickLine};
use crate::{
    allocation::{Allocation, AllocationState},
    duty::{Duty, Owed},
    history::{Event, Stamp},
    ids::{FulfillmentId, LocationId, Sku},
    placed_order::PlacedOrder,
    settings::Product,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Plans one fulfillment per location for everything that is committed, under the next free `ids`.
pub fn plan(
    stock: &[Allocation],
    placed: &PlacedOrder,
    products: &BTreeMap<Sku, Product>,
    notify: &BTreeSet<LocationId>,
    ids: impl Iterator<Item = FulfillmentId>,
    now: Timestamp,
) -> Vec<(FulfillmentId, Fulfillment)> {
    let mut by_location: BTreeMap<&LocationId, Vec<PickLine>> = BTreeMap::new();
    for allocation in stock {
        if let AllocationState::Committed(at) = &allocation.state {
            let product = products.get(&allocation.sku);
            let ordered = placed.line(allocation.line).map(|line| line.title.clone());
            by_location.entry(at).or_default().push(PickLine {
                line: allocation.line,
                sku: allocation.sku.clone(),
                title: product.map(|p| p.title.clone()).or(ordered).map(String::from).unwrap_or_default(),
                bin: product.and_then(|p| p.bins.get(at).cloned()).map(String::from),
                quantity: allocation.quantity,
                picked: None,
                scanned: 0,
            });
        }
    }
    let fulfillment = |(at, mut lines): (&LocationId, Vec<PickLine>)| {
        lines.sort_by(|a, b| a.place().cmp(&b.place()));
        Fulfillment {
            location: at.clone(),
            created_at: now,
            status: FulfillmentStatus::Open,
            lines,
            services: Vec::new(),
            parcels: Vec::new(),
            notices: u32::from(notify.contains(at)),
            owed: if notify.contains(at) { Owed::from([Duty::WarehouseNotice]) } else { Owed::new() },
            batch: None,
            scans: Vec::new(),
            put_back: Vec::new(),
            open_parcel: Vec::new(),
            labels: Vec::new(),
            history: vec![Stamp::orderly(now).entry(Event::Created, "")],
        }
    };
    ids.zip(by_location.into_iter().map(fulfillment)).collect()
}
