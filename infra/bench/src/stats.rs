//! Statistics of samples.

use serde::Serialize;
use std::time::Duration;

/// A duration in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Waits {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

impl Waits {
    pub fn of(waits: &[Duration]) -> Self {
        let mut millis: Vec<f64> = waits.iter().map(|wait| wait.as_secs_f64() * 1000.0).collect();
        millis.sort_by(f64::total_cmp);
        Self {
            p50: percentile(&millis, 50),
            p95: percentile(&millis, 95),
            p99: percentile(&millis, 99),
            max: percentile(&millis, 100),
        }
    }
}

/// The percentile of sorted values by nearest rank; 0 if there are none.
pub fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        let four = [1.0, 2.0, 3.0, 40.0];
        for (values, percent, expected) in [
            (&hundred[..], 50, 50.0),
            (&hundred, 95, 95.0),
            (&hundred, 99, 99.0),
            (&hundred, 100, 100.0),
            (&four, 50, 2.0),
            (&four, 95, 40.0),
            (&four[..1], 99, 1.0),
            (&[], 50, 0.0),
        ] {
            let found = percentile(values, percent);
            assert!((found - expected).abs() < 1e-9, "p{percent} of {} values is {found}", values.len());
        }
    }

    #[test]
    fn waits_need_not_be_sorted() {
        let waits: Vec<Duration> = [30, 10, 20].map(Duration::from_millis).to_vec();
        assert_eq!(Waits::of(&waits), Waits { p50: 20.0, p95: 30.0, p99: 30.0, max: 30.0 });
    }
}
