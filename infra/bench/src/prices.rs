//! AWS's prices: list prices of us-east-1, on demand, without the free tier.
//!
//! The prices were read on the day [`AS_OF`]; see <https://aws.amazon.com/dynamodb/pricing/on-demand/>,
//! <https://aws.amazon.com/sqs/pricing/>, <https://aws.amazon.com/api-gateway/pricing/> and
//! <https://aws.amazon.com/lambda/pricing/>. Left out, because they depend on the merchant and not on the design: SES
//! ($0.10 for a thousand e-mails), data transfer, logs and traces.

use crate::usage::Usage;
use serde::Serialize;

/// The date of the prices.
pub const AS_OF: &str = "2026-11-25";

/// Dollars for a million.
pub const WRITE_UNITS: f64 = 0.625;
pub const READ_UNITS: f64 = 0.125;
pub const SQS_REQUESTS: f64 = 0.40;
/// Each of up to 512 KB.
pub const HTTP_REQUESTS: f64 = 1.00;
pub const INVOCATIONS: f64 = 0.20;
/// Dollars for a million GB-seconds on arm64.
pub const GB_SECONDS: f64 = 13.3334;

/// Dollars for a million times one use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Dollars {
    pub http: f64,
    pub lambda_requests: f64,
    pub lambda_duration: f64,
    pub writes: f64,
    pub reads: f64,
    pub sqs: f64,
}

impl Dollars {
    /// For a million times `usage`.
    pub fn of(usage: &Usage) -> Self {
        Self {
            http: usage.http * HTTP_REQUESTS,
            lambda_requests: usage.invocations * INVOCATIONS,
            lambda_duration: usage.gb_seconds * GB_SECONDS,
            writes: usage.write_units() * WRITE_UNITS,
            reads: usage.read_units() * READ_UNITS,
            sqs: usage.requests_of("SQS") * SQS_REQUESTS,
        }
    }

    pub fn total(&self) -> f64 {
        self.http + self.lambda_requests + self.lambda_duration + self.writes + self.reads + self.sqs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Units;

    #[test]
    fn each_use_has_its_own_price() {
        let usage = Usage {
            http: 7.0,
            invocations: 10.0,
            gb_seconds: 0.1,
            requests: [("SQS.SendMessage".to_owned(), 2.0), ("DynamoDB.PutItem".to_owned(), 5.0)].into(),
            by_table: [("OrdersTable".to_owned(), Units { read: 4.0, write: 16.0 })].into(),
            ..Usage::default()
        };
        let dollars = Dollars::of(&usage);
        let expected =
            Dollars { http: 7.0, lambda_requests: 2.0, lambda_duration: 1.333_34, writes: 10.0, reads: 0.5, sqs: 0.8 };
        assert_eq!(dollars.http.to_bits(), expected.http.to_bits());
        let parts = [
            (dollars.lambda_requests, expected.lambda_requests),
            (dollars.lambda_duration, expected.lambda_duration),
            (dollars.writes, expected.writes),
            (dollars.reads, expected.reads),
            (dollars.sqs, expected.sqs),
            (dollars.total(), 21.633_34),
        ];
        assert!(parts.iter().all(|(is, should)| (is - should).abs() < 1e-9), "{dollars:?}");
    }
}
