//! When an order arrives: the dates that the confirmation promises to the customer.
//!
//! The clock starts on the first working day whose cut-off has not passed at the location. Handling
//! and transit then count working days, so a parcel leaves and arrives on working days only. Public holidays at the location
//! delay the hand-over, and those at the destination the delivery.

mod calendar;

pub use calendar::{Calendar, CalendarName, UnknownCalendar};

use super::{text::Name, whole::Whole};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A quarter of a year. Longer handling would be a made-to-order date, not a handling time.
pub const MAX_HANDLING_DAYS: u16 = 90;
pub type HandlingDays = Whole<u16, 0, { MAX_HANDLING_DAYS as i64 }>;
/// Sea freight takes about sixty days; more is a typing error.
pub const MAX_TRANSIT_DAYS: u16 = 90;
pub type TransitDays = Whole<u16, 0, { MAX_TRANSIT_DAYS as i64 }>;
/// Bounds the stored item. A year has some twenty.
pub const MAX_HOLIDAYS: usize = 400;

/// The days on which an order is expected to leave and to arrive, as dates at the location.
///
/// Always `ships_on <= earliest <= latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    pub ships_on: Date,
    pub earliest: Date,
    pub latest: Date,
}

/// A location's working times. They have passed every check, so an estimate cannot fail.
///
/// Serializes as [`ScheduleSettings`], and deserializes by checking them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ScheduleSettings", into = "ScheduleSettings")]
pub struct Schedule {
    settings: ScheduleSettings,
    time_zone: TimeZone,
}

impl Schedule {
    pub fn settings(&self) -> &ScheduleSettings {
        &self.settings
    }

    /// When an order arrives. `placed` is when it was placed or paid, whichever lets the work begin.
    ///
    /// `backorder_days` are the calendar days until goods that are not in stock reach the location, counted from the
    /// day on which the clock starts. It is 0 when everything is in stock. `destination`: the holidays there. A later moment or a longer delay never gives
    /// an earlier date. Dates stop at the end of the year 9999.
    pub fn estimate(&self, placed: Timestamp, backorder_days: u16, destination: Calendar) -> Arrival {
        let own = self.settings.calendar.as_ref().map(Calendar::named).unwrap_or_default();
        let mut days = self.working_days(self.date_of(placed), own);
        let starts_on = days.find(|day| placed <= self.cut_off_on(*day)).unwrap_or(Date::MAX);
        let in_stock_on = starts_on.saturating_add(i64::from(backorder_days).days());
        self.leaving(self.working_day(in_stock_on, self.settings.handling_days, own), destination)
    }

    /// When a parcel arrives that the carrier took at `handed_over`, on a working day or not.
    pub fn in_transit(&self, handed_over: Timestamp, destination: Calendar) -> Arrival {
        self.leaving(self.date_of(handed_over), destination)
    }

    fn leaving(&self, ships_on: Date, destination: Calendar) -> Arrival {
        let DayRange { min, max } = self.settings.transit_days;
        let arrives = |days| self.working_day(ships_on, days, destination);
        Arrival { ships_on, earliest: arrives(min), latest: arrives(max) }
    }

    fn date_of(&self, moment: Timestamp) -> Date {
        self.time_zone.to_datetime(moment).date()
    }

    /// The cut-off of a day, as a moment. A clock time would not do: on the night when clocks go back it comes twice,
    /// and an order after the first cut-off would be in time for the second.
    fn cut_off_on(&self, day: Date) -> Timestamp {
        self.time_zone.to_timestamp(day.to_datetime(self.settings.cut_off)).unwrap_or(Timestamp::MAX)
    }

    /// The working day that is `count` working days after the first one on or after `from`.
    fn working_day(&self, from: Date, count: u16, holidays: Calendar) -> Date {
        self.working_days(from, holidays).nth(usize::from(count)).unwrap_or(Date::MAX)
    }

    fn working_days(&self, from: Date, holidays: Calendar) -> impl Iterator<Item = Date> {
        from.series(1.day()).filter(move |day| {
            self.settings.working_days.contains(&day.weekday().into())
                && !self.settings.holidays.contains(day)
                && !holidays.has(*day)
        })
    }
}

impl TryFrom<ScheduleSettings> for Schedule {
    type Error = ScheduleErrors;

    /// Reports every field that is wrong, not only the first.
    fn try_from(settings: ScheduleSettings) -> Result<Self, Self::Error> {
        let mut errors = Vec::new();
        let time_zone = known_time_zone(&settings.time_zone);
        if time_zone.is_none() {
            errors.push(ScheduleError::UnknownTimeZone);
        }
        if settings.handling_days > MAX_HANDLING_DAYS {
            errors.push(ScheduleError::HandlingTooLong);
        }
        if settings.working_days.is_empty() {
            errors.push(ScheduleError::NoWorkingDay);
        }
        if settings.holidays.len() > MAX_HOLIDAYS {
            errors.push(ScheduleError::TooManyHolidays);
        }
        if settings.transit_days.min > settings.transit_days.max {
            errors.push(ScheduleError::TransitReversed);
        }
        if settings.transit_days.max > MAX_TRANSIT_DAYS {
            errors.push(ScheduleError::TransitTooLong);
        }
        match time_zone {
            Some(time_zone) if errors.is_empty() => Ok(Self { settings, time_zone }),
            _ => Err(ScheduleErrors(errors)),
        }
    }
}

