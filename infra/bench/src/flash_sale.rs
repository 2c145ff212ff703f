//! Plays a flash sale: many buyers, few units.

use crate::{
    error::BenchError,
    life::{Act, Order},
    report::{Report, Target},
    shop,
    stats::Waits,
    table::{Table, number},
    usage::{ByFunction, Usage, as_f64},
    world::{Built, World, WorldOptions},
};
use clap::Args;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

const SKU: &str = "RUSH";
/// The write units that one partition of DynamoDB accepts in a second. An item is never on two partitions.
const PARTITION: f64 = 1_000.0;
/// How long a transaction locks its items: a few milliseconds within a region. This is an assumption, not a
/// measurement.
const TRANSACTION: Duration = Duration::from_millis(8);
const SHARDS: [u32; 4] = [1, 4, 10, 50];

#[derive(Debug, Args)]
pub struct FlashSaleArgs {
    /// Everybody wants one unit
    #[arg(long, default_value_t = 10_000)]
    buyers: usize,
    #[arg(long, default_value_t = 100)]
    units: u64,
    /// Buyers who ask at the same time
    #[arg(long, default_value_t = 64)]
    at_once: usize,
    /// Keep the tables in memory instead of in a file
    #[arg(long)]
    in_memory: bool,
}

#[derive(Debug, Serialize)]
struct Figures {
    buyers: usize,
    units: u64,
    /// Orders that were accepted.
    sold: usize,
    /// The stock's own figures: units committed to paid orders, and units left.
    committed: i64,
    available: i64,
    seconds: f64,
    answers: Waits,
    /// Transactions of order-intake and of stock-deduction, and refused writes.
    placing_transactions: f64,
    deducting_transactions: f64,
    refused: f64,
    /// Orders in one transaction of stock-deduction.
    group: f64,
    /// Write units on the stock item for each order: reserve, deduct, and later hand over.
    reserve_units: f64,
    deduct_units: f64,
}

pub async fn run(stack: &Handle, built: &Built, options: &FlashSaleArgs) -> Result<Report, BenchError> {
    let directory = tempfile::tempdir().map_err(BenchError::io("a temporary directory"))?;
    let data_dir = (!options.in_memory).then(|| directory.path());
    let world = World::start(stack, built, WorldOptions { data_dir, skus: 2, told: false, channels: false }).await?;
    let world = Arc::new(world);
    shop::product(&world.operator, SKU, options.units, false).await?;

    let before = ByFunction::sample(&world.stack);
    let start = Instant::now();
    let asked = rush(&world, options).await?;
    world.until_settled().await?;
    let seconds = start.elapsed().as_secs_f64();
    let used = ByFunction::sample(&world.stack).since(&before);
    world.verify().await?;
    let stock = world.operator.get(&format!("/stock/{SKU}")).await?;
    let bucket = |name: &str| stock["locations"][0][name].as_i64().unwrap_or(-1);
    let (committed, available) = (bucket("committed"), bucket("available"));
    if let Some(world) = Arc::into_inner(world) {
        world.stack.shutdown().await;
    }

    let sold = asked.iter().filter(|(sold, _)| *sold).count();
    let waits: Vec<Duration> = asked.iter().map(|(_, wait)| *wait).collect();
    let of = |function: &str| used.0.get(function).cloned().unwrap_or_default();
    let transactions = |usage: &Usage| usage.requests.get("DynamoDB.TransactWriteItems").copied().unwrap_or_default();
    let on_stock = |usage: &Usage| usage.by_table.get("StockTable").map_or(0.0, |units| units.write);
    let (intake, deduction) = (of("order-intake"), of("stock-deduction"));
    let each = as_f64(sold.max(1));
    let figures = Figures {
        buyers: options.buyers,
        units: options.units,
        sold,
        committed,
        available,
        seconds,
        answers: Waits::of(&waits),
        placing_transactions: transactions(&intake),
        deducting_transactions: transactions(&deduction),
        refused: used.sum().refused,
        group: each / transactions(&deduction).max(1.0),
        reserve_units: on_stock(&intake) / each,
        deduct_units: on_stock(&deduction) / each,
    };
    Ok(report(&figures))
}

/// Lets all buyers order; a buyer who gets a unit pays at once. Yields each buyer's success and the time of the answer.
async fn rush(world: &Arc<World>, options: &FlashSaleArgs) -> Result<Vec<(bool, Duration)>, BenchError> {
    let buying = stream::iter(0..options.buyers).map(|buyer| {
        let world = Arc::clone(world);
        let buying = tokio::spawn(async move {
            let mut order = Order::of_one(format!("rush-{buyer}"), SKU);
            let start = Instant::now();
            let sold = order.place_if_there(&world).await?;
            let wait = start.elapsed();
            if sold {
                order.act(&world, Act::Pay).await?;
            }
            Ok::<_, BenchError>((sold, wait))
        });
        async move { buying.await? }
    });
    buying.buffer_unordered(options.at_once).try_collect().await
}

