//! How a refund says which of Orderly's it is.
//!
//! A refund at Square has no reference and no metadata, and its idempotency key is not shown. Its `reason` is the one
//! text of ours that it keeps: <https://developer.squareup.com/reference/square/objects/PaymentRefund>. Square shows it
//! to the merchant, so it can be read: `Orderly ord_…/return-01/2` is the second attempt at the refund `return-01` of
//! that order.
//!
//! The text of an attempt must never change, in no later version: it is how a refund is found again, and Square refuses
//! a key that comes with another text.

use domain::{
    ids::{OrderId, RefundId},
    ledger::OurRefund,
};

/// Nobody writes this by chance.
const PREFIX: &str = "Orderly ";

/// The most characters of a reason.
const MAX: usize = 192;

/// The reason of an attempt at a refund. The order is left out if there is none, or no room for it: a refund's name is
/// unique among the refunds of its payment.
pub(super) fn write(order: Option<&OrderId>, ours: &OurRefund) -> String {
    let OurRefund { id, attempt } = ours;
    let short = || format!("{PREFIX}{id}/{attempt}");
    order.map(|order| format!("{PREFIX}{order}/{id}/{attempt}")).filter(|text| text.len() <= MAX).unwrap_or_else(short)
}

/// Orderly's own refund attempt, if the reason names one.
pub(super) fn read(reason: &str) -> Option<OurRefund> {
    let (name, attempt) = reason.strip_prefix(PREFIX)?.rsplit_once('/')?;
    let id = match name.split_once('/') {
        Some((order, id)) => order.parse::<OrderId>().ok().map(|_| id)?,
        None => name,
    };
    let ours = OurRefund { id: id.parse::<RefundId>().ok()?, attempt: attempt.parse().ok()? };
    // Each attempt is written in one way: `01` and `+1` are none of ours.
    (ours.attempt.to_string() == attempt).then_some(ours)
}

#[cfg(test)]
mod tests;
