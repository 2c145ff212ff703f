//! Papers, by a function that has no typesetter: that one is built apart, and `.ci/papers` looks at what it makes.

use crate::{laws, world::World};
use orderly_local::client::{Answer, Client};
use reqwest::{Method, StatusCode};
use serde_json::json;

async fn ask(client: &Client, path: &str) -> Answer {
    client.ask(client.request(Method::GET, path)).await.unwrap()
}

/// The problem that a paper is refused with.
async fn problem(client: &Client, path: &str) -> (StatusCode, String) {
    let answer = ask(client, path).await;
    let kind = answer.body["type"].as_str().unwrap_or_default().trim_start_matches("urn:orderly:problem:");
    (answer.status, kind.to_owned())
}

#[tokio::test]
async fn a_paper_that_cannot_be_typeset_yet_says_so_and_one_that_there_is_none_of_too() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    let batch = json!({ "location": "main", "totes": ["A"] });
    let batch = world.warehouse.post("/batches", &batch).await.unwrap();
    let batch = format!("/batches/{}/documents/picklist.pdf", batch["id"].as_str().unwrap());
    let of = |id: &str, paper: &str| format!("/orders/{}/fulfillments/{id}/documents/{paper}", order.id);
    let not_yet = (StatusCode::SERVICE_UNAVAILABLE, "no-typesetter".to_owned());
    let picklist = of("01", "picklist.pdf");
    for path in [&picklist, &of("01", "packing-slip.pdf"), &batch] {
        assert_eq!(problem(&world.warehouse, path).await, not_yet, "{path}");
    }
    let detail = ask(&world.warehouse, &picklist).await.body["detail"].clone();
    assert!(detail.as_str().unwrap().contains("try again in some minutes"), "{detail}");

    world.ship(&order, "01").await;
    let of_parcel = |parcel: &str| of("01", &format!("packing-slip.pdf?parcel={parcel}"));
    assert_eq!(problem(&world.warehouse, &of_parcel("P1")).await, not_yet);
    let refusals = [
        (of_parcel("P2"), 409, "unknown-parcel"),
        (of_parcel("x"), 422, "invalid"),
        (of("01", "packing-slip.pdf?page=2"), 422, "invalid"),
        (of("02", "picklist.pdf"), 404, "not-found"),
        (batch, 409, "nothing-to-pick"),
        ("/batches/bat_none/documents/picklist.pdf".to_owned(), 404, "not-found"),
    ];
    for (path, status, kind) in refusals {
        let expected = (StatusCode::from_u16(status).unwrap(), kind.to_owned());
        assert_eq!(problem(&world.warehouse, &path).await, expected, "{path}");
    }

    let wanted = json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "style" }] });
    world.storefront.post(&format!("/orders/{}/returns", order.id), &wanted).await.unwrap();
    let slip = format!("/orders/{}/returns/01/documents/return-slip.pdf", order.id);
    let early = (StatusCode::CONFLICT, "wrong-status".to_owned());
    assert_eq!(problem(&world.storefront, &slip).await, early);
    world.service.post(&format!("/orders/{}/returns/01/approve", order.id), &json!({})).await.unwrap();
    assert_eq!(problem(&world.storefront, &slip).await, not_yet);
    laws::hold(&world).await;
}
