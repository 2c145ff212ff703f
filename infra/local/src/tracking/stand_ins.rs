//! All simulated services, at one address or without any.

use super::{
    aftership,
    counter::SoldLabel,
    depot::{Depot, Happened, Tracker},
    desk, easypost, sendcloud,
    service::Service,
    shippo, wall,
};
use crate::outside::{Courier, Disorder, Secret, Webhook};
use axum::{Router, extract::Request, response::Response};
use jiff::Timestamp;
use runtime::Clock;
use std::{collections::BTreeMap, sync::Arc};
use tower::ServiceExt as _;

/// What all services need.
#[derive(Debug, Clone)]
pub struct StandInsConfig {
    /// The HTTP API's address, for their webhooks; no final slash.
    pub api_url: String,
    /// The template's secrets, by their logical ids.
    pub secrets: BTreeMap<String, String>,
    pub clock: Clock,
}

/// The services, which keep what they know in memory. Cheap to clone. Whoever serves the [router](Self::router) gives them an address.
#[derive(Debug, Clone)]
pub struct StandIns {
    depot: Arc<Depot>,
    secrets: Arc<BTreeMap<Service, Arc<Secret>>>,
}

/// The parameters of the template that make the functions use all services, and let one, EasyPost, at `url` follow parcels.
pub fn parameters(url: &str) -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    vec![
        ("UseEasyPost", text("true")),
        ("EasyPostApiUrl", text(url)),
        ("UseShippo", text("true")),
        ("ShippoApiUrl", text(url)),
        ("UseSendcloud", text("true")),
        ("SendcloudApiUrl", text(url)),
        ("UseAfterShip", text("true")),
        ("AfterShipApiUrl", text(url)),
        ("TrackedBy", text(Service::EasyPost.name())),
        ("LabelsFrom", text(Service::EasyPost.name())),
    ]
}

impl StandIns {
    /// Services whose webhooks go to the HTTP API.
    pub fn new(config: &StandInsConfig) -> Self {
        Self::with(&config.secrets, &config.clock, |service, sign| {
            Courier::posting(Some(format!("{}/webhooks/tracking/{service}", config.api_url)), sign)
        })
    }

    fn with(
        secrets: &BTreeMap<String, String>,
        clock: &Clock,
        courier: impl Fn(Service, Box<dyn Fn(Vec<u8>) -> Webhook + Send + Sync>) -> Arc<Courier>,
    ) -> Self {
        let secret = |service: Service| {
            let name = service.webhook_secret();
            let value = secrets.get(name).map(String::as_str).unwrap_or_default();
            (service, Arc::new(Secret::new(name, value)))
        };
        let secrets: BTreeMap<_, _> = Service::ALL.map(secret).into();
        let of = |(service, secret): (&Service, &Arc<Secret>)| {
            let (service, secret, clock) = (*service, Arc::clone(secret), clock.clone());
            (service, courier(service, Box::new(move |body| sign(service, &secret, body, clock.now()))))
        };
        let couriers = secrets.iter().map(of).collect();
        Self { depot: Arc::new(Depot::new(clock.clone(), tell, couriers)), secrets: Arc::new(secrets) }
    }

    /// Their APIs, and the desk where people say what happens.
    pub fn router(&self) -> Router {
        let all = [desk::router, wall::router, easypost::router, shippo::router, sendcloud::router, aftership::router];
        all.into_iter().map(|router| router(Arc::clone(&self.depot))).fold(Router::new(), Router::merge)
    }

    /// Something happens to a parcel, and whoever follows it tells it.
    pub fn happen(&self, number: &str, happened: Happened) {
        let told = self.depot.happen(number, happened);
        for (service, courier) in self.depot.couriers() {
            courier.send(told.iter().filter(|(teller, _)| *teller == service).map(|(_, webhook)| webhook.clone()));
        }
    }

    /// A service sold the label of a parcel, and follows it.
    pub fn sell(&self, service: Service, carrier: &str, number: &str) {
        self.depot.sell(service, carrier, number);
    }

