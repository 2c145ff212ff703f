//! `cargo run -- demo`

use std::path::{Path, PathBuf};

use clap::Args;
use orderly_local::{
    Stack, StackOptions,
    client::Client,
    demo::{self, Keys, Scene, Stage},
    seed::seed,
};

use super::{CliError, run::build, stop_requested};

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Keep the stack running afterwards, to look at its mails and to try things
    #[arg(long)]
    keep: bool,
    /// Use the functions' binaries in this directory instead of building them
    #[arg(long, value_name = "DIRECTORY")]
    binaries: Option<PathBuf>,
}

/// Plays on a stack of its own, in memory and on free ports: it leaves nothing behind, and disturbs no other.
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
    if arguments.keep {
        println!("\n  The mails: {}/mail    The API: {}", stack.console_url(), stack.api_url());
        println!("  Keys: operator {}, storefront {}", keys.operator, keys.shop.storefront_key);
        println!("  Ctrl-C stops.");
        stop_requested().await?;
    } else {
        println!("\n  To look at the mails in a browser: cargo run -- demo --keep");
    }
    stack.shutdown().await;
    Ok(played?)
}
