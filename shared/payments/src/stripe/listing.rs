//! What Stripe lists of an account: its balance transactions (<https://docs.stripe.com/api/balance_transactions/list>), and what its
//! payouts (<https://docs.stripe.com/api/payouts/list>) are made of.

use super::{
    api::{Api, body},
    fields::{currency, id, moment, payment_id, text},
    is_charge, units,
};
use crate::listing::{Listed, Page, Part, fits, unreadable};
use app::Error;
use domain::{
    books::MovementKind,
    ids::ProviderId,
    money::{Amount, Currency},
    statement::{Entry, Fee},
};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;
use std::ops::Range;

/// What Stripe's balance transactions tell.
const LISTS: &[MovementKind] =
    &[MovementKind::Captured, MovementKind::Refunded, MovementKind::Disputed, MovementKind::Fee, MovementKind::Payout];

/// Of which of it they tell all, if connected accounts have payments too: each has a balance of its own.
const OF_PLATFORM: &[MovementKind] = &[MovementKind::Fee, MovementKind::Payout];

/// What a payment intent tells with its charge and its disputes.
pub const TELLS: &[MovementKind] = &[MovementKind::Captured, MovementKind::Refunded, MovementKind::Disputed];

/// Entries of a page: so few that their payments can be looked at in one go.
const ENTRIES: usize = 25;
/// Parts of a payout are only added up, so a page may be as large as Stripe allows.
const PARTS: usize = 100;

/// Where a list goes on: after an entry, at the payout after one, or among the parts of one.
enum Place<'a> {
    Entries(Option<&'a str>),
    Payouts(Option<&'a str>),
    Parts(&'a str, Option<&'a str>),
}

impl<'a> Place<'a> {
    fn read(cursor: Option<&'a str>) -> Self {
        let Some(cursor) = cursor else { return Self::Entries(None) };
        match cursor.split_once(':') {
            Some(("payouts", "")) => Self::Payouts(None),
            Some(("payouts", payout)) => Self::Payouts(Some(payout)),
            Some(("parts", place)) => match place.split_once(':') {
                Some((payout, after)) => Self::Parts(payout, Some(after)),
                None => Self::Parts(place, None),
            },
            _ => Self::Entries(Some(cursor)),
        }
    }
}

impl Api {
    /// See [`ApiClient::lists`](crate::ApiClient::lists).
    pub fn lists(&self) -> &'static [MovementKind] {
        if self.has_accounts() { OF_PLATFORM } else { LISTS }
    }

    /// See [`ApiClient::listed`](crate::ApiClient::listed). First all entries, then the payouts one by one.
    pub async fn listed(&self, window: &Range<Timestamp>, cursor: Option<&str>) -> Result<Page, Error> {
        let created = format!("created[gte]={}&created[lt]={}", window.start.as_second(), window.end.as_second());
        match Place::read(cursor) {
            Place::Entries(after) => {
                let path = format!("/v1/balance_transactions?{created}&limit={ENTRIES}&expand[]=data.source");
                let (entries, next) = self.page(&path, after).await?;
                let entries = entries.iter().map(listed).collect::<Result<Vec<_>, _>>()?;
                let next = next.unwrap_or_else(|| "payouts:".to_owned());
                Ok(Page { entries: entries.into_iter().flatten().collect(), next: Some(next), ..Page::default() })
            }
            Place::Payouts(after) => {
                let (payouts, next) = self.page(&format!("/v1/payouts?{created}&limit=1"), after).await?;
                let next = next.map(|payout| format!("payouts:{payout}"));
                let Some(payout) = payouts.first() else { return Ok(Page { next, ..Page::default() }) };
                let id = id(payout).map_err(unreadable)?;
                // Nobody but the merchant knows what a manual payout is made of.
                let is_automatic = payout["automatic"] == true;
                Ok(Page { next: if is_automatic { Some(format!("parts:{id}")) } else { next }, ..Page::default() })
            }
            Place::Parts(payout, after) => {
                let path = format!("/v1/balance_transactions?payout={payout}&limit={PARTS}");
                let (parts, next) = self.page(&path, after).await?;
                let payout: ProviderId = payout.parse().map_err(|_| Error::Defect("a cursor is malformed".into()))?;
                let parts = parts.iter().filter_map(|part| net(part, &payout).transpose());
                let parts = parts.collect::<Result<_, _>>()?;
                let next = next.map_or_else(|| format!("payouts:{payout}"), |after| format!("parts:{payout}:{after}"));
                Ok(Page { parts, next: Some(next), ..Page::default() })
            }
        }
    }

    /// A page of a list, and the last one's id if there are more.
    async fn page(&self, path: &str, after: Option<&str>) -> Result<(Vec<Value>, Option<String>), Error> {
        let after = after.map(|after| format!("&starting_after={after}")).unwrap_or_default();
        let url = self.url(&format!("{path}{after}"));
        let answer = self.ask(|| http::Request::get(&url), String::new()).await?;
        let mut page = body(&answer);
        let Value::Array(items) = page["data"].take() else {
            let told = if answer.status == StatusCode::OK { "no list".to_owned() } else { answer.status.to_string() };
            return Err(Error::Outside(format!("Stripe answered {told} when asked for its list")));
        };
        let last = items.last().filter(|_| page["has_more"] == true).map(id).transpose().map_err(unreadable)?;
        Ok((items, last))
    }
}

