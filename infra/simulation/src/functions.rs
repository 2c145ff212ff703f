//! The deployed functions' own `handle`, each with its clock and its role's credentials, wired as in its `main.rs`.

use crate::{
    network::{self, Network},
    time::Time,
};
use api::{Error, Request, Response};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use channels::{Keyring, Shops};
use domain::{
    contact::EmailAddress,
    digest::DigestPace,
    duty::Consumer,
    history::Stamp,
    ids::{ProviderName, Sku},
    policy::{Capturing, Invoicing},
    settings::{ChannelKind, Connection, EmailsBy, RefundsBy},
    stock_sync::StockSync,
};
use email_confirmation::{
    mail::{Language, Shop},
    outbox::Outbox,
};
use fastrand::Rng;
use fulfillment_dispatch::notice;
use jiff::{SignedDuration, Timestamp};
use orderly_local::{channels::woocommerce, payments as simulated};
use payments::{ApiClients, Provider, Webhooks, adyen, mollie, paypal, square, standard, stripe};
use runtime::{Aws, Clock, ConfigError, Secret};
use serde_json::json;
use shipping::{Client, Seller, Sellers, Service};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::ready,
    sync::atomic::{AtomicU64, Ordering},
};
use store::{Queues, StockStream, Store, Tables};

/// The channel that is connected to the shop, in some histories.
pub const CHANNEL: &str = "woo";
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
/// The tracking service that follows parcels.
pub const FOLLOWER: Service = Service::EasyPost;
/// Those that sell labels. A history has one of them.
const SELLERS: &[Service] = &[Service::EasyPost, Service::Shippo, Service::Sendcloud];
/// As [`PARCEL_OVERDUE`].
const PARCEL_ASKED_ABOUT: SignedDuration = SignedDuration::from_mins(10);

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
    invoicing: invoicing::App,
    parcel_tracking: parcel_tracking::App,
    labels: labels::App,
    tracking_webhook: tracking_webhook::App,
    channel_webhook: channel_webhook::App,
    channel_orders: channel_orders::App,
    channel_stock: channel_stock::App,
    stock_changes: stock_changes::App,
}

/// The secrets that the functions share with outside systems.
#[derive(Debug, Clone, Copy)]
pub struct Secrets {
    stripe_webhook: &'static str,
    adyen_keys: &'static str,
    adyen_credentials: &'static str,
    square_webhook: &'static str,
    standard_webhook: &'static str,
    standard_requests: &'static str,
    warehouse_webhook: &'static str,
    tracking_webhook: &'static str,
}

pub const SECRETS: Secrets = Secrets {
    stripe_webhook: "whsec_simulated",
    adyen_keys: "73696d756c61746564",
    adyen_credentials: "adyen:simulated",
    square_webhook: "simulated",
    standard_webhook: "whsec_c2ltdWxhdGVkIHNlY3JldCBmb3IgdGhlIGV2ZW50cw==",
    standard_requests: "whsec_c2ltdWxhdGVkIHNlY3JldCBmb3IgcmVxdWVzdHMuLg==",
    warehouse_webhook: "whsec_c2ltdWxhdGVkIHNlY3JldCBmb3Igd2FyZWhvdXNlcw==",
    tracking_webhook: "simulated-tracking",
};

impl Secrets {
    /// Those of the services that tell of parcels, by their names in the template.
    pub fn of_carriers(&self) -> BTreeMap<String, String> {
        let names = ["EasyPostWebhookSecret", "ShippoWebhookSecret", "SendcloudWebhookSecret"];
        names.into_iter().map(|name| (name.to_owned(), self.tracking_webhook.to_owned())).collect()
    }

