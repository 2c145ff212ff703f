#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing;
use runtime::{Aws, Secret};
use serde_json::json;

fn money(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

fn payment(status: &str, fees: &[i64]) -> Value {
    let fees: Vec<Value> = fees.iter().map(|fee| json!({ "amount_money": money(*fee) })).collect();
    json!({ "id": "PAY1", "status": status, "created_at": "2026-11-28T10:00:00Z", "total_money": money(1000), "processing_fee": fees })
}

fn said(listed: Option<Listed>) -> Option<(String, MovementKind, Amount, Option<Amount>)> {
    listed.map(|of| (of.about.into(), of.entry.kind, of.entry.amount, of.entry.fee.map(|fee| fee.amount)))
}

#[test]
fn what_is_completed_is_an_entry_with_its_fees() {
    let of = |payment: &Value| said(entry_of_payment(payment).unwrap());
    assert_eq!(of(&payment("COMPLETED", &[30, 12])), Some(("PAY1".into(), MovementKind::Captured, 1000, Some(42))));
    assert_eq!(of(&payment("COMPLETED", &[])), Some(("PAY1".into(), MovementKind::Captured, 1000, None)));
    assert_eq!(of(&payment("APPROVED", &[])), None);
    let refund = |status: &str| {
        let refund = json!({
            "id": "REF1", "payment_id": "PAY1", "status": status, "created_at": "2026-11-28T10:00:00Z",
            "amount_money": money(400), "processing_fee": [{ "amount_money": money(-12) }],
        });
        said(entry_of_refund(&refund).unwrap())
    };
    assert_eq!(refund("COMPLETED"), Some(("PAY1".into(), MovementKind::Refunded, -400, Some(-12))));
    assert_eq!(refund("PENDING"), None);
    let mut wrong = payment("COMPLETED", &[]);
    wrong["total_money"]["amount"] = json!("1000");
    assert!(entry_of_payment(&wrong).is_err());
}

#[tokio::test]
async fn refunds_come_first_and_then_each_own_location_with_its_payouts_and_their_entries() {
    let answer = |seen: &testing::Seen| {
        let query = seen.uri.query().unwrap_or_default();
        let has = |text: &str| query.contains(text);
        let payout = |id: &str| json!({ "id": id, "status": "PAID", "created_at": "2026-11-28T10:00:00Z", "amount_money": money(946) });
        let body = match seen.uri.path() {
            "/v2/locations" => json!({ "locations": [{ "id": "L2" }, { "id": "L1" }, { "id": "TILL" }] }),
            "/v2/payments" if has("location_id=L1") && !has("cursor=") => {
                json!({ "payments": [payment("COMPLETED", &[54])], "cursor": "a+b=" })
            }
            "/v2/payouts" if has("location_id=L1") && !has("cursor=") => {
                json!({ "payouts": [payout("po_1")], "cursor": "next" })
            }
            "/v2/payouts" if has("location_id=L1") => json!({ "payouts": [payout("po_2")] }),
            "/v2/refunds" | "/v2/payments" | "/v2/payouts" => json!({}),
            "/v2/payouts/po_1/payout-entries" => json!({ "payout_entries": [{ "net_amount_money": money(946) }] }),
            "/v2/payouts/po_2/payout-entries" => json!({ "payout_entries": [] }),
            path => panic!("{path}"),
        };
        (StatusCode::OK, ("x-none", String::new()), body.to_string())
    };
    let (url, calls) = testing::serving(answer).await;
    let square = Api::new(&Aws::beside(""), &url, Secret::fixed("SQUARE_API_KEY", "key"));
    let square = square.of(vec!["L1".to_owned(), "L2".to_owned()]);
    let window = "2026-11-27T00:00:00Z".parse().unwrap().."2026-11-29T00:00:00Z".parse().unwrap();
    let (mut cursor, mut entries, mut parts) = (None, Vec::new(), Vec::new());
    loop {
        let page = square.listed(&window, cursor.as_deref()).await.unwrap();
        entries.extend(page.entries.into_iter().map(|listed| listed.about.to_string()));
        parts.extend(page.parts.into_iter().map(|part| (part.payout.to_string(), part.net)));
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(entries, ["PAY1", "po_1", "po_2"]);
    assert_eq!(parts, [("po_1".to_owned(), 946)]);
    let calls: Vec<String> = calls.lock().unwrap().iter().map(|seen| seen.uri.to_string()).collect();
    assert!(calls.iter().any(|uri| uri.ends_with("&cursor=a%2Bb%3D")), "{calls:?}");
    assert!(calls.iter().all(|uri| !uri.contains("TILL")), "{calls:?}");
    assert!(calls[0].contains("updated_at_begin_time=2026-11-27T00:00:00Z"), "{calls:?}");
}
