//! Refunds.

use super::{Api, ApiError, Parameters, amount, authenticate, once};
use crate::payments::{
    engine::{Books, Change, Done, Payment, Progress, Refund, RefundStatus, Refusal, Reply, Thing, handled},
    stripe::objects,
};
use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// Stripe's page size, and its limit.
const PAGE: usize = 10;
const MAX_PAGE: usize = 100;
/// The only reasons that Stripe accepts.
const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

/// The parameters of a refund.
#[derive(Debug, Default)]
struct Asked {
    payment_intent: Option<String>,
    charge: Option<String>,
    amount: Option<i64>,
    reason: Option<String>,
    metadata: BTreeMap<String, String>,
}

impl Asked {
    fn read(parameters: &Parameters) -> Result<Self, ApiError> {
        let mut asked = Self::default();
        for (name, value) in parameters {
            let value = value.clone();
            match name.as_str() {
                "payment_intent" => asked.payment_intent = Some(value),
                "charge" => asked.charge = Some(value),
                "amount" => asked.amount = Some(amount(&value)?),
                "reason" if REASONS.contains(&value.as_str()) => asked.reason = Some(value),
                "reason" => {
                    let message = format!("Invalid reason: must be one of {}", REASONS.join(", "));
                    return Err(ApiError::invalid(message).parameter("reason"));
                }
                _ => {
                    let key = name.strip_prefix("metadata[").and_then(|rest| rest.strip_suffix(']'));
                    let Some(key) = key else {
                        let message = format!("Received unknown parameter: {name}");
                        return Err(ApiError::invalid(message).code("parameter_unknown"));
                    };
                    asked.metadata.insert(key.to_owned(), value);
                }
            }
        }
        if asked.payment_intent.is_none() && asked.charge.is_none() {
            let message = "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(ApiError::invalid(message).code("parameter_missing"));
        }
        Ok(asked)
    }

    fn payment(&self, books: &Books) -> Result<Payment, ApiError> {
        let matches = |payment: &&Payment| {
            self.payment_intent.as_ref().is_none_or(|id| payment.id == *id)
                && self.charge.as_ref().is_none_or(|id| payment.charge == *id)
        };
        books.payments().iter().find(matches).cloned().ok_or_else(|| match (&self.payment_intent, &self.charge) {
            (Some(id), _) => ApiError::missing("payment_intent", "payment_intent", id),
            (None, id) => ApiError::missing("charge", "charge", id.as_deref().unwrap_or_default()),
        })
    }
}

pub(super) async fn create(State(api): State<Api>, headers: HeaderMap, body: Bytes) -> Response {
    let act = |books: &mut Books, parameters: &Parameters, now| {
        let (payment, refund) = carry_out(&api, books, &Asked::read(parameters)?, now)?;
        let told = api.account.tell(books, &payment.id, Change::Refunded(&refund));
        Ok(Done { reply: Reply::ok(objects::refund(&payment, &refund)), told })
    };
    once(&api, &headers, "/v1/refunds", &body, act).await
}

/// Enters the refund in the books if the payment exists and enough of it is left.
fn carry_out(api: &Api, books: &mut Books, asked: &Asked, now: Timestamp) -> Result<(Payment, Refund), ApiError> {
    let payment = asked.payment(books)?;
    let is_whole = asked.amount.is_none_or(|amount| amount == payment.amount);
    let refund_of = |amount: i64| Refund {
        id: api.account.dialect.id(Thing::Refund),
        payment: payment.id.clone(),
        amount,
        created: now.as_second(),
        metadata: asked.metadata.clone(),
        reason: asked.reason.clone(),
        status: RefundStatus::Succeeded,
    };
    if payment.progress == Progress::Authorized && is_whole {
        // A charge that is not captured is given up by refunding it. No money moves.
        let canceled = books.cancel(&payment.id, now).map_err(|_| ApiError::unexpected_state(&payment))?.clone();
        let refund = refund_of(canceled.amount);
        return Ok((canceled, refund));
    }
    let refused = |refusal, amount: i64| match refusal {
        Refusal::NothingLeft => {
            let message = format!("Charge {} has already been refunded.", payment.charge);
            ApiError::invalid(message).code("charge_already_refunded")
        }
        Refusal::TooMuch(left) => {
            let message = format!(
                "Refund amount ({amount} {currency}) is greater than unrefunded amount on charge ({left} {currency})",
                currency = payment.currency.to_lowercase()
            );
            ApiError::invalid(message).parameter("amount")
        }
        Refusal::Unknown | Refusal::Progress(_) | Refusal::NoDispute => ApiError::invalid(format!(
            "This PaymentIntent ({}) does not have a successful charge to refund.",
            payment.id
        )),
    };
    let amount = asked.amount.map_or_else(|| books.left(&payment.id), Ok).map_err(|refusal| refused(refusal, 0))?;
    let refund = refund_of(amount);
    books.refund(refund.clone(), now).map_err(|refusal| refused(refusal, amount))?;
    Ok((payment.clone(), refund))
}

pub(super) async fn read(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let read = || {
        authenticate(&headers)?;
        let books = api.account.books();
        let refund = books.refunds().iter().find(|refund| refund.id == id);
        let shown = refund.and_then(|refund| Some(objects::refund(books.payment(&refund.payment).ok()?, refund)));
        shown.map(Reply::ok).ok_or_else(|| ApiError::missing("refund", "id", &id))
    };
    handled(read().map_err(Reply::from))
}

#[derive(Debug, Deserialize)]
pub(super) struct ListParameters {
    payment_intent: Option<String>,
    charge: Option<String>,
    starting_after: Option<String>,
    limit: Option<usize>,
}

/// Newest first, as Stripe lists.
pub(super) async fn list(
    State(api): State<Api>,
    Query(parameters): Query<ListParameters>,
    headers: HeaderMap,
) -> Response {
    let list = || {
        authenticate(&headers)?;
        let books = api.account.books();
        let of = |refund: &Refund| books.payment(&refund.payment).ok();
        let is_listed = |refund: &&Refund| {
            parameters.payment_intent.as_ref().is_none_or(|id| refund.payment == *id)
                && parameters.charge.as_ref().is_none_or(|id| of(refund).is_some_and(|payment| payment.charge == *id))
        };
        let mut refunds: Vec<&Refund> = books.refunds().iter().rev().filter(is_listed).collect();
        if let Some(last) = &parameters.starting_after {
            let seen = refunds.iter().position(|refund| refund.id == *last).map_or(0, |index| index + 1);
            refunds.drain(..seen);
        }
        let limit = parameters.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
        let has_more = refunds.len() > limit;
        refunds.truncate(limit);
        let shown = refunds.into_iter().filter_map(|refund| Some(objects::refund(of(refund)?, refund)));
        let data: Vec<_> = shown.collect();
        Ok(Reply::ok(json!({ "object": "list", "url": "/v1/refunds", "has_more": has_more, "data": data })))
    };
    handled(list().map_err(|error: ApiError| error.into()))
}
