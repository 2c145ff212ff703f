//! Tests of permissions, and of the API's answers to malformed requests. Both go through the template's routes, so that
//! a new route without a row fails.

mod routes;

pub(crate) use self::routes::routes;
use self::routes::{
    Body::{Empty, Optional, Read, Signed},
    Row,
    Storefront::{No, Own},
};
use crate::{
    binaries::workspace,
    laws,
    shop::{EMAIL, order},
    world::{World, eventually, refused},
};
use orderly_local::client::{Answer, Client};
use reqwest::{Method, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};
use std::fs;

const JSON: &str = "application/json";

#[tokio::test]
async fn every_route_is_for_its_roles_only() {
    let world = World::start().await;
    for (method, path, Row { storefront, warehouse, service, body }) in routes(&world) {
        let path = fill(&path, |_| "none".to_owned());
        let ask =
            async |client: &Client| client.ask(client.request(method.clone(), &path).json(&json!({}))).await.unwrap();
        if body == Signed {
            let answer = ask(&world.operator).await;
            // A key opens none of them.
            let is_refused = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED);
            assert!(is_refused, "{method} {path}: {answer:?}");
            continue;
        }
        for (client, may) in [
            (&world.storefront, storefront != No),
            (&world.warehouse, warehouse),
            (&world.service, service),
            (&world.operator, true),
        ] {
            let answer = ask(client).await;
            let refused = answer.body["type"] == "urn:orderly:problem:forbidden";
            assert_eq!(refused, !may, "{method} {path}: {answer:?}");
            assert_eq!(answer.status == StatusCode::FORBIDDEN, !may, "{method} {path}: {answer:?}");
            assert!(!answer.status.is_server_error(), "{method} {path}: {answer:?}");
        }
        let unknown = ask(&Client::new(world.stack.api_url(), "ok_unknown")).await;
        assert_eq!(unknown.status, StatusCode::FORBIDDEN, "{method} {path}");
        let url = format!("{}{path}", world.stack.api_url());
        let nobody = orderly_local::http_client().request(method.clone(), url).send().await.unwrap();
        assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_storefront_sees_its_own_channel_only() {
    let world = World::start().await;
    let own = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    world.ship(&own, "01").await;
    let back = json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "style" }] });
    world.storefront.post(&format!("/orders/{}/returns", own.id), &back).await.unwrap();
    world.service.post(&format!("/orders/{}/invoices", own.id), &json!({})).await.unwrap();
    let invoiced = world.until(&own, "the invoice", |order| order["invoices"].is_array()).await;
    let number = invoiced["invoices"][0]["number"].as_str().unwrap();
    world.operator.put("/channels/market", &json!({ "name": "Marketplace" })).await.unwrap();
    let wanted = json!({ "name": "market", "role": "storefront", "channel": "market" });
    let made = world.operator.post("/keys", &wanted).await.unwrap();
    let market = Client::new(world.stack.api_url(), made["key"].as_str().unwrap());

    // Another channel's order is answered like a missing one, whatever the request.
    let mut elsewhere = Vec::new();
    for (method, path, Row { storefront, body, .. }) in routes(&world) {
        let name = format!("{method} {path}");
        if storefront != Own {
            continue;
        }
        if !path.contains("{order_id}") {
            elsewhere.push(name);
            continue;
        }
        let body = match name.as_str() {
            _ if body != Read => json!({}),
            "POST /orders/{order_id}/cancel" => json!({ "reason": "mine?" }),
            "POST /orders/{order_id}/edit" => json!({ "lines": [{ "line": 0, "quantity": 1 }], "reason": "mine?" }),
            "POST /orders/{order_id}/payments" => {
                json!({ "method": "bank_transfer", "status": "expected", "amount": 1 })
            }
            "POST /orders/{order_id}/returns" => json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "style" }] }),
            _ => panic!("what does a storefront send to {name}?"),
        };
        let ask = async |client: &Client, order: &str| {
            let path = of_order(&path, order).replace("no-number", number);
            let request = client.request(method.clone(), &path).json(&body);
            let request = request.header("idempotency-key", "mine");
            client.ask(request).await.unwrap()
        };
        world.until_settled().await;
        let orders = world.scan("OrdersTable").await;
        let of_other = ask(&market, &own.id).await;
        let mut of_none = ask(&market, "ord_none").await;
        of_none.body["detail"] = json!(of_none.body["detail"].as_str().unwrap().replace("ord_none", &own.id));
        assert_eq!((of_other.status, &of_other), (StatusCode::NOT_FOUND, &of_none), "{name}");
        assert_eq!(world.scan("OrdersTable").await, orders, "{name}");
        // The same request from its own storefront finds the order.
        assert_ne!(ask(&world.storefront, &own.id).await.status, StatusCode::NOT_FOUND, "{name}");
    }
    elsewhere.sort_unstable();
    assert_eq!(
        elsewhere,
        ["GET /orders", "POST /orders", "POST /orders/search"],
        "what does another channel's key see there?"
    );

    assert_eq!(market.get("/orders").await.unwrap()["orders"], json!([]));
    for (by, value) in [("reference", "1"), ("email", EMAIL), ("sku", "MUG-BLUE")] {
        let found = market.post("/orders/search", &json!({ "by": by, "value": value })).await.unwrap();
        assert_eq!(found["orders"], json!([]), "{by}");
    }
    let list = market.ask(market.request(Method::GET, "/orders?channel=web")).await.unwrap();
    assert_eq!(list.status, StatusCode::FORBIDDEN);
    let mut body = order("1", &[("MUG-BLUE", 1)]);
    body["channel"] = json!("web");
    let answer = refused(&market, "/orders", &body, "invalid").await;
    assert_eq!(answer.body["errors"][0]["field"], "channel");

    // The same reference in another channel belongs to another order.
    body["channel"] = json!("market");
    let other = market.post("/orders", &body).await.unwrap();
    assert_ne!(other["id"], own.id.as_str());
    assert_eq!(market.get("/orders").await.unwrap()["orders"][0]["id"], other["id"]);
    assert_eq!(world.storefront.get("/orders").await.unwrap()["orders"].as_array().unwrap().len(), 1);
    assert_eq!(world.operator.get("/orders").await.unwrap()["orders"].as_array().unwrap().len(), 2);

    let id = made["id"].as_str().unwrap();
    let keys = world.operator.get("/keys").await.unwrap();
    assert!(!keys.to_string().contains(made["key"].as_str().unwrap()), "a key is shown once");
    assert_eq!(keys["keys"].as_array().unwrap().iter().filter(|key| key["id"] == id).count(), 1);
    laws::hold(&world).await;
}

