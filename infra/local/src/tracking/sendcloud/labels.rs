//! Sendcloud's options, the shipments that are announced with them, and their labels: <https://sendcloud.dev/api/v3/shipments>.

use crate::{
    outside::uuid_of,
    tracking::{
        counter::{Order, Sale},
        depot::Depot,
        service::Service,
        tariff::{self, Tariff},
        wall,
    },
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use data_encoding::BASE64;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

type Answer = Result<(StatusCode, Json<Value>), (StatusCode, Json<Value>)>;

pub(in crate::tracking) fn router(depot: Arc<Depot>) -> Router {
    Router::new()
        .route("/api/v3/shipping-options", post(options))
        .route("/api/v3/shipments/announce", post(announce))
        .route("/api/v3/shipments", get(list))
        .route("/api/v3/shipments/{id}", get(show))
        .route("/api/v3/shipments/{id}/cancel", post(cancel))
        .route("/api/v3/parcels/{id}/documents/label", get(label))
        .with_state(depot)
}

/// The public key and the secret one are user and password.
fn admit(depot: &Depot, headers: &HeaderMap) -> Result<(), (StatusCode, Json<Value>)> {
    if let Some(status) = depot.failure(Service::Sendcloud) {
        return Err(error(status, "invalid", "It fails because somebody wants it to.", ""));
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let keys = given.strip_prefix("Basic ").and_then(|keys| BASE64.decode(keys.as_bytes()).ok()).unwrap_or_default();
    match String::from_utf8_lossy(&keys).split_once(':') {
        Some((public, secret)) if !public.is_empty() && !secret.is_empty() => Ok(()),
        _ => Err(error(401, "authentication_failed", "Invalid username/password.", "")),
    }
}

fn error(status: u16, code: &str, detail: &str, pointer: &str) -> (StatusCode, Json<Value>) {
    let mut error = json!({ "status": status.to_string(), "code": code, "detail": detail });
    if !pointer.is_empty() {
        error["source"] = json!({ "pointer": pointer });
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(json!({ "errors": [error] })))
}

fn required(pointer: &str) -> (StatusCode, Json<Value>) {
    error(400, "required", "This field is required.", pointer)
}

/// In kilograms or grams.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // of a number that is between
fn grams(weight: &Value) -> Option<u32> {
    let value = weight["value"].as_f64().or_else(|| weight["value"].as_str()?.parse().ok())?;
    let of_unit = match weight["unit"].as_str()? {
        "kg" => 1_000.0,
        "g" => 1.0,
        _ => return None,
    };
    let grams = (value * of_unit).round();
    (1.0..1e9).contains(&grams).then_some(grams as u32)
}

async fn options(State(depot): State<Arc<Depot>>, headers: HeaderMap, body: Bytes) -> Answer {
    admit(&depot, &headers)?;
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let weight_g = grams(&asked["parcels"][0]["weight"]).ok_or_else(|| required("/parcels/0/weight"))?;
    if asked["to_address"]["postal_code"].as_str().is_none_or(str::is_empty) {
        return Err(required("/to_address/postal_code"));
    }
    let shown = |code: &str, carrier: &str, name: &str, last_mile: &str, quotes: Value| {
        json!({
            "code": code, "name": name, "carrier": { "code": carrier, "name": carrier }, "product": { "code": code, "name": name },
            "functionalities": { "tracked": true, "returns": false, "last_mile": last_mile }, "contract": null, "quotes": quotes,
        })
    };
    let quote = |value: String, currency: &str, days: u16| {
        let total = json!({ "value": value, "currency": currency });
        let part = json!({ "type": "price_without_insurance", "label": "Label", "price": total });
        json!([{ "price": { "breakdown": [part], "total": total }, "lead_time": days * 24 }])
    };
    let own = tariff::for_parcel(Service::Sendcloud, weight_g).map(|tariff| {
        let price = domain::money::decimal(tariff.price(weight_g), 2);
        let quotes =
            if asked["calculate_quotes"] == true { quote(price, tariff.currency(), tariff.days) } else { Value::Null };
        shown(tariff.level, tariff.carrier, tariff.level_name, "home_delivery", quotes)
    });
    let mut all: Vec<Value> = own.collect();
    // What nobody must take by itself: the letter for tests, which is free, and delivery to a place that nobody has chosen.
    all.push(shown(
        "sendcloud:letter",
        "sendcloud",
        "Unstamped letter",
        "home_delivery",
        quote("0.00".to_owned(), "EUR", 1),
    ));
    all.push(shown("dhl_de:point", "dhl_de", "DHL point", "service_point", quote("0.99".to_owned(), "EUR", 1)));
    Ok((StatusCode::OK, Json(json!({ "data": all, "message": null }))))
}

async fn announce(State(depot): State<Arc<Depot>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Answer {
    admit(&depot, &headers)?;
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    for side in ["from_address", "to_address"] {
        for field in ["name", "address_line_1", "postal_code", "city", "country_code"] {
            if asked[side][field].as_str().is_none_or(str::is_empty) {
                return Err(required(&format!("/{side}/{field}")));
            }
        }
    }
    let weight_g = grams(&asked["parcels"][0]["weight"]).ok_or_else(|| required("/parcels/0/weight"))?;
    let code = asked["ship_with"]["properties"]["shipping_option_code"].as_str().unwrap_or_default();
    let option = tariff::for_parcel(Service::Sendcloud, weight_g).find(|tariff| tariff.level == code);
    let pointer = "/ship_with/properties/shipping_option_code";
    let option: Tariff =
        option.ok_or_else(|| error(400, "invalid", "This option cannot carry the parcel.", pointer))?;
    let reference = asked["external_reference_id"].as_str().unwrap_or_default();
    let order = Order {
        service: Service::Sendcloud,
        id: uuid_of(&fastrand::u128(..).to_be_bytes()),
        reference,
        shipment: "",
        offer: code,
        tariff: option,
        weight_g,
    };
    let is_same = |sale: &Sale| {
        sale.label.service == Service::Sendcloud && !reference.is_empty() && sale.label.reference == reference
    };
    let origin = wall::origin(&uri, &headers);
    let sale = match depot.counter.sell(order, depot.clock.now(), is_same) {
        Ok(sale) => sale,
        Err(first) => return Err((StatusCode::CONFLICT, Json(json!({ "data": shipment(&first, &origin) })))),
    };
    if !sale.has_failed {
        depot.sell(Service::Sendcloud, option.carrier, &sale.label.tracking_number);
        if let Some(status) = depot.counter.lost(Service::Sendcloud) {
            return Err(error(status, "invalid", "The answer is lost because somebody wants it to be.", ""));
        }
    }
    Ok((StatusCode::CREATED, Json(json!({ "data": shipment(&sale, &origin) }))))
}

fn shipment(sale: &Sale, origin: &str) -> Value {
    let label = &sale.label;
    let (code, message) = match (sale.has_failed, label.voided) {
        (true, _) => ("ANNOUNCEMENT_FAILED", "Announcement Failed"),
        (false, true) => ("CANCELLED", "Cancelled"),
        (false, false) => ("READY_TO_SEND", "Ready to send"),
    };
    let id = parcel(sale);
    let paper = format!("{origin}/api/v3/parcels/{id}/documents/label");
    let documents = json!([{ "type": "label", "size": "a6", "link": paper }]);
    let error = json!({ "status": "500", "code": "parcel_announcement_error", "detail": "The carrier does not deliver there." });
    json!({
        "id": label.id, "external_reference_id": label.reference, "customs_information": null,
        "label_details": { "mime_type": "application/pdf", "dpi": 72 },
        "parcels": [{
            "id": id, "status": { "code": code, "message": message }, "tracking_number": label.tracking_number,
            "documents": if sale.has_failed { Value::Null } else { documents },
            "tracking_url": format!("https://tracking.example/{}", label.tracking_number), "created_at": label.at,
            "updated_at": label.at, "announced_at": label.at,
        }],
        "ship_with": { "type": "shipping_option_code", "properties": { "shipping_option_code": sale.offer, "contract_id": null } },
        "carrier": { "code": label.carrier, "name": sale.tariff.carrier_name },
        "errors": if sale.has_failed { json!([error]) } else { json!([]) },
    })
}

/// The number of a shipment's parcel.
fn parcel(sale: &Sale) -> u32 {
    crc32fast::hash(sale.label.id.as_bytes())
}

async fn list(
    State(depot): State<Arc<Depot>>,
    Query(query): Query<BTreeMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    admit(&depot, &headers)?;
    let origin = wall::origin(&uri, &headers);
    let reference = query.get("external_reference_id");
    let is_wanted = |sale: &Sale| {
        sale.label.service == Service::Sendcloud && reference.is_none_or(|wanted| *wanted == sale.label.reference)
    };
    let found: Vec<Value> = depot.counter.sales(is_wanted).iter().map(|sale| shipment(sale, &origin)).collect();
    Ok((StatusCode::OK, Json(json!({ "data": found }))))
}

async fn show(State(depot): State<Arc<Depot>>, Path(id): Path<String>, uri: Uri, headers: HeaderMap) -> Answer {
    admit(&depot, &headers)?;
    let sale = known(&depot, |sale| sale.label.id == id)?;
    Ok((StatusCode::OK, Json(json!({ "data": shipment(&sale, &wall::origin(&uri, &headers)) }))))
}

async fn cancel(State(depot): State<Arc<Depot>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    admit(&depot, &headers)?;
    let sale = known(&depot, |sale| sale.label.id == id)?;
    if sale.has_failed || sale.label.voided || depot.is_on_its_way(&sale.label.tracking_number) {
        return Err(error(409, "invalid", "This shipment cannot be cancelled any more.", ""));
    }
    depot.counter.void(Service::Sendcloud, &id);
    let cancelled = json!({ "status": "cancelled", "message": "Shipment has been cancelled" });
    Ok((StatusCode::OK, Json(json!({ "data": cancelled }))))
}

async fn label(State(depot): State<Arc<Depot>>, Path(id): Path<u32>, headers: HeaderMap) -> Response {
    if let Err(refused) = admit(&depot, &headers) {
        return refused.into_response();
    }
    known(&depot, |sale| parcel(sale) == id && !sale.has_failed).map(|sale| wall::paper_of(&sale)).into_response()
}

fn known(depot: &Depot, is_it: impl Fn(&Sale) -> bool) -> Result<Sale, (StatusCode, Json<Value>)> {
    let found = depot.counter.sale(|sale| sale.label.service == Service::Sendcloud && is_it(sale));
    found.ok_or_else(|| error(404, "not_found", "Not found", ""))
}
