//! What PayPal's objects say about money, whether it reports them or is asked.

use super::{
    custom_id,
    fields::{Money, code, id, malformed, money, optional_moment, optional_money, payment, related, text, up},
    refund_status, units,
};
use crate::webhook::ReportedEvent;
use api::Error;
use domain::{
    ids::ProviderId,
    ledger::{Case, DisputeStatus, MoneyEvent, MoneyFact, PartStatus, RefundStatus},
    money::{Amount, Currency},
    payment_record::Named,
};
use jiff::Timestamp;
use serde_json::Value;

/// A fact about one of PayPal's payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub payment: ProviderId,
    pub named: Named,
    pub currency: Currency,
    pub fact: MoneyFact,
}

impl Told {
    pub(super) fn reported(self, at: Timestamp, event: &ProviderId) -> Result<ReportedEvent, Error> {
        let Self { payment: id, named, currency, fact } = self;
        let (payment, step, event) = (payment(id)?, units(currency).step(), event.to_string());
        Ok(ReportedEvent { named, event: MoneyEvent { payment, at, event, currency: Some(currency), step, fact } })
    }
}

/// A captured payment: <https://developer.paypal.com/docs/api/payments/v2/#definition-capture>. If it was captured of an
/// authorization, that is told of the authorization too.
pub(super) fn of_capture(capture: &Value) -> Result<Vec<Told>, Error> {
    let (id, Money { amount, currency }) = (id(capture, "id")?, money(capture, "amount")?);
    let named = custom_id::named(capture["custom_id"].as_str());
    let told = |payment: ProviderId, fact| Told { payment, named: named.clone(), currency, fact };
    let part = |status| MoneyFact::CapturePart { id: id.to_string(), amount, status };
    let (own, of_authorization) = match text(capture, "status")? {
        // What was refunded was captured.
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => {
            (MoneyFact::Captured(amount), Some(captured_as(capture, &id, amount)))
        }
        // PayPal does not tell until when.
        "PENDING" => (MoneyFact::Pending { until: None }, None),
        failed @ ("DECLINED" | "DENIED" | "FAILED") => {
            (MoneyFact::Failed(reason(capture, failed)), Some(part(PartStatus::Failed)))
        }
        _ => return Err(malformed("status")),
    };
    let authorization = authorization(capture).zip(of_authorization).map(|(payment, fact)| told(payment, fact));
    Ok([told(id.clone(), own)].into_iter().chain(authorization).collect())
}

/// What a capture means for its authorization.
pub(super) fn captured_as(capture: &Value, id: &ProviderId, amount: Amount) -> MoneyFact {
    MoneyFact::CapturedAs { id: id.to_string(), amount, last: capture["final_capture"] == true }
}

/// The authorization that a capture is of.
pub(super) fn authorization(capture: &Value) -> Option<ProviderId> {
    related(capture, "authorization_id").or_else(|| up(capture, "v2/payments/authorizations"))
}

/// An authorization: <https://developer.paypal.com/docs/api/payments/v2/#definition-authorization>.
pub(super) fn of_authorization(authorization: &Value) -> Result<Told, Error> {
    let (payment, Money { amount, currency }) = (id(authorization, "id")?, money(authorization, "amount")?);
    let fact = match text(authorization, "status")? {
        "CREATED" | "CAPTURED" | "PARTIALLY_CAPTURED" => {
            // PayPal lets every authorization be captured several times.
            let until = optional_moment(authorization, "expiration_time")?;
            MoneyFact::Authorized { amount, until, several: true }
        }
        "PENDING" => MoneyFact::Pending { until: None },
        "VOIDED" | "EXPIRED" => MoneyFact::Voided,
        failed @ "DENIED" => MoneyFact::Failed(reason(authorization, failed)),
        _ => return Err(malformed("status")),
    };
    Ok(Told { payment, named: custom_id::named(authorization["custom_id"].as_str()), currency, fact })
}

/// A refund of a capture: <https://developer.paypal.com/docs/api/payments/v2/#definition-refund>. Only its link tells which.
pub(super) fn of_refund(refund: &Value) -> Result<Vec<Told>, Error> {
    let (payment, id) = (captured(refund)?, id(refund, "id")?);
    let Money { amount, currency } = money(refund, "amount")?;
    let status = refund_status(text(refund, "status")?).ok_or_else(|| malformed("status"))?;
    let written = refund["custom_id"].as_str();
    let (named, ours) = match custom_id::refund(written) {
        Some((named, ours)) => (named, Some(ours)),
        None => (custom_id::named(written), None),
    };
    // A refund that is not done may fail, and a sum that counts it would stay.
    let breakdown = &refund["seller_payable_breakdown"];
    let total = match optional_money(breakdown, "total_refunded_amount")? {
        Some(total) if total.currency != currency => return Err(malformed("total_refunded_amount")),
        total => total.filter(|_| status == RefundStatus::Succeeded),
    };
    let told = |fact| Told { payment: payment.clone(), named: named.clone(), currency, fact };
    let refund = told(MoneyFact::Refund { ours, id: id.into(), amount, status });
    Ok([refund].into_iter().chain(total.map(|total| told(MoneyFact::RefundedInTotal(total.amount)))).collect())
}

/// Money that PayPal took back from the merchant, because a bank or a decision of its own took it. It has the form of a
/// refund, but nobody at the shop refunded: to the ledger it is a dispute that is lost, by the id of the reversal.
pub(super) fn of_reversal(refund: &Value) -> Result<Told, Error> {
    let (payment, id) = (captured(refund)?, id(refund, "id")?);
    let Money { amount, currency } = money(refund, "amount")?;
    let status = match refund_status(text(refund, "status")?).ok_or_else(|| malformed("status"))? {
        RefundStatus::Pending => DisputeStatus::Open,
        RefundStatus::Succeeded => DisputeStatus::Lost,
        RefundStatus::Failed => DisputeStatus::Won,
    };
    let named = custom_id::named(refund["custom_id"].as_str());
    Ok(Told {
        payment,
        named,
        currency,
        fact: MoneyFact::Dispute { id: id.into(), amount, status, case: Case::default() },
    })
}

/// The capture that a refund is of.
fn captured(refund: &Value) -> Result<ProviderId, Error> {
    up(refund, "v2/payments/captures").ok_or_else(|| malformed("link to its capture"))
}

/// Why something failed, or its status where PayPal gives no reason.
fn reason(object: &Value, status: &str) -> String {
    code(object["status_details"]["reason"].as_str().or(Some(status)))
}
