//! Measures how functions start: from exec to the first `/next`, and through the first invocation.

mod events;
mod watch;

use self::{
    events::Events,
    watch::{Start, Watch},
};
use crate::{
    error::BenchError,
    report::{Report, Target},
    stats::percentile,
    table::{Table, number},
    usage::as_f64,
    world::{Built, HELLO, World, WorldOptions},
};
use clap::Args;
use orderly_local::template::Function;
use serde::Serialize;
use serde_json::json;
use std::{fs, path::Path, process::Stdio, sync::Arc};
use tokio::{process::Command, runtime::Handle};

/// The limits: a function's time to its first `/next`, relative to hello world, and its size.
const TIMES_HELLO: f64 = 2.5;
const MEGABYTES: f64 = 10.0;

#[derive(Debug, Args)]
pub struct ColdStartArgs {
    /// Starts of each function; the medians are shown
    #[arg(long, default_value_t = 25)]
    runs: usize,
}

/// A function's medians.
#[derive(Debug, Serialize)]
struct Started {
    function: String,
    size_mb: f64,
    zip_mb: f64,
    next_cpu_ms: f64,
    next_wall_ms: f64,
    first_cpu_ms: f64,
    first_wall_ms: f64,
    peak_mb: f64,
}

pub async fn run(stack: &Handle, built: &Built, options: &ColdStartArgs) -> Result<Report, BenchError> {
    let world = Arc::new(
        World::start(stack, built, WorldOptions { data_dir: None, skus: 2, told: false, channels: false }).await?,
    );
    let events = Events::prepare(&world).await?;
    let watch = Watch::serve().await?;
    let mut functions: Vec<Function> = world.stack.system().functions.values().cloned().collect();
    functions.insert(0, hello(&functions)?);

    let mut starts: Vec<Vec<Start>> = functions.iter().map(|_| Vec::new()).collect();
    // Functions start in turns, so that a disturbance of the machine affects all of them. The first turn only fills the
    // disk's cache.
    for turn in 0..=options.runs {
        for (function, starts) in functions.iter().zip(&mut starts) {
            let start = watch.start(function, &built.binaries, events.of(function)).await?;
            if turn > 0 {
                starts.push(start);
            }
        }
    }
    let mut started = Vec::new();
    for (function, starts) in functions.iter().zip(&starts) {
        started.push(summary(&function.name, &built.binaries, starts).await?);
    }
    if let Some(world) = Arc::into_inner(world) {
        world.stack.shutdown().await;
    }
    Ok(report(&started))
}

/// The function for comparison, in the same environment as the others.
fn hello(functions: &[Function]) -> Result<Function, BenchError> {
    let any = functions.first().ok_or_else(|| BenchError::Odd("the template has no function".to_owned()))?;
    Ok(Function { name: HELLO.to_owned(), logical_id: HELLO.to_owned(), triggers: Vec::new(), ..any.clone() })
}

async fn summary(function: &str, binaries: &Path, starts: &[Start]) -> Result<Started, BenchError> {
    let median = |figure: fn(&Start) -> f64| {
        let mut values: Vec<f64> = starts.iter().map(figure).collect();
        values.sort_by(f64::total_cmp);
        percentile(&values, 50)
    };
    let binary = binaries.join(function);
    let size = fs::metadata(&binary).map_err(BenchError::io(binary.display().to_string()))?.len();
    Ok(Started {
        function: function.to_owned(),
        size_mb: as_f64(size) / 1e6,
        zip_mb: as_f64(deflated(&binary).await?) / 1e6,
        next_cpu_ms: median(|start| start.next_cpu_ms),
        next_wall_ms: median(|start| start.next_wall_ms),
        first_cpu_ms: median(|start| start.first_cpu_ms),
        first_wall_ms: median(|start| start.first_wall_ms),
        peak_mb: median(|start| start.peak_mb),
    })
}

/// The size of a file in a zip archive. `gzip` compresses the same way and is available everywhere.
async fn deflated(file: &Path) -> Result<usize, BenchError> {
    let output = Command::new("gzip").arg("-c").arg(file).stderr(Stdio::inherit()).output().await;
    Ok(output.map_err(BenchError::io("gzip"))?.stdout.len())
}

fn report(started: &[Started]) -> Report {
    let columns =
        ["size MB", "zip MB", "to /next: CPU ms", "wall ms", "× hello", "first event: CPU ms", "wall ms", "peak MB"];
    let mut table = Table::new("Starting, medians", &["function"], &columns);
    let hello = started.iter().find(|start| start.function == HELLO);
    let times = |start: &Started| hello.map_or(0.0, |hello| start.next_cpu_ms / hello.next_cpu_ms);
    for start in started {
        let numbers = [
            (start.size_mb, 2),
            (start.zip_mb, 2),
            (start.next_cpu_ms, 2),
            (start.next_wall_ms, 2),
            (times(start), 2),
            (start.first_cpu_ms, 2),
            (start.first_wall_ms, 2),
            (start.peak_mb, 1),
        ];
        let cells = numbers.map(|(value, decimals)| number(value, decimals));
        table.row(std::iter::once(start.function.clone()).chain(cells));
    }
    let mut report = Report::new("cold-start", json!({ "functions": started }));
    report.table(table);
    let ours = || started.iter().filter(|start| start.function != HELLO);
    report.target(Target::at_most(
        "× hello world's CPU to /next, the slowest",
        TIMES_HELLO,
        ours().map(times).fold(0.0, f64::max),
    ));
    report.target(Target::at_most(
        "MB, the largest function",
        MEGABYTES,
        ours().map(|start| start.size_mb).fold(0.0, f64::max),
    ));
    report.note("Hello world is infra/bench/hello: the same runtime, nothing else, built by the same run of Cargo.");
    report.note(
        "This machine's processors are not Lambda's, and the emulator answers over plain HTTP: compare the rows with each \
         other. On AWS the first call adds a TLS handshake.",
    );
    report
}
