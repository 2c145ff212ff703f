//! The network between the functions and everything else: the HTTP client of all their clients. Here faults happen.

use crate::{
    faults::{Fault, Faults},
    invocation::Invocation,
};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use axum::body::{Body, Bytes};
use http::{Response, request::Parts};
use orderly_local::services::{Embedded, stripe::EmbeddedStripe};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::sleep;

/// Hosts of the simulated world.
pub const AWS: &str = "http://127.0.0.1:1";
pub const STRIPE: &str = "http://stripe.simulated";
pub const WAREHOUSE: &str = "https://warehouse.simulated/picklists";
const STRIPE_HOST: &str = "stripe.simulated";
const WAREHOUSE_HOST: &str = "warehouse.simulated";

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Network(Arc<Wires>);

#[derive(Debug)]
struct Wires {
    services: Embedded,
    stripe: EmbeddedStripe,
    faults: Mutex<Faults>,
    sent: Mutex<Vec<SentMail>>,
    trace: Mutex<Vec<String>>,
}

/// An e-mail that went out, and whose work it was.
#[derive(Debug, Clone)]
pub struct SentMail {
    /// Order, item and kind.
    pub name: String,
    pub invocation: Option<Invocation>,
}

/// A request without its connection.
struct Wire {
    parts: Parts,
    body: Bytes,
    operation: String,
}

