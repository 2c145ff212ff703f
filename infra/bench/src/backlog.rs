//! Measures `reconcile` while many orders wait.

use crate::{
    copies::Pattern,
    error::BenchError,
    life::{Act, Life},
    memory,
    report::Report,
    run,
    table::{Table, number},
    usage::{ByFunction, Usage},
    world::{Built, World, WorldOptions},
};
use clap::Args;
use serde::Serialize;
use serde_json::json;
use std::{sync::Arc, time::Instant};
use tokio::runtime::Handle;

const RECONCILE: &str = "reconcile";

#[derive(Debug, Args)]
pub struct BacklogArgs {
    /// Paid orders that wait for stock
    #[arg(long, default_value_t = 20_000)]
    orders: usize,
    /// Runs of `reconcile`, one after the other
    #[arg(long, default_value_t = 5)]
    runs: u32,
}

#[derive(Debug, Serialize)]
struct Measured {
    ms: f64,
    usage: Usage,
    /// What `stock-deduction` used for the orders that this run gave it.
    deduction: Usage,
    peak_mb: f64,
}

pub async fn run(stack: &Handle, built: &Built, options: &BacklogArgs) -> Result<Report, BenchError> {
    let skus = 2;
    let world = Arc::new(
        World::start(stack, built, WorldOptions { data_dir: None, skus, told: false, channels: false }).await?,
    );
    let mut orders = run::orders(Life::Backordered, 1, skus);
    for act in [Act::Place, Act::Pay] {
        orders = run::all(&world, act, orders, 1).await?.orders;
        world.until_settled().await?;
    }
    let pattern = Pattern::take(&world).await?;
    let start = Instant::now();
    pattern.copy(1..options.orders).await?;
    eprintln!("  {} orders wait ({} s to write them)", options.orders, start.elapsed().as_secs());
    let mut measured = Vec::new();
    for run in 1..=options.runs {
        measured.push(measure(&world).await?);
        eprintln!("  run {run} of {}", options.runs);
    }
    world.verify().await?;
    if let Some(world) = Arc::into_inner(world) {
        world.stack.shutdown().await;
    }
    Ok(report(options.orders, &measured))
}

async fn measure(world: &World) -> Result<Measured, BenchError> {
    let before = ByFunction::sample(&world.stack);
    let start = Instant::now();
    world.reconcile().await?;
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    world.until_settled().await?;
    let usage = ByFunction::sample(&world.stack).since(&before);
    Ok(Measured {
        ms,
        deduction: usage.sum_of(|function| function == "stock-deduction"),
        usage: usage.sum_of(|function| function == RECONCILE),
        peak_mb: memory::peaks_of_children().get(RECONCILE).copied().unwrap_or_default(),
    })
}

fn report(orders: usize, measured: &[Measured]) -> Report {
    let title = format!("Runs of reconcile while {orders} orders wait for stock");
    let columns = ["ms", "requests", "reads", "writes", "peak MB", "deduction: requests", "reads"];
    let mut table = Table::new(&title, &["run"], &columns);
    for (n, run) in measured.iter().enumerate() {
        let numbers = [
            (run.ms, 0),
            (run.usage.all_requests(), 0),
            (run.usage.read_units(), 0),
            (run.usage.write_units(), 0),
            (run.peak_mb, 1),
            (run.deduction.all_requests(), 0),
            (run.deduction.read_units(), 0),
        ];
        let cells = numbers.map(|(value, decimals)| number(value, decimals));
        table.row(std::iter::once((n + 1).to_string()).chain(cells));
    }
    let mut report = Report::new("backlog", json!({ "orders": orders, "runs": measured }));
    report.table(table);
    report.note(
        "The orders are copies of a paid one whose product is not in stock. Each run works on its part of them and hands it to \
         stock-deduction, which finds nothing to give.",
    );
    report
}
