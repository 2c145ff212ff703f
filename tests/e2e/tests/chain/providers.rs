//! Several payment providers beside each other, with the real binaries and the local stand-ins: each is verified by its own
//! rules, its payments open orders, its captures and refunds go through its API, and the books tell of all of them.

use crate::{
    laws,
    shop::Placed,
    world::{World, eventually},
};
use jiff::Timestamp;
use orderly_local::payments::{Breakdown, Disorder, Made, Provider, Simulator, only_stripe};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use webhooks::standard_webhooks;

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

/// Delivers all that tells of something at a provider.
async fn tell(own: &Simulator, made: &Made) {
    for webhook in &made.webhooks {
        assert_eq!(own.deliver(webhook).await.unwrap(), StatusCode::OK, "{webhook:?}");
    }
}

async fn refund(world: &World, order: &Placed, amount: i64) {
    let request = world.operator.request(Method::POST, &format!("/orders/{}/refunds", order.id));
    let request =
        request.header("idempotency-key", amount.to_string()).json(&json!({ "amount": amount, "reason": "a scratch" }));
    let answer = world.operator.ask(request).await.unwrap();
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
}

/// What the books say that a provider has brought.
fn net(balance: &Value, provider: Provider) -> i64 {
    let days = balance["days"].as_array().unwrap().iter();
    days.filter(|day| day["provider"] == provider.name()).map(|day| day["net"].as_i64().unwrap()).sum()
}

/// An order that is paid, sent and refunded twice, while its provider is throttling, and fails after it has refunded.
async fn round(world: &World, provider: Provider) -> i64 {
    let own = world.stack.providers().provider(provider);
    let order = world.place(&format!("round-{provider}"), &[("MUG-BLUE", 1)]).await;
    let paid = own.pay(&order.id, order.total, "EUR").unwrap();
    tell(&own, &paid).await;
    world.until(&order, "it has a fulfillment", |order| order["fulfillments"]["01"] == "open").await;
    world.ship(&order, "01").await;
    world.deliver(&order, "01").await;
    world.until(&order, "it is completed", |order| order["status"] == "completed").await;

    let mut refunded = 0;
    for (breakdown, amount) in [(Breakdown::Throttled, 200), (Breakdown::After, 300)] {
        own.break_down_next(breakdown);
        refund(world, &order, amount).await;
        refunded += amount;
        eventually(&format!("{provider} is asked again after {breakdown:?}"), async || {
            world.until_reconciled().await;
            (world.read(&order).await["refunded"] == refunded).then_some(())
        })
        .await;
        let made: Vec<i64> = own.refunds(&paid.payment.id).iter().map(|refund| refund.amount).collect();
        assert_eq!(made.iter().sum::<i64>(), refunded, "{provider} has refunded {made:?}");
    }
    order.total - refunded
}

/// An order whose money is captured when it is told to, and one that is cancelled and gives its authorization up.
async fn captures(world: &World, provider: Provider) -> i64 {
    let own = world.stack.providers().provider(provider);
    let placed = async |what: &str| {
        let order = world.place(&format!("{what}-{provider}"), &[("MUG-BLUE", 1)]).await;
        let authorized = own.authorize(&order.id, order.total, "EUR").unwrap();
        tell(&own, &authorized).await;
        world.until(&order, "it is authorized", |order| order["payment_status"] == "authorized").await;
        (order, authorized.payment.id)
    };
    let progress = |id: &str| own.payments().into_iter().find(|payment| payment.id == id).unwrap();
    let (captured, payment) = placed("captured").await;
    world.operator.post(&format!("/orders/{}/capture", captured.id), &json!({})).await.unwrap();
    world.until(&captured, "it is captured", |order| order["payment_status"] == "paid").await;
    assert_eq!(progress(&payment).captured, Some(captured.total), "{provider}");
    let (cancelled, payment) = placed("cancelled").await;
    world.operator.post(&format!("/orders/{}/cancel", cancelled.id), &json!({ "reason": "a mistake" })).await.unwrap();
    eventually(&format!("{provider} has given it up"), async || {
        world.until_reconciled().await;
        (format!("{:?}", progress(&payment).progress) == "Canceled").then_some(())
    })
    .await;
    captured.total
}

