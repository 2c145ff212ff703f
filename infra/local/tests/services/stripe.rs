use super::{eventually, reqwest_client};
use axum::http::StatusCode;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use orderly_local::{
    payments::stripe::{Breakdown, Stripe, StripeConfig},
    services::{
        Listener,
        warehouse_hook::{Delivery, WarehouseHook},
    },
};
use runtime::Clock;
use serde_json::Value;
use sha2::Sha256;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

const SECRET: &str = "whsec_new\nwhsec_old";

async fn start() -> Stripe {
    let config =
        StripeConfig { webhook_secret: SECRET.to_owned(), webhook_url: None, data_dir: None, clock: Clock::system() };
    Stripe::start(Listener::bind(0).await.unwrap(), config).unwrap()
}

/// A receiver for webhooks. The warehouse's is reused, because any that stores its requests will do.
async fn receiver() -> WarehouseHook {
    WarehouseHook::start(Listener::bind(0).await.unwrap())
}

async fn refund(stripe: &Stripe, key: Option<&str>, form: &[(&str, &str)]) -> (StatusCode, Value) {
    let mut request = reqwest_client().post(format!("{}/v1/refunds", stripe.endpoint()));
    request = request.header("authorization", "Bearer sk_test_123").form(form);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

fn paid(stripe: &Stripe) -> String {
    let webhook = stripe.pay("ord_1", 1000, "EUR").unwrap();
    webhook.event()["data"]["object"]["id"].as_str().unwrap().to_owned()
}

async fn deliveries(receiver: &WarehouseHook, count: usize) -> Vec<Delivery> {
    eventually("the deliveries", async || Some(receiver.deliveries()).filter(|all| all.len() >= count)).await
}

fn assert_signed(delivery: &Delivery) {
    let header = delivery.header("stripe-signature").unwrap();
    let (time, signature) = header.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_new").unwrap();
    mac.update(format!("{time}.{}", delivery.body).as_bytes());
    let expected = HEXLOWER.encode(&mac.finalize().into_bytes());
    assert_eq!(signature, expected);
}

#[tokio::test]
async fn a_payment_yields_a_signed_event() {
    let stripe = start().await;
    let receiver = receiver().await;
    stripe.set_webhook_url(receiver.url());
    let webhook = stripe.pay("ord_1", 1000, "EUR").unwrap();
    assert_eq!(stripe.deliver(&webhook).await.unwrap(), 204);
    let delivery = deliveries(&receiver, 1).await.remove(0);
    assert_signed(&delivery);
    let event: Value = serde_json::from_str(&delivery.body).unwrap();
    assert_eq!(event["type"], "payment_intent.succeeded");
    assert_eq!(event["livemode"], false);
    let intent = &event["data"]["object"];
    assert_eq!(intent["amount_received"], 1000);
    assert_eq!(intent["currency"], "eur");
    assert_eq!(intent["metadata"]["order_id"], "ord_1");
    assert_eq!(intent["latest_charge"], stripe.payments()[0].charge.as_str());
}

#[tokio::test]
async fn an_event_has_nothing_that_stripes_own_sample_has_not() {
    let stripe = start().await;
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/payloads");
    let sample = std::fs::read(samples.join("stripe-payment_intent.succeeded.json")).unwrap();
    let sample: Value = serde_json::from_slice(&sample).unwrap();
    let ours = stripe.pay("ord_1", 1000, "EUR").unwrap().event();
    for (path, value) in [("", &ours), ("/data/object", &ours["data"]["object"])] {
        for key in value.as_object().unwrap().keys() {
            assert!(sample.pointer(path).unwrap().get(key).is_some(), "{path}/{key}");
        }
    }
}

#[tokio::test]
async fn a_key_refunds_once() {
    let stripe = start().await;
    let intent = paid(&stripe);
    let form = [("payment_intent", intent.as_str()), ("amount", "300"), ("metadata[refund]", "r1")];
    let (status, first) = refund(&stripe, Some("refund:r1"), &form).await;
    assert_eq!(status, 200);
    assert_eq!(first["status"], "succeeded");
    assert_eq!(first["metadata"]["refund"], "r1");
    let (status, second) = refund(&stripe, Some("refund:r1"), &form).await;
    assert_eq!((status.as_u16(), &second), (200, &first));
    assert_eq!(stripe.refunds(&intent).len(), 1);

    let form = [("payment_intent", intent.as_str()), ("amount", "400")];
    let (status, error) = refund(&stripe, Some("refund:r1"), &form).await;
    assert_eq!(status, 400);
    assert_eq!(error["error"]["type"], "idempotency_error");
    let (status, _) = refund(&stripe, Some("refund:r2"), &form).await;
    assert_eq!(status, 200);
    assert_eq!(stripe.refunds(&intent).iter().map(|refund| refund.amount).sum::<i64>(), 700);
}

#[tokio::test]
async fn a_failure_is_stored_for_its_key_and_replayed_for_a_day() {
    let seconds = Arc::new(AtomicI64::new(1_764_000_000));
    let time = Arc::clone(&seconds);
    let clock = Clock::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap());
    let config = StripeConfig { webhook_secret: SECRET.to_owned(), webhook_url: None, data_dir: None, clock };
    let stripe = Stripe::start(Listener::bind(0).await.unwrap(), config).unwrap();
    for (breakdown, refunds) in [(Breakdown::Before, 0), (Breakdown::After, 1)] {
        let payment = paid(&stripe);
        let form = [("payment_intent", payment.as_str()), ("amount", "100")];
        stripe.break_down(&payment, breakdown);
        for _ in 0..2 {
            let (status, error) = refund(&stripe, Some(&payment), &form).await;
            assert_eq!((status, &error["error"]["type"]), (StatusCode::INTERNAL_SERVER_ERROR, &"api_error".into()));
            assert_eq!(stripe.refunds(&payment).len(), refunds, "{breakdown:?}");
            seconds.fetch_add(23 * 3600, Ordering::Relaxed);
        }
        seconds.fetch_add(3600, Ordering::Relaxed);
        assert_eq!(refund(&stripe, Some(&payment), &form).await.0, StatusCode::OK, "the key is forgotten");
        assert_eq!(stripe.refunds(&payment).len(), refunds + 1);
    }
}

