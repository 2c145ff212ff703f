#![allow(clippy::unwrap_used)]

use super::*;
use axum::{
    body::to_bytes,
    extract::Request,
    http::{Method, header},
};
use jiff::Timestamp;
use runtime::Clock;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const EASYPOST: (&str, &str) = ("authorization", "Basic a2V5Og==");
const SHIPPO: (&str, &str) = ("authorization", "ShippoToken key");
const AFTERSHIP: (&str, &str) = ("as-api-key", "key");
const TRACKINGS: &str = "/tracking/2026-07/trackings";

fn now() -> Timestamp {
    Timestamp::from_second(1_780_000_000).unwrap()
}

fn services() -> Embedded {
    let names = ["EasyPostWebhookSecret", "ShippoWebhookSecret", "SendcloudWebhookSecret", "AfterShipWebhookSecret"];
    let secrets: BTreeMap<String, String> = names.map(|name| (name.to_owned(), format!("{name}-local\nolder"))).into();
    embedded(&secrets, &Clock::new(now))
}

async fn ask(services: &Embedded, method: Method, path: &str, key: (&str, &str), body: &Value) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path).header(key.0, key.1);
    let request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string().into());
    let answer = services.answer(request.unwrap()).await;
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

async fn post(services: &Embedded, path: &str, key: (&str, &str), body: &Value) -> (u16, Value) {
    ask(services, Method::POST, path, key, body).await
}

async fn get(services: &Embedded, path: &str, key: (&str, &str)) -> (u16, Value) {
    ask(services, Method::GET, path, key, &Value::Null).await
}

fn happened(state: Happening) -> Happened {
    Happened { state, at: now(), text: "Somewhere".to_owned() }
}

#[tokio::test]
async fn easypost_answers_a_repetition_with_the_first_tracker() {
    let services = services();
    let wanted = json!({ "tracker": { "tracking_code": "1Z12345678", "carrier": "UPS" } });
    let (status, first) = post(&services, "/v2/trackers", EASYPOST, &wanted).await;
    assert_eq!((status, &first["status"], &first["mode"]), (200, &json!("unknown"), &json!("test")));
    let (_, again) = post(&services, "/v2/trackers", EASYPOST, &wanted).await;
    assert_eq!(again["id"], first["id"]);
    services.happen("1Z12345678", happened(Happening::Delivered));
    let id = first["id"].as_str().unwrap();
    let (_, found) = get(&services, &format!("/v2/trackers/{id}"), EASYPOST).await;
    assert_eq!(
        (&found["status"], &found["tracking_details"][0]["message"]),
        (&json!("delivered"), &json!("Somewhere"))
    );
    let (_, listed) = get(&services, "/v2/trackers?tracking_code=1Z12345678", EASYPOST).await;
    assert_eq!(listed["trackers"][0]["id"], first["id"]);
    for (path, key, body, refused) in [
        ("/v2/trackers", EASYPOST, json!({ "tracker": {} }), 422),
        ("/v2/trackers", EASYPOST, json!({ "tracker": { "tracking_code": "???" } }), 422),
        ("/v2/trackers", ("authorization", "Basic"), wanted.clone(), 401),
    ] {
        let (status, error) = post(&services, path, key, &body).await;
        assert_eq!(status, refused);
        assert!(error["error"]["code"].is_string() && error["error"]["message"].is_string(), "{error}");
    }
    assert_eq!(get(&services, "/v2/trackers/trk_0", EASYPOST).await.0, 404);
}

#[tokio::test]
async fn easypost_knows_its_numbers_for_tests() {
    let services = services();
    for (number, status) in [
        ("EZ1000000001", "pre_transit"),
        ("EZ2000000002", "in_transit"),
        ("EZ3000000003", "out_for_delivery"),
        ("EZ4000000004", "delivered"),
        ("EZ5000000005", "return_to_sender"),
        ("EZ6000000006", "failure"),
        ("EZ7000000007", "unknown"),
    ] {
        let (_, tracker) = post(&services, "/v2/trackers", EASYPOST, &json!({ "tracking_code": number })).await;
        assert_eq!(tracker["status"], status, "{number}");
    }
}

#[tokio::test]
async fn shippo_answers_for_any_parcel_and_tells_twice_what_is_registered_twice() {
    let services = services();
    let (status, track) = get(&services, "/tracks/usps/1", SHIPPO).await;
    assert_eq!((status, &track["metadata"], &track["tracking_status"]), (200, &Value::Null, &Value::Null));
    assert!(services.happen("1", happened(Happening::InTransit)).is_empty(), "it is not registered");
    let wanted = json!({ "carrier": "usps", "tracking_number": "1", "metadata": "mine" });
    for times in 1..3 {
        let (status, track) = post(&services, "/tracks/", SHIPPO, &wanted).await;
        assert_eq!((status, &track["metadata"]), (200, &json!("mine")));
        assert_eq!(services.happen("1", happened(Happening::Delayed)).len(), times);
    }
    assert_eq!(get(&services, "/tracks/usps/1", SHIPPO).await.1["metadata"], "mine");
    assert_eq!(get(&services, "/tracks/van/1", SHIPPO).await.0, 400);
    assert_eq!(post(&services, "/tracks", SHIPPO, &json!({ "carrier": "usps" })).await.0, 400);
    assert_eq!(get(&services, "/tracks/usps/1", EASYPOST).await.0, 401);
}

