//! Ordinary steps of customers, warehouse people and the payment provider.

use crate::world::{World, eventually};
use orderly_local::seed::{MAIN, PRODUCTS};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A customer whose data must not appear in log lines or messages.
pub const CUSTOMER: &str = "Wilhelmina Quarrington";
pub const EMAIL: &str = "wilhelmina.q@example.net";
pub const PHONE: &str = "+49 30 5550199";
pub const STREET: &str = "Lindenallee 47b";
pub const CITY: &str = "Bad Freienwalde";

/// An accepted order.
#[derive(Debug, Clone)]
pub struct Placed {
    pub id: String,
    pub total: i64,
}

/// A valid order of the demo shop's products.
pub fn order(reference: &str, lines: &[(&str, i64)]) -> Value {
    let product = |sku: &str| PRODUCTS.iter().find(|product| product.sku == sku).unwrap();
    let line = |&(sku, quantity): &(&str, i64)| {
        let product = product(sku);
        let tax = (product.price * quantity * 19 + 59) / 119;
        let (title, price) = (product.title, product.price);
        json!({
            "sku": sku, "title": title, "quantity": quantity, "unit_price": price, "tax": tax, "tax_rate": 1900,
        })
    };
    let goods: i64 = lines.iter().map(|&(sku, quantity)| product(sku).price * quantity).sum();
    json!({
        "reference": reference,
        "currency": "EUR",
        "customer": { "name": CUSTOMER, "email": EMAIL, "phone": PHONE },
        "shipping_address": {
            "name": CUSTOMER, "line1": STREET, "city": CITY, "postal_code": "16259", "country": "DE",
        },
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "shipping": { "method": "Standard", "price": 490, "tax": 78, "tax_rate": 1900 },
        "tax_included": true,
        "total": goods + 490,
    })
}

impl World {
    pub async fn place(&self, reference: &str, lines: &[(&str, i64)]) -> Placed {
        let accepted = self.storefront.post("/orders", &order(reference, lines)).await.unwrap();
        Placed { id: accepted["id"].as_str().unwrap().to_owned(), total: accepted["total"].as_i64().unwrap() }
    }

    /// Pays the whole order as the customer, and delivers the provider's webhook.
    pub async fn pay(&self, order: &Placed) {
        let webhook = self.stack.stripe().pay(&order.id, order.total, "EUR").unwrap();
        assert_eq!(self.stack.stripe().deliver(&webhook).await.unwrap(), StatusCode::OK);
    }

    /// An order that the warehouse is working on.
    pub async fn place_and_pay(&self, reference: &str, lines: &[(&str, i64)]) -> Placed {
        let order = self.place(reference, lines).await;
        self.pay(&order).await;
        self.until_settled().await;
        order
    }

    pub async fn read(&self, order: &Placed) -> Value {
        self.operator.get(&format!("/orders/{}", order.id)).await.unwrap()
    }

    /// Waits until `check` accepts the order.
    pub async fn until(&self, order: &Placed, what: &str, check: impl Fn(&Value) -> bool) -> Value {
        eventually(what, async || Some(self.read(order).await).filter(|order| check(order))).await
    }

    pub async fn fulfillment(&self, order: &Placed, id: &str) -> Value {
        self.warehouse.get(&format!("/orders/{}/fulfillments/{id}", order.id)).await.unwrap()
    }

    pub async fn warehouse_does(&self, order: &Placed, id: &str, what: &str, body: &Value) -> Value {
        self.warehouse.post(&format!("/orders/{}/fulfillments/{id}/{what}", order.id), body).await.unwrap()
    }

    /// Picks all of a fulfillment.
    pub async fn pick(&self, order: &Placed, id: &str) {
        let picklist = self.fulfillment(order, id).await["picklist"].clone();
        let pick = |line: &Value| json!({ "line": line["line"], "picked": line["quantity"] });
        let picks: Vec<Value> = picklist.as_array().unwrap().iter().map(pick).collect();
        self.warehouse_does(order, id, "picks", &json!({ "picks": picks })).await;
    }

