//! What holds at the end of every test, whatever it did to the system.

use crate::{
    shop::{CITY, CUSTOMER, EMAIL, PHONE, STREET},
    world::World,
};
use orderly::domain::{
    allocation::Holding,
    fulfillment::Fulfillment,
    head::{Head, OrderStatus},
    ledger::Refund,
    returns::{Disposition, Return},
    stock::StockDelta,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

type Item = Map<String, Value>;

/// Waits until nothing is under way, and checks all laws.
pub async fn hold(world: &World) {
    world.until_settled().await;
    let orders = world.scan("OrdersTable").await;
    let stock = world.scan("StockTable").await;
    buckets_equal_what_orders_hold(&orders, &stock);
    on_hand_is_explained(&orders, &stock);
    every_unit_is_somewhere(&orders);
    refunds_are_made_once(world, &orders);
    e_mails_are_sent_once(world, &orders);
    no_message_is_dead(world).await;
    roles_allow_what_functions_do(world);
    logs_tell_no_secret(world);
}

/// The customer's data and the keys, none of which anything but the tables and the mails may hold.
pub fn secrets(world: &World) -> Vec<String> {
    let customer = [CUSTOMER, EMAIL, PHONE, STREET, CITY].map(str::to_owned);
    let keys = [world.stack.operator_key(), &world.shop.storefront_key, &world.shop.warehouse_key].map(str::to_owned);
    let secrets = ["StripeWebhookSecret", "StripeApiKey", "WarehouseWebhookSecret"];
    let secrets = secrets.map(|name| world.stack.secret(name).expect("the template declares it"));
    customer.into_iter().chain(keys).chain(secrets).collect()
}

fn named<'a>(orders: &'a [Item], kind: &'a str) -> impl Iterator<Item = &'a Item> {
    orders.iter().filter(move |item| item["item"].as_str().is_some_and(|name| name.starts_with(kind)))
}

fn all<'a, T: DeserializeOwned>(orders: &'a [Item], kind: &'a str) -> impl Iterator<Item = (String, T)> {
    named(orders, kind).map(|item| {
        let order = item["order_id"].as_str().unwrap().to_owned();
        (order, serde_json::from_value(item.clone().into()).unwrap())
    })
}

/// Buckets by place, and nothing for what is zero.
#[derive(Debug, Default, PartialEq)]
struct Places(BTreeMap<(String, String), StockDelta>);

impl Places {
    fn add(&mut self, sku: &str, location: &str, delta: StockDelta) {
        *self.0.entry((sku.to_owned(), location.to_owned())).or_default() += delta;
    }

    fn without_zeros(mut self) -> Self {
        self.0.retain(|_, delta| *delta != StockDelta::default());
        self
    }
}

fn levels(stock: &[Item]) -> impl Iterator<Item = (&str, &str, &Item)> {
    stock.iter().filter_map(|item| {
        let location = item["item"].as_str()?.strip_prefix("location#")?;
        Some((item["sku"].as_str()?, location, item))
    })
}

fn bucket(level: &Item, name: &str) -> i64 {
    level.get(name).map_or(0, |units| units.as_i64().unwrap())
}

fn buckets_equal_what_orders_hold(orders: &[Item], stock: &[Item]) {
    let mut held = Places::default();
    for (_, head) in all::<Head>(orders, "head") {
        for allocation in head.stock {
            let units = i64::from(allocation.quantity);
            let none = StockDelta::default();
            let (at, delta) = match allocation.state {
                Holding::Missing => continue,
                Holding::Reserved(at) => (at, StockDelta { reserved: units, ..none }),
                Holding::Backordered(at) => (at, StockDelta { backordered: units, ..none }),
                Holding::Committed(at) | Holding::Dispatched(at) => (at, StockDelta { committed: units, ..none }),
            };
            held.add(allocation.sku.as_str(), at.as_str(), delta);
        }
    }
    let mut kept = Places::default();
    for (sku, location, level) in levels(stock) {
        let of = |name| bucket(level, name);
        let promised = StockDelta {
            reserved: of("reserved"),
            committed: of("committed"),
            backordered: of("backordered"),
            ..StockDelta::default()
        };
        kept.add(sku, location, promised);
        let left =
            of("on_hand") - of("reserved") - of("committed") - of("damaged") - of("quality_control") - of("safety");
        assert_eq!(of("available"), left, "{sku} at {location}: {level:?}");
        let negative = level.iter().find(|(_, units)| units.as_i64().is_some_and(|units| units < 0));
        assert_eq!(negative, None, "{sku} at {location}");
    }
    assert_eq!(kept.without_zeros(), held.without_zeros(), "the buckets (left) are what the orders hold (right)");
}

