//! `/orders/{id}/fulfillments`, the core's own feature for parcels. It is there only with its feature flag.

use super::{
    asked::Asked,
    reply::{Refusal, Reply},
};
use crate::channels::woocommerce::{
    known::{Ids, Known},
    order::{Fulfillment, Meta},
    store::Store,
    view,
};
use jiff::Timestamp;
use serde_json::Value;

pub(super) fn answer(store: &Store, asked: &Asked, method: &str, order: u64, parts: &[&str]) -> Result<Reply, Refusal> {
    if !store.read(|known, _| known.settings.fulfillments) {
        return Err(Refusal::no_route());
    }
    if !store.read(|known, _| known.orders.contains_key(&order)) {
        return Err(no_order());
    }
    match (method, parts) {
        ("GET", []) => Ok(list(store, order)),
        ("POST", []) => create(store, asked, order),
        ("GET", [id]) => show(store, order, id),
        ("POST" | "PUT", [id]) => update(store, asked, order, id),
        ("DELETE", [id]) => delete(store, order, id),
        (_, _) => Err(Refusal::no_route()),
    }
}

fn no_order() -> Refusal {
    Refusal::new(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
}

/// The feature's own errors have a number for a code.
fn refused(why: &str) -> Refusal {
    Refusal::new(400, "0", why)
}

fn find<'k>(known: &'k mut Known, order: u64, id: &str) -> Result<(&'k mut Fulfillment, &'k mut Ids), Refusal> {
    let order = known.orders.get_mut(&order).ok_or_else(no_order)?;
    let own = order.fulfillments.iter_mut().find(|own| own.id.to_string() == id && !own.is_deleted);
    Ok((own.ok_or_else(|| refused("Fulfillment not found."))?, &mut known.ids))
}

fn list(store: &Store, order: u64) -> Reply {
    let shown = store.read(|known, _| {
        let all = known.orders.get(&order).into_iter().flat_map(|order| &order.fulfillments);
        all.filter(|own| !own.is_deleted).map(|own| view::fulfillment(order, own)).collect()
    });
    Reply::ok(Value::Array(shown))
}

fn show(store: &Store, order: u64, id: &str) -> Result<Reply, Refusal> {
    store.change(|known, _| find(known, order, id).map(|(own, _)| Reply::ok(view::fulfillment(order, own))))
}

/// The items are not compared with what was bought, or with other parcels.
fn items_are_right(meta: &[Value]) -> Result<(), Refusal> {
    let items = meta.iter().find(|meta| meta["key"] == "_items").and_then(|meta| meta["value"].as_array());
    let items = items.filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| refused("The fulfillment should contain at least one item."))?;
    let is_right = |item: &Value| item["item_id"].as_u64().is_some() && item["qty"].as_i64().is_some_and(|qty| qty > 0);
    if items.iter().all(is_right) { Ok(()) } else { Err(refused("Invalid item.")) }
}

fn create(store: &Store, asked: &Asked, order: u64) -> Result<Reply, Refusal> {
    let meta = asked.array("meta_data");
    items_are_right(meta)?;
    let is_fulfilled = asked.flag("is_fulfilled").unwrap_or(false);
    let status = asked.text("status").unwrap_or_else(|| "unfulfilled".to_owned());
    if !["fulfilled", "unfulfilled"].contains(&status.as_str()) {
        return Err(refused("Invalid fulfillment status."));
    }
    let notified = is_fulfilled && asked.flag("notify_customer") == Some(true);
    store.change(|known, now| {
        let id = known.ids.fulfillment();
        let mut own =
            Fulfillment { id, status, is_fulfilled, updated: now, is_deleted: false, meta: Vec::new(), notified };
        set_meta(&mut known.ids, &mut own.meta, meta);
        is_sent(&mut known.ids, &mut own, now);
        let shown = view::fulfillment(order, &own);
        known.orders.get_mut(&order).ok_or_else(no_order)?.fulfillments.push(own);
        known.changed(order, now);
        Ok(Reply::created(shown, format!("{}/wp-json/wc/v3/orders/{order}/fulfillments/{id}", store.url)))
    })
}

fn update(store: &Store, asked: &Asked, order: u64, id: &str) -> Result<Reply, Refusal> {
    let meta = asked.array("meta_data");
    if asked.has("meta_data") {
        items_are_right(meta)?;
    }
    store.change(|known, now| {
        let (own, ids) = find(known, order, id)?;
        own.status = asked.text("status").unwrap_or_else(|| own.status.clone());
        own.is_fulfilled = asked.flag("is_fulfilled").unwrap_or(own.is_fulfilled);
        own.updated = now;
        if asked.has("meta_data") {
            own.meta.retain(|known| meta.iter().any(|meta| meta["key"] == known.key.as_str()));
            set_meta(ids, &mut own.meta, meta);
        }
        is_sent(ids, own, now);
        let shown = view::fulfillment(order, own);
        known.changed(order, now);
        Ok(Reply::ok(shown))
    })
}

fn delete(store: &Store, order: u64, id: &str) -> Result<Reply, Refusal> {
    store.change(|known, now| {
        let (own, _) = find(known, order, id)?;
        own.is_deleted = true;
        let shown = view::fulfillment(order, own);
        known.changed(order, now);
        Ok(Reply::ok(shown))
    })
}

fn set_meta(ids: &mut Ids, all: &mut Vec<Meta>, given: &[Value]) {
    for meta in given {
        if let Some(key) = meta["key"].as_str() {
            ids.note_down(all, key, meta["value"].clone());
        }
    }
}

/// Notes when it was sent, once.
fn is_sent(ids: &mut Ids, own: &mut Fulfillment, now: Timestamp) {
    const SENT: &str = "_date_fulfilled";
    if own.is_fulfilled && Meta::find(&own.meta, SENT).is_none() {
        ids.note_down(&mut own.meta, SENT, now.to_string());
    }
}
