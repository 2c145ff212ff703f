//! What a tracking says.

use super::STATES;
use crate::{
    Service,
    fields::{list, malformed, number, text},
    times::{self, Written},
    told::{Reader, Said},
};
use api::Error;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// No zone is further behind UTC.
const LAST_ZONE: SignedDuration = SignedDuration::from_hours(12);

/// Told of a parcel that goes back, whatever its tags say meanwhile.
const RETURNING: (&str, &str) = ("Exception", "Exception_010");

/// None: the event is about something else than a tracking.
pub(crate) fn event(event: &Value, now: Timestamp) -> Result<Option<Said>, Error> {
    match event["event"].as_str() {
        Some("tracking_update") => read(&event["msg"], times::seconds(&event["ts"]).unwrap_or(now), now).map(Some),
        Some(_) => Ok(None),
        None => Err(malformed("event")),
    }
}

/// `told`: when AfterShip tells it.
pub(super) fn read(tracking: &Value, told: Timestamp, now: Timestamp) -> Result<Said, Error> {
    let number = number(tracking, "tracking_number")?;
    let is_returning = tracking["return_to_sender"] == true;
    let mut reader = Reader::new(&STATES, now);
    let checkpoints = list(tracking, "checkpoints");
    for (index, checkpoint) in checkpoints.iter().enumerate() {
        let status = (text(checkpoint, "tag"), text(checkpoint, "subtag"));
        let is_end = matches!(status.0, "Delivered") || index + 1 == checkpoints.len() && status.0 == "Exception";
        let status = if is_returning && is_end { RETURNING } else { status };
        reader.add(time(checkpoint, told), status, text(checkpoint, "message"));
    }
    // A parcel of which nothing was heard for thirty days has no checkpoint that says so.
    let status = (text(tracking, "tag"), text(tracking, "subtag"));
    if status.0 == "Expired" || !reader.has_moments() {
        reader.add(Some(told), status, text(tracking, "subtag_message"));
    }
    Ok(reader.told(Service::AfterShip, text(tracking, "slug"), number))
}

/// When something happened, at the latest.
///
/// Most carriers give the local time of the place, and AfterShip passes it on without the zone. It happened before AfterShip had heard
/// of it, which it tells in UTC, and no later than this time in the last zone of the world. So the moments of a parcel stay in their
/// order, and none is taken for older than it is: what another has told before does not hide it.
fn time(checkpoint: &Value, told: Timestamp) -> Option<Timestamp> {
    let heard = times::utc(&checkpoint["created_at"]).unwrap_or(told);
    Some(match Written::read(&checkpoint["checkpoint_time"])? {
        Written::At(at) => at,
        local @ Written::Local(_) => local.utc().checked_add(LAST_ZONE).map_or(heard, |latest| latest.min(heard)),
    })
}
