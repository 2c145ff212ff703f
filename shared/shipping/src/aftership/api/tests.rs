use crate::{
    Followed, Service, Wanted,
    testing::{Seen, asking, outside, parcel, refused},
};
use http::Method;
use serde_json::{Value, json};

const PATH: &str = "/tracking/2026-07/trackings";

fn tracking() -> Value {
    json!({
        "id": "b1", "tracking_number": "1Z", "slug": "ups", "tag": "InTransit", "updated_at": "2026-11-29T10:00:00Z",
        "checkpoints": [{"tag": "InTransit", "checkpoint_time": "2026-11-29T08:00:00Z", "message": "Departed"}],
    })
}

fn meta(code: i64, message: &str, data: &Value) -> Value {
    json!({"meta": {"code": code, "message": message, "type": "BadRequest"}, "data": data})
}

#[tokio::test]
async fn a_parcel_is_registered_with_what_its_carrier_may_ask_for() {
    let (client, calls) = asking(Service::AfterShip, |_| (201, meta(201, "", &tracking()))).await;
    let Followed::Known(told) = client.follow(&parcel("UPS", "1Z")).await.unwrap() else { panic!() };
    assert_eq!((told.carrier.as_str(), told.moments.len()), ("UPS", 1));
    let unknown = Wanted { carrier: "a van", number: "7", postal_code: None };
    client.follow(&unknown).await.unwrap();
    let calls = calls.lock().unwrap();
    assert_eq!((&calls[0].method, calls[0].uri.path()), (&Method::POST, PATH));
    assert_eq!(calls[0].headers["as-api-key"], "k3y");
    assert_eq!(calls[0].body, json!({"tracking_number": "1Z", "slug": "ups", "destination_postal_code": "29401"}));
    assert_eq!(calls[1].body, json!({"tracking_number": "7"}), "AfterShip finds out the carrier");
    assert_eq!(calls.len(), 2);
}

#[tokio::test]
async fn a_parcel_that_is_followed_already_is_looked_up() {
    for (data, path, found) in [
        (json!({"id": "b/1"}), format!("{PATH}/b%2F1"), tracking()),
        (json!({}), format!("{PATH}?tracking_numbers=1Z&slug=ups"), json!({"trackings": [tracking()]})),
    ] {
        let answer = move |seen: &Seen| match seen.method {
            Method::POST => (400, meta(4003, "Tracking already exists.", &data)),
            _ => (200, meta(200, "", &found)),
        };
        let (client, calls) = asking(Service::AfterShip, answer).await;
        let Followed::Known(told) = client.follow(&parcel("UPS", "1Z")).await.unwrap() else { panic!() };
        assert_eq!(told.moments.len(), 1);
        assert_eq!(calls.lock().unwrap()[1].uri.to_string(), path);
    }
}

#[tokio::test]
async fn a_parcel_that_cannot_be_followed_is_refused_with_aftership_s_reason() {
    let error = |status: u16, code: i64, message: &'static str| async move {
        let (client, _) = asking(Service::AfterShip, move |_| (status, meta(code, message, &json!({})))).await;
        client.follow(&parcel("UPS", "1Z")).await
    };
    for code in [4005, 4008, 4010, 4011, 4012, 4017] {
        let why = refused(error(400, code, "The value of tracking_number is invalid.").await);
        assert_eq!(why, format!("AfterShip cannot follow it: The value of tracking_number is invalid. ({code})"));
    }
    for (status, code) in [(400, 4001), (401, 401), (403, 403), (404, 404), (429, 429), (500, 500), (502, 502)] {
        let why = outside(error(status, code, "Something").await);
        assert!(why.contains(&status.to_string()) && why.ends_with("Something"), "{why}");
    }
    assert!(outside(error(200, 200, "").await).contains("AfterShip"), "an answer without the parcel");
}
