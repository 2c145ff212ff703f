//! The demo's output.

use super::{list, text};
use crate::{
    services::Meter,
    terminal::{BOLD, DIM, GREEN, Ink},
};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Standard output, with color on a terminal.
pub struct Stage {
    ink: Ink,
    steps: usize,
    mails: usize,
}

impl Stage {
    pub fn of_terminal() -> Self {
        Self { ink: Ink::of_terminal(), steps: 0, mails: 0 }
    }

    /// A step of the order's life.
    pub(super) fn step(&mut self, what: &str, detail: &str) {
        self.steps += 1;
        println!("  {:>2}  {}{detail}", self.steps, self.ink.paint(BOLD, &format!("{what:20}")));
    }

    /// More about the last step.
    pub(super) fn more(&self, detail: &str) {
        println!("      {:20}{}", "", self.ink.paint(DIM, detail));
    }

    /// An e-mail that the customer got.
    pub(super) fn mail(&mut self, subject: &str) {
        self.mails += 1;
        println!("      {}{subject}", self.ink.paint(GREEN, &format!("{:20}", "E-mail")));
    }

    pub(super) fn mails_shown(&self) -> usize {
        self.mails
    }

    fn title(&self, title: &str) {
        println!("\n  {}", self.ink.paint(BOLD, title));
    }

    /// The order's timeline, as the API gives it.
    pub(super) fn timeline(&self, order: &Value) {
        self.title(&format!("Timeline of {}", text(&order["id"])));
        for entry in list(&order["timeline"]) {
            let at = text(&entry["at"]).parse::<Timestamp>();
            let at = at.map_or_else(|_| "?".to_owned(), |at| at.strftime("%H:%M:%S%.3f").to_string());
            let (about, by, what) = (text(&entry["about"]), text(&entry["by"]), text(&entry["what"]));
            let note = entry["note"].as_str().unwrap_or_default();
            let line = format!("{about:16}{by:22}{what:18}{note}");
            println!("    {}  {}", self.ink.paint(DIM, &at), line.trim_end());
        }
    }

    /// On hand, committed and available of each SKU.
    pub(super) fn stock(&self, before: &[(String, [i64; 3])], after: &[(String, [i64; 3])]) {
        self.title("Stock, before and after");
        for ((sku, before), (_, after)) in before.iter().zip(after) {
            let change = |name: &str, n: usize| format!("{name} {} → {}", before[n], after[n]);
            let changes = [change("on hand", 0), change("committed", 1), change("available", 2)];
            println!("    {sku:16}{:22}{:20}{}", changes[0], changes[1], changes[2]);
        }
    }

    /// The life's cost on AWS, including the demo's own reads.
    pub(super) fn cost(&self, before: &Meter, after: &Meter) {
        self.title("Asked of AWS, the demo's own reading included");
        let mut by_service: BTreeMap<&str, u64> = BTreeMap::new();
        for (operation, count) in &after.requests {
            let service = operation.split('.').next().unwrap_or(operation);
            *by_service.entry(service).or_default() += count - before.requests.get(operation).unwrap_or(&0);
        }
        let requests: u64 = by_service.values().sum();
        let parts: Vec<String> = by_service.iter().map(|(service, count)| format!("{count} to {service}")).collect();
        println!("    {requests} requests: {}", parts.join(", "));
        let (read, write) = (after.read_units - before.read_units, after.write_units - before.write_units);
        println!("    {write} write units and {read} read units of DynamoDB");
    }
}
