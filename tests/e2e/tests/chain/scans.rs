//! Picking by scanner, and putting back what was picked in vain.

use crate::{
    laws,
    world::{World, refused},
};
use orderly_local::{client::Client, seed::MAIN};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const EAN: &str = "4006381333931";

async fn scan(client: &Client, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
    let request = client.request(Method::POST, path).header("idempotency-key", key).json(body);
    let answer = client.ask(request).await.unwrap();
    (answer.status, answer.body)
}

/// The mug has a barcode, and one of its box of two.
async fn label_mugs(world: &World) {
    let codes = json!([{ "code": EAN }, { "code": "MUG-PAIR", "units": 2 }]);
    let mug = json!({ "title": "Enamel mug, blue", "bins": { MAIN: "A-02-1" }, "codes": codes });
    world.warehouse.put("/products/MUG-BLUE", &mug).await.unwrap();
}

#[tokio::test]
async fn a_batch_is_picked_scan_by_scan_and_is_over_with_the_last() {
    let world = World::start().await;
    label_mugs(&world).await;
    let one = world.place_and_pay("one", &[("MUG-BLUE", 1)]).await;
    let two = world.place_and_pay("two", &[("MUG-BLUE", 2), ("TIN-SMALL", 1)]).await;
    let made = world.warehouse.post("/batches", &json!({ "location": MAIN, "totes": ["A", "B"] })).await.unwrap();
    let (batch, scans) = (made["id"].as_str().unwrap(), format!("/batches/{}/scans", made["id"].as_str().unwrap()));
    refused(&world.warehouse, &scans, &json!({ "code": EAN }), "not-claimed").await;
    world.warehouse.post(&format!("/batches/{batch}/claim"), &json!({})).await.unwrap();

    for (body, why) in [
        (json!({ "code": "CUP-KINTSUGI" }), "wrong-item"),
        (json!({ "code": "no-such-code" }), "not-found"),
        (json!({ "code": EAN, "bin": "C-04-2" }), "wrong-bin"),
        (json!({ "code": "TIN-SMALL", "tote": "A" }), "wrong-tote"),
        (json!({ "code": "" }), "invalid"),
        (json!({ "code": EAN, "quantity": 2 }), "invalid"),
    ] {
        refused(&world.warehouse, &scans, &body, why).await;
    }

    // The pair goes where two are wanted, and again it counts once.
    for _ in 0..2 {
        let (status, pair) =
            scan(&world.warehouse, &scans, "s1", &json!({ "code": "MUG-PAIR", "bin": "A-02-1" })).await;
        assert_eq!((status, &pair["tote"], &pair["left"]), (StatusCode::OK, &json!("B"), &json!(2)), "{pair}");
        assert_eq!((&pair["next"]["sku"], &pair["next"]["tote"]), (&json!("MUG-BLUE"), &json!("A")));
    }
    let (status, reused) = scan(&world.warehouse, &scans, "s1", &json!({ "code": EAN })).await;
    assert_eq!((status, &reused["type"]), (StatusCode::CONFLICT, &json!("urn:orderly:problem:key-reused")));
    let (_, first) = scan(&world.warehouse, &scans, "s2", &json!({ "code": EAN })).await;
    assert_eq!((&first["order"], &first["status"]), (&json!(one.id), &json!("picking")));
    refused(&world.warehouse, &scans, &json!({ "code": EAN }), "too-many-picked").await;
    for _ in 0..2 {
        let (status, last) = scan(&world.warehouse, &scans, "s3", &json!({ "code": "TIN-SMALL", "tote": "B" })).await;
        assert_eq!((status, &last["status"], &last["next"]), (StatusCode::OK, &json!("done"), &Value::Null), "{last}");
    }
    for order in [&one, &two] {
        let path = format!("/orders/{}/fulfillments/01", order.id);
        let now = world.warehouse.get(&path).await.unwrap();
        assert_eq!(now["status"], "picked", "{now}");
        assert!(now["picklist"].as_array().unwrap().iter().all(|line| line["picked"] == line["quantity"]), "{now}");
    }
    let over = world.warehouse.get(&format!("/batches/{batch}")).await.unwrap();
    assert_eq!(over["status"], "done");
    let active = world.warehouse.get(&format!("/batches?location={MAIN}")).await.unwrap();
    assert_eq!(active["batches"], json!([]), "its end is noted");
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_was_scanned_for_a_cancelled_order_is_put_back_and_counts_as_there_until_then() {
    let world = World::start().await;
    label_mugs(&world).await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 3)]).await;
    let of = |what: &str| format!("/orders/{}/fulfillments/01/{what}", order.id);
    refused(&world.warehouse, &of("put-back"), &json!({}), "nothing-to-put-back").await;
    refused(&world.warehouse, &of("scans"), &json!({ "code": "TIN-SMALL" }), "wrong-item").await;
    let (_, now) = scan(&world.warehouse, &of("scans"), "s1", &json!({ "code": "MUG-PAIR" })).await;
    assert_eq!((&now["line"]["scanned"], &now["left"], &now["status"]), (&json!(2), &json!(1), &json!("picking")));
    world.operator.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "mistake" })).await.unwrap();
    refused(&world.warehouse, &of("scans"), &json!({ "code": EAN }), "wrong-status").await;
    world.until_settled().await;

    let path = format!("/put-backs?location={MAIN}");
    let listed = world.warehouse.get(&path).await.unwrap();
    let line = json!({ "sku": "MUG-BLUE", "title": "Enamel mug, blue", "bin": "A-02-1", "quantity": 2 });
    assert_eq!(listed["put_backs"][0]["lines"], json!([line]), "{listed}");
    assert_eq!(listed["put_backs"][0]["order"], order.id);
    let work = world.warehouse.get(&format!("/fulfillments?location={MAIN}")).await.unwrap();
    assert_eq!(work["fulfillments"], json!([]), "nothing of it is to be picked");

    // The shelf has 118; two stand in a tote.
    let count = json!({ "sku": "MUG-BLUE", "location": MAIN, "on_hand": 118, "reason": "count" });
    let level = world.warehouse.put("/stock", &count).await.unwrap();
    assert_eq!(level["on_hand"], 120, "{level}");

    for _ in 0..2 {
        let done = world.warehouse.post(&of("put-back"), &json!({})).await.unwrap();
        assert_eq!((&done["status"], &done["put_back"]), (&json!("cancelled"), &Value::Null), "{done}");
    }
    let listed = world.warehouse.get(&path).await.unwrap();
    assert_eq!(listed["put_backs"], json!([]));
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_parcel_is_packed_scan_by_scan_and_takes_nothing_that_is_not_its_own() {
    let world = World::start().await;
    label_mugs(&world).await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2), ("TIN-SMALL", 1)]).await;
    let of = |what: &str| format!("/orders/{}/fulfillments/01/{what}", order.id);
    refused(&world.warehouse, &of("open-parcel/scans"), &json!({ "code": EAN }), "wrong-status").await;
    world.pick(&order, "01").await;
    refused(&world.warehouse, &of("parcels"), &json!({ "weight_g": 900 }), "nothing-scanned").await;
    refused(&world.warehouse, &of("open-parcel/scans"), &json!({ "code": "CUP-KINTSUGI" }), "wrong-item").await;
    for _ in 0..2 {
        let (_, one) = scan(&world.warehouse, &of("open-parcel/scans"), "p1", &json!({ "code": EAN })).await;
        assert_eq!(one["open_parcel"], json!([{ "line": 0, "quantity": 1 }]), "again it counts once: {one}");
    }
    refused(&world.warehouse, &of("open-parcel/scans"), &json!({ "code": "MUG-PAIR" }), "too-many-packed").await;
    let emptied = world.warehouse.request(Method::DELETE, &of("open-parcel"));
    assert_eq!(world.warehouse.ask(emptied).await.unwrap().body["open_parcel"], Value::Null);
    let (_, pair) = scan(&world.warehouse, &of("open-parcel/scans"), "p2", &json!({ "code": "MUG-PAIR" })).await;
    assert_eq!(pair["left"], json!([{ "line": 1, "quantity": 1 }]), "{pair}");
    let closed = world.warehouse.post(&of("parcels"), &json!({ "weight_g": 700 })).await.unwrap();
    assert_eq!(
        (&closed["status"], &closed["parcels"][0]["contents"]),
        (&json!("picked"), &json!([{ "line": 0, "quantity": 2 }]))
    );
    scan(&world.warehouse, &of("open-parcel/scans"), "p3", &json!({ "code": "TIN-SMALL" })).await;
    let packed = world.warehouse.post(&of("parcels"), &json!({ "weight_g": 80 })).await.unwrap();
    assert_eq!((&packed["status"], packed["parcels"].as_array().unwrap().len()), (&json!("packed"), 2), "{packed}");
    laws::hold(&world).await;
}
