//! Refunds, captures and voids on the embedded DynamoDB and SQS, asked for at the local Stripe or at nobody's.
#![allow(clippy::unwrap_used)]

mod attempts;
mod captures;
mod comparison;
mod evidence;
mod listed;
mod providers;
mod reports;
mod unmatched;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use domain::{
    duty::{Duty, ItemName, OwedDuty, Subject},
    fixtures::placed,
    history::{Actor, Stamp},
    ids::OrderId,
    ledger::{MoneyEvent, MoneyFact},
    order_state::OrderState,
    policy::Policy,
};
use jiff::{SignedDuration, Timestamp};
use orderly_local::{
    backing,
    payments::stripe::{Breakdown, Stripe, StripeConfig},
    services::{Listener, Services, ServicesConfig},
};
use payments::{ApiClients, stripe::Api};
use refunds::{App, handle};
use runtime::{Aws, Clock, Secret};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use store::{ItemKey, Message};

const PAYMENT: &str = "pi_1";

fn began() -> Timestamp {
    Timestamp::from_second(1_764_000_000).unwrap()
}

fn order() -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), "1001")
}

fn clients(stripe: &str) -> ApiClients {
    let key = Secret::fixed("STRIPE_API_KEY", "sk_test_1");
    ApiClients::new([Api::new(&Aws::beside(""), stripe, key).into()])
}

/// The function with an order that owes the refund `cancel` of 10.00 EUR.
struct Stage {
    services: Services,
    stripe: Stripe,
    app: App,
    /// Since the beginning.
    seconds: Arc<AtomicI64>,
}

impl Stage {
    /// The payment is `provider_pi_1`.
    async fn start(provider: &str) -> Self {
        Self::owing(provider, 1000).await
    }

    async fn owing(provider: &str, refund: i64) -> Self {
        let stage = Self::without_order().await;
        stage.owe(provider, refund).await;
        stage
    }

    /// Stripe is the only provider in use.
    async fn without_order() -> Self {
        let listener = Listener::bind(0).await.unwrap();
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
        let system = backing::load(&template, &BTreeMap::new(), &listener.endpoint(), "http://127.0.0.1:1").unwrap();
        // What is kept for some days has expired long ago: the tests' clock stands still.
        let config = ServicesConfig { ttl_sweep: None, ..ServicesConfig::default() };
        let services = Services::start(listener, &system, config).await.unwrap();
        let store = backing::store(&services, &services.sqs().url("RefundsQueue"));
        let seconds = Arc::new(AtomicI64::new(0));
        let time = Arc::clone(&seconds);
        let clock = Clock::new(move || began() + SignedDuration::from_secs(time.load(Ordering::Relaxed)));
        let config = StripeConfig {
            webhook_secret: "whsec_test".to_owned(),
            webhook_url: None,
            data_dir: None,
            clock: clock.clone(),
        };
        let stripe = Stripe::start(Listener::bind(0).await.unwrap(), config).unwrap();
        stripe.register(PAYMENT, 1000, "EUR").unwrap();
        let app = App { store, clock, providers: clients(stripe.endpoint()) };
        Self { services, stripe, app, seconds }
    }

    /// Asks Stripe by another address.
    fn ask_at(&mut self, endpoint: &str) {
        self.app.providers = clients(endpoint);
    }

    async fn owe(&self, provider: &str, refund: i64) {
        let paid = MoneyEvent {
            payment: format!("{provider}_{PAYMENT}").parse().unwrap(),
            at: began(),
            event: "evt_1".to_owned(),
            currency: "EUR".parse().ok(),
            step: 1,
            fact: MoneyFact::Captured(1000),
        };
        self.place(&paid, |state| {
            assert_eq!(state.ledger.intend_refund("cancel", refund, state.currency), refund);
            state.owed.insert(Duty::Refund);
        })
        .await;
    }

    /// Decides one more refund.
    async fn intend(&self, id: &str, amount: i64) {
        let read = self.app.store.order_state(&order()).await.unwrap().unwrap();
        let mut next = read.value.clone();
        assert_eq!(next.ledger.intend_refund(id, amount, next.currency), amount);
        next.owed.insert(Duty::Refund);
        let mut write = self.app.store.write(self.app.clock.now());
        write.replace(&read, next);
        write.commit().await.unwrap();
    }

    /// Places the order with what is known of its payment, and what is decided about that.
    async fn place(&self, told: &MoneyEvent, decide: impl FnOnce(&mut OrderState)) {
        let stamp = Stamp::new(Actor::caller("operator", "test"), began());
        let until = began() + SignedDuration::from_hours(1);
        let (placed, told) = (placed(&[("MUG", 1, 1000)]), std::slice::from_ref(told));
        let mut owes = OrderState::place(&placed, Policy::default(), Vec::new(), until, told, &stamp);
        decide(&mut owes);
        let mut write = self.app.store.write(began());
        write.create(ItemKey::state(&order()), owes);
        write.commit().await.unwrap();
    }

    /// Delivers the message of the refund. Returns the order, and whether the message will come again.
    async fn run(&self) -> (OrderState, bool) {
        let comes_again = self.deliver(Subject::OrderItem(order(), ItemName::State)).await;
        (self.state().await, comes_again)
    }

    /// Delivers the message of a refund. Returns whether it will come again.
    async fn deliver(&self, subject: Subject) -> bool {
        self.deliver_duty(Duty::Refund, subject).await
    }

    async fn deliver_duty(&self, duty: Duty, subject: Subject) -> bool {
        let owed = OwedDuty { subject, duty };
        let mut record = SqsMessage::default();
        record.message_id = Some("1".to_owned());
        record.body = serde_json::to_string(&Message::new(&owed)).ok();
        let mut event = SqsEvent::default();
        event.records.push(record);
        !handle(&self.app, event).await.batch_item_failures.is_empty()
    }

    async fn state(&self) -> OrderState {
        self.app.store.order_state(&order()).await.unwrap().unwrap().value
    }

    fn pass_to(&self, since: SignedDuration) {
        self.seconds.store(since.as_secs(), Ordering::Relaxed);
    }

    /// Lets Stripe fail on an attempt of the refund.
    fn break_down(&self, attempt: u32, breakdown: Breakdown) {
        self.stripe.break_down(&format!("refund:{}:cancel:{attempt}", order()), breakdown);
    }

    /// Somebody refunds this much, and no webhook tells of it.
    async fn refund_at_the_dashboard(&self, amount: i64) {
        let form = format!("payment_intent={PAYMENT}&amount={amount}");
        let url = format!("{}/v1/refunds", self.stripe.endpoint());
        let answer = reqwest::Client::new().post(url).bearer_auth("sk_test_1").body(form);
        let answer = answer.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// The amount that Stripe has refunded.
    fn refunded(&self) -> i64 {
        self.stripe.refunds(PAYMENT).iter().map(|refund| refund.amount).sum()
    }

    async fn end(self) {
        self.stripe.shutdown().await;
        self.services.shutdown().await;
    }
}