#[tokio::test]
async fn requests_at_once_with_one_key_refund_once() {
    let stripe = start().await;
    let intent = paid(&stripe);
    let form = [("payment_intent", intent.as_str()), ("amount", "300")];
    let requests = (0..8).map(|_| refund(&stripe, Some("refund:r1"), &form));
    let answers = futures::future::join_all(requests).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(stripe.refunds(&intent).len(), 1);
}

#[tokio::test]
async fn no_more_goes_back_than_was_paid() {
    let stripe = start().await;
    let intent = paid(&stripe);
    let (status, error) = refund(&stripe, None, &[("payment_intent", &intent), ("amount", "1001")]).await;
    assert_eq!(status, 400);
    assert_eq!(error["error"]["param"], "amount");
    let (status, all) = refund(&stripe, None, &[("payment_intent", &intent)]).await;
    assert_eq!((status.as_u16(), &all["amount"]), (200, &Value::from(1000)));
    let (status, error) = refund(&stripe, None, &[("payment_intent", &intent), ("amount", "1")]).await;
    assert_eq!(status, 400);
    assert_eq!(error["error"]["code"], "charge_already_refunded");
}

#[tokio::test]
async fn wrong_requests_are_worded_as_stripe_does() {
    let stripe = start().await;
    let intent = paid(&stripe);
    let intent = intent.as_str();
    for (form, status, code) in [
        (vec![("payment_intent", "pi_unknown")], 404, "resource_missing"),
        (vec![("amount", "5")], 400, "parameter_missing"),
        (vec![("payment_intent", intent), ("amount", "0")], 400, "parameter_invalid_integer"),
        (vec![("payment_intent", intent), ("amount", "1.5")], 400, "parameter_invalid_integer"),
        (vec![("payment_intent", intent), ("colour", "red")], 400, "parameter_unknown"),
    ] {
        let (answered, error) = refund(&stripe, None, &form).await;
        assert_eq!((answered.as_u16(), &error["error"]["code"]), (status, &Value::from(code)), "{form:?}");
    }
    let unauthorized = reqwest_client().post(format!("{}/v1/refunds", stripe.endpoint())).send().await.unwrap();
    assert_eq!(unauthorized.status(), 401);
    assert!(stripe.refunds(intent).is_empty());
}

