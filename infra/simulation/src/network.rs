//! The network between the functions and everything else: the HTTP client that all their clients use. Faults happen
//! here.

mod partly;
mod pool;

use crate::{
    faults::{Fault, Faults},
    invocation::Invocation,
    plain::plain_item,
    shelves::Shelves,
};
use aws_smithy_runtime_api::client::{
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use axum::body::{Body, Bytes};
use domain::mail_report::MailTags;
use http::{Response, request::Parts};
use orderly_local::{
    channels::woocommerce,
    payments::{Breakdown, Provider},
    services::Embedded,
    tracking,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, time::sleep};

/// Hosts of the simulated world.
pub const AWS: &str = "http://127.0.0.1:1";
pub const WAREHOUSE: &str = "https://warehouse.simulated/picklists";
const AWS_HOST: &str = "127.0.0.1";
const WAREHOUSE_HOST: &str = "warehouse.simulated";
/// Where the tracking services answer, all at one address.
pub const CARRIERS: &str = "http://carriers.simulated";
const CARRIERS_HOST: &str = "carriers.simulated";

/// Where the shop of a channel answers.
pub const SHOP: &str = "https://shop.simulated";
const SHOP_HOST: &str = "shop.simulated";

/// The payment providers, by their names.
type Providers = BTreeMap<Provider, orderly_local::payments::Embedded>;

/// Where a provider's API answers.
pub fn url(provider: Provider) -> String {
    format!("http://{}", host_of(provider))
}

fn host_of(provider: Provider) -> String {
    format!("{provider}.simulated")
}

/// The provider at a host.
fn provider_at(host: &str) -> Option<Provider> {
    Provider::ALL.into_iter().find(|provider| host == host_of(*provider))
}

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Network(Arc<Wires>);

#[derive(Debug)]
struct Wires {
    services: Embedded,
    providers: Providers,
    carriers: tracking::Embedded,
    shop: woocommerce::Embedded,
    faults: Mutex<Faults>,
    sent: Mutex<Vec<SentMail>>,
    /// What the warehouse was told.
    notices: Mutex<Vec<Value>>,
    trace: Mutex<Vec<String>>,
    shelves: Mutex<Shelves>,
    /// The requests that were sent over a connection that the other side had closed.
    dead_connections: Mutex<Vec<String>>,
    running: Mutex<Vec<Invocation>>,
    epoch: AtomicU64,
    /// The number of the last request.
    reached: watch::Sender<u64>,
}

/// A sent e-mail, and the invocation that sent it.
#[derive(Debug, Clone)]
pub struct SentMail {
    /// Order, item and kind.
    pub name: String,
    /// Which attempt its tags say it is.
    pub attempt: u32,
    pub to: String,
    pub invocation: Option<Invocation>,
    /// The number of the request.
    pub call: u64,
}

impl SentMail {
    /// The tags identify the e-mail and its order.
    fn of(request: &Value, invocation: Option<Invocation>, call: u64) -> Self {
        let tags = request["EmailTags"].as_array().map(Vec::as_slice).unwrap_or_default();
        let tag = |name: &str| tags.iter().find(|tag| tag["Name"] == name)?["Value"].as_str();
        let (name, attempt) = match MailTags::read(tag) {
            Ok(Some(MailTags { order, item, kind, attempt })) => (format!("{order} {item} {kind}"), attempt),
            _ => (format!("an e-mail with the tags {tags:?}"), 0),
        };
        let to = request["Destination"]["ToAddresses"][0].as_str().unwrap_or_default().to_owned();
        Self { name, attempt, to, invocation, call }
    }

    /// Whether a fault, from the e-mail's request on, may have kept its sender from recording it.
    pub fn was_disturbed(&self) -> bool {
        self.invocation.as_ref().is_some_and(|invocation| invocation.is_disturbed_since(self.call))
    }
}

/// A request without its connection.
struct Wire {
    parts: Parts,
    body: Bytes,
    operation: String,
    /// Its number among all requests; 0 is a bystander's.
    number: u64,
}

impl Network {
    pub fn new(
        services: Embedded,
        providers: Providers,
        carriers: tracking::Embedded,
        shop: woocommerce::Embedded,
        faults: Faults,
    ) -> Self {
        let faults = Mutex::new(faults);
        Self(Arc::new(Wires {
            services,
            providers,
            carriers,
            shop,
            faults,
            sent: Mutex::default(),
            notices: Mutex::default(),
            trace: Mutex::default(),
            shelves: Mutex::default(),
            dead_connections: Mutex::default(),
            running: Mutex::default(),
            epoch: AtomicU64::new(0),
            reached: watch::Sender::new(0),
        }))
    }

    /// Sets the faults from now on, and restarts the count of requests.
    pub fn begin(&self, faults: Faults) {
        *self.faults() = faults;
        self.0.reached.send_replace(0);
    }

    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.0.faults)
    }

    pub fn sent_mails(&self) -> Vec<SentMail> {
        lock(&self.0.sent).clone()
    }

    /// What the warehouse was told, in order.
    pub fn notices(&self) -> Vec<Value> {
        lock(&self.0.notices).clone()
    }

    /// The trace, line by line. Two runs of a seed have the same trace.
    pub fn trace(&self) -> Vec<String> {
        lock(&self.0.trace).clone()
    }

    pub fn note(&self, line: String) {
        lock(&self.0.trace).push(line);
    }

    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let mut wire = Wire::read(request)?;
        // A bystander's requests are not counted as the system's.
        let Some(invocation) = Invocation::current() else { return answer(self.carry_out(&wire, None).await) };
        let (call, fault) = self.faults().next(invocation.number(), invocation.function(), &wire.operation);
        let number = call.number;
        wire.number = number;
        self.0.reached.send_replace(number);
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
            invocation.disturb(number);
        }
        let outcome = match fault {
            None | Some(Fault::WebhookLost) => Ok(self.carry_out(&wire, Some(&invocation)).await),
            Some(Fault::RequestLost | Fault::Outage) => Err(broken()),
            Some(Fault::ResponseLost) => {
                self.carry_out(&wire, Some(&invocation)).await;
                Err(broken())
            }
            Some(Fault::ServerError) => {
                Ok(self.break_down(&wire, Breakdown::Before).await.unwrap_or_else(|| wire.server_error()))
            }
            Some(Fault::ServerErrorAfter) => {
                if let Some(answer) = self.break_down(&wire, Breakdown::After).await {
                    Ok(answer)
                } else {
                    self.carry_out(&wire, Some(&invocation)).await;
                    Ok(wire.server_error())
                }
            }
            Some(Fault::Throttled) => {
                Ok(self.break_down(&wire, Breakdown::Throttled).await.unwrap_or_else(|| wire.throttled()))
            }
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
            Some(Fault::Slow) => {
                // Just less than the functions' time limits for AWS, and for SES.
                let most = if wire.operation == "SES.SendEmail" { 19_000 } else { 2_900 };
                let wait = Duration::from_millis(self.faults().rng().u64(500..most));
                sleep(wait).await;
                Ok(self.carry_out(&wire, Some(&invocation)).await)
            }
            Some(Fault::Torn) => Ok(self.torn(&wire, &invocation).await),
            Some(Fault::Restart) => {
                self.restart().await;
                std::future::pending().await
            }
        };
        sleep(back).await;
        answer(outcome?)
    }

    async fn carry_out(&self, wire: &Wire, invocation: Option<&Invocation>) -> Response<Bytes> {
        let Parts { method, uri, headers, .. } = &wire.parts;
        let host = uri.host().unwrap_or_default();
        let provider = provider_at(host).and_then(|provider| self.0.providers.get(&provider));
        let request = || {
            let mut request = http::Request::new(Body::from(wire.body.clone()));
            *request.method_mut() = method.clone();
            *request.uri_mut() = uri.clone();
            request.headers_mut().clone_from(headers);
            request
        };
        let response = if let Some(provider) = provider {
            provider.answer(request()).await
        } else if host == CARRIERS_HOST {
            self.0.carriers.answer(request()).await
        } else if host == SHOP_HOST {
            self.0.shop.answer(request()).await
        } else if host == WAREHOUSE_HOST {
            lock(&self.0.notices).push(wire.json());
            Response::new(Body::empty())
        } else {
            let response = self.0.services.answer(method, uri, headers, wire.body.clone()).await;
            if wire.operation == "SES.SendEmail" && response.status().is_success() {
                let mail = SentMail::of(&wire.json(), invocation.cloned(), wire.number);
                lock(&self.0.sent).push(mail);
            }
            response
        };
        if response.status().is_success() && wire.moves_stock() {
            self.look_at_stock().await;
        }
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        Response::from_parts(parts, body)
    }

    /// Lets a payment provider itself fail on a request that changes something, so that it may store the failure. None: the
    /// request is another one.
    async fn break_down(&self, wire: &Wire, breakdown: Breakdown) -> Option<Response<Bytes>> {
        let Parts { method, uri, .. } = &wire.parts;
        let provider = self.0.providers.get(&provider_at(uri.host().unwrap_or_default())?)?;
        if method == http::Method::GET || uri.path() == "/v1/oauth2/token" {
            return None;
        }
        provider.break_down_next(breakdown);
        let answer = self.carry_out(wire, None).await;
        // A request that it refuses has not met it.
        provider.mend();
        Some(answer)
    }

    /// Looks at the stock, and at what orders hold of it, as it is right now.
    async fn look_at_stock(&self) {
        let all = async |table: &str, kind: &str| -> Vec<_> {
            let scan = json!({
                "TableName": table, "ConsistentRead": true, "FilterExpression": "begins_with(#item, :kind)",
                "ExpressionAttributeNames": { "#item": "item" }, "ExpressionAttributeValues": { ":kind": { "S": kind } },
            });
            let found = self.ask_aws("DynamoDB_20120810.Scan", &scan).await;
            found["Items"].as_array().into_iter().flatten().map(plain_item).collect()
        };
        let (levels, states) = (all("StockTable", "location#").await, all("OrdersTable", "state").await);
        lock(&self.0.shelves).look(&levels, &states);
    }

    /// What was wrong with the stock at any moment.
    pub fn wrong_shelves(&self) -> Vec<String> {
        lock(&self.0.shelves).wrong()
    }

    fn note_dead_connection(&self, host: &str) {
        let function = Invocation::current().map_or_else(String::new, |invocation| invocation.function().to_owned());
        lock(&self.0.dead_connections).push(format!("{function} used a connection to {host} that had been closed"));
    }

    /// Where a sandbox trusted connections from before it was frozen.
    pub fn dead_connections(&self) -> Vec<String> {
        lock(&self.0.dead_connections).clone()
    }

    /// Waits until the functions have made `number` requests.
    pub async fn reaches(&self, number: u64) {
        // The sender lives as long as the network, so this cannot fail.
        let _ = self.0.reached.subscribe().wait_for(|reached| *reached >= number).await;
    }

    /// The number of restarts. A message from before a restart is lost.
    pub fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::Relaxed)
    }

    /// Registers an invocation, so that a restart can kill it.
    pub fn begins(&self, invocation: &Invocation) {
        let mut running = lock(&self.0.running);
        running.retain(Invocation::is_running);
        running.push(invocation.clone());
    }

    /// Kills everything that runs. All queued messages and all received but unfinished ones are lost.
    pub async fn restart(&self) {
        self.note("all dies, and the queues are empty".to_owned());
        self.0.epoch.fetch_add(1, Ordering::Relaxed);
        lock(&self.0.running).drain(..).for_each(|invocation| invocation.kill());
        let sqs = self.0.services.sqs();
        for queue in sqs.queues() {
            self.ask_aws("AmazonSQS.PurgeQueue", &json!({ "QueueUrl": sqs.url(&queue.name) })).await;
        }
    }

    /// Answers a query of an order during a concurrent write: the items that sort before `state` are older than the
    /// rest.
    async fn torn(&self, wire: &Wire, invocation: &Invocation) -> Response<Bytes> {
        let request = wire.json();
        if request["TableName"] != "OrdersTable" || request.get("IndexName").is_some() {
            return self.carry_out(wire, Some(invocation)).await;
        }
        let before = self.carry_out_json(wire, &request, invocation).await;
        let wait = Duration::from_millis(self.faults().rng().u64(..2_000));
        sleep(wait).await;
        let mut answer = self.carry_out_json(wire, &request, invocation).await;
        let items = |answer: &Value| answer["Items"].as_array().cloned().unwrap_or_default();
        let is_early = |item: &Value| item["item"]["S"].as_str().is_some_and(|name| name < "state");
        let (early, late) = (items(&before), items(&answer));
        let early = early.into_iter().filter(is_early);
        answer["Items"] = early.chain(late.into_iter().filter(|item| !is_early(item))).collect();
        respond(200, &answer)
    }

    /// Acts as a concurrent writer of the item that is about to be put: raises its version and changes nothing else.
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

    async fn carry_out_json(&self, wire: &Wire, request: &Value, invocation: &Invocation) -> Value {
        let body = Bytes::from(request.to_string());
        let wire = Wire { parts: wire.parts.clone(), body, operation: wire.operation.clone(), number: wire.number };
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
            None => match provider_at(host) {
                Some(provider) => format!("{provider:?}.{}", parts.method),
                None if host == CARRIERS_HOST => format!("Carriers.{}", parts.method),
                None => format!("Warehouse.{}", parts.method),
            },
        };
        Ok(Self { parts, body, operation, number: 0 })
    }

    fn moves_stock(&self) -> bool {
        matches!(self.operation.as_str(), "DynamoDB.TransactWriteItems" | "DynamoDB.UpdateItem")
            && self.json().to_string().contains("\"StockTable\"")
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
