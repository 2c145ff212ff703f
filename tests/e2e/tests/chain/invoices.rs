//! Invoices and credit notes on the whole chain.

use crate::{
    laws,
    shop::{self, Placed},
    world::{World, refused},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

async fn invoicing(moment: &str) -> World {
    World::start_with(|options| {
        options.parameters.insert("Invoice".to_owned(), moment.to_owned());
    })
    .await
}

/// The documents of an order: kind, number, total.
async fn invoices(world: &World, order: &Placed) -> Vec<(String, String, i64)> {
    let read = world.read(order).await;
    let text = |document: &Value, name: &str| document[name].as_str().unwrap().to_owned();
    let document =
        |document: &Value| (text(document, "kind"), text(document, "number"), document["total"].as_i64().unwrap());
    read["invoices"].as_array().into_iter().flatten().map(document).collect()
}

#[tokio::test]
async fn a_paid_order_is_invoiced_and_what_comes_back_is_credited() {
    let world = invoicing("at-payment").await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2), ("TIN-SMALL", 1)]).await;
    world.until_settled().await;
    let [(kind, number, total)] = <[_; 1]>::try_from(invoices(&world, &order).await).unwrap();
    assert_eq!((kind.as_str(), total), ("invoice", order.total));
    let year = &number["RE-".len().."RE-2026".len()];
    assert_eq!(number, format!("RE-{year}-000001"));
    let path = |number: &str| format!("/orders/{}/invoices/{number}", order.id);
    let invoice = world.storefront.get(&path(&number)).await.unwrap();
    assert_eq!((&invoice["seller"]["vat_id"], &invoice["total"]), (&json!("DE123456789"), &json!(order.total)));
    assert_eq!(invoice["rows"].as_array().unwrap().len(), 3, "two lines and the shipping");
    let sum = &invoice["taxes"][0];
    assert_eq!((sum["rate"].as_i64(), &sum["category"]), (Some(1900), &json!("standard")));
    let rounding = invoice["breakdown"]["rounding"].as_i64().unwrap_or_default();
    assert_eq!(sum["net"].as_i64().unwrap() + sum["tax"].as_i64().unwrap() + rounding, order.total);
    assert_eq!(invoice["paid"], invoice["total"]);

    world.ship(&order, "01").await;
    let id = world.send_back(&order, 0, 1).await;
    world.inspect(&order, &id, 0, &[(1, "restocked")]).await;
    world.until_reconciled().await;
    let documents = invoices(&world, &order).await;
    let (kind, number_2, total) = documents[1].clone();
    assert_eq!(
        (kind.as_str(), number_2, total, documents.len()),
        ("credit_note", format!("RE-{year}-000002"), 1450, 2)
    );
    let note = world.service.get(&path(&documents[1].1)).await.unwrap();
    assert_eq!((&note["corrects"], &note["rows"][0]["quantity"]), (&json!(number), &json!(1)));

    let list = world.operator.get(&format!("/sellers/demo/invoices?year={year}&limit=1")).await.unwrap();
    assert_eq!(list["invoices"][0]["number"], number);
    let cursor = list["next_cursor"].as_str().unwrap();
    let next = world.operator.get(&format!("/sellers/demo/invoices?year={year}&cursor={cursor}")).await.unwrap();
    assert_eq!(
        (&next["invoices"][0]["number"], next["invoices"].as_array().unwrap().len()),
        (&json!(documents[1].1), 1)
    );
    let pdf = world.storefront.request(Method::GET, &format!("{}/documents/invoice.pdf", path(&number)));
    assert_eq!(world.storefront.ask(pdf).await.unwrap().status, StatusCode::SERVICE_UNAVAILABLE, "no typesetter here");
    for syntax in ["", "?syntax=ubl"] {
        let xml = world.storefront.request(Method::GET, &format!("{}/documents/invoice.xml{syntax}", path(&number)));
        let xml = world.storefront.ask(xml).await.unwrap();
        assert_eq!((xml.status, xml.content_type.as_str()), (StatusCode::OK, "application/xml"), "{}", xml.body);
    }
    let other = world.service.request(Method::GET, &format!("{}/documents/invoice.xml?syntax=edifact", path(&number)));
    assert_eq!(world.service.ask(other).await.unwrap().status, StatusCode::UNPROCESSABLE_ENTITY);
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_invoice_that_lacks_what_the_standard_wants_says_what() {
    let world = invoicing("at-payment").await;
    let mut order = shop::order("1", &[("MUG-BLUE", 1)]);
    order["lines"][0].as_object_mut().unwrap().remove("tax_rate");
    let accepted = world.storefront.post("/orders", &order).await.unwrap();
    let (id, total) = (accepted["id"].as_str().unwrap().to_owned(), accepted["total"].as_i64().unwrap());
    let order = Placed { id, total };
    world.pay(&order).await;
    world.until_settled().await;
    let number = invoices(&world, &order).await.remove(0).1;
    let path = format!("/orders/{}/invoices/{number}/documents/invoice.xml", order.id);
    let refused = world.service.ask(world.service.request(Method::GET, &path)).await.unwrap();
    assert_eq!(
        (refused.status, &refused.body["type"]),
        (StatusCode::CONFLICT, &json!("urn:orderly:problem:not-electronic"))
    );
    assert_eq!(refused.body["errors"][0]["field"], "rows[0].tax_category");
    laws::hold(&world).await;
}

