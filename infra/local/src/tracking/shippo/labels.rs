//! Shippo's shipments, the transactions that buy labels, and refunds: <https://docs.goshippo.com/shippoapi/public-api>.
//!
//! Whoever makes two transactions of one rate buys two labels.

use super::{Answer, admit};
use crate::{
    outside::hex,
    tracking::{
        counter::{self, Order, Sale, Shipment},
        depot::Depot,
        service::Service,
        tariff, wall,
    },
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

const OWNER: &str = "owner@example.com";

pub(super) fn router(depot: Arc<Depot>) -> Router {
    Router::new()
        .route("/shipments", post(create))
        .route("/shipments/", post(create))
        .route("/transactions", get(list).post(buy))
        .route("/transactions/", get(list).post(buy))
        .route("/transactions/{id}", get(show))
        .route("/refunds", post(refund))
        .route("/refunds/", post(refund))
        .with_state(depot)
}

async fn create(State(depot): State<Arc<Depot>>, headers: HeaderMap, body: Bytes) -> Response {
    made(make(&depot, &headers, &body))
}

async fn buy(State(depot): State<Arc<Depot>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    made(purchase(&depot, &uri, &headers, &body))
}

async fn refund(State(depot): State<Arc<Depot>>, headers: HeaderMap, body: Bytes) -> Response {
    made(give_back(&depot, &headers, &body))
}

fn made(answer: Answer) -> Response {
    answer.map(|object| (StatusCode::CREATED, object)).into_response()
}

fn error(field: &str, text: &str) -> (StatusCode, Json<Value>) {
    (StatusCode::BAD_REQUEST, Json(json!({ field: [text] })))
}

fn make(depot: &Depot, headers: &HeaderMap, body: &[u8]) -> Answer {
    admit(depot, headers)?;
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    for field in ["address_from", "address_to", "parcels"] {
        if asked[field].is_null() {
            return Err(error(field, "This field is required."));
        }
    }
    if asked["address_to"]["zip"].as_str().is_none_or(str::is_empty) {
        return Err(error("address_to", "zip: This field is required."));
    }
    let weight_g =
        grams(&asked["parcels"][0]).ok_or_else(|| error("parcels", "weight: A valid number is required."))?;
    let shipment = depot.counter.offer(Shipment {
        service: Service::Shippo,
        id: hex(32),
        reference: asked["metadata"].as_str().unwrap_or_default().to_owned(),
        weight_g,
        offers: counter::named("", tariff::for_parcel(Service::Shippo, weight_g)),
        since: depot.clock.now(),
    });
    let nobody = json!([{ "source": "UPS", "code": "", "text": "The parcel is too heavy." }]);
    let rates: Vec<Value> = shipment.offers.iter().map(|(id, tariff)| rate(id, *tariff, &shipment)).collect();
    Ok(Json(json!({
        "object_id": shipment.id, "object_owner": OWNER, "object_created": shipment.since, "object_updated": shipment.since,
        "status": "SUCCESS", "carrier_accounts": [], "address_from": asked["address_from"],
        "address_to": asked["address_to"], "address_return": asked["address_from"], "parcels": asked["parcels"],
        "shipment_date": shipment.since, "extra": {}, "customs_declaration": null, "metadata": shipment.reference,
        "messages": if rates.is_empty() { nobody } else { json!([]) }, "rates": rates, "test": true,
    })))
}

/// What a parcel weighs. Numbers are texts or numbers.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // of a number that is between
fn grams(parcel: &Value) -> Option<u32> {
    let weight = parcel["weight"].as_f64().or_else(|| parcel["weight"].as_str()?.parse().ok())?;
    let of_unit = match parcel["mass_unit"].as_str()? {
        "g" => 1.0,
        "kg" => 1_000.0,
        "oz" => 28.349_523_125,
        "lb" => 453.592_37,
        _ => return None,
    };
    let grams = (weight * of_unit).round();
    (1.0..1e9).contains(&grams).then_some(grams as u32)
}

fn rate(id: &str, tariff: tariff::Tariff, shipment: &Shipment) -> Value {
    let price = domain::money::decimal(tariff.price(shipment.weight_g), 2);
    json!({
        "object_id": id, "object_created": shipment.since, "object_owner": OWNER, "shipment": shipment.id, "amount": price,
        "currency": tariff.currency(), "amount_local": price, "currency_local": tariff.currency(), "attributes": [],
        "carrier_account": "078870331023437cb917f5187429b093", "provider": tariff.carrier_name,
        "provider_image_75": "", "provider_image_200": "", "messages": [], "zone": "1", "test": true,
        "estimated_days": tariff.days, "duration_terms": "", "arrives_by": null,
        "servicelevel": { "name": tariff.level_name, "token": tariff.level, "terms": "", "extended_token": tariff.level },
    })
}

fn purchase(depot: &Depot, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
    admit(depot, headers)?;
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let (rate, note) = (asked["rate"].as_str().unwrap_or_default(), asked["metadata"].as_str().unwrap_or_default());
    if note.chars().count() > 100 {
        return Err(error("metadata", "Ensure this field has no more than 100 characters."));
    }
    let has =
        |shipment: &Shipment| shipment.service == Service::Shippo && shipment.offers.iter().any(|(id, _)| id == rate);
    let shipment = depot.counter.shipment(has).ok_or_else(|| error("rate", "Rate does not exist."))?;
    let (_, tariff) =
        shipment.offers.iter().find(|(id, _)| id == rate).ok_or_else(|| error("rate", "Rate is gone."))?;
    let order = Order {
        service: Service::Shippo,
        id: hex(32),
        reference: note,
        shipment: &shipment.id,
        offer: rate,
        tariff: *tariff,
        weight_g: shipment.weight_g,
    };
    let sale = depot.counter.sell(order, depot.clock.now(), |_| false).unwrap_or_else(|first| *first);
    if !sale.has_failed {
        depot.sell(Service::Shippo, tariff.carrier, &sale.label.tracking_number);
        if let Some(status) = depot.counter.lost(Service::Shippo) {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return Err((status, Json(json!({ "detail": "The answer is lost because somebody wants it to be." }))));
        }
    }
    Ok(Json(transaction(&sale, &wall::origin(uri, headers))))
}

async fn list(
    State(depot): State<Arc<Depot>>,
    Query(query): Query<BTreeMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    admit(&depot, &headers)?;
    let origin = wall::origin(&uri, &headers);
    let is_wanted =
        |sale: &Sale| sale.label.service == Service::Shippo && query.get("rate").is_none_or(|rate| *rate == sale.offer);
    let most = query.get("results").and_then(|most| most.parse().ok()).unwrap_or(25);
    let mut found = depot.counter.sales(is_wanted);
    found.reverse();
    let next = (found.len() > most).then(|| format!("{origin}/transactions?page=2"));
    let shown: Vec<Value> = found.iter().take(most).map(|sale| transaction(sale, &origin)).collect();
    Ok(Json(json!({ "next": next, "previous": null, "results": shown })))
}

async fn show(State(depot): State<Arc<Depot>>, Path(id): Path<String>, uri: Uri, headers: HeaderMap) -> Answer {
    admit(&depot, &headers)?;
    Ok(Json(transaction(&known(&depot, &id)?, &wall::origin(&uri, &headers))))
}

fn known(depot: &Depot, id: &str) -> Result<Sale, (StatusCode, Json<Value>)> {
    let is_it = |sale: &Sale| sale.label.service == Service::Shippo && sale.label.id == id;
    depot.counter.sale(is_it).ok_or_else(|| (StatusCode::NOT_FOUND, Json(json!({ "detail": "Not found." }))))
}

fn transaction(sale: &Sale, origin: &str) -> Value {
    let label = &sale.label;
    let common = json!({
        "object_id": label.id, "object_state": "VALID", "object_owner": OWNER, "object_created": label.at,
        "created_by": { "first_name": "Shop", "last_name": "Owner", "username": OWNER },
        "object_updated": label.at, "test": true, "rate": sale.offer, "parcel": hex(32), "metadata": label.reference,
        "label_file_type": "PDF_4x6", "eta": null, "tracking_status": "UNKNOWN", "commercial_invoice_url": null, "qr_code_url": null,
    });
    let own = if sale.has_failed {
        let why =
            json!([{ "source": sale.tariff.carrier_name, "code": "", "text": "The carrier does not deliver there." }]);
        json!({ "status": "ERROR", "tracking_number": "", "tracking_url_provider": "", "label_url": "", "messages": why })
    } else {
        json!({
            "status": if label.voided { "REFUNDPENDING" } else { "SUCCESS" }, "tracking_number": label.tracking_number,
            "tracking_url_provider": format!("https://tracking.example/{}", label.tracking_number),
            "label_url": wall::url(origin, label), "messages": [],
        })
    };
    let (Value::Object(mut all), Value::Object(own)) = (common, own) else { return Value::Null };
    all.extend(own);
    Value::Object(all)
}

fn give_back(depot: &Depot, headers: &HeaderMap, body: &[u8]) -> Answer {
    admit(depot, headers)?;
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let id = asked["transaction"].as_str().unwrap_or_default();
    let sale = known(depot, id).map_err(|_| error("transaction", "Transaction does not exist."))?;
    if sale.has_failed || sale.label.voided {
        return Err(error("transaction", "This transaction cannot be refunded."));
    }
    let is_used = depot.is_on_its_way(&sale.label.tracking_number);
    if !is_used {
        depot.counter.void(Service::Shippo, id);
    }
    let now = depot.clock.now();
    Ok(Json(json!({
        "object_id": hex(32), "object_owner": OWNER, "object_created": now, "object_updated": now,
        "status": if is_used { "ERROR" } else { "QUEUED" }, "transaction": id, "test": true,
    })))
}
