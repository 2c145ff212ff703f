//! The books, for bookkeepers: each movement of money, and what a day comes to.

use crate::App;
use api::{Caller, Error, FieldError, Problem, Request, Response, cursor_of_any, next_cursor};
use domain::{
    books::{Movement, MovementKind, day_of},
    ids::{ChannelId, OrderId, PaymentId, ProviderName},
    money::{Amount, Currency, decimal},
};
use jiff::{ToSpan as _, civil::Date};
use serde::Serialize;
use std::{collections::BTreeMap, str::FromStr};
use store::{BookedRow, RowPlace};

/// A movement of money.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerRow {
    #[serde(flatten)]
    pub movement: Movement,
    /// The payment's provider.
    pub provider: ProviderName,
    /// The order whose money it is. Absent for a payment that no order takes, and that goes back, and for a payout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The order's channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// What the channel calls the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A page of the books.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerPage {
    /// In the order in which they were written down, which never changes. A page may be short, or empty, and still have a next
    /// one.
    pub rows: Vec<LedgerRow>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

/// What moved on a day with a provider in a currency.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayBalance {
    /// The day, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub day: Date,
    /// The payments' provider.
    pub provider: ProviderName,
    /// The payments' currency; of fees and payouts, that of the account at the provider.
    pub currency: Currency,
    /// How many rows there are.
    pub rows: usize,
    /// What came in, in minor units: captured, less what banks rejected afterwards.
    pub captured: Amount,
    /// What went back to customers, in minor units: 0 or negative, unless refunds of earlier days failed.
    pub refunded: Amount,
    /// What banks took for disputes, less what they gave back, in minor units.
    pub disputed: Amount,
    /// What the provider took as fees, less what it gave back, in minor units: 0 or negative for the most part.
    pub fees: Amount,
    /// The sum of all four.
    pub net: Amount,
    /// What the provider paid out to the merchant's bank (negative), less what came back, in minor units.
    pub payouts: Amount,
}

/// What each day comes to.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrialBalance {
    /// By day, provider and currency.
    pub days: Vec<DayBalance>,
}

/// In which form the books are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename_all = "lowercase"))]
pub enum LedgerFormat {
    /// One JSON document, with `next_cursor`.
    Json,
    /// A JSON document on each line. `Link` names the next page.
    Jsonl,
    /// Comma-separated values, with names in the first line of each page and amounts as decimals. `Link` names the next page.
    Csv,
}

impl FromStr for LedgerFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text {
            "json" => Ok(Self::Json),
            "jsonl" => Ok(Self::Jsonl),
            "csv" => Ok(Self::Csv),
            _ => Err("must be json, jsonl or csv"),
        }
    }
}

/// The longest time that one question is about.
const MAX_DAYS: i32 = 366;
/// A trial balance reads every row, so it is about a month at most.
pub(crate) const MAX_BALANCE_DAYS: i32 = 31;
/// Before all rows of a day, in a cursor.
const BEGIN: &str = "begin";
/// Rows that are read at once.
const CHUNK: usize = 500;
/// A day with more rows is summed up by whoever reads them.
const MAX_BALANCE_ROWS: usize = 50_000;

pub(crate) async fn list(app: &App, _: &Caller, request: &Request) -> Result<Response, Error> {
    let (from, to) = days(app, request, MAX_DAYS)?;
    let format = request.query_param("format")?.unwrap_or(LedgerFormat::Json);
    let limit = request.limit()?;
    let (mut day, mut after) = cursor(request, from, to)?.unwrap_or((from, None));
    let mut rows = Vec::new();
    let mut next = None;
    // A day of which nothing is left costs a look; a page has no more of these than a month has days.
    for _ in 0..31 {
        let (found, more) = app.store.booked(day, after.as_ref(), limit - rows.len()).await?;
        rows.extend(found);
        next = match more {
            Some(place) => Some((day, Some(place))),
            None if day >= to => None,
            None => Some((day.saturating_add(1.day()), None)),
        };
        let Some((next_day, place)) = next.clone() else { break };
        (day, after) = (next_day, place);
        if rows.len() >= limit {
            break;
        }
    }
    let next = next.map(|(day, after)| format!("{day}/{}", after.map_or(BEGIN.to_owned(), |place| place.to_string())));
    let rows: Vec<LedgerRow> = rows.into_iter().map(LedgerRow::from).collect();
    Ok(match format {
        LedgerFormat::Json => Response::json(200, &LedgerPage { rows, next_cursor: next_cursor(next) }),
        LedgerFormat::Jsonl => linked(Response::bytes(200, "application/jsonl", json_lines(&rows)?), request, next)?,
        LedgerFormat::Csv => linked(Response::bytes(200, "text/csv; charset=utf-8", csv(&rows)?), request, next)?,
    })
}

pub(crate) async fn balance(app: &App, _: &Caller, request: &Request) -> Result<Response, Error> {
    let (from, to) = days(app, request, MAX_BALANCE_DAYS)?;
    let mut sums: BTreeMap<(Date, String, Currency), DayBalance> = BTreeMap::new();
    let (mut day, mut read) = (from, 0);
    while day <= to {
        let mut after = None;
        loop {
            let (rows, more) = app.store.booked(day, after.as_ref(), CHUNK).await?;
            read += rows.len();
            for BookedRow { movement, .. } in rows {
                add(&mut sums, day, movement);
            }
            if read > MAX_BALANCE_ROWS {
                let why =
                    format!("there are more than {MAX_BALANCE_ROWS} rows: ask for fewer days, or sum up GET /ledger");
                return Err(Problem::invalid(vec![FieldError::new("to", why)]).into());
            }
            match more {
                Some(place) => after = Some(place),
                None => break,
            }
        }
        day = day.saturating_add(1.day());
    }
    Ok(Response::json(200, &TrialBalance { days: sums.into_values().collect() }))
}

