#![allow(clippy::unwrap_used)]

use super::*;
use crate::mollie::api::tests::{PAYMENT, payment};
use jiff::SignedDuration;
use serde_json::json;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn created() -> Timestamp {
    time("2026-03-20T09:13:37Z")
}

/// The facts of a payment of 33.00 EUR with these fields, with their times.
fn facts(fields: &Value) -> Vec<(Timestamp, MoneyFact)> {
    of_payment(&payment(fields)).unwrap().into_iter().map(|told| (told.at, told.fact)).collect()
}

fn part(id: &str, amount: Amount, status: PartStatus) -> MoneyFact {
    MoneyFact::CapturePart { id: id.to_owned(), amount, status }
}

fn capture(id: &str, value: &str, status: &str) -> Value {
    json!({
        "resource": "capture", "id": id, "mode": "test", "amount": {"currency": "EUR", "value": value}, "status": status,
        "paymentId": PAYMENT, "createdAt": "2026-03-21T10:00:00+00:00",
    })
}

fn with_captures(status: &str, captures: &[Value]) -> Value {
    json!({
        "status": status, "paidAt": "2026-03-22T10:00:00+00:00", "authorizedAt": "2026-03-20T09:20:00+00:00",
        "_embedded": {"captures": captures},
    })
}

#[test]
fn each_status_says_what_it_knows_of_the_money() {
    use MoneyFact::{Authorized, Captured, Failed, Pending, Voided};
    let days = |days: i64| Some(created() + SignedDuration::from_hours(24 * days));
    let (at, then) = ("2026-03-20T10:00:00+00:00", time("2026-03-20T10:00:00Z"));
    let table = [
        (json!({"status": "open", "method": null}), vec![]),
        (json!({"status": "open", "method": "banktransfer", "details": null}), vec![]),
        (
            json!({"status": "open", "method": "banktransfer", "details": {"transferReference": "RF12-3456"}}),
            vec![(created(), Pending { until: days(18) })],
        ),
        (
            json!({
                "status": "open", "method": "banktransfer", "details": {"transferReference": "RF12-3456"},
                "expiresAt": "2026-04-20T09:13:37+00:00",
            }),
            vec![(created(), Pending { until: Some(time("2026-04-24T09:13:37Z")) })],
        ),
        (json!({"status": "pending", "method": "directdebit"}), vec![(created(), Pending { until: days(14) })]),
        (json!({"status": "pending", "method": "creditcard"}), vec![(created(), Pending { until: None })]),
        (json!({"status": "pending", "method": null}), vec![(created(), Pending { until: None })]),
        (
            json!({"status": "authorized", "authorizedAt": at, "captureBefore": "2026-03-27T09:13:37+00:00"}),
            vec![(then, Authorized { amount: 3300, until: Some(time("2026-03-27T09:13:37Z")), several: false })],
        ),
        (json!({"status": "authorized"}), vec![(created(), MoneyFact::authorized(3300))]),
        (json!({"status": "paid", "paidAt": at}), vec![(then, Captured(3300))]),
        (json!({"status": "paid", "paidAt": at, "_embedded": {}}), vec![(then, Captured(3300))]),
        (
            json!({"status": "paid", "paidAt": at, "amountCaptured": {"currency": "EUR", "value": "0.00"}}),
            vec![(then, Captured(3300))],
        ),
        (
            json!({"status": "paid", "paidAt": at, "amountCaptured": {"currency": "EUR", "value": "33.00"}}),
            vec![(then, Captured(3300))],
        ),
        (
            json!({"status": "paid", "paidAt": at, "amountCaptured": {"currency": "EUR", "value": "30.00"}}),
            vec![(then, Captured(3000)), (then, MoneyFact::Released(300))],
        ),
        (json!({"status": "canceled", "canceledAt": at}), vec![(then, Voided)]),
        (json!({"status": "expired", "expiredAt": at}), vec![(then, Voided)]),
        (
            json!({"status": "failed", "failedAt": at, "details": {"failureReason": "insufficient_funds"}}),
            vec![(then, Failed("insufficient_funds".into()))],
        ),
        (
            json!({"status": "failed", "failedAt": at, "details": {"bankReasonCode": "AC04", "bankReason": "Ada's"}}),
            vec![(then, Failed("AC04".into()))],
        ),
        (
            json!({"status": "failed", "failedAt": at, "statusReason": {"code": "terminal_busy", "message": "x"}}),
            vec![(then, Failed("terminal_busy".into()))],
        ),
        (
            json!({"status": "failed", "failedAt": at, "details": {"failureReason": "Ada's card!"}}),
            vec![(then, Failed("Adascard".into()))],
        ),
        (json!({"status": "failed", "failedAt": at}), vec![(then, Failed("unknown".into()))]),
        // An authorization that was captured too late.
        (
            json!({"status": "failed", "failedAt": at, "authorizedAt": at}),
            vec![(then, Failed("unknown".into())), (then, Voided)],
        ),
    ];
    for (fields, expected) in table {
        assert_eq!(facts(&fields), expected, "{fields}");
    }
}

