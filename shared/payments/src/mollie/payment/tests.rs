#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    mollie::api::tests::{PAYMENT, answering, paths, payment, unknown_payment, with_key},
    testing::fits_a_ledger,
};
use domain::{ids::OrderId, ledger::Ledger};
use proptest::prelude::*;
use serde_json::json;

fn now() -> Timestamp {
    "2026-03-25T00:00:00Z".parse().unwrap()
}

async fn ask(id: &str, status: u16, body: &Value) -> Result<Vec<ReportedEvent>, Error> {
    answering(status, body).await.0.payment(&id.parse().unwrap(), now()).await
}

#[tokio::test]
async fn what_mollie_knows_is_reported_for_the_order_that_the_merchant_s_server_named() {
    let reported = ask(PAYMENT, 200, &payment(&json!({"status": "paid"}))).await.unwrap();
    let [ReportedEvent { named, event }] = reported.as_slice() else { panic!("{reported:?}") };
    assert_eq!(named.order, Some(OrderId::derive(&"web".parse().unwrap(), "1001")));
    assert_eq!(event.payment.to_string(), format!("mollie_{PAYMENT}"));
    assert_eq!((event.event.as_str(), event.currency, event.step), (PAYMENT, "EUR".parse().ok(), 1));
    assert_eq!(event.fact, MoneyFact::Captured(3300));
}

#[tokio::test]
async fn what_mollie_does_not_have_is_nothing_and_what_it_does_not_tell_is_unknown() {
    assert_eq!(ask(PAYMENT, 404, &unknown_payment()).await.unwrap(), Vec::new());
    assert_eq!(ask(PAYMENT, 200, &payment(&json!({"status": "open"}))).await.unwrap(), Vec::new());
    for body in [json!({}), payment(&json!({"status": "new"})), payment(&json!({"status": "paid", "amount": null}))] {
        let answer = ask(PAYMENT, 200, &body).await;
        assert!(matches!(answer, Err(Error::Outside(_))), "{body}: {answer:?}");
    }
    let nobody = with_key("http://127.0.0.1:1", "test_1").payment(&PAYMENT.parse().unwrap(), now()).await;
    assert!(matches!(nobody, Err(Error::Outside(_))));
}

#[tokio::test]
async fn what_cannot_be_a_payment_is_not_asked_for() {
    for id in ["ord_1", "tr_", "tr_a-b", "pi_1", &format!("tr_{}", "a".repeat(65))] {
        let (mollie, calls) = answering(200, &json!({})).await;
        assert_eq!(mollie.payment(&id.parse().unwrap(), now()).await.unwrap(), Vec::new(), "{id}");
        assert!(paths(&calls).is_empty());
    }
}

/// A payment with one of everything.
fn rich(status: &str, progress: usize) -> Value {
    let refund = |id: &str, status: &str| {
        json!({
            "id": id, "amount": {"currency": "EUR", "value": "3.00"}, "status": status, "createdAt": "2026-03-23T09:00:00Z",
            "metadata": {"order_id": "1001", "orderly_refund": "cancel", "orderly_attempt": "1"},
        })
    };
    let capture = |id: &str, value: &str, status: &str| {
        json!({
            "id": id, "amount": {"currency": "EUR", "value": value}, "status": status, "createdAt": "2026-03-21T09:00:00Z",
        })
    };
    let refunds =
        [json!([]), json!([refund("re_1", "queued")]), json!([refund("re_2", "pending"), refund("re_1", "refunded")])];
    let captures = [
        json!([capture("cpt_1", "33.00", "pending")]),
        json!([capture("cpt_1", "33.00", "failed")]),
        json!([capture("cpt_2", "30.00", "succeeded"), capture("cpt_1", "33.00", "failed")]),
    ];
    let chargeback = |reversed: &Value| {
        json!({
            "id": "chb_1", "amount": {"currency": "EUR", "value": "30.00"}, "createdAt": "2026-03-24T09:00:00Z",
            "reversedAt": reversed,
        })
    };
    let chargebacks =
        [json!([]), json!([chargeback(&Value::Null)]), json!([chargeback(&json!("2026-03-25T09:00:00Z"))])];
    payment(&json!({
        "status": status, "authorizedAt": "2026-03-20T09:20:00Z", "captureBefore": "2026-03-27T09:20:00Z",
        "paidAt": "2026-03-21T09:00:00Z", "failedAt": "2026-03-21T09:00:00Z", "details": {"failureReason": "card_declined"},
        "amountRefunded": {"currency": "EUR", "value": "7.00"},
        "_embedded": {
            "captures": captures[progress % 3], "refunds": refunds[progress % 3], "chargebacks": chargebacks[progress % 3],
        },
    }))
}

/// The lives of payments, each as it is seen from time to time.
fn lives() -> Vec<Vec<Value>> {
    let plain = |status: &str| payment(&json!({"status": status, "method": "directdebit"}));
    let mut refunded = rich("paid", 2);
    refunded["_embedded"]["captures"] = json!([]);
    vec![
        vec![plain("open"), plain("pending"), plain("paid"), refunded],
        vec![plain("open"), plain("pending"), plain("failed")],
        vec![plain("open"), plain("expired")],
        vec![rich("authorized", 0), rich("authorized", 1), rich("authorized", 2), rich("paid", 2)],
        vec![rich("authorized", 0), rich("failed", 1)],
        vec![rich("authorized", 0), plain("canceled")],
    ]
}

fn ledger_of<'a>(events: impl IntoIterator<Item = &'a MoneyEvent>) -> Ledger {
    let mut ledger = Ledger::default();
    for event in events {
        ledger.record(event);
    }
    ledger
}

proptest! {
    #[test]
    fn a_payment_s_facts_in_any_order_and_number_give_the_same_ledger(
        life in prop::sample::select(lives()),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let all: Vec<MoneyEvent> = life.iter().flat_map(|payment| read(payment).unwrap()).map(|reported| reported.event).collect();
        let expected = ledger_of(&all);
        // Each once at least, and some again, wherever they come.
        let mut shuffled: Vec<&MoneyEvent> = all.iter().collect();
        for index in order {
            let again = &all[index.index(all.len())];
            shuffled.insert(index.index(shuffled.len() + 1), again);
            let (from, to) = (index.index(shuffled.len()), shuffled.len() - 1);
            shuffled.swap(from, to);
        }
        prop_assert_eq!(ledger_of(shuffled), expected);
    }
}

#[test]
fn a_hostile_answer_is_facts_that_fit_a_ledger_or_refused() {
    for body in [rich("authorized", 2), rich("paid", 2), rich("failed", 1)].iter().flat_map(hostile::each_edit) {
        let object: Value = serde_json::from_slice(&body).unwrap_or_default();
        match read(&object) {
            Ok(reported) => assert!(reported.iter().all(|reported| fits_a_ledger(&reported.event)), "{reported:?}"),
            Err(fields::Error::Problem(problem)) => assert!(!problem.detail.is_empty()),
            other => panic!("{other:?}"),
        }
    }
}
