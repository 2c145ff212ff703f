//! What Stripe is asked for: refunds (<https://docs.stripe.com/api/refunds/create>), captures
//! (<https://docs.stripe.com/api/payment_intents/capture>) and voids (<https://docs.stripe.com/api/payment_intents/cancel>).

use super::{
    api::{Api, body},
    captures, is_charge, metadata, refunds, units,
};
use crate::request::{Action, MoneyRequest, Outcome, Reply};
use app::Error;
use domain::{money::Amount, safeguards::Safeguard};
use http::{StatusCode, header};
use serde_json::Value;

/// Stripe marks an answer that it has stored for a key: <https://docs.stripe.com/api/idempotent_requests>.
const REPLAYED: &str = "idempotent-replayed";

impl Api {
    /// See [`ApiClient::request`](crate::ApiClient::request).
    pub async fn request(&self, request: &MoneyRequest<'_>) -> Result<Reply, Error> {
        let Some(amount) = units(request.currency).to_provider(request.amount) else {
            return Ok(MoneyRequest::too_precise());
        };
        let (path, fields) = asked(request, amount);
        let outcome = |answer: &Value| match request.action() {
            Action::Refund(_) => refunds::outcome(request, answer),
            Action::Capture(_) | Action::Void => captures::outcome(request, answer)?
                .ok_or_else(|| Error::Outside("Stripe's answer does not say that it did what it was asked for".into())),
        };
        self.post(&path, &request.idempotency_key(), fields, outcome).await
    }

    /// Posts a form under an idempotency key. `outcome` reads the answer if Stripe has done it.
    pub(super) async fn post(
        &self,
        path: &str,
        key: &str,
        fields: Vec<(String, String)>,
        outcome: impl Fn(&Value) -> Result<Outcome, Error>,
    ) -> Result<Reply, Error> {
        let url = self.url(path);
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let post = || {
            http::Request::post(&url)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(idempotency_header(), key)
        };
        let reply = self.ask(post, form).await?;
        let (status, answer) = (reply.status, body(&reply));
        if status.is_success() {
            return outcome(&answer).map(Reply::Decided);
        }
        let code = answer["error"]["code"].as_str().or_else(|| answer["error"]["type"].as_str()).unwrap_or("unknown");
        let code = crate::fields::word(code, "_");
        match status {
            // Another request is using the key, or there are too many requests. 401 and 403 mean that our API key is
            // wrong, which an operator can fix. None of these decides about the request.
            StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(Error::Outside(format!("Stripe answered {status} ({code})")))
            }
            // The key was used before with other parameters, perhaps by another version of this function. What was
            // done under it counts, and this request will never be answered otherwise.
            _ if answer["error"]["type"] == "idempotency_error" => {
                Ok(Reply::Failed { why: "Stripe knows the key with other parameters".to_owned(), for_good: true })
            }
            _ if status.is_client_error() => Ok(Reply::Decided(Outcome::Refused(code))),
            _ if status.is_server_error() => {
                let for_good = reply.header(REPLAYED) == Some("true");
                Ok(Reply::Failed { why: format!("Stripe answered {status}"), for_good })
            }
            _ => Err(Error::Outside(format!("Stripe answered {status}"))),
        }
    }

    /// See [`ApiClient::find`](crate::ApiClient::find).
    pub async fn find(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        match request.action() {
            Action::Refund(_) => self.find_refund(request).await,
            Action::Capture(_) | Action::Void => self.find_capture(request).await,
        }
    }
}

fn idempotency_header() -> &'static str {
    if Safeguard::RefundIdempotencyKey.is_off() { "X-None" } else { "Idempotency-Key" }
}

/// Where a request goes, and its parameters. `amount` is in Stripe's units.
fn asked(request: &MoneyRequest<'_>, amount: Amount) -> (String, Vec<(String, String)>) {
    let (field, id) = refunds::payment(request.payment);
    let objects = if is_charge(request.payment) { "charges" } else { "payment_intents" };
    let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    match request.action() {
        Action::Refund(ours) => {
            let fields = [own(field, id), own("amount", &amount.to_string()), own("reason", "requested_by_customer")];
            let fields = fields.into_iter().chain(metadata::form(request.order, &ours));
            ("/v1/refunds".to_owned(), fields.collect())
        }
        Action::Capture(_) if is_charge(request.payment) => {
            (format!("/v1/{objects}/{id}/capture"), vec![own("amount", &amount.to_string())])
        }
        Action::Capture(_) => {
            // Stripe gives the rest up if it is not told otherwise: <https://docs.stripe.com/payments/multicapture>.
            let kept = request.terms.keeps_rest.then(|| own("final_capture", "false"));
            let fields = [own("amount_to_capture", &amount.to_string())].into_iter().chain(kept);
            (format!("/v1/{objects}/{id}/capture"), fields.collect())
        }
        // A charge that is not captured is given up by refunding it.
        Action::Void if is_charge(request.payment) => ("/v1/refunds".to_owned(), vec![own(field, id)]),
        Action::Void => {
            (format!("/v1/{objects}/{id}/cancel"), vec![own("cancellation_reason", "requested_by_customer")])
        }
    }
}
