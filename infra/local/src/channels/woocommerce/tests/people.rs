//! The desk for tests, the page for people, and a shop that really posts its webhooks.

use super::*;
use crate::{channels::woocommerce::ShopConfig, outside::Disorder, services::Listener};
use axum::{Router, body::Bytes, routing::post};
use std::{sync::Mutex, time::Duration};

async fn desk(bench: &Bench, method: &str, path: &str, body: Value) -> Answered {
    bench.send(method, &format!("http://shop.example/shop/{path}"), &[], &body).await
}

#[tokio::test]
async fn tests_say_at_the_desk_what_happens() {
    let bench = Bench::new();
    let cart = json!({
        "lines": [{ "sku": "MUG-BLUE", "quantity": 2 }], "coupon": "TENOFF", "payment": "bacs",
        "fees": [{ "name": "Loyalty", "amount": "-1.00" }], "note": "Ring twice", "meta": { "_points": { "earned": 3 } },
    });
    let placed = desk(&bench, "POST", "checkout", cart).await;
    assert_eq!(placed.status, 200, "{}", placed.text);
    let order = &placed.body["order"];
    assert_eq!((&order["status"], &order["fee_lines"][0]["total"]), (&json!("on-hold"), &json!("-1.00")));
    assert_eq!(order["meta_data"][0]["value"]["earned"], 3, "plugins note what they like");
    let (id, line) = (order["id"].as_u64().unwrap(), &order["line_items"][0]["id"]);
    for (act, body) in [
        ("edit", json!({ "line": line, "quantity": 3 })),
        ("address", json!({ "shipping": { "city": "Espoo" } })),
        ("status", json!({ "status": "processing" })),
        ("refund", json!({ "lines": [{ "line": line, "quantity": 1 }], "restock": true, "reason": "a dent" })),
        ("cancel", json!(null)),
        ("trash", json!(null)),
        ("restore", json!(null)),
    ] {
        let done = desk(&bench, "POST", &format!("orders/{id}/{act}"), body).await;
        assert_eq!(done.status, 200, "{act}: {}", done.text);
    }
    let shown = desk(&bench, "GET", &format!("orders/{id}"), json!(null)).await.body;
    assert_eq!(
        (&shown["order"]["status"], &shown["order"]["shipping"]["city"]),
        (&json!("cancelled"), &json!("Espoo"))
    );
    assert_eq!(bench.shop().stock("MUG-BLUE"), Some(50));
    assert!(
        shown["notes"].as_array().unwrap().iter().any(|note| note["text"] == "Item #10 stock increased from 47 to 48.")
    );
    for (path, body) in [
        ("checkout", json!({ "lines": [] })),
        ("checkout", json!({ "line": 1 })),
        ("settings", json!({ "currencies": "EUR" })),
        ("settings", json!({ "time_zone": "Helsinki" })),
        ("failures", json!({ "faults": ["storm"] })),
        ("stock", json!({ "sku": "TIN-SMALL", "quantity": 1 })),
    ] {
        assert_eq!(desk(&bench, "POST", path, body.clone()).await.status, 400, "{path} {body}");
    }
    assert_eq!(desk(&bench, "POST", "orders/999/cancel", json!(null)).await.status, 404);
    let set = desk(&bench, "POST", "settings", json!({ "decimals": 0, "fulfillments": true })).await;
    assert_eq!((set.status, &set.body["decimals"], &set.body["currency"]), (200, &json!(0), &json!("EUR")));
    let failing = json!({ "requests": "GET /orders", "faults": [{ "refused": 503 }, "warning"] });
    assert_eq!(desk(&bench, "POST", "failures", failing).await.status, 200);
    assert_eq!(bench.get("orders").await.status, 503);
    let product = json!({ "sku": "NEW", "name": "New", "price": "1.00", "stock": 3 });
    assert_eq!(desk(&bench, "POST", "products", product).await.status, 200);
    assert_eq!(desk(&bench, "DELETE", "products/NEW", json!(null)).await.status, 200);
}

async fn form(bench: &Bench, path: &str, form: &str) -> String {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = bench.embedded.answer(request.body(form.to_owned().into()).unwrap()).await;
    let location = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let query = location.strip_prefix("/?").unwrap();
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "told").unwrap().1.into_owned()
}

