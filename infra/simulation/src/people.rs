//! The actions of storefronts, customers, the warehouse and operators. As in reality, a client that gets no answer asks
//! again, and a client that gets a refusal accepts it.

mod closer;
mod labels;
mod mails;
mod parcels;
mod payers;
mod pickers;
mod plot;
mod service;
mod shoppers;
mod stocktaker;

pub use closer::closer;
pub use pickers::picker;
pub use plot::{BOUNCES, Plot, surname};
pub use service::{SERVICE_KEY, SERVICE_LIMIT, service};
pub use shoppers::{connect, order_id, shopkeeper, shopper};
pub use stocktaker::{recounter, stocktaker};

use crate::world::{Answer, World, request};
use api::Request;
use domain::{ids::OrderId, settings::Role};
use parcels::{carried, does_not_arrive, resolve_parcels};
use payers::{authorize, capture_elsewhere, debit, dispute, pay, pay_unheard, refund_elsewhere};
use plot::Paying;
use serde_json::{Value, json};
use std::{rc::Rc, sync::LazyLock, time::Duration};
use tokio::{task::spawn_local, time::sleep};

pub const LOCATIONS: [&str; 2] = ["main", "store"];
const CHANNELS: [&str; 2] = ["web", "market"];
/// Who sells at both, and issues the invoices.
const SELLER: &str = "acme";
/// SKU, units at each location, and whether it may be sold before it is in stock. The stock is small, so that orders
/// compete.
pub const GOODS: [(&str, [i64; 2], bool); 3] =
    [("MUG", [5, 2], false), ("TEA 1/2 lb", [4, 4], false), ("WHISK", [2, 0], true)];
const PRICE: i64 = 1_000;

/// The goods of large orders. Most are kept at both locations.
static LARGE_GOODS: LazyLock<Vec<String>> = LazyLock::new(|| (0..150).map(|n| format!("PART-{n:03}")).collect());
/// So many of the first of them are kept at the first location.
const AT_BOTH: usize = 120;

/// Sets up the shop, without faults.
pub async fn open_shop(world: &World) {
    let put = async |route: &str, name: &str, value: &str, body: Value| {
        let answer = world.insist(&request(Role::Operator, route, &[(name, value)], &body)).await;
        assert!(answer.as_ref().is_some_and(Answer::is_success), "{route} {value}: {answer:?}");
    };
    let seat = json!({ "name": "Acme", "line1": "1 Main St", "city": "Bern", "postal_code": "3011", "country": "CH" });
    put("PUT /sellers/{seller}", "seller", SELLER, json!({ "address": seat })).await;
    for channel in CHANNELS {
        put("PUT /channels/{channel}", "channel", channel, json!({ "name": channel, "seller": SELLER })).await;
    }
    for (n, location) in LOCATIONS.into_iter().enumerate() {
        let webhook = (n == 0).then_some(crate::network::WAREHOUSE);
        let address =
            json!({ "name": "Acme", "line1": "1 Dock Rd", "city": "Berlin", "postal_code": "10115", "country": "DE" });
        let body = json!({ "name": location, "priority": n + 1, "webhook_url": webhook, "address": address });
        put("PUT /locations/{location}", "location", location, body).await;
    }
    for (sku, units, backorder) in GOODS {
        put("PUT /products/{sku+}", "sku", sku, json!({ "title": sku, "weight_g": 100 })).await;
        for (location, on_hand) in LOCATIONS.into_iter().zip(units) {
            let count = json!({
                "sku": sku, "location": location, "on_hand": on_hand,
                "backorder": backorder && location == LOCATIONS[0], "reason": "opening",
            });
            put("PUT /stock", "sku", sku, count).await;
        }
    }
}

/// Fills the shelves for large orders, without faults.
pub async fn open_large_shop(world: &World, is_scarce: bool) {
    for (n, sku) in LARGE_GOODS.iter().enumerate() {
        let units = match (n < AT_BOTH, is_scarce) {
            (true, true) => [1, 0],
            (true, false) => [3, 2],
            (false, true) => [0, 1],
            (false, false) => [0, 3],
        };
        for (location, on_hand) in LOCATIONS.into_iter().zip(units).filter(|(_, units)| *units > 0) {
            let count = json!({ "sku": sku, "location": location, "on_hand": on_hand, "reason": "opening" });
            let put = request(Role::Operator, "PUT /stock", &[("sku", sku.as_str())], &count);
            assert!(world.insist(&put).await.is_some_and(|answer| answer.is_success()), "{sku}");
        }
    }
}