impl Network {
    pub fn new(services: Embedded, stripe: EmbeddedStripe, faults: Faults) -> Self {
        let faults = Mutex::new(faults);
        Self(Arc::new(Wires { services, stripe, faults, sent: Mutex::default(), trace: Mutex::default() }))
    }

    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.0.faults)
    }

    pub fn sent_mails(&self) -> Vec<SentMail> {
        lock(&self.0.sent).clone()
    }

    /// What happened, line by line: two runs of a seed have the same.
    pub fn trace(&self) -> Vec<String> {
        lock(&self.0.trace).clone()
    }

    pub fn note(&self, line: String) {
        lock(&self.0.trace).push(line);
    }

    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let wire = Wire::read(request)?;
        // A bystander's requests are none of the system's.
        let Some(invocation) = Invocation::current() else { return answer(self.carry_out(&wire, None).await) };
        let (call, fault) = self.faults().next(invocation.function(), &wire.operation);
        let number = call.number;
        self.note(match fault {
            None => format!("{number} #{} {} {}", invocation.number(), call.function, call.operation),
            Some(fault) => format!("{number} #{} {} {} {fault:?}", invocation.number(), call.function, call.operation),
        });
        let (there, back) = {
            let mut faults = self.faults();
            let mut pause = || Duration::from_millis(faults.rng().u64(1..20));
            (pause(), pause())
        };
        sleep(there).await;
        if fault.is_some() {
            invocation.disturb();
        }
        let outcome = match fault {
            None => Ok(self.carry_out(&wire, Some(&invocation)).await),
            Some(Fault::RequestLost) => Err(broken()),
            Some(Fault::ResponseLost) => {
                self.carry_out(&wire, Some(&invocation)).await;
                Err(broken())
            }
            Some(Fault::ServerError) => Ok(wire.server_error()),
            Some(Fault::ServerErrorAfter) => {
                self.carry_out(&wire, Some(&invocation)).await;
                Ok(wire.server_error())
            }
            Some(Fault::Throttled) => Ok(wire.throttled()),
            Some(Fault::TransactionConflict) => Ok(wire.transaction_conflict()),
            Some(Fault::Rival) => {
                self.rival(&wire).await;
                Ok(self.carry_out(&wire, Some(&invocation)).await)
            }
            Some(Fault::Late) => {
                let after = Duration::from_millis(self.faults().rng().u64(500..9_000));
                let network = self.clone();
                tokio::spawn(async move {
                    sleep(after).await;
                    network.note(format!("{number} arrives"));
                    network.carry_out(&wire, Some(&invocation)).await;
                });
                std::future::pending().await
            }
            Some(Fault::KilledBefore) => {
                invocation.kill();
                std::future::pending().await
            }
            Some(Fault::KilledAfter) => {
                self.carry_out(&wire, Some(&invocation)).await;
                invocation.kill();
                std::future::pending().await
            }
            Some(Fault::Partial) => Ok(self.partly(&wire, &invocation).await),
        };
        sleep(back).await;
        answer(outcome?)
    }

    async fn carry_out(&self, wire: &Wire, invocation: Option<&Invocation>) -> Response<Bytes> {
        let Parts { method, uri, headers, .. } = &wire.parts;
        let host = uri.host().unwrap_or_default();
        let response = if host == STRIPE_HOST {
            let mut request = http::Request::new(Body::from(wire.body.clone()));
            *request.method_mut() = method.clone();
            *request.uri_mut() = uri.clone();
            request.headers_mut().clone_from(headers);
            self.0.stripe.answer(request).await
        } else if host == WAREHOUSE_HOST {
            Response::new(Body::empty())
        } else {
            let response = self.0.services.answer(method, uri, headers, wire.body.clone()).await;
            if wire.operation == "SES.SendEmail" && response.status().is_success() {
                // The tags say which e-mail of which order it is.
                let tags = wire.json()["EmailTags"].as_array().cloned().unwrap_or_default();
                let tags: Vec<&str> = tags.iter().filter_map(|tag| tag["Value"].as_str()).collect();
                lock(&self.0.sent).push(SentMail { name: tags.join(" "), invocation: invocation.cloned() });
            }
            response
        };
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        Response::from_parts(parts, body)
    }

    /// Somebody else writes the item that is about to be put: its version grows, and nothing else.
    async fn rival(&self, wire: &Wire) {
        let put = wire.json();
        let key = |name: &str| put["Item"][name].clone();
        if put["TableName"] != "OrdersTable" {
            return;
        }
        let touch = json!({
            "TableName": "OrdersTable",
            "Key": { "order_id": key("order_id"), "item": key("item") },
            "UpdateExpression": "ADD version :one",
            "ConditionExpression": "attribute_exists(order_id)",
            "ExpressionAttributeValues": { ":one": { "N": "1" } },
        });
        self.ask_aws("DynamoDB_20120810.UpdateItem", &touch).await;
    }

    /// Asks AWS as a bystander.
    pub async fn ask_aws(&self, target: &str, request: &Value) -> Value {
        let headers = [("x-amz-target", target)].into_iter().map(|(name, value)| (name, value.to_owned()));
        let mut map = http::HeaderMap::new();
        for (name, value) in headers {
            map.extend(value.parse().ok().map(|value| (http::HeaderName::from_static(name), value)));
        }
        let uri = http::Uri::from_static(AWS);
        let body = Bytes::from(request.to_string());
        let response = self.0.services.answer(&http::Method::POST, &uri, &map, body).await;
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    /// Leaves out a part of what was asked for.
    async fn partly(&self, wire: &Wire, invocation: &Invocation) -> Response<Bytes> {
        let mut request = wire.json();
        match wire.operation.as_str() {
            // The first message is not sent.
            "SQS.SendMessageBatch" => {
                let entries = request["Entries"].as_array_mut();
                let Some(left) = entries.filter(|entries| entries.len() > 1).map(|entries| entries.remove(0)) else {
                    return self.carry_out(wire, Some(invocation)).await;
                };
                let mut answer = self.carry_out_json(wire, &request, invocation).await;
                answer["Failed"] = json!([{ "Id": left["Id"], "Code": "InternalError", "SenderFault": false }]);
                respond(200, &answer)
            }
            // One key is not read.
            "DynamoDB.BatchGetItem" => {
                let tables = request["RequestItems"].as_object_mut();
                let found = tables.and_then(|tables| tables.iter_mut().next());
                let Some((table, wanted)) = found else { return self.carry_out(wire, Some(invocation)).await };
                let (table, mut unread) = (table.clone(), wanted.clone());
                let keys = wanted["Keys"].as_array_mut();
                let Some(left) = keys.filter(|keys| keys.len() > 1).and_then(Vec::pop) else {
                    return self.carry_out(wire, Some(invocation)).await;
                };
                unread["Keys"] = json!([left]);
                let mut answer = self.carry_out_json(wire, &request, invocation).await;
                answer["UnprocessedKeys"] = json!({ table: unread });
                respond(200, &answer)
            }
            // The index does not know yet.
            "DynamoDB.Query" if request.get("IndexName").is_some() => {
                respond(200, &json!({ "Items": [], "Count": 0, "ScannedCount": 0 }))
            }
            _ => self.carry_out(wire, Some(invocation)).await,
        }
    }

    async fn carry_out_json(&self, wire: &Wire, request: &Value, invocation: &Invocation) -> Value {
        let body = Bytes::from(request.to_string());
        let wire = Wire { parts: wire.parts.clone(), body, operation: wire.operation.clone() };
        let answer = self.carry_out(&wire, Some(invocation)).await;
        serde_json::from_slice(answer.body()).unwrap_or_default()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn broken() -> ConnectorError {
    ConnectorError::io("the connection broke".into())
}

fn answer(response: Response<Bytes>) -> Result<HttpResponse, ConnectorError> {
    let response = response.map(SdkBody::from);
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}

fn respond(status: u16, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    response
}

impl Wire {
    fn read(request: HttpRequest) -> Result<Self, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::other(error.into(), None))?;
        let (parts, body) = request.into_parts();
        let body = Bytes::copy_from_slice(body.bytes().unwrap_or_default());
        let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let host = parts.uri.host().unwrap_or_default();
        let operation = match target.and_then(|target| target.split_once('.')) {
            Some(("DynamoDB_20120810", operation)) => format!("DynamoDB.{operation}"),
            Some(("AmazonSQS", operation)) => format!("SQS.{operation}"),
            Some((service, operation)) => format!("{service}.{operation}"),
            None if parts.uri.path() == "/v2/email/outbound-emails" => "SES.SendEmail".to_owned(),
            None if host == STRIPE_HOST => format!("Stripe.{}", parts.method),
            None => format!("Warehouse.{}", parts.method),
        };
        Ok(Self { parts, body, operation })
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn server_error(&self) -> Response<Bytes> {
        let kind = match self.operation.split_once('.').map(|(service, _)| service) {
            Some("SES") => "InternalServiceErrorException",
            _ => "InternalServerError",
        };
        fail(500, kind)
    }

    fn throttled(&self) -> Response<Bytes> {
        match self.operation.split_once('.').map(|(service, _)| service) {
            Some("DynamoDB") => fail(400, "ProvisionedThroughputExceededException"),
            Some("SQS") => fail(403, "RequestThrottled"),
            _ => fail(429, "TooManyRequestsException"),
        }
    }

    fn transaction_conflict(&self) -> Response<Bytes> {
        if self.operation == "DynamoDB.PutItem" {
            return fail(400, "TransactionConflictException");
        }
        let actions = self.json()["TransactItems"].as_array().map_or(1, Vec::len);
        let reason = |n: usize| json!({ "Code": if n == 0 { "TransactionConflict" } else { "None" } });
        let mut response = fail(400, "TransactionCanceledException");
        let body = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled",
            "CancellationReasons": (0..actions).map(reason).collect::<Vec<_>>(),
        });
        *response.body_mut() = Bytes::from(body.to_string());
        response
    }
}

/// An error as AWS words it.
fn fail(status: u16, kind: &str) -> Response<Bytes> {
    let mut response = respond(status, &json!({ "__type": kind, "message": "a simulated fault" }));
    if let Ok(kind) = kind.parse() {
        response.headers_mut().insert("x-amzn-errortype", kind);
    }
    response
}

impl HttpClient for Network {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().exchange(request))
    }
}
