use super::region;
use crate::{
    Offers, Party, Service,
    testing::{
        Seen, address, bought, buy, find, offered, offers, outcome, payload, seller, selling, serving, taken, way_back,
    },
};
use domain::fulfillment::{Bought, Offered};
use http::Method;
use serde_json::{Value, json};

const NUMBER: &str = "3SYZXG8498635";
const REFERENCE: &str = "ord_1-ful_1-lbl_1";

fn documented(which: &str) -> Value {
    let all: Value = serde_json::from_str(payload!("sendcloud-v3-shipments-announce")).unwrap();
    all[which]["response"]["body"].clone()
}

fn announced(status: &str) -> Value {
    let mut body = documented("announced");
    body["data"]["parcels"][0]["status"]["code"] = status.into();
    body
}

/// A list of shipments with this one, of this reference.
fn listed(body: &Value, reference: &Value) -> Value {
    let mut shipment = body["data"].clone();
    shipment["external_reference_id"] = reference.clone();
    json!({ "data": [shipment] })
}

fn option() -> Offered {
    taken("", "postnl:standard#517", "PostNL")
}

fn error(detail: &str) -> Value {
    json!({ "errors": [{ "status": "400", "code": "invalid", "detail": detail }] })
}

#[tokio::test]
async fn options_are_offers_if_they_have_a_price_and_need_no_place_of_the_customer_s() {
    let plain = |code: &str| {
        json!({
            "code": code, "name": "Standard", "carrier": { "code": "postnl", "name": "PostNL" }, "functionalities": { "last_mile": "home_delivery", "returns": false },
            "contract": { "id": 517 }, "quotes": [{ "price": { "total": { "value": "17.50", "currency": "EUR" } }, "lead_time": 25 }],
        })
    };
    let with = |path: &str, value: Value| {
        let mut option = plain("postnl:standard");
        *option.pointer_mut(path).unwrap() = value;
        option
    };
    let mut needy = plain("postnl:point");
    needy["requirements"] = json!({ "is_service_point_required": true });
    let options = json!([
        plain("postnl:standard"),
        with("/contract", Value::Null),
        with("/carrier", json!({ "code": "cousin", "name": "My Cousin" })),
        with("/quotes", Value::Null),
        with("/quotes", json!([])),
        with("/quotes/0/price/total/value", json!("17.505")),
        with("/carrier/code", json!("sendcloud")),
        with("/functionalities/last_mile", json!("service_point")),
        with("/functionalities/last_mile", json!("locker")),
        with("/functionalities/returns", json!(true)),
        with("/code", json!("")),
        needy,
    ]);
    let (seller, calls) =
        selling(Service::Sendcloud, move |_| (200, json!({ "data": options, "message": null }))).await;
    let Offers::Made { shipment, offers } = offers(&seller).await.unwrap() else { panic!() };
    assert_eq!(shipment, "");
    let seen: Vec<_> = offers.iter().map(|o| (o.id.as_str(), o.carrier.as_str(), o.price, o.days)).collect();
    let expected = [
        ("postnl:standard#517", "PostNL", 1_750, Some(2)),
        ("postnl:standard", "PostNL", 1_750, Some(2)),
        ("postnl:standard#517", "My Cousin", 1_750, Some(2)),
    ];
    assert_eq!(seen, expected);
    let seen = calls.lock().unwrap().pop().unwrap();
    assert_eq!((&seen.method, seen.uri.path()), (&Method::POST, "/api/v3/shipping-options"));
    assert_eq!(seen.headers["authorization"], "Basic cHVibGljOnNlY3JldA==", "public:secret");
    let parcel = json!({
        "dimensions": { "length": "20.0", "width": "15.0", "height": "5.1", "unit": "cm" },
        "weight": { "value": "1.320", "unit": "kg" },
    });
    assert_eq!((&seen.body["parcels"], &seen.body["calculate_quotes"]), (&json!([parcel]), &json!(true)));
    let to = json!({
        "address_line_1": "965 Mission St", "city": "San Francisco", "postal_code": "94103", "state_province_code": "US-CA",
        "country_code": "US",
    });
    assert_eq!(seen.body["to_address"], to);
}

#[test]
fn a_region_is_told_by_its_code_only() {
    for (told, code) in
        [("CA", Some("US-CA")), ("us-ca", Some("US-CA")), ("California", None), ("Île", None), ("--", None)]
    {
        let address = address(
            json!({ "name": "A", "line1": "B", "city": "C", "postal_code": "1", "region": told, "country": "US" }),
        );
        assert_eq!(region(&Party { address: &address, email: None, phone: None }).as_deref(), code, "{told}");
    }
}

