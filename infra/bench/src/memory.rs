//! Measures how much memory a function needs, and whether it grows.

use crate::{
    error::BenchError,
    life::Life,
    processes::{self, Child},
    report::{Report, Target},
    run,
    table::{Table, number},
    usage::as_f64,
    world::{Built, World, WorldOptions},
};
use clap::Args;
use serde::Serialize;
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use tokio::runtime::Handle;

/// How many megabytes a process may grow in the second half of its invocations. An allocator's fragmentation stays
/// below this; a leak does not. In the first half, buffers and pools reach their final size.
const GROWTH_MB: f64 = 0.5;

#[derive(Debug, Args)]
pub struct MemoryArgs {
    /// Orders that go through their whole life; each is invocations of five functions, seven of them over HTTP
    #[arg(long, default_value_t = 2_000)]
    orders: usize,
    /// Between how many parts of them the memory is looked at
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(3..))]
    rounds: u32,
    /// Few, so that each process has many invocations
    #[arg(long, default_value_t = 2)]
    clients: usize,
}

/// A function after each round.
#[derive(Debug, Default, Serialize)]
struct Grown {
    /// The resident memory of its largest process, in megabytes.
    mb: Vec<f64>,
    /// Invocations of all its processes since the start.
    invocations: Vec<f64>,
    processes: usize,
}

impl Grown {
    /// The figure at half time and at the end.
    fn halves(figures: &[f64]) -> [f64; 2] {
        let middle = figures.get(figures.len().saturating_sub(1) / 2);
        [middle, figures.last()].map(|figure| figure.copied().unwrap_or_default())
    }

    /// The growth in the second half, in megabytes.
    fn growth(&self) -> f64 {
        let [middle, end] = Self::halves(&self.mb);
        end - middle
    }
}

pub async fn run(stack: &Handle, built: &Built, options: &MemoryArgs) -> Result<Report, BenchError> {
    let skus = 50;
    let world = Arc::new(
        World::start(stack, built, WorldOptions { data_dir: None, skus, told: false, channels: false }).await?,
    );
    let mut functions: BTreeMap<String, Grown> = BTreeMap::new();
    let rounds = options.rounds as usize;
    for round in 1..=rounds {
        eprintln!("  round {round} of {rounds}");
        let orders = run::orders(Life::Ordinary, options.orders / rounds, skus);
        run::side_by_side(&world, Life::Ordinary, orders, options.clients).await?;
        let counters = world.stack.lambda().counters();
        for (function, (mb, count)) in largest(processes::children(), Child::now_mb) {
            let grown = functions.entry(function.clone()).or_default();
            grown.mb.push(mb);
            grown.invocations.push(as_f64(counters.get(&function).map_or(0, |counters| counters.invocations)));
            grown.processes = count;
        }
    }
    let peaks = peaks_of_children();
    if let Some(world) = Arc::into_inner(world) {
        world.stack.shutdown().await;
    }

    let columns = ["processes", "invocations: half", "all", "MB: half", "all", "grown", "peak"];
    let mut table = Table::new("Memory of the functions' processes, the largest of each", &["function"], &columns);
    for (name, grown) in &functions {
        let [half, all] = Grown::halves(&grown.invocations);
        let [half_mb, all_mb] = Grown::halves(&grown.mb);
        let numbers = [
            (as_f64(grown.processes), 0),
            (half, 0),
            (all, 0),
            (half_mb, 1),
            (all_mb, 1),
            (grown.growth(), 1),
            (peaks.get(name).copied().unwrap_or_default(), 1),
        ];
        let cells = numbers.map(|(value, decimals)| number(value, decimals));
        table.row(std::iter::once(name.clone()).chain(cells));
    }
    let mut report = Report::new("memory", json!({ "functions": functions, "peaks_mb": peaks }));
    report.table(table);
    let most = functions.values().map(Grown::growth).fold(0.0, f64::max);
    report.target(Target::at_most("MB that a process grew in its second half", GROWTH_MB, most));
    Ok(report)
}

/// The peak memory of a process of each function, in megabytes.
pub fn peaks_of_children() -> BTreeMap<String, f64> {
    largest(processes::children(), Child::peak_mb).into_iter().map(|(function, (mb, _))| (function, mb)).collect()
}

/// The largest figure among each function's processes, and their number.
fn largest(children: Vec<Child>, figure: impl Fn(&Child) -> f64) -> BTreeMap<String, (f64, usize)> {
    let mut largest: BTreeMap<String, (f64, usize)> = BTreeMap::new();
    for child in children {
        let mb = figure(&child);
        let (most, count) = largest.entry(child.function).or_default();
        *most = most.max(mb);
        *count += 1;
    }
    largest
}

/// Peaks of several runs, side by side.
pub fn peaks(runs: &[(usize, &BTreeMap<String, f64>)]) -> Table {
    let columns: Vec<String> = runs.iter().map(|(clients, _)| format!("{clients} clients")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new("Peak memory of a function's process, MB", &["function"], &columns);
    let names: std::collections::BTreeSet<&String> = runs.iter().flat_map(|(_, peaks)| peaks.keys()).collect();
    for name in names {
        let cells = runs.iter().map(|(_, peaks)| number(peaks.get(name).copied().unwrap_or_default(), 1));
        table.row(std::iter::once(name.clone()).chain(cells.collect::<Vec<_>>()));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_second_half_can_be_growth() {
        let grown =
            Grown { mb: vec![5.0, 8.0, 8.5, 9.0], invocations: vec![0.0, 1_000.0, 2_000.0, 5_000.0], processes: 2 };
        assert!((grown.growth() - 1.0).abs() < 1e-9, "{}", grown.growth());
        assert!(Grown::default().growth().abs() < 1e-9);
    }
}
