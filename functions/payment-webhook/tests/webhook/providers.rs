//! The webhook of each provider, as its stand-in sends it: what it asks of DynamoDB, and when people hear of an authorization that
//! ends.

use super::{now, start};
use api::Request;
use domain::{
    fixtures::placed,
    history::{Actor, Stamp},
    ids::OrderId,
    order_state::{HoldReason, OrderState},
    policy::{Capturing, Policy},
};
use jiff::SignedDuration;
use orderly_local::{
    payments::{self as stand_ins, Provider, StandIns, StandInsConfig, Webhook},
    services::{Listener, Services},
};
use payment_webhook::App;
use payments::{Webhooks, adyen, mollie, paypal, square, standard, stripe};
use runtime::{Aws, Clock, Secret};
use std::{collections::BTreeMap, future::ready};
use store::ItemKey;

const SECRETS: [(&str, &str); 5] = [
    ("StripeWebhookSecret", "whsec_test"),
    ("AdyenHmacKeys", "7465737465642074657374656420746573746564"),
    ("AdyenWebhookCredentials", "adyen:test"),
    ("SquareWebhookSecret", "test"),
    ("StandardWebhookSecret", "whsec_dGVzdGVkIHRlc3RlZCB0ZXN0ZWQgdGVzdGVk"),
];
const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn secret(name: &'static str) -> Secret {
    let value = SECRETS.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value);
    Secret::fixed(name, value.unwrap())
}

/// The function with all providers, and their stand-ins.
struct Shop {
    services: Services,
    app: App,
    stand_ins: StandIns,
}

impl Shop {
    async fn open() -> Self {
        let (services, mut app) = start().await;
        let config = StandInsConfig {
            api_url: "http://127.0.0.1:1".to_owned(),
            secrets: SECRETS.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            data_dir: None,
            clock: Clock::new(now),
        };
        let stand_ins = StandIns::start(Listener::bind(0).await.unwrap(), config).unwrap();
        for provider in Provider::ALL {
            stand_ins.provider(provider).withhold_webhooks();
        }
        let mollie = format!("{}{}", stand_ins.endpoint(), Provider::Mollie.path());
        app.webhooks = webhooks(&mollie);
        Self { services, app, stand_ins }
    }

    /// An order of 10.00 EUR that a person captures, or that is captured at its hand-over.
    async fn order(&self, provider: Provider, reference: &str, capturing: Capturing) -> OrderId {
        let order = OrderId::derive(&"web".parse().unwrap(), &format!("{provider}-{reference}"));
        let stamp = Stamp::new(Actor::caller("storefront", "test"), now());
        let (placed, policy) = (placed(&[("MUG", 1, 1000)]), Policy { capturing, ..Policy::default() });
        let mut write = self.app.store.write(now());
        let until = now() + HOUR;
        write.create(ItemKey::state(&order), OrderState::place(&placed, policy, Vec::new(), until, &[], &stamp));
        write.commit().await.unwrap();
        order
    }

    async fn state(&self, order: &OrderId) -> OrderState {
        self.app.store.order_state(order).await.unwrap().unwrap().value
    }

    /// Delivers a webhook. Returns how often DynamoDB was read and written for it.
    async fn deliver(&self, provider: Provider, webhook: Webhook) -> (u64, u64) {
        let request = Request {
            route: "POST /webhooks/payments/{provider}".to_owned(),
            path: [("provider".to_owned(), provider.name().to_owned())].into(),
            headers: webhook.headers.into_iter().collect(),
            body: webhook.body,
            ..Request::default()
        };
        self.services.reset_meter();
        let answer = payment_webhook::handle(&self.app, &request).await.unwrap();
        assert!(answer.status < 300, "{provider}: {answer:?}");
        let (mut reads, mut writes) = (0, 0);
        for (request, times) in self.services.meter().requests {
            match request.strip_prefix("DynamoDB.") {
                Some("BatchGetItem" | "GetItem" | "Query" | "Scan" | "TransactGetItems") => reads += times,
                Some(_) => writes += times,
                None => {}
            }
        }
        (reads, writes)
    }

    async fn end(self) {
        self.stand_ins.shutdown().await;
        self.services.shutdown().await;
    }
}

