//! A till for people with curl: `POST /pay`.

use super::{
    engine::{Made, Simulator},
    provider::Provider,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// The simulated providers, by their names.
pub(super) type Simulators = BTreeMap<Provider, Simulator>;

pub(super) fn router(simulators: Simulators) -> Router {
    Router::new().route("/pay", post(pay)).with_state(Arc::new(simulators))
}

#[derive(Debug, Deserialize)]
struct PayRequest {
    order_id: String,
    /// In minor units.
    amount: i64,
    currency: String,
    /// Only authorizes.
    #[serde(default)]
    authorize: bool,
    /// Stripe by default.
    provider: Option<String>,
}

/// Pays an order, and delivers the webhook.
async fn pay(State(simulators): State<Arc<Simulators>>, body: Bytes) -> Response {
    match try_to_pay(&simulators, &body).await {
        Ok(paid) => Json(paid).into_response(),
        Err((status, why)) => (status, format!("{why}\n")).into_response(),
    }
}

async fn try_to_pay(simulators: &Simulators, body: &[u8]) -> Result<Value, (StatusCode, String)> {
    let wrong = |why: String| (StatusCode::BAD_REQUEST, why);
    let request: PayRequest = serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
    let PayRequest { order_id, amount, currency, authorize, provider } = request;
    if amount < 1 {
        return Err(wrong("amount must be 1 or more, in minor units".to_owned()));
    }
    let provider = provider.map_or(Ok(Provider::Stripe), |name| name.parse());
    let provider = provider.map_err(|error| wrong(error.to_string()))?;
    let simulator = simulators.get(&provider).ok_or_else(|| wrong(format!("{provider} is not simulated here")))?;
    let paid = if authorize {
        simulator.authorize(&order_id, amount, &currency)
    } else {
        simulator.pay(&order_id, amount, &currency)
    };
    let paid = paid.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    let mut answer = json!({
        "provider": provider.name(), "payment": paid.payment.id, "amount": amount, "currency": currency,
    });
    if provider == Provider::Stripe {
        answer["payment_intent"] = answer["payment"].clone();
    }
    answer["webhook"] = deliver(simulator, paid).await.into();
    Ok(answer)
}

/// Delivers what tells of a payment. Yields what became of the first webhook, in words. One that is not accepted is sent again.
pub(super) async fn deliver(simulator: &Simulator, made: Made) -> String {
    let mut webhooks = made.webhooks.into_iter();
    let Some(first) = webhooks.next() else { return "nothing to tell".to_owned() };
    let (told, is_accepted) = match simulator.ask(&first).await {
        Ok((status, answer)) if status.is_success() => (outcome(status, &answer), true),
        Ok((status, answer)) => {
            let why = answer["detail"].as_str().unwrap_or("in no words");
            (format!("answered {status} ({why}), trying again"), false)
        }
        Err(error) => (format!("{error}, trying again"), false),
    };
    simulator.send((!is_accepted).then_some(first).into_iter().chain(webhooks));
    told
}

/// What Orderly said of an event, for the person who caused it.
fn outcome(status: StatusCode, answer: &Value) -> String {
    match answer["outcome"].as_str() {
        Some("recorded") => {
            "recorded: the order knows the payment (GET /orders/{id} shows what it made of it)".to_owned()
        }
        Some("unmatched") => "unmatched: there is no such order, so the payment waits for it or for a person \
                              (GET /operations/unmatched-payments)"
            .to_owned(),
        Some(other) => other.to_owned(),
        None => format!("delivered, answered {status}"),
    }
}
