//! A benchmark's findings, for people and for programs.

use crate::table::Table;
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;

/// A figure and its target.
#[derive(Debug, Clone, Serialize)]
pub struct Target {
    pub what: String,
    pub limit: f64,
    pub measured: f64,
    pub sense: Sense,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    AtMost,
    AtLeast,
}

impl Target {
    pub fn at_most(what: impl Into<String>, limit: f64, measured: f64) -> Self {
        Self { what: what.into(), limit, measured, sense: Sense::AtMost }
    }

    pub fn at_least(what: impl Into<String>, limit: f64, measured: f64) -> Self {
        Self { what: what.into(), limit, measured, sense: Sense::AtLeast }
    }

    pub fn is_met(&self) -> bool {
        match self.sense {
            Sense::AtMost => self.measured <= self.limit,
            Sense::AtLeast => self.measured >= self.limit,
        }
    }
}

/// The outcome of one benchmark.
pub struct Report {
    name: &'static str,
    tables: Vec<Table>,
    notes: Vec<String>,
    targets: Vec<Target>,
    figures: Value,
    /// A failed check: the program ends with an error. A missed target is no failure.
    failure: Option<String>,
}

impl Report {
    /// `figures` are all measurements, for programs.
    pub fn new(name: &'static str, figures: Value) -> Self {
        Self { name, tables: Vec::new(), notes: Vec::new(), targets: Vec::new(), figures, failure: None }
    }

    pub fn table(&mut self, table: Table) {
        self.tables.push(table);
    }

    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub fn target(&mut self, target: Target) {
        self.targets.push(target);
    }

    pub fn fail(&mut self, why: impl Into<String>) {
        self.failure = Some(why.into());
    }

    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    pub fn to_json(&self) -> Value {
        let targets = self.targets.iter().map(|target| json!({ "target": target, "met": target.is_met() }));
        json!({
            "benchmark": self.name,
            "version": env!("CARGO_PKG_VERSION"),
            "profile": profile(),
            "taken_at": jiff::Timestamp::now().to_string(),
            "figures": self.figures,
            "targets": targets.collect::<Vec<_>>(),
            "notes": self.notes,
            "failure": self.failure,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "bench {} ({} build)\n", self.name, profile())?;
        for table in &self.tables {
            writeln!(formatter, "{table}")?;
        }
        if !self.targets.is_empty() {
            writeln!(formatter, "{}", self.targets())?;
        }
        for note in &self.notes {
            writeln!(formatter, "- {note}")?;
        }
        if let Some(failure) = &self.failure {
            writeln!(formatter, "\nFAILED: {failure}")?;
        }
        Ok(())
    }
}

impl Report {
    fn targets(&self) -> Table {
        let mut table = Table::new("Targets", &["what", "target"], &["measured", ""]);
        for target in &self.targets {
            let sense = if target.sense == Sense::AtMost { "at most" } else { "at least" };
            let verdict = if target.is_met() { "met" } else { "missed" };
            let limit = format!("{sense} {}", target.limit);
            table.row([target.what.clone(), limit, format!("{:.2}", target.measured), verdict.to_owned()]);
        }
        table
    }
}

/// The build profile of the measured binaries.
pub fn profile() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_the_same_to_people_and_to_programs() {
        let mut report = Report::new("cost", json!({ "dollars": 31.5 }));
        report.target(Target::at_most("$ a million orders", 30.0, 31.5));
        report.target(Target::at_least("orders a second", 175.0, 200.0));
        report.note("SES is apart");
        report.fail("it oversold");
        let json = report.to_json();
        assert_eq!(json["benchmark"], "cost");
        assert_eq!(json["figures"]["dollars"], 31.5);
        assert_eq!(json["targets"][0]["met"], false);
        assert_eq!(json["targets"][0]["target"]["sense"], "at_most");
        assert_eq!(json["targets"][1]["met"], true);
        assert_eq!(json["failure"], "it oversold");
        let text = report.to_string();
        for part in
            ["$ a million orders", "at most 30", "31.50", "missed", "met", "- SES is apart", "FAILED: it oversold"]
        {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
