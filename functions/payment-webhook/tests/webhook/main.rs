//! Payment events, on the embedded DynamoDB and SQS.
#![allow(clippy::unwrap_used)]

mod events;
mod providers;
mod unread;
mod whose;

use jiff::Timestamp;
use orderly_local::{
    backing,
    services::{Listener, Services, ServicesConfig},
};
use payment_webhook::App;
use payments::Webhooks;
use runtime::Clock;
use std::{collections::BTreeMap, path::Path};

fn now() -> Timestamp {
    Timestamp::from_second(1_764_000_000).unwrap()
}

async fn start() -> (Services, App) {
    let listener = Listener::bind(0).await.unwrap();
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let system = backing::load(&template, &BTreeMap::new(), &listener.endpoint(), "http://127.0.0.1:1").unwrap();
    // What is kept for some days has expired long ago: the tests' clock stands still.
    let config = ServicesConfig { ttl_sweep: None, ..ServicesConfig::default() };
    let services = Services::start(listener, &system, config).await.unwrap();
    let store = backing::store(&services, &services.sqs().url("RefundsQueue"));
    let app = App { store, clock: Clock::new(now), webhooks: Webhooks::new([]) };
    (services, app)
}
