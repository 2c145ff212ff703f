//! The part of Stripe's HTTP API that Orderly asks, and a till: `POST /pay`.

use super::{
    Breakdown, Shared,
    books::{Books, Payment, Progress, Refund, id},
    webhooks,
};
use crate::payments::{
    Webhook,
    answers::{Answer, Known},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Stripe's limit.
const MAX_IDEMPOTENCY_KEY: usize = 255;
/// Stripe's page size, and its limit.
const PAGE: usize = 10;
const MAX_PAGE: usize = 100;
/// The version of the account's API.
const API_VERSION: &str = "2025-03-31.basil";
/// The only reasons that Stripe accepts.
const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/refunds", post(create_refund).get(list_refunds))
        .route("/v1/refunds/{id}", get(read_refund))
        .route("/v1/payment_intents", get(list_intents))
        .route("/v1/payment_intents/{id}", get(read_intent))
        .route("/v1/payment_intents/{id}/capture", post(capture_intent))
        .route("/v1/payment_intents/{id}/cancel", post(cancel_intent))
        .route("/v1/charges", get(list_charges))
        .route("/v1/charges/{id}", get(read_charge))
        .route("/v1/charges/{id}/capture", post(capture_charge))
        .route("/v1/webhook_endpoints", get(list_endpoints))
        .route("/pay", post(pay))
        .fallback(unknown)
        .with_state(shared)
}

/// An error as Stripe's API words it.
#[derive(Debug)]
struct ApiError {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    parameter: Option<&'static str>,
    message: String,
}

impl ApiError {
    fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            parameter: None,
            message: message.into(),
        }
    }

    fn broken() -> Self {
        let kind = "api_error";
        Self { kind, ..Self::invalid("An unknown error occurred") }.status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    fn parameter(self, parameter: &'static str) -> Self {
        Self { parameter: Some(parameter), ..self }
    }

    fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    fn body(&self) -> Value {
        let mut error = json!({"type": self.kind, "message": self.message});
        if let Some(code) = self.code {
            error["code"] = code.into();
        }
        if let Some(parameter) = self.parameter {
            error["param"] = parameter.into();
        }
        json!({ "error": error })
    }

    fn respond(&self) -> Response {
        (self.status, Json(self.body())).into_response()
    }
}

async fn unknown(method: Method, uri: Uri) -> Response {
    let message = format!("Unrecognized request URL ({method}: {}).", uri.path());
    ApiError::invalid(message).status(StatusCode::NOT_FOUND).respond()
}

/// Secret and restricted keys of the test mode.
fn authenticate(headers: &HeaderMap) -> Result<(), ApiError> {
    let key = headers.get("authorization").and_then(|value| value.to_str().ok());
    let key = key.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if ["sk_test_", "rk_test_"].iter().any(|prefix| key.len() > prefix.len() && key.starts_with(prefix)) {
        return Ok(());
    }
    let message = "Invalid API Key provided: the local provider takes sk_test_… and rk_test_…";
    Err(ApiError::invalid(message).status(StatusCode::UNAUTHORIZED))
}

/// What a request did, and what the provider tells of it.
struct Done {
    body: Value,
    events: Vec<Webhook>,
}

async fn create_refund(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    once(&shared, &headers, "/v1/refunds", &body, |books, parameters, now| {
        let request = RefundRequest::read(parameters)?;
        let (payment, refund) = carry_out(books, &request, now)?;
        let events = shared.refund_events(&payment, &refund, books.refunded(&payment.id));
        Ok(Done { body: json!(refund), events })
    })
}

async fn capture_intent(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    once(&shared, &headers, &format!("/v1/payment_intents/{id}/capture"), &body, |books, parameters, _| {
        let amount = only(parameters, "amount_to_capture")?.map(|text| amount(&text)).transpose()?;
        let payment = books.payments().iter().find(|payment| payment.id == id).cloned();
        let payment = payment.ok_or_else(|| missing("payment_intent", "intent", &id))?;
        let captured = capture(books, &payment, amount)?;
        Ok(Done { body: webhooks::payment_intent(&captured), events: shared.capture_events(&captured) })
    })
}

