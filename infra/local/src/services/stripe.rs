//! A payment provider on this machine that speaks Stripe's API as far as Orderly uses it: refunds
//! with idempotency keys, and signed webhooks. Money moves nowhere but in its books.

mod api;
mod books;
mod webhooks;

use std::{
    iter,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use axum::{Router, extract::Request, http::StatusCode, response::Response};
use runtime::Clock;
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use self::{books::Books, webhooks::Signer};
pub use self::{
    books::{BooksError, Payment, Refund},
    webhooks::Webhook,
};
use super::listener::{Listener, Server};

/// The pauses before a webhook is delivered again. Stripe goes on for three days; one machine either answers
/// soon or is switched off.
const RETRY_AFTER: [Duration; 6] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// Stripe gives up on a receiver sooner than this; a function that starts cold in a debug build needs longer.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(20);

/// What the provider starts with.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// What webhooks are signed with: the value of the template's `StripeWebhookSecret`. Its first line counts.
    pub webhook_secret: String,
    /// Where webhooks go; none keeps them back until [`Stripe::set_webhook_url`].
    pub webhook_url: Option<String>,
    /// Where payments and refunds are kept; none keeps them in memory.
    pub data_dir: Option<PathBuf>,
    pub clock: Clock,
}

/// The running provider. Cheap to clone; stops with [`Stripe::shutdown`].
#[derive(Debug, Clone)]
pub struct Stripe {
    shared: Arc<Shared>,
    server: Arc<Server>,
}

/// The provider without an address: it answers whoever is in this process, who also delivers its webhooks.
#[derive(Debug, Clone)]
pub struct EmbeddedStripe {
    shared: Arc<Shared>,
    router: Router,
}

#[derive(Debug)]
struct Shared {
    books: Mutex<Books>,
    signer: Signer,
    clock: Clock,
    courier: Courier,
}

/// What becomes of the provider's news of refunds.
#[derive(Debug)]
enum Courier {
    /// Posted, and again until they are taken.
    Post { url: RwLock<Option<String>>, client: reqwest::Client, under_way: TaskTracker },
    /// Left for the caller to deliver, double, delay or lose.
    Keep(Mutex<Vec<Webhook>>),
}

impl Stripe {
    /// Answers Stripe's API on `listener`.
    pub fn start(listener: Listener, config: StripeConfig) -> Result<Self, BooksError> {
        let url = RwLock::new(config.webhook_url.clone());
        let courier = Courier::Post { url, client: crate::http_client(), under_way: TaskTracker::new() };
        let shared = Shared::open(config, courier)?;
        let server = listener.serve(api::router(Arc::clone(&shared)));
        Ok(Self { shared, server: Arc::new(server) })
    }

    /// What `StripeApiUrl` must say: `http://127.0.0.1:12111`.
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// Where webhooks go from now on.
    pub fn set_webhook_url(&self, url: impl Into<String>) {
        self.shared.courier.turn_to(Some(url.into()));
    }

    /// Tells nobody of anything from now on, and gives up what is still being retried.
    pub fn withhold_webhooks(&self) {
        self.shared.courier.turn_to(None);
    }

    /// A customer pays `amount` minor units for an order. Yields the `payment_intent.succeeded`
    /// webhook, which the caller may deliver, double, delay or lose.
    pub fn pay(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.shared.pay(order_id, amount, currency)
    }

    /// Makes a payment known that the provider did not make, so that it can be refunded.
    pub fn register(&self, payment_intent: &str, amount: i64, currency: &str) -> Result<(), BooksError> {
        self.shared.books().register(payment_intent, None, amount, currency, self.shared.clock.now()).map(|_| ())
    }

    /// An event of any type about any object, signed.
    pub fn event(&self, kind: &str, object: &Value) -> Webhook {
        self.shared.event(kind, object)
    }

    /// Any bytes, signed as a webhook's body.
    pub fn sign(&self, body: Vec<u8>) -> Webhook {
        self.shared.sign(body)
    }

    /// Posts a webhook once; yields the receiver's status.
    pub async fn deliver(&self, webhook: &Webhook) -> Result<StatusCode, DeliveryError> {
        self.shared.deliver(webhook).await
    }

    /// Every payment that was made or registered, in order.
    pub fn payments(&self) -> Vec<Payment> {
        self.shared.books().payments().to_vec()
    }

    /// The refunds of a payment that moved money, in order. A replayed request adds none.
    pub fn refunds(&self, payment_intent: &str) -> Vec<Refund> {
        self.shared.books().refunds_of(payment_intent).cloned().collect()
    }

    /// How many webhooks about refunds have not been taken yet. One is counted before the refund is answered.
    pub fn undelivered(&self) -> usize {
        self.shared.undelivered()
    }

