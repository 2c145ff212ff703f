//! What a payment says about money, whether Square reports it or is asked:
//! <https://developer.squareup.com/reference/square/objects/Payment>.
//!
//! All of it is absolute, so the order in which a payment's versions arrive does not matter.

use super::fields::{amount, malformed, moment, optional_amount, optional_moment, text, word};
use api::Error;
use domain::ledger::MoneyFact;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A bank transfer is completed within five business days:
/// <https://developer.squareup.com/docs/payments-api/take-payments/ach-payments>. With weekends and a bank holiday.
const BANK_DAYS: i64 = 9;

/// What a payment says now.
///
/// Its amount is `total_money`, what the customer is charged. A tip is part of it, because refunds and disputes may be
/// about all of it.
pub(super) fn of_payment(payment: &Value) -> Result<Vec<(Timestamp, MoneyFact)>, Error> {
    let at = moment(payment, "updated_at")?;
    let facts = match text(payment, "status")? {
        "APPROVED" => vec![MoneyFact::Authorized {
            amount: amount(payment, "total_money")?,
            until: until(payment)?,
            several: false,
        }],
        // The money is on its way since the payment exists, whenever that is told.
        "PENDING" => return pending(payment),
        "COMPLETED" => captured(payment)?,
        "CANCELED" => vec![MoneyFact::Voided],
        "FAILED" => failed(payment)?,
        _ => return Err(malformed("status")),
    };
    Ok(facts.into_iter().map(|fact| (at, fact)).collect())
}

/// When an authorization ends. None: Square captures it itself at that time, so it does not end.
fn until(payment: &Value) -> Result<Option<Timestamp>, Error> {
    let until = optional_moment(payment, "delayed_until")?;
    Ok(until.filter(|_| payment["delay_action"] != "COMPLETE"))
}

fn pending(payment: &Value) -> Result<Vec<(Timestamp, MoneyFact)>, Error> {
    let since = moment(payment, "created_at")?;
    let is_bank = payment["source_type"] == "BANK_ACCOUNT";
    let until = is_bank.then(|| since.checked_add(SignedDuration::from_hours(24 * BANK_DAYS)).ok()).flatten();
    Ok(vec![(since, MoneyFact::Pending { until })])
}

/// A captured payment. What was approved and is not captured is released: a payment is captured once.
fn captured(payment: &Value) -> Result<Vec<MoneyFact>, Error> {
    let total = amount(payment, "total_money")?;
    let approved = optional_amount(payment, "approved_money")?.unwrap_or(total);
    let released = (total > 0 && approved > total).then(|| MoneyFact::Released(approved - total));
    let refunded = optional_amount(payment, "refunded_money")?.map(MoneyFact::RefundedInTotal);
    Ok([MoneyFact::Captured(total)].into_iter().chain(released).chain(refunded).collect())
}

/// A failed payment will not be tried again: the customer pays with a new one. If it had been approved, the
/// authorization is gone.
fn failed(payment: &Value) -> Result<Vec<MoneyFact>, Error> {
    let details = ["card_details", "bank_account_details", "wallet_details", "buy_now_pay_later_details"];
    let code = details.iter().map(|details| &payment[*details]["errors"][0]["code"]).find(|code| code.is_string());
    let was_authorized = payment["card_details"]["card_payment_timeline"]["authorized_at"].is_string();
    let was_approved =
        was_authorized || optional_amount(payment, "approved_money")?.is_some_and(|approved| approved > 0);
    let gone = was_approved.then_some(MoneyFact::Voided);
    // Only the code is kept: the detail may name the customer.
    Ok([MoneyFact::Failed(word(code.unwrap_or(&Value::Null)))].into_iter().chain(gone).collect())
}
