//! What an intent or a charge says about money, whether Stripe reports it or is asked.

use super::{
    fields::{amount, malformed, optional_amount, text},
    methods,
};
use api::Error;
use domain::ledger::MoneyFact;
use jiff::Timestamp;
use serde_json::Value;

/// What an intent says now. `since`: its money is on its way since then, if it is. `now`: its attempt has failed by then,
/// if it has.
pub(super) fn of_intent(
    intent: &Value,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<(Timestamp, MoneyFact)>, Error> {
    let at = |time, facts: Vec<MoneyFact>| facts.into_iter().map(|fact| (time, fact)).collect();
    Ok(match text(intent, "status")? {
        "succeeded" => {
            let charge = &intent["latest_charge"];
            let refunds = if charge.is_object() { refunded(charge)? } else { Vec::new() };
            let mut facts: Vec<MoneyFact> = captured(intent)?.into_iter().chain(refunds).collect();
            facts.dedup(); // both know what was released
            at(now, facts)
        }
        "processing" => at(since, vec![pending(intent, since)]),
        "requires_action" if methods::is_shown(intent) => at(since, vec![pending(intent, since)]),
        "requires_capture" => at(now, authorized(intent, since)?),
        "canceled" => at(now, canceled(intent)?),
        _ if intent["last_payment_error"].is_object() => at(now, vec![failed(&intent["last_payment_error"])]),
        _ => Vec::new(), // the customer has not finished
    })
}

/// What a charge without an intent says now.
pub(super) fn of_charge(
    charge: &Value,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<(Timestamp, MoneyFact)>, Error> {
    let is_captured = charge["captured"] == true;
    let facts = match text(charge, "status")? {
        "succeeded" if is_captured => {
            let captured = MoneyFact::Captured(amount(charge, "amount_captured")?);
            [vec![captured], refunded(charge)?].concat()
        }
        "succeeded" if charge["refunded"] == true => vec![MoneyFact::Voided],
        "succeeded" => vec![authorized_charge(charge, since)?],
        "pending" => return Ok(vec![(since, MoneyFact::Pending { until: None })]),
        "failed" => {
            vec![failed(&serde_json::json!({ "code": charge["failure_code"] }))]
        }
        _ => return Err(malformed("status")),
    };
    Ok(facts.into_iter().map(|fact| (now, fact)).collect())
}

/// An authorized intent, since `at`. Of one that may be captured several times, a part may be captured already: then only
/// its charge, where it is shown, still knows when the authorization ends.
pub(super) fn authorized(intent: &Value, at: Timestamp) -> Result<Vec<MoneyFact>, Error> {
    let (capturable, charge) = (amount(intent, "amount_capturable")?, &intent["latest_charge"]);
    let captured = optional_amount(intent, "amount_received")?.unwrap_or(0);
    let authorized = MoneyFact::Authorized {
        amount: capturable + captured,
        until: methods::capture_before(charge, at),
        several: captured > 0 || may_be_captured_in_parts(charge),
    };
    let authorized = (captured == 0 || charge.is_object()).then_some(authorized);
    Ok(authorized.into_iter().chain((captured > 0).then_some(MoneyFact::Captured(captured))).collect())
}

/// An authorized charge, since `at`.
pub(super) fn authorized_charge(charge: &Value, at: Timestamp) -> Result<MoneyFact, Error> {
    Ok(MoneyFact::Authorized {
        amount: amount(charge, "amount")?,
        until: methods::capture_before(charge, at),
        several: may_be_captured_in_parts(charge),
    })
}

/// Whether Stripe lets the charge be captured several times: <https://docs.stripe.com/payments/multicapture>.
pub(super) fn may_be_captured_in_parts(charge: &Value) -> bool {
    charge["payment_method_details"]["card"]["multicapture"]["status"] == "available"
}

/// A canceled intent. What was captured of it before stays captured.
pub(super) fn canceled(intent: &Value) -> Result<Vec<MoneyFact>, Error> {
    let Some(captured) = optional_amount(intent, "amount_received")?.filter(|captured| *captured > 0) else {
        return Ok(vec![MoneyFact::Voided]);
    };
    let rest = optional_amount(intent, "amount")?.map(|amount| amount - captured).filter(|rest| *rest > 0);
    let released = rest.map(MoneyFact::Released);
    Ok([MoneyFact::Captured(captured)].into_iter().chain(released).chain([MoneyFact::Voided]).collect())
}

/// A captured intent. What it does not capture any more is released.
pub(super) fn captured(intent: &Value) -> Result<Vec<MoneyFact>, Error> {
    let received = amount(intent, "amount_received")?;
    let is_final = optional_amount(intent, "amount_capturable")?.unwrap_or(0) == 0;
    let rest = optional_amount(intent, "amount")?.map_or(0, |amount| amount - received);
    let released = (is_final && received > 0 && rest > 0).then_some(MoneyFact::Released(rest));
    Ok([MoneyFact::Captured(received)].into_iter().chain(released).collect())
}

/// A charge of which something was refunded. Stripe counts the part that was never captured as refunded too:
/// <https://docs.stripe.com/api/charges/object#charge_object-amount_refunded>.
pub(super) fn refunded(charge: &Value) -> Result<Vec<MoneyFact>, Error> {
    let refunded = amount(charge, "amount_refunded")?;
    // While more may be captured of it, its sums do not tell what was given up from what was refunded. The refunds
    // themselves tell, and the intent.
    if may_be_captured_in_parts(charge) {
        return Ok(Vec::new());
    }
    if charge["captured"] == false {
        return Ok(vec![MoneyFact::Released(refunded)]);
    }
    let released = match (optional_amount(charge, "amount")?, optional_amount(charge, "amount_captured")?) {
        (Some(amount), Some(captured)) if amount > captured => amount - captured,
        _ => return Ok(vec![MoneyFact::RefundedInTotal(refunded)]),
    };
    Ok(vec![MoneyFact::Released(released), MoneyFact::RefundedInTotal((refunded - released).max(0))])
}

/// Money that is on its way since `at`.
pub(super) fn pending(object: &Value, at: Timestamp) -> MoneyFact {
    MoneyFact::Pending { until: methods::until(object, at) }
}

/// A failed attempt. Only the code is kept: the message may name the customer.
pub(super) fn failed(error: &Value) -> MoneyFact {
    let code = error["code"].as_str().unwrap_or("unknown");
    MoneyFact::Failed(crate::fields::word(code, "_"))
}
