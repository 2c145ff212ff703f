//! What Square lists: the payments and refunds that changed (<https://developer.squareup.com/reference/square/payments-api/list-payments>,
//! <https://developer.squareup.com/reference/square/refunds-api/list-payment-refunds>), with their fees, and payouts with their entries
//! (<https://developer.squareup.com/reference/square/payouts-api/list-payouts>).
//!
//! Payments and payouts are listed by location; without one Square lists those of the main location alone.

use super::{
    api::{Api, body},
    fields::{currency, id, malformed, moment, text},
    units,
};
use crate::listing::{Listed, Page, Part, fits, unreadable};
use app::Error;
use domain::{
    books::MovementKind,
    ids::ProviderId,
    money::Amount,
    statement::{Entry, Fee},
};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;
use std::ops::Range;

/// Square's list of disputes has no times.
const LISTS: &[MovementKind] = &[MovementKind::Captured, MovementKind::Refunded, MovementKind::Payout];

/// What a payment tells of itself.
pub const TELLS: &[MovementKind] = &[MovementKind::Captured, MovementKind::Refunded];

/// Entries of a page: so few that their payments can be looked at in one go.
const ENTRIES: usize = 25;
const PARTS: usize = 100;
/// Between the parts of a cursor. None of Square's ids and cursors has one.
const BETWEEN: char = '|';

