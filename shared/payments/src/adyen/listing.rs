//! What Adyen lists: the Payments accounting report of each day.
//!
//! It tells what Adyen keeps of each payment, too. What it pays out is in another report, which is made when a batch is closed.
//!
//! A report's day is that of the account's time zone, which may begin half a day before a day of UTC or after it. So three reports
//! tell of the moments of a day, and the last one is made when the day is long over.

use super::{
    accounting::{self, Accounted},
    api::Api,
    events,
};
use crate::{
    listing::{Listed, Page, unreadable},
    webhook::{ReportedEvent, Said},
};
use app::Error;
use domain::{
    books::{MovementKind, day_of},
    ids::ProviderId,
    ledger::{DisputeStatus, MoneyFact, PartStatus, RefundStatus},
    statement::Entry,
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use std::ops::Range;

/// What the reports tell of each payment. They tell of disputes too, but not before a bank has taken the money.
const LISTS: &[MovementKind] = &[MovementKind::Captured, MovementKind::Refunded];

/// When the report of the next day is there, wherever the account is. It is made some hours after its day, which may end half a day
/// after that of UTC.
pub const LISTED_AFTER: SignedDuration = SignedDuration::from_hours(24 + 16);

/// Items and fees of a page. Nobody is asked about their payments, and for each page the report is downloaded.
const ITEMS: usize = 200;

impl Api {
    /// See [`ApiClient::lists`](crate::ApiClient::lists).
    pub fn lists(&self) -> &'static [MovementKind] {
        if self.reports.is_some() { LISTS } else { &[] }
    }

    /// See [`ApiClient::listed`](crate::ApiClient::listed). A cursor is the day of a report, and how many of its items were told, and after
    /// these of its fees.
    pub async fn listed(&self, window: &Range<Timestamp>, cursor: Option<&str>) -> Result<Page, Error> {
        let Some(reports) = &self.reports else { return Ok(Page::default()) };
        let (day, seen) = cursor.map_or(Some((day_of(window.start), 0)), read).ok_or_else(malformed_cursor)?;
        let report = reports.of(day).await?;
        let accounted = report.map(|report| accounting::read(&report, &reports.merchant_account)).transpose()?;
        let Accounted { items, fees } = accounted.unwrap_or_default();
        let mut page = Page::default();
        let all = items.len() + fees.len();
        for item in items.iter().skip(seen).take(ITEMS) {
            if let Said::Facts(facts) = events::read(item, &reports.captures).map_err(unreadable)? {
                page.told.extend(facts);
            }
        }
        page.entries = page.told.iter().filter_map(|told| entry(told).transpose()).collect::<Result<_, _>>()?;
        let (told, left) = (seen.saturating_sub(items.len()), ITEMS.min((seen + ITEMS).saturating_sub(items.len())));
        page.entries.extend(fees.into_values().skip(told).take(left));
        page.next = if all > seen + ITEMS {
            Some(format!("{day} {}", seen + ITEMS))
        } else {
            Some(day.saturating_add(1.day())).filter(|next| *next <= day_of(window.end)).map(|next| format!("{next} 0"))
        };
        Ok(page)
    }
}

fn read(cursor: &str) -> Option<(Date, usize)> {
    let (day, seen) = cursor.split_once(' ')?;
    Some((day.parse().ok()?, seen.parse().ok()?))
}

fn malformed_cursor() -> Error {
    Error::Defect("a cursor is malformed".to_owned())
}

/// What a fact says has moved. What failed or was given back moves nothing any more: a later word about an operation replaces the
/// earlier ones. None: it is about no movement.
fn entry(told: &ReportedEvent) -> Result<Option<Listed>, Error> {
    let (kind, id, amount) = match &told.event.fact {
        MoneyFact::CapturePart { id, amount, status } => {
            (MovementKind::Captured, id, if *status == PartStatus::Succeeded { *amount } else { 0 })
        }
        MoneyFact::Refund { id, amount, status, .. } => {
            (MovementKind::Refunded, id, if *status == RefundStatus::Succeeded { -amount } else { 0 })
        }
        MoneyFact::Dispute { id, amount, status, .. } => {
            let is_taken = matches!(status, DisputeStatus::Open | DisputeStatus::Lost);
            (MovementKind::Disputed, id, if is_taken { -amount } else { 0 })
        }
        _ => return Ok(None),
    };
    let id: ProviderId = id.parse().map_err(|_| Error::Defect("a reference is malformed".to_owned()))?;
    let event = &told.event;
    let entry = event.currency.map(|currency| Entry { at: event.at, kind, amount, currency, fee: None });
    Ok(entry.map(|entry| Listed { about: event.payment.id.clone(), id, entry }))
}

#[cfg(test)]
mod tests;
