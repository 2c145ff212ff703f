//! What a track says.

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
    let of = |object: &Value| object["test"].as_bool().map(|test| !test);
    // What a live event says of a track of tests is not live.
    match (of(event), of(&event["data"])) {
        (Some(event), Some(track)) => Some(event && track),
        (event, track) => event.or(track),
    }
}

/// None: the event is about something else than a track.
pub(crate) fn event(event: &Value, now: Timestamp) -> Result<Option<Said>, Error> {
    match event["event"].as_str() {
        Some("track_updated") => read(&event["data"], now).map(Some),
        Some(_) => Ok(None),
        None => Err(malformed("event")),
    }
}

pub(super) fn read(track: &Value, now: Timestamp) -> Result<Said, Error> {
    let number = number(track, "tracking_number")?;
    let mut reader = Reader::new(&STATES, now);
    // The status is the last of the history, most of the time.
    let latest = Some(&track["tracking_status"]).filter(|status| status.is_object());
    for status in list(track, "tracking_history").iter().chain(latest) {
        let word = (text(status, "status"), text(&status["substatus"], "code"));
        reader.add(times::utc(&status["status_date"]), word, text(status, "status_details"));
    }
    Ok(reader.told(Service::Shippo, text(track, "carrier"), number))
}