/// Plays one order for its storefront, its customer and the bank.
pub async fn customer(world: Rc<World>, reference: String, plot: Plot) {
    let Some(id) = plot.order_id(&reference) else { return };
    let pay = |amount: i64| pay(&world, &plot, &id, amount);
    if matches!(plot.paying, Paying::BeforeTheOrder | Paying::BeforeARefusal) {
        pay(plot.total());
        sleep(world.moment(90)).await;
    }
    if plot.paying == Paying::BeforeARefusal && !is_mended(&world, &plot, &reference).await {
        return;
    }
    let unheard = if plot.paying == Paying::Unheard { pay_unheard(&world, &plot, &id, plot.total()) } else { None };
    let place = storefront(plot.channel, "POST /orders", &[], &plot.order(&reference, unheard.as_deref()));
    let answer = if plot.gives_up { world.ask(&place).await } else { world.insist(&place).await };
    let Some(answer) = answer else { return };
    if !answer.is_success() {
        world.network.note(format!("{reference} is refused: {}", answer.body["type"]));
        return;
    }
    world.accepted.borrow_mut().push(id.to_string());
    if let Some(after) = plot.cancels_after {
        cancel(&world, id.to_string(), after);
    }
    if let Some(after) = plot.erased_after {
        erase(&world, id.to_string(), after);
    }
    if let Some(after) = plot.edits_after {
        edit(&world, &plot, id.to_string(), after);
    }
    sleep(world.moment(plot.pays_within)).await;
    let total = plot.total();
    match plot.paying {
        Paying::AtOnce | Paying::Dollars => pay(total),
        Paying::InParts => {
            pay(total / 2);
            sleep(world.moment(200)).await;
            pay(total - total / 2);
        }
        Paying::Half => pay(total / 2),
        Paying::TooMuch => {
            pay(total);
            pay(300);
        }
        Paying::TooLate => {
            sleep(Duration::from_mins(75)).await;
            pay(total);
        }
        Paying::Twice => {
            pay(total);
            sleep(world.moment(300)).await;
            pay(total);
        }
        Paying::Debit => debit(&world, &plot, &id, total).await,
        Paying::Authorized => authorize(&world, &plot, &id, total).await,
        Paying::BeforeTheOrder | Paying::BeforeARefusal | Paying::Unheard | Paying::Never => {}
    }
    if plot.refunded_elsewhere {
        sleep(world.moment(900)).await;
        refund_elsewhere(&world, id.as_str()).await;
    }
    if plot.disputed {
        sleep(world.moment(600)).await;
        dispute(&world, id.as_str()).await;
    }
    if plot.sends_back {
        send_back(&world, &plot, &id).await;
    }
}

/// Posts an order whose total is wrong. Returns whether the storefront mends it, which takes it a while.
async fn is_mended(world: &World, plot: &Plot, reference: &str) -> bool {
    let mut wrong = plot.order(reference, None);
    wrong["total"] = json!(plot.total() + 1);
    let answer = world.insist(&storefront(plot.channel, "POST /orders", &[], &wrong)).await;
    if answer.is_some_and(|answer| answer.status != 422) {
        world.outrages.borrow_mut().push(format!("{reference} is taken with a wrong total"));
    }
    sleep(world.moment(1_200)).await;
    world.chance(0.6)
}

/// A request with the key of a channel's storefront.
fn storefront(channel: &str, route: &str, path: &[(&str, &str)], body: &Value) -> Request {
    let mut request = request(Role::Storefront, route, path, body);
    if let Some(caller) = &mut request.caller {
        caller.channel = channel.parse().ok();
    }
    request
}

/// Cancels the order, or the part of it that has not left.
pub fn cancel(world: &Rc<World>, order: String, after: Duration) {
    let world = Rc::clone(world);
    world.under_way.set(world.under_way.get() + 1);
    spawn_local(async move {
        sleep(after).await;
        let unsent = world.chance(0.5);
        let body = json!({ "reason": format!("Ms {} has changed her mind", surname(&order)), "unsent": unsent });
        let path = &[("order_id", order.as_str())];
        let answer = world.insist(&request(Role::Operator, "POST /orders/{order_id}/cancel", path, &body)).await;
        if answer.is_some_and(|answer| answer.is_success()) {
            world.cancelled.borrow_mut().push((order, unsent));
        }
        world.under_way.set(world.under_way.get() - 1);
    });
}

