//! Orderly on this machine: `cargo run` starts everything that `template.yaml` declares.

mod cli;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::main().await
}
