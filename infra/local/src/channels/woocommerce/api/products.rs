//! `/products` and their variations.

use super::{
    asked::{Asked, whole},
    in_batch,
    lists::{Page, one_of},
    reply::{Refusal, Reply},
};
use crate::channels::woocommerce::{
    catalog::{Kind, Product},
    known::{Known, Pushed},
    store::Store,
    view::{self, View},
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The most that a batch may have.
const MOST: usize = 100;

pub(super) fn answer(store: &Store, asked: &Asked, method: &str, parts: &[&str]) -> Result<Reply, Refusal> {
    let id = |text: &str| text.parse::<u64>().map_err(|_| Refusal::no_route());
    match (method, parts) {
        ("GET", []) => list(store, asked),
        ("POST" | "PUT", ["batch"]) => batch(store, asked, None),
        ("GET", [product]) => show(store, id(product)?),
        ("POST" | "PUT", [product]) => update(store, asked, id(product)?, None),
        ("GET", [parent, "variations"]) => variations(store, asked, id(parent)?),
        ("POST" | "PUT", [parent, "variations", "batch"]) => batch(store, asked, Some(id(parent)?)),
        ("GET", [parent, "variations", product]) => show_variation(store, id(parent)?, id(product)?),
        ("POST" | "PUT", [parent, "variations", product]) => update(store, asked, id(product)?, Some(id(parent)?)),
        (_, _) => Err(Refusal::no_route()),
    }
}

/// With `sku`, variations are found as well as products.
fn list(store: &Store, asked: &Asked) -> Result<Reply, Refusal> {
    let page = Page::of(asked)?;
    let by = one_of(asked, "orderby", &["date", "id", "include", "title", "slug", "modified"])?;
    let way = one_of(asked, "order", &["desc", "asc"])?;
    let skus = asked.params.list("sku");
    let kind = asked.text("type");
    let include = asked.params.list("include");
    store.read(|known, _| {
        let is_wanted = |product: &&Product| {
            let is_among = skus.is_empty() && product.kind != Kind::Variation;
            (is_among || skus.contains(&product.sku.as_str()) && !product.sku.is_empty())
                && kind.as_ref().is_none_or(|kind| kind == product.kind.name())
                && (include.is_empty() || include.contains(&product.id.to_string().as_str()))
        };
        let mut all: Vec<&Product> = known.catalog.0.values().filter(is_wanted).collect();
        match by {
            "modified" => all.sort_by_key(|product| (product.modified, product.id)),
            "title" => all.sort_by_key(|product| product.title()),
            _ => all.sort_by_key(|product| product.id),
        }
        if way == "desc" {
            all.reverse();
        }
        let view = View { known, url: &store.url };
        Ok(page.cut(asked, &all, |product| view::product(view, product)))
    })
}

fn show(store: &Store, id: u64) -> Result<Reply, Refusal> {
    store.read(|known, _| {
        let product = known.catalog.get(id).ok_or_else(|| Refusal::invalid_id("product", 404))?;
        Ok(Reply::ok(view::product(View { known, url: &store.url }, product)))
    })
}

fn variations(store: &Store, asked: &Asked, parent: u64) -> Result<Reply, Refusal> {
    let page = Page::of(asked)?;
    store.read(|known, _| {
        let view = View { known, url: &store.url };
        let mut all: Vec<&Product> = known.catalog.variations(parent).collect();
        all.reverse();
        Ok(page.cut(asked, &all, |product| view::variation(view, product)))
    })
}

fn show_variation(store: &Store, parent: u64, id: u64) -> Result<Reply, Refusal> {
    store.read(|known, _| {
        let own = known.catalog.get(id).filter(|product| product.parent == parent && parent != 0);
        let own = own.ok_or_else(|| Refusal::invalid_id("product_variation", 404))?;
        Ok(Reply::ok(view::variation(View { known, url: &store.url }, own)))
    })
}

/// `parent` is given where variations are.
fn update(store: &Store, asked: &Asked, id: u64, parent: Option<u64>) -> Result<Reply, Refusal> {
    let body = asked.body();
    store.change(|known, now| {
        set(known, id, parent, &body, now)?;
        Ok(Reply::ok(shown(known, &store.url, id, parent)))
    })
}

fn shown(known: &Known, url: &str, id: u64, parent: Option<u64>) -> Value {
    let view = View { known, url };
    match (known.catalog.get(id), parent) {
        (Some(product), None) => view::product(view, product),
        (Some(product), Some(_)) => view::variation(view, product),
        (None, _) => Value::Null,
    }
}

/// Each item stands for itself: what is refused of it is said in its place, and the answer is 200.
fn batch(store: &Store, asked: &Asked, parent: Option<u64>) -> Result<Reply, Refusal> {
    let count: usize = ["create", "update", "delete"].iter().map(|list| asked.array(list).len()).sum();
    if count > MOST {
        let message = format!("Unable to accept more than {MOST} items for this request.");
        return Err(Refusal::new(413, "woocommerce_rest_request_entity_too_large", message));
    }
    let results = asked.array("update").iter().map(|item| {
        let id = item["id"].as_u64().unwrap_or_default();
        store.change(|known, now| match set(known, id, parent, item, now) {
            Ok(()) => shown(known, &store.url, id, parent),
            Err(refusal) => in_batch(id, &refusal),
        })
    });
    let results: Vec<Value> = results.collect();
    Ok(Reply::ok(if results.is_empty() { json!({}) } else { json!({ "update": results }) }))
}

/// Changes a product or a variation. What nobody counts stays uncounted, and no error says so.
fn set(known: &mut Known, id: u64, parent: Option<u64>, changes: &Value, now: Timestamp) -> Result<(), Refusal> {
    let post_type = if parent.is_some() { "product_variation" } else { "product" };
    let product = known.catalog.get(id).ok_or_else(|| Refusal::invalid_id(post_type, 400))?;
    match parent {
        None if product.kind == Kind::Variation => {
            let message = "To manipulate product variations you should use the \
                           /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint.";
            return Err(Refusal::new(404, "woocommerce_rest_invalid_product_id", message));
        }
        Some(parent) if product.parent != parent => return Err(Refusal::invalid_id(post_type, 400)),
        None | Some(_) => {}
    }
    let quantity = number(changes, "stock_quantity")?;
    let delta = number(changes, "inventory_delta")?;
    let own = known.catalog.0.get_mut(&id).ok_or_else(|| Refusal::invalid_id(post_type, 400))?;
    match changes["manage_stock"].as_bool() {
        Some(true) => own.stock = own.stock.or(Some(0)),
        Some(false) => own.stock = None,
        None => {}
    }
    for (name, field) in [("sku", &mut own.sku), ("regular_price", &mut own.price), ("name", &mut own.name)] {
        if let Some(text) = changes[name].as_str() {
            text.clone_into(field);
        }
    }
    let (sku, stock) = (own.sku.clone(), own.stock);
    let quantity = quantity.or_else(|| Some(stock? + delta?)).or(stock).unwrap_or_default();
    let is_counted = known.set_stock(id, quantity, now);
    if is_counted && (changes.get("stock_quantity").is_some() || delta.is_some()) {
        known.pushed.push(Pushed { product: id, sku, quantity, at: now });
    }
    Ok(())
}

fn number(changes: &Value, name: &str) -> Result<Option<i64>, Refusal> {
    changes.get(name).filter(|value| !value.is_null()).map(|value| whole(name, value)).transpose()
}
