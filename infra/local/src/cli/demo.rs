//! `cargo run -- demo`

use super::{CliError, run::build, state::directory, stop_requested};
use clap::Args;
use orderly_local::{
    Stack, StackOptions,
    client::Client,
    demo::{self, Keys, Scene, Stage},
    seed::seed,
};
use std::path::{Path, PathBuf};

/// Where the mails of the last demo are kept, beside the state of the normal stack.
const MAILS: &str = "demo-mails";

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Keep the stack running afterwards, to look at its queues and to try things
    #[arg(long)]
    keep: bool,
    /// Use the functions' binaries in this directory instead of building them
    #[arg(long, value_name = "DIRECTORY")]
    binaries: Option<PathBuf>,
}

/// Plays on a stack of its own, in memory and on free ports. It disturbs no other stack and leaves only its mails
/// behind.
pub(crate) async fn run(template: &Path, arguments: DemoArgs) -> Result<(), CliError> {
    let binaries = match arguments.binaries {
        Some(directory) => directory,
        None => build(template).await?,
    };
    let stack = Stack::start(StackOptions::new(template, &binaries)).await?;
    let operator = stack.operator_key().to_owned();
    let shop = seed(&Client::new(stack.api_url(), &operator), &stack.warehouse().url(), None).await?;
    let keys = Keys { operator, shop };
    println!("\n  The life of an order\n");
    let scene = Scene::new(stack.api_url(), stack.console_url(), stack.stripe().endpoint(), &keys);
    let played = demo::play(&scene, &mut Stage::of_terminal()).await;
    let mails = directory(template).join(MAILS);
    let kept = demo::keep_mails(&mails, &stack.mailbox().list());
    println!("\n  The mails, as pages for a browser: {}", mails.display());
    if arguments.keep {
        println!("  Mails and queues: {}    The API: {}", stack.console_url(), stack.api_url());
        println!("  Keys: operator {}, storefront {}", keys.operator, keys.shop.storefront_key);
        println!("  Ctrl-C stops.");
        stop_requested().await?;
    }
    stack.shutdown().await;
    played?;
    kept.map_err(|source| CliError::Mails { path: mails, source })
}
