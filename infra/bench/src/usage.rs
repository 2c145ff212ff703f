//! The functions' use of AWS, by function, between two moments.

use orderly_local::{Stack, lambda::Counters, services::Meter, template::Trigger};
use serde::Serialize;
use std::collections::BTreeMap;

/// Amounts of use. They are floats, because they can be averages.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Usage {
    /// Requests to the HTTP API.
    pub http: f64,
    pub invocations: f64,
    /// Billed duration times the memory that the template gives the function.
    pub gb_seconds: f64,
    pub billed_ms: f64,
    /// By service and operation.
    pub requests: BTreeMap<String, f64>,
    /// Writes that failed their condition or conflicted. AWS bills them too, but the amount is not known here.
    pub refused: f64,
    /// DynamoDB's units by table and by index.
    pub by_table: BTreeMap<String, Units>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Units {
    pub read: f64,
    pub write: f64,
}

impl Usage {
    pub fn write_units(&self) -> f64 {
        self.by_table.values().map(|units| units.write).sum()
    }

    pub fn read_units(&self) -> f64 {
        self.by_table.values().map(|units| units.read).sum()
    }

    /// Requests to one service.
    pub fn requests_of(&self, service: &str) -> f64 {
        let of_service =
            |(operation, count): (&String, &f64)| (operation.split('.').next() == Some(service)).then_some(*count);
        self.requests.iter().filter_map(of_service).sum()
    }

    pub fn all_requests(&self) -> f64 {
        self.requests.values().sum()
    }

    /// Adds another use `times` times; -1 subtracts it.
    fn add(&mut self, other: &Self, times: f64) {
        self.http += other.http * times;
        self.invocations += other.invocations * times;
        self.gb_seconds += other.gb_seconds * times;
        self.billed_ms += other.billed_ms * times;
        self.refused += other.refused * times;
        for (operation, count) in &other.requests {
            *self.requests.entry(operation.clone()).or_default() += count * times;
        }
        for (table, units) in &other.by_table {
            let entry = self.by_table.entry(table.clone()).or_default();
            entry.read += units.read * times;
            entry.write += units.write * times;
        }
    }

    fn is_nothing(&self) -> bool {
        self.invocations == 0.0 && self.all_requests() == 0.0
    }
}

/// By function. An event source mapping's use counts for its function.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ByFunction(pub BTreeMap<String, Usage>);

impl ByFunction {
    /// The total since the stack started.
    pub fn sample(stack: &Stack) -> Self {
        let mut sample = Self::default();
        let meters = stack.meter_by_caller();
        let counters = stack.lambda().counters();
        for function in stack.system().functions.values() {
            let usage = sample.0.entry(function.name.clone()).or_default();
            let mut is_http = false;
            let mut callers = vec![&function.name];
            for trigger in &function.triggers {
                match trigger {
                    Trigger::Queue(mapping) => callers.push(&mapping.queue),
                    Trigger::Http(_) => is_http = true,
                    Trigger::Stream(_) | Trigger::Schedule(_) => {}
                }
            }
            for meter in callers.into_iter().filter_map(|caller| meters.get(caller)) {
                count(usage, meter);
            }
            if let Some(counted) = counters.get(&function.name) {
                bill(usage, *counted, function.memory_mb);
            }
            if is_http {
                usage.http = usage.invocations;
            }
        }
        sample
    }

    /// The use since `before`.
    pub fn since(mut self, before: &Self) -> Self {
        self.add(before, -1.0);
        self.0.retain(|_, usage| !usage.is_nothing());
        self
    }

    pub fn add(&mut self, other: &Self, times: f64) {
        for (function, usage) in &other.0 {
            self.0.entry(function.clone()).or_default().add(usage, times);
        }
    }

    /// The average over `orders` orders.
    pub fn per(&self, orders: usize) -> Self {
        let mut average = Self::default();
        average.add(self, 1.0 / as_f64(orders));
        average
    }

    pub fn sum(&self) -> Usage {
        self.sum_of(|_| true)
    }

    /// The sum over the functions that `wanted` selects.
    pub fn sum_of(&self, wanted: impl Fn(&str) -> bool) -> Usage {
        let mut sum = Usage::default();
        for (_, usage) in self.0.iter().filter(|(function, _)| wanted(function)) {
            sum.add(usage, 1.0);
        }
        sum
    }
}

/// The sum of the uses of several steps.
pub fn sum<'u>(usages: impl IntoIterator<Item = &'u Usage>) -> Usage {
    let mut sum = Usage::default();
    usages.into_iter().for_each(|usage| sum.add(usage, 1.0));
    sum
}

fn count(usage: &mut Usage, meter: &Meter) {
    for (operation, count) in &meter.requests {
        *usage.requests.entry(operation.clone()).or_default() += as_f64(*count);
    }
    usage.refused += meter.refused.values().map(|count| as_f64(*count)).sum::<f64>();
    for (table, units) in &meter.by_table {
        let entry = usage.by_table.entry(table.clone()).or_default();
        entry.read += units.read;
        entry.write += units.write;
    }
}

fn bill(usage: &mut Usage, counted: Counters, memory_mb: u32) {
    usage.invocations = as_f64(counted.invocations);
    usage.billed_ms = counted.billed.as_secs_f64() * 1000.0;
    usage.gb_seconds = counted.billed.as_secs_f64() * f64::from(memory_mb) / 1024.0;
}

/// Counts here are far below the 2^53 that a float holds exactly.
#[allow(clippy::cast_precision_loss)]
pub fn as_f64(count: impl TryInto<u64>) -> f64 {
    count.try_into().unwrap_or(u64::MAX) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(puts: f64, write: f64) -> Usage {
        Usage {
            invocations: 1.0,
            requests: [("DynamoDB.PutItem".to_owned(), puts), ("SQS.SendMessage".to_owned(), 1.0)].into(),
            by_table: [("OrdersTable".to_owned(), Units { read: 0.5, write })].into(),
            ..Usage::default()
        }
    }

    #[test]
    fn only_what_happened_between_two_samples_counts() {
        let before =
            ByFunction([("stock".to_owned(), usage(1.0, 1.0)), ("returns".to_owned(), usage(9.0, 9.0))].into());
        let after = ByFunction([("stock".to_owned(), usage(4.0, 8.0)), ("returns".to_owned(), usage(9.0, 9.0))].into());
        let between = after.since(&before);
        assert!(!between.0.contains_key("returns"), "it did nothing");
        let all = between.sum();
        assert!((all.requests_of("DynamoDB") - 3.0).abs() < 1e-9 && (all.write_units() - 7.0).abs() < 1e-9, "{all:?}");
        assert!(all.requests_of("SQS").abs() < 1e-9 && all.read_units().abs() < 1e-9, "{all:?}");
    }

    #[test]
    fn an_average_is_of_each_order() {
        let all = ByFunction([("stock".to_owned(), usage(10.0, 30.0))].into());
        let each = all.per(20).sum();
        assert!((each.requests_of("DynamoDB") - 0.5).abs() < 1e-9 && (each.write_units() - 1.5).abs() < 1e-9);
    }
}
