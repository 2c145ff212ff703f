//! The actions of storefronts, customers, the warehouse and operators. As in reality, a client that gets no answer asks
//! again, and a client that gets a refusal accepts it.

mod stocktaker;

pub use stocktaker::{recounter, stocktaker};

use crate::world::{Answer, World, request};
use api::Request;
use domain::{ids::OrderId, settings::Role};
use serde_json::{Value, json};
use std::{rc::Rc, sync::LazyLock, time::Duration};
use tokio::{task::spawn_local, time::sleep};

pub const LOCATIONS: [&str; 2] = ["main", "store"];
const CHANNELS: [&str; 2] = ["web", "market"];
/// SKU, units at each location, and whether it may be sold before it is in stock. The stock is small, so that orders
/// compete.
pub const GOODS: [(&str, [i64; 2], bool); 3] =
    [("MUG", [5, 2], false), ("TEA", [4, 4], false), ("WHISK", [2, 0], true)];
const PRICE: i64 = 1_000;

/// The goods of large orders. Most are kept at both locations.
static LARGE_GOODS: LazyLock<Vec<String>> = LazyLock::new(|| (0..150).map(|n| format!("PART-{n:03}")).collect());
/// So many of the first of them are kept at the first location.
const AT_BOTH: usize = 120;

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paying {
    AtOnce,
    InParts,
    /// One part; the rest is never paid.
    Half,
    TooMuch,
    /// The whole total twice.
    Twice,
    /// By a bank debit, which takes its time and may fail in the end.
    Debit,
    /// The order names its payment, and no webhook about that ever comes.
    Unheard,
    /// In another currency than the order's.
    Dollars,
    /// The payment arrives before the order does.
    BeforeTheOrder,
    /// After its reservation has expired.
    TooLate,
    Never,
}

/// The course of an order.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // each may happen or not, whatever else happens
pub struct Plot {
    pub channel: &'static str,
    pub lines: Vec<(&'static str, u32)>,
    pub paying: Paying,
    /// At most this many seconds after ordering.
    pub pays_within: u64,
    /// The customer cancels this long after ordering.
    pub cancels_after: Option<Duration>,
    /// The customer cancels at the same moment as the payment arrives.
    pub cancels_while_paying: bool,
    /// The bank withdraws the money for a while.
    pub disputed: bool,
    /// The customer takes a unit back, or moves, this long after ordering.
    pub edits_after: Option<Duration>,
    /// Somebody refunds a unit in the provider's dashboard.
    pub refunded_elsewhere: bool,
    /// Whether a unit of the first line comes back.
    pub sends_back: bool,
    /// Whether the storefront gives up after its first attempt to place it.
    pub gives_up: bool,
}

impl Plot {
    /// An ordinary life that ends with a return.
    pub fn ordinary() -> Self {
        let lines = vec![("MUG", 2), ("TEA", 1)];
        Self {
            channel: CHANNELS[0],
            lines,
            paying: Paying::AtOnce,
            pays_within: 60,
            cancels_after: None,
            cancels_while_paying: false,
            disputed: false,
            edits_after: None,
            refunded_elsewhere: false,
            sends_back: true,
            gives_up: false,
        }
    }

    /// The ordinary life of an order of many lines. With `backwards`, the last goods come first.
    pub fn large(backwards: bool) -> Self {
        let mut lines: Vec<_> = LARGE_GOODS.iter().map(|sku| (sku.as_str(), 1)).collect();
        if backwards {
            lines.reverse();
        }
        Self { lines, ..Self::ordinary() }
    }

    pub fn random(world: &World) -> Self {
        let mut lines = Vec::new();
        for (sku, ..) in GOODS {
            if world.chance(0.5) {
                lines.push((sku, world.rng.borrow_mut().u32(1..=2)));
            }
        }
        if lines.is_empty() {
            lines.push((GOODS[0].0, 1));
        }
        let paying = match world.rng.borrow_mut().u8(0..27) {
            0..=10 => Paying::AtOnce,
            11..=12 => Paying::InParts,
            13 => Paying::TooMuch,
            14..=16 => Paying::BeforeTheOrder,
            17 => Paying::TooLate,
            18 => Paying::Half,
            19 => Paying::Dollars,
            20..=21 => Paying::Twice,
            22..=23 => Paying::Debit,
            24 => Paying::Unheard,
            _ => Paying::Never,
        };
        let cancels_after = world.chance(0.25).then(|| world.moment(400));
        let channel = CHANNELS[world.rng.borrow_mut().usize(..CHANNELS.len())];
        let (cancels_while_paying, disputed, sends_back) = (world.chance(0.1), world.chance(0.1), world.chance(0.5));
        let edits_after = world.chance(0.15).then(|| world.moment(300));
        let refunded_elsewhere = world.chance(0.07);
        Self {
            channel,
            lines,
            paying,
            cancels_after,
            cancels_while_paying,
            disputed,
            edits_after,
            refunded_elsewhere,
            sends_back,
            ..Self::ordinary()
        }
    }

