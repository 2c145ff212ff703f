//! How long it takes until a connected shop knows of a change of stock, while orders come in; and what that costs.

use crate::{
    error::BenchError,
    life::{Act, Life},
    report::{Report, Target},
    run,
    shop::{self, LOCATION},
    stats::Waits,
    table::{Table, number},
    usage::{ByFunction, as_f64},
    world::{Built, World, WorldOptions},
};
use clap::Args;
use orderly_local::channels::{self, woocommerce::NewProduct};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

const CHANNEL: &str = "woo";
/// No order takes it, so its number is what was set last.
const PROBE: &str = "PROBE";
/// The target of the 99th percentile, in milliseconds.
const WITHIN_MS: f64 = 2_000.0;
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, Args)]
pub struct StockSyncArgs {
    /// Changes that are timed, one after the other
    #[arg(long, default_value_t = 200)]
    changes: usize,
    /// Clients that place and pay orders meanwhile
    #[arg(long, default_value_t = 8)]
    clients: usize,
    /// Products in the shop; orders take two of them, evenly
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(2..))]
    skus: u32,
    /// Listings of a shop whose numbers are all compared, and differ
    #[arg(long, default_value_t = 1_000)]
    listings: usize,
}

pub async fn run(stack: &Handle, built: &Built, options: &StockSyncArgs) -> Result<Report, BenchError> {
    let directory = tempfile::tempdir().map_err(BenchError::io("a temporary directory"))?;
    let skus = options.skus as usize;
    let settings = WorldOptions { data_dir: Some(directory.path()), skus, told: false, channels: true };
    let world = Arc::new(World::start(stack, built, settings).await?);
    shop::product(&world.operator, PROBE, 1_000, false).await?;
    for sku in (0..skus).map(shop::sku).chain([PROBE.to_owned()]) {
        list(&world, &sku);
    }
    connect(&world).await?;

    let quiet_before = ByFunction::sample(&world.stack);
    let quiet = changes(&world, options.changes / 4).await?;
    world.until_settled().await?;
    let each = ByFunction::sample(&world.stack).since(&quiet_before).per(quiet.len());

    let is_over = Arc::new(AtomicBool::new(false));
    let buyers = tokio::spawn(buy(Arc::clone(&world), options.clients, skus, Arc::clone(&is_over)));
    let (start, before) = (Instant::now(), world.stack.shop().pushed().len());
    let busy = changes(&world, options.changes).await?;
    let seconds = start.elapsed().as_secs_f64();
    let told = world.stack.shop().pushed().len() - before;
    is_over.store(true, Ordering::Relaxed);
    let orders = buyers.await??;
    world.until_settled().await?;
    let wrong = wrong_numbers(&world, skus).await?;

    for number in 0..options.listings {
        list(&world, &format!("LISTED-{number}"));
        shop::product(&world.operator, &format!("LISTED-{number}"), 7, false).await?;
    }
    world.until_settled().await?;
    let check_start = Instant::now();
    tell(&world, &json!({ "first": "orderly", "cap": 5 })).await?;
    let check_seconds = check_start.elapsed().as_secs_f64();
    world.verify().await?;
    if let Some(world) = Arc::into_inner(world) {
        world.stack.shutdown().await;
    }

    let (quiet, busy) = (Waits::of(&quiet), Waits::of(&busy));
    let mut table = Table::new("From a change of stock until the shop says it", &["while"], &["p50 ms", "p99 ms"]);
    table.row(["nothing else happens".to_owned(), number(quiet.p50, 0), number(quiet.p99, 0)]);
    let rate = as_f64(orders) / seconds;
    table.row([format!("{rate:.0} orders a second are placed and paid"), number(busy.p50, 0), number(busy.p99, 0)]);
    let mut costs = Table::new(
        "One change, one shop",
        &["function"],
        &["invocations", "AWS requests", "read units", "write units"],
    );
    for (function, usage) in each.0.iter().filter(|(name, _)| TELLERS.contains(&name.as_str())) {
        let used = [usage.invocations, usage.all_requests(), usage.read_units(), usage.write_units()];
        costs.row(std::iter::once(function.clone()).chain(used.map(|value| number(value, 2))));
    }
    let measured = json!({
        "quiet": quiet, "busy": busy, "orders": orders, "seconds": seconds, "told": told,
        "listings": options.listings, "check_seconds": check_seconds,
    });
    let mut report = Report::new("stock-sync", json!({ "measured": measured }));
    report.table(table);
    report.table(costs);
    report.target(Target::at_most("p99 ms until the shop says it, while orders come in", WITHIN_MS, busy.p99));
    report.note(format!(
        "Meanwhile the shop was told {told} numbers. All {} listings, each of which differed, were compared and told in {check_seconds:.1} s: {:.1} ms each. \
         The stand-in answers at once; a WooCommerce takes 0.15 s for each request.",
        options.listings,
        1_000.0 * check_seconds / as_f64(options.listings.max(1)),
    ));
    if !wrong.is_empty() {
        report.fail(format!("at rest the shop says something else than it is to say: {}", wrong.join("; ")));
    }
    Ok(report)
}

