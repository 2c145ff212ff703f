//! What PayPal lists: the transactions that moved the account's balance (<https://developer.paypal.com/docs/api/transaction-search/v1/>).
//! The list is behind by three hours at most. The REST app needs the feature "Transaction search".

use super::{
    api::Api,
    fields::{id, malformed, moment, text},
    units,
    units::decimals,
};
use crate::listing::{Listed, Page, fits, unreadable};
use app::Error;
use domain::{
    books::MovementKind,
    money::{Amount, Currency, parse_decimal},
    statement::{Entry, Fee},
};
use http::StatusCode;
use jiff::Timestamp;
use runtime::client::json;
use serde_json::Value;
use std::ops::Range;

/// What the list tells of each payment. It tells of disputes too, but not of each that has begun.
const LISTS: &[MovementKind] =
    &[MovementKind::Captured, MovementKind::Refunded, MovementKind::Fee, MovementKind::Payout];

/// What a capture tells of itself. What it says of refunds may be PayPal's own; the list tells which are the merchant's.
pub const TELLS: &[MovementKind] = &[MovementKind::Captured];

/// Entries of a page: so few that their payments can be looked at in one go.
const ENTRIES: usize = 25;

impl Api {
    /// See [`ApiClient::lists`](crate::ApiClient::lists).
    #[allow(clippy::unused_self)] // others look at their settings
    pub fn lists(&self) -> &'static [MovementKind] {
        LISTS
    }

    /// See [`ApiClient::listed`](crate::ApiClient::listed). A cursor is the number of a page.
    pub async fn listed(&self, window: &Range<Timestamp>, cursor: Option<&str>) -> Result<Page, Error> {
        let page: u64 = cursor.unwrap_or("1").parse().map_err(|_| Error::Defect("a cursor is malformed".to_owned()))?;
        let url = self.url(&format!(
            "/v1/reporting/transactions?start_date={}&end_date={}&fields=transaction_info&page_size={ENTRIES}&page={page}",
            window.start, window.end
        ));
        let answer = self.ask(|| http::Request::get(&url), "").await?;
        let list = json(&answer);
        let Some(transactions) = list["transaction_details"].as_array().filter(|_| answer.status == StatusCode::OK)
        else {
            return Err(Error::Outside(format!("PayPal answered {} when asked for its list", answer.status)));
        };
        let entries = transactions.iter().filter_map(|of| listed(&of["transaction_info"]).transpose());
        let entries = entries.collect::<Result<_, _>>().map_err(unreadable)?;
        let has_more = list["total_pages"].as_u64().is_some_and(|pages| page < pages);
        Ok(Page { entries, next: has_more.then(|| (page + 1).to_string()), ..Page::default() })
    }
}

/// What a transaction says. None: nothing about a payment, a fee or a payout, or it is not done. The codes are
/// <https://developer.paypal.com/docs/transaction-search/transaction-event-codes/>.
fn listed(info: &Value) -> Result<Option<Listed>, api::Error> {
    if !matches!(text(info, "transaction_status")?, "S" | "V") {
        return Ok(None); // pending or denied; what was reversed (V) was done, and its reversal is listed too
    }
    let code = text(info, "transaction_event_code")?;
    let (amount, currency) = signed(info, "transaction_amount")?;
    let (kind, about) = match code.get(..3).unwrap_or_default() {
        "T00" if amount > 0 => (MovementKind::Captured, "transaction_id"),
        "T01" => (MovementKind::Fee, "transaction_id"),
        "T04" => (MovementKind::Payout, "transaction_id"),
        _ if code == "T1107" => (MovementKind::Refunded, "paypal_reference_id"),
        // A reversal, a hold for a dispute and its end, a chargeback and its reversal.
        _ if matches!(code, "T1106" | "T1110" | "T1111" | "T1201" | "T1202") => {
            (MovementKind::Disputed, "paypal_reference_id")
        }
        _ => return Ok(None),
    };
    if info[about].is_null() {
        return Ok(None); // it names no payment
    }
    let fee = if info["fee_amount"].is_null() { None } else { Some(signed(info, "fee_amount")?) };
    let fee = fee.filter(|(amount, _)| *amount != 0).map(|(amount, currency)| Fee { amount: -amount, currency });
    let entry = Entry { at: moment(info, "transaction_initiation_date")?, kind, amount, currency, fee };
    Ok(Some(Listed { about: id(info, about)?, id: id(info, "transaction_id")?, entry }))
}

/// An amount in our units, which may be negative.
fn signed(info: &Value, field: &str) -> Result<(Amount, Currency), api::Error> {
    let read = || {
        let currency: Currency = info[field]["currency_code"].as_str()?.parse().ok()?;
        let value = info[field]["value"].as_str()?;
        let (sign, value) = value.strip_prefix('-').map_or((1, value), |value| (-1, value));
        let amount = units(currency).from_provider(parse_decimal(value, decimals(currency))?)?;
        fits(amount).then_some((sign * amount, currency))
    };
    read().ok_or_else(|| malformed(field))
}

#[cfg(test)]
mod tests;
