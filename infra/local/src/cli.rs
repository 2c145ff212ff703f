//! The commands.

mod check;
mod dead_letters;
mod demo;
mod deployment;
mod doctor;
mod follow;
mod ports;
mod reset;
mod run;
mod services;
mod state;

use self::state::StateError;
use checkup::AwsError;
use clap::{Parser, Subcommand};
use orderly_local::{StackError, binaries::BuildError, demo::DemoError, seed::SeedError};
use std::{error::Error, io, path::PathBuf, process::ExitCode};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Orderly on this machine: the system that template.yaml declares, with everything it needs around it.
#[derive(Debug, Parser)]
#[command(name = "cargo run --", display_name = "Orderly", version, args_conflicts_with_subcommands = true)]
#[command(after_help = "Options stand after the command that they are for.")]
struct Arguments {
    /// The template; without this, the nearest template.yaml above the current directory
    #[arg(long, global = true, env = "ORDERLY_TEMPLATE")]
    template: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::RunArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the functions, start everything and follow the logs (what happens without a command)
    Run(run::RunArgs),
    /// Play the whole life of an order, from the storefront to its partial refund, on a stack of its own
    Demo(demo::DemoArgs),
    /// Start only what the functions need, and hand queued messages to functions that SAM runs
    Services(services::ServicesArgs),
    /// Delete everything that the local stack has kept
    Reset(reset::ResetArgs),
    /// List the dead-letter queues of the running stack, or send their messages back
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLetters),
    /// Check all laws on the tables of a deployment, and recompute its stock from its orders; changes nothing
    Check(check::CheckArgs),
    /// Look whether a deployment is set up as it must be: secrets, webhooks, mails, alarms, limits; changes nothing
    Doctor(doctor::DoctorArgs),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("{}", .0.join("\n       "))]
    Ports(Vec<String>),
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error("cannot listen on {address}: {source}")]
    Advertise { address: String, source: io::Error },
    #[error(
        "--advertise {0} would answer everybody who can reach this machine, and nothing here asks who calls: \
         name the one address that the containers use"
    )]
    AdvertiseEverywhere(String),
    #[error("the running stack does not answer: {0}")]
    Console(#[from] reqwest::Error),
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error(transparent)]
    Demo(#[from] DemoError),
    #[error("cannot write the mails to {}: {source}", path.display())]
    Mails { path: PathBuf, source: io::Error },
    #[error("{0}")]
    Refused(String),
    #[error("which region? Set AWS_REGION, or use --region")]
    NoRegion,
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error("cannot wait for Ctrl-C: {0}")]
    Signal(#[source] io::Error),
}

pub(crate) async fn main() -> ExitCode {
    let wanted = std::env::var("ORDERLY_LOCAL_LOG").ok().and_then(|filter| filter.parse().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    let lines = fmt::layer().with_writer(io::stderr).without_time().with_target(false);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    match execute(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                // Most messages already name their cause.
                if !error.to_string().contains(&cause.to_string()) {
                    eprintln!("  because {cause}");
                }
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn execute(arguments: Arguments) -> Result<ExitCode, CliError> {
    let Arguments { template, command, run } = arguments;
    let template = state::find_template(template)?;
    match command.unwrap_or(Command::Run(run)) {
        Command::Run(run) => run::run(&template, run).await?,
        Command::Demo(demo) => demo::run(&template, demo).await?,
        Command::Services(services) => services::run(&template, services).await?,
        Command::Reset(reset) => reset::run(&template, reset)?,
        Command::DeadLetters(command) => dead_letters::run(&template, command).await?,
        Command::Check(check) => return check::run(&template, check).await,
        Command::Doctor(doctor) => return doctor::run(&template, doctor).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits for Ctrl-C or a termination signal. The next signal ends the program at once.
async fn stop_requested() -> Result<(), CliError> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Signal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Signal)?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    eprintln!("\n  Stopping (Ctrl-C again to stop at once)");
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        // The status that a shell reports after Ctrl-C. Function processes end when their Runtime API does.
        std::process::exit(130);
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(["cargo run --"].into_iter().chain(line.split_whitespace()))
    }

    #[test]
    fn the_version_is_orderlys() {
        let shown = parse("--version").unwrap_err().to_string();
        assert_eq!(shown, format!("Orderly {}\n", env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn options_belong_to_the_commands_that_they_work_for() {
        for line in [
            "",
            "--api-port 4000 --in-memory --empty",
            "run --api-port 4000 --in-memory --empty",
            "services --services-port 4000 --advertise 172.17.0.1",
            "demo --keep",
            "demo --template template.yaml",
            "check",
            "doctor --stack orderly --endpoint-url http://127.0.0.1:4566",
            "check --stack orderly --region eu-central-1 --table-suffix -r1",
        ] {
            assert!(parse(line).is_ok(), "{line}");
        }
        for line in [
            "demo --api-port 4000",
            "--api-port 4000 demo",
            "services --in-memory",
            "services --api-port 4000",
            "--in-memory services",
            "--empty run",
            "reset --stripe-port 4000",
            "dead-letters list --binaries target/debug",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
