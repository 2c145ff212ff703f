//! Measures whether an order costs or takes more when there are many others.

use crate::{
    copies::Pattern,
    error::BenchError,
    life::{Act, Life, Order, Part},
    prices::Dollars,
    report::{Report, Target},
    run,
    stats::Waits,
    table::{Table, number},
    usage::{ByFunction, Usage, as_f64},
    world::{Built, World, WorldOptions},
};
use clap::Args;
use serde::Serialize;
use serde_json::json;
use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

/// The limit: the cost of an order among the most orders, relative to the fewest.
const FLAT: f64 = 1.05;

#[derive(Debug, Args)]
pub struct GrowthArgs {
    /// How many orders there are, one measurement each
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    sizes: Vec<usize>,
    /// Orders of each measurement
    #[arg(long, default_value_t = 200)]
    orders: usize,
    #[arg(long, default_value_t = 8)]
    clients: usize,
}

#[derive(Debug, Serialize)]
struct Measured {
    orders_there: usize,
    usage: Usage,
    dollars: f64,
    place: Waits,
    webhook: Waits,
    read: Waits,
    list: Waits,
    /// A run of `reconcile` that finds no work.
    reconcile_ms: f64,
    file_mb: f64,
}

pub async fn run(stack: &Handle, built: &Built, options: &GrowthArgs) -> Result<Report, BenchError> {
    let directory = tempfile::tempdir().map_err(BenchError::io("a temporary directory"))?;
    let skus = 50;
    let kind = WorldOptions { data_dir: Some(directory.path()), skus, told: false, channels: false };
    let world = Arc::new(World::start(stack, built, kind).await?);
    run::side_by_side(&world, Life::Ordinary, run::orders(Life::Ordinary, options.clients, skus), options.clients)
        .await?;
    let mut there = options.clients;
    let pattern = Pattern::take(&world).await?;
    let mut sizes = options.sizes.clone();
    sizes.sort_unstable();
    let mut measured = Vec::new();
    for size in sizes {
        eprintln!("  {size} orders");
        pattern.copy(there..size).await?;
        there = there.max(size);
        measured.push(measure(&world, options, there, directory.path()).await?);
        there += options.orders;
    }
    if let Some(world) = Arc::into_inner(world) {
        world.stack.shutdown().await;
    }
    Ok(report(&measured))
}

async fn measure(
    world: &Arc<World>,
    options: &GrowthArgs,
    orders_there: usize,
    directory: &Path,
) -> Result<Measured, BenchError> {
    let before = ByFunction::sample(&world.stack);
    let mut orders = run::orders(Life::Ordinary, options.orders, 50);
    let (mut place, mut webhook) = (Waits::default(), Waits::default());
    for part in Life::Ordinary.parts() {
        let Part::Each(act) = part else { continue };
        let done = run::all(world, act, orders, options.clients).await?;
        world.until_settled().await?;
        match act {
            Act::Place => place = Waits::of(&done.waits),
            Act::Pay => webhook = Waits::of(&done.waits),
            _ => {}
        }
        orders = done.orders;
    }
    let usage = ByFunction::sample(&world.stack).since(&before).per(options.orders).sum();
    world.verify().await?;
    let start = Instant::now();
    world.reconcile().await?;
    let reconcile_ms = start.elapsed().as_secs_f64() * 1000.0;
    let paths: Vec<String> = orders.iter().map(|order: &Order| format!("/orders/{}", order.id())).collect();
    let list = vec!["/orders?status=open".to_owned(); 20];
    Ok(Measured {
        orders_there,
        dollars: Dollars::of(&usage).total(),
        usage,
        place,
        webhook,
        read: reads(world, &paths).await?,
        list: reads(world, &list).await?,
        reconcile_ms,
        file_mb: as_f64(size_of(directory)) / 1e6,
    })
}

/// Reads one after the other.
async fn reads(world: &World, paths: &[String]) -> Result<Waits, BenchError> {
    let mut waits: Vec<Duration> = Vec::new();
    for path in paths {
        let start = Instant::now();
        world.storefront.get(path).await?;
        waits.push(start.elapsed());
    }
    Ok(Waits::of(&waits))
}

fn size_of(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).filter(fs::Metadata::is_file).map(|data| data.len()).sum()
}

fn report(measured: &[Measured]) -> Report {
    let columns = [
        "writes",
        "reads",
        "requests",
        "$/million",
        "place p50",
        "p99",
        "webhook p50",
        "p99",
        "read p50",
        "list p50",
        "reconcile",
        "file MB",
    ];
    let title = "An order's whole life among so many others (times in ms)";
    let mut table = Table::new(title, &["orders there"], &columns);
    for run in measured {
        let numbers = [
            (run.usage.write_units(), 2),
            (run.usage.read_units(), 2),
            (run.usage.all_requests(), 2),
            (run.dollars, 2),
            (run.place.p50, 1),
            (run.place.p99, 1),
            (run.webhook.p50, 1),
            (run.webhook.p99, 1),
            (run.read.p50, 1),
            (run.list.p50, 1),
            (run.reconcile_ms, 1),
            (run.file_mb, 0),
        ];
        let cells = numbers.map(|(value, decimals)| number(value, decimals));
        table.row(std::iter::once(run.orders_there.to_string()).chain(cells));
    }
    let mut report = Report::new("growth", json!({ "sizes": measured }));
    report.table(table);
    if let [first, .., last] = measured {
        let times = |figure: fn(&Measured) -> f64| figure(last) / figure(first);
        report.target(Target::at_most("× the write units, most to fewest", FLAT, times(|run| run.usage.write_units())));
        report.target(Target::at_most("× the read units, most to fewest", FLAT, times(|run| run.usage.read_units())));
    }
    report.note(
        "The orders that are there are copies of a delivered one, with all its items and their index entries. Times are the \
         emulator's, whose file grows; units and requests are what AWS would count.",
    );
    report
}