/// The functions that work for shops alone.
const TELLERS: [&str; 2] = ["stock-changes", "channel-stock"];

fn list(world: &World, sku: &str) {
    world.stack.shop().add_product(NewProduct {
        sku: sku.to_owned(),
        name: sku.to_owned(),
        price: "10.00".to_owned(),
        stock: Some(1),
        tax: channels::woocommerce::TaxClass::default(),
        is_virtual: false,
    });
}

async fn connect(world: &World) -> Result<(), BenchError> {
    world.operator.put(&format!("/channels/{CHANNEL}"), &json!({ "name": "The shop" })).await?;
    let (keys, url) = (channels::local_credentials(), world.stack.shop().url().to_owned());
    let body = json!({ "kind": "woocommerce", "url": url, "key": keys.key, "secret": keys.secret });
    world.operator.post(&format!("/channels/{CHANNEL}/connect"), &body).await?;
    tell(world, &json!({ "first": "orderly" })).await
}

/// Says how the shop is told, and waits until everything is compared.
async fn tell(world: &World, settings: &Value) -> Result<(), BenchError> {
    world.operator.put(&format!("/channels/{CHANNEL}/stock"), settings).await?;
    let start = Instant::now();
    while start.elapsed() < 10 * PATIENCE {
        let connection = world.operator.get(&format!("/channels/{CHANNEL}/connection")).await?;
        // The last one may be older than the settings.
        let at = |text: &Value| text.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let (check, since) = (&connection["stock_check"], at(&connection["stock"]["since"]));
        if check["ended_at"].is_string() && at(&check["began_at"]) >= since {
            return Ok(());
        }
        world.until_settled().await?;
        // What did not fit the time of one run is done the next time.
        world.reconcile().await?;
    }
    Err(BenchError::Odd("the comparison of everything does not end".to_owned()))
}

/// Changes the probe's stock, and times how long it takes until the shop says so.
async fn changes(world: &World, count: usize) -> Result<Vec<Duration>, BenchError> {
    let mut waits = Vec::with_capacity(count);
    let run = jiff::Timestamp::now().as_microsecond();
    for n in 0..count {
        let before = world.stack.shop().stock(PROBE).unwrap_or_default();
        // Up and down in turn.
        let quantity = if n % 2 == 0 { -3 } else { 2 };
        let moved =
            json!({ "sku": PROBE, "location": LOCATION, "kind": "adjust", "quantity": quantity, "reason": "timed" });
        world.operator.post_once("/stock", &format!("probe-{run}-{n}"), &moved).await?;
        let start = Instant::now();
        while world.stack.shop().stock(PROBE) != Some(before + quantity) {
            if start.elapsed() > PATIENCE {
                return Err(BenchError::Odd("the shop does not hear of a change of stock".to_owned()));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        waits.push(start.elapsed());
    }
    Ok(waits)
}

/// Places and pays orders until it is over. Yields how many.
async fn buy(world: Arc<World>, clients: usize, skus: usize, is_over: Arc<AtomicBool>) -> Result<usize, BenchError> {
    let mut orders = 0;
    while !is_over.load(Ordering::Relaxed) {
        let more = run::orders(Life::Ordinary, 10 * clients, skus);
        let placed = run::all(&world, Act::Place, more, clients).await?.orders;
        orders += run::all(&world, Act::Pay, placed, clients).await?.orders.len();
    }
    Ok(orders)
}

/// The SKUs of which the shop does not say at rest what it is to say.
async fn wrong_numbers(world: &World, skus: usize) -> Result<Vec<String>, BenchError> {
    let mut wrong = Vec::new();
    for sku in (0..skus).map(shop::sku).chain([PROBE.to_owned()]) {
        let stock = world.operator.get(&format!("/stock/{sku}")).await?;
        let (said, there) = (world.stack.shop().stock(&sku), stock["locations"][0]["available"].as_i64());
        if said != there {
            wrong.push(format!("{said:?} instead of {there:?} of {sku}"));
        }
    }
    Ok(wrong)
}