/// Asks to have the data of an order's customer erased.
fn erase(world: &Rc<World>, order: String, after: Duration) {
    let world = Rc::clone(world);
    world.under_way.set(world.under_way.get() + 1);
    spawn_local(async move {
        sleep(after).await;
        let body = json!({ "by": "order", "value": order });
        let answer = world.insist(&request(Role::Operator, "POST /customers/erase", &[], &body)).await;
        if answer.is_some_and(|answer| answer.is_success()) {
            world.to_erase.borrow_mut().push(order);
        }
        world.under_way.set(world.under_way.get() - 1);
    });
}

/// A short delay, so that the action meets work in progress.
pub fn at_once(world: &World) -> Duration {
    Duration::from_millis(world.rng.borrow_mut().u64(..200))
}

/// Takes a unit of the first line back, or moves to another street.
fn edit(world: &Rc<World>, plot: &Plot, order: String, after: Duration) {
    let (world, units) = (Rc::clone(world), plot.lines[0].1);
    let channel = plot.channel;
    world.under_way.set(world.under_way.get() + 1);
    spawn_local(async move {
        sleep(after).await;
        let fewer = json!({ "lines": [{ "line": 0, "quantity": units - 1 }], "reason": "fewer will do" });
        let moved = json!({ "reason": "moved", "shipping_address": {
            "name": "Ada Example", "line1": format!("{}allee 2", surname(&order)), "city": "Berlin", "postal_code": "10115", "country": "DE",
        } });
        let body = if world.chance(0.7) { fewer } else { moved };
        let path = &[("order_id", order.as_str())];
        world.insist(&storefront(channel, "POST /orders/{order_id}/edit", path, &body)).await;
        world.under_way.set(world.under_way.get() - 1);
    });
}

/// Waits for the parcel, and sends a unit of its first line back.
async fn send_back(world: &Rc<World>, plot: &Plot, id: &OrderId) {
    let order = &[("order_id", id.as_str())];
    for _ in 0..60 {
        sleep(Duration::from_mins(1)).await;
        let read = storefront(plot.channel, "GET /orders/{order_id}", order, &Value::Null);
        let Some(answer) = world.insist(&read).await else { return };
        if answer.body["status"] == "completed" {
            break;
        }
    }
    let lines = json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "unwanted" }] });
    let mut ask = storefront(plot.channel, "POST /orders/{order_id}/returns", order, &lines);
    ask.headers.insert("idempotency-key".to_owned(), "first".to_owned());
    let Some(asked) = world.insist(&ask).await.filter(Answer::is_success) else { return };
    let Some(returned) = asked.body["id"].as_str() else { return };
    let path = &[("order_id", id.as_str()), ("return", returned)];
    let step = async |role, route: &str, body: Value| {
        world
            .insist(&request(role, &format!("POST /orders/{{order_id}}/returns/{{return}}/{route}"), path, &body))
            .await
    };
    step(Role::Operator, "approve", Value::Null).await;
    sleep(world.moment(300)).await;
    let received = json!({ "location": "main", "lines": [{ "line": 0, "received": 1 }] });
    step(Role::Warehouse, "receive", received).await;
    let disposition = if world.chance(0.7) { "restocked" } else { "not_restocked" };
    step(Role::Warehouse, "inspect", json!({ "lines": [{ "line": 0, "quantity": 1, "disposition": disposition }] }))
        .await;
}

/// Works as the warehouse of a location until the world ends: takes its fulfillments and does the next step of each.
/// Looks less often after it has found none.
pub async fn warehouse(world: Rc<World>, location: &'static str, picking: Picking) {
    let mut pause = 10;
    loop {
        sleep(Duration::from_secs(pause) + world.moment(10)).await;
        pause = (pause * 2).min(240);
        if world.is_night.get() {
            continue;
        }
        let mut list = request(Role::Warehouse, "GET /fulfillments", &[], &Value::Null);
        list.query.insert("location".to_owned(), location.to_owned());
        let Some(answer) = world.insist(&list).await else { continue };
        for fulfillment in answer.body["fulfillments"].as_array().into_iter().flatten() {
            pause = 10;
            next_step(&world, fulfillment, picking).await;
        }
    }
}