async fn capture_charge(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    once(&shared, &headers, &format!("/v1/charges/{id}/capture"), &body, |books, parameters, _| {
        let amount = only(parameters, "amount")?.map(|text| amount(&text)).transpose()?;
        let payment = books.payments().iter().find(|payment| payment.charge == id).cloned();
        let payment = payment.ok_or_else(|| missing("charge", "charge", &id))?;
        let captured = capture(books, &payment, amount)?;
        Ok(Done { body: webhooks::charge(&captured, 0), events: shared.capture_events(&captured) })
    })
}

async fn cancel_intent(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    once(&shared, &headers, &format!("/v1/payment_intents/{id}/cancel"), &body, |books, parameters, _| {
        only(parameters, "cancellation_reason")?;
        let payment = books.payments().iter().find(|payment| payment.id == id).cloned();
        let payment = payment.ok_or_else(|| missing("payment_intent", "intent", &id))?;
        if matches!(payment.progress, Progress::Captured | Progress::Canceled) {
            return Err(unexpected_state(&payment));
        }
        let canceled = books.cancel(&id).unwrap_or(payment);
        Ok(Done { body: webhooks::payment_intent(&canceled), events: shared.cancel_events(&canceled) })
    })
}

/// The only parameter that a request may have.
fn only(parameters: &[(String, String)], name: &str) -> Result<Option<String>, ApiError> {
    match parameters.iter().find(|(other, _)| other != name) {
        Some((unknown, _)) => {
            Err(ApiError::invalid(format!("Received unknown parameter: {unknown}")).code("parameter_unknown"))
        }
        None => Ok(parameters.first().map(|(_, value)| value.clone())),
    }
}

fn unexpected_state(payment: &Payment) -> ApiError {
    let message = format!("This PaymentIntent ({}) has another status, which does not allow this.", payment.id);
    ApiError::invalid(message).code("payment_intent_unexpected_state")
}

/// Captures an authorization: all of it, or a part.
fn capture(books: &mut Books, payment: &Payment, amount: Option<i64>) -> Result<Payment, ApiError> {
    if payment.progress != Progress::Authorized {
        return Err(unexpected_state(payment));
    }
    let amount = amount.unwrap_or(payment.amount);
    if amount > payment.amount {
        let message = "The amount to capture is greater than the authorized amount.";
        return Err(ApiError::invalid(message).code("amount_too_large").parameter("amount_to_capture"));
    }
    books.capture(&payment.id, amount).ok_or_else(|| missing("payment_intent", "intent", &payment.id))
}

/// Carries a request out, unless its key was used before: then it gets the stored answer.
fn once(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
    act: impl FnOnce(&mut Books, &[(String, String)], Timestamp) -> Result<Done, ApiError>,
) -> Response {
    try_once(shared, headers, path, body, act).unwrap_or_else(|error| error.respond())
}

