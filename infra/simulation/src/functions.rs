//! The deployed functions' own `handle`, each with its clock and its role's credentials, wired as in its `main.rs`.

use crate::{
    network::{Network, STRIPE},
    time::Time,
};
use api::{Error, Request, Response};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use domain::{contact::EmailAddress, digest::DigestPace, duty::Consumer, policy::Capturing};
use email_confirmation::{
    mail::{Language, Shop},
    outbox::Outbox,
};
use fastrand::Rng;
use fulfillment_dispatch::notice;
use jiff::SignedDuration;
use payments::{ApiClients, Provider, Webhooks, stripe};
use runtime::{Aws, Clock, ConfigError, Secret};
use std::{
    convert::Infallible,
    sync::atomic::{AtomicU64, Ordering},
};
use store::{Queues, Store, Tables};

/// The largest clock error. Machines that synchronize their clocks over the network differ by less.
const MAX_SKEW: SignedDuration = SignedDuration::from_secs(2);
/// The template's default.
const RESERVATION_MINUTES: &str = "60";
/// The configuration set's local name is its name in the template.
const CONFIGURATION: &str = "MailConfiguration";
/// Who is told what waits for people.
pub const MERCHANT: &str = "merchant@example.com";
/// A shorter time than any merchant would set: nobody waits for days here.
const PARCEL_OVERDUE: SignedDuration = SignedDuration::from_mins(30);

pub struct Functions {
    intake: order_intake::App,
    webhook: payment_webhook::App,
    stock: stock::App,
    deduction: stock_deduction::App,
    dispatch: fulfillment_dispatch::App,
    warehouse: warehouse::App,
    email: email_confirmation::App,
    mail_events: mail_events::App,
    returns: returns::App,
    refunds: refunds::App,
    reconcile: reconcile::App,
    operations: operations::App,
}

/// The secrets that the functions share with outside systems.
#[derive(Debug, Clone, Copy)]
pub struct Secrets {
    pub stripe_webhook: &'static str,
    pub warehouse_webhook: &'static str,
}

/// Finds a queue's URL by its name in the template.
pub type UrlOf<'a> = &'a dyn Fn(&str) -> String;

/// One function's access to AWS.
struct Wiring<'a> {
    network: &'a Network,
    url_of: UrlOf<'a>,
    region: String,
    time: Time,
    rng: &'a mut Rng,
}

impl Wiring<'_> {
    fn aws(&mut self, function: &str) -> Aws {
        let credentials = Credentials::new(function, "simulated", None, None, "simulation");
        let endpoint = Some(crate::network::AWS.to_owned());
        let credentials = SharedCredentialsProvider::new(credentials);
        let (network, clock) = (self.network.clone(), self.clock());
        Aws::new(self.region.clone(), credentials, endpoint, &clock, move |_| SharedHttpClient::new(network.pool()))
    }

    /// One function's access to AWS, and its store.
    fn store(&mut self, function: &str) -> (Aws, Store) {
        let aws = self.aws(function);
        let Ok(queues) = Queues::of(|consumer| Ok::<_, Infallible>((self.url_of)(&queue(consumer))));
        let store = store(&aws, queues);
        (aws, store)
    }

    fn clock(&mut self) -> Clock {
        self.time.clock(MAX_SKEW * self.rng.i32(-1000..=1000) / 1000)
    }
}

/// The name in the template of a consumer's queue: `STOCK_DEDUCTION_QUEUE` holds the URL of `StockDeductionQueue`.
fn queue(consumer: Consumer) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(1);
        format!("{first}{}", rest.to_lowercase())
    };
    consumer.variable().split('_').map(word).collect()
}

/// A table's local name is its name in the template.
fn store(aws: &Aws, queues: Queues) -> Store {
    let Ok(tables) = Tables::of(|table| Ok::<_, Infallible>(table.logical_id().to_owned()));
    aws.store_of(tables, queues)
}

