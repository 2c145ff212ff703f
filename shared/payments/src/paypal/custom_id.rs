//! `custom_id`: what the merchant's server writes on a payment, and Orderly on its refunds. It has 127 characters, and the
//! customer does not see it: <https://developer.paypal.com/docs/api/payments/v2/#captures_refund>.

use crate::naming::{self, order};
use domain::{ids::OrderId, ledger::OurRefund, payment_record::Named};

/// The longest that PayPal takes.
const MAX: usize = 127;

/// Between the parts of a refund's. Neither an order's id nor a refund's has it, and PayPal documents it for refunds.
const COMMA: char = ',';

/// Stands for the order of a refund that has none.
const NO_ORDER: &str = "-";

/// The order of a payment: `ord_…`, or `CHANNEL/ORDER` with the channel's own id of it.
pub(super) fn named(text: Option<&str>) -> Named {
    text.map(naming::in_one).unwrap_or_default()
}

/// What Orderly writes on its refunds: `ORDER,REFUND,ATTEMPT`. None: it does not fit.
pub(super) fn of_refund(order: Option<&OrderId>, ours: &OurRefund) -> Option<String> {
    let order = order.map_or(NO_ORDER, OrderId::as_str);
    let text = format!("{order}{COMMA}{}{COMMA}{}", ours.id, ours.attempt);
    (text.len() <= MAX).then_some(text)
}

/// Orderly's own refund attempt and its order, if the refund is one.
pub(super) fn refund(text: Option<&str>) -> Option<(Named, OurRefund)> {
    let mut parts = text?.split(COMMA);
    let (first, id, attempt) = (parts.next()?, parts.next()?, parts.next()?);
    let named = if first == NO_ORDER { Named::default() } else { order(first)?.into() };
    let attempt = attempt.parse().ok().filter(|number: &u32| *number > 0 && number.to_string() == attempt)?;
    parts.next().is_none().then_some((named, OurRefund { id: id.parse().ok()?, attempt }))
}

#[cfg(test)]
mod tests;