fn add(sums: &mut BTreeMap<(Date, String, Currency), DayBalance>, day: Date, movement: Movement) {
    let Movement { payment: PaymentId { provider, .. }, kind, amount, currency, .. } = movement;
    let none = DayBalance {
        day,
        provider,
        currency,
        rows: 0,
        captured: 0,
        refunded: 0,
        disputed: 0,
        fees: 0,
        net: 0,
        payouts: 0,
    };
    let sum = sums.entry((day, none.provider.to_string(), currency)).or_insert(none);
    sum.rows += 1;
    let of_kind = match kind {
        MovementKind::Captured => &mut sum.captured,
        MovementKind::Refunded => &mut sum.refunded,
        MovementKind::Disputed => &mut sum.disputed,
        MovementKind::Fee => &mut sum.fees,
        MovementKind::Payout => &mut sum.payouts,
    };
    *of_kind += amount;
    sum.net = sum.captured + sum.refunded + sum.disputed + sum.fees;
}

/// The first and the last day that are asked for: today, if nothing is said.
pub(crate) fn days(app: &App, request: &Request, most: i32) -> Result<(Date, Date), Error> {
    let today = day_of(app.clock.now());
    let (from, to) = (request.query_param::<Day>("from")?, request.query_param::<Day>("to")?);
    let to = to.map_or_else(|| from.map_or(today, |Day(from)| from.max(today)), |Day(to)| to);
    let from = from.map_or(to, |Day(from)| from);
    let wrong = |field: &str, why: String| Error::from(Problem::invalid(vec![FieldError::new(field, why)]));
    if from > to {
        return Err(wrong("to", "must be `from` or later".to_owned()));
    }
    if (to - from).get_days() >= most {
        return Err(wrong("to", format!("must be less than {most} days after `from`")));
    }
    Ok((from, to))
}

/// A day of the calendar.
#[derive(Clone, Copy)]
struct Day(Date);

impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let date = text.parse::<Date>().ok().filter(|date| text.len() == 10 && (2000..=2999).contains(&date.year()));
        date.map(Self).ok_or("must be a day such as 2026-11-29")
    }
}

/// Where a list of rows goes on: a day, and the place of the last row.
fn cursor(request: &Request, from: Date, to: Date) -> Result<Option<(Date, Option<RowPlace>)>, Error> {
    let Some(cursor) = request.query.get("cursor") else { return Ok(None) };
    let place = || {
        let text = cursor_of_any(cursor).ok()?;
        let (day, place) = text.split_once('/')?;
        let Day(day) = day.parse().ok()?;
        let place = if place == BEGIN { None } else { Some(place.parse().ok()?) };
        (from..=to).contains(&day).then_some((day, place))
    };
    let detail = "must be the next_cursor of an earlier answer to the same question, as it is";
    place().map(Some).ok_or_else(|| Problem::invalid(vec![FieldError::new("cursor", detail)]).into())
}

/// With the address of the next page.
fn linked(response: Response, request: &Request, next: Option<String>) -> Result<Response, Error> {
    let Some(cursor) = next_cursor(next) else { return Ok(response) };
    let mut query: Vec<(&str, &str)> =
        request.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    query.retain(|(name, _)| *name != "cursor");
    query.sort_unstable();
    query.push(("cursor", &cursor));
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let link = format!("</ledger?{}>; rel=\"next\"", query.join("&"));
    let link = http::HeaderValue::from_str(&link).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(response.with_value(http::header::LINK, link))
}

fn json_lines(rows: &[LedgerRow]) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut text, row).map_err(|error| Error::Internal(error.to_string()))?;
        text.push(b'\n');
    }
    Ok(text)
}

/// The columns of the CSV. `gross` is what the merchant has more of. A fee is a row of its own, which has no `gross`: it is told later than
/// what it was taken for.
const COLUMNS: [&str; 13] = [
    "booked_at",
    "at",
    "provider",
    "payment",
    "kind",
    "gross",
    "fee",
    "net",
    "currency",
    "order",
    "channel",
    "reference",
    "event",
];

fn csv(rows: &[LedgerRow]) -> Result<Vec<u8>, Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::Internal(error.to_string());
    writer.write_record(COLUMNS).map_err(failed)?;
    for LedgerRow { movement, provider, order, channel, reference } in rows {
        let Movement { booked_at, at, payment, kind, amount, currency, event } = movement;
        let amount = decimal(*amount, currency.exponent());
        let (gross, fee, net) = match kind {
            MovementKind::Fee => (String::new(), decimal(-movement.amount, currency.exponent()), amount),
            _ => (amount, String::new(), String::new()),
        };
        let text = |what: Option<String>| harmless(what.unwrap_or_default());
        let record = [
            booked_at.to_string(),
            at.to_string(),
            provider.to_string(),
            payment.to_string(),
            kind.to_string(),
            gross,
            fee,
            net,
            currency.to_string(),
            text(order.as_ref().map(ToString::to_string)),
            text(channel.as_ref().map(ToString::to_string)),
            text(reference.clone()),
            text(Some(event.clone())),
        ];
        writer.write_record(&record).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Error::Internal(error.to_string()))
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

impl From<BookedRow> for LedgerRow {
    fn from(BookedRow { movement, order, reference, .. }: BookedRow) -> Self {
        let (channel, reference) = reference.unzip();
        Self { provider: movement.payment.provider.clone(), movement, order, channel, reference }
    }
}