    /// Those of the payment providers, by their names in the template.
    pub fn of_providers(&self) -> BTreeMap<String, String> {
        let all = [
            ("StripeWebhookSecret", self.stripe_webhook),
            ("AdyenHmacKeys", self.adyen_keys),
            ("AdyenWebhookCredentials", self.adyen_credentials),
            ("SquareWebhookSecret", self.square_webhook),
            ("StandardWebhookSecret", self.standard_webhook),
            ("StandardRequestsSecret", self.standard_requests),
        ];
        all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// The keys of the shop.
fn keyring() -> Keyring {
    let woocommerce::Credentials { key, secret, webhook_secret } = orderly_local::channels::local_credentials();
    let keys = json!({ CHANNEL: { "key": key, "secret": secret, "webhook_secret": webhook_secret } });
    Keyring::of(Secret::fixed(channels::SECRET, &keys.to_string()))
}

/// The service that is asked about parcels.
fn follower(own: &Aws, clock: &Clock) -> Option<Client> {
    let key = Secret::fixed("EASYPOST_API_KEY", "simulated");
    Client::new(FOLLOWER, own, clock, network::CARRIERS, key)
}

/// The service that sells labels.
fn sells(service: Service, own: &Aws, clock: &Clock) -> Sellers {
    let key = Secret::fixed("API_KEY", "simulated:simulated");
    Sellers::new(Seller::new(service, own, clock, network::CARRIERS, key).map(|seller| (service, seller)))
}

/// The webhooks of the services that tell of parcels: one follows them, and each those that it sold the label of.
fn told_by() -> shipping::Webhooks {
    let secret = || Secret::fixed("TRACKING_WEBHOOK_SECRET", SECRETS.tracking_webhook);
    shipping::Webhooks::new(SELLERS.iter().map(|service| shipping::Webhook::new(*service, secret(), false)))
}

/// The webhooks of all providers.
fn webhooks(own: &Aws) -> Result<Webhooks, ConfigError> {
    let secret = Secret::fixed;
    let adyen = adyen::Webhook::new(
        secret("ADYEN_HMAC_KEYS", SECRETS.adyen_keys),
        false,
        simulated::adyen::MERCHANT_ACCOUNT,
        adyen_captures(),
    );
    let adyen = adyen.with_basic_auth(secret("ADYEN_WEBHOOK_CREDENTIALS", SECRETS.adyen_credentials));
    let served = |address: String| {
        let certificate = simulated::paypal::served(&address);
        ready(Ok(certificate.map_or(paypal::Fetched::Nothing, paypal::Fetched::Found)))
    };
    let roots = paypal::Roots::only([simulated::paypal::ROOT]);
    let certificates = paypal::Certificates::from_source(paypal::Mode::Sandbox, roots, served);
    let square_secret = secret("SQUARE_WEBHOOK_SECRET", SECRETS.square_webhook);
    Ok(Webhooks::new([
        stripe::Webhook::new(secret("STRIPE_WEBHOOK_SECRET", SECRETS.stripe_webhook), false).into(),
        adyen.into(),
        mollie::Webhook::new(mollie_api(own), None, false).into(),
        paypal::Webhook::new(simulated::paypal::WEBHOOK_ID, certificates)?.into(),
        square::Webhook::new(square_secret, simulated::square::NOTIFICATION_URL, false).into(),
        standard::Webhook::new(secret("STANDARD_WEBHOOK_SECRET", SECRETS.standard_webhook), false).into(),
    ]))
}

fn adyen_captures() -> adyen::Captures {
    let manual = [simulated::adyen::MANUAL_METHOD];
    adyen::Captures::automatic().except(manual).in_parts(manual)
}

fn adyen_api(own: &Aws) -> adyen::Api {
    let (url, key) = (network::url(simulated::Provider::Adyen), |name| Secret::fixed(name, "simulated"));
    adyen::Api::new(own, &url, key("ADYEN_API_KEY"), simulated::adyen::MERCHANT_ACCOUNT).with_reports(
        own,
        &url,
        key("ADYEN_REPORT_KEY"),
        adyen_captures(),
    )
}

fn mollie_api(own: &Aws) -> mollie::Api {
    mollie::Api::new(own, &network::url(simulated::Provider::Mollie), Secret::fixed("MOLLIE_API_KEY", "test_simulated"))
}

/// The APIs of all providers.
fn apis(own: &Aws, clock: &Clock) -> ApiClients {
    let (secret, url) = (Secret::fixed, network::url);
    let requests = format!("{}{}", url(simulated::Provider::Standard), simulated::standard::REQUESTS);
    let credentials = secret("PAYPAL_CREDENTIALS", "simulated:simulated");
    let requests_secret = secret("STANDARD_REQUESTS_SECRET", SECRETS.standard_requests);
    ApiClients::new([
        stripe::Api::new(own, &url(simulated::Provider::Stripe), secret("STRIPE_API_KEY", "sk_test_simulated")).into(),
        adyen_api(own).into(),
        mollie_api(own).into(),
        paypal::Api::new(own, clock, &url(simulated::Provider::PayPal), credentials).into(),
        square::Api::new(own, &url(simulated::Provider::Square), secret("SQUARE_API_KEY", "simulated")).into(),
        standard::Api::new(own, clock, &requests, requests_secret).into(),
    ])
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
    pub fn wire(network: &Network, url_of: UrlOf<'_>, time: Time, rng: &mut Rng) -> Result<Self, ConfigError> {
        /// The SDK keeps its retry quotas by region for the whole process, so every simulation has its own region.
        static WORLDS: AtomicU64 = AtomicU64::new(0);
        let region = format!("simulated-{}", WORLDS.fetch_add(1, Ordering::Relaxed));
        let mut wiring = Wiring { network, url_of, region, time, rng };
        let (_, store) = wiring.store("order-intake");
        // From a copy: what people do in a history is not changed by it.
        let capture = wiring.rng.clone().choice(Capturing::ALL).copied().unwrap_or_default();
        // The lots of the two do not depend on each other.
        let invoice = wiring.rng.clone().fork().choice(Invoicing::ALL).copied().unwrap_or_default();
        let conditions = runtime::conditions(RESERVATION_MINUTES, "hold", "", capture.as_str(), invoice.as_str())?;
        let providers = Provider::ALL.to_vec();
        let intake = order_intake::App { store, clock: wiring.clock(), conditions, providers };
        let (own, store) = wiring.store("payment-webhook");
        let webhook = payment_webhook::App { store, clock: wiring.clock(), webhooks: webhooks(&own)? };
        let (_, store) = wiring.store("stock");
        let stock = stock::App { store, clock: wiring.clock() };
        let (_, store) = wiring.store("stock-deduction");
        let deduction = stock_deduction::App { store, clock: wiring.clock() };
        let (own, store) = wiring.store("fulfillment-dispatch");
        let secret = Secret::fixed(notice::SECRET, SECRETS.warehouse_webhook);
        let warehouses = notice::Warehouses::new(&own, secret);
        let dispatch = fulfillment_dispatch::App { store, clock: wiring.clock(), warehouses };
        let seller = wiring.rng.clone().fork().choice(SELLERS).copied().unwrap_or(FOLLOWER);
        let labels_from = Some(seller.name().to_owned());
        let (_, store) = wiring.store("warehouse");
        let warehouse = warehouse::App { store, clock: wiring.clock(), follows: true, labels_from };
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
        let clock = wiring.clock();
        let refunds = refunds::App { store, providers: apis(&own, &clock), clock };
        let (_, store) = wiring.store("reconcile");
        let parcel_overdue = Some(PARCEL_OVERDUE);
        let digests = DigestPace::AtOnce;
        let reconcile = reconcile::App {
            store,
            clock: wiring.clock(),
            parcel_overdue,
            parcel_asked_about: Some(PARCEL_ASKED_ABOUT),
            retention: None,
            digests,
            providers: compared()?,
            backlogs: reconcile::Backlogs::default(),
        };
        let (_, store) = wiring.store("operations");
        let operations = operations::App { store, clock: wiring.clock() };
        let (_, store) = wiring.store("invoicing");
        let invoicing = invoicing::App { store, clock: wiring.clock() };
        let (own, store) = wiring.store("parcel-tracking");
        let (clock, asked_after) = (wiring.clock(), PARCEL_ASKED_ABOUT);
        let parcel_tracking = parcel_tracking::App { store, follower: follower(&own, &clock), clock, asked_after };
        let (own, store) = wiring.store("labels");
        let clock = wiring.clock();
        let labels = labels::App { store, sellers: sells(seller, &own, &clock), clock };
        let (_, store) = wiring.store("tracking-webhook");
        let tracking_webhook = tracking_webhook::App { store, clock: wiring.clock(), webhooks: told_by() };
        let (_, store) = wiring.store("channel-webhook");
        let channel_webhook = channel_webhook::App { store, keyring: keyring() };
        let (own, store) = wiring.store("channel-orders");
        let clock = wiring.clock();
        let shops = Shops::new(keyring(), &own, &clock);
        let conditions = intake.conditions.clone();
        let webhooks_url = Some("https://orderly.simulated/webhooks/channels".to_owned());
        let channel_orders = channel_orders::App { store, clock, shops, conditions, webhooks_url };
        let (own, store) = wiring.store("channel-stock");
        let clock = wiring.clock();
        let shops = Shops::new(keyring(), &own, &clock);
        let channel_stock = channel_stock::App { store, clock, shops, conditions: intake.conditions.clone() };
        let (_, store) = wiring.store("stock-changes");
        let stock_changes = stock_changes::App { store };
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
            invoicing,
            parcel_tracking,
            labels,
            tracking_webhook,
            channel_webhook,
            channel_orders,
            channel_stock,
            stock_changes,
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
            "tracking-webhook" => Box::pin(tracking_webhook::handle(&self.tracking_webhook, request)).await,
            "channel-webhook" => Box::pin(channel_webhook::handle(&self.channel_webhook, request)).await,
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
            "invoicing" => Box::pin(invoicing::handle(&self.invoicing, batch)).await,
            "parcel-tracking" => Box::pin(parcel_tracking::handle(&self.parcel_tracking, batch)).await,
            "labels" => Box::pin(labels::handle(&self.labels, batch)).await,
            "channel-orders" => Box::pin(channel_orders::handle(&self.channel_orders, batch)).await,
            "channel-stock" => Box::pin(channel_stock::handle(&self.channel_stock, batch)).await,
            _ => return None,
        })
    }