impl From<Schedule> for ScheduleSettings {
    fn from(schedule: Schedule) -> Self {
        schedule.settings
    }
}

/// Refuses `Etc/Unknown`: it is in the database, but means UTC only by accident.
fn known_time_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())
}

impl Default for Schedule {
    fn default() -> Self {
        Self { settings: ScheduleSettings::default(), time_zone: TimeZone::UTC }
    }
}

/// A location's working times as people write them and as they are stored. Every field may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleSettings {
    /// IANA name, such as `Europe/Berlin`.
    pub time_zone: Name,
    /// Local time. An order placed at this time is still handled as of that day; a later one is not.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::TimeOfDay"))]
    pub cut_off: Time,
    /// Working days from the start of the clock to the hand-over; 0 ships on the same day.
    #[cfg_attr(feature = "schema", schemars(with = "HandlingDays"))]
    pub handling_days: u16,
    /// The days of the week that handling and transit count.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<Weekday>", length(min = 1, max = 7)))]
    pub working_days: BTreeSet<Weekday>,
    /// The country or region whose public holidays are not worked at the location: `DE`, `DE-BY`. Those at the destination are
    /// known from its address. None if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarName>,
    /// Other dates that are not worked although their weekday is.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<crate::schema::Date>", length(max = MAX_HOLIDAYS)))]
    pub holidays: BTreeSet<Date>,
    /// Working days from the hand-over to the delivery.
    pub transit_days: DayRange,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        Self {
            time_zone: Name::literal("UTC"),
            cut_off: time(14, 0, 0, 0),
            handling_days: 1,
            working_days: BTreeSet::from([Monday, Tuesday, Wednesday, Thursday, Friday]),
            calendar: None,
            holidays: BTreeSet::new(),
            transit_days: DayRange { min: 2, max: 4 },
        }
    }
}

/// A number of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DayRange {
    /// The fewest days: not more than `max`.
    #[cfg_attr(feature = "schema", schemars(with = "TransitDays"))]
    pub min: u16,
    /// The most days: not fewer than `min`.
    #[cfg_attr(feature = "schema", schemars(with = "TransitDays"))]
    pub max: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl std::str::FromStr for Weekday {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "monday" => Ok(Self::Monday),
            "tuesday" => Ok(Self::Tuesday),
            "wednesday" => Ok(Self::Wednesday),
            "thursday" => Ok(Self::Thursday),
            "friday" => Ok(Self::Friday),
            "saturday" => Ok(Self::Saturday),
            "sunday" => Ok(Self::Sunday),
            _ => Err("must be a day of the week in lower case, for example monday"),
        }
    }
}

impl From<jiff::civil::Weekday> for Weekday {
    fn from(day: jiff::civil::Weekday) -> Self {
        use jiff::civil::Weekday as Civil;
        match day {
            Civil::Monday => Self::Monday,
            Civil::Tuesday => Self::Tuesday,
            Civil::Wednesday => Self::Wednesday,
            Civil::Thursday => Self::Thursday,
            Civil::Friday => Self::Friday,
            Civil::Saturday => Self::Saturday,
            Civil::Sunday => Self::Sunday,
        }
    }
}

/// One field of [`ScheduleSettings`] that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    #[error("is not an IANA time zone; use a name such as Europe/Berlin")]
    UnknownTimeZone,
    #[error("must be at most {MAX_HANDLING_DAYS}")]
    HandlingTooLong,
    #[error("must name at least one day of the week")]
    NoWorkingDay,
    #[error("must be at most {MAX_HOLIDAYS} dates; remove those that have passed")]
    TooManyHolidays,
    #[error("must not be more than transit_days.max")]
    TransitReversed,
    #[error("must be at most {MAX_TRANSIT_DAYS}")]
    TransitTooLong,
}

impl ScheduleError {
    /// The path of the field, as in the JSON.
    pub fn field(self) -> &'static str {
        match self {
            Self::UnknownTimeZone => "time_zone",
            Self::HandlingTooLong => "handling_days",
            Self::NoWorkingDay => "working_days",
            Self::TooManyHolidays => "holidays",
            Self::TransitReversed => "transit_days.min",
            Self::TransitTooLong => "transit_days.max",
        }
    }
}

/// Everything that is wrong with some [`ScheduleSettings`]; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ScheduleErrors(pub Vec<ScheduleError>);

impl std::fmt::Display for ScheduleErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{} {error}", error.field())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
