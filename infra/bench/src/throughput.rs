//! Measures orders a second, and which functions use the processors.

use crate::{
    error::BenchError,
    life::{Act, Life, Part},
    memory,
    processes::Cpu,
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
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

/// The targets: thirty times Vendure on the same kind of machine, and CPU milliseconds an order.
const PLACED_AND_PAID: f64 = 175.0;
const WHOLE_LIVES: f64 = 130.0;
const CPU_MS: f64 = 10.0;

/// Peers on the same kind of machine, measured 2026-11-23 with fsync and one line an order: orders placed and paid
/// a second, whole lives a second, each from 1, 8 and 32 clients, and CPU milliseconds an order.
const PEERS: [(&str, [f64; 3], [f64; 3], f64); 2] = [
    ("Vendure 3.7.3", [4.3, 5.8, 5.9], [2.6, 4.5, 4.0], 277.0),
    ("Medusa 2.21.2", [0.7, 0.8, 0.9], [0.6, 0.8, 0.7], 1_480.0),
];

#[derive(Debug, Args)]
pub struct ThroughputArgs {
    /// Clients, one run each
    #[arg(long, value_delimiter = ',', default_value = "1,8,32")]
    clients: Vec<usize>,
    /// Orders of each run
    #[arg(long, default_value_t = 1_000)]
    orders: usize,
    /// Products in the shop; orders take two of them, evenly
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(2..))]
    skus: u32,
    /// Keep the tables in memory instead of in a file
    #[arg(long)]
    in_memory: bool,
}

/// One run.
#[derive(Debug, Serialize)]
struct Measured {
    clients: usize,
    orders: usize,
    /// Orders a second until all were placed and paid, and until their stock was deducted.
    paid_per_s: f64,
    deducted_per_s: f64,
    /// Orders a second until all were delivered and all their e-mails sent.
    lives_per_s: f64,
    place: Waits,
    webhook: Waits,
    /// An order's average use. The excess over a quiet run is the cost of races.
    usage: Usage,
    /// CPU milliseconds an order over the whole life, by function, and of this process: the stack and its clients.
    functions_ms: BTreeMap<String, f64>,
    stack_ms: f64,
    clients_ms: f64,
    /// The peak memory of a process of each function, in megabytes.
    peaks_mb: BTreeMap<String, f64>,
}

impl Measured {
    fn own_ms(&self) -> f64 {
        self.functions_ms.values().sum()
    }
}

pub async fn run(stack: &Handle, built: &Built, options: &ThroughputArgs) -> Result<Report, BenchError> {
    let mut measured = Vec::new();
    for &clients in &options.clients {
        eprintln!("  {clients} clients, {} orders", options.orders);
        measured.push(measure(stack, built, options, clients).await?);
    }
    let mut report = Report::new("throughput", json!({ "on_a_file": !options.in_memory, "runs": measured }));
    report.table(rates(&measured));
    report.table(waits(&measured));
    report.table(cpu(&measured));
    report.table(memory::peaks(&measured.iter().map(|run| (run.clients, &run.peaks_mb)).collect::<Vec<_>>()));
    report.table(peers());
    let best = |rate: fn(&Measured) -> f64| measured.iter().map(rate).fold(0.0, f64::max);
    let least = measured.iter().map(Measured::own_ms).fold(f64::INFINITY, f64::min);
    report.target(Target::at_least(
        "placed, paid and deducted a second",
        PLACED_AND_PAID,
        best(|run| run.deducted_per_s),
    ));
    report.target(Target::at_least("whole lives a second", WHOLE_LIVES, best(|run| run.lives_per_s)));
    report.target(Target::at_most("CPU ms an order in our functions", CPU_MS, least));
    report.note(
        "All of it shares this machine: the clients, the emulated AWS, and the functions. \"emulated AWS\" is the HTTP API, \
         Lambda, SQS, SES, the payment provider and DynamoDB in one process.",
    );
    Ok(report)
}

async fn measure(
    stack: &Handle,
    built: &Built,
    options: &ThroughputArgs,
    clients: usize,
) -> Result<Measured, BenchError> {
    let directory = tempfile::tempdir().map_err(BenchError::io("a temporary directory"))?;
    let data_dir = (!options.in_memory).then(|| directory.path());
    let skus = options.skus as usize;
    let world =
        Arc::new(World::start(stack, built, WorldOptions { data_dir, skus, told: false, channels: false }).await?);
    // A first run starts processes, opens connections and reads settings.
    run::side_by_side(&world, Life::Ordinary, run::orders(Life::Ordinary, 2 * clients, skus), clients).await?;

    let orders = run::orders(Life::Ordinary, options.orders, skus);
    let (cpu, used) = (Cpu::sample(), ByFunction::sample(&world.stack));
    let start = Instant::now();
    let placed_and_paid = placed_and_paid(&world, orders, clients).await?;
    let paid = start.elapsed();
    world.until_empty("StockDeductionQueue").await?;
    let deducted = start.elapsed();
    world.until_settled().await?;
    let mut orders = placed_and_paid.orders;
    for part in Life::Ordinary.parts() {
        if let Part::Each(act) = part
            && !matches!(act, Act::Place | Act::Pay)
        {
            orders = run::all(&world, act, orders, clients).await?.orders;
        }
    }
    world.until_settled().await?;
    let lived = start.elapsed();
    let cpu = Cpu::sample().since(&cpu);
    let usage = ByFunction::sample(&world.stack).since(&used).per(options.orders).sum();
    world.verify().await?;
    let peaks_mb = memory::peaks_of_children();
    if let Some(world) = Arc::into_inner(world) {
        world.stack.shutdown().await;
    }
    let each = as_f64(options.orders);
    let of = |thread: &str| cpu.threads.get(thread).copied().unwrap_or_default() / each;
    Ok(Measured {
        clients,
        orders: options.orders,
        paid_per_s: each / paid.as_secs_f64(),
        deducted_per_s: each / deducted.as_secs_f64(),
        lives_per_s: each / lived.as_secs_f64(),
        place: Waits::of(&placed_and_paid.places),
        webhook: Waits::of(&placed_and_paid.webhooks),
        usage,
        functions_ms: cpu.functions.iter().map(|(function, millis)| (function.clone(), millis / each)).collect(),
        stack_ms: of("stack"),
        clients_ms: of("clients"),
        peaks_mb,
    })
}