    /// Takes no more requests. Webhooks that are still being retried are given up.
    pub async fn shutdown(&self) {
        self.withhold_webhooks();
        self.server.shutdown(Duration::from_secs(2)).await;
    }
}

impl EmbeddedStripe {
    /// [`StripeConfig::webhook_url`] is of no use here.
    pub fn open(config: StripeConfig) -> Result<Self, BooksError> {
        let shared = Shared::open(config, Courier::Keep(Mutex::default()))?;
        Ok(Self { router: api::router(Arc::clone(&shared)), shared })
    }

    /// Answers a request of Stripe's API.
    pub async fn answer(&self, request: Request) -> Response {
        self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
    }

    /// See [`Stripe::pay`].
    pub fn pay(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.shared.pay(order_id, amount, currency)
    }

    /// See [`Stripe::event`].
    pub fn event(&self, kind: &str, object: &Value) -> Webhook {
        self.shared.event(kind, object)
    }

    /// Signs an event's body anew: a signature is good for five minutes only.
    pub fn sign(&self, body: Vec<u8>) -> Webhook {
        self.shared.sign(body)
    }

    /// The webhooks about refunds that have not been taken from here yet.
    pub fn take_webhooks(&self) -> Vec<Webhook> {
        match &self.shared.courier {
            Courier::Keep(kept) => std::mem::take(&mut kept.lock().unwrap_or_else(PoisonError::into_inner)),
            Courier::Post { .. } => Vec::new(),
        }
    }

    /// How many of them there are.
    pub fn undelivered(&self) -> usize {
        self.shared.undelivered()
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

impl Courier {
    fn turn_to(&self, to: Option<String>) {
        if let Self::Post { url, .. } = self {
            *url.write().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }
}

/// Why a webhook did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    #[error("no webhook URL is set")]
    NoUrl,
    #[error("the webhook's receiver does not answer")]
    Unreachable(#[from] reqwest::Error),
}

impl Shared {
    fn open(config: StripeConfig, courier: Courier) -> Result<Arc<Self>, BooksError> {
        let books = Books::open(config.data_dir.map(|path| path.join("stripe.json")))?;
        let signer = Signer::new(&config.webhook_secret);
        Ok(Arc::new(Self { books: Mutex::new(books), signer, clock: config.clock, courier }))
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn event(&self, kind: &str, object: &Value) -> Webhook {
        self.signer.event(kind, object, self.clock.now())
    }

    fn sign(&self, body: Vec<u8>) -> Webhook {
        self.signer.sign(body, self.clock.now())
    }

    fn pay(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        let payment = self.books().pay(order_id, amount, currency, self.clock.now())?;
        Ok(self.event("payment_intent.succeeded", &webhooks::payment_intent(&payment)))
    }

    fn undelivered(&self) -> usize {
        match &self.courier {
            Courier::Post { under_way, .. } => under_way.len(),
            Courier::Keep(kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).len(),
        }
    }

    /// Tells the receiver of a refund, as Stripe does: not in any order, and not only once.
    fn announce(self: &Arc<Self>, payment: &Payment, refund: &Refund, refunded: i64) {
        let object = json!(refund);
        let events = [
            self.event("refund.created", &object),
            self.event("charge.refunded", &webhooks::charge(payment, refunded)),
            self.event("refund.updated", &object),
        ];
        match &self.courier {
            Courier::Post { under_way, .. } => {
                for event in events {
                    under_way.spawn(Arc::clone(self).deliver_with_retries(event));
                }
            }
            Courier::Keep(kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).extend(events),
        }
    }

    async fn deliver(&self, webhook: &Webhook) -> Result<StatusCode, DeliveryError> {
        let Courier::Post { url, client, .. } = &self.courier else { return Err(DeliveryError::NoUrl) };
        let url = url.read().unwrap_or_else(PoisonError::into_inner).clone();
        let url = url.ok_or(DeliveryError::NoUrl)?;
        let mut request = client.post(url).timeout(DELIVERY_TIMEOUT).body(webhook.body.clone());
        for (name, value) in &webhook.headers {
            request = request.header(name, value);
        }
        Ok(request.send().await?.status())
    }

    /// Delivers until the receiver takes it, or the retries are used up.
    async fn deliver_with_retries(self: Arc<Self>, webhook: Webhook) {
        for pause in iter::once(Duration::ZERO).chain(RETRY_AFTER) {
            tokio::time::sleep(pause).await;
            // Each attempt is signed anew: a signature is good for five minutes only.
            match self.deliver(&self.sign(webhook.body.clone())).await {
                Ok(status) if status.is_success() => return,
                Ok(status) => tracing::debug!(%status, "webhook refused"),
                Err(DeliveryError::NoUrl) => return,
                Err(error) => tracing::debug!(%error, "webhook not delivered"),
            }
        }
        tracing::warn!("a Stripe webhook was given up after {} attempts", 1 + RETRY_AFTER.len());
    }
}
