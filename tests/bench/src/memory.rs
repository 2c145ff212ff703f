//! How much memory a function needs, and whether it grows.

use std::{collections::BTreeMap, sync::Arc};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tokio::runtime::Handle;

use crate::{
    life::Life,
    processes::{self, Child},
    report::{Report, Target},
    run,
    table::{Table, number},
    usage::as_f64,
    world::{BenchError, Built, World, WorldOptions},
};

/// Kilobytes that a process may grow in a thousand invocations: what an allocator leaves lying about, not a leak.
const GROWTH_KB: f64 = 20.0;
/// The first of the rounds: in it buffers and pools take the size that they keep.
const WARM_UP: usize = 1;

#[derive(Debug, Args)]
pub struct MemoryArgs {
    /// Orders that go through their whole life; each is invocations of five functions, seven of them over HTTP
    #[arg(long, default_value_t = 2_000)]
    orders: usize,
    /// Between how many parts of them the memory is looked at
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(3..))]
    rounds: u32,
    #[arg(long, default_value_t = 8)]
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
    /// Kilobytes for a thousand invocations of one process, after the warm-up.
    fn slope(&self) -> f64 {
        let after = |values: &[f64]| Some(values.last()? - values.get(WARM_UP)?);
        let (Some(mb), Some(invocations)) = (after(&self.mb), after(&self.invocations)) else { return 0.0 };
        let of_one = invocations / as_f64(self.processes.max(1));
        if of_one > 0.0 { mb * 1024.0 / of_one * 1000.0 } else { 0.0 }
    }
}

pub async fn run(stack: &Handle, built: &Built, options: &MemoryArgs) -> Result<Report, BenchError> {
    let skus = 50;
    let world = Arc::new(World::start(stack, built, WorldOptions { data_dir: None, skus, told: false }).await?);
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

    let columns = ["processes", "invocations", "MB after warm-up", "MB in the end", "peak MB", "KB/1000 invocations"];
    let mut table = Table::new("Memory of the functions' processes, the largest of each", &["function"], &columns);
    for (name, grown) in &functions {
        let last = |values: &[f64]| values.last().copied().unwrap_or_default();
        let numbers = [
            (as_f64(grown.processes), 0),
            (last(&grown.invocations), 0),
            (grown.mb.get(WARM_UP).copied().unwrap_or_default(), 1),
            (last(&grown.mb), 1),
            (peaks.get(name).copied().unwrap_or_default(), 1),
            (grown.slope(), 1),
        ];
        let cells = numbers.map(|(value, decimals)| number(value, decimals));
        table.row(std::iter::once(name.clone()).chain(cells));
    }
    let mut report = Report::new("memory", json!({ "functions": functions, "peaks_mb": peaks }));
    report.table(table);
    let steepest = functions.values().map(Grown::slope).fold(0.0, f64::max);
    report.target(Target::at_most("KB that the steepest grows in 1000 invocations", GROWTH_KB, steepest));
    Ok(report)
}

/// The most memory that a process of each function has had, in megabytes.
pub fn peaks_of_children() -> BTreeMap<String, f64> {
    largest(processes::children(), Child::peak_mb).into_iter().map(|(function, (mb, _))| (function, mb)).collect()
}

/// Of each function the largest figure of its processes, and how many they are.
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
    fn growth_is_of_one_process_and_after_the_warm_up() {
        let grown =
            Grown { mb: vec![5.0, 8.0, 8.5, 9.0], invocations: vec![0.0, 1_000.0, 2_000.0, 5_000.0], processes: 2 };
        // One MB in 4,000 invocations of two processes: 2,000 of each.
        assert!((grown.slope() - 512.0).abs() < 1e-9, "{}", grown.slope());
        assert!(Grown::default().slope().abs() < 1e-9);
    }
}
