//! `cargo run`

use super::{
    CliError,
    follow::follow,
    ports::{PortArgs, check},
    state::{State, workspace},
    stop_requested,
};
use clap::Args;
use orderly_local::{
    Stack, StackOptions, backing,
    binaries::{self, Fit, TYPESETTING},
    channels::{self, woocommerce},
    client::Client,
    lambda::Lambda,
    seed::{SeedError, Shop, seed},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// How long the last log lines may take to arrive after the stack has stopped.
const LAST_LINES: Duration = Duration::from_secs(1);

/// The file of addresses and keys in the state's directory.
const EXPORTS: &str = "env";

/// What an empty shop needs before its first order, as infra/README.md has it.
const FIRST_STEPS: [(&str, &str, &str); 4] = [
    ("PUT", "/channels/web", r#"{"name": "Web shop"}"#),
    ("PUT", "/locations/main", r#"{"name": "Warehouse", "priority": 1, "schedule": {"time_zone": "Europe/Berlin"}}"#),
    ("PUT", "/stock", r#"{"sku": "MUG-BLUE", "location": "main", "on_hand": 50, "reason": "first count"}"#),
    ("POST", "/keys", r#"{"name": "web shop", "role": "storefront", "channel": "web"}"#),
];

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Use the functions' binaries in this directory instead of building them
    #[arg(long, value_name = "DIRECTORY")]
    binaries: Option<PathBuf>,
    /// Use the function `documents` of this directory, which has a typesetter. Without it and without `--binaries`, that is
    /// built while everything else runs
    #[arg(long, value_name = "DIRECTORY")]
    papers: Option<PathBuf>,
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
    let RunArgs { binaries, papers, in_memory, empty, ports } = arguments;
    let build_papers = binaries.is_none() && papers.is_none();
    let ports = ports.into();
    let state = State::hold(template)?;
    check(ports).await?;
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
    let stack = Stack::start(options).await?;
    state.announce(stack.console_url(), stack.endpoint())?;
    println!("  Started in {} ms", start.elapsed().as_millis());
    if build_papers {
        println!("  The typesetter of papers is built meanwhile, which takes minutes the first time");
    }
    println!();
    let widest_name = stack.system().functions.keys().map(String::len).max().unwrap_or_default();
    if let Some(directory) = papers {
        stack.lambda().deploy(TYPESETTING, &directory);
    }
    let typesetter =
        build_papers.then(|| tokio::spawn(typeset(workspace(template).to_owned(), stack.lambda().clone())));
    let mut followed = tokio::spawn(follow(stack.logs().follow(), widest_name));
    let served = tokio::select! {
        served = serve(&stack, empty, in_memory, &state) => served,
        // Standard output is closed.
        _ = &mut followed => Ok(()),
    };
    if let Some(building) = typesetter {
        building.abort();
    }
    stack.shutdown().await;
    if !followed.is_finished() {
        // Prints the functions' last lines before the error: they explain a failed seed, for example.
        let _ = timeout(LAST_LINES, followed).await;
    }
    served
}

/// Builds the typesetter while everything else runs, and lets the papers be typeset with it from then on.
async fn typeset(workspace: PathBuf, lambda: Lambda) {
    let start = Instant::now();
    match binaries::build_typesetter(&workspace).await {
        Ok(directory) => {
            lambda.deploy(TYPESETTING, &directory);
            println!("  Papers are typeset now ({:.0} s)", start.elapsed().as_secs_f64());
        }
        Err(error) => eprintln!("  Papers are not typeset: {error}"),
    }
}

/// Seeds the demo shop unless `empty`, then waits for the stop signal.
async fn serve(stack: &Stack, empty: bool, in_memory: bool, state: &State) -> Result<(), CliError> {
    let kept = (!in_memory).then(|| state.directory());
    let operator = Client::new(stack.api_url(), stack.operator_key());
    let shop = if empty { None } else { Some(seed(&operator, &stack.warehouse().url(), kept).await?) };
    if shop.is_some() {
        connect(&operator, stack).await?;
    }
    let exports = exports(stack, shop.as_ref());
    let to_source = state.write(EXPORTS, exports.as_bytes())?;
    stack.show_exports(&exports);
    introduce(stack, shop.as_ref(), &exports, &to_source);
    match kept {
        None => println!("  Nothing is kept. Ctrl-C stops.\n"),
        Some(directory) => println!("  Kept in {}. Ctrl-C stops.\n", directory.display()),
    }
    stop_requested().await
}

/// Connects a channel to the shop that runs beside the stack. Connected again, it stays what it was, at the shop's present address.
async fn connect(operator: &Client, stack: &Stack) -> Result<(), CliError> {
    let woocommerce::Credentials { key, secret, .. } = channels::local_credentials();
    let shop = json!({ "kind": "woocommerce", "url": stack.shop().url(), "key": key, "secret": secret });
    operator
        .put(&format!("/channels/{}", channels::CHANNEL), &json!({ "name": "WooCommerce shop" }))
        .await
        .map_err(SeedError::Api)?;
    operator.post(&format!("/channels/{}/connect", channels::CHANNEL), &shop).await.map_err(SeedError::Api)?;
    Ok(())
}

/// The addresses and keys that the README's examples use, for a shell.
fn exports(stack: &Stack, shop: Option<&Shop>) -> String {
    let (api, stripe, operator) = (stack.api_url(), stack.stripe().endpoint(), stack.operator_key());
    let services = stack.endpoint();
    let exports = format!("export API={api} STRIPE={stripe} SERVICES={services} OPERATOR={operator}\n");
    let Some(Shop { storefront_key, warehouse_key, service_key }) = shop else { return exports };
    format!("{exports}export STOREFRONT={storefront_key} WAREHOUSE={warehouse_key} SERVICE={service_key}\n")
}

pub(super) async fn build(template: &Path) -> Result<PathBuf, CliError> {
    // Only the functions' names matter here; the addresses are not known yet.
    let system = backing::load(template, &BTreeMap::new(), "", "")?;
    println!("  Building {} functions", system.functions.len());
    let start = Instant::now();
    let directory = binaries::build(workspace(template), &system, Fit::Run(&[env!("CARGO_PKG_NAME")])).await?;
    println!("  Built in {:.1} s", start.elapsed().as_secs_f64());
    Ok(directory)
}

fn introduce(stack: &Stack, shop: Option<&Shop>, exports: &str, to_source: &Path) {
    let (api, key) = (stack.api_url(), stack.operator_key());
    let line = |what: &str, value: &str| println!("  {what:21}  {value}");
    line("HTTP API", api);
    line("Console", &format!("{api}/console"));
    // What stands after `#` reaches no server and no log: the page puts it into its field.
    line("Console, with the key", &format!("{api}/console/sign-in#key={key}"));
    line("Mails and queues", stack.console_url());
    line("AWS services", stack.endpoint());
    line("Lambda Invoke API", stack.invoke_url());
    line("Payment providers", stack.providers().endpoint());
    line("Shop (WooCommerce)", stack.shop().url());
    line("Warehouse's webhook", &stack.warehouse().url());
    line("Operator's API key", key);
    if let Some(Shop { storefront_key, warehouse_key, service_key }) = shop {
        line("Storefront's API key", storefront_key);
        line("Warehouse's API key", warehouse_key);
        line("Service's API key", service_key);
        println!("\n  A demo shop is there. Try:\n\n  curl -H 'Authorization: Bearer {key}' {api}/stock/MUG-BLUE");
    } else {
        println!("\n  Nothing is in it.");
    }
    // They stay there when they have scrolled away here.
    println!("\n  For the README's examples, also in later terminals:  . {}\n", to_source.display());
    exports.lines().for_each(|export| println!("  {export}"));
    if shop.is_none() {
        println!("\n  A shop begins with:\n");
        for (method, path, body) in FIRST_STEPS {
            println!(
                "  curl -s -X {method} $API{path} -H \"Authorization: Bearer $OPERATOR\" \\\n    -H 'Content-Type: \
                 application/json' -d '{body}'"
            );
        }
    }
    println!();
}
