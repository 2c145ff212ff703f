//! What a tracker says.

use super::STATES;
use crate::{
    Service,
    fields::{list, malformed, number, text},
    times,
    told::{Reader, Said},
};
use api::Error;
use jiff::Timestamp;
use serde_json::Value;

/// Whether an event is of the production, or of tests. None: it does not say.
pub(crate) fn is_live(event: &Value) -> Option<bool> {
    let of = |object: &Value| match object["mode"].as_str() {
        Some("production") => Some(true),
        Some("test") => Some(false),
        _ => None,
    };
    // What a live event says of a tracker of tests is not live.
    match (of(event), of(&event["result"])) {
        (Some(event), Some(tracker)) => Some(event && tracker),
        (event, tracker) => event.or(tracker),
    }
}

/// None: the event is about something else than a tracker.
pub(crate) fn event(event: &Value, now: Timestamp) -> Result<Option<Said>, Error> {
    match event["description"].as_str() {
        Some("tracker.created" | "tracker.updated") => read(&event["result"], now).map(Some),
        Some(_) => Ok(None),
        None => Err(malformed("description")),
    }
}

pub(super) fn read(tracker: &Value, now: Timestamp) -> Result<Said, Error> {
    let number = number(tracker, "tracking_code")?;
    let mut reader = Reader::new(&STATES, now);
    for detail in list(tracker, "tracking_details") {
        let status = (text(detail, "status"), text(detail, "status_detail"));
        reader.add(times::utc(&detail["datetime"]), status, text(detail, "message"));
    }
    // Carriers that tell of no scans tell at least where a parcel is.
    if !reader.has_moments() {
        let status = (text(tracker, "status"), text(tracker, "status_detail"));
        reader.add(times::utc(&tracker["updated_at"]), status, "");
    }
    Ok(reader.told(Service::EasyPost, text(tracker, "carrier"), number))
}
