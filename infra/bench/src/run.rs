//! Plays the lives of many orders concurrently, and measures each act.

use crate::{
    error::BenchError,
    life::{Act, BACKORDERED_UNITS, Life, Order, Part},
    shop::{self, BACKORDERED},
    usage::ByFunction,
    world::World,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// One act of all orders, with the work that it caused.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    pub name: &'static str,
    /// The average of one order.
    pub usage: ByFunction,
}

/// Orders with unique references, with products chosen evenly by a seeded generator.
pub fn orders(life: Life, count: usize, skus: usize) -> Vec<Order> {
    let run = jiff::Timestamp::now().as_microsecond();
    let mut random = fastrand::Rng::with_seed(1);
    let mut order = |number: usize| {
        let first = random.usize(..skus);
        // A different product from the first.
        let second = (first + random.usize(1..skus)) % skus;
        Order::new(life, format!("{run}-{number}"), [shop::sku(first), shop::sku(second)])
    };
    (0..count).map(&mut order).collect()
}

/// Plays all orders, `at_once` of them concurrently. All do one act; the next act begins after all resulting work is
/// done.
pub async fn side_by_side(
    world: &Arc<World>,
    life: Life,
    orders: Vec<Order>,
    at_once: usize,
) -> Result<Vec<Step>, BenchError> {
    let count = orders.len();
    let (mut orders, mut steps) = (orders, Vec::new());
    for part in life.parts() {
        let before = ByFunction::sample(&world.stack);
        match part {
            Part::Each(act) => orders = all(world, act, orders, at_once).await?.orders,
            Part::Restock => world.restock(BACKORDERED, count as u64 * BACKORDERED_UNITS).await?,
            Part::Reconcile => world.reconcile().await?,
        }
        world.until_settled().await?;
        let usage = ByFunction::sample(&world.stack).since(&before).per(count);
        steps.push(Step { name: part.name(), usage });
    }
    world.verify().await?;
    Ok(steps)
}

/// Plays the orders alone, one after the other. Yields the averages of their steps.
pub async fn alone(world: &Arc<World>, life: Life, orders: Vec<Order>) -> Result<Vec<Step>, BenchError> {
    let share = 1.0 / crate::usage::as_f64(orders.len());
    let mut average: Vec<Step> = Vec::new();
    for order in orders {
        let steps = side_by_side(world, life, vec![order], 1).await?;
        if average.is_empty() {
            average = steps.iter().map(|step| Step { name: step.name, usage: ByFunction::default() }).collect();
        }
        for (sum, step) in average.iter_mut().zip(&steps) {
            sum.usage.add(&step.usage, share);
        }
    }
    Ok(average)
}

/// The results of one act by many orders.
pub struct Done {
    /// In any order.
    pub orders: Vec<Order>,
    /// How long each order waited for its answer.
    pub waits: Vec<Duration>,
}

/// Does one act for all orders, `at_once` of them concurrently.
pub async fn all(world: &Arc<World>, act: Act, orders: Vec<Order>, at_once: usize) -> Result<Done, BenchError> {
    let acting = stream::iter(orders).map(|mut order| {
        let world = Arc::clone(world);
        // Each order is a task of its own. Otherwise one thread would send all requests.
        let acting = tokio::spawn(async move {
            let start = Instant::now();
            order.act(&world, act).await?;
            Ok::<_, BenchError>((order, start.elapsed()))
        });
        async move { acting.await? }
    });
    let done: Vec<(Order, Duration)> = acting.buffer_unordered(at_once).try_collect().await?;
    let (orders, waits) = done.into_iter().unzip();
    Ok(Done { orders, waits })
}
