//! Laws of batches: a fulfillment is on one at most.

use crate::{
    Books, Item,
    items::{all, named, text},
};
use domain::{
    batch::{Batch, BatchStatus, Tote},
    fulfillment::Fulfillment,
    search::sortable,
};
use std::collections::{BTreeMap, BTreeSet};

fn batches<'a>(books: &'a Books, broken: &mut Vec<String>) -> Vec<(&'a str, Batch, &'a Item)> {
    let mut found = Vec::new();
    for item in &books.batches {
        let id = text(item, "batch");
        match serde_json::from_value(item.clone().into()) {
            Ok(batch) => found.push((id, batch, item)),
            Err(error) => broken.push(format!("batch {id}: {error}")),
        }
    }
    found
}

pub(crate) fn every_batch_can_be_read(books: &Books, broken: &mut Vec<String>) {
    batches(books, broken);
}

/// A batch that is not over is in the list of its location, and no other is.
pub(crate) fn active_batches_are_listed(books: &Books, broken: &mut Vec<String>) {
    for (id, batch, item) in batches(books, &mut Vec::new()) {
        let listed = (text(item, "active_location"), text(item, "active_since"));
        let since = format!("{}#{id}", sortable(batch.created_at));
        let expected = if batch.status.is_active() { (batch.location.as_str(), since.as_str()) } else { ("", "") };
        if listed != expected {
            broken.push(format!("batch {id} is listed as {listed:?}, and not as {expected:?}"));
        }
    }
}

/// A fulfillment names one batch at most, so it is on no two if the two agree: each that names a batch is named by it, and each
/// that a batch has names that batch. Only a cancelled batch has given some up.
pub(crate) fn a_fulfillment_is_on_one_batch_at_most(books: &Books, broken: &mut Vec<String>) {
    let read = batches(books, &mut Vec::new());
    let mut on: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
    let mut unreadable = Vec::new();
    let fulfillments = all::<Fulfillment>(&books.orders, "fulfillment#", &mut unreadable);
    if !unreadable.is_empty() {
        return;
    }
    for (item, (order, fulfillment)) in named(&books.orders, "fulfillment#").zip(fulfillments) {
        let Some(id) = fulfillment.batch else { continue };
        let name = text(item, "item").trim_start_matches("fulfillment#").to_owned();
        let has = |batch: &Batch| {
            let is_it = |tote: &Tote| tote.order.as_str() == order && tote.fulfillment.to_string() == name;
            batch.location == fulfillment.location && batch.totes.iter().any(is_it)
        };
        let why = match read.iter().find(|(of, ..)| *of == id.as_str()) {
            Some((of, batch, _)) if has(batch) => {
                on.entry(of).or_default().insert((order, name));
                continue;
            }
            Some(_) => "does not have it",
            None => "there is none of",
        };
        broken.push(format!("order {order}, fulfillment {name} is on the batch {id}, which {why}"));
    }
    for (id, batch, _) in read.iter().filter(|(_, batch, _)| batch.status != BatchStatus::Cancelled) {
        let names = on.get(id);
        for tote in &batch.totes {
            let it = (tote.order.to_string(), tote.fulfillment.to_string());
            if names.is_none_or(|names| !names.contains(&it)) {
                broken.push(format!("batch {id} has the fulfillment {it:?}, which is not on it"));
            }
        }
    }
}

/// Batches that are noted as not over, though nothing of them is left to pick.
pub(crate) fn over_and_not_noted(books: &Books) -> Vec<String> {
    let read = batches(books, &mut Vec::new());
    let left = all::<Fulfillment>(&books.orders, "fulfillment#", &mut Vec::new());
    let is_left = |id: &str| {
        let is_on = |of: &Fulfillment| of.batch.as_ref().is_some_and(|batch| batch.as_str() == id);
        left.iter().any(|(_, fulfillment)| is_on(fulfillment) && fulfillment.status.is_to_pick())
    };
    let over = read.iter().filter(|(id, batch, _)| batch.status.is_active() && !is_left(id));
    over.map(|(id, ..)| format!("batch {id}")).collect()
}
