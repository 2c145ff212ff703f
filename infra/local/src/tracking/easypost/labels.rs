//! EasyPost's shipments and their labels: <https://docs.easypost.com/docs/shipments>.

use super::{Answer, admit, error, object as tracker_object, second};
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
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn router(depot: Arc<Depot>) -> Router {
    Router::new()
        .route("/v2/shipments", post(create))
        .route("/v2/shipments/{id}", get(retrieve))
        .route("/v2/shipments/{id}/buy", post(buy))
        .route("/v2/shipments/{id}/refund", post(refund))
        .with_state(depot)
}

async fn create(State(depot): State<Arc<Depot>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let made = make(&depot, &uri, &headers, &body);
    made.map(|shipment| (StatusCode::CREATED, shipment)).into_response()
}

fn make(depot: &Depot, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
    admit(depot, headers)?;
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let asked = &body["shipment"];
    for field in ["from_address", "to_address", "parcel"] {
        if !asked[field].is_object() {
            let missing = json!([{ "field": field, "message": "cannot be blank" }]);
            return Err(error(422, "PARAMETER.REQUIRED", "Missing required parameter.", &missing));
        }
    }
    let Some(weight_g) = grams(&asked["parcel"]["weight"]) else {
        return Err(error(422, "PARCEL.WEIGHT.INVALID", "Invalid weight.", &json!(["weight must be greater than 0"])));
    };
    if asked["to_address"]["zip"].as_str().is_none_or(str::is_empty) {
        return Err(error(
            422,
            "SHIPMENT.INVALID_PARAMS",
            "Unable to create shipment, one or more parameters were invalid.",
            &json!([]),
        ));
    }
    let shipment = depot.counter.offer(Shipment {
        service: Service::EasyPost,
        id: format!("shp_{}", hex(32)),
        reference: asked["reference"].as_str().unwrap_or_default().to_owned(),
        weight_g,
        offers: counter::named("rate_", tariff::for_parcel(Service::EasyPost, weight_g)),
        since: depot.clock.now(),
    });
    Ok(Json(object(depot, &shipment, &wall::origin(uri, headers))))
}

/// Of ounces.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // of a number that is between
fn grams(ounces: &Value) -> Option<u32> {
    let grams = (ounces.as_f64()? * 28.349_523_125).round();
    (1.0..1e9).contains(&grams).then_some(grams as u32)
}

async fn retrieve(State(depot): State<Arc<Depot>>, Path(id): Path<String>, uri: Uri, headers: HeaderMap) -> Answer {
    admit(&depot, &headers)?;
    Ok(Json(object(&depot, &known(&depot, &id)?, &wall::origin(&uri, &headers))))
}

async fn buy(
    State(depot): State<Arc<Depot>>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    admit(&depot, &headers)?;
    let shipment = known(&depot, &id)?;
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let rate = asked["rate"]["id"].as_str().unwrap_or_default();
    let Some((_, tariff)) = shipment.offers.iter().find(|(own, _)| own == rate) else {
        return Err(error(422, "SHIPMENT.RATE.INVALID", "The rate is not one of this shipment's.", &json!([])));
    };
    let order = Order {
        service: Service::EasyPost,
        id: shipment.id.clone(),
        reference: &shipment.reference,
        shipment: &shipment.id,
        offer: rate,
        tariff: *tariff,
        weight_g: shipment.weight_g,
    };
    let sold = depot.counter.sell(order, depot.clock.now(), |sale| sale.shipment == shipment.id && !sale.has_failed);
    let sale = sold
        .map_err(|_| error(422, "SHIPMENT.POSTAGE.EXISTS", "Postage already exists for this shipment.", &json!([])))?;
    if sale.has_failed {
        let why = json!(["The carrier does not deliver there."]);
        return Err(error(422, "SHIPMENT.POSTAGE.FAILURE", "Unable to buy postage.", &why));
    }
    depot.sell(Service::EasyPost, tariff.carrier, &sale.label.tracking_number);
    if let Some(status) = depot.counter.lost(Service::EasyPost) {
        return Err(error(
            status,
            "INTERNAL_SERVER_ERROR",
            "The answer is lost because somebody wants it to be.",
            &json!([]),
        ));
    }
    Ok(Json(object(&depot, &shipment, &wall::origin(&uri, &headers))))
}

