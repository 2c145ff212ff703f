//! What API keys may do: customer service within its limit, the warehouse at its own locations, and each until it expires.

use crate::{
    access::{fields, fill, routes},
    laws,
    shop::{CUSTOMER, EMAIL, Placed, STREET},
    world::{World, eventually, post, refused},
};
use jiff::Timestamp;
use orderly_local::client::{Answer, Client};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use std::{fs, time::Duration};

/// A new key, with its id.
async fn key(world: &World, wanted: &Value) -> (Client, String) {
    let made = world.operator.post("/keys", wanted).await.unwrap();
    (Client::new(world.stack.api_url(), made["key"].as_str().unwrap()), made["id"].as_str().unwrap().to_owned())
}

async fn service(world: &World, name: &str, limit: Value) -> Client {
    let mut wanted = json!({ "name": name, "role": "customer_service" });
    wanted["refund_limit"] = limit;
    key(world, &wanted).await.0
}

/// A warehouse key that is bound to locations.
async fn bound(world: &World, locations: &[&str]) -> Client {
    key(world, &json!({ "name": "bench", "role": "warehouse", "locations": locations })).await.0
}

async fn refund(client: &Client, order: &Placed, key: &str, amount: i64) -> Answer {
    let body = json!({ "amount": amount, "reason": "a stain" });
    let request = client.request(Method::POST, &format!("/orders/{}/refunds", order.id)).json(&body);
    client.ask(request.header("idempotency-key", key)).await.unwrap()
}

fn problem(answer: &Answer) -> &str {
    answer.body["type"].as_str().unwrap_or_default().trim_start_matches("urn:orderly:problem:")
}

/// What the timeline says that somebody did.
fn done_by(order: &Value, who: &str) -> Vec<String> {
    let entries = order["timeline"].as_array().unwrap().iter().filter(|entry| entry["by"] == who);
    entries.map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn customer_service_looks_after_orders_under_its_own_name() {
    let world = World::start().await;
    let anna = service(&world, "Anna", json!({ "EUR": 5000 })).await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    let path = |step: &str| format!("/orders/{}/{step}", order.id);
    let found = anna.post("/orders/search", &json!({ "by": "email", "value": EMAIL })).await.unwrap();
    assert_eq!((&found["orders"][0]["id"], &found["orders"][0]["customer_name"]), (&json!(order.id), &json!(CUSTOMER)));
    assert_eq!(anna.get("/orders").await.unwrap()["orders"][0]["total"], order.total);
    assert_eq!(anna.get(&format!("/orders/{}", order.id)).await.unwrap()["captured"], order.total);

    anna.post(&path("holds"), &json!({ "reason": "incorrect_address", "note": "which house?" })).await.unwrap();
    anna.delete(&path("holds/incorrect_address")).await.unwrap();
    let edit = json!({ "lines": [{ "line": 0, "quantity": 1 }], "reason": "one is enough" });
    anna.post(&path("edit"), &edit).await.unwrap();
    world.until_settled().await;
    world.ship(&order, "01").await;
    let wanted = json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "unwanted" }] });
    anna.post(&path("returns"), &wanted).await.unwrap();
    anna.post(&path("returns/01/decline"), &json!({ "reason": "worn" })).await.unwrap();
    anna.post(&path("returns"), &wanted).await.unwrap();
    anna.post(&path("returns/02/approve"), &json!({})).await.unwrap();
    world.until_settled().await;
    let read = world.read(&order).await;
    let did = done_by(&read, "customer_service:Anna");
    assert_eq!(did, ["held", "released", "edited", "requested", "declined", "requested", "approved"]);
    assert_eq!((&read["refunded"], &read["given_by_service"]), (&json!(1450), &Value::Null), "the edit does not count");

    let other = world.place_and_pay("2", &[("TIN-SMALL", 1)]).await;
    let reason = json!({ "reason": "ordered twice" });
    anna.post(&format!("/orders/{}/cancel", other.id), &reason).await.unwrap();
    world.until_settled().await;
    let read = world.read(&other).await;
    assert_eq!((&read["refunded"], &read["given_by_service"]), (&json!(other.total), &Value::Null));
    laws::hold(&world).await;
}

