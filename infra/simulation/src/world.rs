//! The whole system in one process: services, functions, queues and the schedule, in simulated time.

use crate::{
    faults::Faults,
    functions::{Functions, SECRETS},
    invocation::{End, Invocation},
    listed,
    network::Network,
    plain::plain_item,
    time::Time,
};
use api::{Caller, Request};
use domain::{books::MovementKind, settings::Role};
use fastrand::Rng;
use http::StatusCode;
use laws::{Books, Item, Settings};
use orderly_local::{
    backing,
    channels::{self, woocommerce},
    payments::{self, Embedded, Made, Moved, MovedBy, Provider, Webhook},
    services::{Embedded as Services, ServicesConfig},
    template::{System, Trigger},
    tracking,
};
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    path::Path,
    rc::Rc,
    time::Duration,
};
use tokio::{task::spawn_local, time::sleep};

/// The payment providers, by their names.
pub type Providers = BTreeMap<Provider, Embedded>;

/// How often a client that waits for an answer tries, as shops, providers and scanners do.
const TRIES: u32 = 60;

pub struct World {
    pub time: Time,
    pub network: Network,
    /// The payment providers.
    pub providers: Providers,
    /// The carriers, and the tracking services that follow parcels.
    pub carriers: tracking::Embedded,
    /// The shop that a channel may be connected to.
    pub shop: woocommerce::Embedded,
    pub connected: Cell<bool>,
    /// Whether that shop is told how many units it may sell.
    pub is_told_of_stock: Cell<bool>,
    /// What was bought there.
    pub bought: RefCell<Vec<u64>>,
    pub services: Services,
    pub system: System,
    pub functions: Functions,
    /// Decides what people do and when messages come.
    pub rng: RefCell<Rng>,
    /// Decides by which provider each order is paid. What people do is not changed by it.
    chooser: RefCell<Rng>,
    invocations: Cell<u64>,
    /// The number of messages and webhooks in progress.
    pub under_way: Cell<u64>,
    /// Whether everybody sleeps, and the runs are left out that would find nothing to do.
    pub is_night: Cell<bool>,
    /// Acknowledged requests, to check at the end: orders by id, and money events by payment.
    pub accepted: RefCell<Vec<String>>,
    pub taken: RefCell<Vec<(Provider, String, i64)>>,
    /// Payments that no webhook tells of, and the orders that name them.
    pub unheard: RefCell<Vec<(Provider, String, String)>>,
    /// Acknowledged cancellations: the order, and whether only its unsent part was to be cancelled.
    pub cancelled: RefCell<Vec<(String, bool)>>,
    /// Orders whose customers' erasure was acknowledged.
    pub to_erase: RefCell<Vec<String>>,
    /// Tracking numbers of parcels that their carriers have delivered.
    pub delivered: RefCell<Vec<String>>,
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
        let parameters = BTreeMap::from([("UseChannels".to_owned(), "true".to_owned())]);
        let system = backing::load(template, &parameters, crate::network::AWS, &crate::network::url(Provider::Stripe))?;
        let clock = time.clock(jiff::SignedDuration::ZERO);
        let config = ServicesConfig { ttl_sweep: None, clock, ..ServicesConfig::default() };
        let services = Services::start(1, &system, config).await?;
        let open = |provider| {
            let clock = time.clock(jiff::SignedDuration::ZERO);
            payments::embedded(provider, SECRETS.of_providers(), clock).map(|opened| (provider, opened))
        };
        let providers: Providers = Provider::ALL.into_iter().map(open).collect::<Result<_, _>>()?;
        let carriers = tracking::embedded(&SECRETS.of_carriers(), &time.clock(jiff::SignedDuration::ZERO));
        let shop = woocommerce::embedded(woocommerce::ShopConfig {
            url: crate::network::SHOP.to_owned(),
            credentials: channels::local_credentials(),
            data_dir: None,
            clock: time.clock(jiff::SignedDuration::ZERO),
        })?;
        let network = Network::new(services.clone(), providers.clone(), carriers.clone(), shop.clone(), faults);
        let sqs = services.sqs().clone();
        let functions = Functions::wire(&network, &|queue| sqs.url(queue), time, &mut rng)?;
        Ok(Rc::new(Self {
            time,
            network,
            providers,
            carriers,
            shop,
            connected: Cell::new(false),
            is_told_of_stock: Cell::new(false),
            bought: RefCell::default(),
            services,
            system,
            functions,
            rng: RefCell::new(rng),
            chooser: RefCell::new(Rng::with_seed(seed ^ 0xCA54)),
            invocations: Cell::new(0),
            under_way: Cell::new(0),
            is_night: Cell::new(false),
            accepted: RefCell::default(),
            taken: RefCell::default(),
            unheard: RefCell::default(),
            cancelled: RefCell::default(),
            to_erase: RefCell::default(),
            delivered: RefCell::default(),
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

    /// One of the payment providers.
    pub fn provider(&self, provider: Provider) -> &Embedded {
        &self.providers[&provider]
    }

    /// By which provider the next order is paid.
    pub fn next_provider(&self) -> Provider {
        self.chooser.borrow_mut().choice(Provider::ALL).unwrap_or(Provider::Stripe)
    }

    /// Delivers all webhooks that tell of something, one after the other.
    pub async fn deliver_all(&self, provider: Provider, Made { payment, webhooks }: Made) {
        let mut is_told = true;
        for webhook in webhooks {
            is_told &= self.deliver(provider, webhook).await;
        }
        if is_told && payment.received() > 0 {
            let received = payment.received();
            self.taken.borrow_mut().push((provider, payment.id, received));
        }
    }

    /// Delivers a provider's webhook until it is accepted, sometimes twice, and sometimes never. Signs it again for each attempt.
    /// Returns whether it was accepted.
    pub async fn deliver(&self, provider: Provider, webhook: Webhook) -> bool {
        if let Some(kind) = listed::listed(self.provider(provider), provider, &webhook)
            && self.network.faults().loses_webhook(&kind)
        {
            self.network.note(format!("{provider}'s {kind} is lost"));
            return false;
        }
        self.under_way.set(self.under_way.get() + 1);
        let times = if self.strikes(0.1) { 2 } else { 1 };
        let mut is_accepted = false;
        for _ in 0..times {
            for n in 0..TRIES {
                let signed = self.provider(provider).sign(webhook.body.clone());
                let request = Request {
                    route: "POST /webhooks/payments/{provider}".to_owned(),
                    path: HashMap::from([("provider".to_owned(), provider.name().to_owned())]),
                    headers: signed.headers.into_iter().collect(),
                    body: signed.body,
                    ..Request::default()
                };
                match self.ask(&request).await {
                    Some(answer) if answer.status < 300 => {
                        is_accepted = true;
                        break;
                    }
                    Some(answer) if answer.status < 500 => {
                        self.outrages.borrow_mut().push(format!("a webhook of {provider} was refused: {answer:?}"));
                        break;
                    }
                    _ => sleep(Duration::from_secs(u64::from(n.min(30)) + 1)).await,
                }
            }
        }
        self.under_way.set(self.under_way.get() - 1);
        is_accepted
    }

    /// Delivers a tracking service's webhook after a while, sometimes twice, until it is accepted. Signs it again for each attempt.
    pub fn deliver_tracking(self: &Rc<Self>, service: tracking::Service, webhook: Webhook) {
        let (world, wait) = (Rc::clone(self), self.moment(90));
        world.under_way.set(world.under_way.get() + 1);
        spawn_local(async move {
            sleep(wait).await;
            let times = if world.strikes(0.1) { 2 } else { 1 };
            for _ in 0..times {
                let Some(signed) = world.carriers.sign(service, webhook.body.clone()) else { continue };
                let request = Request {
                    route: "POST /webhooks/tracking/{service}".to_owned(),
                    path: HashMap::from([("service".to_owned(), service.name().to_owned())]),
                    headers: signed.headers.into_iter().collect(),
                    body: signed.body,
                    ..Request::default()
                };
                let answer = world.insist(&request).await;
                if let Some(refused) = answer.filter(|answer| answer.status >= 300) {
                    world.outrages.borrow_mut().push(format!("a webhook of {service} was refused: {refused:?}"));
                }
            }
            world.under_way.set(world.under_way.get() - 1);
        });
    }

    /// Whether a channel is connected to the shop.
    pub fn has_shop(&self) -> bool {
        self.connected.get()
    }

    /// Posts a webhook of the shop, once. Shops do not try again. Returns what was answered.
    pub async fn hear_shop(&self, channel: &str, delivery: &woocommerce::Delivery) -> Option<u16> {
        let request = Request {
            route: "POST /webhooks/channels/{channel}".to_owned(),
            path: HashMap::from([("channel".to_owned(), channel.to_owned())]),
            headers: delivery
                .webhook
                .headers
                .iter()
                .map(|(name, value)| (name.to_lowercase(), value.clone()))
                .collect(),
            body: delivery.webhook.body.clone(),
            ..Request::default()
        };
        let answer = self.ask(&request).await?;
        if (400..500).contains(&answer.status) {
            self.outrages.borrow_mut().push(format!("a webhook of the shop was refused: {answer:?}"));
        }
        Some(answer.status)
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

    /// How far the shops of channels are followed.
    pub async fn shop_watches(&self) -> Vec<Item> {
        let mut settings = self.scan("SettingsTable").await;
        settings.retain(|item| item.get("collection").is_some_and(|collection| collection == "shops"));
        settings
    }

    /// Every item of every table.
    pub async fn everything(&self) -> Vec<Item> {
        let mut items = Vec::new();
        for table in &self.system.tables {
            items.extend(self.scan(&table.name).await);
        }
        items
    }

    /// What the lists of the providers that have one come to, by payment.
    fn listed(&self) -> BTreeMap<String, BTreeMap<MovementKind, i64>> {
        let mut listed: BTreeMap<String, BTreeMap<MovementKind, i64>> = BTreeMap::new();
        for provider in Provider::LISTING {
            for Moved { payment, kind, amount, fee } in self.provider(provider).moved() {
                let kind = match kind {
                    MovedBy::Customer => MovementKind::Captured,
                    MovedBy::Merchant => MovementKind::Refunded,
                    MovedBy::Bank => MovementKind::Disputed,
                };
                let sums = listed.entry(format!("{provider}_{payment}")).or_default();
                *sums.entry(kind).or_default() += amount;
                *sums.entry(MovementKind::Fee).or_default() -= fee;
            }
        }
        listed
    }

    /// `is_compared`: the books of all days are compared with the provider's list.
    pub async fn books(&self, is_compared: bool) -> Books {
        let refunded_at = |(provider, own): (&Provider, &Embedded)| {
            let refunds = |id: &str| own.refunds(id).iter().map(|refund| refund.amount).collect::<Vec<_>>();
            let payments = own.payments().into_iter();
            payments.map(|payment| (format!("{provider}_{}", payment.id), refunds(&payment.id))).collect::<Vec<_>>()
        };
        let refunded = self.providers.iter().flat_map(refunded_at);
        Books {
            orders: self.scan("OrdersTable").await,
            stock: self.scan("StockTable").await,
            payments: self.scan("PaymentsTable").await,
            search: self.scan("SearchTable").await,
            rows: self.scan("BooksTable").await,
            catalog: self.scan("CatalogTable").await,
            batches: self.scan("BatchesTable").await,
            invoices: self.scan("InvoicesTable").await,
            settings: Settings::of(&self.scan("SettingsTable").await).into(),
            providers: Provider::ALL.map(Provider::name).to_vec(),
            refunded: refunded.filter(|(_, amounts)| !amounts.is_empty()).collect(),
            listed: if is_compared { self.listed() } else { BTreeMap::new() },
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