#[tokio::test]
async fn what_sendcloud_says_instead_of_offers() {
    for (status, body, expected) in [
        (400, documented("rejected"), ("refused", "/to_address/name: This field is required.")),
        (402, error("No\tfunds"), ("refused", "No funds")),
        (200, json!({ "data": [] }), ("made", " 0")),
        (200, json!({ "data": null }), ("made", " 0")),
        (200, json!("<html>"), ("unknown", "Sendcloud answered 200 OK")),
        (400, json!("<html>"), ("unknown", "Sendcloud answered 400 Bad Request")),
        (401, error("Key"), ("unknown", "Sendcloud answered 401 Unauthorized: Key")),
        (429, error("Slow"), ("unknown", "Sendcloud answered 429 Too Many Requests: Slow")),
        (500, json!(null), ("unknown", "Sendcloud answered 500 Internal Server Error")),
    ] {
        let (seller, _) = selling(Service::Sendcloud, move |_| (status, body.clone())).await;
        let said = offered(offers(&seller).await);
        assert_eq!((said.0, said.1.as_str()), expected);
    }
}

#[tokio::test]
async fn a_label_is_bought_under_a_reference_of_ours() {
    let (seller, calls) = selling(Service::Sendcloud, |_| (201, documented("announced"))).await;
    let (id, bought) = bought(buy(&seller, &option()).await.unwrap());
    assert_eq!(
        (id.as_str(), bought.carrier.as_str(), bought.tracking_number.unwrap().as_str()),
        ("XXX-Shipment-id", "PostNL", NUMBER)
    );
    assert_eq!(bought.at.to_string(), "2024-06-06T17:11:14.712Z");
    assert!(bought.tracking_url.unwrap().starts_with("https://tracking.eu-central-1-0.sendcloud.sc/"));
    assert_eq!(bought.document, "https://panel.sendcloud.sc/api/v3/parcels/383707309/documents/label");
    let [seen] = calls.lock().unwrap().clone().try_into().unwrap();
    assert_eq!((&seen.method, seen.uri.path()), (&Method::POST, "/api/v3/shipments/announce"));
    assert_eq!(seen.body["external_reference_id"], REFERENCE);
    let with = json!({
        "type": "shipping_option_code", "properties": { "shipping_option_code": "postnl:standard", "contract_id": 517 },
    });
    assert_eq!((&seen.body["ship_with"], &seen.body["label_details"]["mime_type"]), (&with, &json!("application/pdf")));
    assert_eq!(
        (&seen.body["to_address"]["name"], &seen.body["from_address"]["company_name"]),
        (&json!("Ada Buyer"), &json!("Shop Inc."))
    );
    let plain = taken("", "dhl_express:worldwide/incoterm=dap", "DHL Express");
    buy(&seller, &plain).await.unwrap();
    let seen = calls.lock().unwrap().pop().unwrap();
    assert_eq!(
        seen.body["ship_with"]["properties"],
        json!({ "shipping_option_code": "dhl_express:worldwide/incoterm=dap" })
    );
}

#[tokio::test]
async fn what_becomes_of_a_purchase() {
    let without = |path: &str| {
        let mut body = documented("announced");
        *body.pointer_mut(path).unwrap() = Value::Null;
        body
    };
    let failed = "Service error: An error occurred while connecting to the carrier.";
    for (status, body, expected, why) in [
        (201, documented("announced"), "bought", NUMBER),
        (201, without("/data/carrier"), "bought", NUMBER),
        (201, documented("announcement_failed_but_201"), "refused", failed),
        (201, announced("announcement-failed"), "refused", "Ready to send"),
        (400, documented("rejected"), "refused", "/to_address/name: This field is required."),
        (402, error("No funds"), "refused", "No funds"),
        (201, without("/data/parcels/0/documents"), "under way", "its file is not there yet"),
        (201, without("/data/parcels/0/tracking_number"), "bought", "no number"),
        (201, without("/data/parcels"), "unknown", "the shipment is missing"),
        (201, without("/data/id"), "unknown", "the shipment is missing"),
        (201, json!("<html>"), "unknown", "the shipment is missing"),
        (400, json!("<html>"), "unknown", "400"),
        (401, error("Key"), "unknown", "Key"),
        (429, error("Slow"), "unknown", "Slow"),
        (500, error("Oh"), "unknown", "Oh"),
    ] {
        let answer = body.clone();
        let (seller, _) = selling(Service::Sendcloud, move |_| (status, answer.clone())).await;
        let said = outcome(buy(&seller, &option()).await);
        assert!(said.0 == expected && said.1.contains(why), "{status} {body}: {said:?}");
    }
}

