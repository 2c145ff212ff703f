//! What Adyen is asked for: refunds (<https://docs.adyen.com/online-payments/refund>), captures
//! (<https://docs.adyen.com/online-payments/capture>) and voids (<https://docs.adyen.com/online-payments/cancel>).
//!
//! Adyen only takes a request on. Its webhook tells what came of it.

use super::{api::Api, references, units};
use crate::request::{Action, MoneyRequest, Outcome, Reply};
use app::Error;
use data_encoding::HEXLOWER;
use domain::{ids::ProviderId, money::Amount, safeguards::Safeguard};
use http::{StatusCode, header};
use runtime::{Answer, client::json};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The most characters of a key: <https://docs.adyen.com/development-resources/api-idempotency#enable-idempotency>.
const MAX_KEY: usize = 64;

/// Adyen marks an answer that had no effect and may be asked for again under the same key:
/// <https://docs.adyen.com/development-resources/api-idempotency#transient-errors>.
const TRANSIENT: &str = "transient-error";

/// Another request is using the key.
const IN_PROGRESS: &str = "704";

impl Api {
    /// See [`ApiClient::request`](crate::ApiClient::request).
    pub async fn request(&self, request: &MoneyRequest<'_>) -> Result<Reply, Error> {
        let Some(amount) = units(request.currency).to_provider(request.amount) else {
            return Ok(MoneyRequest::too_precise());
        };
        let Some(reference) = references::of_request(request) else {
            return Ok(Reply::Decided(Outcome::Refused("reference_too_long".to_owned())));
        };
        let (operation, body) = self.asked(request, amount, &reference);
        let url = self.url(request.payment, operation);
        let post = || {
            http::Request::post(&url)
                .header(header::CONTENT_TYPE, "application/json")
                .header(idempotency_header(), idempotency_key(request))
        };
        let answer = self.ask(post, &body.to_string()).await?;
        match answer.status {
            StatusCode::CREATED | StatusCode::OK => begun(request, &json(&answer)).map(Reply::Decided),
            _ => refusal(&answer),
        }
    }

    /// See [`ApiClient::find`](crate::ApiClient::find). Adyen cannot be asked, so a person must look.
    #[allow(clippy::unused_async)] // others ask
    pub async fn find(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        let reference = references::of_request(request).unwrap_or_default();
        Err(Error::Outside(format!(
            "Adyen cannot be asked what became of it; look in the Customer Area of {} under Transactions > Payments \
             for payment {}, and there for the reference {reference}",
            self.merchant_account, request.payment,
        )))
    }

    /// The operation and the body that ask for it. `amount` is in Adyen's units.
    fn asked(&self, request: &MoneyRequest<'_>, amount: Amount, reference: &str) -> (&'static str, Value) {
        let account = &self.merchant_account;
        let with_amount = || {
            let amount = json!({"value": amount, "currency": request.currency.as_str()});
            json!({"amount": amount, "merchantAccount": account, "reference": reference})
        };
        match request.action() {
            Action::Refund(_) => ("refunds", with_amount()),
            Action::Capture(_) => ("captures", with_amount()),
            Action::Void => ("cancels", json!({"merchantAccount": account, "reference": reference})),
        }
    }
}

fn idempotency_header() -> &'static str {
    if Safeguard::RefundIdempotencyKey.is_off() { "X-None" } else { "Idempotency-Key" }
}

/// Orderly's key. One that is too long for Adyen is replaced by its SHA-256 in hexadecimal digits, which just fits.
fn idempotency_key(request: &MoneyRequest<'_>) -> String {
    let key = request.idempotency_key();
    if key.len() <= MAX_KEY { key } else { HEXLOWER.encode(&Sha256::digest(key)) }
}

/// What Adyen has taken on. Its status is always `received`.
fn begun(request: &MoneyRequest<'_>, answer: &Value) -> Result<Outcome, Error> {
    let unreadable = || Error::Outside("Adyen's answer does not say that it took the request on".into());
    let id: ProviderId = answer["pspReference"].as_str().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    let is_ours = answer["status"] == "received" && answer["paymentPspReference"] == request.payment.as_str();
    if is_ours { Ok(Outcome::Begun { id: id.into() }) } else { Err(unreadable()) }
}

/// What an error says: <https://docs.adyen.com/development-resources/error-codes>.
fn refusal(answer: &Answer) -> Result<Reply, Error> {
    let (status, body) = (answer.status, json(answer));
    let code = body["errorCode"].as_str().unwrap_or_default();
    let code = crate::fields::word(code, "_");
    let undecided = || Err(Error::Outside(format!("Adyen answered {status} ({code})")));
    // An operator can fix the API key, its roles and the account: these are of a type of their own.
    let is_ours_to_fix = matches!(body["errorType"].as_str(), Some("security" | "configuration"));
    match status {
        _ if code == IN_PROGRESS || answer.header(TRANSIENT) == Some("true") => undecided(),
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::CONFLICT
        | StatusCode::REQUEST_TIMEOUT
        | StatusCode::TOO_MANY_REQUESTS => undecided(),
        // Adyen does not say that it keeps a failure for the key.
        _ if status.is_server_error() => {
            Ok(Reply::Failed { why: format!("Adyen answered {status} ({code})"), for_good: false })
        }
        // A refusal without a code is not Adyen's: a wrong URL, or something in between.
        _ if status.is_client_error() && !code.is_empty() && !is_ours_to_fix => {
            Ok(Reply::Decided(Outcome::Refused(code)))
        }
        _ => undecided(),
    }
}

#[cfg(test)]
mod tests;
