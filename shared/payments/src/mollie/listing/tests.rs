#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing;
use http::StatusCode;
use runtime::{Aws, Secret};
use serde_json::json;

fn eur(value: &str) -> Value {
    json!({ "currency": "EUR", "value": value })
}

fn said(listed: &[Listed]) -> Vec<(&str, &str, Amount)> {
    listed.iter().map(|of| (of.about.as_str(), of.id.as_str(), of.entry.amount)).collect()
}

#[test]
fn what_is_done_is_an_entry() {
    let of = |status: &str, captured: Value| {
        json!({
            "id": "tr_1", "status": status, "createdAt": "2026-11-28T10:00:00+00:00", "amount": eur("33.90"),
            "amountCaptured": captured,
        })
    };
    assert_eq!(said(&payment(&of("paid", Value::Null)).unwrap()), [("tr_1", "tr_1", 3390)]);
    assert_eq!(said(&payment(&of("paid", eur("30.00"))).unwrap()), [("tr_1", "tr_1", 3000)]);
    assert_eq!(said(&payment(&of("authorized", eur("10.00"))).unwrap()), [("tr_1", "tr_1", 1000)]);
    assert_eq!(said(&payment(&of("open", Value::Null)).unwrap()), []);
    let back = |status: &str| json!({ "id": "re_1", "paymentId": "tr_1", "status": status, "createdAt": "2026-11-28T10:00:00+00:00", "amount": eur("5.00") });
    assert_eq!(said(&refund(&back("refunded")).unwrap()), [("tr_1", "re_1", -500)]);
    assert_eq!(said(&refund(&back("pending")).unwrap()), []);
    let mut dispute = back("");
    dispute["id"] = json!("chb_1");
    assert_eq!(said(&chargeback(&dispute).unwrap()), [("tr_1", "chb_1", -500)]);
    dispute["reversedAt"] = json!("2026-11-29T10:00:00+00:00");
    assert_eq!(said(&chargeback(&dispute).unwrap()), [("tr_1", "chb_1", -500), ("tr_1", "chb_1-reversed", 500)]);
    assert!(refund(&json!({ "id": "re_1", "status": "refunded" })).is_err());
}

#[tokio::test]
async fn the_lists_follow_each_other_and_end_where_nothing_can_be_new() {
    let answer = |seen: &testing::Seen| {
        let of = |id: &str, day: u8| json!({ "id": id, "status": "paid", "createdAt": format!("2026-11-{day:02}T10:00:00+00:00"), "amount": eur("1.00") });
        let query = seen.uri.query().unwrap_or_default();
        let (name, list, next) = match seen.uri.path() {
            "/v2/payments" if query.contains("from=tr_3") => ("payments", vec![of("tr_3", 10)], Some("tr_4")),
            "/v2/payments" => ("payments", vec![of("tr_1", 29), of("tr_2", 22)], Some("tr_3")),
            "/v2/refunds" => ("refunds", vec![], None),
            "/v2/chargebacks" => ("chargebacks", vec![], None),
            path => panic!("{path}"),
        };
        let next = next.map(|id| json!({ "href": format!("https://api.mollie.com/v2/{name}?limit=25&from={id}") }));
        let mut body = json!({ "_embedded": {}, "_links": { "next": next } });
        body["_embedded"][name] = list.into();
        (StatusCode::OK, ("x-none", String::new()), body.to_string())
    };
    let (url, calls) = testing::serving(answer).await;
    let mollie = Api::new(&Aws::beside(""), &url, Secret::fixed("MOLLIE_API_KEY", "test_key"));
    let window = "2026-11-27T00:00:00Z".parse().unwrap().."2026-11-29T00:00:00Z".parse().unwrap();
    let (mut cursor, mut entries) = (None, Vec::new());
    loop {
        let page = mollie.listed(&window, cursor.as_deref()).await.unwrap();
        entries.extend(page.entries.into_iter().map(|listed| listed.id.to_string()));
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(entries, ["tr_2"], "what begins later belongs to another day, and what is long past is over");
    assert_eq!(calls.lock().unwrap().len(), 4);
}
