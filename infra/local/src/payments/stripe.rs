//! A simulated payment provider that speaks the part of Stripe's API that Orderly uses: payments to read, refunds with
//! idempotency keys, and signed webhooks. Money moves only in its books.

mod api;
mod books;
mod endpoints;
mod webhooks;

use axum::{Router, extract::Request, http::StatusCode, response::Response};
use runtime::Clock;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tower::ServiceExt as _;

use self::{books::Books, webhooks::Signer};
pub use self::{
    books::{BooksError, Payment, Progress, Refund},
    endpoints::Endpoint,
};
use super::courier::{Courier, DeliveryError, Webhook};
use crate::services::{Listener, Server};

/// The template's secret that signs webhooks.
const WEBHOOK_SECRET: &str = "StripeWebhookSecret";

/// The provider's settings.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// The key that signs webhooks: the value of the template's `StripeWebhookSecret`. Only its first line is used.
    pub webhook_secret: String,
    /// The URL for webhooks. Without one they are dropped until [`Stripe::set_webhook_url`].
    pub webhook_url: Option<String>,
    /// The directory for payments and refunds. Without one they are kept in memory.
    pub data_dir: Option<PathBuf>,
    pub clock: Clock,
}

impl StripeConfig {
    /// The local stack's settings: webhooks go to the API, signed with the template's secret.
    pub(crate) fn local(
        api_url: &str,
        secrets: &BTreeMap<String, String>,
        data_dir: Option<PathBuf>,
        clock: Clock,
    ) -> Self {
        // A template without this secret has no receiver to sign for.
        let webhook_secret = secrets.get(WEBHOOK_SECRET).cloned().unwrap_or_default();
        let webhook_url = Some(format!("{api_url}/webhooks/payments/stripe"));
        Self { webhook_secret, webhook_url, data_dir, clock }
    }
}

/// The template's parameters that point the functions at the provider at `url`.
pub(crate) fn parameters(url: &str) -> [(&'static str, &str); 2] {
    [("StripeApiUrl", url), ("Livemode", "false")]
}

/// The fixed value of a secret that must have Stripe's form.
pub(super) fn secret(name: &str) -> Option<&'static str> {
    (name == "StripeApiKey").then_some("sk_test_local")
}

/// The running provider. Cheap to clone; stops with [`Stripe::shutdown`].
#[derive(Debug, Clone)]
pub struct Stripe {
    shared: Arc<Shared>,
    server: Arc<Server>,
}

/// The provider without an address. It answers callers in this process, who also deliver its webhooks.
#[derive(Debug, Clone)]
pub struct EmbeddedStripe {
    shared: Arc<Shared>,
    router: Router,
}

/// A failure of the provider's own while it carries out a request: it answers 500, and stores that for the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdown {
    /// Before the refund was made.
    Before,
    /// After the refund was made.
    After,
}

#[derive(Debug)]
struct Shared {
    /// By idempotency key: what befalls its first request.
    breakdowns: Mutex<BTreeMap<String, Breakdown>>,
    endpoints: Mutex<Vec<Endpoint>>,
    books: Mutex<Books>,
    signer: Signer,
    clock: Clock,
    courier: Arc<Courier>,
}

impl Stripe {
    /// Answers Stripe's API on `listener`.
    pub fn start(listener: Listener, config: StripeConfig) -> Result<Self, BooksError> {
        let url = config.webhook_url.clone();
        let shared = Shared::open(config, |sign| Courier::posting(url, sign))?;
        let server = listener.serve(api::router(Arc::clone(&shared)));
        Ok(Self { shared, server: Arc::new(server) })
    }

    /// What `StripeApiUrl` must say: `http://127.0.0.1:12111`.
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// Hears of a secret's new value. Webhooks are signed with the first line of theirs, as after a roll in Stripe's
    /// dashboard.
    pub(crate) fn secret_is_put(&self, name: &str, value: &str) {
        if name == WEBHOOK_SECRET {
            self.shared.signer.roll(value);
        }
    }

    /// Sets the URL for webhooks from now on.
    pub fn set_webhook_url(&self, url: impl Into<String>) {
        self.shared.courier.turn_to(Some(url.into()));
    }

    /// Stops sending webhooks, and gives up those that are being retried.
    pub fn withhold_webhooks(&self) {
        self.shared.courier.turn_to(None);
    }

    /// Pays `amount` minor units for an order, as its customer. Yields the `payment_intent.succeeded` webhook, which
    /// the caller may deliver, double, delay or lose.
    pub fn pay(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.shared.pay(order_id, amount, currency)
    }

    /// Begins a bank debit for an order, which takes its time. Yields the `payment_intent.processing` webhook.
    pub fn begin(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.shared.begin(order_id, amount, currency)
    }