fn try_once(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
    act: impl FnOnce(&mut Books, &[(String, String)], Timestamp) -> Result<Done, ApiError>,
) -> Result<Response, ApiError> {
    authenticate(headers)?;
    let key = idempotency_key(headers)?;
    let mut parameters: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    parameters.sort();
    let asked = [vec![("path".to_owned(), path.to_owned())], parameters.clone()].concat();
    let now = shared.clock.now();
    // One lock covers the check and the entry, so that of two concurrent requests only one is carried out.
    let mut books = shared.books();
    if let Some(key) = &key {
        match books.answers().of(key, &asked, now) {
            Known::Nothing => {}
            Known::Same(answer) => return Ok(replay(answer)),
            Known::Other => return Err(other_parameters(key)),
        }
    }
    let breakdown = key.as_ref().and_then(|key| shared.breakdown(key));
    let outcome = match breakdown {
        Some(Breakdown::Before) => Err(ApiError::broken()),
        Some(Breakdown::After) | None => act(&mut books, &parameters, now),
    };
    // A request whose parameters are wrong was not carried out, so its key stays unused.
    if let Err(error) = &outcome
        && error.code.is_some_and(|code| code.starts_with("parameter_"))
    {
        return Ok(error.respond());
    }
    let (status, body) = match (&outcome, breakdown) {
        (Ok(done), None) => (StatusCode::OK, done.body.clone()),
        (Ok(_), Some(_)) => (StatusCode::INTERNAL_SERVER_ERROR, ApiError::broken().body()),
        (Err(error), _) => (error.status, error.body()),
    };
    let answer = Answer { parameters: asked, status: status.as_u16(), body: body.clone(), at: now };
    if let Err(error) = books.remember(key, answer) {
        tracing::error!(%error, "the payment provider cannot keep its books");
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    if let Ok(done) = outcome {
        shared.courier.send(done.events);
    }
    Ok((status, Json(body)).into_response())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match key.to_str() {
        Ok(key) if key.len() <= MAX_IDEMPOTENCY_KEY => Ok(Some(key.to_owned())),
        _ => Err(idempotency_error("The idempotency key must be text of at most 255 characters.".to_owned())),
    }
}

fn idempotency_error(message: String) -> ApiError {
    ApiError { kind: "idempotency_error", ..ApiError::invalid(message) }
}

fn other_parameters(key: &str) -> ApiError {
    idempotency_error(format!(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. \
         Try using a key other than '{key}' if you meant to execute a different request."
    ))
}

fn replay(answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, [("idempotent-replayed", "true")], Json(answer.body.clone())).into_response()
}

/// The parameters of a refund.
#[derive(Debug, Default)]
struct RefundRequest {
    payment_intent: Option<String>,
    charge: Option<String>,
    amount: Option<i64>,
    reason: Option<String>,
    metadata: BTreeMap<String, String>,
}

impl RefundRequest {
    fn read(parameters: &[(String, String)]) -> Result<Self, ApiError> {
        let mut request = Self::default();
        for (name, value) in parameters {
            let value = value.clone();
            match name.as_str() {
                "payment_intent" => request.payment_intent = Some(value),
                "charge" => request.charge = Some(value),
                "amount" => request.amount = Some(amount(&value)?),
                "reason" if REASONS.contains(&value.as_str()) => request.reason = Some(value),
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
                    request.metadata.insert(key.to_owned(), value);
                }
            }
        }
        if request.payment_intent.is_none() && request.charge.is_none() {
            let message = "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(ApiError::invalid(message).code("parameter_missing"));
        }
        Ok(request)
    }
}

fn amount(text: &str) -> Result<i64, ApiError> {
    let invalid = |message: String| ApiError::invalid(message).code("parameter_invalid_integer").parameter("amount");
    match text.parse::<i64>() {
        Ok(number) if number >= 1 => Ok(number),
        Ok(_) => Err(invalid("This value must be greater than or equal to 1.".to_owned())),
        Err(_) => Err(invalid(format!("Invalid integer: {text}"))),
    }
}

