//! Public holidays of countries and regions.

use crate::contact::{Country, form};
use jiff::civil::Date;

/// What `infra/holidays/update.py` writes.
const HOLIDAYS: &str = include_str!("holidays.tsv");

form! {
    /// A country whose public holidays are known, or a region of one: `DE`, `DE-BY` (ISO 3166-1 and 3166-2).
    CalendarName,
    UnknownCalendar,
    read_calendar,
    { "type": "string", "pattern": "^[A-Z]{2}(-[A-Z0-9]{1,3})?$", "examples": ["DE", "DE-BY"] }
}

/// Why a text is no calendar's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no country or region whose public holidays are known; use a code such as DE or DE-BY (ISO 3166)")]
pub struct UnknownCalendar;

fn read_calendar(name: &str) -> Result<String, UnknownCalendar> {
    row(name).map(|_| name.to_owned()).ok_or(UnknownCalendar)
}

/// The public holidays of a place. By default there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calendar {
    national: Option<&'static str>,
    /// The days on which the region differs from its country.
    differing: Option<&'static str>,
}

impl Calendar {
    pub fn named(name: &CalendarName) -> Self {
        match name.split_once('-') {
            None => Self { national: row(name), differing: None },
            Some((country, _)) => Self { national: row(country), differing: row(name) },
        }
    }

    /// Those of an address. `region` counts where it is written as its code, as in the United States: `CA`.
    pub fn of(country: &Country, region: Option<&str>) -> Self {
        let name = region.map(|region| format!("{}-{}", country.as_str(), region.trim()));
        Self { national: row(country.as_str()), differing: name.and_then(|name| row(&name)) }
    }

    pub fn has(self, day: Date) -> bool {
        let names = |row: Option<&'static str>| row.is_some_and(|row| names(row, day));
        names(self.national) != names(self.differing)
    }
}

/// What is known of a name: days of every year, then those of single years.
fn row(name: &str) -> Option<&'static str> {
    HOLIDAYS.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'))
}

fn names(row: &str, day: Date) -> bool {
    let wanted = format!("{:02}{:02}", day.month(), day.day());
    let year = format!("{}:", day.year());
    let (always, single) = row.split_once('\t').unwrap_or((row, ""));
    let of_year = single.split('\t').find_map(|days| days.strip_prefix(&year)).unwrap_or_default();
    always.split(' ').chain(of_year.split(' ')).any(|known| known == wanted)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use jiff::{Timestamp, ToSpan as _, civil::date, tz::TimeZone};
    use std::time::SystemTime;

    fn holidays(name: &str, from: Date, days: i32) -> Vec<String> {
        let calendar = Calendar::named(&name.parse().unwrap());
        let days = from.series(1.day()).take(usize::try_from(days).unwrap());
        days.filter(|day| calendar.has(*day)).map(|day| day.to_string()).collect()
    }

    /// By the laws of the countries.
    #[test]
    fn a_country_has_its_fixed_and_its_moving_holidays() {
        let april = date(2026, 4, 1);
        assert_eq!(holidays("DE", april, 61), ["2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25"]);
        assert_eq!(holidays("US", date(2026, 11, 1), 61), ["2026-11-11", "2026-11-26", "2026-12-25"]);
        assert_eq!(holidays("FR", date(2027, 7, 1), 62), ["2027-07-14", "2027-08-15"]);
        assert_eq!(holidays("JP", date(2026, 9, 1), 30), ["2026-09-21", "2026-09-22", "2026-09-23"]);
    }

    #[test]
    fn a_region_has_more_holidays_than_its_country_or_fewer() {
        assert!(!holidays("DE", date(2026, 1, 6), 1).contains(&"2026-01-06".to_owned()));
        assert_eq!(holidays("DE-BY", date(2026, 1, 1), 6), ["2026-01-01", "2026-01-06"]);
        let gb = |name| holidays(name, date(2026, 12, 1), 31);
        assert_eq!(gb("GB-SCT"), gb("GB-ENG"));
    }

    #[test]
    fn an_address_has_the_holidays_of_its_region_where_that_is_a_code() {
        let cesar_chavez = date(2026, 3, 31);
        let us: Country = "US".parse().unwrap();
        for (region, is_free) in [(Some("CA"), true), (Some(" CA "), true), (Some("California"), false), (None, false)]
        {
            assert_eq!(Calendar::of(&us, region).has(cesar_chavez), is_free, "{region:?}");
        }
        assert!(Calendar::of(&us, Some("Utopia")).has(date(2026, 12, 25)));
    }

    #[test]
    fn only_what_is_known_is_a_calendars_name() {
        for name in ["DE", "DE-BY", "GB", "US-CA"] {
            assert_eq!(name.parse::<CalendarName>().unwrap().to_string(), name);
        }
        for name in ["", "#", "de", "DE-", "DE-XX", "Germany", "DE\t", "ZZ"] {
            assert!(name.parse::<CalendarName>().is_err(), "{name}");
        }
        assert!(!Calendar::default().has(date(2026, 12, 25)));
    }

    /// When this fails, `infra/holidays/update.py` wants later years.
    #[test]
    fn the_holidays_of_the_next_two_years_are_known() {
        let now = Timestamp::try_from(SystemTime::now()).unwrap();
        let year = TimeZone::UTC.to_datetime(now).year() + 2;
        assert!(HOLIDAYS.lines().any(|line| line.contains(&format!("\t{year}:"))), "{year}");
    }
}