    /// Authorizes a card for an order. Yields the `payment_intent.amount_capturable_updated` webhook.
    pub fn authorize(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.shared.authorize(order_id, amount, currency)
    }

    /// Ends an authorization that nobody has captured. Yields its webhook; None: it is captured, or given up already.
    pub fn lapse(&self, payment_intent: &str) -> Result<Option<Webhook>, BooksError> {
        self.shared.lapse(payment_intent)
    }

    /// Ends a bank debit. Yields its webhook; None: there is no such payment.
    pub fn settle(&self, payment_intent: &str, succeeds: bool) -> Result<Option<Webhook>, BooksError> {
        self.shared.settle(payment_intent, succeeds)
    }

    /// Registers a payment that the provider did not make, so that it can be refunded.
    pub fn register(&self, payment_intent: &str, amount: i64, currency: &str) -> Result<(), BooksError> {
        self.shared.books().register(payment_intent, None, amount, currency, self.shared.clock.now()).map(|_| ())
    }

    /// An event of any type about any object, signed.
    pub fn event(&self, kind: &str, object: &Value) -> Webhook {
        self.shared.event(kind, object)
    }

    /// Any bytes, signed as a webhook's body.
    pub fn sign(&self, body: Vec<u8>) -> Webhook {
        self.shared.courier.sign(body)
    }

    /// Posts a webhook once; yields the receiver's status.
    pub async fn deliver(&self, webhook: &Webhook) -> Result<StatusCode, DeliveryError> {
        self.shared.courier.deliver(webhook).await
    }

    /// Lets the provider fail while it carries out the first request under an idempotency key.
    pub fn break_down(&self, key: &str, breakdown: Breakdown) {
        self.shared.break_down(key, breakdown);
    }

    /// Changes which webhook endpoints are registered. It does not change where webhooks go. For tests.
    pub fn change_endpoints(&self, change: impl FnOnce(&mut Vec<Endpoint>)) {
        change(&mut self.shared.endpoints());
    }

    /// Every payment that was made or registered, in order.
    pub fn payments(&self) -> Vec<Payment> {
        self.shared.books().payments().to_vec()
    }

    /// The refunds of a payment that moved money, in order. A replayed request adds none.
    pub fn refunds(&self, payment_intent: &str) -> Vec<Refund> {
        self.shared.books().refunds_of(payment_intent).cloned().collect()
    }

    /// The number of undelivered webhooks about refunds. A refund's webhook is counted before the refund is answered.
    pub fn undelivered(&self) -> usize {
        self.shared.courier.undelivered()
    }

    /// Stops taking requests, and gives up webhooks that are being retried.
    pub async fn shutdown(&self) {
        self.withhold_webhooks();
        self.server.shutdown(Duration::from_secs(2)).await;
    }
}

impl EmbeddedStripe {
    /// [`StripeConfig::webhook_url`] is not used here.
    pub fn open(config: StripeConfig) -> Result<Self, BooksError> {
        let shared = Shared::open(config, Courier::keeping)?;
        Ok(Self { router: api::router(Arc::clone(&shared)), shared })
    }

    /// See [`Stripe::break_down`].
    pub fn break_down(&self, key: &str, breakdown: Breakdown) {
        self.shared.break_down(key, breakdown);
    }

    /// Answers a request of Stripe's API.
    pub async fn answer(&self, request: Request) -> Response {
        self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
    }

    /// See [`Stripe::pay`].
    pub fn pay(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.shared.pay(order_id, amount, currency)
    }

    /// See [`Stripe::begin`].
    pub fn begin(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.shared.begin(order_id, amount, currency)
    }

    /// See [`Stripe::authorize`].
    pub fn authorize(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.shared.authorize(order_id, amount, currency)
    }

    /// See [`Stripe::lapse`].
    pub fn lapse(&self, payment_intent: &str) -> Result<Option<Webhook>, BooksError> {
        self.shared.lapse(payment_intent)
    }

    /// See [`Stripe::settle`].
    pub fn settle(&self, payment_intent: &str, succeeds: bool) -> Result<Option<Webhook>, BooksError> {
        self.shared.settle(payment_intent, succeeds)
    }

    /// See [`Stripe::event`].
    pub fn event(&self, kind: &str, object: &Value) -> Webhook {
        self.shared.event(kind, object)
    }

    /// Signs an event's body again, because a signature is valid for only five minutes.
    pub fn sign(&self, body: Vec<u8>) -> Webhook {
        self.shared.courier.sign(body)
    }

    /// Removes and returns the kept webhooks about refunds.
    pub fn take_webhooks(&self) -> Vec<Webhook> {
        self.shared.courier.take()
    }

    /// The number of kept webhooks about refunds.
    pub fn undelivered(&self) -> usize {
        self.shared.courier.undelivered()
    }

    /// Every payment, in order.
    pub fn payments(&self) -> Vec<Payment> {
        self.shared.books().payments().to_vec()
    }