#[tokio::test]
async fn customer_service_refunds_up_to_the_limit_of_its_keys_together() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    let [anna, bert, cleo, dora] =
        [json!({ "EUR": 1000 }), json!({ "EUR": 1500 }), json!({ "USD": 9000 }), Value::Null];
    let (anna, bert) = (service(&world, "Anna", anna).await, service(&world, "Bert", bert).await);
    let (cleo, dora) = (service(&world, "Cleo", cleo).await, service(&world, "Dora", dora).await);
    for (client, who) in [(&cleo, "another currency"), (&dora, "no limit was given")] {
        let answer = refund(client, &order, "first", 1).await;
        assert_eq!((problem(&answer), answer.status), ("above-refund-limit", StatusCode::CONFLICT), "{who}");
    }
    assert_eq!(refund(&anna, &order, "a", 1001).await.status, StatusCode::CONFLICT);
    assert_eq!(refund(&anna, &order, "b", 700).await.status, StatusCode::CREATED);
    assert_eq!(refund(&anna, &order, "b", 700).await.status, StatusCode::CREATED, "the same again");
    let above = refund(&anna, &order, "c", 301).await;
    assert!(above.body["detail"].as_str().unwrap().contains("7.00 EUR"), "{above:?}");
    // Two at once do not pass together.
    let (one, other) = tokio::join!(refund(&bert, &order, "d", 500), refund(&bert, &order, "e", 500));
    let mut both = [problem(&one), problem(&other)];
    both.sort_unstable();
    assert_eq!(both, ["", "above-refund-limit"]);
    // The operator's refunds use nothing up.
    assert_eq!(refund(&world.operator, &order, "f", 900).await.status, StatusCode::CREATED);
    assert_eq!(refund(&bert, &order, "g", 300).await.status, StatusCode::CREATED);
    // One that is ordered while another goes out may have to wait for reconcile.
    world.until_reconciled().await;
    let read = bert.get(&format!("/orders/{}", order.id)).await.unwrap();
    assert_eq!((&read["given_by_service"], &read["refunded"]), (&json!(1500), &json!(2400)));
    assert_eq!(done_by(&read, "customer_service:Anna"), ["refund-requested"]);
    laws::hold(&world).await;
}

#[tokio::test]
async fn customer_service_decides_the_refund_of_a_return_within_its_limit_and_no_hold_about_money() {
    let world = World::start_with(|options| {
        options.parameters.insert("RefundApproval".to_owned(), "EUR:1000".to_owned());
    })
    .await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    world.ship(&order, "01").await;
    let id = world.send_back(&order, 0, 1).await;
    assert_eq!(world.inspect(&order, &id, 0, &[(1, "restocked")]).await["to_approve"], 1450);
    let path = format!("/orders/{}/returns/{id}/refund", order.id);
    let small = service(&world, "Anna", json!({ "EUR": 1449 })).await;
    refused(&small, &path, &json!({ "refund": 1450 }), "above-refund-limit").await;
    assert_eq!(world.service.post(&path, &json!({ "refund": 1450 })).await.unwrap()["refund"], 1450);
    world.until_settled().await;
    let read = world.read(&order).await;
    assert_eq!((&read["given_by_service"], &read["refunded"]), (&json!(1450), &json!(1450)));

    let held = world.place_and_pay("2", &[("TIN-SMALL", 1)]).await;
    for reason in ["awaiting_payment", "overpaid", "payment_disputed", "payment_refunded", "refund_failed"] {
        let hold = json!({ "reason": reason });
        world.service.post(&format!("/orders/{}/holds", held.id), &hold).await.unwrap();
        let release = world.service.request(Method::DELETE, &format!("/orders/{}/holds/{reason}", held.id));
        let answer = world.service.ask(release).await.unwrap();
        assert_eq!((problem(&answer), answer.status), ("forbidden", StatusCode::FORBIDDEN), "{reason}");
        world.operator.delete(&format!("/orders/{}/holds/{reason}", held.id)).await.unwrap();
    }
    laws::hold(&world).await;
}

