//! `cargo run -- demo`: plays the whole life of an order on a running stack, through its public addresses only.

mod mails;
mod providers;
mod scene;
mod stage;

use serde_json::{Value, json};

pub use self::{
    mails::keep_mails,
    scene::{DemoError, Keys, Scene},
    stage::Stage,
};
use crate::{
    payments::Provider,
    seed::{MAIN, PRODUCTS, Product},
};

/// The recipient of the demo's e-mails.
const CUSTOMER: &str = "Ada Lovelace";

/// What is ordered: product and quantity.
const LINES: [(Product, i64); 2] = [(PRODUCTS[0], 2), (PRODUCTS[1], 1)];
const SHIPPING: i64 = 490;
/// Of their parcels. Their check digits are right.
const TRACKING_NUMBERS: [&str; LINES.len()] = ["00340434161094042557", "00340434161094042564"];

/// Plays the life and prints each step. Stops at the first step that fails; yields the final order.
pub async fn play(scene: &Scene, stage: &mut Stage) -> Result<Value, DemoError> {
    let before = scene.cost().await?;
    let stock = scene.stock(&LINES.map(|(product, _)| product.sku)).await?;

    let id = place(scene, stage).await?;
    pay(scene, stage, &id).await?;
    dispatch(scene, stage, &id).await?;
    ship(scene, stage, &id).await?;
    deliver(scene, stage, &id).await?;
    take_back(scene, stage, &id).await?;

    let (end, after) = (scene.order(&id).await?, scene.cost().await?);
    providers::pay_with_each_other(scene, stage).await?;
    stage.timeline(&end);
    stage.stock(&stock, &scene.stock(&LINES.map(|(product, _)| product.sku)).await?);
    stage.cost(&before, &after);
    Ok(end)
}

async fn place(scene: &Scene, stage: &mut Stage) -> Result<String, DemoError> {
    let accepted = scene.storefront.post("/orders", &order(scene.reference(), &LINES)).await?;
    let id = accepted["id"].as_str().ok_or_else(|| DemoError::odd("the accepted order", &accepted))?.to_owned();
    let bought: Vec<String> = LINES.iter().map(|(product, quantity)| format!("{quantity} {}", product.sku)).collect();
    stage.step("Order placed", &format!("{id}: {}, {}", bought.join(", "), money(&accepted["total"])));
    let read = scene.order(&id).await?;
    stage.more(&format!("its stock is reserved until {}", read["reserved_until"].as_str().unwrap_or("?")));
    Ok(id)
}

/// An order of these products.
fn order(reference: &str, lines: &[(Product, i64)]) -> Value {
    let line = |(product, quantity): &(Product, i64)| json!({ "sku": product.sku, "title": product.title, "quantity": quantity, "unit_price": product.price });
    let goods: i64 = lines.iter().map(|(product, quantity)| product.price * quantity).sum();
    json!({
        "reference": reference,
        "currency": "EUR",
        "customer": { "name": CUSTOMER, "email": "ada@example.com" },
        "shipping_address": {
            "name": CUSTOMER, "line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB",
        },
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "shipping": { "method": "Standard", "price": SHIPPING },
        "tax_included": true,
        "total": goods + SHIPPING,
    })
}

async fn pay(scene: &Scene, stage: &mut Stage, id: &str) -> Result<(), DemoError> {
    let read = scene.order(id).await?;
    let webhook = scene.pay(Provider::Stripe, id, &read["total"]).await?;
    stage.step("Paid", &format!("Stripe's signed webhook payment_intent.succeeded: {webhook}"));
    let paid = scene.until(id, "the stock is deducted", |order| {
        order["payment_status"] == "paid"
            && order["stock"].as_array().is_some_and(|stock| stock.iter().all(is_committed))
    });
    paid.await?;
    stage.step("Stock deducted", "what was reserved is committed");
    Ok(())
}

fn is_committed(allocation: &Value) -> bool {
    allocation["state"] == "committed" || allocation["state"] == "dispatched"
}

async fn dispatch(scene: &Scene, stage: &mut Stage, id: &str) -> Result<(), DemoError> {
    let order = scene.until(id, "there is a fulfillment", |order| order["fulfillments"]["01"] == "open").await?;
    let picklist = &order["fulfillment_details"][0]["picklist"];
    stage.step("Picklist made", &format!("fulfillment 01 at {}", text(&order["fulfillment_details"][0]["location"])));
    for line in list(picklist) {
        let (bin, sku, quantity) = (text(&line["bin"]), text(&line["sku"]), &line["quantity"]);
        stage.more(&format!("{bin:8}{quantity:>3} × {sku:14}{}", text(&line["title"])));
    }
    let told = scene.warehouse_told(id).await?;
    stage.step("Warehouse told", &format!("signed webhook {told}"));
    mails(scene, stage, id, 1).await
}