    /// See [`Stripe::refunds`].
    pub fn refunds(&self, payment_intent: &str) -> Vec<Refund> {
        self.shared.books().refunds_of(payment_intent).cloned().collect()
    }
}

impl Shared {
    fn open(
        config: StripeConfig,
        courier: impl FnOnce(Box<dyn Fn(Vec<u8>) -> Webhook + Send + Sync>) -> Arc<Courier>,
    ) -> Result<Arc<Self>, BooksError> {
        let books = Books::open(config.data_dir.as_ref().map(|path| path.join("stripe.json")))?;
        let signer = Signer::new(&config.webhook_secret);
        let (signs, clock) = (signer.clone(), config.clock.clone());
        let courier = courier(Box::new(move |body| signs.sign(body, clock.now())));
        let breakdowns = Mutex::default();
        let endpoints = Mutex::new(config.webhook_url.iter().map(|url| Endpoint::of_everything(url)).collect());
        Ok(Arc::new(Self { breakdowns, endpoints, books: Mutex::new(books), signer, clock: config.clock, courier }))
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn endpoints(&self) -> MutexGuard<'_, Vec<Endpoint>> {
        self.endpoints.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn break_down(&self, key: &str, breakdown: Breakdown) {
        let mut breakdowns = self.breakdowns.lock().unwrap_or_else(PoisonError::into_inner);
        breakdowns.insert(key.to_owned(), breakdown);
    }

    /// Takes what befalls the first request under the key.
    fn breakdown(&self, key: &str) -> Option<Breakdown> {
        self.breakdowns.lock().unwrap_or_else(PoisonError::into_inner).remove(key)
    }

    fn event(&self, kind: &str, object: &Value) -> Webhook {
        self.signer.event(kind, object, self.clock.now())
    }

    fn pay(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        let payment = self.books().pay(order_id, amount, currency, self.clock.now())?;
        Ok(self.event("payment_intent.succeeded", &webhooks::payment_intent(&payment)))
    }

    fn begin(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        let mut books = self.books();
        let payment = books.pay(order_id, amount, currency, self.clock.now())?;
        let payment = books.progress(&payment.id, Progress::Processing)?.unwrap_or(payment);
        Ok(self.event("payment_intent.processing", &webhooks::payment_intent(&payment)))
    }

    fn authorize(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        let mut books = self.books();
        let payment = books.pay(order_id, amount, currency, self.clock.now())?;
        let payment = books.progress(&payment.id, Progress::Authorized)?.unwrap_or(payment);
        Ok(self.event("payment_intent.amount_capturable_updated", &webhooks::payment_intent(&payment)))
    }

    /// None: it is authorized no more.
    fn lapse(&self, payment_intent: &str) -> Result<Option<Webhook>, BooksError> {
        let mut books = self.books();
        let is_open = |payment: &&Payment| payment.id == payment_intent && payment.progress == Progress::Authorized;
        if books.payments().iter().find(is_open).is_none() {
            return Ok(None);
        }
        let payment = books.progress(payment_intent, Progress::Canceled)?;
        Ok(payment.map(|payment| self.event("payment_intent.canceled", &webhooks::payment_intent(&payment))))
    }

    fn settle(&self, payment_intent: &str, succeeds: bool) -> Result<Option<Webhook>, BooksError> {
        let (progress, kind) = if succeeds {
            (Progress::Captured, "payment_intent.succeeded")
        } else {
            (Progress::Failed, "payment_intent.payment_failed")
        };
        let payment = self.books().progress(payment_intent, progress)?;
        Ok(payment.map(|payment| self.event(kind, &webhooks::payment_intent(&payment))))
    }

    /// The webhooks of a refund, which Stripe sends in no fixed order, and sometimes more than once.
    fn refund_events(&self, payment: &Payment, refund: &Refund, refunded: i64) -> Vec<Webhook> {
        let object = json!(refund);
        let charge = self.event("charge.refunded", &webhooks::charge(payment, refunded));
        if payment.progress == Progress::Canceled {
            return vec![charge, self.event("payment_intent.canceled", &webhooks::payment_intent(payment))];
        }
        vec![self.event("refund.created", &object), charge, self.event("refund.updated", &object)]
    }

    fn capture_events(&self, payment: &Payment) -> Vec<Webhook> {
        let charge = self.event("charge.captured", &webhooks::charge(payment, 0));
        vec![charge, self.event("payment_intent.succeeded", &webhooks::payment_intent(payment))]
    }

    fn cancel_events(&self, payment: &Payment) -> Vec<Webhook> {
        let charge = self.event("charge.refunded", &webhooks::charge(payment, 0));
        vec![self.event("payment_intent.canceled", &webhooks::payment_intent(payment)), charge]
    }
}
