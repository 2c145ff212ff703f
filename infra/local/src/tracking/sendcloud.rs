//! A simulated Sendcloud: labels, and webhooks about the parcels whose labels it sold. <https://sendcloud.dev/api/v3/webhooks/parcel-status-changed>

mod labels;

pub(super) use labels::router;

use super::depot::{Happened, Happening, Tracker};
use crate::outside::{Secret, Webhook};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The fixed value of a secret that must have Sendcloud's form.
pub(crate) fn secret(name: &str) -> Option<&'static str> {
    (name == "SendcloudApiKey").then_some("public-local:secret-local")
}

fn words(state: Happening) -> (i64, &'static str) {
    match state {
        Happening::LabelMade => (1000, "Ready to send"),
        Happening::InTransit => (3, "En route to sorting center"),
        Happening::OutForDelivery => (92, "Driver en route"),
        Happening::AwaitingPickup => (12, "Awaiting customer pickup"),
        Happening::AttemptFailed => (8, "Delivery attempt failed"),
        Happening::Delayed => (4, "Delivery delayed"),
        Happening::Exception | Happening::Damaged => (62996, "Exception"),
        Happening::Refused => (62991, "Refused by recipient"),
        Happening::Returned => (62992, "Returned to sender"),
        Happening::Lost => (80, "Unable to deliver"),
        Happening::Delivered => (11, "Delivered"),
    }
}

/// One change, without those before.
pub(super) fn tell(tracker: &Tracker, history: &[Happened], now: Timestamp) -> Value {
    let last = history.last();
    let (id, message) = last.map_or((1000, "Ready to send"), |last| words(last.state));
    json!({
        "action": "parcel_status_changed", "timestamp": now.as_second(),
        "carrier_status_change_timestamp": last.map(|last| last.at.as_second()),
        "parcel": {
            "id": 1, "name": "Erika Musterfrau", "company_name": "", "address": "Heidestraße 17", "city": "Köln",
            "postal_code": "51147", "date_created": tracker.since, "tracking_number": tracker.number, "weight": "2.000",
            "carrier": { "code": tracker.carrier }, "status": { "id": id, "message": message }, "data": {},
            "country": { "iso_3": "DEU", "iso_2": "DE", "name": "Germany" }, "order_number": "", "shipment_uuid": tracker.id,
        },
    })
}

pub(super) fn sign(secret: &Secret, body: Vec<u8>) -> Webhook {
    let signature = HEXLOWER.encode(&secret.hmac(&[&body]));
    Webhook::json(body).with("sendcloud-signature", signature)
}