/// What a warehouse at `own` sends to a route that reads a body. It would be right for the order.
fn body_for(route: &str, own: &str) -> Value {
    let unit = json!([{ "line": 0, "quantity": 1, "disposition": "restocked" }]);
    let tracking = json!({ "carrier": "DHL", "tracking_number": "JJD2" });
    match route.rsplit_once("} ").map_or(route, |(_, last)| last).rsplit('/').next().unwrap_or_default() {
        "scans" => json!({ "code": "MUG-BLUE" }),
        "picks" => json!({ "picks": [{ "line": 0, "picked": 1 }] }),
        "parcels" => json!({ "contents": [{ "line": 0, "quantity": 1 }], "weight_g": 900 }),
        "hand-over" => json!({ "parcels": [{ "parcel": "P1", "carrier": "DHL", "tracking_number": "JJD1" }] }),
        "label" => json!({}),
        "reports" => json!({ "state": "delayed" }),
        "tracking" => tracking,
        "received-back" => json!({ "location": own, "lines": unit }),
        "receive" => json!({ "location": own, "lines": [{ "line": 0, "received": 1 }] }),
        "inspect" => json!({ "lines": unit }),
        _ => panic!("what does a warehouse send to {route}?"),
    }
}

#[tokio::test]
async fn a_bound_warehouse_key_finds_no_other_locations_work() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    world.ship(&order, "01").await;
    world.send_back(&order, 0, 1).await;
    world.until_settled().await;
    let (main, store) = (bound(&world, &["main"]).await, bound(&world, &["store"]).await);
    let mut elsewhere = Vec::new();
    for (method, path, row) in routes(&world).into_iter().filter(|(.., row)| row.warehouse && !row.is_signed()) {
        let name = format!("{method} {path}");
        if !path.contains("{order_id}") {
            elsewhere.push(name);
            continue;
        }
        let ask = async |client: &Client, order: &str, own: &str| {
            let path = fill(&path, |name| match name {
                "order_id" => order.to_owned(),
                "parcel" => "P1".to_owned(),
                _ => "01".to_owned(),
            });
            let body = if row.reads_a_body() { body_for(&name, own) } else { json!({}) };
            client.ask(client.request(method.clone(), &path).json(&body)).await.unwrap()
        };
        let orders = world.scan("OrdersTable").await;
        let of_other = ask(&store, &order.id, "store").await;
        let mut of_none = ask(&store, "ord_none", "store").await;
        let told = of_none.body["detail"].as_str().unwrap().replace("ord_none", &order.id);
        of_none.body["detail"] = json!(told);
        assert_eq!((of_other.status, &of_other), (StatusCode::NOT_FOUND, &of_none), "{name}");
        assert_eq!(world.scan("OrdersTable").await, orders, "{name}");
        assert_ne!(ask(&main, &order.id, "main").await.status, StatusCode::NOT_FOUND, "{name}");
        world.until_settled().await;
    }
    elsewhere.sort_unstable();
    assert_eq!(
        elsewhere,
        [
            "DELETE /sessions/current",
            "GET /batches",
            "GET /batches/{batch}",
            "GET /batches/{batch}/documents/picklist.pdf",
            "GET /fulfillments",
            "GET /locations",
            "GET /operations/attention",
            "GET /operations/shelves",
            "GET /orders",
            "GET /products",
            "GET /products/{sku+}",
            "GET /put-backs",
            "GET /sessions/current",
            "GET /stock/{sku+}",
            "POST /batches",
            "POST /batches/{batch}/cancel",
            "POST /batches/{batch}/claim",
            "POST /batches/{batch}/pause",
            "POST /batches/{batch}/release",
            "POST /batches/{batch}/scans",
            "POST /orders/search",
            "POST /sessions",
            "POST /stock",
            "PUT /products/{sku+}",
            "PUT /stock",
        ],
        "what does a bound key see there?"
    );
    laws::hold(&world).await;
}

