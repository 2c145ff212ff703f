//! Captures and cancellations of what was only authorized.

use super::{Api, ApiError, Parameters, amount, once};
use crate::payments::{
    engine::{Books, Change, Done, Payment, Progress, Refusal, Reply},
    stripe::objects,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

pub(super) async fn of_intent(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = format!("/v1/payment_intents/{id}/capture");
    let act = |books: &mut Books, parameters: &Parameters, now| {
        let amount = only(parameters, "amount_to_capture")?.map(|text| amount(&text)).transpose()?;
        let told = capture(&api, books, &intent(books, &id)?, amount, now)?;
        let body = objects::payment_intent(books.payment(&id).map_err(|_| no_intent(&id))?);
        Ok(Done { reply: Reply::ok(body), told })
    };
    once(&api, &headers, &path, &body, act).await
}

pub(super) async fn of_charge(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = format!("/v1/charges/{id}/capture");
    let act = |books: &mut Books, parameters: &Parameters, now| {
        let amount = only(parameters, "amount")?.map(|text| amount(&text)).transpose()?;
        let missing = || ApiError::missing("charge", "charge", &id);
        let payment = books.payments().iter().find(|payment| payment.charge == id).cloned().ok_or_else(missing)?;
        let told = capture(&api, books, &payment, amount, now)?;
        let body = objects::charge(&books.statement(&payment.id).map_err(|_| missing())?);
        Ok(Done { reply: Reply::ok(body), told })
    };
    once(&api, &headers, &path, &body, act).await
}

pub(super) async fn cancel(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = format!("/v1/payment_intents/{id}/cancel");
    let act = |books: &mut Books, parameters: &Parameters, now| {
        only(parameters, "cancellation_reason")?;
        let payment = intent(books, &id)?;
        // A payment that failed waits for another method, and can be canceled.
        let canceled = match payment.progress {
            Progress::Failed => books.progress(&id, Progress::Canceled, now),
            _ => books.cancel(&id, now),
        };
        let body = objects::payment_intent(canceled.map_err(|_| ApiError::unexpected_state(&payment))?);
        Ok(Done { reply: Reply::ok(body), told: api.account.tell(books, &id, Change::Canceled) })
    };
    once(&api, &headers, &path, &body, act).await
}

fn intent(books: &Books, id: &str) -> Result<Payment, ApiError> {
    books.payment(id).cloned().map_err(|_| no_intent(id))
}

fn no_intent(id: &str) -> ApiError {
    ApiError::missing("payment_intent", "intent", id)
}

/// Captures an authorization: all of it, or a part. The rest is given up.
fn capture(
    api: &Api,
    books: &mut Books,
    payment: &Payment,
    amount: Option<i64>,
    now: Timestamp,
) -> Result<Vec<Vec<u8>>, ApiError> {
    let amount = amount.unwrap_or(payment.amount);
    let captured = api.account.capture_part(books, &payment.id, amount, true, BTreeMap::new(), now);
    let captured = captured.map_err(|refusal| match refusal {
        Refusal::TooMuch(_) => {
            let message = "The amount to capture is greater than the authorized amount.";
            ApiError::invalid(message).code("amount_too_large").parameter("amount_to_capture")
        }
        _ => ApiError::unexpected_state(payment),
    })?;
    Ok(api.account.tell(books, &payment.id, Change::Captured(&captured)))
}

/// The only parameter that a request may have.
fn only(parameters: &Parameters, name: &str) -> Result<Option<String>, ApiError> {
    match parameters.iter().find(|(other, _)| other != name) {
        Some((unknown, _)) => {
            Err(ApiError::invalid(format!("Received unknown parameter: {unknown}")).code("parameter_unknown"))
        }
        None => Ok(parameters.first().map(|(_, value)| value.clone())),
    }
}
