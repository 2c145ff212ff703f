//! What Mollie is asked for: refunds (<https://docs.mollie.com/reference/create-refund>), captures
//! (<https://docs.mollie.com/reference/create-capture>) and voids (<https://docs.mollie.com/reference/release-authorization>).

use super::{
    amounts,
    api::{Api, is_mollie_s},
    fields, metadata, refunds,
};
use crate::request::{Action, MoneyRequest, Outcome, Reply};
use app::Error;
use data_encoding::HEXLOWER;
use http::StatusCode;
use runtime::{Answer, client::json};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Mollie marks an answer that it has stored for a key: <https://docs.mollie.com/reference/api-idempotency>.
const REPLAYED: &str = "idempotent-replayed";

impl Api {
    /// See [`ApiClient::request`](crate::ApiClient::request).
    pub async fn request(&self, request: &MoneyRequest<'_>) -> Result<Reply, Error> {
        let answer = match request.action() {
            Action::Refund(_) => self.create(request, "refunds").await?,
            Action::Capture(_) => self.create(request, "captures").await?,
            Action::Void => self.release(request).await?,
        };
        if !answer.status.is_success() {
            return refusal(&answer);
        }
        let outcome = match request.action() {
            Action::Refund(_) => refunds::outcome(request, &json(&answer))?,
            Action::Capture(_) => self.capture_outcome(request, &json(&answer)).await?,
            Action::Void => self.void_outcome(request).await,
        };
        Ok(Reply::Decided(outcome))
    }

    /// See [`ApiClient::find`](crate::ApiClient::find).
    pub async fn find(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        match request.action() {
            Action::Refund(_) => self.find_refund(request).await,
            Action::Capture(_) | Action::Void => self.find_capture(request).await,
        }
    }

    async fn create(&self, request: &MoneyRequest<'_>, what: &str) -> Result<Answer, Error> {
        let body = json!({
            "amount": amounts::written(request.amount, request.currency),
            "description": description(request),
            "metadata": metadata::written(request),
        });
        let path = format!("/v2/payments/{}/{what}", request.payment);
        self.post(&path, &key(request, ""), Some(&body)).await
    }

    /// Gives up all that is authorized and not captured.
    pub(super) async fn release(&self, request: &MoneyRequest<'_>) -> Result<Answer, Error> {
        let path = format!("/v2/payments/{}/release-authorization", request.payment);
        self.post(&path, &key(request, ":release"), None).await
    }
}

/// What an answer says that is no success: <https://docs.mollie.com/reference/handling-errors>.
fn refusal(answer: &Answer) -> Result<Reply, Error> {
    let (status, error) = (answer.status, json(answer));
    let is_stored = answer.header(REPLAYED) == Some("true");
    let code = code(&error);
    match status {
        // Mollie has stored a failure for this key, and will repeat it.
        _ if is_stored && (status.is_server_error() || is_undecided(status)) => {
            Ok(Reply::Failed { why: format!("Mollie has stored {status} for the key"), for_good: true })
        }
        _ if status.is_server_error() => {
            Ok(Reply::Failed { why: format!("Mollie answered {status}"), for_good: false })
        }
        // Two refunds of the same amount within an hour look like a mistake to Mollie, so the second one has to wait. Or
        // another request is using the key.
        StatusCode::CONFLICT => Err(Error::Outside(
            "Mollie answered 409: the request is under way, or a refund of the same amount was made within the last hour"
                .to_owned(),
        )),
        _ if is_undecided(status) => Err(Error::Outside(format!("Mollie answered {status} ({code})"))),
        // The key was used before with other parameters, perhaps by another version of this function. What was done under
        // it counts, and this request will never be answered otherwise.
        StatusCode::BAD_REQUEST if is_about_key(&error) => {
            Ok(Reply::Failed { why: "Mollie knows the key with other parameters".to_owned(), for_good: true })
        }
        _ if status.is_client_error() && is_mollie_s(answer) => Ok(Reply::Decided(Outcome::Refused(code))),
        _ => Err(Error::Outside(format!("Mollie answered {status}"))),
    }
}

/// Whether a status decides nothing about a request: the key of the API is wrong or lacks a right, which an operator can
/// mend; another request is under way; or there are too many.
fn is_undecided(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::CONFLICT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::REQUEST_TIMEOUT
    )
}

fn is_about_key(error: &Value) -> bool {
    ["title", "detail"]
        .iter()
        .any(|field| error[*field].as_str().unwrap_or_default().to_lowercase().contains("idempoten"))
}

/// Mollie's errors have no codes, but titles that do not change, and the name of the field that is wrong. What it writes in
/// full may hold a customer's data.
fn code(error: &Value) -> String {
    let words = |field: &str| error[field].as_str().unwrap_or_default().to_lowercase().replace([' ', '.'], "_");
    let (title, field) = (words("title"), words("field"));
    match (title.as_str(), field.as_str()) {
        ("", _) => "unknown".to_owned(),
        (title, "") => fields::code(title),
        (title, field) => fields::code(&format!("{title}-{field}")),
    }
}

/// What the merchant sees in Mollie's dashboard, and of a refund the customer on some statements.
fn description(request: &MoneyRequest<'_>) -> String {
    let what = if let Action::Refund(_) = request.action() { "Refund" } else { "Capture" };
    request.order.map_or_else(|| what.to_owned(), |order| format!("{what} of order {order}"))
}

/// The idempotency key. Mollie recommends UUIDs, and tells no longest key. So it is the hash of our own, written as one.
fn key(request: &MoneyRequest<'_>, step: &str) -> String {
    let hash = Sha256::digest(format!("{}{step}", request.idempotency_key()));
    let hex = HEXLOWER.encode(&hash[..16]);
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

#[cfg(test)]
pub(super) mod tests;
