//! What the tests of all services use.

use crate::{Client, Followed, Offers, Party, Purchase, Purchased, Seller, Service, Shipment, Voided, Wanted};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use domain::{
    fulfillment::{Bought, Offer, Offered},
    placed_order::Address,
};
use jiff::Timestamp;
use runtime::{Aws, Clock, Secret};
use serde_json::Value;
use std::sync::{Arc, Mutex};

pub(crate) fn now() -> Timestamp {
    "2026-11-30T12:00:00Z".parse().unwrap()
}

/// A recorded body.
macro_rules! payload {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/payloads/", $name, ".json"))
    };
}
pub(crate) use payload;

/// A request that an API received.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Value,
}

pub(crate) type Calls = Arc<Mutex<Vec<Seen>>>;

/// A client of an API that answers each request, and the requests that it received.
pub(crate) async fn asking(
    service: Service,
    answer: impl Fn(&Seen) -> (u16, Value) + Clone + Send + Sync + 'static,
) -> (Client, Calls) {
    let (url, calls) = serving(move |seen| in_text(answer(seen))).await;
    (client(service, &url), calls)
}

/// A seller of labels whose API answers each request, and the requests that it received.
pub(crate) async fn selling(
    service: Service,
    answer: impl Fn(&Seen) -> (u16, Value) + Clone + Send + Sync + 'static,
) -> (Seller, Calls) {
    let (url, calls) = serving(move |seen| in_text(answer(seen))).await;
    (seller(service, &url), calls)
}

fn in_text((status, body): (u16, Value)) -> (u16, String) {
    (status, body.to_string())
}

/// The address of an API that answers each request, and the requests that it received.
pub(crate) async fn serving(
    answer: impl Fn(&Seen) -> (u16, String) + Clone + Send + Sync + 'static,
) -> (String, Calls) {
    let calls = Calls::default();
    let take = async move |State(calls): State<Calls>, method, uri: Uri, headers, bytes: Bytes| {
        let seen = Seen { method, uri, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() };
        let (status, body) = answer(&seen);
        calls.lock().unwrap().push(seen);
        (StatusCode::from_u16(status).unwrap(), body)
    };
    let router = Router::new().fallback(take).with_state(calls.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, calls)
}

pub(crate) fn client(service: Service, url: &str) -> Client {
    let key = Secret::fixed("KEY", "k3y");
    Client::new(service, &Aws::beside(url), &Clock::new(now), url, key).unwrap()
}

pub(crate) fn parcel<'a>(carrier: &'a str, number: &'a str) -> Wanted<'a> {
    Wanted { carrier, number, postal_code: Some("29401") }
}

/// What is wrong outside.
pub(crate) fn outside(followed: Result<Followed, app::Error>) -> String {
    match followed {
        Err(app::Error::Outside(why)) => why,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn refused(followed: Result<Followed, app::Error>) -> String {
    match followed {
        Ok(Followed::Not(why)) => why,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn seller(service: Service, url: &str) -> Seller {
    let key = Secret::fixed("KEY", if service == Service::Sendcloud { "public:secret" } else { "k3y" });
    Seller::new(service, &Aws::beside(url), &Clock::new(now), url, key).unwrap()
}

pub(crate) fn address(value: Value) -> Address {
    serde_json::from_value(value).unwrap()
}

/// The addresses of a parcel: the shop's and the customer's.
pub(crate) fn addresses() -> [Address; 2] {
    [
        address(serde_json::json!({
            "name": "Warehouse", "company": "Shop Inc.", "line1": "1092 Indian Summer Ct", "city": "San Jose", "postal_code": "95122",
            "region": "CA", "country": "US",
        })),
        address(serde_json::json!({
            "name": "Ada Buyer", "line1": "965 Mission St", "line2": "Apt 3", "city": "San Francisco", "postal_code": "94103",
            "region": "CA", "country": "US",
        })),
    ]
}

pub(crate) fn shipment(addresses: &[Address; 2]) -> Shipment<'_> {
    let [from, to] = addresses.each_ref().map(|address| Party { address, email: None, phone: Some("+14155550100") });
    let to = Party { email: Some("ada@example.com"), phone: None, ..to };
    Shipment { reference: "ord_1-ful_1-lbl_1", from, to, weight_g: 1_320, dimensions_mm: [200, 150, 51] }
}

/// An offer that is taken.
pub(crate) fn taken(shipment: &str, id: &str, carrier: &str) -> Offered {
    let taken = Offer {
        id: id.to_owned(),
        carrier: carrier.to_owned(),
        service: "Priority".to_owned(),
        price: 742,
        currency: "USD".parse().unwrap(),
        days: Some(2),
    };
    Offered { shipment: shipment.to_owned(), taken, others: vec![] }
}

pub(crate) async fn offers(seller: &Seller) -> Result<Offers, app::Error> {
    seller.offers(&shipment(&addresses())).await
}

pub(crate) async fn buy(seller: &Seller, offered: &Offered) -> Result<Purchased, app::Error> {
    seller.buy(&Purchase { shipment: &shipment(&addresses()), offered }).await
}

pub(crate) async fn find(seller: &Seller, offered: &Offered) -> Result<Option<Purchased>, app::Error> {
    seller.find(shipment(&addresses()).reference, offered).await
}

/// What was bought, and what its service calls it.
pub(crate) fn bought(purchased: Purchased) -> (String, Bought) {
    match purchased {
        Purchased::Bought { id, bought } => (id, bought),
        other => panic!("{other:?}"),
    }
}

/// What became of a purchase in a word, and what is said of it.
pub(crate) fn outcome(purchased: Result<Purchased, app::Error>) -> (&'static str, String) {
    match purchased {
        Ok(Purchased::Bought { bought, .. }) => {
            ("bought", bought.tracking_number.map_or_else(|| "no number".to_owned(), |number| number.to_string()))
        }
        Ok(Purchased::Refused(why)) => ("refused", why),
        Ok(Purchased::UnderWay(why)) => ("under way", why),
        Err(app::Error::Outside(why)) => ("unknown", why),
        Err(other) => panic!("{other:?}"),
    }
}

/// The same of a label that is to go back.
pub(crate) fn way_back(voided: Result<Voided, app::Error>) -> (&'static str, String) {
    match voided {
        Ok(Voided::Accepted) => ("accepted", String::new()),
        Ok(Voided::Refused(why)) => ("refused", why),
        Err(app::Error::Outside(why)) => ("unknown", why),
        Err(other) => panic!("{other:?}"),
    }
}

/// The same of offers.
pub(crate) fn offered(offers: Result<Offers, app::Error>) -> (&'static str, String) {
    match offers {
        Ok(Offers::Made { shipment, offers }) => ("made", format!("{shipment} {}", offers.len())),
        Ok(Offers::Refused(why)) => ("refused", why),
        Err(app::Error::Outside(why)) => ("unknown", why),
        Err(other) => panic!("{other:?}"),
    }
}
