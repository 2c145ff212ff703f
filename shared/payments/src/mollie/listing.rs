//! What Mollie lists of a profile: its payments (<https://docs.mollie.com/reference/list-payments>), refunds
//! (<https://docs.mollie.com/reference/list-all-refunds>) and chargebacks (<https://docs.mollie.com/reference/list-all-chargebacks>), the
//! newest first. Fees and settlements are told to an organization's access token alone, and not to a profile's API key.

use super::{
    amounts::{self, money},
    api::Api,
    fields::{self, Error as FieldError, id, malformed, moment, optional_moment, text},
    lists::start_of,
    refund_status,
};
use crate::listing::{Listed, Page};
use app::Error;
use domain::{books::MovementKind, ledger::RefundStatus, money::Amount, statement::Entry};
use jiff::{SignedDuration, Timestamp};
use runtime::client::json;
use serde_json::Value;
use std::ops::Range;

/// What Mollie's lists tell.
const LISTS: &[MovementKind] = &[MovementKind::Captured, MovementKind::Refunded, MovementKind::Disputed];

/// A payment tells all of it.
pub const TELLS: &[MovementKind] = LISTS;

/// A list is sorted by when something began, and a bank transfer or a refund is done days later.
const TAKES: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Entries of a page: so few that their payments can be looked at in one go.
const ENTRIES: usize = 25;

/// The lists, one after the other.
const NAMES: [&str; 3] = ["payments", "refunds", "chargebacks"];

impl Api {
    /// See [`ApiClient::lists`](crate::ApiClient::lists).
    #[allow(clippy::unused_self)] // others look at their settings
    pub fn lists(&self) -> &'static [MovementKind] {
        LISTS
    }

    /// See [`ApiClient::listed`](crate::ApiClient::listed). A cursor is the name of a list and the id that its next page begins with.
    pub async fn listed(&self, window: &Range<Timestamp>, cursor: Option<&str>) -> Result<Page, Error> {
        let (name, from) = cursor.unwrap_or(NAMES[0]).split_once(':').unwrap_or((cursor.unwrap_or(NAMES[0]), ""));
        let from = if from.is_empty() { String::new() } else { format!("&from={from}") };
        let answer = self.get(&format!("/v2/{name}?limit={ENTRIES}{from}")).await?;
        if !answer.status.is_success() {
            return Err(Error::Outside(format!("Mollie answered {} when asked for its {name}", answer.status)));
        }
        let page = json(&answer);
        let partly = || Error::Outside(format!("Mollie's answer is no list of {name}"));
        let list = fields::embedded(&page, name).ok().flatten().ok_or_else(partly)?;
        let since = window.start - TAKES;
        let (mut entries, mut is_over) = (Vec::new(), false);
        for object in list {
            let begun = moment(object, "createdAt").map_err(|error| unreadable_field(&error))?;
            is_over |= begun < since;
            if begun >= since && begun < window.end {
                entries.extend(read(name, object).map_err(|error| unreadable_field(&error))?);
            }
        }
        let next = match page["_links"].get("next") {
            Some(Value::Null) => None,
            Some(next) if !is_over => Some(format!("{name}:{}", start_of(next).ok_or_else(partly)?)),
            Some(_) => None,
            None => return Err(partly()),
        };
        let after = NAMES.iter().skip_while(|known| **known != name).nth(1);
        Ok(Page { entries, next: next.or_else(|| after.map(|name| (*name).to_owned())), ..Page::default() })
    }
}

/// The error says no field's value: it might be a customer's.
fn unreadable_field(error: &FieldError) -> Error {
    Error::Outside(format!("Mollie's list has an entry that cannot be read: {error}"))
}

fn read(name: &str, object: &Value) -> Result<Vec<Listed>, FieldError> {
    match name {
        "payments" => payment(object),
        "refunds" => refund(object),
        _ => chargeback(object),
    }
}

/// What was captured of a payment: all of it, where its method knows no captures.
fn payment(object: &Value) -> Result<Vec<Listed>, FieldError> {
    let captured = amounts::optional(object, "amountCaptured")?.map_or(0, |money| money.amount);
    let captured = match text(object, "status")? {
        "paid" if captured == 0 => money(object, "amount")?.amount,
        _ => captured,
    };
    let at = optional_moment(object, "paidAt")?.map_or_else(|| moment(object, "createdAt"), Ok)?;
    let listed = listed(object, "id", "", at, MovementKind::Captured, captured)?;
    Ok((captured > 0).then_some(listed).into_iter().collect())
}

/// A refund that has reached its customer.
fn refund(object: &Value) -> Result<Vec<Listed>, FieldError> {
    let is_made = refund_status(text(object, "status")?) == RefundStatus::Succeeded;
    let amount = -money(object, "amount")?.amount;
    let listed = listed(object, "paymentId", "", moment(object, "createdAt")?, MovementKind::Refunded, amount)?;
    Ok(is_made.then_some(listed).into_iter().collect())
}

/// A chargeback, and its reversal.
fn chargeback(object: &Value) -> Result<Vec<Listed>, FieldError> {
    let (amount, taken) = (money(object, "amount")?.amount, moment(object, "createdAt")?);
    let entry = |end, at, amount| listed(object, "paymentId", end, at, MovementKind::Disputed, amount);
    let given_back = optional_moment(object, "reversedAt")?.map(|at| entry("-reversed", at, amount)).transpose()?;
    Ok([entry("", taken, -amount)?].into_iter().chain(given_back).collect())
}

fn listed(
    object: &Value,
    about: &str,
    end: &str,
    at: Timestamp,
    kind: MovementKind,
    amount: Amount,
) -> Result<Listed, FieldError> {
    let (about_id, own) = (text(object, about)?.parse().map_err(|_| malformed(about))?, id(object)?);
    let currency = money(object, "amount")?.currency;
    let id = format!("{own}{end}").parse().map_err(|_| malformed("id"))?;
    Ok(Listed { about: about_id, id, entry: Entry { at, kind, amount, currency, fee: None } })
}

#[cfg(test)]
mod tests;