/// Two keys of each role: one whose decision API Gateway has just cached, and one that it has not seen.
#[tokio::test]
async fn a_revoked_key_opens_no_route_once_api_gateway_has_forgotten_it() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("template.yaml");
    let declared = fs::read_to_string(workspace().join("template.yaml")).unwrap();
    let forgetful = declared.replace("ReauthorizeEvery: 60", "ReauthorizeEvery: 1");
    assert_ne!(forgetful, declared);
    fs::write(&template, forgetful).unwrap();
    let world = World::start_with(|options| options.template = template).await;

    let mut revoked = Vec::new();
    for (role, channel) in
        [("storefront", Some("web")), ("warehouse", None), ("customer_service", None), ("operator", None)]
    {
        for was_used in [true, false] {
            let wanted = json!({ "name": "old", "role": role, "channel": channel });
            let made = world.operator.post("/keys", &wanted).await.unwrap();
            let client = Client::new(world.stack.api_url(), made["key"].as_str().unwrap());
            if was_used {
                client.ask(client.request(Method::GET, "/stock/MUG-BLUE")).await.unwrap();
            }
            world.operator.delete(&format!("/keys/{}", made["id"].as_str().unwrap())).await.unwrap();
            revoked.push((format!("{role}, used: {was_used}"), client));
        }
    }
    for (key, client) in &revoked {
        let is_forgotten = async || {
            let answer = client.ask(client.request(Method::GET, "/stock/MUG-BLUE")).await.unwrap();
            (answer.body == json!({ "message": "Forbidden" })).then_some(())
        };
        eventually(&format!("a revoked key is refused ({key})"), is_forgotten).await;
    }
    for (method, path, Row { body, .. }) in routes(&world) {
        let path = fill(&path, |_| "none".to_owned());
        for (key, client) in revoked.iter().filter(|_| body != Signed) {
            let answer = client.ask(client.request(method.clone(), &path).json(&json!({}))).await.unwrap();
            // API Gateway answers by itself: no function is invoked.
            assert_eq!(answer.body, json!({ "message": "Forbidden" }), "{method} {path} ({key})");
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} ({key})");
        }
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn nonsense_is_answered_with_what_is_wrong_with_it() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    world.ship(&order, "01").await;
    let wanted = json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "style" }] });
    world.storefront.post(&format!("/orders/{}/returns", order.id), &wanted).await.unwrap();
    world.until_settled().await;
    let (orders, stock) = (world.scan("OrdersTable").await, world.scan("StockTable").await);
    let deep = "[".repeat(100_000);
    let too_large = format!("{{\"reason\":\"{}\"}}", "x".repeat(300_000));
    let wrong_fields =
        r#"{"lines":[{"line":-1,"sku":{},"quantity":1e99}],"reason":7,"name":[],"total":"1","no_such":{}}"#;
    for (method, path, Row { body, .. }) in routes(&world) {
        let path = of_order(&path, &order.id);
        let send = async |kind: &str, bytes: &str| {
            let request = world.operator.request(method.clone(), &path).header("content-type", kind);
            let answer = world.operator.ask(request.body(bytes.to_owned())).await.unwrap();
            assert_eq!(answer.content_type, "application/problem+json", "{method} {path}: {answer:?}");
            answer
        };
        if body == Empty {
            for bytes in ["no json", "\u{0}", "[]", "null", wrong_fields, &too_large] {
                assert_eq!(send(JSON, bytes).await.status, 400, "{method} {path}");
            }
        }
        if !matches!(body, Read | Optional) {
            continue;
        }
        for (kind, bytes, status) in [
            (JSON, "", 400),
            (JSON, "no json", 400),
            (JSON, "\u{0}\u{1}", 400),
            (JSON, &deep, 400),
            (JSON, &too_large, 413),
            ("text/plain", "{}", 415),
            ("application/x-www-form-urlencoded", "a=b", 415),
        ] {
            // A file may be longer than other bodies.
            let status = if status == 413 && path == "/operations/statements" { 422 } else { status };
            let answer = send(kind, bytes).await;
            assert_eq!(answer.status, status, "{method} {path} {}: {answer:?}", &bytes[..bytes.len().min(20)]);
        }
        for bytes in ["{}", "[]", "null", "7", "\"text\"", wrong_fields] {
            if bytes == "{}" && body == Optional {
                continue;
            }
            let answer = send(JSON, bytes).await;
            assert_eq!(answer.status, 422, "{method} {path} {bytes}: {answer:?}");
            assert!(fields(&answer).iter().all(|field| !field.is_empty()), "{method} {path} {bytes}: {answer:?}");
            assert!(!fields(&answer).is_empty(), "{method} {path} {bytes}: {answer:?}");
        }
        assert!(fields(&send(JSON, wrong_fields).await).contains(&"no_such".to_owned()), "{method} {path}");
    }
    assert_eq!(world.scan("OrdersTable").await, orders);
    assert_eq!(world.scan("StockTable").await, stock);
    laws::hold(&world).await;
}