async fn ship(scene: &Scene, stage: &mut Stage, id: &str) -> Result<(), DemoError> {
    let path = format!("/orders/{id}/fulfillments/01");
    scene.warehouse.post(&format!("{path}/start-picking"), &json!({})).await?;
    let pick = |(line, (_, quantity)): (usize, &(Product, i64))| json!({ "line": line, "picked": quantity });
    let picks: Vec<Value> = LINES.iter().enumerate().map(pick).collect();
    scene.warehouse.post(&format!("{path}/picks"), &json!({ "picks": picks })).await?;
    stage.step("Picked", "everything was where it should be");

    stage.step("Packed", "each line into a parcel of its own");
    let mut leaving = Vec::new();
    for (line, (product, quantity)) in LINES.iter().enumerate() {
        let weight = i64::from(product.weight_g) * quantity + 150;
        let parcel = json!({
            "contents": [{ "line": line, "quantity": quantity }],
            "weight_g": weight,
            "dimensions": { "length_mm": 300, "width_mm": 200, "height_mm": 150 },
        });
        let packed = scene.warehouse.post_once(&format!("{path}/parcels"), &format!("{id}-{line}"), &parcel).await?;
        let parcel = text(&packed["parcels"][line]["id"]);
        stage.more(&format!("{parcel}: {quantity} × {}, {weight} g", product.sku));
        leaving.push(json!({ "parcel": parcel, "carrier": "DHL Paket", "tracking_number": TRACKING_NUMBERS[line] }));
    }
    scene.warehouse.post(&format!("{path}/hand-over"), &json!({ "parcels": leaving })).await?;
    stage.step(
        "Handed over",
        "to DHL, whose page the e-mails link to; the goods are neither on hand nor committed any more",
    );
    mails(scene, stage, id, 3).await
}

async fn deliver(scene: &Scene, stage: &mut Stage, id: &str) -> Result<(), DemoError> {
    let order = scene.order(id).await?;
    for parcel in list(&order["fulfillment_details"][0]["parcels"]) {
        let path = format!("/orders/{id}/fulfillments/01/parcels/{}/delivered", text(&parcel["id"]));
        scene.warehouse.post(&path, &json!({})).await?;
    }
    scene.until(id, "the order is completed", |order| order["status"] == "completed").await?;
    stage.step("Delivered", "both parcels; the order is completed");
    mails(scene, stage, id, 5).await
}

async fn take_back(scene: &Scene, stage: &mut Stage, id: &str) -> Result<(), DemoError> {
    let wanted = json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "color" }] });
    let asked = scene.storefront.post_once(&format!("/orders/{id}/returns"), &format!("{id}-return"), &wanted).await?;
    stage.step("Return asked for", &format!("return {}: 1 of 2 {}, for its color", text(&asked["id"]), LINES[0].0.sku));
    let path = format!("/orders/{id}/returns/{}", text(&asked["id"]));
    scene.operator.post(&format!("{path}/approve"), &json!({})).await?;
    let received = json!({ "location": MAIN, "lines": [{ "line": 0, "received": 1 }] });
    scene.warehouse.post(&format!("{path}/receive"), &received).await?;
    stage.step("Approved, received", "back in the warehouse");
    mails(scene, stage, id, 6).await?;
    let found = json!({ "lines": [{ "line": 0, "quantity": 1, "disposition": "restocked", "grade": "A" }] });
    let inspected = scene.warehouse.post(&format!("{path}/inspect"), &found).await?;
    stage.step("Inspected", &format!("as new, restocked; {} go back", money(&inspected["refund"])));
    let refunded = |order: &Value| order["payment_status"] == "partially_refunded";
    let order = scene.until(id, "the refund has been made", refunded).await?;
    let at_provider = text(&order["refunds"]["return-01"]["provider_id"]);
    stage.step("Refunded", &format!("{} by Stripe's API, {at_provider}", money(&order["refunded"])));
    mails(scene, stage, id, 7).await
}

/// Waits until the order has sent `count` e-mails in total, and shows the new ones.
async fn mails(scene: &Scene, stage: &mut Stage, id: &str, count: usize) -> Result<(), DemoError> {
    scene.until(id, "the e-mails are sent", |order| order["owed"].as_array().is_some_and(Vec::is_empty)).await?;
    let subjects = scene.subjects().await?;
    if subjects.len() != count {
        return Err(DemoError::odd(&format!("{count} e-mails"), &json!(subjects)));
    }
    for subject in subjects.into_iter().skip(stage.mails_shown()) {
        stage.mail(&subject);
    }
    Ok(())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// An amount of cents in euros.
fn money(cents: &Value) -> String {
    let cents = cents.as_i64().unwrap_or_default();
    format!("{}.{:02} EUR", cents / 100, cents % 100)
}
