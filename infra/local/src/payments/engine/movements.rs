//! Movements of money in an account: its customers' payments, and what went back of them.

use super::payment::{Dispute, Payment, Refund};
use jiff::Timestamp;

/// Money that has moved.
#[derive(Debug, Clone, Copy)]
pub(in crate::payments) struct Movement<'b> {
    pub(in crate::payments) at: Timestamp,
    pub(in crate::payments) payment: &'b Payment,
    pub(in crate::payments) cause: Cause<'b>,
    /// In minor units: what the account has more of, negative if it is less.
    pub(in crate::payments) amount: i64,
    /// What the provider took for it; negative if it was given back.
    pub(in crate::payments) fee: i64,
}

/// What a movement of money comes to, for whoever compares it with other books.
#[derive(Debug, Clone)]
pub struct Moved {
    pub payment: String,
    pub kind: MovedBy,
    /// In minor units, as in [`Movement`].
    pub amount: i64,
    pub fee: i64,
}

/// Who has moved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovedBy {
    Customer,
    Merchant,
    Bank,
}

/// Why money has moved.
#[derive(Debug, Clone, Copy)]
pub(in crate::payments) enum Cause<'b> {
    Captured,
    Refunded(&'b Refund),
    /// A bank has taken it.
    Disputed(&'b Dispute),
    /// A bank has given it back.
    Won(&'b Dispute),
}

impl Movement<'_> {
    pub(super) fn told(&self) -> Moved {
        let kind = match self.cause {
            Cause::Captured => MovedBy::Customer,
            Cause::Refunded(_) => MovedBy::Merchant,
            Cause::Disputed(_) | Cause::Won(_) => MovedBy::Bank,
        };
        Moved { payment: self.payment.id.clone(), kind, amount: self.amount, fee: self.fee }
    }

    /// What the account keeps of it.
    pub(in crate::payments) fn net(&self) -> i64 {
        self.amount - self.fee
    }
}
