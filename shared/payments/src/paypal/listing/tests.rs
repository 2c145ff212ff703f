#![allow(clippy::unwrap_used)]

use super::*;
use crate::paypal::api::tests::{asked, serving};
use serde_json::json;

fn transaction(code: &str, status: &str, amount: &str, fee: Option<&str>) -> Value {
    let money = |value: &str| json!({ "currency_code": "USD", "value": value });
    json!({
        "transaction_id": "5TY05013RG002845M", "transaction_event_code": code, "transaction_status": status,
        "paypal_reference_id": "2GG279541U471931P", "transaction_initiation_date": "2026-11-28T10:00:00+0000",
        "transaction_amount": money(amount), "fee_amount": fee.map(money),
    })
}

#[test]
fn the_code_of_a_transaction_says_what_moved_of_which_payment() {
    use MovementKind::{Captured, Disputed, Fee as FeeKind, Payout, Refunded};
    let (own, other) = ("5TY05013RG002845M", "2GG279541U471931P");
    let table = [
        (transaction("T0006", "S", "33.90", Some("-1.24")), Some((own, Captured, 3390, Some(124)))),
        (transaction("T0006", "V", "33.90", None), Some((own, Captured, 3390, None))),
        (transaction("T0006", "P", "33.90", None), None),
        // The account paid somebody.
        (transaction("T0000", "S", "-10.00", None), None),
        (transaction("T1107", "S", "-5.00", Some("0.10")), Some((other, Refunded, -500, Some(-10)))),
        (transaction("T1201", "S", "-33.90", None), Some((other, Disputed, -3390, None))),
        (transaction("T0400", "S", "-100.00", None), Some((own, Payout, -10_000, None))),
        (transaction("T0106", "S", "-20.00", None), Some((own, FeeKind, -2_000, None))),
        (transaction("T0200", "S", "-20.00", None), None),
    ];
    for (transaction, expected) in table {
        let said = listed(&transaction).unwrap();
        let said = said
            .as_ref()
            .map(|of| (of.about.as_str(), of.entry.kind, of.entry.amount, of.entry.fee.map(|fee| fee.amount)));
        assert_eq!(said, expected, "{transaction}");
    }
    for (field, wrong) in
        [("transaction_amount", json!({ "currency_code": "USD", "value": "1e3" })), ("transaction_id", json!(7))]
    {
        let mut transaction = transaction("T0006", "S", "33.90", None);
        transaction[field] = wrong;
        assert!(listed(&transaction).is_err(), "{field}");
    }
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let (paypal, calls) = serving(|_, _| {
        let transactions = [json!({ "transaction_info": transaction("T0006", "S", "33.90", None) })];
        (200, json!({ "transaction_details": transactions, "page": 1, "total_pages": 2 }))
    })
    .await;
    let window = "2026-11-27T00:00:00Z".parse().unwrap().."2026-11-29T00:00:00Z".parse().unwrap();
    let first = paypal.listed(&window, None).await.unwrap();
    assert_eq!((first.entries.len(), first.next.as_deref()), (1, Some("2")));
    assert_eq!(paypal.listed(&window, Some("2")).await.unwrap().next, None);
    let query = asked(&calls)[1].uri.query().unwrap().to_owned();
    let expected =
        "start_date=2026-11-27T00:00:00Z&end_date=2026-11-29T00:00:00Z&fields=transaction_info&page_size=25&page=2";
    assert_eq!(query, expected);
    let (refusing, _) = serving(|_, _| (403, json!({ "name": "NOT_AUTHORIZED" }))).await;
    assert!(refusing.listed(&window, None).await.is_err());
}
