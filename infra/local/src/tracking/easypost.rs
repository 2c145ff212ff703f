//! A simulated EasyPost: labels, trackers, and the events that tell of them. <https://docs.easypost.com/docs/trackers>
//!
//! A second request for the same number and carrier answers with the first tracker, as in production; it says that all is a test.

mod labels;

use super::{
    depot::{Depot, Happened, Happening, Tracker},
    service::Service,
};
use crate::outside::{Secret, Webhook, hex};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    routing::get,
};
use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

pub(super) fn router(depot: Arc<Depot>) -> Router {
    Router::new()
        .route("/v2/trackers", get(list).post(create))
        .route("/v2/trackers/{id}", get(retrieve))
        .with_state(Arc::clone(&depot))
        .merge(labels::router(depot))
}

async fn create(State(depot): State<Arc<Depot>>, headers: HeaderMap, body: Bytes) -> Answer {
    admit(&depot, &headers)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    // The client libraries wrap it; the API takes both.
    let asked = if body["tracker"].is_object() { &body["tracker"] } else { &body };
    let number = asked["tracking_code"].as_str().unwrap_or_default().trim();
    if number.is_empty() {
        let missing = json!([{ "field": "tracking_code", "message": "cannot be blank" }]);
        return Err(error(422, "PARAMETER.REQUIRED", "Missing required parameter.", &missing));
    }
    let carrier = asked["carrier"].as_str().map(str::to_owned).or_else(|| carrier_of(number).map(str::to_owned));
    let carrier = carrier.ok_or_else(|| {
        error(422, "TRACKER.CREATE.ERROR", "The tracking code cannot be matched to a carrier.", &json!([]))
    })?;
    let now = depot.clock.now();
    let new = Tracker {
        service: Service::EasyPost,
        id: format!("trk_{}", hex(32)),
        number: number.to_owned(),
        carrier,
        since: now,
        note: None,
        times: 1,
    };
    let tracker = depot.register(new, |_| {});
    if let Some(state) = of_a_test(number)
        && depot.history(number).is_empty()
    {
        let text = "A number of EasyPost's tests".to_owned();
        depot.happen(number, Happened { state, at: now, text });
    }
    Ok(Json(object(&tracker, &depot.history(number), now)))
}

async fn retrieve(State(depot): State<Arc<Depot>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    admit(&depot, &headers)?;
    let tracker = depot.find(Service::EasyPost, |tracker| tracker.id == id);
    let tracker =
        tracker.ok_or_else(|| error(404, "NOT_FOUND", "The requested resource could not be found.", &json!([])))?;
    Ok(Json(object(&tracker, &depot.history(&tracker.number), depot.clock.now())))
}

async fn list(
    State(depot): State<Arc<Depot>>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    admit(&depot, &headers)?;
    let is_wanted = |tracker: &Tracker| {
        query.get("tracking_code").is_none_or(|code| *code == tracker.number)
            && query.get("carrier").is_none_or(|carrier| *carrier == tracker.carrier)
    };
    let own = depot.all(Service::EasyPost).into_iter().filter(is_wanted);
    let objects = own.map(|tracker| object(&tracker, &depot.history(&tracker.number), depot.clock.now()));
    Ok(Json(json!({ "trackers": objects.collect::<Vec<_>>(), "has_more": false })))
}

/// The key is the user of basic authorization, as the documentation says, or a bearer's token, as the client libraries have it.
fn admit(depot: &Depot, headers: &HeaderMap) -> Result<(), (StatusCode, Json<Value>)> {
    if let Some(status) = depot.failure(Service::EasyPost) {
        return Err(error(status, "INTERNAL_SERVER_ERROR", "It fails because somebody wants it to.", &json!([])));
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let user = given.strip_prefix("Basic ").and_then(|user| BASE64.decode(user.as_bytes()).ok());
    let is_user = user.is_some_and(|user| user.len() > 1 && user.ends_with(b":"));
    if is_user || given.strip_prefix("Bearer ").is_some_and(|token| !token.is_empty()) {
        return Ok(());
    }
    Err(error(401, "APIKEY.INACTIVE", "This api key is no longer active.", &json!([])))
}

fn error(status: u16, code: &str, message: &str, errors: &Value) -> (StatusCode, Json<Value>) {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(json!({ "error": { "code": code, "message": message, "errors": errors } })))
}

