//! What the merchant's references name:
//! <https://docs.adyen.com/api-explorer/Checkout/latest/post/payments#request-reference>.
//!
//! | who writes it | form |
//! |---|---|
//! | the shop, on a payment | `ORDER`, Orderly's id, or `CHANNEL/ID`, a channel and its own id of the order |
//! | Orderly, on what it asks for | `ORDER/NAME/ATTEMPT`, or `.PAYMENT/NAME/ATTEMPT` without an order |
//!
//! An event about a refund, a capture or a void carries the reference that was written on that.

use crate::{
    naming::{self, order},
    request::MoneyRequest,
};
use domain::{
    ids::ProviderId,
    ledger::{Attempt, OurRefund},
    payment_record::Named,
};

/// The most characters that Adyen takes.
const MAX_LENGTH: usize = 80;

/// Neither an order's nor a channel's name begins with it.
const NO_ORDER: char = '.';

/// The reference of something that Adyen is asked for. None: it would be too long to be told from another.
pub(super) fn of_request(request: &MoneyRequest<'_>) -> Option<String> {
    let debtor = request.order.map_or_else(|| format!("{NO_ORDER}{}", request.payment), ToString::to_string);
    let Attempt { name, number } = request.attempt;
    Some(format!("{debtor}/{name}/{number}")).filter(|reference| reference.len() <= MAX_LENGTH)
}

/// Orderly's own refund attempt, if the reference is one's.
pub(super) fn refund(reference: &str) -> Option<OurRefund> {
    let (debtor, attempt) = reference.split_once('/')?;
    let is_debtor = match debtor.strip_prefix(NO_ORDER) {
        Some(payment) => payment.parse::<ProviderId>().is_ok(),
        None => order(debtor).is_some(),
    };
    let (name, number) = attempt.split_once('/').filter(|_| is_debtor)?;
    let attempt = number.parse().ok().filter(|attempt: &u32| attempt.to_string() == number)?;
    Some(OurRefund { id: name.parse().ok()?, attempt })
}

/// The order that a reference names.
pub(super) fn named(reference: &str) -> Named {
    match reference.split_once('/') {
        Some((debtor, _)) if debtor.starts_with("ord_") => Named { order: order(debtor), channel: None },
        _ => naming::in_one(reference),
    }
}

#[cfg(test)]
mod tests;