fn report(figures: &Figures) -> Report {
    let mut table = Table::new("One SKU, all at once", &["what"], &["measured"]);
    let mut row = |what: &str, value: f64, decimals: usize| {
        table.row([what.to_owned(), format!("{value:.decimals$}")]);
    };
    row("buyers", as_f64(figures.buyers), 0);
    row("units", as_f64(figures.units), 0);
    row("sold", as_f64(figures.sold), 0);
    row("units that the stock says are committed", as_f64(figures.committed), 0);
    row("units that the stock says are available", as_f64(figures.available), 0);
    row("seconds until all were answered and all that followed was done", figures.seconds, 1);
    row("answers a second", as_f64(figures.buyers) / figures.seconds, 0);
    row("answer, p50 ms", figures.answers.p50, 1);
    row("answer, p99 ms", figures.answers.p99, 1);
    row("transactions of order-intake", figures.placing_transactions, 0);
    row("transactions of stock-deduction", figures.deducting_transactions, 0);
    row("orders in one of them (group commit)", figures.group, 1);
    row("writes that were refused, and done again or given up", figures.refused, 0);

    let mut report = Report::new("flash-sale", json!({ "measured": figures, "model": model(figures) }));
    report.table(table);
    report.table(rates(figures));
    let sold = as_f64(figures.sold);
    report.target(Target::at_most("units sold", as_f64(figures.units), sold));
    report.note(format!(
        "The last table is computed, not measured: a SKU at a location is one item, which is on one partition of {PARTITION} write \
         units a second, and a transaction is taken to keep others from the item for {} ms. Stock shards are NOT built; the \
         rows with more than one say what they would be good for.",
        TRANSACTION.as_millis()
    ));
    let committed = u64::try_from(figures.committed).unwrap_or_default();
    let expected = figures.units.min(figures.buyers as u64);
    if (figures.sold as u64, committed) != (expected, expected) || figures.available < 0 {
        report.fail(format!("{expected} units were there for the buyers, {} were sold", figures.sold));
    }
    report
}

/// The orders of one hot SKU in a second, if its stock had this many shards.
#[derive(Debug, Serialize)]
struct Rate {
    shards: u32,
    /// The limit by the partitions' write units.
    by_units: f64,
    /// The limit by transactions that run one after the other on each item.
    by_conflicts: f64,
}

fn model(figures: &Figures) -> Vec<Rate> {
    let units = figures.reserve_units + figures.deduct_units;
    let transactions = 1.0 + 1.0 / figures.group.max(1.0);
    let rate = |shards: u32| Rate {
        shards,
        by_units: f64::from(shards) * PARTITION / units.max(f64::MIN_POSITIVE),
        by_conflicts: f64::from(shards) / (transactions * TRANSACTION.as_secs_f64()),
    };
    SHARDS.map(rate).into()
}

fn rates(figures: &Figures) -> Table {
    let title = format!(
        "Orders a second that one hot SKU could sustain on AWS (computed from {:.2} + {:.2} write units to reserve and deduct)",
        figures.reserve_units, figures.deduct_units
    );
    let mut table = Table::new(title, &["shards"], &["by write units", "by conflicts", "the lesser"]);
    for Rate { shards, by_units, by_conflicts } in model(figures) {
        let shards = if shards == 1 { "1 (what is built)".to_owned() } else { shards.to_string() };
        let cells = [by_units, by_conflicts, by_units.min(by_conflicts)].map(|rate| number(rate, 0));
        table.row(std::iter::once(shards).chain(cells));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(sold: usize, committed: i64) -> Figures {
        Figures {
            buyers: 500,
            units: 100,
            sold,
            committed,
            available: 0,
            seconds: 2.0,
            answers: Waits::default(),
            placing_transactions: 100.0,
            deducting_transactions: 10.0,
            refused: 0.0,
            group: 10.0,
            reserve_units: 2.0,
            deduct_units: 0.5,
        }
    }

    #[test]
    fn only_exactly_the_units_that_were_there_may_be_sold() {
        assert_eq!(report(&figures(100, 100)).failure(), None);
        for (sold, committed) in [(101, 100), (99, 99), (100, 101), (100, -1)] {
            assert!(report(&figures(sold, committed)).failure().is_some(), "{sold} sold, {committed} committed");
        }
    }

    #[test]
    fn shards_multiply_what_an_item_can_take() {
        let rates = model(&figures(100, 100));
        assert!((rates[0].by_units - 400.0).abs() < 1e-6, "{rates:?}");
        assert!((rates[1].by_units - 1_600.0).abs() < 1e-6, "{rates:?}");
        assert!((rates[0].by_conflicts - 1.0 / (1.1 * 0.008)).abs() < 1e-6, "{rates:?}");
    }
}