/// Enters the refund in the books if the payment exists and enough of it is left.
fn carry_out(books: &mut Books, request: &RefundRequest, now: Timestamp) -> Result<(Payment, Refund), ApiError> {
    let payment = find_payment(books, request)?.clone();
    if payment.progress == Progress::Authorized && request.amount.is_none_or(|amount| amount == payment.amount) {
        // A charge that is not captured is given up by refunding it. No money moves.
        let canceled = books.cancel(&payment.id).unwrap_or(payment);
        return Ok((canceled.clone(), refund_of(&canceled, canceled.amount, request, now)));
    }
    if payment.progress != Progress::Captured {
        return Err(ApiError::invalid(format!(
            "This PaymentIntent ({}) does not have a successful charge to refund.",
            payment.id
        )));
    }
    let left = payment.received() - books.refunded(&payment.id);
    if left == 0 {
        let message = format!("Charge {} has already been refunded.", payment.charge);
        return Err(ApiError::invalid(message).code("charge_already_refunded"));
    }
    let amount = request.amount.unwrap_or(left);
    if amount > left {
        let message = format!(
            "Refund amount ({amount} {currency}) is greater than unrefunded amount on charge ({left} {currency})",
            currency = payment.currency
        );
        return Err(ApiError::invalid(message).parameter("amount"));
    }
    let refund = refund_of(&payment, amount, request, now);
    books.add_refund(refund.clone());
    Ok((payment, refund))
}

fn refund_of(payment: &Payment, amount: i64, request: &RefundRequest, now: Timestamp) -> Refund {
    Refund {
        id: id("re"),
        object: "refund".to_owned(),
        amount,
        charge: payment.charge.clone(),
        created: now.as_second(),
        currency: payment.currency.clone(),
        metadata: request.metadata.clone(),
        payment_intent: payment.id.clone(),
        reason: request.reason.clone(),
        status: "succeeded".to_owned(),
    }
}

fn find_payment<'b>(books: &'b Books, request: &RefundRequest) -> Result<&'b Payment, ApiError> {
    let matches = |payment: &&Payment| {
        request.payment_intent.as_ref().is_none_or(|id| payment.id == *id)
            && request.charge.as_ref().is_none_or(|id| payment.charge == *id)
    };
    books.payments().iter().find(matches).ok_or_else(|| {
        let (object, parameter, id) = match (&request.payment_intent, &request.charge) {
            (Some(id), _) => ("payment_intent", "payment_intent", id.as_str()),
            (None, id) => ("charge", "charge", id.as_deref().unwrap_or_default()),
        };
        missing(object, parameter, id)
    })
}

fn missing(object: &str, parameter: &'static str, id: &str) -> ApiError {
    let message = format!("No such {object}: '{id}'");
    ApiError::invalid(message).code("resource_missing").parameter(parameter).status(StatusCode::NOT_FOUND)
}

async fn read_refund(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let refund = authenticate(&headers).and_then(|()| {
        let books = shared.books();
        let refund = books.refunds().iter().find(|refund| refund.id == id).cloned();
        refund.ok_or_else(|| missing("refund", "id", &id))
    });
    refund.map_or_else(|error| error.respond(), |refund| Json(refund).into_response())
}

#[derive(Debug, Deserialize)]
struct IntentParameters {
    #[serde(rename = "expand[]")]
    expand: Option<String>,
}

async fn read_intent(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(parameters): Query<IntentParameters>,
    headers: HeaderMap,
) -> Response {
    let intent = authenticate(&headers).and_then(|()| {
        let books = shared.books();
        let payment = books.payments().iter().find(|payment| payment.id == id);
        let payment = payment.ok_or_else(|| missing("payment_intent", "intent", &id))?;
        let mut intent = webhooks::payment_intent(payment);
        if parameters.expand.as_deref() == Some("latest_charge") {
            intent["latest_charge"] = webhooks::charge(payment, books.refunded(&id));
        }
        Ok(intent)
    });
    intent.map_or_else(|error| error.respond(), |intent| Json(intent).into_response())
}

async fn read_charge(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let charge = authenticate(&headers).and_then(|()| {
        let books = shared.books();
        let payment = books.payments().iter().find(|payment| payment.charge == id);
        let payment = payment.ok_or_else(|| missing("charge", "id", &id))?;
        Ok(webhooks::charge(payment, books.refunded(&payment.id)))
    });
    charge.map_or_else(|error| error.respond(), |charge| Json(charge).into_response())
}

