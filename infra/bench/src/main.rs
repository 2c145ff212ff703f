//! What an order costs, and how fast the functions are: each benchmark starts a local stack with the real binaries.
//! docs/BENCHMARKS.md has the figures and how to read them.

mod backlog;
mod cold_start;
mod copies;
mod cost;
mod error;
mod flash_sale;
mod growth;
mod life;
mod memory;
mod prices;
mod processes;
mod report;
mod run;
mod shop;
mod stats;
mod stock_sync;
mod table;
mod throughput;
mod usage;
mod world;

use crate::{error::BenchError, report::Report, world::Built};
use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};
use tokio::runtime::{Builder, Runtime};

/// Measures Orderly on this machine.
#[derive(Debug, Parser)]
#[command(name = "cargo run --release -p bench --", version)]
struct Arguments {
    /// Print JSON instead of tables
    #[arg(long, global = true)]
    json: bool,
    /// Use the functions' binaries in this directory instead of building them
    #[arg(long, global = true, value_name = "DIRECTORY")]
    binaries: Option<PathBuf>,
    #[command(subcommand)]
    benchmark: Benchmark,
}

#[derive(Debug, Subcommand)]
enum Benchmark {
    /// What AWS would ask for the life of an order, step by step
    Cost(cost::CostArgs),
    /// Orders a second, latencies, and who uses the processors
    Throughput(throughput::ThroughputArgs),
    /// Many buyers, few units: exactly these are sold
    FlashSale(flash_sale::FlashSaleArgs),
    /// How each function starts, beside hello world
    ColdStart(cold_start::ColdStartArgs),
    /// What an order costs and takes when there are many already
    Growth(growth::GrowthArgs),
    /// What `reconcile` takes while many orders wait
    Backlog(backlog::BacklogArgs),
    /// Whether the functions' processes grow
    Memory(memory::MemoryArgs),
    /// How soon a connected shop knows of a change of stock
    StockSync(stock_sync::StockSyncArgs),
}

fn main() -> ExitCode {
    match start(&Arguments::parse()) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(_)) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a benchmark, prints what it found and yields why it failed, if it did.
fn start(arguments: &Arguments) -> Result<Option<String>, BenchError> {
    // Two runtimes with named threads, so that the stack's CPU time can be told from its clients'.
    let stack = runtime("stack")?;
    let report = runtime("clients")?.block_on(measure(arguments, &stack))?;
    stack.shutdown_background();
    if arguments.json {
        println!("{:#}", report.to_json());
    } else {
        print!("{report}");
    }
    Ok(report.failure().map(str::to_owned))
}

async fn measure(arguments: &Arguments, stack: &Runtime) -> Result<Report, BenchError> {
    let built = Built::find(arguments.binaries.clone()).await?;
    let stack = stack.handle();
    match &arguments.benchmark {
        Benchmark::Cost(options) => cost::run(stack, &built, options).await,
        Benchmark::Throughput(options) => throughput::run(stack, &built, options).await,
        Benchmark::FlashSale(options) => flash_sale::run(stack, &built, options).await,
        Benchmark::ColdStart(options) => cold_start::run(stack, &built, options).await,
        Benchmark::Growth(options) => growth::run(stack, &built, options).await,
        Benchmark::Backlog(options) => backlog::run(stack, &built, options).await,
        Benchmark::Memory(options) => memory::run(stack, &built, options).await,
        Benchmark::StockSync(options) => stock_sync::run(stack, &built, options).await,
    }
}

fn runtime(name: &str) -> Result<Runtime, BenchError> {
    Builder::new_multi_thread().thread_name(name).enable_all().build().map_err(BenchError::io(name))
}
