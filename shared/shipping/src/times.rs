//! When something happened, as services write it.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use serde_json::Value;

/// A carrier's clock may be ahead of ours by so much. What claims to be later happens now.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// No parcel of ours was on its way before. An earlier time is a default that nobody filled in.
const FIRST: Timestamp = Timestamp::constant(946_684_800, 0);

/// A time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    At(Timestamp),
    /// Of some zone, which is not told.
    Local(civil::DateTime),
}

impl Written {
    /// A time in RFC 3339, or one without an offset. None: there is none, it cannot be read, or nobody filled it in.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let at = text.parse().map(Self::At).or_else(|_| text.parse().map(Self::Local)).ok()?;
        (at.utc() >= FIRST).then_some(at)
    }

    /// As if it were UTC where no offset is told.
    pub(crate) fn utc(self) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Local(local) => TimeZone::UTC.to_timestamp(local).unwrap_or_default(),
        }
    }
}

/// A time in RFC 3339; without an offset it is UTC.
pub(crate) fn utc(value: &Value) -> Option<Timestamp> {
    Written::read(value).map(Written::utc)
}

/// A time in seconds since 1970.
pub(crate) fn seconds(value: &Value) -> Option<Timestamp> {
    let seconds = value.as_i64().or_else(|| whole(value.as_f64()?))?;
    Timestamp::from_second(seconds).ok().filter(|at| *at >= FIRST)
}

#[allow(clippy::cast_possible_truncation)] // a number beyond the range ends at its edge, which is no time
fn whole(seconds: f64) -> Option<i64> {
    seconds.is_finite().then_some(seconds.trunc() as i64)
}

/// A time that is not in the future, in whole milliseconds, as it is stored.
pub(crate) fn until(now: Timestamp, at: Timestamp) -> Timestamp {
    let at = if at.duration_since(now) > AHEAD { now } else { at };
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_read_as_services_write_them() {
        for (told, at) in [
            (json!("2024-07-31T15:00:00Z"), Some("2024-07-31T15:00:00Z")),
            (json!("2024-07-31T15:00:00+02:00"), Some("2024-07-31T13:00:00Z")),
            (json!("2018-07-29T16:44:42.586"), Some("2018-07-29T16:44:42.586Z")),
            (json!("2018-07-29"), Some("2018-07-29T00:00:00Z")),
            (json!("0001-01-01T00:00:00Z"), None),
            (json!("soon"), None),
            (json!(1), None),
            (json!(null), None),
        ] {
            assert_eq!(utc(&told), at.map(time), "{told}");
        }
        for (told, at) in [
            (json!(1_712_741_696), Some("2024-04-10T09:34:56Z")),
            (json!(1_712_741_696.9), Some("2024-04-10T09:34:56Z")),
            (json!(123), None),
            (json!(1e300), None),
            (json!(i64::MAX), None),
            (json!("1712741696"), None),
            (json!(null), None),
        ] {
            assert_eq!(seconds(&told), at.map(time), "{told}");
        }
    }

    #[test]
    fn what_claims_to_be_in_the_future_happens_now() {
        let now = time("2026-11-30T12:00:00Z");
        for (told, at) in [
            ("2026-11-30T11:59:59.123456Z", "2026-11-30T11:59:59.123Z"),
            ("2026-11-30T12:05:00Z", "2026-11-30T12:05:00Z"),
            ("2026-11-30T12:05:01Z", "2026-11-30T12:00:00Z"),
            ("9999-01-01T00:00:00Z", "2026-11-30T12:00:00Z"),
        ] {
            assert_eq!(until(now, time(told)), time(at), "{told}");
        }
    }
}
