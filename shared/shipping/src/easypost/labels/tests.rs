use crate::{
    Offers, Service,
    testing::{Seen, bought, buy, find, offered, offers, outcome, payload, seller, selling, serving, taken, way_back},
};
use domain::fulfillment::{Bought, Offered};
use http::Method;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const SHIPMENT: &str = "shp_16578f588f9546ec914afd2474e24ff5";
const NUMBER: &str = "9400100208303109505657";

/// What EasyPost answered to making a shipment (0), and to buying its label (1).
fn recorded(call: usize) -> Value {
    let calls: Value = serde_json::from_str(payload!("easypost-shipment-create-and-buy")).unwrap();
    calls[call]["response"]["body"].clone()
}

fn ground() -> Offered {
    taken(SHIPMENT, "rate_4d1f36fa716c4b1292cacbdf19227c2d", "USPS")
}

fn error(code: &str) -> Value {
    json!({ "error": { "code": code, "message": "No.", "errors": [] } })
}

#[tokio::test]
async fn a_parcel_s_offers_are_asked_for_in_inches_and_ounces_never_smaller_than_it_is() {
    let (seller, calls) = selling(Service::EasyPost, |_| (201, recorded(0))).await;
    let Offers::Made { shipment, offers } = offers(&seller).await.unwrap() else { panic!() };
    assert_eq!(shipment, SHIPMENT);
    let seen: Vec<_> =
        offers.iter().map(|offer| (offer.carrier.as_str(), offer.service.as_str(), offer.price, offer.days)).collect();
    let expected = [
        ("USPS", "Express", 3_415, Some(1)),
        ("USPS", "Priority", 742, Some(2)),
        ("USPS", "GroundAdvantage", 607, Some(3)),
    ];
    assert_eq!(seen, expected);
    assert_eq!(offers[2].id, "rate_4d1f36fa716c4b1292cacbdf19227c2d");
    let seen = calls.lock().unwrap().pop().unwrap();
    assert_eq!((&seen.method, seen.uri.path()), (&Method::POST, "/v2/shipments"));
    assert_eq!(seen.headers["authorization"], "Basic azN5Og==");
    let asked = &seen.body["shipment"];
    // 200, 150 and 51 mm; 1,320 g are 46.56 oz.
    assert_eq!(asked["parcel"], json!({ "length": 7.9, "width": 6.0, "height": 2.1, "weight": 46.6 }));
    assert_eq!(asked["reference"], "ord_1-ful_1-lbl_1");
    assert_eq!(asked["options"], json!({ "label_format": "PDF", "label_size": "4x6" }));
    let to = json!({
        "name": "Ada Buyer", "street1": "965 Mission St", "street2": "Apt 3", "city": "San Francisco", "state": "CA",
        "zip": "94103", "country": "US", "email": "ada@example.com",
    });
    assert_eq!(asked["to_address"], to);
    assert_eq!(
        (&asked["from_address"]["company"], &asked["from_address"]["phone"]),
        (&json!("Shop Inc."), &json!("+14155550100"))
    );
}

#[test]
fn a_length_or_a_weight_is_rounded_up_to_a_tenth() {
    for (millimeters, expected) in [(0, "0.0"), (1, "0.1"), (254, "10.0"), (255, "10.1"), (u32::MAX, "169093200.6")] {
        assert_eq!(format!("{:.1}", super::inches(millimeters)), expected);
    }
    for (grams, expected) in [(1, "0.1"), (28, "1.0"), (29, "1.1"), (28_349, "1000.0"), (28_350, "1000.1")] {
        assert_eq!(format!("{:.1}", super::ounces(grams)), expected);
    }
}

