use super::*;
use crate::testing::{Calls, Reply, Seen, asked, error, json, outside, page, shop, shop_saying};
use serde_json::json as value;
use std::sync::{Arc, Mutex};

const URL: &str = "https://api.example/webhooks/channels/web";

type Hooks = Arc<Mutex<Vec<Value>>>;

async fn having(hooks: Vec<Value>) -> (crate::Shop, Calls, Hooks) {
    let hooks = Arc::new(Mutex::new(hooks));
    let known = Arc::clone(&hooks);
    let answer = move |seen: &Seen| {
        let mut hooks = known.lock().unwrap();
        let public = |hook: &Value| {
            let mut hook = hook.clone();
            hook.as_object_mut().unwrap().remove("secret");
            hook
        };
        match (seen.method.as_str(), seen.path.rsplit_once('/').unwrap().1) {
            ("GET", "webhooks") => page(&hooks.iter().map(public).collect::<Vec<_>>(), 1),
            ("POST", "webhooks") => {
                let mut hook = seen.body.clone();
                hook["id"] = (hooks.len() + 1).into();
                hooks.push(hook.clone());
                Reply { status: 201, ..json(&public(&hook)) }
            }
            ("PUT", id) => {
                let hook = hooks.iter_mut().find(|hook| fields::id(&hook["id"]).as_deref() == Some(id)).unwrap();
                hook.as_object_mut().unwrap().extend(seen.body.as_object().unwrap().clone());
                json(&public(hook))
            }
            other => panic!("{other:?}"),
        }
    };
    let (shop, calls) = shop(answer).await;
    (shop, calls, hooks)
}

/// A shop whose webhooks are right, and then changed in a field of `order.updated`'s.
async fn spoiled(field: &str, value: Value) -> (crate::Shop, Calls, Hooks) {
    let (shop, calls, hooks) = having(vec![]).await;
    shop.repair_webhooks(URL, "s3cret").await.unwrap();
    hooks.lock().unwrap()[1][field] = value;
    calls.lock().unwrap().clear();
    (shop, calls, hooks)
}

