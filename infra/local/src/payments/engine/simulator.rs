//! How tests, the local stack and the simulation hold a simulated provider.

use super::{
    account::{Account, ActError, Made},
    books::BooksError,
    breakdowns::Breakdown,
    movements::{Moved, Movement},
    payment::{Complaint, DisputeStatus, Payment, Progress, Refund, Statement},
};
use crate::outside::{DeliveryError, Disorder, Webhook};
use axum::{Router, extract::Request, http::StatusCode, response::Response};
use jiff::SignedDuration;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt as _;

const A_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An account at a simulated provider. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Simulator(pub(in crate::payments) Arc<Account>);

/// An account, and the routes of its provider's API.
#[derive(Debug, Clone)]
pub(in crate::payments) struct Opened {
    pub(in crate::payments) account: Arc<Account>,
    pub(in crate::payments) router: Router,
}

/// A provider without an address. It answers callers in this process, who also deliver its webhooks.
#[derive(Debug, Clone)]
pub struct Embedded {
    simulator: Simulator,
    router: Router,
}

impl Simulator {
    /// Pays `amount` minor units for an order, as its customer.
    pub fn pay(&self, order_id: &str, amount: i64, currency: &str) -> Result<Made, BooksError> {
        self.0.begin(order_id, amount, currency, Progress::Captured)
    }

    /// Begins a payment that takes its time, such as a bank debit.
    pub fn begin(&self, order_id: &str, amount: i64, currency: &str) -> Result<Made, BooksError> {
        self.0.begin(order_id, amount, currency, Progress::Processing)
    }

    /// Authorizes a card for an order.
    pub fn authorize(&self, order_id: &str, amount: i64, currency: &str) -> Result<Made, BooksError> {
        self.0.begin(order_id, amount, currency, Progress::Authorized)
    }

    /// Tries to pay for an order, which the customer's bank refuses.
    pub fn fail(&self, order_id: &str, amount: i64, currency: &str) -> Result<Made, BooksError> {
        self.0.begin(order_id, amount, currency, Progress::Failed)
    }

    /// Ends a payment that was on its way.
    pub fn settle(&self, payment: &str, succeeds: bool) -> Result<Made, ActError> {
        self.0.settle(payment, succeeds)
    }

    /// Ends an authorization that nobody has captured.
    pub fn lapse(&self, payment: &str) -> Result<Made, ActError> {
        self.0.lapse(payment)
    }

    /// Captures in the provider's dashboard: an amount, or all of it. The rest is given up.
    pub fn capture(&self, payment: &str, amount: Option<i64>) -> Result<Made, ActError> {
        self.0.capture(payment, amount)
    }

    /// Refunds in the provider's dashboard: an amount, or all that is left.
    pub fn refund(&self, payment: &str, amount: Option<i64>) -> Result<Made, ActError> {
        self.0.refund(payment, amount)
    }

    /// The customer's bank sends a refund back.
    pub fn return_refund(&self, refund: &str) -> Result<Made, ActError> {
        self.0.return_refund(refund)
    }

    /// The customer's bank takes a payment's money back. The merchant has as long to answer as most networks give.
    pub fn dispute(&self, payment: &str) -> Result<Made, ActError> {
        self.0.dispute(payment, Complaint { reason: "fraudulent", time: A_WEEK })
    }

    /// Decides the last dispute of a payment.
    pub fn decide(&self, payment: &str, status: DisputeStatus) -> Result<Made, ActError> {
        self.0.decide(payment, status)
    }

    /// Registers a payment that was not made here, so that it can be refunded. Tells nobody.
    pub fn register(&self, payment: &str, amount: i64, currency: &str) -> Result<(), BooksError> {
        self.0.register(payment, None, amount, currency, Progress::Captured).map(drop)
    }

    /// Signs a webhook's body again, because some signatures are valid for minutes only.
    pub fn sign(&self, body: Vec<u8>) -> Webhook {
        self.0.courier.sign(body)
    }

    /// Posts a webhook once; yields the receiver's status.
    pub async fn deliver(&self, webhook: &Webhook) -> Result<StatusCode, DeliveryError> {
        self.0.courier.deliver(webhook).await
    }

    /// Posts a webhook once; yields the receiver's status and its words, if they are JSON.
    pub async fn ask(&self, webhook: &Webhook) -> Result<(StatusCode, Value), DeliveryError> {
        self.0.courier.ask(webhook).await
    }

    /// Delivers webhooks until they are accepted, as a provider does.
    pub fn send(&self, webhooks: impl IntoIterator<Item = Webhook>) {
        self.0.courier.send(webhooks);
    }

    /// Lets the provider fail on the first request under an idempotency key.
    pub fn break_down(&self, key: &str, breakdown: Breakdown) {
        self.0.breakdowns.of_key(key, breakdown);
    }

    /// Lets the provider fail on the next request that changes something.
    pub fn break_down_next(&self, breakdown: Breakdown) {
        self.0.breakdowns.of_next(breakdown);
    }

    /// Takes back a failure that no request has met.
    pub fn mend(&self) {
        self.0.breakdowns.take(None);
    }

    /// Delivers webhooks late or doubled from now on.
    pub fn disturb(&self, disorder: Disorder) {
        self.0.courier.disturb(disorder);
    }

    /// Sets the URL for webhooks from now on.
    pub fn set_webhook_url(&self, url: impl Into<String>) {
        self.0.courier.turn_to(Some(url.into()));
    }

    /// Stops sending webhooks, and gives up those that are being retried.
    pub fn withhold_webhooks(&self) {
        self.0.courier.turn_to(None);
    }

    /// Removes and returns the webhooks that were kept for the caller to deliver.
    pub fn take_webhooks(&self) -> Vec<Webhook> {
        self.0.courier.take()
    }

    /// The number of webhooks that the provider sends by itself and that are not delivered. They are counted before the request
    /// is answered that causes them.
    pub fn undelivered(&self) -> usize {
        self.0.courier.undelivered()
    }

    /// Every payment that was made or registered, in order.
    pub fn payments(&self) -> Vec<Payment> {
        self.0.books().payments().to_vec()
    }

    /// The refunds of a payment, in order. A replayed request adds none.
    pub fn refunds(&self, payment: &str) -> Vec<Refund> {
        self.0.books().refunds_of(payment).cloned().collect()
    }

    /// All that has moved, the oldest first.
    pub fn moved(&self) -> Vec<Moved> {
        self.0.movements(&self.0.books()).iter().map(Movement::told).collect()
    }

    /// What `show` makes of each payment, in order.
    pub(in crate::payments) fn statements<T>(&self, show: impl Fn(&Statement<'_>) -> T) -> Vec<T> {
        let books = self.0.books();
        books.payments().iter().filter_map(|payment| books.statement(&payment.id).ok()).map(|of| show(&of)).collect()
    }

    /// Hears of a secret's new value.
    pub(crate) fn secret_is_put(&self, name: &str, value: &str) {
        self.0.dialect.secret_is_put(name, value);
    }
}

impl Embedded {
    pub(in crate::payments) fn new(Opened { account, router }: Opened) -> Self {
        Self { simulator: Simulator(account), router }
    }

    /// Answers a request of the provider's API.
    pub async fn answer(&self, request: Request) -> Response {
        self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
    }
}

impl std::ops::Deref for Embedded {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.simulator
    }
}