#[tokio::test]
async fn what_easypost_says_instead_of_offers() {
    let errors: Value = serde_json::from_str(payload!("easypost-errors")).unwrap();
    let none = |messages: Value| json!({ "id": "shp_1", "rates": [], "messages": messages });
    let exact = json!([
        { "id": "rate_1", "carrier": "FedExDefault", "service": "GROUND", "rate": "5.005", "currency": "USD" },
        { "id": "rate_2", "carrier": "USPS", "service": "x", "rate": "5.00", "currency": "BTC" },
        { "id": "rate_3", "carrier": "Van\u{7}", "service": "x\ny", "rate": "5.00", "currency": "EUR", "delivery_days": -1 },
    ]);
    for (status, body, expected) in [
        (
            422,
            errors[0]["response"]["body"].clone(),
            ("refused", "Missing required parameter.; shipment: cannot be blank (PARAMETER.REQUIRED)"),
        ),
        (
            400,
            json!({ "error": { "code": "A.B", "message": { "zip": ["bad"] }, "errors": ["text", 5] } }),
            ("refused", r#"{"zip":["bad"]}; text (A.B)"#),
        ),
        (402, error("PAYMENT"), ("refused", "No. (PAYMENT)")),
        (
            201,
            none(json!([{ "carrier": "UPS", "type": "rate_error", "message": "Too\theavy" }])),
            ("refused", "Too heavy"),
        ),
        (201, none(json!([])), ("made", "shp_1 0")),
        (201, json!({ "id": "shp_1", "rates": exact }), ("made", "shp_1 1")),
        (201, json!({}), ("unknown", "EasyPost answered 201 Created: the shipment's id is missing")),
        (422, json!("<html>"), ("unknown", "EasyPost answered 422 Unprocessable Entity")),
        (401, error("X"), ("unknown", "EasyPost answered 401 Unauthorized: No. (X)")),
        (429, error("X"), ("unknown", "EasyPost answered 429 Too Many Requests: No. (X)")),
        (500, json!(null), ("unknown", "EasyPost answered 500 Internal Server Error")),
    ] {
        let (seller, _) = selling(Service::EasyPost, move |_| (status, body.clone())).await;
        let said = offered(offers(&seller).await);
        assert_eq!((said.0, said.1.as_str()), expected);
    }
}

#[tokio::test]
async fn a_label_is_bought_by_its_rate() {
    let (seller, calls) = selling(Service::EasyPost, |_| (200, recorded(1))).await;
    let (id, bought) = bought(buy(&seller, &ground()).await.unwrap());
    assert_eq!(
        (id.as_str(), bought.carrier.as_str(), bought.tracking_number.unwrap().as_str()),
        (SHIPMENT, "USPS", NUMBER)
    );
    assert_eq!(bought.at.to_string(), "2025-03-07T16:46:20Z");
    assert!(bought.tracking_url.unwrap().starts_with("https://track.easypost.com/"));
    assert!(bought.document.starts_with("https://easypost-files.s3.us-west-2.amazonaws.com/files/postage_label/"));
    let seen = calls.lock().unwrap().pop().unwrap();
    assert_eq!((&seen.method, seen.uri.path()), (&Method::POST, format!("/v2/shipments/{SHIPMENT}/buy").as_str()));
    assert_eq!(seen.body, json!({ "rate": { "id": "rate_4d1f36fa716c4b1292cacbdf19227c2d" } }));
    assert!(calls.lock().unwrap().is_empty(), "one request");
}

#[tokio::test]
async fn what_becomes_of_a_purchase() {
    let without = |field: &str| {
        let mut body = recorded(1);
        body[field] = Value::Null;
        body
    };
    for (status, body, expected) in [
        (200, recorded(1), "bought"),
        (422, error("SHIPMENT.POSTAGE.EXISTS"), "bought"),
        (422, error("SHIPMENT.PURCHASE.IN_PROGRESS"), "under way"),
        (409, error("SHIPMENT.PURCHASE.IN_PROGRESS"), "under way"),
        (200, without("tracking_code"), "bought"),
        (200, without("selected_rate"), "under way"),
        (422, error("SHIPMENT.POSTAGE.FAILURE"), "refused"),
        (402, error("PAYMENT_REQUIRED"), "refused"),
        (404, error("NOT_FOUND"), "refused"),
        (422, error("SHIPMENT.RATES.UNAVAILABLE"), "refused"),
        (422, error("SHIPMENT.POSTAGE.TIMED_OUT"), "unknown"),
        (422, error("SHIPMENT.POSTAGE.NO_RESPONSE"), "unknown"),
        (422, json!({ "error": { "message": "no code" } }), "unknown"),
        (200, without("postage_label"), "unknown"),
        (200, json!("<html>"), "unknown"),
        (401, error("X"), "unknown"),
        (403, error("X"), "unknown"),
        (408, error("X"), "unknown"),
        (429, error("X"), "unknown"),
        (500, error("SHIPMENT.POSTAGE.FAILURE"), "unknown"),
        (503, json!(null), "unknown"),
    ] {
        let answer = body.clone();
        let asked =
            move |seen: &Seen| if seen.method == Method::GET { (200, recorded(1)) } else { (status, answer.clone()) };
        let (seller, _) = selling(Service::EasyPost, asked).await;
        assert_eq!(outcome(buy(&seller, &ground()).await).0, expected, "{status} {body}");
    }
    assert_eq!(outcome(buy(&seller(Service::EasyPost, "http://127.0.0.1:1"), &ground()).await).0, "unknown");
}

#[tokio::test]
async fn a_label_is_found_by_its_shipment() {
    for (status, body, expected) in [
        (200, recorded(1), Some("bought")),
        (200, recorded(0), None),
        (404, error("NOT_FOUND"), None),
        (404, json!("<html>"), Some("unknown")),
        (200, json!({}), Some("unknown")),
        (500, error("X"), Some("unknown")),
        (429, error("X"), Some("unknown")),
    ] {
        let answer = body.clone();
        let (seller, calls) = selling(Service::EasyPost, move |_| (status, answer.clone())).await;
        let found = find(&seller, &ground()).await.transpose().map(|found| outcome(found).0);
        assert_eq!(found, expected, "{status} {body}");
        let seen = calls.lock().unwrap().pop().unwrap();
        assert_eq!((&seen.method, seen.uri.path()), (&Method::GET, format!("/v2/shipments/{SHIPMENT}").as_str()));
    }
}

#[tokio::test]
async fn a_label_goes_back_once() {
    let refund = |status: &str| json!({ "id": "shp_1", "refund_status": status });
    for (status, body, known, expected) in [
        (200, refund("submitted"), "", ("accepted", "")),
        (200, refund("refunded"), "", ("accepted", "")),
        (200, refund("rejected"), "", ("refused", "the carrier does not take the label back")),
        (
            200,
            refund("not_applicable"),
            "",
            ("refused", "the carrier takes no labels back: it bills those that it scans"),
        ),
        (422, error("SHIPMENT.REFUND"), "submitted", ("accepted", "")),
        (422, error("SHIPMENT.REFUND"), "", ("refused", "No. (SHIPMENT.REFUND)")),
        (200, refund("odd"), "", ("unknown", "EasyPost answered 200 OK: the refund's status is not known")),
        (500, error("X"), "submitted", ("unknown", "EasyPost answered 500 Internal Server Error: No. (X)")),
    ] {
        let asked =
            move |seen: &Seen| if seen.method == Method::GET { (200, refund(known)) } else { (status, body.clone()) };
        let (seller, calls) = selling(Service::EasyPost, asked).await;
        let said = way_back(seller.void("shp_1").await);
        assert_eq!((said.0, said.1.as_str()), expected);
        assert_eq!(calls.lock().unwrap()[0].uri.path(), "/v2/shipments/shp_1/refund");
    }
}

#[tokio::test]
async fn the_file_is_fetched_without_the_key() {
    let large = "x".repeat(4 * 1024 * 1024);
    for (status, body, expected) in [
        (200, "%PDF-1.4 label".to_owned(), None),
        (200, "<html>".to_owned(), Some("the label is no PDF")),
        (200, format!("%PDF{large}"), Some("the label is larger than 4 MiB")),
        (403, "%PDF-1.4".to_owned(), Some("403")),
    ] {
        let keys = Arc::new(Mutex::new(0));
        let counted = keys.clone();
        let (url, _) = serving(move |seen| {
            *counted.lock().unwrap() += usize::from(seen.headers.contains_key("authorization"));
            (status, body.clone())
        })
        .await;
        let (_, bought) = bought(super::sold(&recorded(1), crate::testing::now()).unwrap());
        let bought = Bought { document: format!("{url}label.pdf"), ..bought };
        match (seller(Service::EasyPost, &url).document(&bought).await, expected) {
            (Ok(file), None) => assert!(file.starts_with(b"%PDF")),
            (Err(error), Some(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(*keys.lock().unwrap(), 0);
        let elsewhere = seller(Service::EasyPost, "https://api.example").document(&bought).await;
        assert!(elsewhere.unwrap_err().to_string().contains("no address"), "not in private");
    }
}