#[tokio::test]
async fn what_is_missing_is_made_once() {
    let (shop, calls, hooks) = having(vec![]).await;
    let report = shop.repair_webhooks(URL, "s3cret").await.unwrap();
    assert_eq!(report.len(), 4);
    assert_eq!(report[1], "order.updated had no webhook: it has one now");
    let made: Vec<(String, String, String)> = hooks
        .lock()
        .unwrap()
        .iter()
        .map(|hook| (text(hook, "topic"), text(hook, "delivery_url"), text(hook, "secret")))
        .collect();
    let expected = TOPICS.map(|topic| (topic.to_owned(), URL.to_owned(), "s3cret".to_owned()));
    assert_eq!(made, expected);
    assert!(hooks.lock().unwrap().iter().all(|hook| hook["status"] == "active"));
    assert_eq!(shop.repair_webhooks(URL, "s3cret").await.unwrap(), [""; 0]);
    assert_eq!(asked(&calls).iter().filter(|what| what.starts_with("GET")).count(), 2);
    assert_eq!(calls.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn what_is_wrong_is_mended_and_said() {
    let title = "Orderly /webhooks/channels/web order.updated";
    for (field, value, fault) in [
        ("status", value!("disabled"), "the webhook of order.updated was disabled: mended"),
        (
            "delivery_url",
            value!("https://old.example/webhooks/channels/web"),
            "the webhook of order.updated posted to another address: mended",
        ),
        (
            "name",
            value!(format!("{title} 00000000")),
            "the webhook of order.updated was signed with another secret: mended",
        ),
        ("name", value!("Made by hand"), "the webhook of order.updated was signed with another secret: mended"),
    ] {
        let (shop, calls, hooks) = spoiled(field, value.clone()).await;
        assert_eq!(shop.repair_webhooks(URL, "s3cret").await.unwrap(), [fault]);
        assert_eq!(asked(&calls), ["GET /webhooks", "PUT /webhooks/2"]);
        {
            let hooks = hooks.lock().unwrap();
            let hook = &hooks[1];
            assert_eq!(
                (&hook["delivery_url"], &hook["status"], &hook["secret"]),
                (&value!(URL), &value!("active"), &value!("s3cret"))
            );
            assert!(text(hook, "name").starts_with(title));
        }
        assert_eq!(shop.repair_webhooks(URL, "s3cret").await.unwrap(), [""; 0], "{field} {value}");
    }
}

#[tokio::test]
async fn a_new_secret_is_given_to_all_and_of_two_the_first_is_signed_with() {
    let (shop, _, hooks) = having(vec![]).await;
    shop.repair_webhooks(URL, "old").await.unwrap();
    assert_eq!(shop.repair_webhooks(URL, " new \nold").await.unwrap().len(), 4);
    assert!(hooks.lock().unwrap().iter().all(|hook| hook["secret"] == "new"));
    assert_eq!(shop.repair_webhooks(URL, "new").await.unwrap(), [""; 0]);
    assert!(outside(shop.repair_webhooks(URL, " \n").await).contains("no signing secret"));
}

#[tokio::test]
async fn a_name_tells_no_secret() {
    let (shop, _, hooks) = having(vec![]).await;
    shop.repair_webhooks(URL, "s3cret").await.unwrap();
    let name = text(&hooks.lock().unwrap()[0], "name");
    assert!(!name.contains("s3cret"), "{name}");
    assert_eq!(name.rsplit_once(' ').unwrap().1.len(), 8);
}

#[tokio::test]
async fn one_that_a_person_paused_stays_so_and_is_reported() {
    let (shop, calls, hooks) = spoiled("status", value!("paused")).await;
    let paused = "somebody paused the webhook of order.updated: it stays so until it is set active at the shop";
    assert_eq!(shop.repair_webhooks(URL, "s3cret").await.unwrap(), [paused]);
    assert_eq!(asked(&calls), ["GET /webhooks"]);
    let report = shop.repair_webhooks(URL, "new").await.unwrap();
    assert_eq!((report.len(), report[2].as_str()), (5, paused));
    let hook = hooks.lock().unwrap()[1].clone();
    assert_eq!((&hook["status"], &hook["secret"]), (&value!("paused"), &value!("new")));
}

#[tokio::test]
async fn webhooks_of_others_are_left_alone() {
    let others = [
        value!({"id": 1, "name": "ERP", "topic": "order.updated", "delivery_url": "https://erp.example/", "status": "disabled"}),
        value!({"id": 2, "name": "Orderly /webhooks/channels/outlet order.updated 1f2e3d4c", "topic": "order.updated",
            "delivery_url": "https://api.example/webhooks/channels/outlet", "status": "disabled"}),
        value!({"id": 3, "name": "x", "topic": "product.updated", "delivery_url": URL, "status": "disabled"}),
    ];
    let (shop, calls, hooks) = having(others.to_vec()).await;
    assert_eq!(shop.repair_webhooks(URL, "s3cret").await.unwrap().len(), 4);
    assert_eq!(hooks.lock().unwrap()[..3], others);
    assert!(!asked(&calls).iter().any(|what| what.starts_with("PUT") || what.starts_with("DELETE")));
}

#[tokio::test]
async fn of_two_the_one_that_works_is_kept_and_a_person_is_told() {
    let (shop, calls, hooks) = having(vec![]).await;
    shop.repair_webhooks(URL, "s3cret").await.unwrap();
    let second = value!({"id": 9, "name": "x", "topic": "order.updated", "delivery_url": URL, "status": "disabled"});
    hooks.lock().unwrap().insert(0, second);
    calls.lock().unwrap().clear();
    assert_eq!(
        shop.repair_webhooks(URL, "s3cret").await.unwrap(),
        ["order.updated is posted by 2 webhooks: delete all but one at the shop"]
    );
    assert_eq!(asked(&calls), ["GET /webhooks"]);
}

#[tokio::test]
async fn all_pages_of_webhooks_are_read_before_one_is_made() {
    let mut right = Vec::new();
    for topic in TOPICS {
        let wanted = Wanted::new(topic, URL, "s3cret").unwrap();
        right.push(value!({"id": 1, "name": wanted.name, "topic": topic, "delivery_url": URL, "status": "active"}));
    }
    let answer = move |seen: &Seen| page(if seen.asks("page") == Some("3") { &right } else { &[Value::Null] }, 3);
    let (shop, calls) = shop(answer).await;
    assert_eq!(shop.repair_webhooks(URL, "s3cret").await.unwrap(), [""; 0]);
    assert_eq!(calls.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_shop_that_refuses_is_asked_again() {
    for reply in
        [error(401, "woocommerce_rest_cannot_view"), error(400, "woocommerce_rest_shop_webhook_invalid_delivery_url")]
    {
        outside(shop_saying(reply).await.repair_webhooks(URL, "s3cret").await);
    }
}
