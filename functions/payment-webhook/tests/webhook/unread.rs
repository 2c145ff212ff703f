//! Genuine webhooks that were not understood.

use super::{now, start};
use api::{Caller, Error, Request};
use domain::{
    fixtures::placed,
    history::{Actor, Stamp},
    ids::{OrderId, UnreadId},
    order_state::OrderState,
    settings::Role,
    unread::UnreadWebhook,
};
use jiff::SignedDuration;
use payment_webhook::{App, handle};
use payments::{Webhooks, stripe};
use runtime::Secret;
use serde_json::{Value, json};
use store::ItemKey;

const SECRET: &str = "whsec_test";

fn event(object: &Value) -> Value {
    json!({
        "id": "evt_1", "type": "payment_intent.succeeded", "created": now().as_second(), "livemode": false,
        "data": { "object": object },
    })
}

fn signed(body: &str) -> Request {
    let secret = stripe::signature::SigningSecret::new(SECRET).unwrap();
    let signature = stripe::signature::sign(body.as_bytes(), &secret, now());
    Request {
        route: "POST /webhooks/payments/{provider}".to_owned(),
        path: [("provider".to_owned(), "stripe".to_owned())].into(),
        headers: [(stripe::signature::HEADER.to_owned(), signature)].into(),
        body: body.as_bytes().to_vec(),
        ..Request::default()
    }
}

fn replay(id: &UnreadId) -> Request {
    Request {
        route: "POST /operations/unread-webhooks/{webhook}/replay".to_owned(),
        path: [("webhook".to_owned(), id.to_string())].into(),
        caller: Some(Caller::new(Role::Operator, "test")),
        ..Request::default()
    }
}

async fn outcome(app: &App, request: &Request) -> Value {
    let answer = handle(app, request).await.unwrap();
    assert_eq!(answer.status, 200);
    serde_json::from_slice::<Value>(&answer.body).unwrap()["outcome"].clone()
}

#[tokio::test]
async fn what_is_genuine_and_not_understood_is_kept_once_and_read_again_after_the_fix() {
    let (services, mut app) = start().await;
    let webhook = stripe::Webhook::new(Secret::fixed("STRIPE_WEBHOOK_SECRET", SECRET), false);
    app.webhooks = Webhooks::new([webhook.into()]);

    let broken = event(&json!({ "id": "pi_1", "currency": "eur", "amount_received": "a lot" })).to_string();
    for _ in 0..2 {
        assert_eq!(outcome(&app, &signed(&broken)).await, "kept");
    }
    assert_eq!(outcome(&app, &signed("not JSON")).await, "kept");
    let waiting = app.store.unread_webhooks().await.unwrap();
    let id = UnreadId::of(&"stripe".parse().unwrap(), broken.as_bytes());
    assert_eq!(waiting.len(), 2);
    assert!(waiting.contains(&(id.clone(), now())));

    let kept = app.store.load::<UnreadWebhook>(&id).await.unwrap().unwrap().value;
    assert_eq!((kept.bytes(), kept.received_at), (broken.into_bytes(), now()));
    assert!(kept.why.contains("amount_received"), "{}", kept.why);

    // As long as nobody has mended it, it stays.
    match handle(&app, &replay(&id)).await {
        Err(Error::Problem(problem)) => assert!(problem.detail.contains("amount_received"), "{}", problem.detail),
        other => panic!("{other:?}"),
    }
    assert!(app.store.unread_webhooks().await.unwrap().iter().any(|(found, _)| *found == id));
    services.shutdown().await;
}

#[tokio::test]
async fn a_kept_webhook_that_is_understood_by_now_is_recorded_once_and_waits_no_more() {
    let (services, mut app) = start().await;
    let webhook = stripe::Webhook::new(Secret::fixed("STRIPE_WEBHOOK_SECRET", SECRET), false);
    app.webhooks = Webhooks::new([webhook.into()]);
    let order = OrderId::derive(&"web".parse().unwrap(), "1001");
    let stamp = Stamp::new(Actor::caller("storefront", "test"), now());
    let until = now() + SignedDuration::from_hours(1);
    let mut write = app.store.write(now());
    let placed = placed(&[("MUG", 1, 1000)]);
    let state = OrderState::place(&placed, domain::policy::Policy::default(), Vec::new(), until, &[], &stamp);
    write.create(ItemKey::state(&order), state);
    write.commit().await.unwrap();

    // As if an older version had not understood it.
    let object = json!({ "id": "pi_1", "currency": "eur", "amount_received": 1000, "metadata": { "order_id": order } });
    let body = event(&object).to_string();
    let provider = "stripe".parse().unwrap();
    let id = app::unread::keep(&app.store, &provider, body.as_bytes(), "it is too new", now()).await.unwrap();
    assert_eq!(outcome(&app, &replay(&id)).await, "recorded");
    assert_eq!(outcome(&app, &replay(&id)).await, "known", "read twice, it is recorded once");
    let state = app.store.order_state(&order).await.unwrap().unwrap().value;
    assert_eq!(state.ledger.captured(state.currency), 1000);
    assert!(app.store.unread_webhooks().await.unwrap().is_empty());
    services.shutdown().await;
}

#[tokio::test]
async fn nothing_that_is_not_genuine_is_kept_and_no_stranger_may_replay() {
    let (services, mut app) = start().await;
    let webhook = stripe::Webhook::new(Secret::fixed("STRIPE_WEBHOOK_SECRET", SECRET), false);
    app.webhooks = Webhooks::new([webhook.into()]);
    let forged = Request { body: b"{}".to_vec(), ..signed("not JSON") };
    assert!(handle(&app, &forged).await.is_err());
    assert!(app.store.unread_webhooks().await.unwrap().is_empty());

    let id = UnreadId::of(&"stripe".parse().unwrap(), b"x");
    assert!(handle(&app, &Request { caller: None, ..replay(&id) }).await.is_err());
    let reader = Caller::new(Role::CustomerService, "test");
    assert!(handle(&app, &Request { caller: Some(reader), ..replay(&id) }).await.is_err());
    match handle(&app, &replay(&id)).await {
        Err(Error::Problem(problem)) => assert_eq!(problem.status, 404),
        other => panic!("{other:?}"),
    }
    services.shutdown().await;
}
