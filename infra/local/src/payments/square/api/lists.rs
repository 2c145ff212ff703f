//! What is listed: payments, refunds, payouts with their entries, and locations.
//! <https://developer.squareup.com/docs/build-basics/common-api-patterns/pagination>.

use super::{authenticate, invalid, not_found};
use crate::payments::{
    engine::{Account, Books, Reply, handled},
    square::objects,
};
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

const MAX_PAGE: usize = 100;

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    location_id: Option<String>,
    begin_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    updated_at_begin_time: Option<Timestamp>,
    updated_at_end_time: Option<Timestamp>,
    sort_field: Option<String>,
    sort_order: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

impl Parameters {
    fn includes(&self, object: &Value) -> bool {
        let at = |field: &str| object[field].as_str().and_then(|at| at.parse::<Timestamp>().ok());
        let within = |field: &str, begin: Option<Timestamp>, end: Option<Timestamp>| {
            let at = at(field).unwrap_or_default();
            begin.is_none_or(|begin| at >= begin) && end.is_none_or(|end| at <= end)
        };
        within("created_at", self.begin_time, self.end_time)
            && within("updated_at", self.updated_at_begin_time, self.updated_at_end_time)
    }

    /// By what the list is sorted. Moments of the same form sort as texts.
    fn place(&self, object: &Value) -> String {
        let field = if self.sort_field.as_deref() == Some("UPDATED_AT") { "updated_at" } else { "created_at" };
        format!("{} {}", object[field].as_str().unwrap_or_default(), object["id"].as_str().unwrap_or_default())
    }

    /// A page of a list. Its cursor is the place of its last object, so that what changes meanwhile hides nothing.
    fn page(&self, name: &str, mut all: Vec<Value>) -> Result<Reply, Reply> {
        all.sort_by_cached_key(|object| self.place(object));
        let is_ascending = self.sort_order.as_deref() == Some("ASC");
        if !is_ascending {
            all.reverse();
        }
        if let Some(after) = self.after()? {
            all.retain(|object| if is_ascending { self.place(object) > after } else { self.place(object) < after });
        }
        let limit = self.limit.unwrap_or(MAX_PAGE);
        if !(1..=MAX_PAGE).contains(&limit) {
            return Err(invalid("INVALID_VALUE", "The limit must be between 1 and 100"));
        }
        let has_more = all.len() > limit;
        all.truncate(limit);
        let cursor = all.last().filter(|_| has_more).map(|last| BASE64URL_NOPAD.encode(self.place(last).as_bytes()));
        // An empty list is left out of the answer.
        let list = (!all.is_empty()).then(|| (name.to_owned(), Value::from(all)));
        let fields = list.into_iter().chain(cursor.map(|cursor| ("cursor".to_owned(), cursor.into())));
        Ok(Reply::ok(Value::Object(fields.collect::<Map<_, _>>())))
    }

    /// The place after which the page begins.
    fn after(&self) -> Result<Option<String>, Reply> {
        let read = |cursor: &String| String::from_utf8(BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?).ok();
        let wrong = || invalid("INVALID_CURSOR", "The pagination cursor is invalid.");
        self.cursor.as_ref().map(|cursor| read(cursor).ok_or_else(wrong)).transpose()
    }

    fn is_of_location(&self) -> bool {
        self.location_id.as_deref().is_none_or(|id| id == objects::LOCATION)
    }
}

/// There is one.
pub(super) async fn locations(headers: HeaderMap) -> Response {
    handled(authenticate(&headers).map(|()| Reply::ok(json!({ "locations": [objects::location()] }))))
}

pub(super) async fn payments(
    State(account): State<Arc<Account>>,
    Query(asked): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    let shown = |books: &Books| {
        let statements = books.payments().iter().filter_map(|payment| books.statement(&payment.id).ok());
        statements.map(|of| objects::payment(&of)).collect()
    };
    listed(&account, &asked, &headers, "payments", shown)
}

pub(super) async fn refunds(
    State(account): State<Arc<Account>>,
    Query(asked): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    let shown = |books: &Books| {
        let refunds = books.refunds().iter().filter_map(|refund| Some((books.payment(&refund.payment).ok()?, refund)));
        refunds.map(|(payment, refund)| objects::refund(payment, refund, objects::done(refund))).collect()
    };
    listed(&account, &asked, &headers, "refunds", shown)
}

pub(super) async fn payouts(
    State(account): State<Arc<Account>>,
    Query(asked): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    let shown = |books: &Books| account.payouts(books).iter().map(objects::payout).collect();
    listed(&account, &asked, &headers, "payouts", shown)
}

fn listed(
    account: &Account,
    asked: &Parameters,
    headers: &HeaderMap,
    name: &str,
    shown: impl FnOnce(&Books) -> Vec<Value>,
) -> Response {
    let list = || {
        authenticate(headers)?;
        let mut all = if asked.is_of_location() { shown(&account.books()) } else { Vec::new() };
        all.retain(|object| asked.includes(object));
        asked.page(name, all)
    };
    handled(list())
}

pub(super) async fn payout_entries(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    Query(asked): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    let list = || {
        authenticate(&headers)?;
        let books = account.books();
        let payouts = account.payouts(&books);
        let payout = payouts.iter().find(|payout| objects::payout(payout)["id"] == id.as_str());
        let payout = payout.ok_or_else(|| not_found(&format!("Could not find payout with id: {id}")))?;
        let entries = payout.parts.iter().enumerate();
        asked.page("payout_entries", entries.map(|(nth, part)| objects::payout_entry(payout, nth, part)).collect())
    };
    handled(list())
}
