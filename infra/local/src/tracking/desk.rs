//! Where people and tests say what happens to parcels.
//!
//! `POST /carriers/parcels/{number}` `{"state", "at"?, "text"?, "sold_by"?, "carrier"?}` lets something happen, and those who follow the
//! parcel tell it. `GET` shows what happened, and `GET …/webhooks` what would tell it now. `sold_by` names a service that follows the parcel because it sold its label.
//! `POST /carriers/webhooks` `{"late_ms"?, "doubled"?, "lost"?}` says how webhooks come from now on, and `POST /carriers/failures`
//! `{"service", "statuses"?, "lost"?, "refusals"?}` what a service's API answers next: to any request, before it does anything; to purchases of
//! labels that have taken effect; and how many of the next purchases the carriers refuse. `GET /carriers/labels` lists the labels that were sold.

use super::{
    depot::{Depot, Happened, Happening},
    service::Service,
};
use crate::outside::Disorder;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

type Answer = Result<Json<Value>, (StatusCode, String)>;

pub(super) fn router(depot: Arc<Depot>) -> Router {
    Router::new()
        .route("/carriers/parcels/{number}", post(happen).get(show))
        .route("/carriers/parcels/{number}/webhooks", get(webhooks))
        .route("/carriers/webhooks", post(disturb))
        .route("/carriers/failures", post(fail))
        .with_state(depot)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    #[serde(alias = "status")]
    state: Happening,
    /// Now, if it is not said.
    at: Option<Timestamp>,
    #[serde(default)]
    text: String,
    sold_by: Option<Service>,
    #[serde(default)]
    carrier: String,
}

async fn happen(State(depot): State<Arc<Depot>>, Path(number): Path<String>, body: Bytes) -> Answer {
    let Told { state, at, text, sold_by, carrier } = read(&body)?;
    if let Some(service) = sold_by {
        depot.sell(service, &carrier, &number);
    }
    let happened = Happened { state, at: at.unwrap_or_else(|| depot.clock.now()), text };
    let told = depot.happen(&number, happened);
    let mut names: Vec<&str> = told.iter().map(|(service, _)| service.name()).collect();
    names.dedup();
    for (service, courier) in depot.couriers() {
        courier.send(told.iter().filter(|(teller, _)| *teller == service).map(|(_, webhook)| webhook.clone()));
    }
    Ok(Json(json!({ "number": number, "told_by": names })))
}

async fn show(State(depot): State<Arc<Depot>>, Path(number): Path<String>) -> Json<Value> {
    let followers: Vec<&str> = depot.trackers(&number).iter().map(|tracker| tracker.service.name()).collect();
    Json(json!({ "number": number, "history": depot.history(&number), "followed_by": followers }))
}

/// What would tell of the parcel now, signed.
async fn webhooks(State(depot): State<Arc<Depot>>, Path(number): Path<String>) -> Json<Value> {
    let all = depot.webhooks(&number).into_iter().map(|(service, webhook)| {
        let headers: BTreeMap<String, String> = webhook.headers.into_iter().collect();
        json!({ "service": service, "headers": headers, "body": String::from_utf8_lossy(&webhook.body) })
    });
    Json(all.collect())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manner {
    #[serde(default)]
    late_ms: u64,
    #[serde(default)]
    doubled: bool,
    #[serde(default)]
    lost: bool,
}

async fn disturb(State(depot): State<Arc<Depot>>, body: Bytes) -> Answer {
    let Manner { late_ms, doubled, lost } = read(&body)?;
    let disorder = Disorder { late: Duration::from_millis(late_ms), doubled, lost };
    depot.couriers().for_each(|(_, courier)| courier.disturb(disorder));
    Ok(Json(json!({})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failures {
    service: Service,
    #[serde(default)]
    statuses: Vec<u16>,
    /// The statuses of the answers to the next purchases, which have taken effect all the same.
    #[serde(default)]
    lost: Vec<u16>,
    /// How many of the next purchases the carriers refuse.
    #[serde(default)]
    refusals: usize,
}

async fn fail(State(depot): State<Arc<Depot>>, body: Bytes) -> Answer {
    let Failures { service, statuses, lost, refusals } = read(&body)?;
    depot.fail(service, statuses);
    depot.counter.lose(service, lost);
    depot.counter.refuse(service, refusals);
    Ok(Json(json!({})))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, String)> {
    serde_json::from_slice(body).map_err(|error| (StatusCode::BAD_REQUEST, format!("{error}\n")))
}