#[tokio::test]
async fn each_provider_is_paid_by_ships_and_refunds_once_though_it_fails() {
    let world = World::start().await;
    let mut kept = Vec::new();
    for provider in Provider::ALL {
        kept.push((provider, round(&world, provider).await + captures(&world, provider).await));
    }
    world.until_settled().await;
    laws::hold(&world).await;
    let balance = world.operator.get("/ledger/balance").await.unwrap();
    for (provider, kept) in kept {
        assert_eq!(net(&balance, provider), kept, "{provider}: {balance}");
    }
    let rows = world.operator.get("/ledger?limit=2").await.unwrap();
    let cursor = rows["next_cursor"].as_str().unwrap();
    let more = world.operator.get(&format!("/ledger?limit=100&cursor={cursor}")).await.unwrap();
    // Two payments and two refunds at each.
    assert_eq!(more["rows"].as_array().unwrap().len() + 2, 4 * Provider::ALL.len(), "{more}");
}

#[tokio::test]
async fn what_happens_at_a_provider_is_known_though_its_webhooks_come_late_and_twice() {
    let world = World::start().await;
    for provider in Provider::ALL {
        let own = world.stack.providers().provider(provider);
        own.disturb(Disorder { late: Duration::from_millis(300), doubled: true, lost: false });
        let order = world.place(&format!("late-{provider}"), &[("MUG-BLUE", 1)]).await;
        let paid = own.pay(&order.id, order.total, "EUR").unwrap();
        own.send(paid.webhooks);
        world.until(&order, "it is paid", |order| order["payment_status"] == "paid").await;
        let back = own.refund(&paid.payment.id, Some(100)).unwrap();
        own.send(back.webhooks);
        world.until(&order, "its refund is known", |order| order["refunded"] == 100).await;
        let disputed = own.dispute(&paid.payment.id).unwrap();
        own.send(disputed.webhooks);
        world.until(&order, "its dispute is known", |order| order["timeline"].to_string().contains("dispute")).await;
    }
    world.until_settled().await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_is_forged_unknown_or_not_understood_is_refused_or_kept_and_keeps_no_other_provider_back() {
    let world = World::start_with(|options| {
        options.parameters = only_stripe();
        for used in ["UseStandard", "UseAdyen"] {
            options.parameters.insert(used.to_owned(), "true".to_owned());
        }
    })
    .await;
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

#[tokio::test]
async fn a_dispute_that_people_answer_gives_them_the_text_and_waits_until_they_have() {
    let world = World::start().await;
    let own = world.stack.providers().provider(Provider::Standard);
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let paid = own.pay(&order.id, order.total, "EUR").unwrap();
    tell(&own, &paid).await;
    let disputed = own.dispute(&paid.payment.id).unwrap();
    tell(&own, &disputed).await;
    let told = disputed.webhooks[0].event();
    let id = told["data"]["dispute"].as_str().unwrap();
    let path = format!("/orders/{}/disputes/{id}/evidence", order.id);
    let refusal = crate::world::refused(&world.operator, &path, &json!({}), "answered-by-hand").await;
    assert!(refusal.body["text"].as_str().unwrap().contains("Enamel mug"), "{:?}", refusal.body);
    world.until_settled().await; // what works is not listed yet
    let item = |list: Value| list["items"].as_array().unwrap().iter().find(|item| item["disputes"].is_array()).cloned();
    assert!(item(world.operator.get("/operations/attention").await.unwrap()).is_some());
    let answered = world.operator.post(&path, &json!({ "at_provider": true })).await.unwrap();
    assert_eq!(answered["evidence"][id]["state"], "succeeded");
    assert!(item(world.operator.get("/operations/attention").await.unwrap()).is_none());
    laws::hold(&world).await;
}