#[tokio::test]
async fn every_wrong_field_of_an_order_is_named_at_once() {
    let world = World::start().await;
    let body = json!({
        "currency": "EURO", "customer": { "name": "", "email": "nobody" },
        "shipping_address": { "name": "A\u{7}", "line1": "x", "city": "y", "country": "Germany" },
        "lines": [
            { "sku": "no/../sku", "title": "t", "quantity": 0, "unit_price": -1 },
            { "sku": "MUG-BLUE", "title": "x".repeat(201), "quantity": 1, "unit_price": 100, "color": "blue" },
        ],
        "shipping": { "method": "Standard" }, "total": 1.5,
    });
    let answer = refused(&world.storefront, "/orders", &body, "invalid").await;
    let mut named = fields(&answer);
    named.sort_unstable();
    assert_eq!(
        named,
        [
            "currency",
            "customer.email",
            "customer.name",
            "lines[0].quantity",
            "lines[0].sku",
            "lines[0].unit_price",
            "lines[1].color",
            "lines[1].title",
            "reference",
            "shipping_address.country",
            "shipping_address.name",
            "total",
        ]
    );
    let mut wrong_total = order("1", &[("MUG-BLUE", 2)]);
    wrong_total["total"] = json!(1);
    let answer = refused(&world.storefront, "/orders", &wrong_total, "invalid").await;
    assert_eq!(fields(&answer), ["total"]);
    assert!(answer.body["errors"][0]["detail"].as_str().unwrap().contains("33.90 EUR"), "{answer:?}");
    let mut unknown = order("1", &[("MUG-BLUE", 2)]);
    unknown["lines"][0]["sku"] = json!("NO-SUCH");
    assert_eq!(fields(&refused(&world.storefront, "/orders", &unknown, "invalid").await), ["lines[0].sku"]);
    let many: Vec<_> = (0..501).map(|_| ("TIN-SMALL", 1)).collect();
    let answer = refused(&world.storefront, "/orders", &order("1", &many), "invalid").await;
    assert_eq!(fields(&answer), ["lines"]);
    laws::hold(&world).await;
}