fn webhooks(mollie: &str) -> Webhooks {
    let manual = [stand_ins::adyen::MANUAL_METHOD];
    let captures = adyen::Captures::automatic().except(manual).in_parts(manual);
    let adyen = adyen::Webhook::new(secret("AdyenHmacKeys"), false, stand_ins::adyen::MERCHANT_ACCOUNT, captures);
    let served = |address: String| {
        let certificate = stand_ins::paypal::served(&address);
        ready(Ok(certificate.map_or(paypal::Fetched::Nothing, paypal::Fetched::Found)))
    };
    let roots = paypal::Roots::only([stand_ins::paypal::ROOT]);
    let certificates = paypal::Certificates::from_source(paypal::Mode::Sandbox, roots, served);
    let mollie = mollie::Api::new(&Aws::beside(""), mollie, Secret::fixed("MOLLIE_API_KEY", "test_key"));
    Webhooks::new([
        stripe::Webhook::new(secret("StripeWebhookSecret"), false).into(),
        adyen.with_basic_auth(secret("AdyenWebhookCredentials")).into(),
        mollie::Webhook::new(mollie, None, false).into(),
        paypal::Webhook::new(stand_ins::paypal::WEBHOOK_ID, certificates).unwrap().into(),
        square::Webhook::new(secret("SquareWebhookSecret"), stand_ins::square::NOTIFICATION_URL, false).into(),
        standard::Webhook::new(secret("StandardWebhookSecret"), false).into(),
    ])
}

#[tokio::test]
async fn a_webhook_is_answered_within_one_read_and_one_write_whichever_provider_sends_it() {
    let shop = Shop::open().await;
    let mut counted: BTreeMap<(&str, &str), Vec<(u64, u64)>> = BTreeMap::new();
    for provider in Provider::ALL {
        let own = shop.stand_ins.provider(provider);
        let paid = shop.order(provider, "paid", Capturing::WhenTold).await;
        let made = own.pay(paid.as_str(), 1000, "EUR").unwrap();
        let payment = made.payment.id.clone();
        let refunded = |amount| own.refund(&payment, Some(amount)).unwrap().webhooks;
        let authorized = shop.order(provider, "authorized", Capturing::AtHandOver).await;
        let told = [
            ("paid", made.webhooks),
            ("refunded", refunded(300)),
            ("refunded again", refunded(200)),
            ("authorized", own.authorize(authorized.as_str(), 1000, "EUR").unwrap().webhooks),
        ];
        for (what, webhooks) in told {
            for webhook in webhooks {
                let requests = shop.deliver(provider, webhook).await;
                counted.entry((provider.name(), what)).or_default().push(requests);
            }
        }
        let (paid, authorized) = (shop.state(&paid).await, shop.state(&authorized).await);
        let eur = paid.currency;
        assert_eq!((paid.ledger.captured(eur), paid.ledger.refunded(eur)), (1000, 500), "{provider}");
        assert_eq!(authorized.ledger.secured(eur), 1000, "{provider}");
    }
    for ((provider, what), all) in counted {
        let is_kept = |(reads, writes): &(u64, u64)| match what {
            "paid" | "authorized" => (*reads, *writes) == (1, 1),
            // What tells of a refund may not name the order: then the payment's record does, which is read first.
            _ => *reads <= 2 && *writes <= 1,
        };
        assert!(all.iter().all(is_kept), "{provider}, {what}: {all:?}");
    }
    shop.end().await;
}

#[tokio::test]
async fn people_hear_of_each_provider_s_authorization_a_day_before_it_ends() {
    let shop = Shop::open().await;
    let day = 24 * HOUR;
    // As the stand-ins' documents say: Adyen's method is Klarna, and the merchant's own system says so itself.
    let days = [
        (Provider::Stripe, 7),
        (Provider::Adyen, 28),
        (Provider::Mollie, 7),
        (Provider::Square, 7),
        (Provider::PayPal, 29),
        (Provider::Standard, 7),
    ];
    for (provider, days) in days {
        let order = shop.order(provider, "1", Capturing::AtHandOver).await;
        let told = shop.stand_ins.provider(provider).authorize(order.as_str(), 1000, "EUR").unwrap().webhooks;
        for webhook in told {
            shop.deliver(provider, webhook).await;
        }
        let state = shop.state(&order).await;
        let end = state.ledger.authorization_ends_at(state.currency);
        assert_eq!(end, Some(now() + day * days), "{provider}");
        let warned_at = now() + day * (days - 1);
        let second = SignedDuration::from_secs(1);
        assert_eq!([warned_at - second, warned_at].map(|at| state.must_warn(at)), [false, true], "{provider}");
        let held = state.expire(warned_at);
        assert!(held.holds.contains_key(&HoldReason::AuthorizationEnds), "{provider}: {:?}", held.holds);
    }
    shop.end().await;
}
