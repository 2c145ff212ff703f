//! Pages of lists.

use super::{
    asked::Asked,
    reply::{Refusal, Reply},
};
use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::Value;

/// The most of a page.
const MOST: i64 = 100;

/// A list's page that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    number: usize,
    length: usize,
    offset: Option<usize>,
}

impl Page {
    pub(super) fn of(asked: &Asked) -> Result<Self, Refusal> {
        let per_page = asked.whole("per_page")?.unwrap_or(10);
        if !(1..=MOST).contains(&per_page) {
            let message = format!("per_page must be between 1 (inclusive) and {MOST} (inclusive)");
            return Err(Refusal::parameter("per_page", "rest_out_of_bounds", &message));
        }
        let page = asked.whole("page")?.unwrap_or(1);
        if page < 1 {
            let message = "page must be greater than or equal to 1";
            return Err(Refusal::parameter("page", "rest_out_of_bounds", message));
        }
        let size = |number: i64| usize::try_from(number).unwrap_or_default();
        Ok(Self { number: size(page), length: size(per_page), offset: asked.whole("offset")?.map(size) })
    }

    /// The part of a list that is this page, and what is said of the rest.
    pub(super) fn cut<T>(self, asked: &Asked, all: &[T], show: impl Fn(&T) -> Value) -> Reply {
        let pages = all.len().div_ceil(self.length);
        let first = self.offset.unwrap_or((self.number - 1) * self.length);
        let shown = all.iter().skip(first).take(self.length).map(show).collect();
        let mut reply = Reply::ok(Value::Array(shown)).with("x-wp-total", &all.len()).with("x-wp-totalpages", &pages);
        let link = |page: usize, way: &str| {
            format!("<{}?{}>; rel=\"{way}\"", asked.url, asked.params.query(("page", &page.to_string())))
        };
        if self.number > 1 {
            reply = reply.with("link", &link((self.number - 1).min(pages.max(1)), "prev"));
        }
        if pages > self.number {
            reply = reply.with("link", &link(self.number + 1, "next"));
        }
        reply
    }
}

/// One of some words; the first if nothing is said.
pub(super) fn one_of(asked: &Asked, name: &str, words: &[&'static str]) -> Result<&'static str, Refusal> {
    let Some(wanted) = asked.text(name) else { return Ok(words.first().copied().unwrap_or_default()) };
    words.iter().find(|word| **word == wanted).copied().ok_or_else(|| not_in_enum(name, words))
}

pub(super) fn not_in_enum(name: &str, words: &[&str]) -> Refusal {
    let message = match words {
        [all @ .., last] => format!("{name} is not one of {}, and {last}.", all.join(", ")),
        [] => format!("{name} is not allowed."),
    };
    Refusal::parameter(name, "rest_not_in_enum", &message)
}

/// A moment that a list begins or ends with. Without a zone it is the shop's own time, if the request does not say that it is GMT.
pub(super) fn moment(asked: &Asked, name: &str, zone: &TimeZone) -> Result<Option<i64>, Refusal> {
    let Some(text) = asked.text(name) else { return Ok(None) };
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(Some(moment.as_second()));
    }
    let zone = if asked.flag("dates_are_gmt") == Some(true) { TimeZone::UTC } else { zone.clone() };
    let local = text.parse::<civil::DateTime>().ok().and_then(|local| zone.to_timestamp(local).ok());
    let second = local.map(jiff::Timestamp::as_second);
    second.map(Some).ok_or_else(|| Refusal::parameter(name, "rest_invalid_date", "Invalid date."))
}
