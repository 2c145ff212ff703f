//! Mollie's objects: <https://docs.mollie.com/reference/get-payment>.

use crate::payments::engine::{
    Capture, Dispute, DisputeStatus, Payment, Progress, Refund, RefundStatus, Statement, decimal, decimals,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How long a card's authorization can be captured.
const CAPTURABLE: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) fn money(amount: i64, currency: &str) -> Value {
    json!({ "currency": currency, "value": decimal(amount, decimals(currency)) })
}

fn at(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// The status of a payment: <https://docs.mollie.com/docs/handling-payment-status>.
pub(super) fn status(payment: &Payment) -> &'static str {
    match payment.progress {
        Progress::Processing => "pending",
        Progress::Authorized => "authorized",
        Progress::Canceled => "canceled",
        Progress::Captured => "paid",
        Progress::Failed => "failed",
    }
}

/// A payment. `embed` names the lists that are shown with it.
pub(super) fn payment(of: &Statement<'_>, embed: &str) -> Value {
    let payment = of.payment;
    let (total, received, currency) = (payment.amount, payment.received(), payment.currency.as_str());
    let mut shown = json!({
        "resource": "payment",
        "id": payment.id,
        "mode": "test",
        "createdAt": at(payment.begun()),
        "amount": money(total, currency),
        "amountRefunded": money(of.refunded(), currency),
        "amountRemaining": money(received - of.refunded(), currency),
        "description": payment.order_id.as_ref().map_or_else(|| "A payment".to_owned(), |id| format!("Order {id}")),
        "method": if payment.progress == Progress::Processing { "directdebit" } else { "creditcard" },
        "metadata": payment.order_id.as_ref().map(|id| json!({ "order_id": id })),
        "status": status(payment),
        "isCancelable": false,
        "captureMode": if payment.is_manual { "manual" } else { "automatic" },
        "profileId": "pfl_orderlylocal",
        "sequenceType": "oneoff",
    });
    let changed = at(payment.changed());
    match payment.progress {
        Progress::Authorized => shown["captureBefore"] = at(payment.begun() + CAPTURABLE).into(),
        Progress::Captured => shown["paidAt"] = at(payment.paid_at()).into(),
        Progress::Canceled => shown["canceledAt"] = changed.into(),
        Progress::Failed => {
            shown["failedAt"] = changed.into();
            shown["details"] = json!({ "failureReason": "insufficient_funds" });
        }
        Progress::Processing => {}
    }
    if payment.is_manual {
        shown["authorizedAt"] = at(payment.begun()).into();
        shown["amountCaptured"] = money(received, currency);
    }
    let mut lists = json!({});
    for list in embed.split(',') {
        lists[list] = match list {
            "refunds" => of.refunds.iter().map(|one| refund(payment, one, done(one))).collect(),
            "captures" => payment.captures.iter().map(|one| capture(payment, one, "succeeded")).collect(),
            "chargebacks" => of.disputes.iter().map(|one| chargeback(payment, one)).collect(),
            _ => continue,
        };
    }
    shown["_embedded"] = lists;
    shown
}

/// The status of a refund that was made: <https://docs.mollie.com/docs/refunds#refund-statuses>.
pub(super) fn done(refund: &Refund) -> &'static str {
    match refund.status {
        RefundStatus::Succeeded => "refunded",
        RefundStatus::Failed => "failed",
    }
}

pub(super) fn refund(payment: &Payment, refund: &Refund, status: &str) -> Value {
    json!({
        "resource": "refund",
        "id": refund.id,
        "mode": "test",
        "description": refund.reason.as_deref().unwrap_or_default(),
        "amount": money(refund.amount, &payment.currency),
        "status": status,
        "metadata": refund.metadata,
        "paymentId": payment.id,
        "createdAt": at(Timestamp::from_second(refund.created).unwrap_or_default()),
    })
}

pub(super) fn capture(payment: &Payment, capture: &Capture, status: &str) -> Value {
    json!({
        "resource": "capture",
        "id": capture.id,
        "mode": "test",
        "amount": money(capture.amount, &payment.currency),
        "status": status,
        "metadata": capture.metadata,
        "paymentId": payment.id,
        "createdAt": at(capture.at),
    })
}

/// A chargeback takes the money at once: <https://docs.mollie.com/reference/get-chargeback>.
pub(super) fn chargeback(payment: &Payment, dispute: &Dispute) -> Value {
    json!({
        "resource": "chargeback",
        "id": dispute.id,
        "amount": money(dispute.amount, &payment.currency),
        "reason": null,
        "paymentId": payment.id,
        "createdAt": at(dispute.created),
        "reversedAt": (dispute.status == DisputeStatus::Won).then(|| at(dispute.updated)),
    })
}