async fn refund(State(depot): State<Arc<Depot>>, Path(id): Path<String>, uri: Uri, headers: HeaderMap) -> Answer {
    admit(&depot, &headers)?;
    let shipment = known(&depot, &id)?;
    let Some(sale) = sale_of(&depot, &shipment) else {
        return Err(error(422, "SHIPMENT.REFUND.INVALID", "No label was bought for this shipment.", &json!([])));
    };
    if sale.label.voided {
        return Err(error(422, "SHIPMENT.REFUND.EXISTS", "A refund was requested already.", &json!([])));
    }
    let mut answer = object(&depot, &shipment, &wall::origin(&uri, &headers));
    if depot.is_on_its_way(&sale.label.tracking_number) {
        answer["refund_status"] = "rejected".into();
    } else {
        depot.counter.void(Service::EasyPost, &sale.label.id);
        answer["refund_status"] = "submitted".into();
    }
    Ok(Json(answer))
}

fn known(depot: &Depot, id: &str) -> Result<Shipment, (StatusCode, Json<Value>)> {
    let is_it = |own: &Shipment| own.service == Service::EasyPost && own.id == id;
    let unknown = || error(404, "NOT_FOUND", "The requested resource could not be found.", &json!([]));
    depot.counter.shipment(is_it).ok_or_else(unknown)
}

fn sale_of(depot: &Depot, shipment: &Shipment) -> Option<Sale> {
    depot.counter.sale(|sale| sale.shipment == shipment.id && !sale.has_failed)
}

fn object(depot: &Depot, shipment: &Shipment, origin: &str) -> Value {
    let since = second(shipment.since);
    let rate = |(id, tariff): &(String, tariff::Tariff)| {
        let price = domain::money::decimal(tariff.price(shipment.weight_g), 2);
        json!({
            "id": id, "object": "Rate", "created_at": since, "updated_at": since, "mode": "test", "service": tariff.level,
            "carrier": tariff.carrier, "rate": price, "currency": tariff.currency(), "retail_rate": null, "list_rate": price,
            "billing_type": "easypost", "delivery_days": tariff.days, "delivery_date": null,
            "delivery_date_guaranteed": false, "est_delivery_days": tariff.days, "shipment_id": shipment.id,
            "carrier_account_id": format!("ca_{}", tariff.carrier.to_lowercase()),
        })
    };
    let rates: Vec<Value> = shipment.offers.iter().map(rate).collect();
    let nobody = if rates.is_empty() {
        json!([{ "carrier": "UPS", "type": "rate_error", "message": "The parcel is too heavy." }])
    } else {
        json!([])
    };
    let sale = sale_of(depot, shipment);
    let taken = sale.as_ref().and_then(|sale| rates.iter().find(|rate| rate["id"] == sale.offer));
    let label = sale.as_ref().map(|sale| {
        let at = second(sale.label.at);
        json!({
            "object": "PostageLabel", "id": format!("pl_{}", &shipment.id[4..]), "created_at": at, "updated_at": at,
            "date_advance": 0, "integrated_form": "none", "label_date": at, "label_resolution": 300, "label_size": "4x6",
            "label_type": "default", "label_file_type": "application/pdf",
            "label_url": wall::url(origin, &sale.label), "label_pdf_url": null, "label_zpl_url": null,
        })
    });
    let number = sale.as_ref().map(|sale| sale.label.tracking_number.as_str());
    let tracker = number.and_then(|number| depot.find(Service::EasyPost, |own| own.number == number));
    let tracker = tracker.map(|own| tracker_object(&own, &depot.history(&own.number), depot.clock.now()));
    json!({
        "id": shipment.id, "object": "Shipment", "mode": "test", "created_at": since, "updated_at": since, "is_return": false,
        "messages": nobody, "reference": shipment.reference, "status": "unknown", "tracking_code": number, "rates": rates,
        "refund_status": sale.as_ref().filter(|sale| sale.label.voided).map(|_| "submitted"), "selected_rate": taken,
        "postage_label": label, "tracker": tracker, "fees": [], "forms": [], "scan_form": null,
    })
}
