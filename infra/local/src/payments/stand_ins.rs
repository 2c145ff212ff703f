//! All simulated providers at one address: Stripe at its root, the others each below its own path.

use super::{
    adyen,
    engine::{BooksError, Delivering, Embedded, Opened, Settings, Simulator},
    mollie, page, paypal,
    provider::Provider,
    square, standard,
    stripe::{self, Stripe},
    till::{self, Simulators},
};
use crate::services::Listener;
use axum::Router;
use data_encoding::BASE64;
use runtime::Clock;
use std::{collections::BTreeMap, path::PathBuf};

/// What all providers need.
#[derive(Debug, Clone)]
pub struct StandInsConfig {
    /// The HTTP API's address, for their webhooks; no final slash.
    pub api_url: String,
    /// The template's secrets, by their logical ids.
    pub secrets: BTreeMap<String, String>,
    /// The directory for their books. Without one they are kept in memory.
    pub data_dir: Option<PathBuf>,
    pub clock: Clock,
}

/// The running providers. Cheap to clone; they stop with [`StandIns::shutdown`].
#[derive(Debug, Clone)]
pub struct StandIns {
    stripe: Stripe,
    all: Simulators,
}

/// The parameters of the template that make the functions use all providers, and ask those at `url` (no final slash).
pub(crate) fn parameters(url: &str) -> Vec<(&'static str, String)> {
    let own = |provider: Provider| format!("{url}{}", provider.path());
    let text = str::to_owned;
    vec![
        ("Livemode", text("false")),
        ("ComparedProviders", Provider::LISTING.map(Provider::name).join(",")),
        ("StripeApiUrl", own(Provider::Stripe)),
        ("UseAdyen", text("true")),
        ("AdyenApiUrl", own(Provider::Adyen)),
        ("AdyenReportsUrl", own(Provider::Adyen)),
        ("AdyenMerchantAccount", text(adyen::MERCHANT_ACCOUNT)),
        ("AdyenBasicAuth", text("true")),
        ("AdyenCapturesOtherwise", text(adyen::MANUAL_METHOD)),
        ("AdyenSeveralCaptures", text(adyen::MANUAL_METHOD)),
        ("UseMollie", text("true")),
        ("MollieApiUrl", own(Provider::Mollie)),
        ("UseSquare", text("true")),
        ("SquareApiUrl", own(Provider::Square)),
        ("SquareNotificationUrl", text(square::NOTIFICATION_URL)),
        ("UsePayPal", text("true")),
        ("PayPalApiUrl", own(Provider::PayPal)),
        ("PayPalWebhookId", text(paypal::WEBHOOK_ID)),
        ("PayPalStandIn", own(Provider::PayPal)),
        ("PayPalStandInRoot", BASE64.encode(paypal::ROOT)),
        ("UseStandard", text("true")),
        ("StandardRequestsUrl", format!("{}{}", own(Provider::Standard), standard::REQUESTS)),
    ]
}

/// The parameters that take all providers but Stripe out of use again.
pub fn only_stripe() -> BTreeMap<String, String> {
    let others = ["UseAdyen", "UseMollie", "UseSquare", "UsePayPal", "UseStandard"];
    others.into_iter().map(|name| (name.to_owned(), "false".to_owned())).collect()
}

impl StandIns {
    /// Answers the APIs of all providers on `listener`, `POST /pay`, and the page for people.
    pub fn start(listener: Listener, config: StandInsConfig) -> Result<Self, BooksError> {
        Self::start_beside(listener, config, Router::new())
    }

    /// The same, with others that answer at the same address.
    pub(crate) fn start_beside(listener: Listener, config: StandInsConfig, others: Router) -> Result<Self, BooksError> {
        let StandInsConfig { api_url, secrets, data_dir, clock } = config;
        let settings = |provider: Provider| Settings {
            secrets: secrets.clone(),
            webhook_url: Some(format!("{api_url}/webhooks/payments/{provider}")),
            data_dir: data_dir.clone(),
            clock: clock.clone(),
        };
        let own = stripe::open(settings(Provider::Stripe), Delivering::Posting)?;
        let mut all = Simulators::from([(Provider::Stripe, Simulator(own.opened.account.clone()))]);
        let mut router = own.opened.router.clone();
        for provider in Provider::ALL.into_iter().filter(|provider| *provider != Provider::Stripe) {
            let Opened { account, router: routes } = open(provider, settings(provider), Delivering::Posting)?;
            router = router.nest(provider.path(), routes);
            all.insert(provider, Simulator(account));
        }
        let for_people = Router::merge(till::router(all.clone()), page::router(all.clone()));
        let stripe = Stripe::at(own, listener.serve(for_people.merge(router).merge(others)));
        Ok(Self { stripe, all })
    }

    pub fn stripe(&self) -> &Stripe {
        &self.stripe
    }

    /// One of them.
    pub fn provider(&self, provider: Provider) -> Simulator {
        self.all.get(&provider).cloned().unwrap_or_else(|| self.stripe.simulator())
    }

    /// The address of all of them, with no final slash.
    pub fn endpoint(&self) -> &str {
        self.stripe.endpoint()
    }

    /// The number of webhooks that a provider sends by itself and that are not delivered.
    pub fn undelivered(&self) -> usize {
        self.all.values().map(Simulator::undelivered).sum()
    }

    /// Hears of a secret's new value.
    pub(crate) fn secret_is_put(&self, name: &str, value: &str) {
        self.all.values().for_each(|simulator| simulator.secret_is_put(name, value));
    }

    /// Stops taking requests, and gives up webhooks that are being retried.
    pub async fn shutdown(&self) {
        self.all.values().for_each(Simulator::withhold_webhooks);
        self.stripe.shutdown().await;
    }
}

/// A provider without an address, in memory.
pub fn embedded(provider: Provider, secrets: BTreeMap<String, String>, clock: Clock) -> Result<Embedded, BooksError> {
    let settings = Settings { secrets, webhook_url: None, data_dir: None, clock };
    open(provider, settings, Delivering::Keeping).map(Embedded::new)
}

fn open(provider: Provider, settings: Settings, delivering: Delivering) -> Result<Opened, BooksError> {
    match provider {
        Provider::Stripe => stripe::open(settings, delivering).map(|own| own.opened),
        Provider::Adyen => adyen::open(settings, delivering),
        Provider::Mollie => mollie::open(settings, delivering),
        Provider::Square => square::open(settings, delivering),
        Provider::PayPal => paypal::open(settings, delivering),
        Provider::Standard => standard::open(settings, delivering),
    }
}
