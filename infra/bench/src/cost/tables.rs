//! Tables of the costs.

use super::{Load, Measured, floor::Need};
use crate::{
    life::Life,
    prices::Dollars,
    report::Report,
    table::{Table, number},
    usage::{self, Usage},
};
use std::collections::BTreeSet;

const USE: [&str; 12] =
    ["HTTP", "invoked", "ms", "DynamoDB", "SQS", "SES", "requests", "refused", "writes", "reads", "GB-s", "$/million"];

pub fn fill(report: &mut Report, measured: &[Measured], floor: &[Need]) {
    for measured in measured {
        // The variants alone are left out: they differ from their load figures as the ordinary life does.
        if measured.load == Load::Many || measured.life == Life::Ordinary {
            report.table(steps(measured));
        }
    }
    let ordinary: Vec<&Measured> = measured.iter().filter(|measured| measured.life == Life::Ordinary).collect();
    if let [alone, many] = ordinary[..] {
        report.table(requests(&alone.total, &many.total));
        report.table(units(&alone.total, &many.total));
        report.table(places(many));
    }
    report.table(needs(floor));
    report.table(dollars(measured, floor));
}

fn cells(usage: &Usage) -> Vec<String> {
    let numbers = [
        (usage.http, 2),
        (usage.invocations, 2),
        (usage.billed_ms, 0),
        (usage.requests_of("DynamoDB"), 2),
        (usage.requests_of("SQS"), 2),
        (usage.requests_of("SES"), 2),
        (usage.all_requests(), 2),
        (usage.refused, 2),
        (usage.write_units(), 2),
        (usage.read_units(), 2),
        (usage.gb_seconds, 4),
        (Dollars::of(usage).total(), 2),
    ];
    numbers.map(|(value, decimals)| number(value, decimals)).to_vec()
}

fn row(table: &mut Table, text: [&str; 2], usage: &Usage) {
    table.row(text.map(str::to_owned).into_iter().chain(cells(usage)));
}

/// Each step with the functions that took part.
fn steps(measured: &Measured) -> Table {
    let title = format!("One order, {}, {}: what each step uses", measured.life.name(), measured.load.name());
    let mut table = Table::new(title, &["step", "function"], &USE);
    for step in &measured.steps {
        for (function, usage) in &step.usage.0 {
            row(&mut table, [step.name, function], usage);
        }
    }
    table.line();
    row(&mut table, ["up to the confirmation", "without dispatch"], &measured.to_confirmation());
    row(&mut table, ["whole life", "without deliveries"], &measured.total);
    row(&mut table, ["deliveries of e-mails", "mail-events"], &measured.deliveries);
    table
}

/// Requests by kind.
fn requests(alone: &Usage, many: &Usage) -> Table {
    let mut table = Table::new("One ordinary order: requests to AWS by kind", &["request"], &["alone", "under load"]);
    let names: BTreeSet<&String> = alone.requests.keys().chain(many.requests.keys()).collect();
    for name in names {
        let count = |usage: &Usage| number(usage.requests.get(name).copied().unwrap_or_default(), 2);
        if !(count(alone).is_empty() && count(many).is_empty()) {
            table.row([name.clone(), count(alone), count(many)]);
        }
    }
    table.line();
    table.row(["all".to_owned(), number(alone.all_requests(), 2), number(many.all_requests(), 2)]);
    table
}

/// DynamoDB's units by table and index.
fn units(alone: &Usage, many: &Usage) -> Table {
    let columns = ["writes alone", "under load", "reads alone", "under load"];
    let mut table = Table::new("One ordinary order: DynamoDB units by table and index", &["table/index"], &columns);
    let names: BTreeSet<&String> = alone.by_table.keys().chain(many.by_table.keys()).collect();
    for name in names {
        let of = |usage: &Usage| usage.by_table.get(name).copied().unwrap_or_default();
        let (alone, many) = (of(alone), of(many));
        let cells = [alone.write, many.write, alone.read, many.read].map(|units| number(units, 2));
        if cells.iter().any(|cell| !cell.is_empty()) {
            table.row(std::iter::once(name.clone()).chain(cells));
        }
    }
    table.line();
    let all = [alone.write_units(), many.write_units(), alone.read_units(), many.read_units()];
    table.row(std::iter::once("all".to_owned()).chain(all.map(|units| number(units, 2))));
    table
}

/// The writes of each step by table.
fn places(measured: &Measured) -> Table {
    let title = format!("One ordinary order, {}: who writes where", measured.load.name());
    let mut table = Table::new(title, &["step", "function", "table/index"], &["writes", "reads"]);
    for step in &measured.steps {
        for (function, usage) in &step.usage.0 {
            for (place, units) in &usage.by_table {
                let (writes, reads) = (number(units.write, 2), number(units.read, 2));
                if !(writes.is_empty() && reads.is_empty()) {
                    table.row([step.name.to_owned(), function.clone(), place.clone(), writes, reads]);
                }
            }
        }
    }
    table
}

fn needs(floor: &[Need]) -> Table {
    let columns = ["HTTP", "invoked", "SQS", "writes", "reads", "GB-s", "$/million"];
    let mut table = Table::new("The cheapest design imaginable (computed, not built)", &["need"], &columns);
    let mut show = |what: &str, usage: &Usage| {
        let numbers = [
            (usage.http, 2),
            (usage.invocations, 2),
            (usage.requests_of("SQS"), 2),
            (usage.write_units(), 2),
            (usage.read_units(), 2),
            (usage.gb_seconds, 4),
            (Dollars::of(usage).total(), 2),
        ];
        let cells = numbers.map(|(value, decimals)| number(value, decimals));
        (!what.is_empty()).then(|| table.row(std::iter::once(what.to_owned()).chain(cells)));
    };
    for Need { what, usage } in floor {
        show(what, usage);
    }
    show("whole life", &usage::sum(floor.iter().map(|need| &need.usage)));
    table
}

/// The dollars by service.
fn dollars(measured: &[Measured], floor: &[Need]) -> Table {
    let columns = ["HTTP", "invocations", "duration", "writes", "reads", "SQS", "all", "requests"];
    let mut table = Table::new("Dollars for a million orders", &["life", "load"], &columns);
    let mut show = |life: &str, load: &str, usage: &Usage| {
        let dollars = Dollars::of(usage);
        let Dollars { http, lambda_requests, lambda_duration, writes, reads, sqs } = dollars;
        let numbers =
            [http, lambda_requests, lambda_duration, writes, reads, sqs, dollars.total(), usage.all_requests()];
        table.row([life.to_owned(), load.to_owned()].into_iter().chain(numbers.map(|value| number(value, 2))));
    };
    for measured in measured {
        if measured.life == Life::Ordinary {
            show("ordinary, up to the confirmation", measured.load.name(), &measured.to_confirmation());
        }
        show(measured.life.name(), measured.load.name(), &measured.total);
    }
    show("cheapest imaginable", "computed", &usage::sum(floor.iter().map(|need| &need.usage)));
    table
}
