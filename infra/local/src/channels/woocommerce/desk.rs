//! Where tests say what happens in the shop, in JSON.
//!
//! | request | does |
//! |---|---|
//! | `POST /shop/checkout` [`Checkout`](super::Checkout) | a customer buys |
//! | `GET /shop/orders`, `/shop/orders/{id}` | shows orders as the API does, with notes and parcels |
//! | `POST /shop/orders/{id}/{act}` | `cancel`; `refund` [`RefundAct`](super::RefundAct); `edit` `{"line", "quantity"}`; `address` `{"shipping"?, "billing"?}`; `status` `{"status"}`; `trash`; `restore` |
//! | `GET /shop/stock`, `POST` `{"sku", "quantity"}` | shows or sets what there is |
//! | `POST /shop/products` [`NewProduct`](super::NewProduct), `DELETE /shop/products/{sku}` | adds or deletes one |
//! | `GET /shop/pushed` | the numbers in stock that were set by the API |
//! | `GET /shop/webhooks`, `POST` `{"url"?, "late_ms"?, "doubled"?, "lost"?}` | shows them and their deliveries; turns them to an address; how they come from now on |
//! | `POST /shop/failures` `{"requests"?, "faults"}` | what goes wrong with the next requests: `{"refused": 503}`, `{"lost": 500}`, `"silent"`, `"page"`, `"warning"` |
//! | `POST /shop/settings` | sets some of [`Settings`](super::Settings) |

use super::{
    acts::{RefundAct, Undone, Units},
    catalog::NewProduct,
    checkout::Checkout,
    faults::Fault,
    known::Pushed,
    shop::Shop,
};
use crate::outside::Disorder;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    routing::{delete, get, post},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;

type Answer = Result<Json<Value>, (StatusCode, String)>;

pub(super) fn router(shop: Shop) -> Router {
    Router::new()
        .route("/shop/checkout", post(check_out))
        .route("/shop/orders", get(list))
        .route("/shop/orders/{id}", get(show))
        .route("/shop/orders/{id}/{act}", post(act))
        .route("/shop/stock", get(stock).post(set_stock))
        .route("/shop/products", post(add_product))
        .route("/shop/products/{sku}", delete(remove_product))
        .route("/shop/pushed", get(pushed))
        .route("/shop/webhooks", get(webhooks).post(disturb))
        .route("/shop/failures", post(fail))
        .route("/shop/settings", post(set))
        .with_state(shop)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, String)> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| refused(&error))
}

fn refused(why: &dyn ToString) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, format!("{}\n", why.to_string()))
}

fn undone(why: &Undone) -> (StatusCode, String) {
    let (status, text) = refused(why);
    (if *why == Undone::NoOrder { StatusCode::NOT_FOUND } else { status }, text)
}

async fn check_out(State(shop): State<Shop>, body: Bytes) -> Answer {
    let order = shop.check_out(read::<Checkout>(&body)?).map_err(|why| refused(&why))?;
    shown(&shop, order)
}

async fn list(State(shop): State<Shop>) -> Json<Vec<Value>> {
    Json(shop.orders())
}

async fn show(State(shop): State<Shop>, Path(id): Path<u64>) -> Answer {
    shown(&shop, id)
}

fn shown(shop: &Shop, id: u64) -> Answer {
    let order = shop.order(id).ok_or_else(|| undone(&Undone::NoOrder))?;
    Ok(Json(json!({ "order": order, "notes": shop.notes(id), "parcels": shop.parcels(id) })))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Addresses {
    shipping: Value,
    billing: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked {
    status: String,
}

async fn act(State(shop): State<Shop>, Path((id, act)): Path<(u64, String)>, body: Bytes) -> Answer {
    let done = match act.as_str() {
        "cancel" => shop.cancel(id),
        "refund" => shop.refund(id, read::<RefundAct>(&body)?).map(drop),
        "edit" => shop.edit(id, read::<Units>(&body)?),
        "address" => {
            let Addresses { shipping, billing } = read(&body)?;
            shop.readdress(id, &shipping, &billing)
        }
        "status" => shop.mark(id, &read::<Marked>(&body)?.status),
        "trash" => shop.trash(id),
        "restore" => shop.restore(id),
        other => return Err(refused(&format!("nobody can {other} an order"))),
    };
    done.map_err(|why| undone(&why))?;
    shown(&shop, id)
}

async fn stock(State(shop): State<Shop>) -> Json<Value> {
    Json(shop.summary())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counted {
    sku: String,
    quantity: i64,
}

async fn set_stock(State(shop): State<Shop>, body: Bytes) -> Answer {
    let Counted { sku, quantity } = read(&body)?;
    if !shop.set_stock(&sku, quantity) {
        return Err(refused(&format!("nobody counts {sku}")));
    }
    Ok(Json(shop.summary()))
}

async fn add_product(State(shop): State<Shop>, body: Bytes) -> Answer {
    let id = shop.add_product(read::<NewProduct>(&body)?);
    Ok(Json(json!({ "id": id })))
}

async fn remove_product(State(shop): State<Shop>, Path(sku): Path<String>) -> Answer {
    if shop.remove_product(&sku) { Ok(Json(json!({}))) } else { Err(refused(&format!("there is no {sku}"))) }
}

async fn pushed(State(shop): State<Shop>) -> Json<Vec<Pushed>> {
    Json(shop.pushed())
}

async fn webhooks(State(shop): State<Shop>) -> Json<Value> {
    Json(json!({ "webhooks": shop.webhooks(), "undelivered": shop.undelivered(), "delivered": shop.delivered() }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Manner {
    url: Option<String>,
    late_ms: u64,
    doubled: bool,
    lost: bool,
}

async fn disturb(State(shop): State<Shop>, body: Bytes) -> Answer {
    let Manner { url, late_ms, doubled, lost } = read(&body)?;
    if url.is_some() {
        shop.turn_webhooks(url.as_deref());
    }
    shop.disturb(Disorder { late: Duration::from_millis(late_ms), doubled, lost });
    Ok(Json(json!({})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failures {
    /// How the requests begin.
    #[serde(default)]
    requests: String,
    faults: Vec<Fault>,
}

async fn fail(State(shop): State<Shop>, body: Bytes) -> Answer {
    let Failures { requests, faults } = read(&body)?;
    for fault in faults {
        shop.fail(&requests, fault);
    }
    Ok(Json(json!({})))
}

async fn set(State(shop): State<Shop>, body: Bytes) -> Answer {
    shop.set(read(&body)?).map_err(|why| refused(&why))?;
    Ok(Json(json!(shop.settings())))
}
