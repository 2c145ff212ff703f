use crate::{
    Offers, Service,
    testing::{Seen, bought, buy, find, offered, offers, outcome, payload, selling, serving, taken, way_back},
};
use domain::fulfillment::{Bought, Offered};
use http::Method;
use serde_json::{Value, json};

const RATE: &str = "ec9f0d3adc9441449c85d315f0997fd5";
const TRANSACTION: &str = "915d94940ea54c3a80cbfa328722f5a1";
const NUMBER: &str = "9499907123456123456781";

fn documented(which: &str) -> Value {
    let all: Value = serde_json::from_str(payload!("shippo-transaction")).unwrap();
    all[which]["body"].clone()
}

fn with_status(status: &str) -> Value {
    let mut transaction = documented("response_success");
    transaction["status"] = status.into();
    transaction
}

fn rate() -> Offered {
    taken("shipment", RATE, "USPS")
}

fn results(transactions: &[Value]) -> Value {
    json!({ "next": null, "previous": null, "results": transactions })
}

fn rates() -> Value {
    json!({ "object_id": "s1", "status": "SUCCESS", "messages": [], "rates": [
        { "object_id": "r1", "amount": "5.5", "currency": "USD", "provider": "USPS", "estimated_days": 2,
          "servicelevel": { "name": "Priority Mail", "token": "usps_priority" } },
        { "object_id": "r2", "amount": "12.00", "currency": "EUR", "provider": "DHL Express",
          "servicelevel": { "name": null, "token": "dhl_express_worldwide" } },
        { "object_id": "r3", "amount": "12.005", "currency": "EUR", "provider": "UPS", "servicelevel": {} },
        { "object_id": "", "amount": "12", "currency": "EUR", "provider": "UPS", "servicelevel": {} },
    ]})
}

#[tokio::test]
async fn a_parcel_s_offers_are_asked_for_at_once() {
    let (seller, calls) = selling(Service::Shippo, |_| (201, rates())).await;
    let Offers::Made { shipment, offers } = offers(&seller).await.unwrap() else { panic!() };
    assert_eq!(shipment, "s1");
    let seen: Vec<_> =
        offers.iter().map(|o| (o.id.as_str(), o.carrier.as_str(), o.service.as_str(), o.price, o.days)).collect();
    let expected =
        [("r1", "USPS", "Priority Mail", 550, Some(2)), ("r2", "DHL Express", "dhl_express_worldwide", 1_200, None)];
    assert_eq!(seen, expected);
    let seen = calls.lock().unwrap().pop().unwrap();
    assert_eq!((&seen.method, seen.uri.path()), (&Method::POST, "/shipments"));
    assert_eq!(
        (&seen.headers["authorization"], &seen.headers["shippo-api-version"]),
        (&"ShippoToken k3y".parse().unwrap(), &"2018-02-08".parse().unwrap())
    );
    let parcel = json!({
        "length": "200", "width": "150", "height": "51", "distance_unit": "mm", "weight": "1320", "mass_unit": "g",
    });
    assert_eq!((&seen.body["parcels"], &seen.body["async"]), (&json!([parcel]), &json!(false)));
    assert_eq!(seen.body["metadata"], "ord_1-ful_1-lbl_1");
    assert_eq!((&seen.body["address_to"]["zip"], &seen.body["address_from"]["state"]), (&json!("94103"), &json!("CA")));
}

#[tokio::test]
async fn what_shippo_says_instead_of_offers() {
    let none = |status: &str, messages: Value| json!({ "object_id": "s1", "status": status, "rates": [], "messages": messages });
    for (status, body, expected) in [
        (400, json!({ "parcels": ["Too\nheavy."] }), ("refused", "parcels: Too heavy.")),
        (402, json!({ "detail": "No funds." }), ("refused", "No funds.")),
        (201, none("SUCCESS", json!([{ "source": "UPS", "text": "No such ZIP" }])), ("refused", "No such ZIP")),
        (201, none("SUCCESS", json!([])), ("made", "s1 0")),
        (201, none("QUEUED", json!([])), ("unknown", "Shippo answered 201 Created: the rates are missing")),
        (201, json!({}), ("unknown", "Shippo answered 201 Created: the rates are missing")),
        (400, json!("<html>"), ("unknown", "Shippo answered 400 Bad Request")),
        (401, json!({ "detail": "Token" }), ("unknown", "Shippo answered 401 Unauthorized: Token")),
        (429, json!({ "detail": "Slow" }), ("unknown", "Shippo answered 429 Too Many Requests: Slow")),
        (500, json!(null), ("unknown", "Shippo answered 500 Internal Server Error")),
    ] {
        let (seller, _) = selling(Service::Shippo, move |_| (status, body.clone())).await;
        let said = offered(offers(&seller).await);
        assert_eq!((said.0, said.1.as_str()), expected);
    }
}