struct PlacedAndPaid {
    orders: Vec<crate::life::Order>,
    places: Vec<Duration>,
    webhooks: Vec<Duration>,
}

/// Each client places an order, pays it, and continues with the next.
async fn placed_and_paid(
    world: &Arc<World>,
    orders: Vec<crate::life::Order>,
    clients: usize,
) -> Result<PlacedAndPaid, BenchError> {
    let waiting = Arc::new(std::sync::Mutex::new(orders));
    let client = |_| {
        let (world, waiting) = (Arc::clone(world), Arc::clone(&waiting));
        tokio::spawn(async move {
            let mut done = PlacedAndPaid { orders: Vec::new(), places: Vec::new(), webhooks: Vec::new() };
            let next = || waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
            while let Some(mut order) = next() {
                let start = Instant::now();
                order.act(&world, Act::Place).await?;
                let placed = Instant::now();
                order.act(&world, Act::Pay).await?;
                done.places.push(placed - start);
                done.webhooks.push(placed.elapsed());
                done.orders.push(order);
            }
            Ok::<_, BenchError>(done)
        })
    };
    let clients: Vec<_> = (0..clients).map(client).collect();
    let mut all = PlacedAndPaid { orders: Vec::new(), places: Vec::new(), webhooks: Vec::new() };
    for client in clients {
        let done = client.await??;
        all.orders.extend(done.orders);
        all.places.extend(done.places);
        all.webhooks.extend(done.webhooks);
    }
    Ok(all)
}

fn rates(measured: &[Measured]) -> Table {
    let columns = ["orders", "placed, paid/s", "and deducted/s", "whole lives/s", "requests/order", "refused/order"];
    let mut table = Table::new("Orders a second", &["clients"], &columns);
    for run in measured {
        let rates = [(run.paid_per_s, 1), (run.deducted_per_s, 1), (run.lives_per_s, 1)];
        let used = [(run.usage.all_requests(), 2), (run.usage.refused, 2)];
        let numbers = std::iter::once((as_f64(run.orders), 0)).chain(rates).chain(used);
        let cells = numbers.map(|(value, decimals)| number(value, decimals));
        table.row(std::iter::once(run.clients.to_string()).chain(cells).collect::<Vec<_>>());
    }
    table
}

fn waits(measured: &[Measured]) -> Table {
    let columns = ["p50", "p95", "p99", "max"];
    let mut table = Table::new("Latency in ms, as the client sees it", &["clients", "request"], &columns);
    for run in measured {
        for (what, waits) in [("POST /orders", run.place), ("payment webhook", run.webhook)] {
            let cells = [waits.p50, waits.p95, waits.p99, waits.max].map(|millis| number(millis, 1));
            table.row([run.clients.to_string(), what.to_owned()].into_iter().chain(cells));
        }
    }
    table
}

fn cpu(measured: &[Measured]) -> Table {
    let columns: Vec<String> = measured.iter().map(|run| format!("{} clients", run.clients)).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new("CPU ms an order over its whole life", &["process"], &columns);
    let names: std::collections::BTreeSet<&String> = measured.iter().flat_map(|run| run.functions_ms.keys()).collect();
    let mut row = |name: &str, value: &dyn Fn(&Measured) -> f64, decimals| {
        let cells = measured.iter().map(|run| number(value(run), decimals)).collect::<Vec<_>>();
        table.row(std::iter::once(name.to_owned()).chain(cells));
    };
    for name in names {
        row(name, &|run| run.functions_ms.get(name).copied().unwrap_or_default(), 2);
    }
    row("our functions together", &Measured::own_ms, 2);
    row("emulated AWS", &|run| run.stack_ms, 2);
    row("clients", &|run| run.clients_ms, 2);
    let share = |run: &Measured| 100.0 * run.stack_ms / (run.own_ms() + run.stack_ms + run.clients_ms);
    row("the emulator's share, %", &share, 0);
    table
}

fn peers() -> Table {
    let columns = ["placed and paid/s: 1", "8", "32 clients", "whole lives/s: 1", "8", "32 clients", "CPU ms an order"];
    let title = "Peers on the same kind of machine, measured 2026-11-23 (PostgreSQL, fsync, one line an order)";
    let mut table = Table::new(title, &["system"], &columns);
    for (name, paid, lives, cpu) in PEERS {
        let cells = paid.into_iter().chain(lives).map(|rate| number(rate, 1)).chain([number(cpu, 0)]);
        table.row(std::iter::once(name.to_owned()).chain(cells.collect::<Vec<_>>()));
    }
    table
}
