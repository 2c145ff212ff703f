use crate::{
    Followed, Service,
    testing::{asking, client, outside, parcel, payload, refused},
};
use http::Method;
use serde_json::{Value, json};

fn recorded() -> Value {
    serde_json::from_str(payload!("easypost-tracker-create")).unwrap()
}

#[tokio::test]
async fn a_parcel_is_registered_with_what_is_known_of_its_carrier() {
    let (client, calls) = asking(Service::EasyPost, |_| (200, recorded()["response"]["body"].clone())).await;
    for (ours, theirs) in [("US Postal Service", json!("USPS")), ("DHL", Value::Null), ("a van", Value::Null)] {
        let Followed::Known(told) = client.follow(&parcel(ours, "EZ1000000001")).await.unwrap() else { panic!() };
        assert_eq!((told.carrier.as_str(), told.number.as_str(), told.moments.len()), ("USPS", "EZ1000000001", 0));
        let seen = calls.lock().unwrap().pop().unwrap();
        assert_eq!((&seen.method, seen.uri.path()), (&Method::POST, "/v2/trackers"));
        assert_eq!(seen.headers["authorization"], "Basic azN5Og==", "the key as the user, without a password");
        assert_eq!(seen.body["tracker"]["tracking_code"], "EZ1000000001");
        assert_eq!(seen.body["tracker"]["carrier"], theirs, "{ours}");
        assert!(calls.lock().unwrap().is_empty(), "one request");
    }
}

#[tokio::test]
async fn a_parcel_that_cannot_be_followed_is_refused_with_easypost_s_reason() {
    let error = |status: u16, body: Value| async move {
        let (client, _) = asking(Service::EasyPost, move |_| (status, body.clone())).await;
        client.follow(&parcel("UPS", "1Z")).await
    };
    let missing = json!({"error": {"code": "TRACKER.CREATE.ERROR", "message": "The tracking code could not be matched.", "errors": []}});
    let why = refused(error(422, missing.clone()).await);
    assert_eq!(why, "EasyPost cannot follow it: The tracking code could not be matched. (TRACKER.CREATE.ERROR)");
    for status in [401, 402, 403, 404, 408, 429, 500, 503] {
        let why = outside(error(status, missing.clone()).await);
        assert!(why.contains(&status.to_string()) && why.contains("could not be matched"), "{why}");
    }
    for (status, body) in [(422, json!("<html>")), (200, json!({})), (200, json!([])), (400, json!({"error": "text"}))]
    {
        assert!(outside(error(status, body).await).contains("EasyPost"));
    }
}

#[tokio::test]
async fn without_an_answer_nobody_knows() {
    let followed = client(Service::EasyPost, "http://127.0.0.1:1").follow(&parcel("UPS", "1Z")).await;
    assert!(outside(followed).starts_with("EasyPost"));
}
