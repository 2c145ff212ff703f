//! `cargo run -- check`: all laws on the tables of a deployment.

use super::{
    CliError,
    deployment::{DeploymentArgs, Reached, shapes},
};
use checkup::{
    Tables,
    check::{Options, check},
};
use clap::Args;
use std::{path::Path, process::ExitCode, time::Duration};

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    deployment: DeploymentArgs,
    /// Look at the tables with this suffix, such as restored ones that are not in use yet
    #[arg(long, value_name = "SUFFIX", allow_hyphen_values = true)]
    table_suffix: Option<String>,
    /// How many seconds what looks broken is left alone before it is read again: it may be in motion
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    patience: u64,
}

/// Fails if a law is broken.
pub(crate) async fn run(template: &Path, arguments: CheckArgs) -> Result<ExitCode, CliError> {
    let CheckArgs { deployment, table_suffix, patience } = arguments;
    let Reached { aws, deployment } = deployment.reach(template).await?;
    let names = deployment.tables(table_suffix.as_deref())?;
    println!(
        "Checking the books of {}: {}\n",
        deployment.stack,
        store::Table::ALL.map(|table| names.name(table)).join(", ")
    );
    let options = Options { patience: Duration::from_secs(patience), shapes: shapes(template)? };
    let report = check(&Tables::new(&aws, names), &options, &|what| eprintln!("  {what}")).await?;
    println!("\n{report}");
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
