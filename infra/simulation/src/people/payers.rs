//! Who pays, takes back and disputes.

use super::{PRICE, Plot, at_once, cancel, plot::Paying};
use crate::world::World;
use domain::ids::OrderId;
use serde_json::json;
use std::{rc::Rc, time::Duration};
use tokio::{task::spawn_local, time::sleep};

pub(super) fn pay(world: &Rc<World>, plot: &Plot, order: &OrderId, amount: i64) {
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
pub(super) fn pay_unheard(world: &World, order: &OrderId, amount: i64) -> Option<String> {
    world.stripe.pay(order.as_str(), amount, "EUR").ok()?;
    let payment =
        world.stripe.payments().into_iter().rev().find(|known| known.order_id.as_deref() == Some(order.as_str()))?;
    world.unheard.borrow_mut().push((payment.id.clone(), order.to_string()));
    Some(payment.id)
}

/// A bank debit: it begins, and comes to its end later, which may be that it fails.
pub(super) async fn debit(world: &Rc<World>, order: &OrderId, amount: i64) {
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

/// A card is authorized. If nobody captures it, the authorization may end, and the customer may pay again.
pub(super) async fn authorize(world: &Rc<World>, plot: &Plot, order: &OrderId, amount: i64) {
    let Ok(authorized) = world.stripe.authorize(order.as_str(), amount, "EUR") else { return };
    let payment =
        world.stripe.payments().into_iter().rev().find(|known| known.order_id.as_deref() == Some(order.as_str()));
    world.deliver(authorized).await;
    if !world.chance(0.3) {
        return;
    }
    sleep(world.moment(3_000)).await;
    let Some(payment) = payment else { return };
    if let Ok(Some(ended)) = world.stripe.lapse(&payment.id) {
        world.deliver(ended).await;
        if world.chance(0.5) {
            sleep(world.moment(600)).await;
            pay(world, plot, order, amount);
        }
    }
}

/// Somebody captures in the provider's dashboard, all of it or less.
pub(super) async fn capture_elsewhere(world: &World, order: &str) {
    let payments = world.stripe.payments();
    let Some(payment) = payments.iter().find(|payment| payment.order_id.as_deref() == Some(order)) else { return };
    let amount = if world.chance(0.3) { payment.amount / 2 } else { payment.amount };
    let request = axum::extract::Request::post(format!("/v1/payment_intents/{}/capture", payment.id))
        .header("authorization", "Bearer sk_test_local")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("amount_to_capture={amount}").into());
    if let Ok(request) = request {
        world.stripe.answer(request).await;
    }
}

/// Somebody refunds the price of a unit in the provider's dashboard.
pub(super) async fn refund_elsewhere(world: &Rc<World>, order: &str) {
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
pub(super) async fn dispute(world: &Rc<World>, order: &str) {
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
