#![allow(clippy::unwrap_used)]

use super::*;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode as Status},
};
use domain::fixtures::{dispatched, two_lines};
use jiff::Timestamp;
use runtime::{Clock, ConfigError};
use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};
use webhooks::standard_webhooks::{Headers, verify};

const OLD: &str = "whsec_b2xk";
const NEW: &str = "whsec_bmV3";

/// A warehouse that takes what is signed with the secret, and refuses everything else with 401.
async fn warehouse(secret: &'static str) -> String {
    let take = async move |headers: HeaderMap, body: Bytes| {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let signed = Headers {
            id: header(standard_webhooks::ID_HEADER),
            timestamp: header(standard_webhooks::TIMESTAMP_HEADER),
            signature: header(standard_webhooks::SIGNATURE_HEADER),
        };
        let secrets = [standard_webhooks::Secret::new(secret).unwrap()];
        if verify(&signed, &body, &secrets, now()).is_ok() { Status::NO_CONTENT } else { Status::UNAUTHORIZED }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
    url
}

fn now() -> Timestamp {
    Timestamp::from_second(1_764_000_000).unwrap()
}

/// Secrets Manager has the old secret at the first reading and the new one from then on. Time passes between them.
fn rolled() -> Secret {
    let readings = Arc::new(AtomicUsize::new(0));
    let seconds = Arc::new(AtomicI64::new(0));
    let clock =
        Clock::new(move || now() + jiff::SignedDuration::from_secs(10 * seconds.fetch_add(1, Ordering::Relaxed)));
    Secret::from_source(SECRET, &clock, move || {
        let value = if readings.fetch_add(1, Ordering::Relaxed) == 0 { OLD } else { NEW };
        std::future::ready(Ok::<_, ConfigError>(value.to_owned()))
    })
}

#[tokio::test]
async fn a_notice_that_a_warehouse_does_not_take_for_genuine_is_signed_with_the_newer_secret() {
    let order = dispatched();
    let (id, fulfillment) = order.fulfillments.iter().next().unwrap();
    for (accepted, taken) in [(OLD, true), (NEW, true), ("whsec_b3RoZXI", false)] {
        let warehouses = Warehouses::new(&Aws::beside(""), rolled());
        let url = warehouse(accepted).await;
        let order = OrderId::derive(&"web".parse().unwrap(), "1001");
        let told = warehouses.tell(&url, &order, *id, fulfillment, &two_lines(), now()).await;
        assert_eq!(told.is_ok(), taken, "{accepted}: {told:?}");
    }
}