#[test]
fn captures_are_told_one_by_one_where_mollie_lists_them() {
    use PartStatus::{Failed, Succeeded};
    let (listed, paid) = (time("2026-03-21T10:00:00Z"), time("2026-03-22T10:00:00Z"));
    let authorized = (time("2026-03-20T09:20:00Z"), MoneyFact::authorized(3300));
    let ok = |id: &str, amount| (listed, part(id, amount, Succeeded));
    let mut without_amount = capture("cpt_1", "0.00", "succeeded");
    without_amount["amount"] = Value::Null;
    let mut old = capture("cpt_1", "33.00", "");
    old.as_object_mut().unwrap().remove("status");
    let table = [
        (with_captures("authorized", &[capture("cpt_1", "33.00", "pending")]), vec![authorized.clone()]),
        (
            with_captures("authorized", &[capture("cpt_1", "10.00", "succeeded")]),
            vec![authorized.clone(), ok("cpt_1", 1000)],
        ),
        (
            with_captures("authorized", &[capture("cpt_1", "33.00", "failed")]),
            vec![authorized, (listed, part("cpt_1", 3300, Failed))],
        ),
        (with_captures("paid", &[capture("cpt_1", "33.00", "succeeded")]), vec![ok("cpt_1", 3300)]),
        (
            with_captures("paid", &[capture("cpt_2", "13.00", "succeeded"), capture("cpt_1", "20.00", "succeeded")]),
            vec![ok("cpt_2", 1300), ok("cpt_1", 2000)],
        ),
        (
            with_captures("paid", &[capture("cpt_2", "30.00", "succeeded"), capture("cpt_1", "33.00", "failed")]),
            vec![ok("cpt_2", 3000), (listed, part("cpt_1", 3300, Failed)), (paid, MoneyFact::Released(300))],
        ),
        // What is paid is captured.
        (with_captures("paid", &[capture("cpt_1", "33.00", "pending")]), vec![ok("cpt_1", 3300)]),
        (with_captures("paid", &[old]), vec![ok("cpt_1", 3300)]),
        (with_captures("paid", &[without_amount]), vec![ok("cpt_1", 3300)]),
    ];
    for (fields, expected) in table {
        assert_eq!(facts(&fields), expected, "{fields}");
    }
    let given_up = json!({
        "status": "canceled", "canceledAt": "2026-03-22T10:00:00Z",
        "_embedded": {"captures": [capture("cpt_1", "30.00", "succeeded")]},
    });
    assert_eq!(facts(&given_up), [ok("cpt_1", 3000), (paid, MoneyFact::Released(300))], "what is captured is no void");
}

#[test]
fn each_status_of_a_refund_is_told() {
    use domain::ledger::RefundStatus::{Failed, Pending, Succeeded};
    let table = [
        ("queued", Pending),
        ("pending", Pending),
        ("processing", Pending),
        ("refunded", Succeeded),
        ("failed", Failed),
        ("canceled", Failed),
        ("of a later version", Pending),
    ];
    for (status, expected) in table {
        let refund = json!({
            "resource": "refund", "id": "re_4qqhO89gsT", "amount": {"currency": "EUR", "value": "5.95"}, "status": status,
            "metadata": {"orderly_refund": "cancel", "orderly_attempt": "1"}, "createdAt": "2026-03-23T09:00:00.0Z",
        });
        let fields = json!({
            "status": "paid", "amountRefunded": {"currency": "EUR", "value": "5.95"}, "_embedded": {"refunds": [refund]},
        });
        let fact = MoneyFact::Refund {
            ours: Some(domain::ledger::OurRefund { id: "cancel".parse().unwrap(), attempt: 1 }),
            id: "re_4qqhO89gsT".into(),
            amount: 595,
            status: expected,
        };
        let expected = [(created(), MoneyFact::Captured(3300)), (time("2026-03-23T09:00:00Z"), fact)];
        assert_eq!(facts(&fields), expected, "{status}");
    }
}

