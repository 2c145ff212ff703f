//! What PayPal's events say about an order's money: <https://developer.paypal.com/api/rest/webhooks/event-names/>.

use super::{
    disputes,
    facts::{self, Told},
    fields::{id, moment, optional_moment, text},
};
use crate::webhook::Said;
use api::{Code, Error, Problem};
use domain::ledger::MoneyFact;
use serde_json::Value;

/// What an event says that PayPal signed.
pub(super) fn read(body: &[u8]) -> Result<Said, Error> {
    let not_json = |e| Problem::new(Code::NotJson, format!("the body is not valid JSON: {e}"));
    let event: Value = serde_json::from_slice(body).map_err(not_json)?;
    let kind = text(&event, "event_type")?;
    let resource = &event["resource"];
    let told: Vec<Told> = match kind {
        // The resource tells the status. The capture of an authorization can be declined, and a pending one denied.
        "PAYMENT.CAPTURE.COMPLETED"
        | "PAYMENT.CAPTURE.PENDING"
        | "PAYMENT.CAPTURE.DECLINED"
        | "PAYMENT.CAPTURE.DENIED" => facts::of_capture(resource)?,
        "PAYMENT.CAPTURE.REFUNDED" | "PAYMENT.REFUND.PENDING" | "PAYMENT.REFUND.FAILED" => facts::of_refund(resource)?,
        "PAYMENT.CAPTURE.REVERSED" => vec![facts::of_reversal(resource)?],
        "PAYMENT.AUTHORIZATION.CREATED" => vec![facts::of_authorization(resource)?],
        // Also when an authorization has reached its end.
        "PAYMENT.AUTHORIZATION.VOIDED" => {
            vec![Told { fact: MoneyFact::Voided, ..facts::of_authorization(resource)? }]
        }
        "CUSTOMER.DISPUTE.CREATED" | "CUSTOMER.DISPUTE.UPDATED" | "CUSTOMER.DISPUTE.RESOLVED" => {
            disputes::of(resource)?
        }
        _ => return Ok(Said::Nothing(kind.to_owned())),
    };
    let is_dispute = kind.starts_with("CUSTOMER.DISPUTE.");
    // A dispute's own time orders what is told of it, even if an event of it was made late.
    let updated = if is_dispute { optional_moment(resource, "update_time")? } else { None };
    let (at, event) = (moment(&event, "create_time")?, id(&event, "id")?);
    told.into_iter().map(|told| told.reported(updated.unwrap_or(at), &event)).collect::<Result<_, _>>().map(Said::Facts)
}
