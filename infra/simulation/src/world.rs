//! The whole system in one process: services, functions, queues and the schedule, in simulated time.

use crate::{
    faults::Faults,
    functions::{Functions, Secrets},
    invocation::{End, Invocation},
    network::Network,
    plain::plain_item,
    time::Time,
};
use api::{Caller, Request};
use domain::settings::Role;
use fastrand::Rng;
use http::StatusCode;
use laws::{Books, Item, Settings};
use orderly_local::{
    backing,
    payments::{
        Webhook,
        stripe::{EmbeddedStripe, StripeConfig},
    },
    services::{Embedded, ServicesConfig},
    template::{System, Trigger},
};
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    path::Path,
    rc::Rc,
    time::Duration,
};
use tokio::time::sleep;

const SECRETS: Secrets = Secrets {
    stripe_webhook: "whsec_simulated",
    warehouse_webhook: "whsec_c2ltdWxhdGVkIHNlY3JldCBmb3Igd2FyZWhvdXNlcw==",
};
/// How often a client that waits for an answer tries, as shops, providers and scanners do.
const TRIES: u32 = 60;

pub struct World {
    pub time: Time,
    pub network: Network,
    pub stripe: EmbeddedStripe,
    pub services: Embedded,
    pub system: System,
    pub functions: Functions,
    /// Decides what people do and when messages come.
    pub rng: RefCell<Rng>,
    invocations: Cell<u64>,
    /// The number of messages and webhooks in progress.
    pub under_way: Cell<u64>,
    /// Acknowledged requests, to check at the end: orders by id, and money events by payment.
    pub accepted: RefCell<Vec<String>>,
    pub taken: RefCell<Vec<(String, i64)>>,
    /// Payments that no webhook tells of, and the orders that name them.
    pub unheard: RefCell<Vec<(String, String)>>,
    /// Acknowledged cancellations: the order, and whether only its unsent part was to be cancelled.
    pub cancelled: RefCell<Vec<(String, bool)>>,
    /// Orders whose customers' erasure was acknowledged.
    pub to_erase: RefCell<Vec<String>>,
    /// Answers that must never be given.
    pub outrages: RefCell<Vec<String>>,
}