    /// The id of this customer's order.
    pub fn order_id(&self, reference: &str) -> Option<OrderId> {
        self.channel.parse().ok().map(|channel| OrderId::derive(&channel, reference))
    }

    fn total(&self) -> i64 {
        self.lines.iter().map(|(_, units)| i64::from(*units) * PRICE).sum()
    }

    fn order(&self, reference: &str, payment: Option<&str>) -> Value {
        let line = |(sku, quantity): &(&str, u32)| json!({ "sku": sku, "title": sku, "quantity": quantity, "unit_price": PRICE, "tax": 0 });
        json!({
            "reference": reference,
            "currency": "EUR",
            "customer": { "name": "Ada Example", "email": "ada@example.com" },
            "shipping_address": {
                "name": "Ada Example", "line1": "Lindenallee 1", "city": "Berlin", "postal_code": "10115", "country": "DE",
            },
            "lines": self.lines.iter().map(line).collect::<Vec<_>>(),
            "shipping": { "method": "Standard", "price": 0, "tax": 0 },
            "tax_included": true,
            "total": self.total(),
            "payment": payment.map(|id| json!({ "provider": "stripe", "id": id })),
        })
    }
}

/// Sets up the shop, without faults.
pub async fn open_shop(world: &World) {
    let put = async |route: &str, name: &str, value: &str, body: Value| {
        let answer = world.insist(&request(Role::Operator, route, &[(name, value)], &body)).await;
        assert!(answer.as_ref().is_some_and(Answer::is_success), "{route} {value}: {answer:?}");
    };
    for channel in CHANNELS {
        put("PUT /channels/{channel}", "channel", channel, json!({ "name": channel })).await;
    }
    for (n, location) in LOCATIONS.into_iter().enumerate() {
        let webhook = (n == 0).then_some(crate::network::WAREHOUSE);
        let body = json!({ "name": location, "priority": n + 1, "webhook_url": webhook });
        put("PUT /locations/{location}", "location", location, body).await;
    }
    for (sku, units, backorder) in GOODS {
        put("PUT /products/{sku}", "sku", sku, json!({ "title": sku, "weight_g": 100 })).await;
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
    if plot.paying == Paying::BeforeTheOrder {
        pay(plot.total());
        sleep(world.moment(90)).await;
    }
    let unheard = if plot.paying == Paying::Unheard { pay_unheard(&world, &id, plot.total()) } else { None };
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
        Paying::Debit => debit(&world, &id, total).await,
        Paying::BeforeTheOrder | Paying::Unheard | Paying::Never => {}
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
        let body = json!({ "reason": "changed my mind", "unsent": unsent });
        let path = &[("order_id", order.as_str())];
        let answer = world.insist(&request(Role::Operator, "POST /orders/{order_id}/cancel", path, &body)).await;
        if answer.is_some_and(|answer| answer.is_success()) {
            world.cancelled.borrow_mut().push((order, unsent));
        }
        world.under_way.set(world.under_way.get() - 1);
    });
}

/// A short delay, so that the action meets work in progress.
pub fn at_once(world: &World) -> Duration {
    Duration::from_millis(world.rng.borrow_mut().u64(..200))
}

fn pay(world: &Rc<World>, plot: &Plot, order: &OrderId, amount: i64) {
    let currency = if plot.paying == Paying::Dollars { "USD" } else { "EUR" };
    match world.stripe.pay(order.as_str(), amount, currency) {
        Ok(webhook) => {
            let world = Rc::clone(world);
            let wait = world.moment(plot.pays_within.min(5));
            let cancelled = plot.cancels_while_paying.then(|| order.to_string());
            spawn_local(async move {
                sleep(wait).await;
                if let Some(order) = cancelled {
                    // Now, or after its stock is deducted and its picklist is made.
                    let later = if world.chance(0.5) { Duration::ZERO } else { world.moment(8) };
                    cancel(&world, order, later + at_once(&world));
                }
                world.deliver(webhook).await;
            });
        }
        Err(error) => world.outrages.borrow_mut().push(error.to_string()),
    }
}

/// Pays for an order that is about to name its payment. No webhook tells of it.
fn pay_unheard(world: &World, order: &OrderId, amount: i64) -> Option<String> {
    world.stripe.pay(order.as_str(), amount, "EUR").ok()?;
    let payment =
        world.stripe.payments().into_iter().rev().find(|known| known.order_id.as_deref() == Some(order.as_str()))?;
    world.unheard.borrow_mut().push((payment.id.clone(), order.to_string()));
    Some(payment.id)
}

