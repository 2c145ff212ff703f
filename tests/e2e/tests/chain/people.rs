//! Tests of finding orders by what people know of them, and of exporting and erasing a customer's data.

use crate::{
    laws,
    shop::{CITY, CUSTOMER, EMAIL, PHONE, Placed, STREET},
    world::{World, refused},
};
use orderly_local::client::Client;
use serde_json::{Value, json};

async fn found(client: &Client, by: &str, value: &str) -> Vec<String> {
    let answer = client.post("/orders/search", &json!({ "by": by, "value": value })).await.unwrap();
    let orders = answer["orders"].as_array().unwrap();
    orders.iter().map(|order| order["reference"].as_str().unwrap().to_owned()).collect()
}

async fn completed(world: &World, reference: &str) -> Placed {
    let order = world.place_and_pay(reference, &[("MUG-BLUE", 1)]).await;
    world.pick(&order, "01").await;
    world.pack_and_hand_over(&order, "01").await;
    world.deliver(&order, "01").await;
    world.until_settled().await;
    order
}

#[tokio::test]
async fn an_order_is_found_by_everything_that_people_know_of_it() {
    let world = World::start().await;
    let order = completed(&world, "A-1001").await;
    world.place("A-1002", &[("TIN-SMALL", 1)]).await;
    let read = world.read(&order).await;
    let tracking =
        read["fulfillment_details"][0]["parcels"][0]["shipment"]["tracking_number"].as_str().unwrap().to_lowercase();
    let both = vec!["A-1002".to_owned(), "A-1001".to_owned()];
    let one = vec!["A-1001".to_owned()];
    for (by, value, wanted) in [
        ("reference", "A-1001", &one),
        ("email", "WILHELMINA.Q@example.net", &both),
        ("phone", "030 5550199", &both),
        ("name", "quarr", &both),
        ("name", "wilhelmina quar", &both),
        ("sku", "MUG-BLUE", &one),
        ("tracking", tracking.as_str(), &one),
        ("email", "nobody@example.net", &Vec::new()),
        ("reference", "A-1003", &Vec::new()),
    ] {
        assert_eq!(found(&world.storefront, by, value).await, *wanted, "{by} {value}");
        assert_eq!(found(&world.operator, by, value).await, *wanted, "{by} {value}");
    }
    // The warehouse looks no customers up.
    assert_eq!(found(&world.warehouse, "tracking", &tracking).await, one);
    let by_name = json!({ "by": "name", "value": "quarr" });
    refused(&world.warehouse, "/orders/search", &by_name, "invalid").await;
    let nonsense = json!({ "by": "phone", "value": "12" });
    refused(&world.operator, "/orders/search", &nonsense, "invalid").await;
    // A range of moments, here and in the list.
    let later = json!({ "by": "name", "value": "quarr", "placed_from": "2099-01-01T00:00:00Z" });
    assert_eq!(world.operator.post("/orders/search", &later).await.unwrap()["orders"], json!([]));
    let listed = world.operator.get("/orders?placed_before=2099-01-01T00:00:00Z").await.unwrap();
    assert_eq!(listed["orders"].as_array().unwrap().len(), 2);
    assert_eq!(world.operator.get("/orders?placed_from=2099-01-01T00:00:00Z").await.unwrap()["orders"], json!([]));
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_edited_contact_is_found_and_the_former_one_is_not() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let edit =
        json!({ "customer": { "name": "Greta Garbo", "email": "greta@example.net" }, "reason": "her sister's order" });
    world.operator.post(&format!("/orders/{}/edit", order.id), &edit).await.unwrap();
    assert_eq!(found(&world.operator, "name", "garbo").await, ["1"]);
    assert_eq!(found(&world.operator, "email", EMAIL).await, Vec::<String>::new());
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_persons_data_is_exported_and_erased_to_the_last_byte() {
    let world = World::start().await;
    let done = completed(&world, "1").await;
    let open = world.place_and_pay("2", &[("TIN-SMALL", 1)]).await;
    let note = json!({ "reason": "other", "note": format!("{CUSTOMER} rang") });
    world.operator.post(&format!("/orders/{}/holds", open.id), &note).await.unwrap();
    let person = json!({ "by": "email", "value": EMAIL });

    let exported = world.operator.post("/customers/export", &person).await.unwrap();
    let orders = exported["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 2);
    assert!(
        orders.iter().all(|order| order["customer"]["email"] == EMAIL && order["shipping_address"]["line1"] == STREET)
    );
    let told = |order: &Value, what: &str| {
        let timeline = order["timeline"].as_array().unwrap();
        timeline.iter().any(|entry| entry["what"] == what && entry["by"].as_str().unwrap().starts_with("operator:"))
    };
    assert!(orders.iter().all(|order| told(order, "data-exported")));

    let asked = world.operator.post("/customers/erase", &person).await.unwrap();
    let waits: Vec<_> = asked["orders"].as_array().unwrap().iter().map(|order| &order["waits_because"]).collect();
    assert_eq!(waits, [&json!("the order is not finished"), &Value::Null]);
    assert_eq!(world.reconcile().await["erased"], 1);
    let read = world.read(&done).await;
    assert_eq!((&read["customer"]["name"], &read["erasure"]["state"]), (&json!("erased"), &json!("done")));
    assert_eq!((&read["total"], &read["captured"], &read["status"]), (&json!(1940), &json!(1940), &json!("completed")));
    assert_eq!(found(&world.operator, "email", EMAIL).await, ["2"], "only the one that waits");
    let waiting = world.operator.get("/operations/attention").await.unwrap();
    assert!(waiting["items"].as_array().unwrap().iter().any(|item| item["erasure_asked_at"].is_string()));

    let cancel = json!({ "reason": format!("{CUSTOMER} wants none of it") });
    world.operator.post(&format!("/orders/{}/cancel", open.id), &cancel).await.unwrap();
    world.until_settled().await;
    assert_eq!(world.reconcile().await["erased"], 1);
    for table in &world.stack.system().tables {
        let table = &table.name;
        let items = serde_json::to_string(&world.scan(table).await).unwrap();
        for secret in [CUSTOMER, EMAIL, PHONE, STREET, CITY, "Quarrington"] {
            assert!(!items.contains(secret), "{table} still tells {secret}");
        }
    }
    assert_eq!(found(&world.operator, "email", EMAIL).await, Vec::<String>::new());
    assert_eq!(found(&world.operator, "reference", "1").await, ["1"], "the books keep the order");
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_names_no_person_is_refused() {
    let world = World::start().await;
    refused(&world.operator, "/customers/erase", &json!({ "by": "email", "value": "no address" }), "invalid").await;
    refused(&world.operator, "/customers/export", &json!({ "by": "order", "value": "ord_nobody" }), "invalid").await;
    let nobody = json!({ "by": "email", "value": "nobody@example.net" });
    assert_eq!(world.operator.post("/customers/export", &nobody).await.unwrap()["orders"], json!([]));
}
