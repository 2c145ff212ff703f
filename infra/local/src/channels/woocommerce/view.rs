//! How the API shows what the shop knows.

mod orders;
mod products;

pub(super) use self::{
    orders::{VERSION, fulfillment, note, order, refund},
    products::{product, variation},
};
use super::{hook::Hook, known::Known, order::Meta};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

/// What an answer is made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'k> {
    pub(super) known: &'k Known,
    /// The shop's address, with no final slash.
    pub(super) url: &'k str,
}

/// A moment in the shop's own time, and in GMT, both without their zones.
fn dates(shown: &mut Value, name: &str, at: Option<Timestamp>, zone: &TimeZone) {
    let text = |zone: &TimeZone| at.map(|at| zone.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S").to_string());
    shown[name] = json!(text(zone));
    shown[format!("{name}_gmt")] = json!(text(&TimeZone::UTC));
}

fn meta(all: &[Meta]) -> Vec<Value> {
    all.iter().map(|meta| json!({ "id": meta.id, "key": meta.key, "value": meta.value })).collect()
}

/// The same of a line, with what people read.
fn line_meta(all: &[Meta]) -> Vec<Value> {
    let shown = |meta: &Meta| {
        let key = meta.display_key.as_ref().unwrap_or(&meta.key);
        json!({
            "id": meta.id, "key": meta.key, "value": meta.value, "display_key": key, "display_value": meta.value,
        })
    };
    all.iter().map(shown).collect()
}

impl View<'_> {
    /// The address of something below the API's version.
    pub(super) fn href(self, path: &str) -> String {
        format!("{}/wp-json/wc/v3/{path}", self.url)
    }

    fn links(self, own: &str, collection: &str, methods: &[&str]) -> Value {
        json!({
            "self": [{ "href": self.href(own), "targetHints": { "allow": methods } }],
            "collection": [{ "href": self.href(collection) }],
        })
    }
}

/// What the API answers about something: an `order`, or a `product`.
pub(super) fn resource(view: View<'_>, kind: &str, id: u64) -> Value {
    let known = view.known;
    let (shown, post_type) = match kind {
        "order" => (known.orders.get(&id).map(|own| order(view, own)), "shop_order"),
        _ => (known.catalog.get(id).map(|own| product(view, own)), "product"),
    };
    let gone = || {
        let code = format!("woocommerce_rest_{post_type}_invalid_id");
        json!({ "code": code, "message": "Invalid ID.", "data": { "status": 404 } })
    };
    shown.unwrap_or_else(gone)
}

/// The methods of what can be changed.
const CHANGEABLE: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A webhook. Neither its secret nor its failures are shown.
pub(super) fn hook(view: View<'_>, hook: &Hook) -> Value {
    let (resource, event) = hook.parts();
    let mut shown = json!({
        "id": hook.id, "name": hook.name, "status": hook.status, "topic": hook.topic, "resource": resource, "event": event,
        "hooks": actions(&hook.topic), "delivery_url": hook.url,
        "_links": view.links(&format!("webhooks/{}", hook.id), "webhooks", &CHANGEABLE),
    });
    let zone = view.known.zone();
    dates(&mut shown, "date_created", Some(hook.created), &zone);
    dates(&mut shown, "date_modified", Some(hook.modified), &zone);
    shown
}

/// The events inside the shop that a topic stands for.
fn actions(topic: &str) -> &'static [&'static str] {
    match topic {
        "order.created" => &["woocommerce_new_order"],
        "order.updated" => &["woocommerce_update_order", "woocommerce_order_refunded"],
        "order.deleted" => &["wp_trash_post", "woocommerce_trash_order"],
        "order.restored" => &["untrashed_post", "woocommerce_untrash_order"],
        "product.updated" => {
            &["woocommerce_process_product_meta", "woocommerce_update_product", "woocommerce_update_product_variation"]
        }
        _ => &[],
    }
}
