//! The account's balance: what moved it, with its fees, and what was paid out of it. All of it follows from the books.

use super::{
    api::{Api, refusal},
    objects,
};
use crate::payments::engine::{Account, Books, Cause, Movement, Payout};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

const PAGE: usize = 10;
const MAX_PAGE: usize = 100;

/// An entry of the balance.
#[derive(Debug, Clone)]
pub struct BalanceEntry {
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    pub category: &'static str,
    pub amount: i64,
    pub fee: i64,
    pub currency: String,
    pub source: Value,
}

impl BalanceEntry {
    fn shown(&self, is_expanded: bool) -> Value {
        json!({
            "id": self.id, "object": "balance_transaction", "amount": self.amount, "available_on": self.created,
            "created": self.created, "currency": self.currency, "exchange_rate": null, "fee": self.fee,
            "net": self.amount - self.fee, "reporting_category": self.category, "status": "available",
            "source": if is_expanded { self.source.clone() } else { self.source["id"].clone() },
        })
    }
}

/// All entries but payouts, the oldest first.
fn movements(account: &Account, books: &Books) -> Vec<BalanceEntry> {
    let mut entries: Vec<BalanceEntry> = account.movements(books).iter().map(entry).collect();
    entries.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    entries
}

fn entry(movement: &Movement<'_>) -> BalanceEntry {
    let (payment, currency) = (movement.payment, movement.payment.currency.to_lowercase());
    let (category, id, source) = match movement.cause {
        Cause::Captured => {
            let charge = json!({
                "id": payment.charge, "object": "charge", "amount": payment.amount, "amount_captured": movement.amount,
                "currency": currency, "payment_intent": payment.id,
            });
            ("charge", own_part(&payment.charge).to_owned(), charge)
        }
        Cause::Refunded(refund) => ("refund", own_part(&refund.id).to_owned(), objects::refund(payment, refund)),
        Cause::Disputed(dispute) => ("dispute", own_part(&dispute.id).to_owned(), objects::dispute(payment, dispute)),
        Cause::Won(dispute) => {
            ("dispute_reversal", format!("{}won", own_part(&dispute.id)), objects::dispute(payment, dispute))
        }
    };
    BalanceEntry {
        id: format!("txn_{id}"),
        created: movement.at.as_second(),
        category,
        amount: movement.amount,
        fee: movement.fee,
        currency,
        source,
    }
}

/// An id without what tells its kind.
fn own_part(id: &str) -> &str {
    id.rsplit('_').next().unwrap_or_default()
}

/// What was paid out, each with its own entry and those that it is made of.
fn payouts(account: &Account, books: &Books) -> Vec<(Value, BalanceEntry, Vec<BalanceEntry>)> {
    let shown = |payout: &Payout<'_>| {
        let (name, created) = (payout.name.to_lowercase(), payout.at.as_second());
        let (amount, currency) = (payout.amount(), payout.currency.to_lowercase());
        let object = json!({
            "id": format!("po_{name}"), "object": "payout", "amount": amount, "automatic": true, "created": created,
            "arrival_date": created, "currency": currency, "status": "paid",
        });
        let own = BalanceEntry {
            id: format!("txn_po{name}"),
            created,
            category: "payout",
            amount: -amount,
            fee: 0,
            currency,
            source: object.clone(),
        };
        (object, own, payout.parts.iter().map(entry).collect())
    };
    account.payouts(books).iter().map(shown).collect()
}

/// The whole balance, the oldest entry first.
pub(super) fn balance(account: &Account) -> Vec<BalanceEntry> {
    let books = account.books();
    let mut entries = movements(account, &books);
    entries.extend(payouts(account, &books).into_iter().map(|(_, own, _)| own));
    entries.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    entries
}

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/v1/balance_transactions", get(list_entries))
        .route("/v1/payouts", get(list_payouts))
        .route("/v1/disputes", get(list_disputes))
}

#[derive(Debug, Deserialize)]
struct Parameters {
    #[serde(rename = "created[gte]")]
    since: Option<i64>,
    #[serde(rename = "created[lt]")]
    before: Option<i64>,
    #[serde(rename = "expand[]")]
    expand: Option<String>,
    payout: Option<String>,
    payment_intent: Option<String>,
    charge: Option<String>,
    starting_after: Option<String>,
    limit: Option<usize>,
}

impl Parameters {
    fn includes(&self, created: i64) -> bool {
        self.since.is_none_or(|since| created >= since) && self.before.is_none_or(|before| created < before)
    }

    /// A page, the newest first.
    fn page(&self, url: &str, oldest_first: Vec<Value>) -> Response {
        let mut data: Vec<Value> = oldest_first.into_iter().rev().collect();
        if let Some(last) = &self.starting_after {
            let seen = data.iter().position(|item| item["id"] == last.as_str()).map_or(0, |index| index + 1);
            data.drain(..seen);
        }
        let limit = self.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
        let has_more = data.len() > limit;
        data.truncate(limit);
        Json(json!({ "object": "list", "url": url, "has_more": has_more, "data": data })).into_response()
    }
}

async fn list_entries(State(api): State<Api>, Query(asked): Query<Parameters>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let entries = match &asked.payout {
        None => balance(&api.account),
        Some(payout) => {
            let all = payouts(&api.account, &api.account.books());
            let of_it = all.into_iter().find(|(known, _, _)| known["id"] == payout.as_str());
            of_it.map(|(_, own, entries)| [entries, vec![own]].concat()).unwrap_or_default()
        }
    };
    let is_expanded = asked.expand.as_deref() == Some("data.source");
    let shown = entries.iter().filter(|entry| asked.includes(entry.created)).map(|entry| entry.shown(is_expanded));
    asked.page("/v1/balance_transactions", shown.collect())
}

async fn list_payouts(State(api): State<Api>, Query(asked): Query<Parameters>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let all = payouts(&api.account, &api.account.books());
    let of_time = all.into_iter().map(|(payout, own, _)| (own.created, payout));
    let shown = of_time.filter(|(created, _)| asked.includes(*created)).map(|(_, payout)| payout);
    asked.page("/v1/payouts", shown.collect())
}

/// Each as its bank told it last.
async fn list_disputes(State(api): State<Api>, Query(asked): Query<Parameters>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let is = |dispute: &Value, field: &str, wanted: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| dispute[field] == wanted.as_str())
    };
    let books = api.account.books();
    let mut shown = Vec::new();
    for payment in books.payments() {
        shown.extend(books.disputes_of(&payment.id).map(|dispute| objects::dispute(payment, dispute)));
    }
    shown
        .retain(|dispute| is(dispute, "payment_intent", &asked.payment_intent) && is(dispute, "charge", &asked.charge));
    drop(books);
    asked.page("/v1/disputes", shown)
}