/// What is listed, and of which location or payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What<'a> {
    Refunds,
    Payments(&'a str),
    Payouts(&'a str),
    /// The entries of a payout of a location, and Square's cursor of the next payout; empty if it is the last one.
    Entries(&'a str, &'a str, &'a str),
}

impl<'a> What<'a> {
    /// What a cursor names, and Square's own cursor in it.
    fn read(cursor: Option<&'a str>) -> Result<(Self, &'a str), Error> {
        let Some(cursor) = cursor else { return Ok((Self::Refunds, "")) };
        match *cursor.split(BETWEEN).collect::<Vec<_>>() {
            ["refunds", own] => Ok((Self::Refunds, own)),
            ["payments", location, own] => Ok((Self::Payments(location), own)),
            ["payouts", location, own] => Ok((Self::Payouts(location), own)),
            ["entries", location, payout, next, own] => Ok((Self::Entries(location, payout, next), own)),
            _ => Err(Error::Defect("a cursor is malformed".to_owned())),
        }
    }

    fn cursor(self, own: &str) -> String {
        match self {
            Self::Refunds => format!("refunds|{own}"),
            Self::Payments(location) => format!("payments|{location}|{own}"),
            Self::Payouts(location) => format!("payouts|{location}|{own}"),
            Self::Entries(location, payout, next) => format!("entries|{location}|{payout}|{next}|{own}"),
        }
    }
}

impl Api {
    /// See [`ApiClient::lists`](crate::ApiClient::lists).
    #[allow(clippy::unused_self)] // others look at their settings
    pub fn lists(&self) -> &'static [MovementKind] {
        LISTS
    }

    /// See [`ApiClient::listed`](crate::ApiClient::listed). First the refunds, then location by location its payments, its payouts, and
    /// what each of these is made of.
    pub async fn listed(&self, window: &Range<Timestamp>, cursor: Option<&str>) -> Result<Page, Error> {
        let (what, own) = What::read(cursor)?;
        let changed = format!(
            "updated_at_begin_time={}&updated_at_end_time={}&sort_field=UPDATED_AT&sort_order=ASC&limit={ENTRIES}",
            window.start, window.end
        );
        let created = format!("begin_time={}&end_time={}&sort_order=ASC", window.start, window.end);
        match what {
            What::Refunds => {
                let (refunds, next) = self.page(&format!("/v2/refunds?{changed}"), "refunds", own).await?;
                let entries = refunds.iter().filter_map(|refund| entry_of_refund(refund).transpose());
                let next = match next {
                    Some(own) => Some(What::Refunds.cursor(&own)),
                    None => self.next_location(None).await?,
                };
                Ok(Page { entries: entries.collect::<Result<_, _>>().map_err(unreadable)?, next, ..Page::default() })
            }
            What::Payments(location) => {
                let path = format!("/v2/payments?location_id={location}&{changed}");
                let (payments, next) = self.page(&path, "payments", own).await?;
                let entries = payments.iter().filter_map(|payment| entry_of_payment(payment).transpose());
                let next = next
                    .map_or_else(|| What::Payouts(location).cursor(""), |own| What::Payments(location).cursor(&own));
                let entries = entries.collect::<Result<_, _>>().map_err(unreadable)?;
                Ok(Page { entries, next: Some(next), ..Page::default() })
            }
            // One at a time: what it is made of is read before the next one.
            What::Payouts(location) => {
                let path = format!("/v2/payouts?location_id={location}&{created}&limit=1");
                let (payouts, next) = self.page(&path, "payouts", own).await?;
                let entry = payouts.first().map(entry_of_payout).transpose().map_err(unreadable)?.flatten();
                let next = match &entry {
                    Some(entry) => {
                        let next = next.unwrap_or_default();
                        Some(What::Entries(location, entry.about.as_str(), &next).cursor(""))
                    }
                    None => self.after_payout(location, next.as_deref()).await?,
                };
                Ok(Page { entries: entry.into_iter().collect(), next, ..Page::default() })
            }
            What::Entries(location, payout, next_payout) => {
                let path = format!("/v2/payouts/{payout}/payout-entries?limit={PARTS}");
                let (entries, next) = self.page(&path, "payout_entries", own).await?;
                let payout_id: ProviderId = payout.parse().map_err(|_| unreadable(malformed("id")))?;
                let part = |entry: &Value| {
                    let net = signed(entry, "net_amount_money")?;
                    Ok(Part { payout: payout_id.clone(), net })
                };
                let parts = entries.iter().map(part).collect::<Result<_, _>>().map_err(unreadable)?;
                let next = match next {
                    Some(own) => Some(What::Entries(location, payout, next_payout).cursor(&own)),
                    None => self.after_payout(location, Some(next_payout).filter(|next| !next.is_empty())).await?,
                };
                Ok(Page { parts, next, ..Page::default() })
            }
        }
    }

    /// The next payout of a location, or the payments of the next location.
    async fn after_payout(&self, location: &str, next: Option<&str>) -> Result<Option<String>, Error> {
        match next {
            Some(own) => Ok(Some(What::Payouts(location).cursor(own))),
            None => self.next_location(Some(location)).await,
        }
    }

    /// The payments of the location after one, in the order of their ids. None: it was the last.
    async fn next_location(&self, after: Option<&str>) -> Result<Option<String>, Error> {
        let (locations, _) = self.page("/v2/locations?", "locations", "").await?;
        let mut ids =
            locations.iter().map(|location| id(location, "id")).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
        ids.retain(|id| self.is_own(id) && after.is_none_or(|after| id.as_str() > after));
        Ok(ids.iter().min().map(|location| What::Payments(location).cursor("")))
    }

    /// A page of a list, and Square's cursor of the next one. An empty list is left out of the answer.
    async fn page(&self, path: &str, name: &str, own: &str) -> Result<(Vec<Value>, Option<String>), Error> {
        let own: String = form_urlencoded::byte_serialize(own.as_bytes()).collect();
        let path = if own.is_empty() { path.to_owned() } else { format!("{path}&cursor={own}") };
        let answer = self.get(&path).await?;
        let mut page = body(&answer);
        let items = match page[name].take() {
            Value::Array(items) => items,
            Value::Null if answer.status == StatusCode::OK && page.is_object() => Vec::new(),
            _ => return Err(Error::Outside(format!("Square answered {} when asked for its {name}", answer.status))),
        };
        let next = page["cursor"].as_str().filter(|next| !next.is_empty());
        if next.is_some_and(|next| next.contains(BETWEEN)) {
            return Err(Error::Outside("Square's cursor is of another form".to_owned()));
        }
        Ok((items, next.map(str::to_owned)))
    }
}

/// A payment that is captured. None: it is not, or not any more.
fn entry_of_payment(payment: &Value) -> Result<Option<Listed>, api::Error> {
    if text(payment, "status")? != "COMPLETED" {
        return Ok(None);
    }
    listed(payment, "id", MovementKind::Captured, signed(payment, "total_money")?, "total_money").map(Some)
}

/// A refund that is made.
fn entry_of_refund(refund: &Value) -> Result<Option<Listed>, api::Error> {
    if text(refund, "status")? != "COMPLETED" {
        return Ok(None);
    }
    listed(refund, "payment_id", MovementKind::Refunded, -signed(refund, "amount_money")?, "amount_money").map(Some)
}

/// A payout that has not failed.
fn entry_of_payout(payout: &Value) -> Result<Option<Listed>, api::Error> {
    if text(payout, "status")? == "FAILED" {
        return Ok(None);
    }
    listed(payout, "id", MovementKind::Payout, -signed(payout, "amount_money")?, "amount_money").map(Some)
}

fn listed(object: &Value, about: &str, kind: MovementKind, amount: Amount, money: &str) -> Result<Listed, api::Error> {
    let named = |field: &str| id(object, field)?.parse().map_err(|_| malformed(field));
    let entry = Entry {
        at: moment(object, "created_at")?,
        kind,
        amount,
        currency: currency(object, money)?,
        fee: fee(object)?,
    };
    Ok(Listed { about: named(about)?, id: named("id")?, entry })
}

/// What Square took for it. It tells this some minutes later, and may add to it.
fn fee(object: &Value) -> Result<Option<Fee>, api::Error> {
    let mut fee: Option<Fee> = None;
    for part in object["processing_fee"].as_array().into_iter().flatten() {
        let (amount, currency) = (signed(part, "amount_money")?, currency(part, "amount_money")?);
        let sum = fee.get_or_insert(Fee { amount: 0, currency });
        if sum.currency != currency {
            return Err(malformed("processing_fee"));
        }
        sum.amount += amount;
    }
    Ok(fee.filter(|fee| fee.amount != 0))
}

/// An amount in our units, which may be negative.
fn signed(object: &Value, field: &str) -> Result<Amount, api::Error> {
    let units = units(currency(object, field)?);
    let amount = object[field]["amount"].as_i64().and_then(|amount| units.from_provider(amount));
    amount.filter(|amount| fits(*amount)).ok_or_else(|| malformed(field))
}

#[cfg(test)]
mod tests;