#[tokio::test]
async fn a_person_buys_refunds_and_cancels_on_the_page() {
    let bench = Bench::new();
    let page = async || bench.send("GET", "/", &[], &Value::Null).await.text;
    assert!(page().await.contains("Nobody has bought yet."));
    assert_eq!(
        form(&bench, "/buy", "product=10&quantity=2&payment=cod&coupon=tenoff&wrap=2.00").await,
        "order 41 is placed"
    );
    let told = form(&bench, "/buy", "product=17&quantity=2&payment=card&coupon=&wrap=").await;
    assert!(told.contains("1 available"), "{told}");
    let line = bench.shop().order(41).unwrap()["line_items"][0]["id"].clone();
    assert_eq!(form(&bench, "/orders/41/refund", &format!("line={line}&restock=on")).await, "order 41: done");
    assert_eq!(bench.shop().stock("MUG-BLUE"), Some(49));
    assert_eq!(form(&bench, "/orders/41/cancel", "").await, "order 41: done");
    assert_eq!(bench.shop().stock("MUG-BLUE"), Some(50));
    assert!(form(&bench, "/orders/41/status", "status=sent").await.contains("no status of this shop"));
    assert!(form(&bench, "/orders/9/cancel", "").await.contains("no such order"));
    bench.shop().readdress(41, &Value::Null, &json!({ "first_name": "<script>" })).unwrap();
    let shown = page().await;
    assert!(
        shown.contains("cancelled") && shown.contains("&#60;script&#62;") && !shown.contains("<script>"),
        "{shown}"
    );
}

/// A receiver that keeps what comes, and answers one status after the other; then 200.
async fn receiver(statuses: Vec<u16>) -> (String, Arc<Mutex<Vec<Vec<u8>>>>) {
    let (kept, mut statuses) = (Arc::new(Mutex::new(Vec::new())), statuses);
    statuses.reverse();
    let (came, statuses) = (Arc::clone(&kept), Arc::new(Mutex::new(statuses)));
    let router = Router::new().route(
        "/hook",
        post(move |body: Bytes| async move {
            came.lock().unwrap().push(body.to_vec());
            let status = statuses.lock().unwrap().pop().unwrap_or(200);
            axum::http::StatusCode::from_u16(status).unwrap()
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, kept)
}

async fn until(mut holds: impl FnMut() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it does not come about");
}

fn real(data_dir: Option<&std::path::Path>) -> Shop {
    let config = ShopConfig {
        url: "http://127.0.0.1:1".to_owned(),
        credentials: local_credentials(),
        data_dir: data_dir.map(std::path::Path::to_owned),
        clock: Clock::system(),
    };
    Shop::start(config).unwrap()
}

#[tokio::test]
async fn a_shop_posts_its_webhooks_once_each_in_turn() {
    let shop = real(None);
    let (url, came) = receiver(vec![200, 200, 200, 200, 200, 500]).await;
    shop.turn_webhooks(Some(&url));
    until(|| shop.undelivered() == 0).await;
    assert_eq!(came.lock().unwrap().len(), 5, "the pings");
    shop.check_out(checkout("MUG-BLUE", 1, "card")).unwrap();
    until(|| shop.undelivered() == 0).await;
    let delivered: Vec<_> = shop.delivered().into_iter().map(|one| (one.topic, one.status)).skip(5).collect();
    let expected = [("order.updated", 500), ("order.created", 200), ("product.updated", 200)];
    assert_eq!(delivered, expected.map(|(topic, status)| (topic.to_owned(), Some(status))), "nothing comes again");
    let doubled = Disorder { late: Duration::ZERO, doubled: true, lost: false };
    for (disorder, more) in [(doubled, 2), (Disorder { lost: true, ..Disorder::default() }, 0)] {
        let before = came.lock().unwrap().len();
        shop.disturb(disorder);
        assert!(shop.set_stock("MUG-BLUE", 7));
        until(|| shop.undelivered() == 0).await;
        assert_eq!(came.lock().unwrap().len() - before, more, "{disorder:?}");
    }
    shop.withhold_webhooks();
}

#[tokio::test]
async fn a_shop_is_there_again_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let shop = real(Some(directory.path()));
    let id = shop.check_out(checkout("MUG-BLUE", 1, "card")).unwrap();
    shop.withhold_webhooks();
    let again = real(Some(directory.path()));
    assert_eq!((again.stock("MUG-BLUE"), again.order(id)), (Some(49), shop.order(id)));
    assert!(again.check_out(checkout("MUG-BLUE", 1, "card")).unwrap() > id, "ids do not come again");
    again.withhold_webhooks();
}

#[tokio::test]
async fn the_secret_of_the_template_says_who_may_ask() {
    let listener = Listener::bind(0).await.unwrap();
    let shop =
        crate::channels::start(listener.endpoint(), &std::collections::BTreeMap::default(), None, Clock::system())
            .unwrap();
    assert_eq!(shop.credentials(), local_credentials(), "a template without it has a shop all the same");
    let rolled = r#"{"web": {}, "woo": {"key": "ck_2", "secret": "cs_2", "webhook_secret": "w2"}}"#;
    crate::channels::secret_is_put(&shop, "ChannelSecrets", rolled);
    assert_eq!(shop.credentials().key, "ck_2");
    for (name, value) in [("ChannelSecrets", r#"{"web": {}}"#), ("Other", rolled), ("ChannelSecrets", "oops")] {
        crate::channels::secret_is_put(&shop, name, value);
        assert_eq!(shop.credentials().key, "ck_2");
    }
    shop.withhold_webhooks();
}