async fn forbidden(client: &Client, request: reqwest::RequestBuilder) {
    let answer = client.ask(request).await.unwrap();
    assert_eq!((problem(&answer), answer.status), ("forbidden", StatusCode::FORBIDDEN), "{answer:?}");
}

#[tokio::test]
async fn a_bound_warehouse_key_lists_and_changes_its_own_locations_only() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    let (main, store) = (bound(&world, &["main"]).await, bound(&world, &["store"]).await);
    let ids = |page: &Value| page["orders"].as_array().unwrap().iter().map(|o| o["id"].clone()).collect::<Vec<_>>();
    for (client, sees) in [(&main, vec![json!(order.id)]), (&store, vec![])] {
        assert_eq!(ids(&client.get("/orders").await.unwrap()), sees);
        for (by, value) in [("reference", "1"), ("sku", "MUG-BLUE")] {
            let found = client.post("/orders/search", &json!({ "by": by, "value": value })).await.unwrap();
            assert_eq!(ids(&found), sees, "{by}");
        }
        let work = client.get("/fulfillments?location=store").await;
        assert_eq!(work.is_ok(), sees.is_empty());
    }
    for location in ["main", "mars"] {
        forbidden(&store, store.request(Method::GET, &format!("/fulfillments?location={location}"))).await;
        let receive =
            json!({ "sku": "MUG-BLUE", "location": location, "kind": "receive", "quantity": 1, "reason": "x" });
        let receive = store.request(Method::POST, "/stock").header("idempotency-key", "k").json(&receive);
        forbidden(&store, receive).await;
        let count = json!({ "sku": "MUG-BLUE", "location": location, "on_hand": 1, "reason": "x" });
        forbidden(&store, store.request(Method::PUT, "/stock").json(&count)).await;
    }
    forbidden(&store, store.request(Method::PUT, "/products/MUG-BLUE").json(&json!({ "title": "Mug" }))).await;
    let count = json!({ "sku": "MUG-BLUE", "location": "store", "on_hand": 7, "reason": "count" });
    store.put("/stock", &count).await.unwrap();

    // Their own movements are seen, however many there were elsewhere since.
    for n in 0..51 {
        let elsewhere = json!({ "sku": "MUG-BLUE", "location": "main", "on_hand": 100 + n, "reason": "count" });
        world.operator.put("/stock", &elsewhere).await.unwrap();
    }
    let stock = store.get("/stock/MUG-BLUE").await.unwrap();
    assert_eq!((&stock["available"], stock["locations"].as_array().unwrap().len()), (&json!(7), 1));
    let movements = stock["movements"].as_array().unwrap();
    assert!(!movements.is_empty() && movements.iter().all(|movement| movement["location"] == "store"));
    let product = store.get("/products/MUG-BLUE").await.unwrap();
    assert_eq!(product["bins"], json!({ "store": "shelf" }));
    let locations = store.get("/locations").await.unwrap();
    let locations: Vec<_> = locations["locations"].as_array().unwrap().iter().map(|l| l["id"].clone()).collect();
    assert_eq!(locations, ["store"]);

    // A shelf that was found short, and a parcel that is lost, are told to those who work there.
    world.warehouse_does(&order, "01", "start-picking", &json!({})).await;
    world.warehouse_does(&order, "01", "picks", &json!({ "picks": [{ "line": 0, "picked": 0 }] })).await;
    world.until_settled().await;
    let shelves = async |client: &Client| client.get("/operations/shelves").await.unwrap()["shelves"].clone();
    assert_eq!((shelves(&main).await.as_array().unwrap().len(), shelves(&store).await), (1, json!([])));
    world.ship(&order, "02").await;
    let lost = json!({ "state": "lost" });
    world.warehouse_does(&order, "02", "parcels/P1/reports", &lost).await;
    world.until_settled().await;
    let waits = async |client: &Client| client.get("/operations/attention").await.unwrap()["counts"].clone();
    assert_eq!(waits(&store).await, json!({ "parcel_not_arrived": 1 }), "it was found at the store");
    assert_eq!(waits(&main).await, json!({}));
    assert_eq!(waits(&world.warehouse).await, json!({ "parcel_not_arrived": 1 }));
    laws::hold(&world).await;
}