    /// The labels that the services sold, the first one first.
    pub fn labels(&self) -> Vec<SoldLabel> {
        self.depot.counter.labels()
    }

    /// Lets the answers to the next purchases of labels have these statuses, though the labels are sold.
    pub fn lose(&self, service: Service, statuses: impl IntoIterator<Item = u16>) {
        self.depot.counter.lose(service, statuses);
    }

    /// Lets carriers refuse so many of the next purchases of labels.
    pub fn refuse(&self, service: Service, purchases: usize) {
        self.depot.counter.refuse(service, purchases);
    }

    /// The services that follow a parcel.
    pub fn followers(&self, number: &str) -> Vec<Service> {
        self.depot.trackers(number).into_iter().map(|tracker| tracker.service).collect()
    }

    /// Lets a service's API fail with these statuses, one request after the other.
    pub fn fail(&self, service: Service, statuses: impl IntoIterator<Item = u16>) {
        self.depot.fail(service, statuses);
    }

    /// Sets how the webhooks are delivered that come from now on.
    pub fn disturb(&self, disorder: Disorder) {
        self.depot.couriers().for_each(|(_, courier)| courier.disturb(disorder));
    }

    /// The number of webhooks that are not delivered.
    pub fn undelivered(&self) -> usize {
        self.depot.couriers().map(|(_, courier)| courier.undelivered()).sum()
    }

    /// Hears of a secret's new value.
    pub(crate) fn secret_is_put(&self, name: &str, value: &str) {
        self.secrets.values().for_each(|secret| secret.is_put(name, value));
    }

    /// Gives up the webhooks that are being retried.
    pub fn withhold_webhooks(&self) {
        self.depot.couriers().for_each(|(_, courier)| courier.turn_to(None));
    }
}

/// The services without an address. They answer callers in this process, who also deliver their webhooks.
#[derive(Debug, Clone)]
pub struct Embedded {
    stand_ins: StandIns,
    router: Router,
}

/// The services without an address. `clock` is the simulation's; what is random comes from the thread's generator.
pub fn embedded(secrets: &BTreeMap<String, String>, clock: &Clock) -> Embedded {
    let stand_ins = StandIns::with(secrets, clock, |_, sign| Courier::keeping(sign));
    Embedded { router: stand_ins.router(), stand_ins }
}

impl Embedded {
    /// Answers a request to one of the APIs.
    pub async fn answer(&self, request: Request) -> Response {
        let Ok(answer) = self.router.clone().oneshot(request).await;
        answer
    }

    pub fn stand_ins(&self) -> &StandIns {
        &self.stand_ins
    }

    /// Something happens to a parcel. Yields the webhooks that tell it, which the caller may deliver, double, delay or lose.
    pub fn happen(&self, number: &str, happened: Happened) -> Vec<(Service, Webhook)> {
        self.stand_ins.depot.happen(number, happened)
    }

    /// Signs a webhook's body again, because some signatures are valid for minutes only.
    pub fn sign(&self, service: Service, body: Vec<u8>) -> Option<Webhook> {
        let mut couriers = self.stand_ins.depot.couriers();
        couriers.find(|(own, _)| *own == service).map(|(_, courier)| courier.sign(body))
    }
}

/// The body of the webhook that tells of the last that happened.
fn tell(tracker: &Tracker, history: &[Happened], now: Timestamp) -> Vec<u8> {
    let body = match tracker.service {
        Service::EasyPost => easypost::tell(tracker, history, now),
        Service::Shippo => shippo::tell(tracker, history),
        Service::Sendcloud => sendcloud::tell(tracker, history, now),
        Service::AfterShip => aftership::tell(tracker, history, now),
    };
    body.to_string().into_bytes()
}

fn sign(service: Service, secret: &Secret, body: Vec<u8>, now: Timestamp) -> Webhook {
    match service {
        Service::EasyPost => easypost::sign(secret, body),
        Service::Shippo => shippo::sign(secret, body, now),
        Service::Sendcloud => sendcloud::sign(secret, body),
        Service::AfterShip => aftership::sign(secret, body),
    }
}
