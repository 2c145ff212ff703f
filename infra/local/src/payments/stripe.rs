//! A simulated payment provider that speaks the part of Stripe's API that Orderly uses: payments to read, capture and cancel,
//! refunds with idempotency keys, the account's balance, and signed webhooks. Money moves only in its books.

mod api;
mod balance;
mod dialect;
mod endpoints;
mod objects;

pub use self::{balance::BalanceEntry, endpoints::Endpoint};
pub use super::engine::{Breakdown, Dispute, DisputeStatus, Payment, Progress, Refund};
use super::{
    engine::{
        Account, ActError, BooksError, Complaint, Delivering, DeliveryError, Made, Opened, Settings, Simulator, Webhook,
    },
    provider::Provider,
    till,
};
use crate::services::{Listener, Server};
use axum::http::StatusCode;
use dialect::StripeDialect;
use endpoints::Endpoints;
use jiff::SignedDuration;
use runtime::Clock;
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

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

impl From<StripeConfig> for Settings {
    fn from(StripeConfig { webhook_secret, webhook_url, data_dir, clock }: StripeConfig) -> Self {
        let secrets = BTreeMap::from([(WEBHOOK_SECRET.to_owned(), webhook_secret)]);
        Self { secrets, webhook_url, data_dir, clock }
    }
}

/// The fixed value of a secret that must have Stripe's form.
pub(super) fn secret(name: &str) -> Option<&'static str> {
    (name == "StripeApiKey").then_some("sk_test_local")
}

/// The running provider. Cheap to clone; stops with [`Stripe::shutdown`].
#[derive(Debug, Clone)]
pub struct Stripe {
    own: Own,
    server: Arc<Server>,
}

/// Stripe's account, and what only Stripe has.
#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) opened: Opened,
    dialect: Arc<StripeDialect>,
    endpoints: Endpoints,
}

/// Opens an account.
pub(super) fn open(settings: Settings, delivering: Delivering) -> Result<Own, BooksError> {
    let dialect = Arc::new(StripeDialect::new(settings.secret(WEBHOOK_SECRET)));
    let endpoints = Endpoints::new(settings.webhook_url.as_deref());
    let account = Account::open(Provider::Stripe.name(), settings, Arc::clone(&dialect) as _, delivering)?;
    let api = api::Api { account: Arc::clone(&account), endpoints: endpoints.clone() };
    let router = api::router(api.clone()).merge(balance::routes().with_state(api));
    Ok(Own { opened: Opened { account, router }, dialect, endpoints })
}

impl Stripe {
    /// Answers Stripe's API on `listener`, and `POST /pay`.
    pub fn start(listener: Listener, config: StripeConfig) -> Result<Self, BooksError> {
        let own = open(config.into(), Delivering::Posting)?;
        let till = till::router([(Provider::Stripe, Simulator(Arc::clone(&own.opened.account)))].into());
        let server = listener.serve(till.merge(own.opened.router.clone()));
        Ok(Self::at(own, server))
    }

    pub(super) fn at(own: Own, server: Server) -> Self {
        Self { own, server: Arc::new(server) }
    }

    pub(super) fn simulator(&self) -> Simulator {
        Simulator(Arc::clone(&self.own.opened.account))
    }

    /// What `StripeApiUrl` must say: `http://127.0.0.1:12111`.
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// Sets the URL for webhooks from now on.
    pub fn set_webhook_url(&self, url: impl Into<String>) {
        self.simulator().set_webhook_url(url);
    }

    /// Stops sending webhooks, and gives up those that are being retried.
    pub fn withhold_webhooks(&self) {
        self.simulator().withhold_webhooks();
    }

    /// Pays `amount` minor units for an order, as its customer. Yields the `payment_intent.succeeded` webhook, which
    /// the caller may deliver, double, delay or lose.
    pub fn pay(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.simulator().pay(order_id, amount, currency).map(only)
    }

    /// Begins a bank debit for an order, which takes its time. Yields the `payment_intent.processing` webhook.
    pub fn begin(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.simulator().begin(order_id, amount, currency).map(only)
    }

