//! A simulated AfterShip: trackings, and the webhooks that tell of them. <https://www.aftership.com/docs/tracking/2026-07>
//!
//! Its carriers are at the American East Coast, and it passes on their times without the zone, as AfterShip does.

use super::{
    depot::{Depot, Happened, Happening, Tracker},
    service::Service,
};
use crate::outside::{Secret, Webhook, hex, uuid};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    routing::get,
};
use data_encoding::BASE64;
use jiff::{Timestamp, tz::Offset};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

type Answer = Result<(StatusCode, Json<Value>), (StatusCode, Json<Value>)>;

const PLACE: Offset = Offset::constant(-5);

pub(super) fn router(depot: Arc<Depot>) -> Router {
    Router::new()
        .route("/tracking/2026-07/trackings", get(list).post(create))
        .route("/tracking/2026-07/trackings/{id}", get(show))
        .with_state(depot)
}

async fn create(State(depot): State<Arc<Depot>>, headers: HeaderMap, body: Bytes) -> Answer {
    admit(&depot, &headers)?;
    let asked: Value = serde_json::from_slice(&body).map_err(|_| error(400, 4001, "Invalid JSON data.", &json!({})))?;
    let number = asked["tracking_number"].as_str().unwrap_or_default();
    if number.is_empty() {
        return Err(error(400, 4007, "tracking_number is required.", &json!({})));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
    if !(4..=100).contains(&number.len()) || !number.chars().all(is_plain) {
        return Err(error(
            400,
            4005,
            "The value of tracking_number is invalid.",
            &json!({ "tracking_number": number }),
        ));
    }
    let new = Tracker {
        service: Service::AfterShip,
        id: hex(32),
        number: number.to_owned(),
        carrier: asked["slug"].as_str().unwrap_or("usps").to_owned(),
        since: depot.clock.now(),
        note: None,
        times: 1,
    };
    let mut is_known = false;
    let tracker = depot.register(new, |_| is_known = true);
    if is_known {
        let known = json!({ "id": tracker.id, "tracking_number": number, "slug": tracker.carrier });
        return Err(error(400, 4003, "Tracking already exists.", &known));
    }
    Ok((StatusCode::CREATED, Json(answer(201, &object(&tracker, &depot.history(number))))))
}

async fn show(State(depot): State<Arc<Depot>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    admit(&depot, &headers)?;
    let tracker = depot.find(Service::AfterShip, |own| own.id == id);
    let tracker = tracker.ok_or_else(|| error(404, 4004, "Tracking does not exist.", &json!({ "id": id })))?;
    Ok((StatusCode::OK, Json(answer(200, &object(&tracker, &depot.history(&tracker.number))))))
}

async fn list(
    State(depot): State<Arc<Depot>>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    admit(&depot, &headers)?;
    let is_wanted = |own: &Tracker| {
        query.get("tracking_numbers").is_none_or(|all| all.split(',').any(|number| number == own.number))
            && query.get("slug").is_none_or(|all| all.split(',').any(|slug| slug == own.carrier))
    };
    let own = depot.all(Service::AfterShip).into_iter().filter(is_wanted);
    let objects: Vec<Value> = own.map(|own| object(&own, &depot.history(&own.number))).collect();
    Ok((StatusCode::OK, Json(answer(200, &json!({ "trackings": objects })))))
}

fn admit(depot: &Depot, headers: &HeaderMap) -> Result<(), (StatusCode, Json<Value>)> {
    if let Some(status) = depot.failure(Service::AfterShip) {
        return Err(error(status, status.into(), "It fails because somebody wants it to.", &json!({})));
    }
    if headers.get("as-api-key").is_some_and(|key| !key.is_empty()) {
        return Ok(());
    }
    Err(error(401, 401, "The API key is invalid.", &json!({})))
}

fn error(status: u16, code: i64, message: &str, data: &Value) -> (StatusCode, Json<Value>) {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let meta = json!({ "code": code, "message": message, "type": "BadRequest" });
    (status, Json(json!({ "meta": meta, "data": data })))
}

fn answer(code: i64, data: &Value) -> Value {
    json!({ "meta": { "code": code }, "data": data })
}

fn words(state: Happening) -> (&'static str, &'static str) {
    match state {
        Happening::LabelMade => ("InfoReceived", "InfoReceived_001"),
        Happening::InTransit => ("InTransit", "InTransit_001"),
        Happening::OutForDelivery => ("OutForDelivery", "OutForDelivery_001"),
        Happening::AwaitingPickup => ("AvailableForPickup", "AvailableForPickup_001"),
        Happening::AttemptFailed => ("AttemptFail", "AttemptFail_001"),
        Happening::Delayed => ("Exception", "Exception_005"),
        Happening::Exception => ("Exception", "Exception_007"),
        Happening::Damaged => ("Exception", "Exception_012"),
        Happening::Refused => ("Exception", "Exception_003"),
        Happening::Returned => ("Exception", "Exception_010"),
        Happening::Lost => ("Exception", "Exception_013"),
        Happening::Delivered => ("Delivered", "Delivered_001"),
    }
}

fn object(tracker: &Tracker, history: &[Happened]) -> Value {
    let (tag, subtag) = history.last().map_or(("Pending", "Pending_001"), |last| words(last.state));
    let checkpoint = |happened: &Happened| {
        let (tag, subtag) = words(happened.state);
        let local = PLACE.to_datetime(happened.at).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        json!({
            "checkpoint_time": local, "created_at": happened.at, "message": happened.text, "slug": tracker.carrier, "tag": tag,
            "subtag": subtag, "subtag_message": "", "location": null, "hash": hex(16),
        })
    };
    json!({
        "id": tracker.id, "tracking_number": tracker.number, "slug": tracker.carrier, "tag": tag, "subtag": subtag,
        "subtag_message": "", "created_at": tracker.since, "updated_at": history.last().map_or(tracker.since, |last| last.at),
        "return_to_sender": history.iter().any(|happened| happened.state == Happening::Returned), "active": true,
        "checkpoints": history.iter().map(checkpoint).collect::<Vec<_>>(),
    })
}

pub(super) fn tell(tracker: &Tracker, history: &[Happened], now: Timestamp) -> Value {
    json!({
        "event": "tracking_update", "event_id": uuid(), "is_tracking_first_tag": true, "msg": object(tracker, history),
        "ts": now.as_second(),
    })
}

pub(super) fn sign(secret: &Secret, body: Vec<u8>) -> Webhook {
    let signature = BASE64.encode(&secret.hmac(&[&body]));
    Webhook::json(body).with("aftership-hmac-sha256", signature)
}
