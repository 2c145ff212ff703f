//! What an order waits for: the index tells only that it waits, which counts as [`AttentionReason::OnHold`].

use super::{About, Entry, readable};
use crate::App;
use api::Error;
use domain::{
    attention::AttentionReason,
    duty::ItemName,
    order_state::{ERASURE_IS_LATE_AFTER, EVIDENCE_WARNING, OrderState},
};
use jiff::Timestamp;
use std::collections::BTreeMap;
use store::ItemKey;

/// So many orders are read at once.
const LOOK: usize = 500;

/// What an order may wait for.
const OF_ORDERS: [AttentionReason; 4] = [
    AttentionReason::OnHold,
    AttentionReason::RefundByHand,
    AttentionReason::EvidenceDue,
    AttentionReason::ErasureLate,
];

/// What the order waits for, a hold first. What nobody has to hear of yet counts as a hold.
fn reasons(state: &OrderState, now: Timestamp) -> Vec<AttentionReason> {
    let is_urgent = |due_by: Timestamp| due_by.duration_since(now) <= EVIDENCE_WARNING;
    let is_late = |since: Timestamp| now.duration_since(since) > ERASURE_IS_LATE_AFTER;
    let all = [
        (AttentionReason::OnHold, !state.holds.is_empty()),
        (AttentionReason::RefundByHand, state.awaits_refund_by_hand_since().is_some()),
        (AttentionReason::EvidenceDue, state.evidence_due_by().is_some_and(is_urgent)),
        (AttentionReason::ErasureLate, state.awaits_erasure_since().is_some_and(is_late)),
    ];
    let mut found: Vec<AttentionReason> = all.into_iter().filter(|(_, waits)| *waits).map(|(why, _)| why).collect();
    if found.is_empty() {
        found.push(AttentionReason::OnHold);
    }
    found
}

/// The first of what it waits for.
pub(super) fn first(state: &OrderState, now: Timestamp) -> AttentionReason {
    reasons(state, now).first().copied().unwrap_or(AttentionReason::OnHold)
}

/// The entries that are there for a reason. An order may wait for several, and is found by each.
pub(super) async fn only(app: &App, entries: Vec<Entry>, wanted: AttentionReason) -> Result<Vec<Entry>, Error> {
    let is_of_orders = OF_ORDERS.contains(&wanted);
    let known =
        reasons_of(app, entries.iter().filter(|_| is_of_orders).filter_map(order_of).cloned().collect()).await?;
    // An order that cannot be read must not get lost.
    let waits =
        |order: &ItemKey| known.get(order).map_or(wanted == AttentionReason::OnHold, |all| all.contains(&wanted));
    let is_wanted = |entry: &Entry| order_of(entry).map_or(entry.why == wanted, waits);
    Ok(entries.into_iter().filter(is_wanted).map(|entry| Entry { why: wanted, ..entry }).collect())
}

/// The order of which an entry tells only that it waits.
fn order_of(entry: &Entry) -> Option<&ItemKey> {
    match &entry.about {
        About::Item(key) if key.item == ItemName::State && entry.why == AttentionReason::OnHold => Some(key),
        _ => None,
    }
}

async fn reasons_of(app: &App, orders: Vec<ItemKey>) -> Result<BTreeMap<ItemKey, Vec<AttentionReason>>, Error> {
    let (now, mut found) = (app.clock.now(), BTreeMap::new());
    for keys in orders.chunks(LOOK) {
        let read = readable::<OrderState>(app, keys.to_vec()).await?;
        found.extend(read.map(|(key, state)| (key, reasons(&state, now))));
    }
    Ok(found)
}