#[tokio::test]
async fn a_registered_payment_can_be_refunded() {
    let stripe = start().await;
    stripe.register("pi_crafted", 500, "usd").unwrap();
    let (status, _) = refund(&stripe, None, &[("payment_intent", "pi_crafted"), ("amount", "500")]).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn refunds_are_listed_newest_first_in_pages() {
    let stripe = start().await;
    let intent = paid(&stripe);
    for amount in ["1", "2", "3"] {
        refund(&stripe, None, &[("payment_intent", &intent), ("amount", amount)]).await;
    }
    let list = |query: String| {
        let request = reqwest_client().get(format!("{}/v1/refunds?payment_intent={intent}{query}", stripe.endpoint()));
        let request = request.header("authorization", "Bearer sk_test_123");
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let page = list("&limit=2".to_owned()).await;
    let amounts = |page: &Value| -> Vec<i64> {
        page["data"].as_array().unwrap().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect()
    };
    assert_eq!((amounts(&page), &page["has_more"]), (vec![3, 2], &Value::Bool(true)));
    let last = page["data"][1]["id"].as_str().unwrap();
    let page = list(format!("&starting_after={last}")).await;
    assert_eq!((amounts(&page), &page["has_more"]), (vec![1], &Value::Bool(false)));
}

#[tokio::test]
async fn refunds_are_announced_until_the_receiver_takes_it() {
    let stripe = start().await;
    let receiver = receiver().await;
    receiver.answer_with(StatusCode::SERVICE_UNAVAILABLE);
    stripe.set_webhook_url(receiver.url());
    let intent = paid(&stripe);
    refund(&stripe, None, &[("payment_intent", &intent), ("amount", "300")]).await;
    deliveries(&receiver, 3).await;
    assert_eq!(stripe.undelivered(), 3);
    receiver.answer_with(StatusCode::OK);
    eventually("all is delivered", async || (stripe.undelivered() == 0).then_some(())).await;
    let all = receiver.deliveries();
    all.iter().for_each(assert_signed);
    let kinds = |answered: u16| -> Vec<String> {
        let mut kinds: Vec<String> = all.iter().filter(|delivery| delivery.answered == answered).map(kind).collect();
        kinds.sort();
        kinds
    };
    let events = ["charge.refunded", "refund.created", "refund.updated"];
    // The webhook was refused for as long as the receiver failed, and was accepted once.
    let mut refused = kinds(503);
    refused.dedup();
    assert_eq!((kinds(200), refused), (events.map(str::to_owned).to_vec(), events.map(str::to_owned).to_vec()));
    let charge = all.iter().find(|delivery| kind(delivery) == "charge.refunded").unwrap();
    let charge: Value = serde_json::from_str(&charge.body).unwrap();
    assert_eq!(charge["data"]["object"]["amount_refunded"], 300);
}

fn kind(delivery: &Delivery) -> String {
    let event: Value = serde_json::from_str(&delivery.body).unwrap();
    event["type"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_can_pay_by_curl() {
    let stripe = start().await;
    let receiver = receiver().await;
    stripe.set_webhook_url(receiver.url());
    let pay = |body: &'static str| reqwest_client().post(format!("{}/pay", stripe.endpoint())).body(body).send();
    let answer = pay(r#"{"order_id":"ord_1","amount":1000,"currency":"EUR"}"#).await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["webhook"], "delivered, answered 204 No Content");
    assert_eq!(answer["payment_intent"], stripe.payments()[0].id.as_str());
    assert_eq!(kind(&deliveries(&receiver, 1).await[0]), "payment_intent.succeeded");
    assert_eq!(pay(r#"{"order_id":"ord_1"}"#).await.unwrap().status(), 400);
    assert_eq!(pay(r#"{"order_id":"o","amount":0,"currency":"EUR"}"#).await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_restart_keeps_the_books() {
    let directory = tempfile::tempdir().unwrap();
    let config = StripeConfig {
        webhook_secret: SECRET.to_owned(),
        webhook_url: None,
        data_dir: Some(directory.path().to_owned()),
        clock: Clock::system(),
    };
    let stripe = Stripe::start(Listener::bind(0).await.unwrap(), config.clone()).unwrap();
    let intent = paid(&stripe);
    let form = [("payment_intent", intent.as_str()), ("amount", "300")];
    let (_, first) = refund(&stripe, Some("refund:r1"), &form).await;
    stripe.shutdown().await;
    let stripe = Stripe::start(Listener::bind(0).await.unwrap(), config).unwrap();
    let (_, again) = refund(&stripe, Some("refund:r1"), &form).await;
    assert_eq!(first, again);
    assert_eq!(stripe.refunds(&intent).len(), 1);
}