/// A bank debit: it begins, and comes to its end later, which may be that it fails.
async fn debit(world: &Rc<World>, order: &OrderId, amount: i64) {
    let Ok(begun) = world.stripe.begin(order.as_str(), amount, "EUR") else { return };
    let payment =
        world.stripe.payments().into_iter().rev().find(|known| known.order_id.as_deref() == Some(order.as_str()));
    world.deliver(begun).await;
    sleep(world.moment(5_000)).await;
    let Some(payment) = payment else { return };
    if let Ok(Some(ended)) = world.stripe.settle(&payment.id, world.chance(0.8)) {
        world.deliver(ended).await;
    }
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
            "name": "Ada Example", "line1": "Lindenallee 2", "city": "Berlin", "postal_code": "10115", "country": "DE",
        } });
        let body = if world.chance(0.7) { fewer } else { moved };
        let path = &[("order_id", order.as_str())];
        world.insist(&storefront(channel, "POST /orders/{order_id}/edit", path, &body)).await;
        world.under_way.set(world.under_way.get() - 1);
    });
}

/// Somebody refunds the price of a unit in the provider's dashboard.
async fn refund_elsewhere(world: &Rc<World>, order: &str) {
    let payments = world.stripe.payments();
    let Some(payment) = payments.iter().find(|payment| payment.order_id.as_deref() == Some(order)) else { return };
    let form = format!("payment_intent={}&amount={PRICE}", payment.id);
    let request = axum::extract::Request::post("/v1/refunds")
        .header("authorization", "Bearer sk_test_local")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.into());
    if let Ok(request) = request {
        world.stripe.answer(request).await;
    }
}

/// The bank withdraws a payment's money, and may give it back.
async fn dispute(world: &Rc<World>, order: &str) {
    let payments = world.stripe.payments();
    let Some(payment) = payments.iter().find(|payment| payment.order_id.as_deref() == Some(order)) else { return };
    let about = |status: &str| {
        json!({
            "id": format!("dp_{order}"), "object": "dispute", "amount": payment.amount, "charge": payment.charge,
            "payment_intent": payment.id, "currency": payment.currency, "status": status, "livemode": false,
        })
    };
    let opened = world.stripe.event("charge.dispute.created", &about("needs_response"));
    // A bank may give back what was lost.
    let ends: &[&str] = match world.rng.borrow_mut().u8(0..4) {
        0 => &["lost"],
        1 => &["lost", "won"],
        _ => &["won"],
    };
    let (first, wait) = (Rc::clone(world), world.moment(20));
    spawn_local(async move {
        sleep(wait).await;
        first.deliver(opened).await;
    });
    for end in ends {
        sleep(world.moment(900)).await;
        world.deliver(world.stripe.event("charge.dispute.closed", &about(end))).await;
    }
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
pub async fn warehouse(world: Rc<World>, location: &'static str) {
    let mut pause = 10;
    loop {
        sleep(Duration::from_secs(pause) + world.moment(10)).await;
        pause = (pause * 2).min(240);
        let mut list = request(Role::Warehouse, "GET /fulfillments", &[], &Value::Null);
        list.query.insert("location".to_owned(), location.to_owned());
        let Some(answer) = world.insist(&list).await else { continue };
        for fulfillment in answer.body["fulfillments"].as_array().into_iter().flatten() {
            pause = 10;
            next_step(&world, fulfillment).await;
        }
    }
}

async fn next_step(world: &Rc<World>, fulfillment: &Value) {
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
        "open" => drop(step("start-picking", &[], Value::Null).await),
        "picking" => {
            let found = |line: &Value| {
                let asked = line["quantity"].as_i64().unwrap_or(0);
                let missed = i64::from(world.chance(0.1));
                json!({ "line": line["line"], "picked": (asked - missed).max(0) })
            };
            let picks: Vec<Value> = lines().map(found).collect();
            step("picks", &[], json!({ "picks": picks })).await;
        }
        "picked" => {
            let left = lines().filter(|line| line["picked"].as_i64().unwrap_or(0) > 0);
            let contents: Vec<Value> =
                left.map(|line| json!({ "line": line["line"], "quantity": line["picked"] })).collect();
            step("parcels", &[], json!({ "contents": contents, "weight_g": 900 })).await;
        }
        "packed" => {
            let parcel =
                |parcel: &Value| json!({ "parcel": parcel["id"], "carrier": "DHL", "tracking_number": "JJD1" });
            let parcels: Vec<Value> = fulfillment["parcels"].as_array().into_iter().flatten().map(parcel).collect();
            step("hand-over", &[], json!({ "parcels": parcels })).await;
            sleep(world.moment(120)).await;
            for parcel in fulfillment["parcels"].as_array().into_iter().flatten() {
                let path = [("parcel", parcel["id"].as_str().unwrap_or_default())];
                if world.strikes(0.3) {
                    does_not_arrive(world, fulfillment, parcel).await;
                } else {
                    step("parcels/{parcel}/delivered", &path, Value::Null).await;
                }
            }
        }
        _ => {}
    }
}

