//! Sendcloud: <https://sendcloud.dev/api/v3/webhooks/parcel-status-changed>.
//!
//! It follows the parcels that it sold the label of, by itself, and tells one change at a time, in any order. It knows no tests.
//!
//! Variables: `SENDCLOUD_WEBHOOK_SECRET` (the ARN of the integration's secret keys, one on a line), `SENDCLOUD_API_URL`
//! (`https://panel.sendcloud.sc`) and `SENDCLOUD_API_KEY` (the ARN of its public key and its secret one, a colon between them).

mod labels;

pub use labels::Labels;

use crate::{
    Service,
    fields::{malformed, number, text},
    states::States,
    times,
    told::{Reader, Said},
};
use api::Error;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use runtime::SecretValue;
use serde_json::Value;
use webhooks::{SignatureError, signed, whole};

/// The name of the header, in lower case.
pub(crate) const HEADER: &str = "sendcloud-signature";

/// `status.id` or `status.code`, and nothing closer.
pub(crate) static STATES: States = States(include_str!("sendcloud/states.tsv"));

/// <https://sendcloud.dev/docs/getting-started/webhooks>
pub(crate) fn verify(header: &str, body: &[u8], secrets: &SecretValue) -> Result<(), SignatureError> {
    whole::verify(header, body, signed::lines(secrets), &HEXLOWER)
}

/// None: the event is about something else than a parcel's state.
pub(crate) fn event(event: &Value, now: Timestamp) -> Result<Option<Said>, Error> {
    match event["action"].as_str() {
        Some("parcel_status_changed") => read(event, now).map(Some),
        Some(_) => Ok(None),
        None => Err(malformed("action")),
    }
}

fn read(event: &Value, now: Timestamp) -> Result<Said, Error> {
    let parcel = &event["parcel"];
    let status = &parcel["status"];
    let code = status["id"].as_i64().map(|id| id.to_string());
    let code = code.as_deref().or_else(|| status["code"].as_str()).ok_or_else(|| malformed("parcel.status"))?;
    let mut reader = Reader::new(&STATES, now);
    // The carrier does not always say when. Then it is when Sendcloud heard of it.
    let at =
        ["carrier_status_change_timestamp", "timestamp"].into_iter().find_map(|field| times::seconds(&event[field]));
    reader.add(at, (code, ""), text(status, "message"));
    Ok(reader.told(Service::Sendcloud, text(&parcel["carrier"], "code"), number(parcel, "tracking_number")?))
}