    /// Authorizes a card for an order. Yields the `payment_intent.amount_capturable_updated` webhook.
    pub fn authorize(&self, order_id: &str, amount: i64, currency: &str) -> Result<Webhook, BooksError> {
        self.simulator().authorize(order_id, amount, currency).map(only)
    }

    /// Ends an authorization that nobody has captured. Yields its webhook; None: it is captured, or given up already.
    pub fn lapse(&self, payment_intent: &str) -> Result<Option<Webhook>, BooksError> {
        done(self.simulator().lapse(payment_intent))
    }

    /// Ends a bank debit. Yields its webhook; None: there is no such payment.
    pub fn settle(&self, payment_intent: &str, succeeds: bool) -> Result<Option<Webhook>, BooksError> {
        done(self.simulator().settle(payment_intent, succeeds))
    }

    /// Opens a dispute of all of a payment, to be answered within `time`. Yields its webhook; None: there is no such payment.
    pub fn dispute(
        &self,
        payment_intent: &str,
        reason: &str,
        time: SignedDuration,
    ) -> Result<Option<Webhook>, BooksError> {
        let complaint = Complaint { reason, time };
        done(self.own.opened.account.dispute(payment_intent, complaint))
    }

    /// Decides the last dispute of a payment. Yields its webhook; None: there is no dispute.
    pub fn decide(&self, payment_intent: &str, status: DisputeStatus) -> Result<Option<Webhook>, BooksError> {
        done(self.simulator().decide(payment_intent, status))
    }

    /// Every dispute, in order.
    pub fn disputes(&self) -> Vec<Dispute> {
        self.own.opened.account.books().disputes().to_vec()
    }

    /// Registers a payment that the provider did not make, so that it can be refunded.
    pub fn register(&self, payment_intent: &str, amount: i64, currency: &str) -> Result<(), BooksError> {
        self.simulator().register(payment_intent, amount, currency)
    }

    /// An event of any type about any object, signed.
    pub fn event(&self, kind: &str, object: &Value) -> Webhook {
        self.sign(self.own.dialect.event(kind, object, self.own.opened.account.clock.now()))
    }

    /// Any bytes, signed as a webhook's body.
    pub fn sign(&self, body: Vec<u8>) -> Webhook {
        self.simulator().sign(body)
    }

    /// Posts a webhook once; yields the receiver's status.
    pub async fn deliver(&self, webhook: &Webhook) -> Result<StatusCode, DeliveryError> {
        self.simulator().deliver(webhook).await
    }

    /// Lets the provider fail while it carries out the first request under an idempotency key.
    pub fn break_down(&self, key: &str, breakdown: Breakdown) {
        self.simulator().break_down(key, breakdown);
    }

    /// Changes which webhook endpoints are registered. It does not change where webhooks go. For tests.
    pub fn change_endpoints(&self, change: impl FnOnce(&mut Vec<Endpoint>)) {
        self.own.endpoints.change(change);
    }

    /// Every payment that was made or registered, in order.
    pub fn payments(&self) -> Vec<Payment> {
        self.simulator().payments()
    }

    /// The refunds of a payment that moved money, in order. A replayed request adds none.
    pub fn refunds(&self, payment_intent: &str) -> Vec<Refund> {
        self.simulator().refunds(payment_intent)
    }

    /// What has moved the account's balance, the oldest first.
    pub fn balance(&self) -> Vec<BalanceEntry> {
        balance::balance(&self.own.opened.account)
    }

    /// The number of undelivered webhooks about refunds. A refund's webhook is counted before the refund is answered.
    pub fn undelivered(&self) -> usize {
        self.simulator().undelivered()
    }

    /// Stops taking requests, and gives up webhooks that are being retried.
    pub async fn shutdown(&self) {
        self.withhold_webhooks();
        self.server.shutdown(Duration::from_secs(2)).await;
    }
}

/// The webhook of something that one webhook tells of.
fn only(made: Made) -> Webhook {
    made.webhooks.into_iter().next().unwrap_or_else(|| Webhook::json(Vec::new()))
}

fn done(made: Result<Made, ActError>) -> Result<Option<Webhook>, BooksError> {
    match made {
        Ok(made) => Ok(made.webhooks.into_iter().next()),
        Err(ActError::Refused(_)) => Ok(None),
        Err(ActError::Books(error)) => Err(error),
    }
}
