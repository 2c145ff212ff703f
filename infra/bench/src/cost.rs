//! Computes AWS's price for the life of an order.

mod floor;
mod tables;

use crate::{
    error::BenchError,
    life::Life,
    prices::{self, Dollars},
    report::{Report, Target},
    run::{self, Step},
    usage::{self, Usage},
    world::{Built, World, WorldOptions},
};
use clap::Args;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use tokio::runtime::Handle;

/// The limits: dollars for a million orders, and requests to AWS for one.
const WHOLE_LIFE: f64 = 30.0;
const TO_CONFIRMATION: f64 = 15.0;
const REQUESTS: f64 = 30.0;

const LIVES: [Life; 5] = [Life::Ordinary, Life::Told, Life::Cancelled, Life::Returned, Life::Backordered];

#[derive(Debug, Args)]
pub struct CostArgs {
    /// Orders of each kind under load
    #[arg(long, default_value_t = 200)]
    orders: usize,
    /// Clients under load
    #[arg(long, default_value_t = 32)]
    at_once: usize,
    /// Orders of each kind that go their way alone
    #[arg(long, default_value_t = 5)]
    alone: usize,
    /// Products in the shop; orders take two of them, evenly
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(2..))]
    skus: u32,
    /// Only these kinds of life
    #[arg(long, value_enum)]
    life: Vec<Life>,
}

/// What it costs to show deliveries of e-mails is a shop's choice (`MailDeliveries`), and is told apart.
const DELIVERIES: &str = "mail-events";

/// The averages of one kind of life, under one kind of load.
#[derive(Debug, Serialize)]
struct Measured {
    life: Life,
    load: Load,
    steps: Vec<Step>,
    /// Without deliveries.
    total: Usage,
    dollars: Dollars,
    dollars_total: f64,
    deliveries: Usage,
    dollars_deliveries: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Load {
    /// One order after the other: batches have one message.
    Alone,
    /// Many orders concurrently: batches fill.
    Many,
}

impl Load {
    fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Many => "under load",
        }
    }
}

impl Measured {
    fn new(life: Life, load: Load, steps: Vec<Step>) -> Self {
        let sum = |wanted: fn(&str) -> bool| {
            usage::sum(steps.iter().map(|step| step.usage.sum_of(wanted)).collect::<Vec<_>>().iter())
        };
        let (total, deliveries) = (sum(|function| function != DELIVERIES), sum(|function| function == DELIVERIES));
        let (dollars, dollars_deliveries) = (Dollars::of(&total), Dollars::of(&deliveries).total());
        let dollars_total = dollars.total();
        Self { life, load, steps, total, dollars, dollars_total, deliveries, dollars_deliveries }
    }

    fn is(&self, life: Life, load: Load) -> bool {
        (self.life, self.load) == (life, load)
    }

    /// Up to the confirmation: placed, paid, deducted, confirmed; without the dispatch.
    fn to_confirmation(&self) -> Usage {
        let early = self.steps.iter().filter(|step| ["placed", "paid"].contains(&step.name));
        let parts: Vec<Usage> = early
            .map(|step| step.usage.sum_of(|function| !["fulfillment-dispatch", DELIVERIES].contains(&function)))
            .collect();
        usage::sum(&parts)
    }
}

pub async fn run(stack: &Handle, built: &Built, options: &CostArgs) -> Result<Report, BenchError> {
    let lives = if options.life.is_empty() { LIVES.to_vec() } else { options.life.clone() };
    let mut measured = Vec::new();
    for life in lives {
        measured.extend(measure(stack, built, options, life).await?);
    }
    let floor = floor::needs();
    let floor_total = usage::sum(floor.iter().map(|need| &need.usage));
    let figures = json!({
        "prices_as_of": prices::AS_OF,
        "orders": options.orders, "at_once": options.at_once, "alone": options.alone, "skus": options.skus,
        "lives": measured,
        "to_confirmation": confirmations(&measured),
        "floor": { "usage": floor_total, "dollars": Dollars::of(&floor_total).total() },
    });
    let mut report = Report::new("cost", figures);
    tables::fill(&mut report, &measured, &floor);
    if let Some(ordinary) = measured.iter().find(|measured| measured.is(Life::Ordinary, Load::Many)) {
        let to_confirmation = Dollars::of(&ordinary.to_confirmation()).total();
        report.target(Target::at_most(
            "$ a million orders, whole life, under load",
            WHOLE_LIFE,
            ordinary.dollars_total,
        ));
        report.target(Target::at_most(
            "$ a million orders, to confirmation, under load",
            TO_CONFIRMATION,
            to_confirmation,
        ));
        report.target(Target::at_most("AWS requests an order, under load", REQUESTS, ordinary.total.all_requests()));
    }
    report.note(format!(
        "List prices of us-east-1 of {}. SES, data transfer, logs and traces are apart; so is what runs without any \
         order: reconcile once a minute, and empty polls of the queues.",
        prices::AS_OF
    ));
    report.note(
        "Deliveries of e-mails (`MailDeliveries`) are a row of their own, and in no total: a shop may do without. SES and EventBridge \
         bill nothing for telling them.",
    );
    report.note(
        "AWS requests are all that is asked of DynamoDB, SQS, SES and Secrets Manager, with what the event source \
         mappings receive and delete. Polls that find nothing are not in here.",
    );
    report.note(
        "Lambda durations are those of this machine, whose emulator is slower under load than DynamoDB is, and whose \
         processors are shared.",
    );
    let refused: f64 = measured.iter().map(|measured| measured.total.refused).sum();
    if refused > 0.0 {
        report.note(
            "\"refused\" are writes that met another one and were done again. DynamoDB bills them too; the emulator does \
             not say how much, so they are not in the units.",
        );
    }
    Ok(report)
}

fn confirmations(measured: &[Measured]) -> Vec<serde_json::Value> {
    let of = |measured: &Measured| {
        let usage = measured.to_confirmation();
        json!({ "life": measured.life, "load": measured.load, "usage": usage, "dollars": Dollars::of(&usage).total() })
    };
    measured.iter().map(of).collect()
}

/// One kind of life, alone and under load.
async fn measure(stack: &Handle, built: &Built, options: &CostArgs, life: Life) -> Result<[Measured; 2], BenchError> {
    eprintln!("  {}: {} orders alone, {} under load", life.name(), options.alone, options.orders);
    let skus = options.skus as usize;
    let kind = WorldOptions { data_dir: None, skus, told: life == Life::Told, channels: false };
    let world = Arc::new(World::start(stack, built, kind).await?);
    // Requests that a function makes once (settings, secrets, its start) are no part of an order.
    run::side_by_side(&world, life, run::orders(life, options.at_once, skus), options.at_once).await?;
    let alone = run::alone(&world, life, run::orders(life, options.alone, skus)).await?;
    let many = run::side_by_side(&world, life, run::orders(life, options.orders, skus), options.at_once).await?;
    if let Some(world) = Arc::into_inner(world) {
        world.stack.shutdown().await;
    }
    Ok([Measured::new(life, Load::Alone, alone), Measured::new(life, Load::Many, many)])
}
