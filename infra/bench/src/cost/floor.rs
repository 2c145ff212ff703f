//! The cheapest design imaginable: a list of what no design can leave out.
//!
//! The design keeps an order in one item of a kilobyte, and rewrites it at each step. Its only index is the list of
//! orders. It moves stock for a hundred orders in one write, and does all queue work in full batches. It answers each
//! call in the time of one write to DynamoDB, and never fails. It has no transaction, so it would lose stock whenever a
//! process dies.

use crate::usage::{Units, Usage};
use std::collections::BTreeMap;

/// A need of every design, with its minimum use.
pub struct Need {
    pub what: &'static str,
    pub usage: Usage,
}

/// A function that does one write and answers: 5 ms, billed in full, in 256 MB.
const CALL_GB_SECONDS: f64 = 0.005 * 0.25;
/// The most messages that SQS accepts, delivers or deletes in one request.
const BATCH: f64 = 10.0;
/// The most orders that one stock write can serve.
const GROUP: f64 = 100.0;

/// The whole life as a list of needs.
pub fn needs() -> Vec<Need> {
    let mut needs = vec![
        Need { what: "POST /orders: the order, its entry in the list", usage: http(2.0) },
        Need { what: "its two lines' stock, reserved with 99 others", usage: writes(2.0 / GROUP) },
        Need { what: "payment webhook: the order", usage: http(1.0) },
        Need { what: "queue to stock-deduction: the order, stock with 99 others", usage: queued(1.0 + 2.0 / GROUP) },
        Need { what: "queue to fulfillment-dispatch: the picklist", usage: queued(1.0) },
    ];
    for what in ["start-picking", "picks", "parcels", "hand-over", "delivered"] {
        needs.push(Need { what, usage: http(1.0) });
    }
    for what in
        ["queue to e-mail 1: what was sent", "queue to e-mail 2: what was sent", "queue to e-mail 3: what was sent"]
    {
        needs.push(Need { what, usage: queued(1.0) });
    }
    needs
}

/// A call of the HTTP API that reads an order and writes `write` units.
fn http(write: f64) -> Usage {
    let requests = [("DynamoDB.GetItem".to_owned(), 1.0), ("DynamoDB.PutItem".to_owned(), 1.0)].into();
    let database = Usage { requests, by_table: units(0.5, write), ..Usage::default() };
    Usage { http: 1.0, invocations: 1.0, gb_seconds: CALL_GB_SECONDS, ..database }
}

/// Work behind a queue, in batches of ten: messages sent, received and deleted; the order read and written.
fn queued(write: f64) -> Usage {
    let batched = ["SQS.SendMessageBatch", "SQS.ReceiveMessage", "SQS.DeleteMessageBatch", "DynamoDB.BatchGetItem"];
    let mut requests: BTreeMap<String, f64> = batched.map(|request| (request.to_owned(), 1.0 / BATCH)).into();
    requests.insert("DynamoDB.PutItem".to_owned(), 1.0);
    Usage {
        invocations: 1.0 / BATCH,
        gb_seconds: CALL_GB_SECONDS / BATCH,
        requests,
        by_table: units(0.5, write),
        ..Usage::default()
    }
}

fn writes(write: f64) -> Usage {
    Usage { by_table: units(0.0, write), ..Usage::default() }
}

fn units(read: f64, write: f64) -> BTreeMap<String, Units> {
    [("OrdersTable".to_owned(), Units { read, write })].into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{prices::Dollars, usage};

    #[test]
    fn the_floor_has_seven_calls_and_is_below_the_target() {
        let needs = needs();
        let all = usage::sum(needs.iter().map(|need| &need.usage));
        assert!((all.http - 7.0).abs() < 1e-9);
        let total = Dollars::of(&all).total();
        assert!((15.0..20.0).contains(&total), "{total}");
    }
}