/// An answer to a client.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl World {
    /// Must be called inside a runtime with paused time.
    pub async fn start(template: &Path, seed: u64, faults: Faults) -> Result<Rc<Self>, Box<dyn std::error::Error>> {
        // Seeds the generator that the SDK, the store's pauses and the provider's ids use.
        fastrand::seed(seed);
        let mut rng = Rng::with_seed(seed ^ 0x5EED);
        let time = Time::begin();
        let none = BTreeMap::new();
        let system = backing::load(template, &none, crate::network::AWS, crate::network::STRIPE)?;
        let clock = time.clock(jiff::SignedDuration::ZERO);
        let config = ServicesConfig { ttl_sweep: None, clock, ..ServicesConfig::default() };
        let services = Embedded::start(1, &system, config).await?;
        let stripe = EmbeddedStripe::open(StripeConfig {
            webhook_secret: SECRETS.stripe_webhook.to_owned(),
            webhook_url: None,
            data_dir: None,
            clock: time.clock(jiff::SignedDuration::ZERO),
        })?;
        let network = Network::new(services.clone(), stripe.clone(), faults);
        let sqs = services.sqs().clone();
        let functions = Functions::wire(&network, &|queue| sqs.url(queue), SECRETS, time, &mut rng)?;
        Ok(Rc::new(Self {
            time,
            network,
            stripe,
            services,
            system,
            functions,
            rng: RefCell::new(rng),
            invocations: Cell::new(0),
            under_way: Cell::new(0),
            accepted: RefCell::default(),
            taken: RefCell::default(),
            unheard: RefCell::default(),
            cancelled: RefCell::default(),
            to_erase: RefCell::default(),
            outrages: RefCell::default(),
        }))
    }

    /// Begins an invocation of a function.
    pub fn invocation(&self, function: &str) -> (Invocation, Duration) {
        let number = self.invocations.get() + 1;
        self.invocations.set(number);
        let limit = self.system.functions.get(function).map_or(Duration::from_secs(10), |function| function.timeout);
        let invocation = Invocation::new(number, function);
        self.network.begins(&invocation);
        (invocation, limit)
    }

    pub fn strikes(&self, share: f64) -> bool {
        self.network.faults().strikes(share)
    }

    /// A random moment within `seconds`.
    pub fn moment(&self, seconds: u64) -> Duration {
        Duration::from_millis(self.rng.borrow_mut().u64(0..seconds * 1_000))
    }

    pub fn chance(&self, share: f64) -> bool {
        self.rng.borrow_mut().f64() < share
    }

    /// Asks once, over a network that may lose the request or the answer.
    pub async fn ask(&self, request: &Request) -> Option<Answer> {
        let function = self.function_of(&request.route)?.to_owned();
        if self.strikes(0.02) {
            return None;
        }
        let (invocation, limit) = self.invocation(&function);
        let request = Request { id: format!("request-{}", invocation.number()), ..request.clone() };
        let end = invocation.run(limit, self.functions.answer(&function, &request)).await;
        let response = match end {
            End::Done(outcome) => outcome.unwrap_or_else(|error| error.into_response(&request.id)),
            End::Panicked => {
                self.outrages.borrow_mut().push(format!("{} panicked", request.route));
                return None;
            }
            End::Killed | End::TimedOut => return None,
        };
        self.network.note(format!("#{} {} {}", invocation.number(), request.route, response.status));
        let calm = !invocation.is_disturbed();
        if response.status >= 500 && calm {
            self.outrages.borrow_mut().push(format!(
                "{} {} {}",
                request.route,
                response.status,
                String::from_utf8_lossy(&response.body)
            ));
        }
        if self.strikes(0.02) {
            return None;
        }
        Some(Answer { status: response.status, body: serde_json::from_slice(&response.body).unwrap_or_default() })
    }

    /// Asks until an answer is no server error. None if all tries fail.
    pub async fn insist(&self, request: &Request) -> Option<Answer> {
        for n in 0..TRIES {
            match self.ask(request).await {
                Some(answer) if answer.status < 500 => return Some(answer),
                _ => sleep(Duration::from_secs(u64::from(n.min(20)) + 1)).await,
            }
        }
        self.outrages.borrow_mut().push(format!("{} was never answered", request.route));
        None
    }

    /// Delivers a provider's webhook until it is accepted, sometimes twice. Signs it again for each attempt.
    pub async fn deliver(&self, webhook: Webhook) {
        self.under_way.set(self.under_way.get() + 1);
        let times = if self.strikes(0.1) { 2 } else { 1 };
        for _ in 0..times {
            for n in 0..TRIES {
                let signed = self.stripe.sign(webhook.body.clone());
                let request = Request {
                    route: "POST /webhooks/payments/{provider}".to_owned(),
                    path: HashMap::from([("provider".to_owned(), "stripe".to_owned())]),
                    headers: signed.headers.into_iter().collect(),
                    body: signed.body,
                    ..Request::default()
                };
                match self.ask(&request).await {
                    Some(answer) if answer.status < 300 => {
                        self.acknowledged(&webhook);
                        break;
                    }
                    Some(answer) if answer.status < 500 => {
                        self.outrages.borrow_mut().push(format!("a webhook was refused: {answer:?}"));
                        break;
                    }
                    _ => sleep(Duration::from_secs(u64::from(n.min(30)) + 1)).await,
                }
            }
        }
        self.under_way.set(self.under_way.get() - 1);
    }

    fn acknowledged(&self, webhook: &Webhook) {
        let event = webhook.event();
        let object = &event["data"]["object"];
        if event["type"] == "payment_intent.succeeded"
            && let Some((payment, amount)) = object["id"].as_str().zip(object["amount_received"].as_i64())
        {
            self.taken.borrow_mut().push((payment.to_owned(), amount));
        }
    }

    fn function_of(&self, route: &str) -> Option<&str> {
        let serves = |trigger: &Trigger| match trigger {
            Trigger::Http(declared) => format!("{} {}", declared.method, declared.path) == route,
            _ => false,
        };
        self.system.functions.values().find(|f| f.triggers.iter().any(serves)).map(|function| function.name.as_str())
    }

    /// Every item of a table, as plain JSON.
    async fn scan(&self, table: &str) -> Vec<Item> {
        let mut items = Vec::new();
        let mut request = json!({ "TableName": table, "ConsistentRead": true });
        loop {
            let page = self.network.ask_aws("DynamoDB_20120810.Scan", &request).await;
            items.extend(page["Items"].as_array().into_iter().flatten().map(plain_item));
            match page.get("LastEvaluatedKey") {
                Some(key) => request["ExclusiveStartKey"] = key.clone(),
                None => return items,
            }
        }
    }

    /// Every item of every table.
    pub async fn everything(&self) -> Vec<Item> {
        let mut items = Vec::new();
        for table in &self.system.tables {
            items.extend(self.scan(&table.name).await);
        }
        items
    }

    pub async fn books(&self) -> Books {
        let refunds = |id: &str| self.stripe.refunds(id).iter().map(|refund| refund.amount).collect::<Vec<_>>();
        let refunded = self.stripe.payments().into_iter().map(|payment| (payment.id.clone(), refunds(&payment.id)));
        Books {
            orders: self.scan("OrdersTable").await,
            stock: self.scan("StockTable").await,
            payments: self.scan("PaymentsTable").await,
            search: self.scan("SearchTable").await,
            rows: self.scan("BooksTable").await,
            settings: Settings::of(&self.scan("SettingsTable").await).into(),
            provider: "stripe",
            refunded: refunded.filter(|(_, amounts)| !amounts.is_empty()).collect(),
        }
    }
}

/// A request by a caller with this role.
pub fn request(role: Role, route: &str, path: &[(&str, &str)], body: &Value) -> Request {
    let channel = (role == Role::Storefront).then(|| "web".parse().ok()).flatten();
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Request {
        route: route.to_owned(),
        path: path.iter().map(owned).collect(),
        headers: HashMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        caller: Some(Caller { channel, ..Caller::new(role, "simulated") }),
        ..Request::default()
    }
}

impl Answer {
    pub fn is_success(&self) -> bool {
        StatusCode::from_u16(self.status).is_ok_and(|status| status.is_success())
    }
}
