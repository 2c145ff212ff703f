//! Customers of a shop that runs elsewhere, and the people who look after it there. The shop tells of its orders late, twice, in another
//! order, or not at all.

use crate::{
    functions::CHANNEL,
    world::{World, request},
};
use domain::{
    ids::OrderId,
    settings::{RefundsBy, Role},
    stock_sync::StockSync,
};
use orderly_local::channels::woocommerce::{Bought, Checkout, Fee, Method, NewProduct, RefundAct, TaxClass};
use serde_json::{Value, json};
use std::{rc::Rc, time::Duration};
use tokio::{task::spawn_local, time::sleep};

/// Connects the shop, without faults. `is_told`: whether it is told how many units it may sell.
pub async fn connect(world: &World, refunds: RefundsBy, is_told: bool) {
    let put =
        request(Role::Operator, "PUT /channels/{channel}", &[("channel", CHANNEL)], &json!({ "name": "Our shop" }));
    assert!(world.insist(&put).await.is_some_and(|answer| answer.is_success()), "the channel is made");
    // From a copy, so that what people do is not changed by it.
    let buffer = world.rng.borrow().clone().u32(0..2);
    let sync = || StockSync { buffer, ..StockSync::of_everything(world.functions.now()) };
    world.functions.connect_shop(CHANNEL, refunds, is_told.then(sync)).await;
    for (sku, ..) in super::GOODS {
        // Until it is told what there is, the shop sells what it likes.
        world.shop.shop().add_product(NewProduct {
            sku: sku.to_owned(),
            name: sku.to_owned(),
            price: "10.00".to_owned(),
            stock: Some(100),
            tax: TaxClass::default(),
            is_virtual: false,
        });
    }
    world.network.note("a shop is connected".to_owned());
}

/// The order as it is taken over.
pub fn order_id(at_shop: u64) -> Option<OrderId> {
    Some(OrderId::derive(&CHANNEL.parse().ok()?, &at_shop.to_string()))
}

/// Buys something, and may think better of it.
pub async fn shopper(world: Rc<World>) {
    let pick = |n: usize| world.rng.borrow_mut().usize(0..n);
    let (sku, ..) = super::GOODS[pick(super::GOODS.len())];
    let payment = [Method::Card, Method::Card, Method::Cod][pick(3)];
    let quantity = [1, 1, 2, 3][pick(4)];
    let fees = if world.chance(0.2) {
        vec![Fee { name: "Gift wrap".to_owned(), amount: "2.00".to_owned() }]
    } else {
        Vec::new()
    };
    let coupon = world.chance(0.2).then(|| "tenoff".to_owned());
    let checkout = Checkout { lines: vec![Bought::sku(sku, quantity)], payment, fees, coupon, ..Checkout::default() };
    let Ok(order) = world.shop.shop().check_out(checkout) else { return };
    world.network.note(format!("{order} is bought at the shop"));
    world.bought.borrow_mut().push(order);
    deliver(&world);
    sleep(world.moment(600)).await;
    let shop = world.shop.shop();
    match pick(6) {
        0 => drop(shop.cancel(order)),
        1 => drop(shop.refund(order, RefundAct { restock: true, ..RefundAct::default() })),
        2 => drop(shop.mark(order, "processing")),
        _ => {}
    }
    deliver(&world);
}

/// Gives back at the shop what Orderly asks people to give back.
pub async fn shopkeeper(world: Rc<World>) {
    loop {
        sleep(Duration::from_mins(5) + world.moment(120)).await;
        if world.is_night.get() {
            continue;
        }
        let list = request(Role::Operator, "GET /operations/refunds-by-hand", &[], &Value::Null);
        let Some(answer) = world.insist(&list).await else { continue };
        for refund in answer.body["refunds"].as_array().into_iter().flatten().filter(|of| of["method"] == "channel") {
            give_back(&world, refund).await;
        }
    }
}

/// The shop tells of it. What it does not give back any more was given back there before.
async fn give_back(world: &Rc<World>, refund: &Value) {
    let text = |name: &str| refund[name].as_str().unwrap_or_default();
    let amount = refund["amount"].as_i64().unwrap_or_default();
    let order = text("reference").parse().unwrap_or_default();
    let amount = Some(format!("{}.{:02}", amount / 100, amount % 100));
    let given = world.shop.shop().refund(order, RefundAct { amount, ..RefundAct::default() });
    world.network.note(format!("{order} is given back at the shop: {}", given.is_ok()));
    if given.is_ok() {
        return deliver(world);
    }
    let path = &[("order_id", text("order")), ("refund", text("refund"))];
    let route = "POST /orders/{order_id}/refunds/{refund}/outcome";
    world.insist(&request(Role::Operator, route, path, &json!({ "outcome": "succeeded" }))).await;
}

/// Delivers what the shop has to tell, each after a while.
fn deliver(world: &Rc<World>) {
    let world = Rc::clone(world);
    world.under_way.set(world.under_way.get() + 1);
    spawn_local(async move {
        sleep(world.moment(60)).await;
        while world.shop.waiting() > 0 {
            let position = world.rng.borrow_mut().usize(0..world.shop.waiting());
            let Some(delivery) = world.shop.take(position) else { continue };
            let lost = world.strikes(0.2);
            for _ in 0..if world.strikes(0.1) { 2 } else { 1 } {
                let status = if lost { None } else { world.hear_shop(CHANNEL, &delivery).await };
                world.shop.is_answered(&delivery, status);
            }
            sleep(Duration::from_secs(1)).await;
        }
        world.under_way.set(world.under_way.get() - 1);
    });
}
