//! The page at the shop's address, for people: what there is to buy, the orders and what can be done about each, and what became of the
//! webhooks. It is plain HTML: every act is a form.

use super::{
    acts::{RefundAct, Units},
    checkout::{Bought, Checkout, Fee, Method},
    shop::Shop,
    store::Delivered,
};
use askama::Template;
use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::Value;

/// So many of the newest orders and deliveries are shown.
const SHOWN: usize = 50;

pub(super) fn router(shop: Shop) -> Router {
    Router::new().route("/", get(show)).route("/buy", post(buy)).route("/orders/{id}/{act}", post(act)).with_state(shop)
}

#[derive(Template)]
#[template(path = "shop.html")]
struct Page<'p> {
    products: Vec<Product>,
    methods: [Method; 3],
    orders: Vec<Order>,
    deliveries: Vec<Delivered>,
    undelivered: usize,
    told: Option<&'p str>,
}

struct Product {
    sku: String,
    id: String,
    name: String,
    price: String,
    /// Empty: nobody counts it.
    stock: String,
    is_sold: bool,
}

struct Order {
    id: u64,
    number: String,
    at: String,
    status: String,
    customer: String,
    lines: Vec<Line>,
    total: String,
    refunded: Option<String>,
    notes: Vec<String>,
}

struct Line {
    id: u64,
    name: String,
    quantity: i64,
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

impl Product {
    fn of(product: &Value) -> Self {
        Self {
            sku: text(&product["sku"]),
            id: text(&product["id"]),
            name: text(&product["name"]),
            price: text(&product["price"]),
            stock: text(&product["for_sale"]),
            is_sold: product["type"] != "variable",
        }
    }
}

impl Order {
    fn of(shop: &Shop, order: &Value) -> Self {
        let id = order["id"].as_u64().unwrap_or_default();
        let all = |name: &str| order[name].as_array().cloned().unwrap_or_default();
        let line = |line: &Value| Line {
            id: line["id"].as_u64().unwrap_or_default(),
            name: text(&line["name"]),
            quantity: line["quantity"].as_i64().unwrap_or_default(),
        };
        let refunded: Vec<String> = all("refunds").iter().map(|refund| text(&refund["total"])).collect();
        Self {
            id,
            number: text(&order["number"]),
            at: text(&order["date_modified_gmt"]).replace('T', " "),
            status: text(&order["status"]),
            customer: format!("{} {}", text(&order["billing"]["first_name"]), text(&order["billing"]["last_name"])),
            lines: all("line_items").iter().map(line).collect(),
            total: format!("{} {}", text(&order["total"]), text(&order["currency"])),
            refunded: (!refunded.is_empty()).then(|| refunded.join(", ")),
            notes: shop.notes(id).into_iter().map(|note| note.text).collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Told {
    /// What became of the last act.
    told: Option<String>,
}

async fn show(State(shop): State<Shop>, Query(Told { told }): Query<Told>) -> Response {
    let summary = shop.summary();
    let products = summary["products"].as_array().map(|all| all.iter().map(Product::of).collect()).unwrap_or_default();
    let orders = shop.orders();
    let page = Page {
        products,
        methods: Method::ALL,
        orders: orders.iter().rev().take(SHOWN).map(|order| Order::of(&shop, order)).collect(),
        deliveries: shop.delivered().into_iter().rev().take(SHOWN).collect(),
        undelivered: shop.undelivered(),
        told: told.as_deref(),
    };
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[derive(Debug, Deserialize)]
struct Cart {
    product: u64,
    quantity: i64,
    payment: Method,
    #[serde(default)]
    coupon: String,
    /// Gift wrap.
    #[serde(default)]
    wrap: String,
}

async fn buy(State(shop): State<Shop>, Form(cart): Form<Cart>) -> Response {
    let Cart { product, quantity, payment, coupon, wrap } = cart;
    let amount = wrap.trim();
    let fee = (!amount.is_empty()).then(|| Fee { name: "Gift wrap".to_owned(), amount: amount.to_owned() });
    let checkout = Checkout {
        lines: vec![Bought { sku: None, product_id: Some(product), quantity }],
        coupon: Some(coupon),
        fees: fee.into_iter().collect(),
        payment,
        ..Checkout::default()
    };
    match shop.check_out(checkout) {
        Ok(order) => tell(&format!("order {order} is placed")),
        Err(why) => tell(&why.to_string()),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    line: Option<u64>,
    quantity: Option<i64>,
    restock: Option<String>,
    status: String,
}

async fn act(
    State(shop): State<Shop>,
    Path((id, act)): Path<(u64, String)>,
    Form(parameters): Form<Parameters>,
) -> Response {
    let Parameters { line, quantity, restock, status } = parameters;
    let units = line.map(|line| Units { line, quantity: quantity.unwrap_or(1) });
    let done = match (act.as_str(), units) {
        ("cancel", _) => shop.cancel(id),
        ("refund", units) => {
            let lines = units.into_iter().collect();
            shop.refund(id, RefundAct { lines, restock: restock.is_some(), ..RefundAct::default() }).map(drop)
        }
        ("edit", Some(units)) => shop.edit(id, units),
        ("status", _) => shop.mark(id, &status),
        ("trash", _) => shop.trash(id),
        _ => return tell("nobody can do that"),
    };
    match done {
        Ok(()) => tell(&format!("order {id}: done")),
        Err(why) => tell(&format!("order {id}: {why}")),
    }
}

/// Back to the page, which says what became of it.
fn tell(told: &str) -> Response {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("told", told).finish();
    Redirect::to(&format!("/?{query}")).into_response()
}
