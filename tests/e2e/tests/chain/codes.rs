//! Barcodes of products.

use crate::world::World;
use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

impl World {
    async fn found(&self, code: &str) -> Option<(Value, Value)> {
        let code = code.replace('+', "%2B").replace('/', "%2F");
        let asked = self.storefront.request(Method::GET, &format!("/products?code={code}"));
        let answer = self.storefront.ask(asked).await.unwrap();
        match answer.status {
            StatusCode::OK => Some((answer.body["product"]["sku"].clone(), answer.body["units"].clone())),
            StatusCode::NOT_FOUND => None,
            _ => panic!("{code}: {answer:?}"),
        }
    }

    async fn put_product(&self, sku: &str, body: &Value) -> (StatusCode, Value) {
        let put = self.warehouse.request(Method::PUT, &format!("/products/{sku}")).json(body);
        let answer = self.warehouse.ask(put).await.unwrap();
        (answer.status, answer.body)
    }
}

fn with_codes(codes: &[(&str, u32)]) -> Value {
    let codes: Vec<Value> = codes.iter().map(|(code, units)| json!({ "code": code, "units": units })).collect();
    json!({ "title": "Enamel mug", "codes": codes })
}

#[tokio::test]
async fn a_product_is_found_by_each_of_its_codes_and_by_no_other_s() {
    let world = World::start().await;
    let (mug, tin) = ("MUG-BLUE", "TIN-SMALL");
    assert_eq!(world.found("4006381333931").await, None);
    let mine = with_codes(&[("036000291452", 1), ("MUG+BOX/12", 12), ("4006381333930", 1)]);
    let (status, put) = world.put_product(mug, &mine).await;
    assert_eq!(status, StatusCode::OK, "{put}");
    assert_eq!(put["codes"], mine["codes"]);
    assert_eq!(put["code_doubts"].as_array().unwrap().len(), 1, "{put}");
    assert_eq!(put["code_doubts"][0]["code"], "4006381333930", "its check digit would be 1");
    let found = |units: u32| Some((json!(mug), json!(units)));
    for scanned in ["036000291452", "0036000291452", "00036000291452"] {
        assert_eq!(world.found(scanned).await, found(1), "{scanned}");
    }
    assert_eq!(world.found("MUG+BOX/12").await, found(12));
    assert_eq!(world.found("mug+box/12").await, None);

    // Another product gets none of them, in whatever form, and stays as it was.
    let (status, refusal) = world.put_product(tin, &with_codes(&[("TIN", 1), ("0036000291452", 1)])).await;
    assert_eq!((status, &refusal["type"]), (StatusCode::CONFLICT, &json!("urn:orderly:problem:code-taken")));
    assert!(refusal["detail"].as_str().unwrap().contains(mug), "{refusal}");
    assert_eq!(world.found("TIN").await, None);

    // Who knows nothing of codes leaves them. What is left out of a list is free.
    let (_, put) = world.put_product(mug, &json!({ "title": "Enamel mug, blue" })).await;
    assert_eq!(put["codes"], mine["codes"]);
    world.put_product(mug, &with_codes(&[("MUG+BOX/12", 6)])).await;
    assert_eq!(world.found("MUG+BOX/12").await, found(6));
    assert_eq!(world.found("036000291452").await, None);
    let (status, _) = world.put_product(tin, &with_codes(&[("TIN", 1), ("0036000291452", 1)])).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(world.found("036000291452").await, Some((json!(tin), json!(1))));
    world.put_product(tin, &with_codes(&[])).await;
    assert_eq!(world.found("TIN").await, None);
    for wrong in ["/products", "/products?code=a%20b"] {
        let answer = world.storefront.ask(world.storefront.request(Method::GET, wrong)).await.unwrap();
        assert_eq!(
            (answer.status, &answer.body["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("code"))
        );
    }
}

#[tokio::test]
async fn of_products_that_get_a_code_at_the_same_moment_one_has_it() {
    let world = World::start().await;
    let skus = ["MUG-BLUE", "TIN-SMALL", "WHISK-BAMBOO", "NEW-1", "NEW-2"];
    let body = with_codes(&[("4006381333931", 1)]);
    let answers = join_all(skus.iter().map(|sku| world.put_product(sku, &body))).await;
    let won: Vec<&str> =
        skus.iter().zip(&answers).filter(|(_, (status, _))| *status == StatusCode::OK).map(|(sku, _)| *sku).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert_eq!(world.found("4006381333931").await, Some((json!(won[0]), json!(1))));
    for (sku, (status, _)) in skus.iter().zip(&answers) {
        // A client that lost every race asks again, and is told whose it is.
        let (again, refusal) = world.put_product(sku, &body).await;
        let expected = if *status == StatusCode::OK { StatusCode::OK } else { StatusCode::CONFLICT };
        assert_eq!(again, expected, "{sku}: {refusal}");
    }
}
