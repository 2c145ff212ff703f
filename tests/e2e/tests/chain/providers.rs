//! Several payment providers beside each other, with the real binaries: each is verified by its own rules, its payments open
//! orders, its refunds go back through it, and the books tell of all of them.

use crate::{
    laws,
    relay::serve,
    shop::Placed,
    world::{World, eventually},
};
use axum::{Json, Router, body::Bytes, extract::State, http::Uri};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use webhooks::{Key, standard_webhooks};

/// What systems that move money were asked for: the path and the body.
type Asked = Arc<Mutex<Vec<(String, Value)>>>;

/// A merchant's own system, which does at once what it is asked for, and an Adyen, which tells the outcome later.
async fn moving_money(State(asked): State<Asked>, uri: Uri, body: Bytes) -> (StatusCode, Json<Value>) {
    let body: Value = serde_json::from_slice(&body).unwrap();
    asked.lock().unwrap().push((uri.path().to_owned(), body.clone()));
    if uri.path() == "/own" {
        return (StatusCode::OK, Json(json!({ "status": "succeeded", "id": "own-refund-1" })));
    }
    let answer = json!({
        "merchantAccount": "TestShop",
        "paymentPspReference": "PSP1",
        "pspReference": "PSPREFUND1",
        "reference": body["reference"],
        "status": "received",
        "amount": body["amount"],
    });
    (StatusCode::CREATED, Json(answer))
}

async fn start() -> (World, Asked) {
    let asked = Asked::default();
    let url = serve(Router::new().fallback(moving_money).with_state(Arc::clone(&asked))).await;
    let world = World::start_with(|options| {
        let own = format!("{url}/own");
        let parameters = [
            ("UseStandard", "true"),
            ("StandardRequestsUrl", &own),
            ("UseAdyen", "true"),
            ("AdyenApiUrl", &url),
            ("AdyenMerchantAccount", "TestShop"),
        ];
        options.parameters.extend(parameters.map(|(name, value)| (name.to_owned(), value.to_owned())));
    })
    .await;
    (world, asked)
}