#[tokio::test]
async fn names_that_cannot_be_are_nowhere() {
    let world = World::start().await;
    let long = "x".repeat(300);
    for (method, path, Row { body, .. }) in routes(&world) {
        if body == Signed || !path.contains('{') {
            continue;
        }
        for odd in ["..", "%00", "%E2%82%AC", "a%20b", "%7B%7D", &long] {
            let path = fill(&path, |_| odd.to_owned());
            let request = world.operator.request(method.clone(), &path).json(&json!({ "reason": "x", "name": "x" }));
            let answer = world.operator.ask(request).await.unwrap();
            assert!(answer.status.is_client_error(), "{method} {path}: {answer:?}");
        }
    }
    for path in [
        "/orders?cursor=x",
        "/orders?status=lost",
        "/orders?limit=many",
        "/orders?limit=0",
        "/orders?channel=a%20b",
        "/fulfillments",
        "/fulfillments?location=main&status=lost",
        "/fulfillments?location=main&limit=-",
    ] {
        let answer = world.operator.ask(world.operator.request(Method::GET, path)).await.unwrap();
        assert_eq!(answer.status, 422, "{path}: {answer:?}");
        assert_eq!(fields(&answer).len(), 1, "{path}: {answer:?}");
    }
    let answer = world.operator.ask(world.operator.request(Method::GET, "/fulfillments?location=main&cursor=x")).await;
    assert!(!answer.unwrap().status.is_server_error());
    let key = world.storefront.request(Method::POST, "/orders").header("idempotency-key", "a b");
    let answer = world.storefront.ask(key.json(&order("1", &[("MUG-BLUE", 1)]))).await.unwrap();
    assert_eq!(answer.body["type"], "urn:orderly:problem:bad-idempotency-key");
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_webhook_without_a_good_signature_is_refused() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let stripe = world.stack.stripe();
    let good = stripe.pay(&order.id, order.total, "EUR").unwrap();
    let signature = |webhook: &orderly_local::payments::Webhook| {
        webhook.headers.iter().find(|(name, _)| name == "stripe-signature").unwrap().1.clone()
    };
    let post = async |signature: Option<String>, body: Vec<u8>| {
        let request = world.operator.request(Method::POST, "/webhooks/payments/stripe").header(AUTHORIZATION, "");
        let request = request.header("content-type", "application/json");
        let request = signature.into_iter().fold(request, |request, value| request.header("stripe-signature", value));
        world.operator.ask(request.body(body)).await.unwrap()
    };
    let mut tampered = good.body.clone();
    *tampered.last_mut().unwrap() = b' ';
    for (signature, body) in [
        (None, good.body.clone()),
        (Some(String::new()), good.body.clone()),
        (Some("t=1,v1=00".to_owned()), good.body.clone()),
        (Some("v1=,t=".to_owned()), good.body.clone()),
        (Some(signature(&good)), tampered),
        (Some(signature(&good).replace("v1=", "v0=")), good.body.clone()),
    ] {
        let answer = post(signature, body).await;
        assert_eq!(answer.body["type"], "urn:orderly:problem:bad-signature", "{answer:?}");
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    // A signed body of the other mode, or of none, is refused. One that is not understood is kept.
    for (body, status, outcome) in [
        ("no json".to_owned(), 200, json!("kept")),
        ("{}".to_owned(), 400, Value::Null),
        (json!({ "livemode": true, "type": "payment_intent.succeeded" }).to_string(), 400, Value::Null),
        (json!({ "livemode": false }).to_string(), 200, json!("kept")),
        (
            json!({ "livemode": false, "type": "payment_intent.succeeded", "data": { "object": {} } }).to_string(),
            200,
            json!("kept"),
        ),
        (
            json!({ "livemode": false, "type": "customer.created", "data": { "object": {} } }).to_string(),
            200,
            json!("ignored"),
        ),
    ] {
        let webhook = stripe.sign(body.clone().into_bytes());
        let answer = post(Some(signature(&webhook)), webhook.body).await;
        assert_eq!((answer.status.as_u16(), &answer.body["outcome"]), (status, &outcome), "{body}: {answer:?}");
    }
    let large = stripe.sign(vec![b' '; 2_000_000]);
    let answer = post(Some(signature(&large)), large.body).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{answer:?}");
    assert_eq!(world.read(&order).await["captured"], 0);
    assert_eq!(post(Some(signature(&good)), good.body.clone()).await.status, StatusCode::OK);
    laws::hold(&world).await;
    assert_eq!(world.read(&order).await["captured"], order.total);
}

/// A route's path with its parameters replaced by values.
pub(crate) fn fill(path: &str, value: impl Fn(&str) -> String) -> String {
    let segment = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(name) => value(name.trim_end_matches('+')),
        None => part.to_owned(),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// The path with an order, a parcel and a return that exist.
pub(crate) fn of_order(path: &str, order: &str) -> String {
    fill(path, |name| match name {
        "order_id" => order.to_owned(),
        "fulfillment" | "return" => "01".to_owned(),
        "provider" => "stripe".to_owned(),
        "service" => "easypost".to_owned(),
        "parcel" => "P1".to_owned(),
        other => format!("no-{other}"),
    })
}

/// The fields that an answer reports as wrong.
pub(crate) fn fields(answer: &Answer) -> Vec<String> {
    let errors = answer.body["errors"].as_array().into_iter().flatten();
    errors.map(|error| error["field"].as_str().unwrap_or_default().to_owned()).collect()
}