    /// Passes changes of stock on. Returns whether that succeeded.
    pub async fn hear_of_stock(&self, batch: StockStream) -> bool {
        Box::pin(stock_changes::handle(&self.stock_changes, batch)).await.is_ok()
    }

    /// What the shop of a channel is to say of SKUs that it sells.
    pub async fn to_tell(&self, channel: &str, skus: &[&str]) -> BTreeMap<Sku, u32> {
        let store = &self.operations.store;
        let Ok(channel) = channel.parse() else { return BTreeMap::new() };
        let Ok(Some((_, connection))) = app::channels::connected(store, &channel).await else { return BTreeMap::new() };
        let Some(sync) = connection.stock else { return BTreeMap::new() };
        let skus = skus.iter().filter_map(|sku| sku.parse().ok()).collect();
        app::stock_sync::numbers(store, &sync, &skus).await.unwrap_or_default()
    }

    /// The time by a clock of ours.
    pub fn now(&self) -> Timestamp {
        self.operations.clock.now()
    }

    /// Connects a channel to the shop, as `channel-setup` does.
    pub async fn connect_shop(&self, channel: &str, refunds: RefundsBy, stock: Option<StockSync>) {
        let now = self.now();
        let (Ok(channel), Ok(url)) = (channel.parse(), network::SHOP.parse()) else { return };
        let connection =
            Connection { kind: ChannelKind::WooCommerce, url, since: now, emails: EmailsBy::Orderly, refunds, stock };
        let stamp = Stamp::orderly(now);
        let connected = app::channels::connect(&self.operations.store, &channel, &connection, &stamp).await;
        assert!(connected.is_ok(), "{connected:?}");
    }

    /// Whether the run succeeded.
    pub async fn reconcile(&self) -> bool {
        Box::pin(reconcile::handle(&self.reconcile)).await.is_ok()
    }
}

/// The providers whose lists the books are compared with.
fn compared() -> Result<Vec<ProviderName>, ConfigError> {
    let wrong = || ConfigError::Invalid { name: "COMPARED_PROVIDERS", problem: "it is no name".to_owned() };
    simulated::Provider::LISTING.iter().map(|provider| provider.name().parse().map_err(|_| wrong())).collect()
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
