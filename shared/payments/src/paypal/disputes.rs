//! Disputes: <https://developer.paypal.com/docs/api/customer-disputes/v1/#disputes_get>.

use super::{
    custom_id,
    facts::Told,
    fields::{id, malformed, money, optional_money, text},
};
use crate::fields::{case, told_time};
use api::Error;
use domain::ledger::{DisputeStatus, MoneyFact};
use serde_json::Value;

/// What a dispute says of each payment that it is about.
pub(super) fn of(dispute: &Value) -> Result<Vec<Told>, Error> {
    let dispute_id = id(dispute, "dispute_id")?;
    let (disputed, status) = (money(dispute, "dispute_amount")?, status(dispute)?);
    // A date is told while the shop is to answer.
    let answered = matches!(dispute["status"].as_str(), Some("UNDER_REVIEW" | "WAITING_FOR_BUYER_RESPONSE"));
    let case = case(&dispute["reason"], told_time(&dispute["seller_response_due_date"]), answered);
    let payments = dispute["disputed_transactions"].as_array().filter(|payments| !payments.is_empty());
    let payments = payments.ok_or_else(|| malformed("disputed_transactions"))?;
    let told = |payment: &Value| {
        // The amount of the dispute is about all of its payments.
        let own = optional_money(payment, "gross_amount")?.filter(|_| payments.len() > 1).unwrap_or(disputed);
        Ok(Told {
            payment: id(payment, "seller_transaction_id")?,
            named: custom_id::named(payment["custom"].as_str()),
            currency: own.currency,
            fact: MoneyFact::Dispute { id: dispute_id.to_string(), amount: own.amount, status, case: case.clone() },
        })
    };
    payments.iter().map(told).collect()
}

/// In its first stage the customer and the shop talk. PayPal holds the money, but a refund is possible and ends it:
/// <https://developer.paypal.com/docs/disputes/disputes-reference/>. What moves then is told as a refund or as a reversal.
/// From the next stage on, PayPal decides.
fn status(dispute: &Value) -> Result<DisputeStatus, Error> {
    let is_inquiry = dispute["dispute_life_cycle_stage"] == "INQUIRY";
    let closed = |decided| if is_inquiry { DisputeStatus::InquiryClosed } else { decided };
    if text(dispute, "status")? != "RESOLVED" {
        return Ok(if is_inquiry { DisputeStatus::Inquiry } else { DisputeStatus::Open });
    }
    match dispute["dispute_outcome"]["outcome_code"].as_str() {
        Some("RESOLVED_BUYER_FAVOUR" | "ACCEPTED") => Ok(closed(DisputeStatus::Lost)),
        // With a payout, PayPal pays the customer, and the shop keeps its money.
        Some("RESOLVED_SELLER_FAVOUR" | "RESOLVED_WITH_PAYOUT" | "CANCELED_BY_BUYER" | "DENIED") => {
            Ok(closed(DisputeStatus::Won))
        }
        // Another dispute of the same payment goes on instead.
        Some("NONE") => Ok(DisputeStatus::InquiryClosed),
        _ => Err(malformed("dispute_outcome.outcome_code")),
    }
}
