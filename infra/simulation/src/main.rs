//! `cargo run --release -p simulation -- --seed N --runs M`: M random histories from seed N on.

use clap::Parser;
use domain::safeguards::Safeguard;
use simulation::{Report, Scene, batches, cancellations, large_orders, pairs_of_faults, run, single_faults};
use std::{
    process::ExitCode,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

#[derive(Debug, Parser)]
#[allow(clippy::struct_excessive_bools)] // switches of a command line
#[command(about = "Plays histories with faults in simulated time, and checks that no law is broken")]
struct Arguments {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds, one after the other. With --exhaustive: how many pairs of faults, disturbed cancellations, and disturbed
    /// batches.
    #[arg(long, default_value_t = 1_000)]
    runs: u64,
    /// Plays one order's life with each fault at each of its requests and some pairs of them, and cancelled at each until its
    /// parcel has left.
    #[arg(long)]
    exhaustive: bool,
    /// Plays one in so many of what is to be played: a sample.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Plays only the n-th of what is to be played, from 0: as a broken run names itself.
    #[arg(long)]
    only: Option<usize>,
    /// Stops at the first history that breaks a law.
    #[arg(long)]
    first: bool,
    /// Prints what happened, line by line.
    #[arg(long)]
    trace: bool,
    /// Shows the functions' logs.
    #[arg(long)]
    logs: bool,
    /// Lists the safeguards that a build with `ORDERLY_MUTANTS` set can take away.
    #[arg(long)]
    safeguards: bool,
}

/// A history to play.
struct Play {
    seed: u64,
    scene: Scene,
    /// How to play it again.
    again: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.logs {
        tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    }
    if arguments.safeguards {
        for safeguard in Safeguard::ALL {
            println!("{safeguard}");
        }
        return ExitCode::SUCCESS;
    }
    let plays = plays(&arguments);
    let (mut broken, mut orders, mut faults, mut doubled) = (0, 0, 0, 0);
    play_all(&plays, arguments.first, |play, report| {
        tell(play, report, arguments.trace);
        broken += usize::from(!report.broken.is_empty());
        orders += report.orders;
        faults += report.happened.len();
        doubled += report.doubled_mails;
    });
    println!(
        "{} histories, {orders} orders, {faults} faults at requests, {doubled} e-mails twice after a death or a lost answer: \
         {broken} histories broke a law",
        plays.len()
    );
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn plays(arguments: &Arguments) -> Vec<Play> {
    let Arguments { seed, runs, exhaustive, only, every, .. } = arguments;
    let every = usize::try_from(*every).unwrap_or(usize::MAX);
    let mut plays = Vec::new();
    if *exhaustive {
        let singles = single_faults();
        let count = usize::try_from(*runs).unwrap_or(usize::MAX);
        let pairs = pairs_of_faults(&singles, *seed, count);
        let disturbed = singles.into_iter().chain(pairs).map(Scene::OneOrder);
        let large = large_orders(*seed, count / 10);
        let batches = batches(*seed, count);
        for (n, scene) in
            large.into_iter().chain(batches).chain(cancellations(*seed, count, every)).chain(disturbed).enumerate()
        {
            let again = format!("--exhaustive --seed {seed} --runs {runs} --every {every} --only {n} ({scene:?})");
            plays.push(Play { seed: 1, scene, again });
        }
    } else {
        let random = |seed| Play { seed, scene: Scene::Rush, again: format!("--seed {seed} --runs 1") };
        plays.extend((*seed..seed + runs).map(random));
    }
    match only {
        Some(n) => plays.into_iter().skip(*n).take(1).collect(),
        None => plays.into_iter().step_by(every).collect(),
    }
}

/// Plays on all processors; each history runs on one thread.
fn play_all(plays: &[Play], first: bool, mut take: impl FnMut(&Play, &Report)) {
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (send, received) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some(play) = plays.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if send.send((play, run(play.seed, &play.scene))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        for (play, report) in received {
            take(play, &report);
            if first && !report.broken.is_empty() {
                return; // drops the receiver, which stops the workers
            }
        }
    });
}

/// Prints a history that broke a law, and how to play it again.
fn tell(play: &Play, report: &Report, trace: bool) {
    let holds = report.broken.is_empty();
    if trace || !holds {
        report.trace.iter().for_each(|line| println!("{line}"));
    }
    if !holds {
        for (call, fault) in &report.happened {
            println!("fault: {fault:?} at {} {} {}", call.number, call.function, call.operation);
        }
        report.broken.iter().for_each(|law| println!("BROKEN: {law}"));
        println!("again: {}", play.again);
    }
}
