//! `cargo run`

use std::{collections::BTreeMap, path::Path, path::PathBuf, time::Instant};

use clap::Args;
use orderly_local::{
    Stack, StackOptions, backing,
    binaries::{self, Fit},
    client::Client,
    seed::{Shop, seed},
};

use super::{
    CliError,
    follow::follow,
    ports::{PortArgs, explain},
    state::{State, workspace},
    stop_requested,
};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Use the functions' binaries in this directory instead of building them
    #[arg(long, value_name = "DIRECTORY")]
    binaries: Option<PathBuf>,
    /// Keep nothing: everything is in memory
    #[arg(long)]
    in_memory: bool,
    /// Start without the demo shop: no channel, no location, no product, only the operator's key
    #[arg(long)]
    empty: bool,
    #[command(flatten)]
    ports: PortArgs,
}

pub(crate) async fn run(template: &Path, arguments: RunArgs) -> Result<(), CliError> {
    let RunArgs { binaries, in_memory, empty, ports } = arguments;
    let ports = ports.into();
    let state = State::hold(template)?;
    let binaries = match binaries {
        Some(directory) => directory,
        None => build(template).await?,
    };
    let options = StackOptions {
        data_dir: (!in_memory).then(|| state.directory().to_owned()),
        ports,
        ..StackOptions::new(template, &binaries)
    };
    let start = Instant::now();
    let stack = Stack::start(options).await.map_err(|error| explain(ports, error))?;
    state.announce(stack.console_url())?;
    println!("  Started in {} ms\n", start.elapsed().as_millis());
    let operator = Client::new(stack.api_url(), stack.operator_key());
    let kept = (!in_memory).then(|| state.directory());
    let shop = match empty {
        true => None,
        false => Some(seed(&operator, &stack.warehouse().url(), kept).await?),
    };
    introduce(&stack, shop.as_ref(), kept);

    let widest_name = stack.system().functions.keys().map(String::len).max().unwrap_or_default();
    tokio::select! {
        requested = stop_requested() => requested?,
        () = follow(stack.logs().follow(), widest_name) => {}
    }
    stack.shutdown().await;
    Ok(())
}

pub(super) async fn build(template: &Path) -> Result<PathBuf, CliError> {
    // Only the functions' names matter here; the addresses are not known yet.
    let system = backing::load(template, &BTreeMap::new(), "", "")?;
    println!("  Building {} functions", system.functions.len());
    let start = Instant::now();
    let directory = binaries::build(workspace(template), &system, Fit::Run).await?;
    println!("  Built in {:.1} s", start.elapsed().as_secs_f64());
    Ok(directory)
}

fn introduce(stack: &Stack, shop: Option<&Shop>, kept: Option<&Path>) {
    let (api, key) = (stack.api_url(), stack.operator_key());
    let line = |what: &str, value: &str| println!("  {what:20}  {value}");
    line("HTTP API", api);
    line("Mails and queues", stack.console_url());
    line("AWS services", stack.endpoint());
    line("Lambda Invoke API", stack.invoke_url());
    line("Payment provider", stack.stripe().endpoint());
    line("Warehouse's webhook", &stack.warehouse().url());
    line("Operator's API key", key);
    let try_path = match shop {
        Some(Shop { storefront_key, warehouse_key }) => {
            line("Storefront's API key", storefront_key);
            line("Warehouse's API key", warehouse_key);
            println!("\n  A demo shop is there. Try:");
            "stock/MUG-BLUE"
        }
        None => {
            println!("\n  Nothing is in it. Try:");
            "operations/stuck"
        }
    };
    println!("\n  curl -H 'Authorization: Bearer {key}' {api}/{try_path}\n");
    match kept {
        None => println!("  Nothing is kept. Ctrl-C stops.\n"),
        Some(directory) => println!("  Kept in {}. Ctrl-C stops.\n", directory.display()),
    }
}