#[tokio::test]
async fn the_warehouse_sees_of_a_split_order_its_own_part_without_money() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 125)]).await;
    let path = format!("/orders/{}", order.id);
    let whole = world.warehouse.get(&path).await.unwrap();
    let parts = whole["fulfillment_details"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    for part in parts {
        let (own, id) = (part["location"].as_str().unwrap(), part["id"].as_str().unwrap());
        let client = bound(&world, &[own]).await;
        let seen = client.get(&path).await.unwrap();
        assert_eq!(seen["fulfillment_details"], json!([part]), "{own}");
        assert_eq!(seen["fulfillments"].as_object().map(Map::len), Some(1));
        assert_eq!(
            (&seen["shipping_address"]["line1"], &seen["shipping_method"]),
            (&json!(STREET), &json!("Standard"))
        );
        client.get(&format!("{path}/fulfillments/{id}")).await.unwrap();
        let other = if id == "01" { "02" } else { "01" };
        refused(&client, &format!("{path}/fulfillments/{other}/start-picking"), &json!({}), "not-found").await;
    }
    for shown in [whole, world.warehouse.get("/orders").await.unwrap()["orders"][0].clone()] {
        let text = shown.to_string();
        for word in ["total", "price", "captured", "payment", "currency", "refund", EMAIL, "timeline"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }

    // A return that is approved may come to any location. Where it comes it is work, and nowhere else any more.
    for id in ["01", "02"] {
        world.ship(&order, id).await;
    }
    let wanted = json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "unwanted" }] });
    world.storefront.post(&format!("{path}/returns"), &wanted).await.unwrap();
    let back = |at: &str| json!({ "location": at, "lines": [{ "line": 0, "received": 1 }] });
    let (main, store) = (bound(&world, &["main"]).await, bound(&world, &["store"]).await);
    refused(&store, &format!("{path}/returns/01/receive"), &back("store"), "not-found").await;
    world.operator.post(&format!("{path}/returns/01/approve"), &json!({})).await.unwrap();
    refused(&store, &format!("{path}/returns/01/receive"), &back("main"), "forbidden").await;
    store.post(&format!("{path}/returns/01/receive"), &back("store")).await.unwrap();
    refused(&main, &format!("{path}/returns/01/receive"), &back("main"), "not-found").await;
    assert_eq!(main.get(&path).await.unwrap()["returns"], json!([]));
    let inspect = json!({ "lines": [{ "line": 0, "quantity": 1, "disposition": "restocked" }] });
    refused(&main, &format!("{path}/returns/01/inspect"), &inspect, "not-found").await;
    // What is due is not told by how much was asked for too much or too little of it.
    let mut wanted = inspect.clone();
    for amount in [99_999, 1] {
        wanted["refund"] = amount.into();
        let asked = store.request(Method::POST, &format!("{path}/returns/01/inspect")).json(&wanted);
        let answer = store.ask(asked).await.unwrap();
        assert_eq!(problem(&answer), "no-reason");
        assert!(!answer.body["detail"].as_str().unwrap().contains("EUR"), "{answer:?}");
    }
    (wanted["refund"], wanted["reason"]) = (99_999.into(), "as new".into());
    store.post(&format!("{path}/returns/01/inspect"), &wanted).await.unwrap();
    assert_eq!(world.returned(&order, "01").await["refund"], 1450, "no more than is due");
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_expired_key_is_refused_on_every_route_though_its_decision_is_cached() {
    let world = World::start().await;
    world.operator.get("/stock/MUG-BLUE").await.unwrap();
    let ends = Timestamp::now() + Duration::from_secs(5);
    let wanted = json!({ "name": "temporary", "role": "operator", "expires_at": ends.to_string() });
    let (client, id) = key(&world, &wanted).await;
    client.get("/stock/MUG-BLUE").await.unwrap();
    let ask = async || client.ask(client.request(Method::GET, "/stock/MUG-BLUE")).await.unwrap();
    let answer = eventually("the key expires", async || Some(ask().await).filter(|a| a.status != StatusCode::OK)).await;
    assert!(Timestamp::now() >= ends);
    assert!(answer.body["detail"].as_str().unwrap().contains("POST /keys"), "{answer:?}");
    for (method, path, row) in routes(&world).into_iter().filter(|(.., row)| !row.is_signed()) {
        let path = fill(&path, |_| "none".to_owned());
        let answer = client.ask(client.request(method.clone(), &path).json(&json!({}))).await.unwrap();
        let told = (problem(&answer), answer.status);
        assert_eq!(told, ("key-expired", StatusCode::UNAUTHORIZED), "{method} {path} {row:?}");
    }
    let listed = world.operator.get("/keys").await.unwrap();
    let key = listed["keys"].as_array().unwrap().iter().find(|key| key["id"] == id.as_str()).unwrap();
    assert_eq!(key["expires_at"].as_str().unwrap().parse::<Timestamp>().unwrap(), ends);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_key_names_only_what_there_is_and_ends_in_the_future() {
    let world = World::start().await;
    for (wanted, field) in [
        (json!({ "name": "x", "role": "warehouse", "locations": ["main", "mars"] }), "locations"),
        (json!({ "name": "x", "role": "storefront", "channel": "mars" }), "channel"),
        (json!({ "name": "x", "role": "operator", "expires_at": "2020-01-01T00:00:00Z" }), "expires_at"),
        (json!({ "name": "x", "role": "operator", "expires_at": "" }), "expires_at"),
        (json!({ "name": "x", "role": "operator", "refund_limit": { "EUR": 1 } }), "refund_limit"),
        (json!({ "name": "x", "role": "customer_service", "locations": ["main"] }), "locations"),
    ] {
        let answer = refused(&world.operator, "/keys", &wanted, "invalid").await;
        assert_eq!(fields(&answer), [field], "{wanted}");
    }
    for client in [&world.storefront, &world.warehouse, &world.service] {
        let answer = post(client, "/keys", &json!({ "name": "x", "role": "operator" })).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    laws::hold(&world).await;
}

/// The day of its last use costs one write a day for each key, however often API Gateway asks.
#[tokio::test]
async fn the_last_use_of_a_key_is_noted_once_a_day() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("template.yaml");
    let declared = fs::read_to_string(crate::binaries::workspace().join("template.yaml")).unwrap();
    fs::write(&template, declared.replace("ReauthorizeEvery: 60", "ReauthorizeEvery: 1")).unwrap();
    let world = World::start_with(|options| options.template = template).await;
    let (client, id) = key(&world, &json!({ "name": "till", "role": "warehouse" })).await;
    let stored = async || {
        let keys = world.scan("SettingsTable").await;
        keys.into_iter().find(|item| item["id"] == id.as_str()).unwrap()
    };
    assert!(stored().await.get("last_used_on").is_none());
    for _ in 0..3 {
        client.get("/locations").await.unwrap();
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }
    let used = stored().await;
    // Once, or twice if midnight was passed.
    assert!(["2", "3"].contains(&used["version"].to_string().as_str()), "{used:?}");
    let listed = world.operator.get("/keys").await.unwrap();
    let key = listed["keys"].as_array().unwrap().iter().find(|key| key["id"] == id.as_str()).unwrap().clone();
    let day = key["last_used_on"].as_str().unwrap();
    let today = Timestamp::now().to_string();
    assert!(today.starts_with(day) || used["version"] == 3, "{key} {today}");
    // Revoked all the same.
    world.operator.delete(&format!("/keys/{id}")).await.unwrap();
    assert_eq!(stored().await["last_used_on"], key["last_used_on"]);
    laws::hold(&world).await;
}