#[tokio::test]
async fn a_label_is_bought_once_nothing_is_known_of_the_rate() {
    let answer = |seen: &Seen| {
        if seen.method == Method::GET { (200, results(&[])) } else { (201, documented("response_success")) }
    };
    let (seller, calls) = selling(Service::Shippo, answer).await;
    let (id, bought) = bought(buy(&seller, &rate()).await.unwrap());
    assert_eq!(
        (id.as_str(), bought.carrier.as_str(), bought.tracking_number.unwrap().as_str()),
        (TRANSACTION, "USPS", NUMBER)
    );
    assert_eq!(bought.at.to_string(), "2023-11-07T05:31:56Z");
    assert!(bought.tracking_url.unwrap().starts_with("https://tools.usps.com/"));
    assert!(bought.document.starts_with("https://shippo-delivery.s3.amazonaws.com/"));
    let [first, second] = calls.lock().unwrap().clone().try_into().unwrap();
    assert_eq!((first.method, first.uri.to_string()), (Method::GET, format!("/transactions?rate={RATE}&results=100")));
    assert_eq!((second.method, second.uri.path()), (Method::POST, "/transactions"));
    let body = json!({ "rate": RATE, "label_file_type": "PDF_4x6", "metadata": "ord_1-ful_1-lbl_1", "async": false });
    assert_eq!(second.body, body);
    assert_eq!(second.headers["authorization"], "ShippoToken k3y");
    let known = move |seen: &Seen| {
        assert_eq!(seen.method, Method::GET, "it is bought already");
        (200, results(&[documented("response_success")]))
    };
    let (seller, _) = selling(Service::Shippo, known).await;
    assert_eq!(outcome(buy(&seller, &rate()).await), ("bought", NUMBER.to_owned()));
}

#[tokio::test]
async fn what_becomes_of_a_purchase() {
    let mut unnumbered = documented("response_success");
    unnumbered["tracking_number"] = "".into();
    for (status, body, expected, why) in [
        (201, with_status("SUCCESS"), "bought", NUMBER),
        (200, with_status("REFUNDED"), "bought", NUMBER),
        (201, with_status("QUEUED"), "under way", "Shippo waits for the carrier"),
        (201, with_status("WAITING"), "under way", "Shippo waits for the carrier"),
        (201, unnumbered, "bought", "no number"),
        (
            201,
            documented("response_carrier_error"),
            "refused",
            "UPS API did not respond. Please try again in a few minutes.",
        ),
        (201, json!({ "status": "ERROR" }), "refused", "the carrier sells no label for this parcel"),
        (400, json!({ "rate": ["Rate is too old."] }), "refused", "rate: Rate is too old."),
        (402, json!({ "detail": "No funds." }), "refused", "No funds."),
        (201, with_status("NEW"), "unknown", "the transaction's status is not known"),
        (201, json!("<html>"), "unknown", "201"),
        (400, json!("<html>"), "unknown", "400"),
        (409, json!({ "detail": "Conflict" }), "unknown", "Conflict"),
        (401, json!({ "detail": "Token" }), "unknown", "Token"),
        (429, json!({}), "unknown", "429"),
        (500, json!({}), "unknown", "500"),
    ] {
        let answer = body.clone();
        let asked =
            move |seen: &Seen| if seen.method == Method::GET { (200, results(&[])) } else { (status, answer.clone()) };
        let (seller, _) = selling(Service::Shippo, asked).await;
        let said = outcome(buy(&seller, &rate()).await);
        assert!(said.0 == expected && said.1.contains(why), "{status} {body}: {said:?}");
    }
}

