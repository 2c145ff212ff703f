//! The whole life of an order, from the storefront to the refund.

use crate::{
    laws,
    shop::{CUSTOMER, EMAIL, Placed, STREET, happened, order},
    world::World,
};
use orderly_local::services::Mail;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn an_order_is_paid_picked_shipped_delivered_and_partly_returned() {
    let world = World::start().await;
    let order = world.place("1001", &[("MUG-BLUE", 2), ("TEA-EARLGREY", 1)]).await;
    assert_eq!(order.total, 2 * 1450 + 1190 + 490);
    let placed = world.read(&order).await;
    assert_eq!((&placed["status"], &placed["payment_status"]), (&json!("pending"), &json!("unpaid")));
    assert_eq!(world.bucket("MUG-BLUE", "main", "reserved").await, 2);
    assert_eq!(world.bucket("MUG-BLUE", "main", "available").await, 118);

    world.pay(&order).await;
    world.until_settled().await;
    let paid = world.read(&order).await;
    assert_eq!((&paid["status"], &paid["payment_status"]), (&json!("open"), &json!("paid")));
    assert_eq!(paid["fulfillments"], json!({ "01": "open" }));
    assert_eq!(world.bucket("MUG-BLUE", "main", "reserved").await, 0);
    assert_eq!(world.bucket("MUG-BLUE", "main", "committed").await, 2);

    the_warehouse_was_told(&world, &order.id);
    let work = world.warehouse.get("/fulfillments?location=main&status=open").await.unwrap();
    assert_eq!(work["fulfillments"][0]["order"], order.id.as_str());
    let picklist = &work["fulfillments"][0]["picklist"];
    assert_eq!((&picklist[0]["bin"], &picklist[0]["sku"]), (&json!("A-01-3"), &json!("TEA-EARLGREY")));
    assert_eq!((&picklist[1]["bin"], &picklist[1]["quantity"]), (&json!("A-02-1"), &json!(2)));

    world.warehouse_does(&order, "01", "start-picking", &json!({})).await;
    world.pick(&order, "01").await;
    for (line, quantity) in [(0, 2), (1, 1)] {
        let parcel = json!({ "contents": [{ "line": line, "quantity": quantity }], "weight_g": 700 });
        world.warehouse_does(&order, "01", "parcels", &parcel).await;
    }
    let leaving = |parcel: &str, number: &str| {
        json!({ "parcel": parcel, "carrier": "DHL Express", "tracking_number": number,
            "tracking_url": format!("https://track.example/{number}") })
    };
    let parcels = json!({ "parcels": [leaving("P1", "JJD-1"), leaving("P2", "JJD-2")] });
    world.warehouse_does(&order, "01", "hand-over", &parcels).await;
    assert_eq!(world.bucket("MUG-BLUE", "main", "committed").await, 0);
    assert_eq!(world.bucket("MUG-BLUE", "main", "on_hand").await, 118);
    world.until_settled().await;
    world.deliver(&order, "01").await;
    assert_eq!(world.read(&order).await["status"], "completed");

    let id = world.send_back(&order, 0, 1).await;
    let inspected = world.inspect(&order, &id, 0, &[(1, "restocked")]).await;
    assert_eq!((&inspected["status"], &inspected["refund"]), (&json!("inspected"), &json!(1450)));
    world.until_settled().await;
    let end = world.read(&order).await;
    assert_eq!(end["payment_status"], "partially_refunded");
    assert_eq!((&end["captured"], &end["refunded"]), (&json!(order.total), &json!(1450)));
    assert_eq!(world.bucket("MUG-BLUE", "main", "available").await, 119);
    let paid = ["placed", "payment-captured", "paid", "deducted"];
    let sent = ["dispatched", "completed", "refund-intended", "refund-succeeded"];
    assert_eq!(happened(&end, "order"), [paid, sent].concat());
    let fulfilled =
        ["created", "picking", "picked", "packed", "packed", "handed_over", "handed_over", "delivered", "delivered"];
    assert_eq!(happened(&end, "fulfillment 01"), fulfilled);
    assert_eq!(happened(&end, "return 01"), ["requested", "approved", "received", "inspected"]);
    the_customer_was_told(&world);
    laws::hold(&world).await;
}