#[tokio::test]
async fn a_repetition_is_answered_with_the_first_label() {
    let mine = json!(REFERENCE);
    let first = |first: Value| {
        move |seen: &Seen| {
            if seen.method == Method::GET { (200, first.clone()) } else { (409, documented("announced")) }
        }
    };
    for (known, expected) in [
        (listed(&documented("announced"), &mine), "bought"),
        (listed(&documented("announcement_failed_but_201"), &mine), "refused"),
        (json!({ "data": [] }), "unknown"),
    ] {
        let (seller, _) = selling(Service::Sendcloud, first(known)).await;
        assert_eq!(outcome(buy(&seller, &option()).await).0, expected);
    }
}

#[tokio::test]
async fn a_label_is_found_by_our_reference() {
    let mine = json!(REFERENCE);
    let mut two = listed(&documented("announced"), &Value::Null);
    two["data"] = json!([two["data"][0].clone(), two["data"][0].clone()]);
    for (status, body, expected) in [
        (200, listed(&documented("announced"), &mine), Some("bought")),
        (200, listed(&announced("CANCELLED"), &mine), Some("bought")),
        (200, listed(&documented("announced"), &Value::Null), Some("bought")),
        (200, listed(&documented("announcement_failed_but_201"), &mine), Some("refused")),
        (200, listed(&documented("announced"), &json!("another")), None),
        (200, two, None),
        (200, json!({ "data": [] }), None),
        (200, json!({ "data": [{ "external_reference_id": REFERENCE }] }), Some("unknown")),
        (200, json!({}), Some("unknown")),
        (404, error("Not found"), Some("unknown")),
        (429, error("Slow"), Some("unknown")),
        (500, json!(null), Some("unknown")),
    ] {
        let answer = body.clone();
        let (seller, calls) = selling(Service::Sendcloud, move |_| (status, answer.clone())).await;
        let found = find(&seller, &option()).await.transpose().map(|found| outcome(found).0);
        assert_eq!(found, expected, "{status} {body}");
        let seen = calls.lock().unwrap().pop().unwrap();
        let wanted = format!("/api/v3/shipments?external_reference_id={REFERENCE}");
        assert_eq!((seen.method, seen.uri.to_string()), (Method::GET, wanted));
    }
}

#[tokio::test]
async fn a_label_goes_back_once() {
    let documented: Value = serde_json::from_str(payload!("sendcloud-v3-shipment-cancel")).unwrap();
    let answer = move |status: u16| (status, documented[status.to_string()]["body"].clone());
    for ((status, body), known, expected) in [
        (answer(200), "", ("accepted", "")),
        (answer(202), "", ("accepted", "")),
        (answer(409), "CANCELLED", ("accepted", "")),
        (answer(409), "CANCELLATION_REQUESTED", ("accepted", "")),
        (answer(409), "DELIVERED", ("refused", "This shipment is already being cancelled.")),
        (answer(404), "", ("refused", "Not found")),
        ((500, error("Oh")), "CANCELLED", ("unknown", "Sendcloud answered 500 Internal Server Error: Oh")),
    ] {
        let asked = move |seen: &Seen| {
            if seen.method == Method::GET { (200, announced(known)) } else { (status, body.clone()) }
        };
        let (seller, calls) = selling(Service::Sendcloud, asked).await;
        let said = way_back(seller.void("XXX-1").await);
        assert_eq!((said.0, said.1.as_str()), expected);
        assert_eq!(calls.lock().unwrap()[0].uri.path(), "/api/v3/shipments/XXX-1/cancel");
    }
}

#[tokio::test]
async fn the_file_is_fetched_with_the_key_and_only_at_the_api_s_own_host() {
    let (url, calls) = serving(|_| (200, "%PDF-1.4".to_owned())).await;
    let (announcing, _) = selling(Service::Sendcloud, |_| (201, documented("announced"))).await;
    let (_, bought) = bought(buy(&announcing, &option()).await.unwrap());
    let own = seller(Service::Sendcloud, &url);
    let here = Bought { document: format!("{url}api/v3/parcels/1/documents/label"), ..bought.clone() };
    assert_eq!(own.document(&here).await.unwrap(), b"%PDF-1.4");
    let seen = calls.lock().unwrap().pop().unwrap();
    assert_eq!(
        (&seen.headers["authorization"], &seen.headers["accept"]),
        (&"Basic cHVibGljOnNlY3JldA==".parse().unwrap(), &"application/pdf".parse().unwrap())
    );
    assert!(own.document(&bought).await.is_err(), "the key is for one host only");
    assert!(calls.lock().unwrap().is_empty());
}
