//! PayPal's objects: <https://developer.paypal.com/docs/api/payments/v2/>.

use crate::payments::engine::{
    Books, Dispute, DisputeStatus, Payment, Progress, Refund, RefundStatus, Statement, decimal, decimals, minor_units,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Where the objects link to.
const HOST: &str = "https://api.sandbox.paypal.com";
/// How long an authorization lasts.
const AUTHORIZED: SignedDuration = SignedDuration::from_hours(29 * 24);
/// What PayPal keeps of a payment, in hundredths.
const FEE: i64 = 3;

pub(super) fn fee(amount: i64) -> i64 {
    amount * FEE / 100
}

pub(super) fn at(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// PayPal's decimals: <https://developer.paypal.com/reference/currency-codes/>.
fn own_decimals(currency: &str) -> u32 {
    if ["HUF", "TWD"].contains(&currency) { 0 } else { decimals(currency) }
}

/// `amount` may be negative.
pub(super) fn money(amount: i64, currency: &str) -> Value {
    let own = own_decimals(currency);
    let sign = if amount < 0 { "-" } else { "" };
    let value = format!("{sign}{}", decimal(amount.abs() / 10_i64.pow(decimals(currency) - own), own));
    json!({ "currency_code": currency, "value": value })
}

/// The minor units of an amount. None: it is none in this currency.
pub(super) fn amount(money: &Value, currency: &str) -> Option<i64> {
    let own = own_decimals(currency);
    let value = minor_units(money["value"].as_str()?, own)?;
    let amount = value.checked_mul(10_i64.pow(decimals(currency) - own))?;
    (money["currency_code"] == currency && amount > 0).then_some(amount)
}

fn link(path: &str, rel: &str) -> Value {
    json!({ "href": format!("{HOST}{path}"), "rel": rel, "method": if rel == "refund" { "POST" } else { "GET" } })
}

/// Whether a payment is an authorization, and no capture.
pub(super) fn is_authorization(payment: &Payment) -> bool {
    payment.is_manual
}

pub(super) fn capture(of: &Statement<'_>) -> Value {
    let payment = of.payment;
    let (id, currency) = (&payment.id, payment.currency.as_str());
    let status = match payment.progress {
        Progress::Processing => "PENDING",
        Progress::Failed | Progress::Canceled | Progress::Authorized => "DECLINED",
        Progress::Captured if of.refunded() == 0 => "COMPLETED",
        Progress::Captured if of.refunded() >= payment.amount => "REFUNDED",
        Progress::Captured => "PARTIALLY_REFUNDED",
    };
    let fee = fee(payment.amount);
    let up = match &payment.of {
        Some(authorization) => link(&format!("/v2/payments/authorizations/{authorization}"), "up"),
        None => link(&format!("/v2/checkout/orders/{}", payment.charge), "up"),
    };
    let mut shown = json!({
        "id": id,
        "amount": money(payment.amount, currency),
        "final_capture": payment.of.is_none() || payment.last,
        "seller_receivable_breakdown": {
            "gross_amount": money(payment.amount, currency),
            "paypal_fee": money(fee, currency),
            "net_amount": money(payment.amount - fee, currency),
        },
        "custom_id": payment.order_id,
        "status": status,
        "supplementary_data": { "related_ids": { "order_id": payment.charge } },
        "create_time": at(payment.begun()),
        "update_time": at(payment.changed()),
        "links": [
            link(&format!("/v2/payments/captures/{id}"), "self"),
            link(&format!("/v2/payments/captures/{id}/refund"), "refund"),
            up,
        ],
    });
    if let Some(authorization) = &payment.of {
        shown["supplementary_data"]["related_ids"]["authorization_id"] = authorization.as_str().into();
    }
    if status == "PENDING" {
        shown["status_details"] = json!({ "reason": "ECHECK" });
    }
    shown
}

pub(super) fn authorization(payment: &Payment) -> Value {
    let id = &payment.id;
    let status = match (payment.progress, payment.captured) {
        (Progress::Authorized, None) => "CREATED",
        (Progress::Authorized, Some(_)) => "PARTIALLY_CAPTURED",
        (Progress::Captured, _) if payment.rest_voided => "VOIDED",
        (Progress::Captured, _) => "CAPTURED",
        (Progress::Canceled, _) => "VOIDED",
        (Progress::Processing, _) => "PENDING",
        (Progress::Failed, _) => "DENIED",
    };
    json!({
        "id": id,
        "amount": money(payment.amount, &payment.currency),
        "custom_id": payment.order_id,
        "status": status,
        "supplementary_data": { "related_ids": { "order_id": payment.charge } },
        "create_time": at(payment.begun()),
        "update_time": at(payment.changed()),
        "expiration_time": at(payment.begun() + AUTHORIZED),
        "links": [
            link(&format!("/v2/payments/authorizations/{id}"), "self"),
            link(&format!("/v2/checkout/orders/{}", payment.charge), "up"),
        ],
    })
}

pub(super) fn refund(of: &Statement<'_>, refund: &Refund) -> Value {
    let (id, currency) = (&refund.id, of.payment.currency.as_str());
    let made = at(Timestamp::from_second(refund.created).unwrap_or_default());
    let mut shown = json!({
        "id": id,
        "amount": money(refund.amount, currency),
        "seller_payable_breakdown": {
            "gross_amount": money(refund.amount, currency),
            "paypal_fee": money(0, currency),
            "net_amount": money(refund.amount, currency),
            "total_refunded_amount": money(of.refunded(), currency),
        },
        "status": match refund.status {
            RefundStatus::Succeeded => "COMPLETED",
            RefundStatus::Failed => "FAILED",
        },
        "create_time": made,
        "update_time": made,
        "links": [
            link(&format!("/v2/payments/refunds/{id}"), "self"),
            link(&format!("/v2/payments/captures/{}", refund.payment), "up"),
        ],
    });
    for (name, written) in &refund.metadata {
        shown[name] = written.as_str().into();
    }
    shown
}

/// The order that some payments belong to: <https://developer.paypal.com/docs/api/orders/v2/#orders_get>.
pub(super) fn order(id: &str, books: &Books) -> Option<Value> {
    let own: Vec<_> = books.payments().iter().filter(|payment| payment.charge == id).collect();
    let first = own.first()?;
    let (authorizations, captures): (Vec<&Payment>, Vec<&Payment>) =
        own.iter().partition(|payment| is_authorization(payment));
    let statements: Vec<Statement<'_>> =
        captures.iter().filter_map(|payment| books.statement(&payment.id).ok()).collect();
    let refunds = statements.iter().flat_map(|of| of.refunds.iter().map(|one| refund(of, one)));
    Some(json!({
        "id": id,
        "intent": if authorizations.is_empty() { "CAPTURE" } else { "AUTHORIZE" },
        "status": "COMPLETED",
        "purchase_units": [{
            "reference_id": "default",
            "custom_id": first.order_id,
            "amount": money(first.amount, &first.currency),
            "payments": {
                "authorizations": authorizations.into_iter().map(authorization).collect::<Vec<_>>(),
                "captures": statements.iter().map(capture).collect::<Vec<_>>(),
                "refunds": refunds.collect::<Vec<_>>(),
            },
        }],
        "links": [link(&format!("/v2/checkout/orders/{id}"), "self")],
    }))
}

/// A dispute that PayPal decides: <https://developer.paypal.com/docs/api/customer-disputes/v1/#disputes_get>.
pub(super) fn dispute(payment: &Payment, dispute: &Dispute) -> Value {
    let amount = money(dispute.amount, &payment.currency);
    let mut shown = json!({
        "dispute_id": dispute.id,
        "create_time": at(dispute.created),
        // PayPal tells milliseconds here.
        "update_time": dispute.updated.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "disputed_transactions": [{
            "seller_transaction_id": payment.id,
            "gross_amount": amount,
            "custom": payment.order_id,
        }],
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": if dispute.status == DisputeStatus::Open { "WAITING_FOR_SELLER_RESPONSE" } else { "RESOLVED" },
        "dispute_amount": amount,
        "dispute_life_cycle_stage": "CHARGEBACK",
        "dispute_channel": "INTERNAL",
        "links": [link(&format!("/v1/customer/disputes/{}", dispute.id), "self")],
    });
    let outcome = match dispute.status {
        DisputeStatus::Open => return shown,
        DisputeStatus::Won => "RESOLVED_SELLER_FAVOUR",
        DisputeStatus::Lost => "RESOLVED_BUYER_FAVOUR",
    };
    shown["dispute_outcome"] = json!({ "outcome_code": outcome });
    shown
}
