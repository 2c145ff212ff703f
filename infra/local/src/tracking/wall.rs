//! Where the labels hang: files of those that were sold, and the list of them.
//!
//! A label's address is all that it takes, as at the file stores of EasyPost and Shippo. Whoever shows a key there gave it to a stranger,
//! and is refused.

use super::{
    counter::{Sale, SoldLabel},
    depot::Depot,
    paper,
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use std::sync::Arc;

pub(super) fn router(depot: Arc<Depot>) -> Router {
    Router::new().route("/carriers/labels", get(list)).route("/carriers/labels/{file}", get(file)).with_state(depot)
}

async fn list(State(depot): State<Arc<Depot>>) -> Json<Vec<SoldLabel>> {
    Json(depot.counter.labels())
}

async fn file(State(depot): State<Arc<Depot>>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    if headers.contains_key(header::AUTHORIZATION) {
        return (StatusCode::BAD_REQUEST, "nobody here asked for a key\n").into_response();
    }
    let sale = depot.counter.sale(|sale| file == name(&sale.label) && !sale.has_failed);
    sale.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |sale| paper_of(&sale))
}

/// The label itself.
pub(super) fn paper_of(sale: &Sale) -> Response {
    let label = &sale.label;
    let lines = [sale.tariff.carrier_name, &label.level, &label.tracking_number, &label.reference];
    ([(header::CONTENT_TYPE, "application/pdf")], paper::pdf(&lines)).into_response()
}

/// Where the label is.
pub(super) fn url(origin: &str, label: &SoldLabel) -> String {
    format!("{origin}/carriers/labels/{}", name(label))
}

fn name(label: &SoldLabel) -> String {
    format!("{}-{}.pdf", label.service, label.id)
}

/// The address that a request came to.
pub(super) fn origin(uri: &Uri, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = uri.authority().map(axum::http::uri::Authority::as_str).or(host).unwrap_or("localhost");
    format!("http://{host}")
}
