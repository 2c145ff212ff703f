//! A location with its working times.

use api::{Body, Fields, address, date};
use domain::{
    arrival::{DayRange, HandlingDays, MAX_HOLIDAYS, Schedule, ScheduleSettings, TransitDays, Weekday},
    contact::WebhookUrl,
    ids::LocationId,
    placed_order::Address,
    settings::Location,
    text::Name,
    whole::Priority,
};
use std::collections::BTreeSet;

/// Where a location without a priority stands.
const DEFAULT_PRIORITY: u16 = 100;

/// A location.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PutLocation {
    /// What people call it. Customers are not shown it.
    pub name: Name,
    /// Lower is preferred; 100 if absent.
    pub priority: Option<Priority>,
    /// Its working times. What is left out of it has its default, and so has all of it without this field.
    #[cfg_attr(feature = "schema", schemars(with = "Option<ScheduleSettings>"))]
    pub schedule: Schedule,
    /// Where it stands: papers show it as the sender's, and returns go there. Its `name` is the shop's.
    pub address: Option<Address>,
    /// `https`, or `http` to this machine.
    pub webhook_url: Option<WebhookUrl>,
}

impl PutLocation {
    pub fn location(self, id: LocationId) -> Location {
        let Self { name, priority, schedule, address, webhook_url } = self;
        Location {
            id,
            name,
            priority: priority.map_or(DEFAULT_PRIORITY, Priority::get),
            schedule,
            address,
            webhook_url,
            closed: None,
            changed: None,
        }
    }
}

impl Body for PutLocation {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let name = fields.text("name");
        let priority = fields.optional_whole("priority");
        let schedule = schedule(fields);
        let address = fields.optional_object("address", address);
        let webhook_url = fields.optional_text("webhook_url");
        let (schedule, address) = (schedule?, address?);
        Some(Self { name: name?, priority: priority?, schedule, address, webhook_url: webhook_url? })
    }
}

fn schedule(fields: &Fields<'_>) -> Option<Schedule> {
    let settings = fields.optional_object("schedule", schedule_settings)?.unwrap_or_default();
    match Schedule::try_from(settings) {
        Ok(schedule) => Some(schedule),
        Err(errors) => {
            for error in errors.0 {
                fields.report(&format!("schedule.{}", error.field()), error);
            }
            None
        }
    }
}

/// What is left out has its default.
fn schedule_settings(fields: &Fields<'_>) -> Option<ScheduleSettings> {
    let default = ScheduleSettings::default();
    let time_zone = fields.optional_text("time_zone");
    let cut_off = fields.optional_text_by("cut_off", time_of_day);
    let handling_days = fields.optional_whole("handling_days");
    let working_days = fields.optional_texts("working_days", 1..=7, str::parse::<Weekday>);
    let calendar = fields.optional_text("calendar");
    let holidays = fields.optional_texts("holidays", 0..=MAX_HOLIDAYS, date);
    let transit_days = fields.optional_object("transit_days", |fields| {
        let (min, max): (Option<TransitDays>, Option<TransitDays>) = (fields.whole("min"), fields.whole("max"));
        Some(DayRange { min: min?.get(), max: max?.get() })
    });
    Some(ScheduleSettings {
        time_zone: time_zone?.unwrap_or(default.time_zone),
        cut_off: cut_off?.unwrap_or(default.cut_off),
        handling_days: handling_days?.map_or(default.handling_days, HandlingDays::get),
        working_days: working_days?.map_or(default.working_days, BTreeSet::from_iter),
        calendar: calendar?,
        holidays: holidays?.map_or(default.holidays, BTreeSet::from_iter),
        transit_days: transit_days?.unwrap_or(default.transit_days),
    })
}

fn time_of_day(text: &str) -> Result<jiff::civil::Time, &'static str> {
    text.parse().map_err(|_| "must be a time of day, for example 14:00:00")
}
