//! `/orders/{id}/notes`

use super::{
    asked::Asked,
    reply::{Refusal, Reply},
};
use crate::channels::woocommerce::{
    order::Order,
    store::Store,
    view::{self, View},
};
use serde_json::Value;

pub(super) fn answer(store: &Store, asked: &Asked, method: &str, order: u64, parts: &[&str]) -> Result<Reply, Refusal> {
    match (method, parts) {
        ("GET", []) => list(store, asked, order),
        ("POST", []) => create(store, asked, order),
        ("GET", [note]) => show(store, order, note),
        (_, _) => Err(Refusal::no_route()),
    }
}

fn no_order() -> Refusal {
    Refusal::new(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
}

fn list(store: &Store, asked: &Asked, id: u64) -> Result<Reply, Refusal> {
    let wanted = asked.text("type").unwrap_or_else(|| "any".to_owned());
    store.read(|known, _| {
        // The list has another word for the same than the single note.
        let gone = || Refusal::new(404, "woocommerce_rest_shop_order_invalid_id", "Invalid order ID.");
        let order = known.orders.get(&id).ok_or_else(gone)?;
        let view = View { known, url: &store.url };
        let is_wanted = |for_customer: bool| match wanted.as_str() {
            "customer" => for_customer,
            "internal" => !for_customer,
            _ => true,
        };
        let notes = order.notes.iter().rev().filter(|note| is_wanted(note.for_customer));
        Ok(Reply::ok(Value::Array(notes.map(|note| view::note(view, id, note)).collect())))
    })
}

fn create(store: &Store, asked: &Asked, id: u64) -> Result<Reply, Refusal> {
    let text = asked.text("note").ok_or_else(|| Refusal::missing(&["note"]))?;
    let for_customer = asked.flag("customer_note") == Some(true);
    let author = if asked.flag("added_by_user") == Some(true) { "admin" } else { "WooCommerce" };
    store.change(|known, now| {
        let note = known.write_note(id, author, &text, for_customer, now).ok_or_else(no_order)?;
        let view = View { known, url: &store.url };
        let found = known.orders.get(&id).and_then(|order| order.notes.iter().find(|own| own.id == note));
        let shown = found.map(|found| view::note(view, id, found)).ok_or_else(no_order)?;
        Ok(Reply::created(shown, view.href(&format!("orders/{id}/notes/{note}"))))
    })
}

fn show(store: &Store, id: u64, note: &str) -> Result<Reply, Refusal> {
    store.read(|known, _| {
        let order: &Order = known.orders.get(&id).ok_or_else(no_order)?;
        let note = order.notes.iter().find(|own| own.id.to_string() == note);
        let note = note.ok_or_else(|| Refusal::new(404, "woocommerce_rest_invalid_id", "Invalid resource ID."))?;
        Ok(Reply::ok(view::note(View { known, url: &store.url }, id, note)))
    })
}
