//! What PayPal is asked for: refunds (<https://developer.paypal.com/docs/api/payments/v2/#captures_refund>), captures
//! (`#authorizations_capture`) and voids (`#authorizations_void`).

use super::{api::Api, captures, custom_id, fields::code, refunds, units, units::decimals};
use crate::request::{Action, MoneyRequest, Outcome, Reply};
use app::Error;
use data_encoding::HEXLOWER;
use domain::{money::Amount, safeguards::Safeguard};
use http::{StatusCode, header};
use runtime::client::json;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

impl Api {
    /// See [`ApiClient::request`](crate::ApiClient::request).
    pub async fn request(&self, request: &MoneyRequest<'_>) -> Result<Reply, Error> {
        let Some(amount) = units(request.currency).to_provider(request.amount) else {
            return Ok(MoneyRequest::too_precise());
        };
        let Some((path, body)) = asked(request, amount) else {
            return Ok(Reply::Decided(Outcome::Refused("refund_name_too_long".to_owned())));
        };
        let url = self.url(&path);
        let post = || {
            http::Request::post(&url)
                .header(header::CONTENT_TYPE, "application/json")
                .header("Prefer", "return=representation")
                .header(key_header(), key(request))
        };
        let answer = self.ask(post, &body).await?;
        let (status, object) = (answer.status, json(&answer));
        if status.is_success() {
            return done(request, &object).map(Reply::Decided);
        }
        refused(request, status, &object)
    }

    /// See [`ApiClient::find`](crate::ApiClient::find).
    pub async fn find(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        match request.action() {
            Action::Refund(_) => self.find_refund(request).await,
            Action::Capture(_) | Action::Void => self.find_capture(request).await,
        }
    }
}

fn key_header() -> &'static str {
    if Safeguard::RefundIdempotencyKey.is_off() { "X-None" } else { "PayPal-Request-Id" }
}

/// The idempotency key. PayPal names several limits of its length, of which 38 is the lowest, so it is 128 bits of SHA-256
/// of the common one: 32 characters.
fn key(request: &MoneyRequest<'_>) -> String {
    HEXLOWER.encode(&Sha256::digest(request.idempotency_key())[..16])
}

/// Where a request goes, and its body. `amount` is in PayPal's units. None: its name does not fit.
fn asked(request: &MoneyRequest<'_>, amount: Amount) -> Option<(String, String)> {
    let (id, currency) = (request.payment, request.currency);
    let amount =
        json!({ "value": domain::money::decimal(amount, decimals(currency)), "currency_code": currency.as_str() });
    let (path, body) = match request.action() {
        Action::Refund(ours) => {
            let custom_id = custom_id::of_refund(request.order, &ours)?;
            (format!("/v2/payments/captures/{id}/refund"), json!({ "amount": amount, "custom_id": custom_id }))
        }
        Action::Capture(_) => {
            let is_final = !request.terms.keeps_rest;
            (
                format!("/v2/payments/authorizations/{id}/capture"),
                json!({ "amount": amount, "final_capture": is_final }),
            )
        }
        Action::Void => return Some((format!("/v2/payments/authorizations/{id}/void"), String::new())),
    };
    Some((path, body.to_string()))
}

fn done(request: &MoneyRequest<'_>, object: &Value) -> Result<Outcome, Error> {
    match request.action() {
        Action::Refund(_) => refunds::outcome(request, object),
        Action::Capture(_) => captures::outcome(object),
        Action::Void => Ok(captures::voided(request)),
    }
}

/// What an error means: <https://developer.paypal.com/api/rest/responses/>.
fn refused(request: &MoneyRequest<'_>, status: StatusCode, object: &Value) -> Result<Reply, Error> {
    let issue = object["details"][0]["issue"].as_str().or_else(|| object["name"].as_str());
    let (issue, code) = (issue.unwrap_or_default(), code(issue));
    let unknown = || Err(Error::Outside(format!("PayPal answered {status} ({code})")));
    match issue {
        // The answer to the first request was lost, and it was done.
        "PREVIOUSLY_VOIDED" | "AUTHORIZATION_VOIDED" if request.action() == Action::Void => {
            return Ok(Reply::Decided(captures::voided(request)));
        }
        "PREVIOUS_REQUEST_IN_PROGRESS" => return unknown(),
        // The key was used before with other parameters, perhaps by another version of this function. What was done under
        // it counts, and this request will never be answered otherwise.
        "DUPLICATE_REQUEST_ID" | "PAYPAL_REQUEST_ID_PREVIOUSLY_USED" => {
            return Ok(Reply::Failed { why: "PayPal knows the key with other parameters".to_owned(), for_good: true });
        }
        _ => {}
    }
    match status {
        // Another request works on the same, or there are too many. 401 and 403 mean that our client or its rights are
        // wrong, which an operator can fix. None of these decides about the request.
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::REQUEST_TIMEOUT
        | StatusCode::CONFLICT
        | StatusCode::TOO_MANY_REQUESTS => unknown(),
        _ if status.is_client_error() => Ok(Reply::Decided(Outcome::Refused(code))),
        // PayPal wants the same key again after a failure of its own, and stores none:
        // <https://developer.paypal.com/reference/guidelines/idempotency/>.
        _ if status.is_server_error() => {
            Ok(Reply::Failed { why: format!("PayPal answered {status}"), for_good: false })
        }
        _ => unknown(),
    }
}

#[cfg(test)]
pub(super) mod tests;
