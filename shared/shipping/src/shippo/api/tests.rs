use crate::{
    Followed, Service,
    testing::{Seen, asking, outside, parcel, payload, refused},
};
use http::Method;
use serde_json::{Value, json};

fn track(metadata: &Value) -> Value {
    let body: Value = serde_json::from_str(payload!("shippo-webhook-track_updated")).unwrap();
    let mut track = body["data"].clone();
    track["metadata"] = metadata.clone();
    track["transaction"] = Value::Null;
    track
}

#[tokio::test]
async fn a_parcel_is_registered_once_however_often_it_is_asked_about() {
    let registered = std::sync::Arc::new(std::sync::Mutex::new(Value::Null));
    let answer = move |seen: &Seen| {
        let mut metadata = registered.lock().unwrap();
        if seen.method == Method::POST {
            *metadata = seen.body["metadata"].clone();
        }
        (200, track(&metadata))
    };
    let (client, calls) = asking(Service::Shippo, answer).await;
    for _ in 0..3 {
        let Followed::Known(told) = client.follow(&parcel("USPS", "92/0 5")).await.unwrap() else { panic!() };
        assert_eq!((told.carrier.as_str(), told.moments.len()), ("USPS", 2));
    }
    let calls = calls.lock().unwrap();
    let asked: Vec<String> = calls.iter().map(|seen| format!("{} {}", seen.method, seen.uri.path())).collect();
    let get = "GET /tracks/usps/92%2F0%205";
    assert_eq!(asked, [get, "POST /tracks/", get, get]);
    assert_eq!(calls[1].body, json!({"carrier": "usps", "tracking_number": "92/0 5", "metadata": "orderly"}));
    for seen in calls.iter() {
        assert_eq!(seen.headers["authorization"], "ShippoToken k3y");
        assert_eq!(seen.headers["shippo-api-version"], "2018-02-08");
    }
}

#[tokio::test]
async fn what_shippo_sold_the_label_of_is_not_registered_again() {
    let sold = |_: &Seen| {
        let mut track = track(&Value::Null);
        track["transaction"] = "1275c67d".into();
        (200, track)
    };
    let (client, calls) = asking(Service::Shippo, sold).await;
    assert!(matches!(client.follow(&parcel("USPS", "1")).await.unwrap(), Followed::Known(_)));
    assert_eq!(calls.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_parcel_that_shippo_does_not_know_is_registered_or_refused_with_its_reason() {
    let answering = |get: u16, post: u16, body: Value| async move {
        let answer = move |seen: &Seen| {
            let status = if seen.method == Method::GET { get } else { post };
            (status, if status == 200 { track(&json!("orderly")) } else { body.clone() })
        };
        let (client, calls) = asking(Service::Shippo, answer).await;
        let followed = client.follow(&parcel("UPS", "1Z")).await;
        let asked = calls.lock().unwrap().len();
        (followed, asked)
    };
    for get in [400, 404] {
        let (followed, asked) = answering(get, 200, json!({"detail": "unknown"})).await;
        assert!(matches!(followed.unwrap(), Followed::Known(_)));
        assert_eq!(asked, 2);
    }
    let (followed, _) =
        answering(404, 400, json!({"tracking_number": ["is malformed"], "carrier": ["is closed"]})).await;
    assert_eq!(refused(followed), "Shippo cannot follow it: carrier: is closed; tracking_number: is malformed");
    let (followed, _) = answering(404, 400, json!({"detail": "no such carrier"})).await;
    assert_eq!(refused(followed), "Shippo cannot follow it: no such carrier");
    for status in [401, 403, 409, 429, 500] {
        let (followed, asked) = answering(status, 200, json!({"detail": "later"})).await;
        assert!(outside(followed).ends_with("later"));
        assert_eq!(asked, 1, "nothing is registered before it is known that nothing is");
        let (followed, _) = answering(404, status, json!({"detail": "later"})).await;
        assert!(outside(followed).ends_with("later"));
    }
    let (followed, _) = answering(404, 400, json!("<html>")).await;
    assert!(outside(followed).contains("400"));
}

#[tokio::test]
async fn a_carrier_that_shippo_does_not_know_is_not_asked_about() {
    let (client, calls) = asking(Service::Shippo, |_| (200, json!({}))).await;
    for carrier in ["PostNL", "DHL", "My cousin's van"] {
        let why = refused(client.follow(&parcel(carrier, "3S")).await);
        assert!(why.contains(&format!("{carrier:?}")), "{why}");
    }
    assert!(calls.lock().unwrap().is_empty());
}
