//! `cargo run -- doctor`: whether a deployment is set up as it must be.

use super::{
    CliError,
    deployment::{DeploymentArgs, Reached},
};
use checkup::doctor::{Grade, examine};
use clap::Args;
use std::{path::Path, process::ExitCode};

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    deployment: DeploymentArgs,
}

/// Fails if something is not as it must be. A warning is no failure.
pub(crate) async fn run(template: &Path, arguments: DoctorArgs) -> Result<ExitCode, CliError> {
    let Reached { aws, deployment } = arguments.deployment.reach(template).await?;
    println!("Looking over {}\n", deployment.stack);
    let findings = examine(&aws, &deployment).await;
    print!("{findings}");
    Ok(if findings.worst() == Grade::Failure { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