/// Posts to a webhook. Yields the status and the text of the answer.
async fn deliver(world: &World, provider: &str, headers: &[(&str, String)], body: &str) -> (StatusCode, String) {
    let url = format!("{}/webhooks/payments/{provider}", world.stack.api_url());
    let mut request = orderly_local::http_client().post(url).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = request.body(body.to_owned()).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// An event of the merchant's own system, signed.
async fn own_event(world: &World, kind: &str, data: &Value) -> (StatusCode, String) {
    let now = Timestamp::now();
    let mut data = data.clone();
    data["livemode"] = false.into();
    let body = json!({ "type": kind, "timestamp": now, "data": data }).to_string();
    let secret = world.stack.secret("StandardWebhookSecret").unwrap();
    let secret = standard_webhooks::Secret::new(secret.lines().next().unwrap()).unwrap();
    let signed = standard_webhooks::sign("msg_1", body.as_bytes(), &secret, now).unwrap();
    let headers = [
        (standard_webhooks::ID_HEADER, signed.id),
        (standard_webhooks::TIMESTAMP_HEADER, signed.timestamp),
        (standard_webhooks::SIGNATURE_HEADER, signed.signature),
    ];
    deliver(world, "standard", &headers, &body).await
}

/// An item of Adyen's, signed: with its own reference, that of its payment, and what the merchant calls it.
async fn adyen_item(
    world: &World,
    kind: &str,
    own: &str,
    original: &str,
    reference: &str,
    amount: i64,
) -> (StatusCode, String) {
    let key = world.stack.secret("AdyenHmacKeys").unwrap();
    let key = Key::new(&HEXLOWER_PERMISSIVE.decode(key.trim().as_bytes()).unwrap()).unwrap();
    let signed = format!("{own}:{original}:TestShop:{reference}:{amount}:EUR:{kind}:true");
    let item = json!({
        "additionalData": { "hmacSignature": BASE64.encode(&key.sign(&[signed.as_bytes()])) },
        "amount": { "currency": "EUR", "value": amount },
        "eventCode": kind,
        "eventDate": "2026-11-29T04:00:00+00:00",
        "merchantAccountCode": "TestShop",
        "merchantReference": reference,
        "originalReference": original,
        "paymentMethod": "visa",
        "pspReference": own,
        "success": "true",
    });
    let body = json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": item }] }).to_string();
    deliver(world, "adyen", &[], &body).await
}

async fn refund(world: &World, order: &Placed, amount: i64) {
    let request = world.operator.request(Method::POST, &format!("/orders/{}/refunds", order.id));
    let request = request.header("idempotency-key", "1").json(&json!({ "amount": amount, "reason": "a scratch" }));
    let answer = world.operator.ask(request).await.unwrap();
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
}

#[tokio::test]
async fn payments_of_several_providers_open_orders_and_go_back_the_way_they_came() {
    let (world, asked) = start().await;
    let own = world.place("1", &[("MUG-BLUE", 1)]).await;
    let paid = json!({ "payment": "pay_1", "order_id": own.id, "amount": own.total, "currency": "EUR" });
    assert_eq!(
        own_event(&world, "payment.captured", &paid).await,
        (StatusCode::OK, r#"{"outcome":"recorded"}"#.to_owned())
    );
    let adyen = world.place("2", &[("MUG-BLUE", 1)]).await;
    let told = adyen_item(&world, "AUTHORISATION", "PSP1", "", &adyen.id, adyen.total).await;
    assert_eq!(told, (StatusCode::OK, "[accepted]".to_owned()));
    world.place_and_pay("3", &[("MUG-BLUE", 1)]).await;
    world.until_settled().await;
    for order in [&own, &adyen] {
        let read = world.read(order).await;
        assert_eq!((&read["status"], &read["payment_status"]), (&json!("open"), &json!("paid")));
    }

    refund(&world, &own, 200).await;
    refund(&world, &adyen, 300).await;
    let own_read = world.until(&own, "its refund is made", |order| order["refunded"] == 200).await;
    assert_eq!(own_read["payment_status"], "partially_refunded");
    let is_asked = || asked.lock().unwrap().iter().any(|(path, _)| path.contains("/refunds"));
    eventually("Adyen is asked", async || is_asked().then_some(())).await;
    world.until_settled().await;
    assert_eq!(asked.lock().unwrap().len(), 2, "each is asked once: {asked:?}");
    let asked = asked.lock().unwrap().clone();
    let of = |path: &str| asked.iter().find(|(asked, _)| asked.contains(path)).unwrap().1.clone();
    let (to_own, to_adyen) = (of("/own"), of("/refunds"));
    assert_eq!((&to_own["type"], &to_own["data"]["amount"]), (&json!("refund.requested"), &json!(200)));
    assert_eq!(to_adyen["amount"], json!({ "currency": "EUR", "value": 300 }));

    // Adyen has only taken it on: what came of it comes by webhook.
    let waiting = world.read(&adyen).await;
    assert_eq!(waiting["refunded"], 0);
    let reference = to_adyen["reference"].as_str().unwrap();
    let told = adyen_item(&world, "REFUND", "PSPREFUND1", "PSP1", reference, 300).await;
    assert_eq!(told.0, StatusCode::OK);
    let refunded = world.until(&adyen, "its refund is told", |order| order["refunded"] == 300).await;
    let refunds = refunded["refunds"].as_object().unwrap();
    assert_eq!(refunds.len(), 1, "Orderly's own refund, and no other: {refunds:?}");
    world.until_settled().await;
    laws::hold(&world).await;

    let ledger = world.operator.ask(world.operator.request(Method::GET, "/ledger?format=csv&limit=100")).await.unwrap();
    assert_eq!(ledger.status, StatusCode::OK);
    let balance = world.operator.ask(world.operator.request(Method::GET, "/ledger/balance")).await.unwrap().body;
    let net = |provider: &str| {
        let days = balance["days"].as_array().unwrap();
        days.iter().filter(|day| day["provider"] == provider).map(|day| day["net"].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!((net("standard"), net("adyen")), (own.total - 200, adyen.total - 300), "{balance}");
    assert!(net("stripe") > 0);
    let rows = world.operator.ask(world.operator.request(Method::GET, "/ledger?limit=2")).await.unwrap().body;
    assert_eq!(rows["rows"].as_array().unwrap().len(), 2);
    let cursor = rows["next_cursor"].as_str().unwrap();
    let more = world
        .operator
        .ask(world.operator.request(Method::GET, &format!("/ledger?limit=100&cursor={cursor}")))
        .await
        .unwrap();
    assert_eq!(more.body["rows"].as_array().unwrap().len(), 3, "five movements in all: {:?}", more.body);
}

#[tokio::test]
async fn what_is_forged_unknown_or_not_understood_is_refused_or_kept_and_keeps_no_other_provider_back() {
    let (world, _) = start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    for provider in ["square", "paypal", "mollie", "nobody"] {
        let (status, told) = deliver(&world, provider, &[], "{}").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "a provider that is not used: {told}");
    }
    let unsigned = json!({ "live": "false", "notificationItems": [] }).to_string();
    assert_eq!(deliver(&world, "adyen", &[], &unsigned).await.0, StatusCode::UNAUTHORIZED);

    let odd = json!({ "payment": "pay_1", "order_id": order.id, "amount": "a lot", "currency": "EUR" });
    let (status, told) = own_event(&world, "payment.captured", &odd).await;
    assert_eq!((status, told.as_str()), (StatusCode::OK, r#"{"outcome":"kept"}"#));
    let list =
        world.operator.ask(world.operator.request(Method::GET, "/operations/unread-webhooks")).await.unwrap().body;
    assert_eq!(list["count"], 1);
    let kept = &list["webhooks"][0];
    assert!(kept["why"].as_str().unwrap().contains("amount"), "{kept}");
    let attention = world
        .operator
        .ask(world.operator.request(Method::GET, "/operations/attention?why=webhook_unread"))
        .await
        .unwrap();
    assert_eq!(attention.body["items"][0]["webhook"], kept["webhook"]);
    let replay = format!("/operations/unread-webhooks/{}/replay", kept["webhook"].as_str().unwrap());
    let again = world.operator.ask(world.operator.request(Method::POST, &replay)).await.unwrap();
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody has mended it");

    let (status, _) = own_event(&world, "invoice.printed", &json!({ "payment": "pay_1" })).await;
    assert_eq!(status, StatusCode::OK, "it says nothing about money");
    world.pay(&order).await;
    world.until_settled().await;
    assert_eq!(world.read(&order).await["payment_status"], "paid");
    laws::hold(&world).await;
}
