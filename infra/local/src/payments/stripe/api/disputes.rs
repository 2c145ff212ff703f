//! Disputes, which the merchant answers once.

use super::{Api, ApiError, Parameters, once};
use crate::payments::{
    engine::{Books, Change, Dispute, DisputeStatus, Done, Reply, handled},
    stripe::objects,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use jiff::Timestamp;
use serde_json::Value;

/// The combined length of all fields of evidence.
const MAX_EVIDENCE: usize = 150_000;

pub(super) async fn read(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let dispute = super::authenticate(&headers).and_then(|()| shown(&api.account.books(), &id));
    handled(dispute.map(Reply::ok).map_err(Reply::from))
}

pub(super) async fn update(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let act = |books: &mut Books, parameters: &Parameters, now| {
        let dispute = answer(books, &id, parameters, now)?;
        let told = api.account.tell(books, &dispute.payment, Change::Disputed(&dispute));
        Ok(Done { reply: Reply::ok(shown(books, &id)?), told })
    };
    once(&api, &headers, &format!("/v1/disputes/{id}"), &body, act).await
}

fn missing(id: &str) -> ApiError {
    ApiError::missing("dispute", "dispute", id)
}

fn shown(books: &Books, id: &str) -> Result<Value, ApiError> {
    let dispute = books.disputes().iter().find(|dispute| dispute.id == id).ok_or_else(|| missing(id))?;
    let payment = books.payment(&dispute.payment).map_err(|_| missing(id))?;
    Ok(objects::dispute(payment, dispute))
}

/// Keeps evidence, and submits it, which can be done once.
fn answer(books: &mut Books, id: &str, parameters: &Parameters, now: Timestamp) -> Result<Dispute, ApiError> {
    let dispute = books.change_dispute(id, now).map_err(|_| missing(id))?;
    if dispute.status != DisputeStatus::Open || !dispute.submissions.is_empty() {
        return Err(ApiError::invalid("This dispute is already closed or its evidence was submitted."));
    }
    let (mut evidence, mut submits) = (dispute.evidence.clone(), true);
    for (name, value) in parameters {
        let field = name.strip_prefix("evidence[").and_then(|rest| rest.strip_suffix(']'));
        match (field, name.as_str()) {
            (Some(field), _) => drop(evidence.insert(field.to_owned(), value.clone())),
            (None, "submit") => submits = value == "true",
            (None, _) => {
                return Err(ApiError::invalid(format!("Received unknown parameter: {name}")).code("parameter_unknown"));
            }
        }
    }
    if evidence.values().map(|text| text.chars().count()).sum::<usize>() > MAX_EVIDENCE {
        return Err(ApiError::invalid("The combined character count of all evidence fields is limited to 150,000."));
    }
    dispute.evidence = evidence;
    dispute.submissions.extend(submits.then_some(now));
    Ok(dispute.clone())
}