#[tokio::test]
async fn taxes_that_cannot_be_are_refused_with_their_fields() {
    let world = World::start().await;
    let order = || shop::order("1", &[("MUG-BLUE", 2)]);
    for (field, value, wrong) in [
        ("tax", json!(1), "lines[0].tax"),
        ("tax_category", json!("reverse_charge"), "lines[0].tax_rate"),
        ("tax_category", json!("free"), "lines[0].tax_category"),
        ("exemption", json!("§ 19 UStG"), "lines[0].exemption"),
    ] {
        let mut order = order();
        order["lines"][0][field] = value;
        let refused = world.storefront.request(Method::POST, "/orders").json(&order);
        let refused = world.storefront.ask(refused).await.unwrap();
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.body["errors"][0]["field"], wrong, "{}", refused.body);
    }
    let mut order = order();
    order["customer"]["vat_id"] = json!("DE123456789");
    let refused = world.storefront.ask(world.storefront.request(Method::POST, "/orders").json(&order)).await.unwrap();
    assert_eq!(refused.body["errors"][0]["field"], "customer.vat_id", "its check digit is wrong");
}

#[tokio::test]
async fn many_orders_at_once_get_numbers_without_gaps() {
    const ORDERS: usize = 30;
    let world = invoicing("at-payment").await;
    let mut orders = Vec::new();
    for n in 0..ORDERS {
        orders.push(world.place(&n.to_string(), &[("TIN-SMALL", 1)]).await);
    }
    futures::future::join_all(orders.iter().map(|order| world.pay(order))).await;
    world.until_reconciled().await;
    let mut numbers = BTreeSet::new();
    for order in &orders {
        let documents = invoices(&world, order).await;
        assert_eq!(documents.len(), 1, "{documents:?}");
        let number = documents[0].1.rsplit('-').next().unwrap().parse::<usize>().unwrap();
        numbers.insert(number);
    }
    assert!(numbers.into_iter().eq(1..=ORDERS));
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_order_is_invoiced_when_its_parcel_leaves_even_if_the_message_is_lost() {
    let world = invoicing("at-hand-over").await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    world.until_settled().await;
    assert_eq!(invoices(&world, &order).await, []);
    world.break_function("invoicing");
    world.ship(&order, "01").await;
    world.until_dead("InvoicingDeadLetters", 1).await;
    world.purge("InvoicingDeadLetters").await;
    assert_eq!(world.read(&order).await["owed"], json!(["invoice"]));
    world.mend_function("invoicing");
    world.time_passes(Duration::from_secs(61)).await;
    world.until_reconciled().await;
    assert_eq!(invoices(&world, &order).await.len(), 1);
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_invoice_is_issued_when_a_person_asks_and_the_channel_has_a_seller() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    world.until_settled().await;
    let path = format!("/orders/{}/invoices", order.id);
    world.operator.put("/channels/web", &json!({ "name": "Web shop" })).await.unwrap();
    refused(&world.service, &path, &json!({}), "no-seller").await;
    let nobody = world.operator.put("/channels/web", &json!({ "name": "Web shop", "seller": "nobody" })).await;
    assert!(nobody.unwrap_err().to_string().contains("PUT /sellers/nobody"));
    world.operator.put("/channels/web", &json!({ "name": "Web shop", "seller": "demo" })).await.unwrap();
    for _ in 0..2 {
        world.service.post(&path, &json!({})).await.unwrap();
        world.until_settled().await;
    }
    assert_eq!(invoices(&world, &order).await.len(), 1);
    let unpaid = world.place("2", &[("MUG-BLUE", 1)]).await;
    refused(&world.service, &format!("/orders/{}/invoices", unpaid.id), &json!({}), "wrong-status").await;
    let missing = world.service.request(Method::GET, &format!("{path}/RE-2026-999999"));
    assert_eq!(world.service.ask(missing).await.unwrap().status, StatusCode::NOT_FOUND);
    laws::hold(&world).await;
}