/// What an entry says. None: nothing about a payment, a fee or a payout. The categories are
/// <https://docs.stripe.com/reports/reporting-categories>.
fn listed(entry: &Value) -> Result<Option<Listed>, Error> {
    let kind = match text(entry, "reporting_category").map_err(unreadable)? {
        "charge" | "charge_failure" | "partial_capture_reversal" => MovementKind::Captured,
        "refund" | "refund_failure" => MovementKind::Refunded,
        "dispute" | "dispute_reversal" => MovementKind::Disputed,
        "fee" | "network_cost" | "tax" => MovementKind::Fee,
        "payout" | "payout_reversal" => MovementKind::Payout,
        _ => return Ok(None),
    };
    read(entry, kind).map(Some).map_err(unreadable)
}

fn read(entry: &Value, kind: MovementKind) -> Result<Listed, api::Error> {
    let (own, id) = (currency(entry)?.ok_or_else(|| super::fields::malformed("currency"))?, id(entry)?);
    let source = &entry["source"];
    let amount = signed(entry, "amount", own)?;
    let (about, amount, currency) = match kind {
        MovementKind::Fee => (id.clone(), amount, own),
        MovementKind::Payout => (source["id"].as_str().or(source.as_str()).unwrap_or(&id).to_owned(), amount, own),
        MovementKind::Captured | MovementKind::Refunded | MovementKind::Disputed => {
            let about = payment_id(source, &["payment_intent", "charge", "id"])?.id.to_string();
            // In the payment's currency, which may be another than the account's.
            match self::currency(source)?.filter(|currency| *currency != own) {
                None => (about, amount, own),
                Some(currency) => {
                    let is_partly = kind == MovementKind::Captured && source["amount_captured"].is_i64();
                    let field = if is_partly { "amount_captured" } else { "amount" };
                    (about, signed(source, field, currency)?.abs() * amount.signum(), currency)
                }
            }
        }
    };
    let fee = signed(entry, "fee", own)?;
    let fee = (fee != 0).then_some(Fee { amount: fee, currency: own });
    let named = |text: &str, field: &str| text.parse().map_err(|_| super::fields::malformed(field));
    Ok(Listed {
        about: named(&about, "source")?,
        id: named(&id, "id")?,
        entry: Entry { at: moment(entry)?, kind, amount, currency, fee },
    })
}

/// An amount in our units, which may be negative.
fn signed(object: &Value, field: &str, currency: Currency) -> Result<Amount, api::Error> {
    let amount = object[field].as_i64().and_then(|amount| units(currency).from_provider(amount));
    amount.filter(|amount| fits(*amount)).ok_or_else(|| super::fields::malformed(field))
}

/// What an entry adds to its payout. The payout itself is an entry too.
fn net(entry: &Value, payout: &ProviderId) -> Result<Option<Part>, Error> {
    let read = || {
        if text(entry, "reporting_category")? == "payout" {
            return Ok(None);
        }
        let own = currency(entry)?.ok_or_else(|| super::fields::malformed("currency"))?;
        Ok(Some(Part { payout: payout.clone(), net: signed(entry, "net", own)? }))
    };
    read().map_err(unreadable)
}

impl Api {
    /// The disputes of a payment: <https://docs.stripe.com/api/disputes/list>. None for the most part, so they are asked for only where
    /// the charge says that there are some.
    pub(super) async fn disputes(&self, payment: &ProviderId) -> Result<Vec<Value>, Error> {
        let field = if is_charge(payment) { "charge" } else { "payment_intent" };
        let (disputes, more) = self.page(&format!("/v1/disputes?{field}={payment}&limit=100"), None).await?;
        match more {
            None => Ok(disputes),
            Some(_) => Err(Error::Outside("Stripe lists more disputes of a payment than there can be".into())),
        }
    }
}

#[cfg(test)]
mod tests;