#[derive(Debug, Deserialize)]
struct ListParameters {
    payment_intent: Option<String>,
    charge: Option<String>,
    starting_after: Option<String>,
    limit: Option<usize>,
}

/// Newest first, as Stripe lists.
async fn list_refunds(
    State(shared): State<Arc<Shared>>,
    Query(parameters): Query<ListParameters>,
    headers: HeaderMap,
) -> Response {
    if let Err(error) = authenticate(&headers) {
        return error.respond();
    }
    let books = shared.books();
    let mut refunds: Vec<&Refund> = books
        .refunds()
        .iter()
        .rev()
        .filter(|refund| parameters.payment_intent.as_ref().is_none_or(|id| refund.payment_intent == *id))
        .filter(|refund| parameters.charge.as_ref().is_none_or(|id| refund.charge == *id))
        .collect();
    if let Some(last) = &parameters.starting_after {
        let seen = refunds.iter().position(|refund| refund.id == *last).map_or(0, |index| index + 1);
        refunds.drain(..seen);
    }
    let limit = parameters.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let has_more = refunds.len() > limit;
    refunds.truncate(limit);
    Json(json!({"object": "list", "url": "/v1/refunds", "has_more": has_more, "data": refunds})).into_response()
}

/// The newest payments, as much as a look at them needs.
async fn list_intents(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    list(&headers, "/v1/payment_intents", || {
        shared.books().payments().iter().rev().take(PAGE).map(webhooks::payment_intent).collect()
    })
}

async fn list_charges(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    list(&headers, "/v1/charges", || {
        let books = shared.books();
        let newest = books.payments().iter().rev().take(PAGE);
        newest.map(|payment| webhooks::charge(payment, books.refunded(&payment.id))).collect()
    })
}

async fn list_endpoints(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    list(&headers, "/v1/webhook_endpoints", || {
        shared.endpoints().iter().enumerate().map(|(number, endpoint)| endpoint.shown(number)).collect()
    })
}

/// A list that fits one page. The answer names the account's API version, as Stripe's do.
fn list(headers: &HeaderMap, url: &str, data: impl FnOnce() -> Vec<Value>) -> Response {
    if let Err(error) = authenticate(headers) {
        return error.respond();
    }
    let body = json!({ "object": "list", "url": url, "has_more": false, "data": data() });
    ([("stripe-version", API_VERSION)], Json(body)).into_response()
}

#[derive(Debug, Deserialize)]
struct PayRequest {
    order_id: String,
    /// In minor units.
    amount: i64,
    currency: String,
    /// Only authorizes, as with `capture_method=manual`.
    #[serde(default)]
    authorize: bool,
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

/// Pays an order for a person with curl, and delivers the webhook.
async fn pay(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let request: PayRequest = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    let PayRequest { order_id, amount, currency, authorize } = request;
    if amount < 1 {
        return (StatusCode::BAD_REQUEST, "amount must be 1 or more, in minor units\n").into_response();
    }
    let paid = if authorize {
        shared.authorize(&order_id, amount, &currency)
    } else {
        shared.pay(&order_id, amount, &currency)
    };
    let webhook = match paid {
        Ok(webhook) => webhook,
        Err(error) => {
            return (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response();
        }
    };
    let delivered = match shared.courier.ask(&webhook).await {
        Ok((status, answer)) if status.is_success() => outcome(status, &answer),
        Ok((status, answer)) => {
            tokio::spawn(Arc::clone(&shared.courier).deliver_with_retries(webhook.clone()));
            format!("answered {status} ({}), trying again", answer["detail"].as_str().unwrap_or("in no words"))
        }
        Err(error) => {
            tokio::spawn(Arc::clone(&shared.courier).deliver_with_retries(webhook.clone()));
            format!("{error}, trying again")
        }
    };
    let intent = webhook.event()["data"]["object"]["id"].clone();
    Json(json!({"payment_intent": intent, "amount": amount, "currency": currency, "webhook": delivered}))
        .into_response()
}
