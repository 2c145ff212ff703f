//! Who pays, takes back and disputes.

use super::{PRICE, Plot, at_once, cancel, plot::Paying};
use crate::world::World;
use domain::ids::OrderId;
use orderly_local::payments::{DisputeStatus, Payment, Provider};
use std::{rc::Rc, time::Duration};
use tokio::{task::spawn_local, time::sleep};

pub(super) fn pay(world: &Rc<World>, plot: &Plot, order: &OrderId, amount: i64) {
    let currency = if plot.paying == Paying::Dollars { "USD" } else { "EUR" };
    let provider = plot.provider;
    match world.provider(provider).pay(order.as_str(), amount, currency) {
        Ok(made) => {
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
                world.deliver_all(provider, made).await;
            });
        }
        Err(error) => world.outrages.borrow_mut().push(error.to_string()),
    }
}

/// Pays for an order that is about to name its payment. No webhook tells of it.
pub(super) fn pay_unheard(world: &World, plot: &Plot, order: &OrderId, amount: i64) -> Option<String> {
    let made = world.provider(plot.provider).pay(order.as_str(), amount, "EUR").ok()?;
    world.unheard.borrow_mut().push((plot.provider, made.payment.id.clone(), order.to_string()));
    Some(made.payment.id)
}

/// A bank debit: it begins, and comes to its end later, which may be that it fails.
pub(super) async fn debit(world: &Rc<World>, plot: &Plot, order: &OrderId, amount: i64) {
    let provider = world.provider(plot.provider);
    let Ok(begun) = provider.begin(order.as_str(), amount, "EUR") else { return };
    let payment = begun.payment.id.clone();
    world.deliver_all(plot.provider, begun).await;
    sleep(world.moment(5_000)).await;
    if let Ok(ended) = provider.settle(&payment, world.chance(0.8)) {
        world.deliver_all(plot.provider, ended).await;
    }
}

/// A card is authorized. If nobody captures it, the authorization may end, and the customer may pay again.
pub(super) async fn authorize(world: &Rc<World>, plot: &Plot, order: &OrderId, amount: i64) {
    let provider = world.provider(plot.provider);
    let Ok(authorized) = provider.authorize(order.as_str(), amount, "EUR") else { return };
    let payment = authorized.payment.id.clone();
    world.deliver_all(plot.provider, authorized).await;
    if !world.chance(0.3) {
        return;
    }
    sleep(world.moment(3_000)).await;
    if let Ok(ended) = provider.lapse(&payment) {
        world.deliver_all(plot.provider, ended).await;
        if world.chance(0.5) {
            sleep(world.moment(600)).await;
            pay(world, plot, order, amount);
        }
    }
}

/// The payments of an order, at all providers.
fn payments_of(world: &World, order: &str) -> Vec<(Provider, Payment)> {
    let of_order = |payment: &Payment| payment.order_id.as_deref() == Some(order);
    let all = world.providers.iter().flat_map(|(provider, own)| own.payments().into_iter().map(|one| (*provider, one)));
    all.filter(|(_, payment)| of_order(payment)).collect()
}

/// Somebody captures in the provider's dashboard, all of it or less.
pub(super) async fn capture_elsewhere(world: &World, order: &str) {
    let Some((provider, payment)) = payments_of(world, order).into_iter().next() else { return };
    let amount = if world.chance(0.3) { payment.amount / 2 } else { payment.amount };
    let provider = world.provider(provider);
    if let Ok(made) = provider.capture(&payment.id, Some(amount)) {
        provider.send(made.webhooks);
    }
}

/// Somebody refunds the price of a unit in the provider's dashboard.
pub(super) async fn refund_elsewhere(world: &Rc<World>, order: &str) {
    let act = |(provider, payment): (Provider, Payment)| {
        Some((provider, world.provider(provider).refund(&payment.id, Some(PRICE)).ok()?))
    };
    if let Some((provider, made)) = payments_of(world, order).into_iter().find_map(act) {
        world.provider(provider).send(made.webhooks);
    }
}

/// The bank withdraws a payment's money, and may give it back.
pub(super) async fn dispute(world: &Rc<World>, order: &str) {
    let act = |(provider, payment): (Provider, Payment)| {
        Some((provider, world.provider(provider).dispute(&payment.id).ok()?))
    };
    let Some((provider, opened)) = payments_of(world, order).into_iter().find_map(act) else { return };
    let payment = opened.payment.id.clone();
    // A bank may give back what was lost.
    let ends: &[DisputeStatus] = match world.rng.borrow_mut().u8(0..4) {
        0 => &[DisputeStatus::Lost],
        1 => &[DisputeStatus::Lost, DisputeStatus::Won],
        _ => &[DisputeStatus::Won],
    };
    let (first, wait) = (Rc::clone(world), world.moment(20));
    spawn_local(async move {
        sleep(wait).await;
        first.deliver_all(provider, opened).await;
    });
    for end in ends {
        sleep(world.moment(900)).await;
        if let Ok(decided) = world.provider(provider).decide(&payment, *end) {
            world.deliver_all(provider, decided).await;
        }
    }
}