/// What EasyPost finds out by the number alone.
fn carrier_of(number: &str) -> Option<&'static str> {
    let is_all_digits = number.bytes().all(|byte| byte.is_ascii_digit());
    match number.len() {
        _ if number.starts_with("1Z") => Some("UPS"),
        _ if number.starts_with("EZ") => Some("USPS"),
        12 | 15 if is_all_digits => Some("FedEx"),
        20 | 22 if is_all_digits => Some("USPS"),
        _ => None,
    }
}

/// EasyPost's numbers for tests: <https://docs.easypost.com/docs/trackers#test-tracking-codes>.
fn of_a_test(number: &str) -> Option<Happening> {
    let digit = number.strip_prefix("EZ")?.chars().next().filter(|_| number.len() == 12)?;
    Some(match digit {
        '1' => Happening::LabelMade,
        '2' => Happening::InTransit,
        '3' => Happening::OutForDelivery,
        '4' => Happening::Delivered,
        '5' => Happening::Returned,
        '6' => Happening::Exception,
        _ => return None,
    })
}

fn words(state: Happening) -> (&'static str, &'static str) {
    match state {
        Happening::LabelMade => ("pre_transit", "label_created"),
        Happening::InTransit => ("in_transit", "arrived_at_facility"),
        Happening::OutForDelivery => ("out_for_delivery", "out_for_delivery"),
        Happening::AwaitingPickup => ("available_for_pickup", "arrived_at_pickup_location"),
        Happening::AttemptFailed => ("in_transit", "delivery_exception"),
        Happening::Delayed => ("in_transit", "delayed"),
        Happening::Exception => ("failure", "status_update"),
        Happening::Damaged => ("failure", "damaged"),
        Happening::Refused => ("failure", "refused"),
        Happening::Returned => ("return_to_sender", "return"),
        Happening::Lost => ("failure", "lost"),
        Happening::Delivered => ("delivered", "arrived_at_destination"),
    }
}

fn object(tracker: &Tracker, history: &[Happened], now: Timestamp) -> Value {
    let (status, status_detail) = history.last().map_or(("unknown", "unknown"), |last| words(last.state));
    let updated_at =
        history.last().map_or(tracker.since, |last| last.at).max(tracker.since).min(now.max(tracker.since));
    let detail = |happened: &Happened| {
        let (status, status_detail) = words(happened.state);
        json!({
            "object": "TrackingDetail", "message": happened.text, "description": "", "status": status,
            "status_detail": status_detail, "datetime": second(happened.at), "source": tracker.carrier, "carrier_code": "",
            "tracking_location": { "object": "TrackingLocation", "city": null, "state": null, "country": null, "zip": null },
        })
    };
    json!({
        "id": tracker.id, "object": "Tracker", "mode": "test", "tracking_code": tracker.number, "status": status,
        "status_detail": status_detail, "created_at": second(tracker.since), "updated_at": second(updated_at),
        "signed_by": null, "weight": null, "est_delivery_date": null, "shipment_id": null, "carrier": tracker.carrier,
        "tracking_details": history.iter().map(detail).collect::<Vec<_>>(), "carrier_detail": null, "finalized": true,
        "is_return": false, "public_url": format!("https://track.easypost.com/{}", tracker.id),
    })
}

/// EasyPost writes times to the second.
fn second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

pub(super) fn tell(tracker: &Tracker, history: &[Happened], now: Timestamp) -> Value {
    json!({
        "description": "tracker.updated", "mode": "test", "previous_attributes": {}, "created_at": second(now),
        "pending_urls": [], "completed_urls": [], "updated_at": second(now), "id": format!("evt_{}", hex(32)),
        "user_id": "user_local", "status": "pending", "object": "Event", "result": object(tracker, history, now),
    })
}

pub(super) fn sign(secret: &Secret, body: Vec<u8>) -> Webhook {
    // The secrets of the local stack are ASCII, so there is nothing to normalize.
    let signature = HEXLOWER.encode(&secret.hmac(&[&body]));
    Webhook::json(body).with("x-hmac-signature", format!("hmac-sha256-hex={signature}"))
}