    /// Packs everything that was picked into one parcel, and hands it to a carrier.
    pub async fn pack_and_hand_over(&self, order: &Placed, id: &str) {
        let picklist = self.fulfillment(order, id).await["picklist"].clone();
        let packed = picklist.as_array().unwrap().iter().filter(|line| line["picked"] != 0);
        let contents: Vec<Value> =
            packed.map(|line| json!({ "line": line["line"], "quantity": line["picked"] })).collect();
        let packed = self.warehouse_does(order, id, "parcels", &json!({ "contents": contents, "weight_g": 900 })).await;
        let parcel = packed["parcels"][0]["id"].clone();
        let leaving = json!([{ "parcel": parcel, "carrier": "DHL", "tracking_number": "00340434161094042557" }]);
        self.warehouse_does(order, id, "hand-over", &json!({ "parcels": leaving })).await;
    }

    pub async fn ship(&self, order: &Placed, id: &str) {
        self.pick(order, id).await;
        self.pack_and_hand_over(order, id).await;
    }

    pub async fn deliver(&self, order: &Placed, id: &str) {
        let fulfillment = self.fulfillment(order, id).await;
        for parcel in fulfillment["parcels"].as_array().unwrap() {
            let parcel = parcel["id"].as_str().unwrap();
            self.warehouse_does(order, id, &format!("parcels/{parcel}/delivered"), &json!({})).await;
        }
    }

    /// Requests a return of units of a line, and lets it arrive at the warehouse. Yields the return's id.
    pub async fn send_back(&self, order: &Placed, line: i64, quantity: i64) -> String {
        let wanted = json!({ "lines": [{ "line": line, "quantity": quantity, "reason": "unwanted" }] });
        let asked = self.storefront.post(&format!("/orders/{}/returns", order.id), &wanted).await.unwrap();
        let id = asked["id"].as_str().unwrap().to_owned();
        let path = format!("/orders/{}/returns/{id}", order.id);
        self.operator.post(&format!("{path}/approve"), &json!({})).await.unwrap();
        let received = json!({ "location": MAIN, "lines": [{ "line": line, "received": quantity }] });
        self.warehouse.post(&format!("{path}/receive"), &received).await.unwrap();
        id
    }

    /// The warehouse inspects a return. Yields it as an operator sees it.
    pub async fn inspect(&self, order: &Placed, id: &str, line: i64, units: &[(i64, &str)]) -> Value {
        let found = |(quantity, disposition): &(i64, &str)| json!({ "line": line, "quantity": quantity, "disposition": disposition });
        let found = json!({ "lines": units.iter().map(found).collect::<Vec<_>>() });
        self.warehouse.post(&format!("/orders/{}/returns/{id}/inspect", order.id), &found).await.unwrap();
        self.returned(order, id).await
    }

    /// A return, as an operator sees it.
    pub async fn returned(&self, order: &Placed, id: &str) -> Value {
        let read = self.read(order).await;
        read["returns"].as_array().unwrap().iter().find(|returned| returned["id"] == id).unwrap().clone()
    }

    /// One bucket of a SKU at a location.
    pub async fn bucket(&self, sku: &str, location: &str, bucket: &str) -> i64 {
        let stock = self.operator.get(&format!("/stock/{sku}")).await.unwrap();
        let levels = stock["locations"].as_array().unwrap();
        levels.iter().find(|level| level["location"] == location).unwrap()[bucket].as_i64().unwrap()
    }
}

fn is_about_mail(entry: &Value) -> bool {
    entry["what"].as_str().is_some_and(|what| what.starts_with("email"))
}

/// The events of a part of the order (`order`, `fulfillment 01`), without its e-mails, which come at any time.
pub fn happened(order: &Value, about: &str) -> Vec<String> {
    let entries = order["timeline"].as_array().unwrap().iter();
    let entries = entries.filter(|entry| entry["about"] == about && !is_about_mail(entry));
    entries.map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
}