#[tokio::test]
async fn a_label_is_found_by_its_rate_and_what_failed_is_nothing() {
    let [sold, queued, failed] = [with_status("SUCCESS"), with_status("QUEUED"), documented("response_carrier_error")];
    let of = |transaction: &Value, rate: Value| {
        let mut transaction = transaction.clone();
        transaction["rate"] = rate;
        transaction
    };
    let more = json!({ "next": "https://api/transactions?page=2", "results": [failed.clone()] });
    for (status, body, expected) in [
        (200, results(&[failed.clone(), queued.clone(), sold.clone()]), Some("bought")),
        (200, results(&[of(&sold, json!({ "object_id": RATE }))]), Some("bought")),
        (200, results(&[failed.clone(), queued.clone()]), Some("under way")),
        (200, results(std::slice::from_ref(&failed)), None),
        (200, results(&[]), None),
        (200, results(&[of(&sold, json!("another")), of(&sold, Value::Null)]), None),
        (200, results(&[with_status("NEW")]), Some("unknown")),
        (200, more, Some("unknown")),
        (200, json!({}), Some("unknown")),
        (404, json!({ "detail": "Not found" }), Some("unknown")),
        (429, json!({}), Some("unknown")),
        (500, json!({}), Some("unknown")),
    ] {
        let answer = body.clone();
        let (seller, calls) = selling(Service::Shippo, move |_| (status, answer.clone())).await;
        let found = find(&seller, &rate()).await.transpose().map(|found| outcome(found).0);
        assert_eq!(found, expected, "{status} {body}");
        if expected == Some("unknown") {
            assert_eq!(outcome(buy(&seller, &rate()).await).0, "unknown");
            assert!(calls.lock().unwrap().iter().all(|seen| seen.method == Method::GET), "nothing is bought blindly");
        }
    }
}

#[tokio::test]
async fn a_label_goes_back_once() {
    let refund = |status: &str| json!({ "object_id": "f1", "status": status });
    let used = json!({ "transaction": ["A refund exists."] });
    for (status, body, known, expected) in [
        (201, refund("QUEUED"), "", ("accepted", "")),
        (201, refund("PENDING"), "", ("accepted", "")),
        (200, refund("SUCCESS"), "", ("accepted", "")),
        (201, refund("ERROR"), "", ("refused", "the carrier does not take the label back")),
        (400, used.clone(), "REFUNDPENDING", ("accepted", "")),
        (409, json!({}), "REFUNDED", ("accepted", "")),
        (400, used.clone(), "SUCCESS", ("refused", "transaction: A refund exists.")),
        (201, refund("NEW"), "", ("unknown", "Shippo answered 201 Created: the refund's status is not known")),
        (500, json!({}), "REFUNDED", ("unknown", "Shippo answered 500 Internal Server Error")),
    ] {
        let asked = move |seen: &Seen| {
            if seen.method == Method::GET { (200, with_status(known)) } else { (status, body.clone()) }
        };
        let (seller, calls) = selling(Service::Shippo, asked).await;
        let said = way_back(seller.void(TRANSACTION).await);
        assert_eq!((said.0, said.1.as_str()), expected);
        let calls = calls.lock().unwrap();
        assert_eq!(calls[0].uri.path(), "/refunds");
        assert_eq!(calls[0].body, json!({ "transaction": TRANSACTION, "async": false }));
        assert!(calls.get(1).is_none_or(|seen| seen.uri.path() == format!("/transactions/{TRANSACTION}")));
    }
}

#[tokio::test]
async fn the_file_is_fetched_without_the_key() {
    let (url, calls) = serving(|_| (200, "%PDF-1.4".to_owned())).await;
    let purchased = selling(Service::Shippo, |_| (200, results(&[with_status("SUCCESS")]))).await.0;
    let (_, bought) = bought(buy(&purchased, &rate()).await.unwrap());
    let bought = Bought { document: format!("{url}label.pdf?Signature=x"), ..bought };
    assert_eq!(crate::testing::seller(Service::Shippo, &url).document(&bought).await.unwrap(), b"%PDF-1.4");
    let seen = calls.lock().unwrap().pop().unwrap();
    assert!(!seen.headers.contains_key("authorization"));
    assert!(purchased.document(&bought).await.is_err(), "not in private");
}
