//! The rules of order management.
//!
//! Everything here is a plain function over plain data: the current time and all ids are arguments. Requests (cancel,
//! pick, return) may be rejected with a [`Rejection`]. Facts from outside (a captured payment, a delivered parcel) are
//! never rejected, only recorded, even if late, duplicated or surprising.

pub mod allocation;
pub mod arrival;
pub mod attention;
pub mod batch;
pub mod books;
pub mod carriers;
pub mod channel_order;
pub mod comparison;
pub mod contact;
pub mod digest;
pub mod duty;
pub mod email_claim;
pub mod evidence;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod forming;
pub mod found_by;
pub mod fulfillment;
mod gs1;
pub mod history;
pub mod ids;
pub mod invoice;
pub mod ledger;
pub mod limits;
pub mod mail_report;
pub mod money;
mod names;
mod natural;
pub mod order;
pub mod order_state;
pub mod outbox;
pub mod parcel_state;
pub mod payment_record;
pub mod placed_order;
pub mod policy;
pub mod postal;
pub mod problem;
pub mod product_code;
pub mod refund_cause;
pub mod requested_refund;
pub mod returns;
pub mod routing;
pub mod safeguards;
#[cfg(feature = "schema")]
pub mod schema;
pub mod search;
pub mod session;
pub mod settings;
pub mod shop_watch;
mod sparse;
pub mod statement;
pub mod stock;
pub mod stock_sync;
pub mod taken;
pub mod tax;
pub mod text;
pub mod tracking_number;
pub mod unread;
pub mod unsettled;
pub mod whole;

use problem::Code;
use thiserror::Error;

/// A request that the rules refuse. The text tells the caller what is in the way.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct Rejection {
    pub code: Code,
    /// What is in the way and what to do, for people.
    pub detail: String,
}

impl Rejection {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}