/// How the warehouse picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picking {
    /// It finds all.
    Whole,
    /// Its shelves may be short.
    Short,
    /// It leaves that to the pickers.
    Never,
}

async fn next_step(world: &Rc<World>, fulfillment: &Value, picking: Picking) {
    let text = |name: &str| fulfillment[name].as_str().unwrap_or_default();
    let (order, id) = (text("order"), text("id"));
    // Only in a rush: an ordinary life must come to its end.
    if world.strikes(0.04) {
        cancel(world, order.to_owned(), at_once(world));
    }
    let step = async |name: &str, more: &[(&str, &str)], body: Value| {
        let path = [&[("order_id", order), ("fulfillment", id)], more].concat();
        let route = format!("POST /orders/{{order_id}}/fulfillments/{{fulfillment}}/{name}");
        world.insist(&request(Role::Warehouse, &route, &path, &body)).await
    };
    let lines = || fulfillment["picklist"].as_array().into_iter().flatten();
    match text("status") {
        "open" | "picking" if picking == Picking::Never => {}
        "open" => drop(step("start-picking", &[], Value::Null).await),
        "picking" => {
            let found = |line: &Value| {
                let asked = line["quantity"].as_i64().unwrap_or(0);
                let missed = i64::from(picking == Picking::Short && world.chance(0.1));
                json!({ "line": line["line"], "picked": (asked - missed).max(0) })
            };
            let picks: Vec<Value> = lines().map(found).collect();
            step("picks", &[], json!({ "picks": picks })).await;
        }
        "picked" => {
            let parcels = || fulfillment["parcels"].as_array().into_iter().flatten();
            let packed = |line: &Value| -> i64 {
                let contents = parcels().flat_map(|parcel| parcel["contents"].as_array().into_iter().flatten());
                contents.filter(|of| of["line"] == line["line"]).filter_map(|of| of["quantity"].as_i64()).sum()
            };
            let left = |line: &Value| line["picked"].as_i64().unwrap_or(0) - packed(line);
            let contents: Vec<Value> = lines()
                .filter(|line| left(line) > 0)
                .map(|line| json!({ "line": line["line"], "quantity": left(line) }))
                .collect();
            // Some tables scan what they pack, and tell nothing else of it. The next look goes on where this one ended.
            let scans = picking == Picking::Short && world.chance(0.5);
            if scans {
                for line in lines().filter(|line| left(line) > 0) {
                    step("open-parcel/scans", &[], json!({ "code": line["sku"] })).await;
                }
            }
            let size = json!({ "length_mm": 300, "width_mm": 200, "height_mm": 100 });
            let mut told = json!({ "weight_g": 900, "dimensions": size });
            if !scans {
                told["contents"] = contents.into();
            }
            step("parcels", &[], told).await;
        }
        "packed" => {
            if !labels::are_settled(world, fulfillment, picking).await {
                return;
            }
            let of = || fulfillment["parcels"].as_array().into_iter().flatten();
            let leaving: Vec<Value> = of().map(|parcel| labels::leaves(world, fulfillment, parcel, picking)).collect();
            step("hand-over", &[], json!({ "parcels": leaving })).await;
            sleep(world.moment(120)).await;
            for (parcel, left) in of().zip(&leaving) {
                let path = [("parcel", parcel["id"].as_str().unwrap_or_default())];
                if world.strikes(0.3) {
                    does_not_arrive(world, fulfillment, parcel).await;
                } else if picking == Picking::Short && world.chance(0.4) {
                    let told = left["tracking_number"].as_str().or(labels::number_of_label(fulfillment, parcel));
                    carried(world, told.unwrap_or_default().to_owned());
                } else {
                    step("parcels/{parcel}/delivered", &path, Value::Null).await;
                }
            }
        }
        _ => {}
    }
}