impl Functions {
    pub fn wire(
        network: &Network,
        url_of: UrlOf<'_>,
        secrets: Secrets,
        time: Time,
        rng: &mut Rng,
    ) -> Result<Self, ConfigError> {
        /// The SDK keeps its retry quotas by region for the whole process, so every simulation has its own region.
        static WORLDS: AtomicU64 = AtomicU64::new(0);
        let region = format!("simulated-{}", WORLDS.fetch_add(1, Ordering::Relaxed));
        let mut wiring = Wiring { network, url_of, region, time, rng };
        let (_, store) = wiring.store("order-intake");
        // From a copy: what people do in a history is not changed by it.
        let capture = wiring.rng.clone().choice(Capturing::ALL).copied().unwrap_or_default();
        let conditions = order_intake::conditions(RESERVATION_MINUTES, "hold", "", capture.as_str())?;
        let providers = Provider::ALL.to_vec();
        let intake = order_intake::App { store, clock: wiring.clock(), conditions, providers };
        let (_, store) = wiring.store("payment-webhook");
        let secret = Secret::fixed("STRIPE_WEBHOOK_SECRET", secrets.stripe_webhook);
        let webhooks = Webhooks::new([stripe::Webhook::new(secret, false).into()]);
        let webhook = payment_webhook::App { store, clock: wiring.clock(), webhooks };
        let (_, store) = wiring.store("stock");
        let stock = stock::App { store, clock: wiring.clock() };
        let (_, store) = wiring.store("stock-deduction");
        let deduction = stock_deduction::App { store, clock: wiring.clock() };
        let (own, store) = wiring.store("fulfillment-dispatch");
        let secret = Secret::fixed(notice::SECRET, secrets.warehouse_webhook);
        let warehouses = notice::Warehouses::new(&own, secret);
        let dispatch = fulfillment_dispatch::App { store, clock: wiring.clock(), warehouses };
        let (_, store) = wiring.store("warehouse");
        let warehouse = warehouse::App { store, clock: wiring.clock() };
        let (own, store) = wiring.store("email-confirmation");
        let address = |text: &str| text.parse::<EmailAddress>();
        let wrong = |invalid| ConfigError::Invalid { name: "MAIL_FROM", problem: format!("{invalid}") };
        let (from, merchant) = (address("orders@example.com"), address(MERCHANT).map_err(wrong)?);
        let outbox = Outbox::new(own.config(), from.map_err(wrong)?, CONFIGURATION.to_owned());
        let email = email_confirmation::App { store, clock: wiring.clock(), outbox, shop: shop(), merchant };
        let (_, store) = wiring.store("mail-events");
        let mail_events = mail_events::App { store, clock: wiring.clock() };
        let (_, store) = wiring.store("returns");
        let returns = returns::App { store, clock: wiring.clock() };
        let (own, store) = wiring.store("refunds");
        let key = Secret::fixed("STRIPE_API_KEY", "sk_test_simulated");
        let providers = ApiClients::new([stripe::Api::new(&own, STRIPE, key).into()]);
        let refunds = refunds::App { store, clock: wiring.clock(), providers };
        let (_, store) = wiring.store("reconcile");
        let parcel_overdue = Some(PARCEL_OVERDUE);
        let digests = DigestPace::AtOnce;
        let reconcile = reconcile::App {
            store,
            clock: wiring.clock(),
            parcel_overdue,
            retention: None,
            digests,
            backlogs: reconcile::Backlogs::default(),
        };
        let (_, store) = wiring.store("operations");
        let operations = operations::App { store, clock: wiring.clock() };
        Ok(Self {
            intake,
            webhook,
            stock,
            deduction,
            dispatch,
            warehouse,
            email,
            mail_events,
            returns,
            refunds,
            reconcile,
            operations,
        })
    }

    /// Passes a request to the function that has its route.
    pub async fn answer(&self, function: &str, request: &Request) -> Result<Response, Error> {
        match function {
            "order-intake" => Box::pin(order_intake::handle(&self.intake, request)).await,
            "payment-webhook" => Box::pin(payment_webhook::handle(&self.webhook, request)).await,
            "stock" => Box::pin(stock::handle(&self.stock, request)).await,
            "warehouse" => Box::pin(warehouse::handle(&self.warehouse, request)).await,
            "returns" => Box::pin(returns::handle(&self.returns, request)).await,
            "operations" => Box::pin(operations::handle(&self.operations, request)).await,
            other => Err(Error::Internal(format!("{other} serves no requests"))),
        }
    }

    /// Passes a batch to the function that its queue is mapped to. None if there is no such function.
    pub async fn take(&self, function: &str, batch: SqsEvent) -> Option<SqsBatchResponse> {
        Some(match function {
            "stock-deduction" => Box::pin(stock_deduction::handle(&self.deduction, batch)).await,
            "fulfillment-dispatch" => Box::pin(fulfillment_dispatch::handle(&self.dispatch, batch)).await,
            "email-confirmation" => Box::pin(email_confirmation::handle(&self.email, batch)).await,
            "mail-events" => Box::pin(mail_events::handle(&self.mail_events, batch)).await,
            "refunds" => Box::pin(refunds::handle(&self.refunds, batch)).await,
            _ => return None,
        })
    }

    /// Whether the run succeeded.
    pub async fn reconcile(&self) -> bool {
        Box::pin(reconcile::handle(&self.reconcile)).await.is_ok()
    }
}

fn shop() -> Shop {
    Shop {
        name: "Simulated shop".to_owned(),
        email: "help@example.com".to_owned(),
        phone: None,
        help_page: "https://example.com/help".parse().ok(),
        language: Language::default(),
    }
}
