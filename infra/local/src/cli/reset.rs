//! `cargo run -- reset`

use super::{
    CliError,
    state::{State, directory},
};
use clap::Args;
use std::{
    io::{self, Write},
    path::Path,
};

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ResetArgs {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) fn run(template: &Path, arguments: ResetArgs) -> Result<(), CliError> {
    let path = directory(template);
    if !path.exists() {
        println!("Nothing is kept: there is no {}.", path.display());
        return Ok(());
    }
    let state = State::hold(template)?;
    if arguments.yes || confirmed(&path) {
        state.delete()?;
        println!("Deleted {}.", path.display());
    } else {
        println!("Nothing was deleted.");
    }
    Ok(())
}

fn confirmed(path: &Path) -> bool {
    print!("Delete {} with all orders, mails and secrets in it? [y/N] ", path.display());
    let _ = io::stdout().flush();
    let mut answer = String::new();
    // No answer means no, for example without a terminal.
    io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}
