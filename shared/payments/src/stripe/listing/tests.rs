#![allow(clippy::unwrap_used)]

use super::*;
use crate::stripe::api::tests::serving;
use serde_json::json;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn entry(id: &str, category: &str, amount: i64, fee: i64, source: &Value) -> Value {
    json!({
        "id": id, "object": "balance_transaction", "amount": amount, "created": 1_764_000_000, "currency": "eur", "fee": fee,
        "net": amount - fee, "reporting_category": category, "source": source,
    })
}

fn charge(currency: &str) -> Value {
    json!({ "id": "ch_1", "object": "charge", "amount": 1200, "amount_captured": 1000, "currency": currency, "payment_intent": "pi_1" })
}

/// About which payment, the kind, the amount with its currency, the fee.
type Said = (String, MovementKind, Amount, String, Option<Amount>);

fn said(entry: &Value) -> Option<Said> {
    let Listed { about, entry, .. } = listed(entry).unwrap()?;
    let fee = entry.fee.map(|fee| fee.amount);
    Some((about.into(), entry.kind, entry.amount, entry.currency.to_string(), fee))
}

#[test]
fn an_entry_says_what_moved_of_which_payment_in_the_payment_s_currency() {
    use MovementKind::{Captured, Disputed, Fee as FeeKind, Payout, Refunded};
    let refund = json!({ "id": "re_1", "object": "refund", "amount": 400, "currency": "eur", "payment_intent": "pi_1", "charge": "ch_1" });
    let dispute = json!({ "id": "du_1", "object": "dispute", "amount": 1000, "currency": "usd", "payment_intent": null, "charge": "py_1" });
    let payout = json!({ "id": "po_1", "object": "payout", "amount": 5000 });
    let table = [
        (entry("txn_1", "charge", 1000, 40, &charge("eur")), ("pi_1", Captured, 1000, "EUR", Some(40))),
        // It was paid in another currency than the account's.
        (entry("txn_1", "charge", 930, 40, &charge("usd")), ("pi_1", Captured, 1000, "USD", Some(40))),
        (entry("txn_2", "refund", -400, 0, &refund), ("pi_1", Refunded, -400, "EUR", None)),
        (entry("txn_2", "refund_failure", 400, 0, &refund), ("pi_1", Refunded, 400, "EUR", None)),
        (entry("txn_3", "dispute", -930, 1500, &dispute), ("py_1", Disputed, -1000, "USD", Some(1500))),
        (entry("txn_3", "dispute_reversal", 930, -1500, &dispute), ("py_1", Disputed, 1000, "USD", Some(-1500))),
        (entry("txn_4", "payout", -5000, 0, &payout), ("po_1", Payout, -5000, "EUR", None)),
        (entry("txn_5", "payout", -5000, 0, &json!("po_1")), ("po_1", Payout, -5000, "EUR", None)),
        (entry("txn_6", "fee", -200, 0, &Value::Null), ("txn_6", FeeKind, -200, "EUR", None)),
    ];
    for (entry, (about, kind, amount, currency, fee)) in table {
        let expected = (about.to_owned(), kind, amount, currency.to_owned(), fee);
        assert_eq!(said(&entry), Some(expected), "{entry}");
    }
    assert_eq!(said(&entry("txn_7", "transfer", -100, 0, &Value::Null)), None);
}

#[test]
fn an_entry_that_cannot_be_read_is_no_entry_that_is_left_out() {
    let charged = || entry("txn_1", "charge", 1000, 40, &charge("eur"));
    for (field, wrong) in [
        ("id", json!("../x")),
        ("amount", json!(1.5)),
        ("amount", json!(i64::MAX)),
        ("fee", Value::Null),
        ("created", json!("now")),
        ("currency", json!("euro")),
        ("source", json!({ "object": "charge" })),
        ("reporting_category", Value::Null),
    ] {
        let mut entry = charged();
        entry[field] = wrong;
        assert!(listed(&entry).is_err(), "{field}");
    }
}

#[tokio::test]
async fn all_entries_come_before_the_payouts_and_each_payout_s_parts_are_told() {
    let list = |more: bool, data: Vec<Value>| json!({ "object": "list", "has_more": more, "data": data }).to_string();
    let answer = move |uri: &http::Uri| {
        let query = uri.query().unwrap_or_default().to_owned();
        let body = match uri.path() {
            "/v1/payouts" if query.contains("starting_after=po_2") => list(false, vec![]),
            "/v1/payouts" if query.contains("starting_after=po_1") => {
                list(true, vec![json!({ "id": "po_2", "automatic": false })])
            }
            "/v1/payouts" => list(true, vec![json!({ "id": "po_1", "automatic": true })]),
            _ if query.contains("payout=po_1") && query.contains("starting_after=txn_1") => {
                list(false, vec![entry("txn_2", "refund", -400, 0, &json!("re_1"))])
            }
            _ if query.contains("payout=po_1") => {
                let own = entry("txn_9", "payout", -560, 0, &json!("po_1"));
                list(true, vec![own, entry("txn_1", "charge", 1000, 40, &json!("ch_1"))])
            }
            _ if query.contains("starting_after=txn_1") => list(false, vec![]),
            _ => list(true, vec![entry("txn_1", "charge", 1000, 40, &charge("eur"))]),
        };
        (http::StatusCode::OK, String::new(), body)
    };
    let (stripe, calls) = serving(answer).await;
    let (window, mut cursor) = (at(100)..at(200), None);
    let (mut entries, mut parts, mut pages) = (Vec::new(), Vec::new(), 0);
    loop {
        let page = stripe.listed(&window, cursor.as_deref()).await.unwrap();
        entries.extend(page.entries.into_iter().map(|listed| listed.id.to_string()));
        parts.extend(page.parts.into_iter().map(|part| (part.payout.to_string(), part.net)));
        pages += 1;
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(entries, ["txn_1"]);
    assert_eq!(parts, [("po_1".to_owned(), 960), ("po_1".to_owned(), -400)], "without the payout itself");
    assert_eq!(pages, 7);
    let first = calls.lock().unwrap()[0].uri.to_string();
    assert_eq!(first, "/v1/balance_transactions?created[gte]=100&created[lt]=200&limit=25&expand[]=data.source");
}

#[tokio::test]
async fn a_list_that_stripe_does_not_give_is_an_error() {
    for (status, body) in [(403, json!({ "error": {} })), (500, json!({})), (200, json!({ "data": {} }))] {
        let (stripe, _) = super::super::api::tests::answering(status, &body).await;
        assert!(matches!(stripe.listed(&(at(0)..at(1)), None).await, Err(Error::Outside(_))), "{status}");
    }
}