/// What is on hand is what came by movements, less what was shipped, plus what came back.
fn on_hand_is_explained(orders: &[Item], stock: &[Item]) {
    let units = |count: i64| StockDelta { on_hand: count, ..StockDelta::default() };
    let mut explained = Places::default();
    for movement in stock.iter().filter(|item| item["item"].as_str().unwrap().starts_with("movement#")) {
        let (sku, location) = (movement["sku"].as_str().unwrap(), movement["location"].as_str().unwrap());
        explained.add(sku, location, units(movement["change"]["on_hand"].as_i64().unwrap()));
    }
    for (_, fulfillment) in all::<Fulfillment>(orders, "fulfillment#") {
        for (line, sent) in fulfillment.units_sent() {
            let sku = &fulfillment.lines.iter().find(|picked| picked.line == line).unwrap().sku;
            explained.add(sku.as_str(), fulfillment.location.as_str(), units(-i64::from(sent)));
        }
    }
    for (_, returned) in all::<Return>(orders, "return#") {
        for line in &returned.lines {
            let came = line.inspected.iter().filter(|units| units.disposition != Disposition::Missing);
            for inspected in came {
                let location = returned.location.as_ref().expect("it was received somewhere");
                explained.add(line.sku.as_str(), location.as_str(), units(inspected.quantity.into()));
            }
        }
    }
    let mut there = Places::default();
    levels(stock).for_each(|(sku, location, level)| there.add(sku, location, units(bucket(level, "on_hand"))));
    assert_eq!(there.without_zeros(), explained.without_zeros(), "what is on hand (left) is explained (right)");
}

/// Each ordered unit is held or sent off, once; a cancelled order holds and sends none, and one whose rest was cancelled
/// holds none.
fn every_unit_is_somewhere(orders: &[Item]) {
    let mut sent: BTreeMap<(String, u16), u32> = BTreeMap::new();
    for (order, fulfillment) in all::<Fulfillment>(orders, "fulfillment#") {
        for (line, units) in fulfillment.units_sent() {
            *sent.entry((order.clone(), line)).or_default() += units;
        }
    }
    for (order, head) in all::<Head>(orders, "head") {
        let details = named(orders, "details").find(|details| details["order_id"] == order.as_str()).unwrap();
        for (number, line) in (0..).zip(details["lines"].as_array().unwrap()) {
            let held: u32 = head.stock.iter().filter(|held| held.line == number).map(|held| held.quantity).sum();
            let sent = sent.get(&(order.clone(), number)).copied().unwrap_or(0);
            let ordered = u32::try_from(line["quantity"].as_u64().unwrap()).unwrap();
            let expected = match head.status {
                OrderStatus::Cancelled { .. } => (0, 0),
                _ if head.ledger.refunds.contains_key("cancel-unsent") => (0, sent.min(ordered)),
                _ => (ordered - sent.min(ordered), sent),
            };
            assert_eq!((held, sent), expected, "order {order}, line {number}: {:?}", head.stock);
        }
    }
}

/// Orderly's books and the provider's agree, and nothing is refunded beyond what was paid.
fn refunds_are_made_once(world: &World, orders: &[Item]) {
    for (order, head) in all::<Head>(orders, "head") {
        assert!(head.ledger.refunded(head.currency) <= head.ledger.captured(head.currency), "order {order}");
        for id in head.ledger.payments.keys() {
            let ours = head.ledger.refunds.values().filter(|refund| refund.payment == *id && refund.has_succeeded());
            let mut ours: Vec<i64> = ours.map(|refund: &Refund| refund.amount).collect();
            let mut made: Vec<i64> = world.stack.stripe().refunds(id.parts().1).iter().map(|r| r.amount).collect();
            ours.sort_unstable();
            made.sort_unstable();
            assert_eq!(ours, made, "order {order}, payment {id}: recorded (left), made (right)");
        }
    }
}

/// As many mails went out as the records tell; each was begun once unless a process died over it.
fn e_mails_are_sent_once(world: &World, orders: &[Item]) {
    let begun: i64 = named(orders, "email#").map(|email| email["attempts"].as_i64().unwrap()).sum();
    let kinds = named(orders, "email#").count();
    let sent = world.stack.mailbox().list().len();
    assert!((kinds..=usize::try_from(begun).unwrap()).contains(&sent), "{kinds} kinds, {begun} begun, {sent} sent");
}

async fn no_message_is_dead(world: &World) {
    for queue in world.stack.sqs().queues().iter().filter(|queue| queue.redrive.is_none()) {
        let dead = world.stack.sqs().dead_letters(&queue.name).await.unwrap();
        assert!(dead.is_empty(), "{}: {dead:?}", queue.name);
    }
}

/// No function asked for anything that its role in the template does not allow.
fn roles_allow_what_functions_do(world: &World) {
    let refusals: Vec<String> = world.stack.refusals().iter().map(ToString::to_string).collect();
    assert_eq!(refusals, Vec::<String>::new());
}

fn logs_tell_no_secret(world: &World) {
    let secrets = secrets(world);
    for line in world.stack.logs().lines() {
        let told = secrets.iter().find(|secret| line.text.contains(*secret));
        assert_eq!(told, None, "{}: {}", line.function, line.text);
    }
}