/// A parcel is lost, refused or never heard of again. Some are found, some come back, some have another number than was told.
async fn does_not_arrive(world: &Rc<World>, fulfillment: &Value, parcel: &Value) {
    let text = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    let (order, id, name) = (text(fulfillment, "order"), text(fulfillment, "id"), text(parcel, "id"));
    let path = [("order_id", order.as_str()), ("fulfillment", id.as_str()), ("parcel", name.as_str())];
    let step = async |what: &str, body: Value| {
        let route = format!("POST /orders/{{order_id}}/fulfillments/{{fulfillment}}/parcels/{{parcel}}/{what}");
        world.insist(&request(Role::Warehouse, &route, &path, &body)).await
    };
    if world.chance(0.3) {
        step("tracking", json!({ "carrier": "DHL", "tracking_number": "JJD2" })).await;
    }
    let state = ["lost", "damaged", "refused", "returned", "delayed"][world.rng.borrow_mut().usize(..5)];
    if world.chance(0.8) {
        step("reports", json!({ "state": state, "reason": "the carrier says so" })).await;
    }
    if world.chance(0.4) {
        let found = |line: &Value| {
            let disposition = if world.chance(0.7) { "restocked" } else { "not_restocked" };
            json!({ "line": line["line"], "quantity": line["quantity"], "disposition": disposition })
        };
        let lines: Vec<Value> = parcel["contents"].as_array().into_iter().flatten().map(found).collect();
        let back = json!({ "location": LOCATIONS[0], "lines": lines });
        for _ in 0..=usize::from(world.chance(0.3)) {
            step("received-back", back.clone()).await;
        }
    }
    if world.chance(0.3) {
        // Found after all, perhaps when it has been made good.
        let (world, wait) = (Rc::clone(world), world.moment(1_500));
        world.under_way.set(world.under_way.get() + 1);
        spawn_local(async move {
            sleep(wait).await;
            let path = [("order_id", order.as_str()), ("fulfillment", id.as_str()), ("parcel", name.as_str())];
            let route = "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/delivered";
            world.insist(&request(Role::Warehouse, route, &path, &Value::Null)).await;
            world.under_way.set(world.under_way.get() - 1);
        });
    }
}

/// Decides about every parcel of an order that did not arrive, and sometimes changes their mind.
async fn resolve_parcels(world: &World, order: &str, read: &Value) {
    for fulfillment in read["fulfillment_details"].as_array().into_iter().flatten() {
        let id = fulfillment["id"].as_str().unwrap_or_default();
        for parcel in fulfillment["parcels"].as_array().into_iter().flatten() {
            let waits = parcel["resolution"].is_null()
                && ["overdue", "damaged", "refused", "returned", "lost"].iter().any(|state| parcel["state"] == *state);
            let name = parcel["id"].as_str().unwrap_or_default();
            let path = [("order_id", order), ("fulfillment", id), ("parcel", name)];
            let route = "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/resolution";
            let resolve = async |remedy: &str| {
                let body = json!({ "remedy": remedy, "reason": "it did not arrive" });
                world.insist(&request(Role::Operator, route, &path, &body)).await
            };
            let remedy = ["reship", "refund", "write_off"][world.rng.borrow_mut().usize(..3)];
            if waits && !resolve(remedy).await.is_some_and(|answer| answer.is_success()) {
                // It was made good in another way.
                resolve("write_off").await;
            }
            if waits && world.chance(0.3) {
                let remedy = if world.chance(0.5) { "reship" } else { "refund" };
                resolve(remedy).await;
            }
        }
    }
}

/// Reviews held orders now and then.
pub async fn operator(world: Rc<World>) {
    loop {
        sleep(Duration::from_mins(5) + world.moment(120)).await;
        let orders = world.accepted.borrow().clone();
        for order in orders {
            let path = &[("order_id", order.as_str())];
            let read = request(Role::Operator, "GET /orders/{order_id}", path, &Value::Null);
            let Some(answer) = world.insist(&read).await else { continue };
            for reason in answer.body["holds"].as_object().into_iter().flatten().map(|(reason, _)| reason) {
                look_after(&world, &order, &answer.body, reason).await;
            }
            resolve_parcels(&world, &order, &answer.body).await;
        }
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
