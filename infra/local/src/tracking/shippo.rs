//! A simulated Shippo: labels, tracks, and the webhooks that tell of them. <https://docs.goshippo.com/docs/Tracking/Tracking>
//!
//! It answers for any parcel. What is registered twice is told twice.

mod labels;

use super::{
    depot::{Depot, Happened, Happening, Tracker},
    service::Service,
};
use crate::outside::{Secret, Webhook, hex};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    routing::{get, post},
};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

/// Those of Shippo's tokens that parcels of ours may have.
const CARRIERS: [&str; 15] = [
    "shippo",
    "ups",
    "fedex",
    "usps",
    "dhl_express",
    "dhl_germany",
    "deutsche_post",
    "dpd_de",
    "dpd_uk",
    "hermes_uk",
    "royal_mail",
    "colissimo",
    "chronopost",
    "canada_post",
    "australia_post",
];

pub(super) fn router(depot: Arc<Depot>) -> Router {
    Router::new()
        .route("/tracks", post(register))
        .route("/tracks/", post(register))
        .route("/tracks/{carrier}/{number}", get(show))
        .with_state(Arc::clone(&depot))
        .merge(labels::router(depot))
}

async fn register(State(depot): State<Arc<Depot>>, headers: HeaderMap, body: Bytes) -> Answer {
    admit(&depot, &headers)?;
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (carrier, number) = (known(asked["carrier"].as_str())?, asked["tracking_number"].as_str().unwrap_or_default());
    if number.trim().is_empty() {
        return Err((StatusCode::BAD_REQUEST, Json(json!({ "tracking_number": ["This field is required."] }))));
    }
    let note = asked["metadata"].as_str().map(str::to_owned);
    let new = Tracker {
        service: Service::Shippo,
        id: hex(32),
        number: number.to_owned(),
        carrier,
        since: depot.clock.now(),
        note: note.clone(),
        times: 1,
    };
    let tracker = depot.register(new, |own| {
        own.times += 1;
        own.note = note;
    });
    Ok(Json(track(&tracker.carrier, number, tracker.note.as_deref(), &depot.history(number))))
}

async fn show(
    State(depot): State<Arc<Depot>>,
    Path((carrier, number)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    admit(&depot, &headers)?;
    let carrier = known(Some(&carrier))?;
    let own = depot.find(Service::Shippo, |own| own.number == number && own.carrier == carrier);
    let note = own.and_then(|own| own.note);
    Ok(Json(track(&carrier, &number, note.as_deref(), &depot.history(&number))))
}

fn admit(depot: &Depot, headers: &HeaderMap) -> Result<(), (StatusCode, Json<Value>)> {
    if let Some(status) = depot.failure(Service::Shippo) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return Err((status, Json(json!({ "detail": "It fails because somebody wants it to." }))));
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given.and_then(|value| value.strip_prefix("ShippoToken ")).is_some_and(|token| !token.is_empty()) {
        return Ok(());
    }
    Err((StatusCode::UNAUTHORIZED, Json(json!({ "detail": "Token does not exist" }))))
}

fn known(carrier: Option<&str>) -> Result<String, (StatusCode, Json<Value>)> {
    let carrier = carrier.unwrap_or_default();
    if CARRIERS.contains(&carrier) {
        return Ok(carrier.to_owned());
    }
    Err((StatusCode::BAD_REQUEST, Json(json!({ "carrier": [format!("\"{carrier}\" is not a valid choice.")] }))))
}

fn words(state: Happening) -> (&'static str, &'static str) {
    match state {
        Happening::LabelMade => ("PRE_TRANSIT", "information_received"),
        Happening::InTransit => ("TRANSIT", "package_accepted"),
        Happening::OutForDelivery => ("TRANSIT", "out_for_delivery"),
        Happening::AwaitingPickup => ("TRANSIT", "pickup_available"),
        Happening::AttemptFailed => ("TRANSIT", "delivery_attempted"),
        Happening::Delayed => ("TRANSIT", "delayed"),
        Happening::Exception => ("TRANSIT", "contact_carrier"),
        Happening::Damaged => ("TRANSIT", "package_damaged"),
        Happening::Refused => ("FAILURE", "package_undeliverable"),
        Happening::Returned => ("RETURNED", "return_to_sender"),
        Happening::Lost => ("FAILURE", "package_lost"),
        Happening::Delivered => ("DELIVERED", "delivered"),
    }
}

fn track(carrier: &str, number: &str, note: Option<&str>, history: &[Happened]) -> Value {
    let entry = |happened: &Happened| {
        let (status, code) = words(happened.state);
        json!({
            "object_created": happened.at, "object_updated": null, "object_id": hex(32), "status": status,
            "status_details": happened.text, "status_date": happened.at, "location": null,
            "substatus": { "code": code, "text": "", "action_required": false },
        })
    };
    json!({
        "messages": [], "carrier": carrier, "tracking_number": number, "address_from": null, "address_to": null, "eta": null,
        "original_eta": null, "servicelevel": { "token": null, "name": null }, "metadata": note, "transaction": null,
        "tracking_status": history.last().map(entry), "tracking_history": history.iter().map(entry).collect::<Vec<_>>(),
        "test": true,
    })
}

pub(super) fn tell(tracker: &Tracker, history: &[Happened]) -> Value {
    let data = track(&tracker.carrier, &tracker.number, tracker.note.as_deref(), history);
    json!({ "event": "track_updated", "test": true, "data": data })
}

pub(super) fn sign(secret: &Secret, body: Vec<u8>, now: Timestamp) -> Webhook {
    let time = now.as_second().to_string();
    let signature = HEXLOWER.encode(&secret.hmac(&[time.as_bytes(), b".", &body]));
    Webhook::json(body).with("shippo-auth-signature", format!("t={time},v1={signature}"))
}