#[tokio::test]
async fn aftership_refuses_a_repetition_and_names_the_first() {
    let services = services();
    let wanted = json!({ "tracking_number": "1234", "slug": "usps" });
    let (status, first) = post(&services, TRACKINGS, AFTERSHIP, &wanted).await;
    assert_eq!((status, &first["data"]["tag"]), (201, &json!("Pending")));
    services.happen("1234", happened(Happening::InTransit));
    let (status, again) = post(&services, TRACKINGS, AFTERSHIP, &wanted).await;
    assert_eq!((status, &again["meta"]["code"]), (400, &json!(4003)));
    assert_eq!(again["data"]["id"], first["data"]["id"]);
    let id = again["data"]["id"].as_str().unwrap();
    let (_, found) = get(&services, &format!("{TRACKINGS}/{id}"), AFTERSHIP).await;
    let checkpoint = &found["data"]["checkpoints"][0];
    assert_eq!(checkpoint["checkpoint_time"], "2026-05-28T15:26:40", "the place's own time, without its zone");
    assert_eq!(checkpoint["created_at"], "2026-05-28T20:26:40Z");
    let (_, listed) = get(&services, &format!("{TRACKINGS}?tracking_numbers=1234&slug=usps"), AFTERSHIP).await;
    assert_eq!(listed["data"]["trackings"][0]["id"], first["data"]["id"]);
    for (body, code) in [(json!({}), 4007), (json!({ "tracking_number": "1 2" }), 4005)] {
        let (status, error) = post(&services, TRACKINGS, AFTERSHIP, &body).await;
        assert_eq!((status, &error["meta"]["code"]), (400, &json!(code)));
    }
    assert_eq!(get(&services, &format!("{TRACKINGS}/0"), AFTERSHIP).await.1["meta"]["code"], 4004);
    assert_eq!(get(&services, TRACKINGS, EASYPOST).await.0, 401);
}

#[tokio::test]
async fn people_say_what_happens_and_those_who_follow_a_parcel_tell_it() {
    let services = services();
    let nobody = ("x-nobody", "");
    post(&services, "/v2/trackers", EASYPOST, &json!({ "tracking_code": "1Z1", "carrier": "UPS" })).await;
    let told = json!({ "state": "delivered", "at": "2026-05-28T20:00:00Z", "text": "At the door", "sold_by": "sendcloud", "carrier": "ups" });
    let (status, answer) = post(&services, "/carriers/parcels/1Z1", nobody, &told).await;
    assert_eq!((status, &answer["told_by"]), (200, &json!(["easypost", "sendcloud"])));
    assert_eq!(services.stand_ins().undelivered(), 2);
    let (_, shown) = get(&services, "/carriers/parcels/1Z1", nobody).await;
    assert_eq!(
        shown["history"],
        json!([{ "state": "delivered", "at": "2026-05-28T20:00:00Z", "text": "At the door" }])
    );
    assert_eq!(shown["followed_by"], json!(["easypost", "sendcloud"]));
    let earlier = json!({ "status": "in_transit", "at": "2026-05-27T20:00:00Z" });
    post(&services, "/carriers/parcels/1Z1", nobody, &earlier).await;
    let (_, shown) = get(&services, "/carriers/parcels/1Z1", nobody).await;
    assert_eq!(shown["history"][0]["state"], "in_transit", "what is told late is put where it belongs");
    for wrong in [json!({}), json!({ "state": "beamed" }), json!({ "state": "lost", "sold_by": "nobody" }), json!([])] {
        assert_eq!(post(&services, "/carriers/parcels/1Z1", nobody, &wrong).await.0, 400, "{wrong}");
    }
    let failing = json!({ "service": "easypost", "statuses": [503, 429] });
    assert_eq!(post(&services, "/carriers/failures", nobody, &failing).await.0, 200);
    for status in [503, 429, 200] {
        assert_eq!(get(&services, "/v2/trackers", EASYPOST).await.0, status);
    }
    assert_eq!(post(&services, "/carriers/webhooks", nobody, &json!({ "late_ms": 5, "lost": true })).await.0, 200);
}

#[tokio::test]
async fn each_webhook_is_signed_with_the_newest_secret() {
    let services = services();
    post(&services, "/v2/trackers", EASYPOST, &json!({ "tracking_code": "1Z1", "carrier": "UPS" })).await;
    services.stand_ins().secret_is_put("EasyPostWebhookSecret", "rolled");
    let webhooks = services.happen("1Z1", happened(Happening::Lost));
    let [(Service::EasyPost, webhook)] = webhooks.as_slice() else { panic!("{webhooks:?}") };
    let expected = data_encoding::HEXLOWER.encode(&crate::outside::hmac(b"rolled", &[&webhook.body]));
    let header = ("x-hmac-signature".to_owned(), format!("hmac-sha256-hex={expected}"));
    assert!(webhook.headers.contains(&header), "{:?}", webhook.headers);
}