fn the_warehouse_was_told(world: &World, order: &str) {
    let told = world.stack.warehouse().deliveries();
    assert_eq!(told.len(), 1);
    let notice: serde_json::Value = serde_json::from_str(&told[0].body).unwrap();
    assert_eq!((&notice["type"], &notice["order"]), (&json!("fulfillment.created"), &json!(order)));
    assert_eq!(notice["ship_to"]["line1"], STREET);
    assert_eq!(told[0].header("webhook-id"), Some(format!("{order}-01").as_str()));
    let secret = world.stack.secret("WarehouseWebhookSecret").unwrap();
    let secret = webhooks::standard_webhooks::Secret::new(&secret).unwrap();
    let at = told[0].header("webhook-timestamp").unwrap().parse().unwrap();
    let signed = webhooks::standard_webhooks::sign(
        told[0].header("webhook-id").unwrap(),
        told[0].body.as_bytes(),
        &secret,
        jiff::Timestamp::from_second(at).unwrap(),
    );
    assert_eq!(told[0].header("webhook-signature"), Some(signed.unwrap().signature.as_str()));
}

fn the_customer_was_told(world: &World) {
    let mut mails = world.stack.mailbox().list();
    mails.reverse();
    let mut subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(
        subjects,
        [
            "Order 1001 is confirmed",
            "Part 1 of 2 of order 1001 has arrived",
            "Part 1 of 2 of order 1001 is on its way",
            "Part 2 of 2 of order 1001 has arrived",
            "Part 2 of 2 of order 1001 is on its way",
            "Your refund of €14.50 for order 1001",
            "Your return from order 1001 is here",
        ]
    );
    for mail in &mails {
        assert_eq!(mail.to, [EMAIL]);
        says(mail, &[CUSTOMER, "order 1001", "Orderly Demo Shop", "help@example.com"]);
    }
    let about = |subject: &str| mails.iter().find(|mail| mail.subject == subject).unwrap();
    says(about("Order 1001 is confirmed"), &["€45.80", "Enamel mug, blue", "TEA-EARLGREY", STREET]);
    assert!(!about("Order 1001 is confirmed").text.as_ref().unwrap().contains("as soon as we know"));
    says(about("Part 1 of 2 of order 1001 is on its way"), &["DHL", "JJD-1", "https://track.example/JJD-1", STREET]);
    says(about("Part 2 of 2 of order 1001 has arrived"), &["TEA-EARLGREY", "https://example.com/help"]);
    says(about("Your return from order 1001 is here"), &["MUG-BLUE"]);
    says(about("Your refund of €14.50 for order 1001"), &["€14.50", "MUG-BLUE"]);
}

/// Asserts that both forms of the mail contain each of these.
fn says(mail: &Mail, words: &[&str]) {
    let unwrapped = mail.text.as_ref().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(mail.html.as_ref().unwrap().contains(word), "{}: no {word:?} in its HTML", mail.subject);
        assert!(unwrapped.contains(word), "{}: no {word:?} in its text", mail.subject);
    }
}

#[tokio::test]
async fn posting_an_order_again_is_answered_alike_and_another_order_of_that_name_is_refused() {
    let world = World::start().await;
    let body = crate::shop::order("1001", &[("MUG-BLUE", 2)]);
    let first = world.storefront.post("/orders", &body).await.unwrap();
    assert_eq!(world.storefront.post("/orders", &body).await.unwrap(), first);
    assert_eq!(world.bucket("MUG-BLUE", "main", "reserved").await, 2);
    let other = crate::shop::order("1001", &[("MUG-BLUE", 3)]);
    let request = world.storefront.request(reqwest::Method::POST, "/orders").json(&other);
    let answer = world.storefront.ask(request).await.unwrap();
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.body["type"], "urn:orderly:problem:reference-reused");
    laws::hold(&world).await;
}

#[tokio::test]
async fn customers_are_written_to_in_their_own_language_or_else_in_the_shop_s() {
    let world = World::start().await;
    for (reference, locale) in
        [("1", json!("de-AT")), ("2", json!("fr-CA")), ("3", json!("no locale")), ("4", json!(null))]
    {
        let mut wanted = order(reference, &[("MUG-BLUE", 1)]);
        wanted["customer"]["locale"] = locale;
        let accepted = world.storefront.post("/orders", &wanted).await.unwrap();
        let id = accepted["id"].as_str().unwrap().to_owned();
        world.pay(&Placed { id, total: accepted["total"].as_i64().unwrap() }).await;
    }
    world.until_settled().await;
    let mut mails = world.stack.mailbox().list();
    mails.sort_unstable_by(|one, other| one.subject.cmp(&other.subject));
    let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    let english = ["2", "3", "4"].map(|reference| format!("Order {reference} is confirmed"));
    assert_eq!(subjects[..1], ["Ihre Bestellung 1 ist bestätigt"]);
    assert_eq!(subjects[1..], english);
    says(&mails[0], &["Art.-Nr. MUG-BLUE"]);
    let html = mails[0].html.as_ref().unwrap();
    assert!(html.contains("<html lang=\"de\"") && html.contains("19,40\u{a0}€"));
    laws::hold(&world).await;
}
