//! The list of orders, newest first.

use crate::{
    chrome::Chrome,
    parts,
    trouble::{Problem, Trouble},
    visit::Visit,
};
use api::Response;
use askama::Template;
use domain::{
    money::{Amount, Currency},
    order_state::OrderStatus,
};
use jiff::{Span, Timestamp, civil::Date, tz::Offset};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// An order in a list, as far as it is shown. The warehouse is told no money.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Listed {
    pub id: String,
    pub reference: String,
    pub channel: String,
    pub placed_at: Timestamp,
    pub status: String,
    pub payment_status: Option<String>,
    pub holds: BTreeMap<String, Value>,
    pub on_hold: bool,
    pub fulfillments: BTreeMap<String, String>,
    pub currency: Option<Currency>,
    pub total: Amount,
    pub customer_name: Option<String>,
}

impl Listed {
    pub fn payment(&self) -> &str {
        self.payment_status.as_deref().unwrap_or_default()
    }

    pub fn sum(&self, chrome: &Chrome) -> String {
        self.currency.map(|currency| chrome.money(&self.total, &currency)).unwrap_or_default()
    }
}

/// A page of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Page {
    pub orders: Vec<Listed>,
    pub next_cursor: Option<String>,
}

/// What is asked for, as the address has it.
struct Filters {
    status: String,
    channel: String,
    from: String,
    to: String,
}

impl Filters {
    fn of(visit: &Visit<'_>) -> Self {
        let value = |name| visit.query(name).to_owned();
        Self { status: value("status"), channel: value("channel"), from: value("from"), to: value("to") }
    }

    /// The address of the list with these filters.
    fn address(&self, status: &str, cursor: Option<&str>) -> String {
        let all = [("status", status), ("channel", &self.channel), ("from", &self.from), ("to", &self.to)];
        address("/console/orders", all.into_iter().chain(cursor.map(|cursor| ("cursor", cursor))))
    }

    /// The same for the API. A day is one of UTC, from its first moment on to its last. What is no day is asked for too: the API
    /// says what is wrong with it.
    fn asked(&self, cursor: &str) -> String {
        let moment = |text: &str, days| midnight(text, days).map_or_else(|| text.to_owned(), |at| at.to_string());
        let (from, before) = (moment(&self.from, 0), moment(&self.to, 1));
        let all = [
            ("status", self.status.as_str()),
            ("channel", &self.channel),
            ("placed_from", &from),
            ("placed_before", &before),
            ("cursor", cursor),
        ];
        address("/orders", all)
    }
}

/// When a day begins in UTC, or one that many days later.
fn midnight(day: &str, days_later: i64) -> Option<Timestamp> {
    let day: Date = day.parse().ok()?;
    let day = day.checked_add(Span::new().days(days_later)).ok()?;
    Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()
}

/// A path with those of the parameters that have a value.
pub fn address<'a>(path: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let given = parameters.into_iter().filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[derive(Template)]
#[template(path = "orders.html")]
struct List {
    c: Chrome,
    f: Filters,
    statuses: [&'static str; 5],
    orders: Vec<Listed>,
    next: Option<String>,
    problem: Option<Problem>,
}

impl List {
    fn with_status(&self, status: &str) -> String {
        self.f.address(status, None)
    }
}

/// `GET /console/orders`
pub async fn list(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let (api, f) = (visit.api()?, Filters::of(visit));
    let asked = f.asked(visit.query("cursor"));
    let (me, page) = futures::join!(api.get("/sessions/current"), api.get::<Page>(&asked));
    let me = me?;
    let (status, page, problem) = match page {
        Ok(page) => (200, page, None),
        Err(Trouble::Told(problem)) => (problem.status, Page::default(), Some(*problem)),
        Err(other) => return Err(other),
    };
    let next = page.next_cursor.as_deref().map(|cursor| f.address(&f.status, Some(cursor)));
    let c = Chrome::new(visit, Some(me), "orders");
    parts::html(status, &List { c, f, statuses: OrderStatus::NAMES, orders: page.orders, next, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_asked_for_by_its_first_moment_and_what_is_no_day_is_asked_for_as_it_is() {
        let asked = |from: &str, to: &str| {
            let f = Filters { status: String::new(), channel: String::new(), from: from.into(), to: to.into() };
            f.asked("")
        };
        assert_eq!(
            asked("2026-11-30", "2026-11-30"),
            "/orders?placed_from=2026-11-30T00%3A00%3A00Z&placed_before=2026-12-01T00%3A00%3A00Z"
        );
        assert_eq!(asked("31.12.2026", ""), "/orders?placed_from=31.12.2026");
    }
}
