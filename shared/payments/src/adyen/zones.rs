//! The time zones of Adyen's reports, which abbreviate them: <https://docs.adyen.com/reporting/time-zone-setting>.

use jiff::tz::{self, TimeZone};

/// Hours from UTC. An abbreviation says itself whether it is summer. Those that countries on several continents use (IST) are left
/// out, and CST is America's.
const ABBREVIATED: [(&str, i8); 27] = [
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 1),
    ("BST", 1),
    ("CET", 1),
    ("CEST", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
    ("SGT", 8),
    ("HKT", 8),
    ("AWST", 8),
    ("JST", 9),
    ("AEST", 10),
    ("AEDT", 11),
    ("NZST", 12),
    ("NZDT", 13),
    ("BRT", -3),
    ("EDT", -4),
    ("EST", -5),
    ("CDT", -5),
    ("CST", -6),
    ("MDT", -6),
    ("MST", -7),
    ("PDT", -7),
    ("PST", -8),
];

/// A time zone by its abbreviation, or by its name: `Europe/Amsterdam`. None: it is not known.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    let abbreviated = ABBREVIATED.iter().find(|(known, _)| *known == name);
    abbreviated.map_or_else(|| TimeZone::get(name).ok(), |(_, hours)| Some(TimeZone::fixed(tz::offset(*hours))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_abbreviation_or_a_name_tells_how_far_from_utc_a_moment_is() {
        let noon = date(2026, 7, 1).at(12, 0, 0, 0);
        let table = [
            ("UTC", "2026-07-01T12:00:00Z"),
            ("CET", "2026-07-01T11:00:00Z"),
            ("CEST", "2026-07-01T10:00:00Z"),
            ("PST", "2026-07-01T20:00:00Z"),
            ("Europe/Amsterdam", "2026-07-01T10:00:00Z"),
        ];
        for (name, expected) in table {
            assert_eq!(zone(name).unwrap().to_timestamp(noon).unwrap().to_string(), expected, "{name}");
        }
        assert!(zone("").is_none() && zone("IST").is_none());
    }
}