/// Reviews held orders now and then.
pub async fn operator(world: Rc<World>) {
    loop {
        sleep(Duration::from_mins(5) + world.moment(120)).await;
        if world.is_night.get() {
            continue;
        }
        let mut orders = world.accepted.borrow().clone();
        orders.extend(world.bought.borrow().iter().filter_map(|order| order_id(*order)).map(|id| id.to_string()));
        for order in orders {
            let path = &[("order_id", order.as_str())];
            let read = request(Role::Operator, "GET /orders/{order_id}", path, &Value::Null);
            let Some(answer) = world.insist(&read).await else { continue };
            if answer.body["payment_status"] == "authorized" && world.chance(0.3) {
                capture(&world, &order).await;
            }
            for reason in answer.body["holds"].as_object().into_iter().flatten().map(|(reason, _)| reason) {
                look_after(&world, &order, &answer.body, reason).await;
            }
            resolve_parcels(&world, &order, &answer.body).await;
        }
        mails::look_after(&world).await;
        give_back_payments(&world).await;
    }
}

/// Captures what a customer has authorized, at the provider or with Orderly.
async fn capture(world: &World, order: &str) {
    if world.chance(0.3) {
        return capture_elsewhere(world, order).await;
    }
    let path = &[("order_id", order)];
    world.insist(&request(Role::Operator, "POST /orders/{order_id}/capture", path, &json!({}))).await;
}

/// Refunds some of the payments that no order has taken, while their orders may still come.
async fn give_back_payments(world: &World) {
    let list = request(Role::Operator, "GET /operations/unmatched-payments", &[], &Value::Null);
    let Some(answer) = world.insist(&list).await else { return };
    for payment in answer.body["payments"].as_array().into_iter().flatten().filter(|_| world.chance(0.5)) {
        let path = &[("payment", payment["payment"].as_str().unwrap_or_default())];
        let route = "POST /operations/unmatched-payments/{payment}/refund";
        world.insist(&request(Role::Operator, route, path, &Value::Null)).await;
    }
}

async fn look_after(world: &World, order: &str, view: &Value, reason: &str) {
    let path = &[("order_id", order), ("reason", reason)];
    let act = match reason {
        "refund_to_approve" => return approve_refunds(world, order, view).await,
        "overpaid" if world.chance(0.5) => {
            let body = json!({ "amount": view["captured"].as_i64().unwrap_or(0) - view["total"].as_i64().unwrap_or(0), "reason": "paid twice" });
            let mut refund = request(Role::Operator, "POST /orders/{order_id}/refunds", path, &body);
            refund.headers.insert("idempotency-key".to_owned(), "surplus".to_owned());
            refund
        }
        "awaiting_payment" if world.chance(0.3) => {
            let body = json!({ "reason": "close enough" });
            request(Role::Operator, "POST /orders/{order_id}/accept-payment", path, &body)
        }
        "capture_failed" | "authorization_ends" if world.chance(0.5) => {
            request(Role::Operator, "POST /orders/{order_id}/capture", path, &json!({}))
        }
        "refund_failed" => request(Role::Operator, "POST /orders/{order_id}/refunds/retry", path, &Value::Null),
        _ if world.chance(0.4) => {
            let body = json!({ "reason": "the shop cannot serve it", "unsent": true });
            request(Role::Operator, "POST /orders/{order_id}/cancel", path, &body)
        }
        _ => request(Role::Operator, "DELETE /orders/{order_id}/holds/{reason}", path, &Value::Null),
    };
    world.insist(&act).await;
}

/// Decides the refunds of returns that wait for it. What was refunded at the provider counts for the first of them.
async fn approve_refunds(world: &World, order: &str, view: &Value) {
    let elsewhere = view["refunds"].as_object().into_iter().flatten().filter(|(_, refund)| refund["attempt"] == 0);
    let elsewhere: Vec<&String> = elsewhere.map(|(id, _)| id).collect();
    let waiting = view["returns"].as_array().into_iter().flatten().filter(|returned| returned["to_approve"].is_i64());
    for returned in waiting {
        let path = &[("order_id", order), ("return", returned["id"].as_str().unwrap_or_default())];
        let decide = async |body: Value| {
            let route = "POST /orders/{order_id}/returns/{return}/refund";
            world.insist(&request(Role::Operator, route, path, &body)).await.is_some_and(|answer| answer.is_success())
        };
        if !decide(json!({ "refunds": elsewhere })).await {
            decide(json!({ "refund": returned["to_approve"] })).await;
        }
    }
}