#[test]
fn mollie_s_sum_of_refunds_counts_only_if_it_knows_of_more_than_is_listed() {
    let refund =
        |value: &str| json!({"id": "re_1", "amount": {"currency": "EUR", "value": value}, "status": "refunded"});
    let sum = |value: &str, refunds: &Value| {
        let fields = json!({
            "status": "paid", "amountRefunded": {"currency": "EUR", "value": value}, "_embedded": {"refunds": refunds},
        });
        let in_total = |(_, fact)| if let MoneyFact::RefundedInTotal(amount) = fact { Some(amount) } else { None };
        facts(&fields).into_iter().find_map(in_total)
    };
    assert_eq!(sum("5.00", &json!(null)), Some(500));
    assert_eq!(sum("5.00", &json!([refund("3.00")])), Some(500));
    assert_eq!(sum("5.00", &json!([refund("5.00")])), None);
    assert_eq!(sum("0.00", &json!([])), None);
}

#[test]
fn a_chargeback_is_lost_until_it_is_reversed() {
    let chargeback = |reversed: &Value| {
        json!({
            "resource": "chargeback", "id": "chb_xFzwUN4ci8HAmSGUACS4J", "amount": {"currency": "USD", "value": "43.38"},
            "settlementAmount": {"currency": "EUR", "value": "-35.07"}, "reason": {"code": "AC01", "description": "x"},
            "createdAt": "2026-03-24T09:00:00.0Z", "reversedAt": reversed,
        })
    };
    let fields = |reversed: Value| json!({"status": "paid", "_embedded": {"chargebacks": [chargeback(&reversed)]}});
    let case = domain::ledger::Case { reason: Some("AC01".to_owned()), ..Default::default() };
    for (reversed, at, status) in [
        (Value::Null, "2026-03-24T09:00:00Z", DisputeStatus::Lost),
        (json!("2026-04-01T09:00:00.0Z"), "2026-04-01T09:00:00Z", DisputeStatus::Won),
    ] {
        let told = of_payment(&payment(&fields(reversed))).unwrap().pop().unwrap();
        let id = "chb_xFzwUN4ci8HAmSGUACS4J".to_owned();
        assert_eq!(told.fact, MoneyFact::Dispute { id: id.clone(), amount: 4338, status, case: case.clone() });
        assert_eq!((told.at, told.by, told.currency.as_str()), (time(at), id, "USD"), "in the bank's currency");
    }
}

#[test]
fn the_units_are_those_of_the_currency() {
    for (currency, value, expected) in
        [("EUR", "10.00", 1000), ("JPY", "500", 500), ("ISK", "500", 500), ("HUF", "1.50", 150)]
    {
        let fields = json!({"status": "paid", "amount": {"currency": currency, "value": value}});
        assert_eq!(facts(&fields), [(created(), MoneyFact::Captured(expected))], "{currency}");
    }
}

#[test]
fn a_field_that_is_missing_or_malformed_is_named() {
    let refund = |fields: &Value| {
        let mut refund = json!({"id": "re_1", "amount": {"currency": "EUR", "value": "1.00"}, "status": "pending"});
        refund.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({"status": "paid", "_embedded": {"refunds": [refund]}})
    };
    let table = [
        (json!({"status": "of a later version"}), "status"),
        (json!({"status": null}), "status"),
        (json!({"status": "paid", "amount": null}), "amount"),
        (json!({"status": "paid", "amount": {"currency": "EUR", "value": "-1.00"}}), "amount"),
        (json!({"status": "paid", "createdAt": "yesterday"}), "createdAt"),
        (json!({"status": "paid", "createdAt": null}), "createdAt"),
        (json!({"status": "paid", "paidAt": 5}), "paidAt"),
        (json!({"status": "authorized", "captureBefore": "soon"}), "captureBefore"),
        (json!({"status": "paid", "amountCaptured": "33.00"}), "amountCaptured"),
        (json!({"status": "paid", "amountRefunded": {"currency": "EUR"}}), "amountRefunded"),
        (json!({"status": "paid", "_embedded": {"refunds": {}}}), "refunds"),
        (json!({"status": "paid", "_embedded": {"captures": [{"status": "succeeded"}]}}), "id"),
        (json!({"status": "paid", "_embedded": {"chargebacks": [{"id": "chb_1"}]}}), "amount"),
        (refund(&json!({"id": "re 1"})), "id"),
        (refund(&json!({"amount": null})), "amount"),
        (refund(&json!({"status": null})), "status"),
    ];
    for (fields, field) in table {
        match of_payment(&payment(&fields)) {
            Err(Error::Problem(problem)) => {
                assert_eq!(
                    problem.detail,
                    format!("the {field} that Mollie tells is missing or malformed"),
                    "{fields}"
                );
            }
            other => panic!("{fields}: {other:?}"),
        }
    }
}

#[test]
fn each_status_of_the_table_is_read() {
    for status in crate::mollie::description().events.iter().flat_map(|row| row.events) {
        assert!(of_payment(&payment(&json!({ "status": status }))).is_ok(), "{status}");
    }
}
