//! The bodies of the requests, and how they are read.

#[cfg(feature = "schema")]
mod body;

#[cfg(feature = "schema")]
pub use body::{PutChannel, PutLocation, PutProduct};

use api::{Decoder, Error, Fields, text};
use domain::{
    arrival::{DayRange, MAX_HANDLING_DAYS, MAX_HOLIDAYS, MAX_TRANSIT_DAYS, Schedule, ScheduleSettings, Weekday},
    ids::{ChannelId, LocationId, OrderId, Sku},
    settings::{Channel, Location, Product, Role},
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const MAX_NAME: usize = 200;
const MAX_BINS: usize = 100;
/// Characters of a bin's name.
const MAX_BIN: usize = 40;
const MAX_PRIORITY: i64 = 1000;
/// Ten tonnes.
const MAX_WEIGHT_G: i64 = 10_000_000;

/// An API key to be made.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct CreateKey {
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 60)))]
    pub name: String,
    pub role: Role,
    /// Required for a storefront, and only for it.
    pub channel: Option<ChannelId>,
}

/// The order that a payment is for.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct AssignPayment {
    pub order: OrderId,
}

pub fn assign_payment(body: &Value) -> Result<AssignPayment, Error> {
    Decoder::read(body, |fields| Some(AssignPayment { order: fields.name("order")? }))
}

pub fn product(sku: Sku, body: &Value) -> Result<Product, Error> {
    Decoder::read(body, |fields| {
        let title = fields.text("title", text(MAX_NAME));
        let weight_g = fields.optional_integer("weight_g", 0..=MAX_WEIGHT_G);
        let bins = fields.optional_value::<BTreeMap<LocationId, String>>("bins");
        let bins = bins?.unwrap_or_default();
        if bins.len() > MAX_BINS || bins.values().any(|bin| text(MAX_BIN)(bin).is_err()) {
            fields.report("bins", format!("must be at most {MAX_BINS} bins of 1 to {MAX_BIN} characters"));
        }
        Some(Product { sku, title: title?, weight_g: weight_g?, bins })
    })
}

pub fn location(id: LocationId, body: &Value) -> Result<Location, Error> {
    Decoder::read(body, |fields| {
        let name = fields.text("name", text(MAX_NAME));
        let priority = fields.integer_or("priority", 0..=MAX_PRIORITY, 100);
        let schedule = schedule(fields);
        let webhook_url = fields.optional_text("webhook_url", webhook);
        Some(Location { id, name: name?, priority: priority?, schedule: schedule?, webhook_url: webhook_url? })
    })
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
    let time_zone = fields.optional_text("time_zone", text(MAX_NAME));
    let cut_off = fields.optional_text("cut_off", time_of_day);
    let handling_days = fields.integer_or("handling_days", 0..=MAX_HANDLING_DAYS.into(), default.handling_days);
    let working_days = fields.optional_texts("working_days", 1..=7, str::parse::<Weekday>);
    let holidays = fields.optional_texts("holidays", 0..=MAX_HOLIDAYS, date);
    let transit_days = fields.optional_object("transit_days", |fields| {
        let min = fields.integer("min", 0..=MAX_TRANSIT_DAYS.into());
        let max = fields.integer("max", 0..=MAX_TRANSIT_DAYS.into());
        Some(DayRange { min: min?, max: max? })
    });
    Some(ScheduleSettings {
        time_zone: time_zone?.unwrap_or(default.time_zone),
        cut_off: cut_off?.unwrap_or(default.cut_off),
        handling_days: handling_days?,
        working_days: working_days?.map_or(default.working_days, BTreeSet::from_iter),
        holidays: holidays?.map_or(default.holidays, BTreeSet::from_iter),
        transit_days: transit_days?.unwrap_or(default.transit_days),
    })
}

fn date(text: &str) -> Result<jiff::civil::Date, &'static str> {
    text.parse().map_err(|_| "must be a date, for example 2026-12-25")
}

fn time_of_day(text: &str) -> Result<jiff::civil::Time, &'static str> {
    text.parse().map_err(|_| "must be a time of day, for example 14:00:00")
}

/// What is posted there names customers, so it must go over TLS; a developer's own machine excepted.
fn webhook(url: &str) -> Result<String, &'static str> {
    // The host, if no user stands before it (`http://localhost:80@elsewhere.example` goes elsewhere).
    let host = |rest: &str| {
        let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        let host = authority.split(':').next().unwrap_or_default();
        if authority.contains('@') { String::new() } else { host.to_owned() }
    };
    let valid = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => !host(rest).is_empty(),
        (_, Some(rest)) => ["127.0.0.1", "localhost"].contains(&host(rest).as_str()),
        _ => false,
    };
    let printable = url.len() <= 500 && url.chars().all(|c| c.is_ascii_graphic());
    if valid && printable { Ok(url.to_owned()) } else { Err("must be an https URL of at most 500 characters") }
}

pub fn channel(id: ChannelId, body: &Value) -> Result<Channel, Error> {
    Decoder::read(body, |fields| Some(Channel { id, name: fields.text("name", text(MAX_NAME))? }))
}

pub fn key(body: &Value) -> Result<CreateKey, Error> {
    Decoder::read(body, |fields| {
        let name = fields.text("name", text(60));
        let role = fields.name("role");
        let channel = fields.optional_name("channel");
        let key = CreateKey { name: name?, role: role?, channel: channel? };
        match (key.role, &key.channel) {
            (Role::Storefront, None) => fields.report("channel", "is required: a storefront sees one channel's orders"),
            (Role::Warehouse | Role::Operator, Some(_)) => fields.report("channel", "is for storefronts only"),
            _ => return Some(key),
        }
        None
    })
}

#[cfg(test)]
mod tests;
