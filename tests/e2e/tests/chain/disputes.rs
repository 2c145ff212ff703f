//! A dispute on the whole chain: a person sees until when it can be answered, reads what the order has to say, and gives it to the
//! bank, which decides.

use crate::{
    laws::{self, MERCHANT},
    shop::{CUSTOMER, EMAIL, Placed},
    world::{World, refused},
};
use jiff::{SignedDuration, Timestamp};
use orderly_local::payments::stripe::{Dispute, DisputeStatus};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// An order that was delivered, and whose customer then disputes the payment.
async fn disputed(world: &World, days: i64) -> (Placed, Dispute) {
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    world.ship(&order, "01").await;
    world.deliver(&order, "01").await;
    world.until_settled().await;
    let payments = world.stack.stripe().payments();
    let payment = payments.iter().find(|payment| payment.order_id.as_deref() == Some(&order.id)).unwrap();
    let time = SignedDuration::from_hours(24 * days);
    let webhook = world.stack.stripe().dispute(&payment.id, "product_not_received", time).unwrap().unwrap();
    assert_eq!(world.stack.stripe().deliver(&webhook).await.unwrap(), StatusCode::OK);
    (order, dispute(world))
}

fn dispute(world: &World) -> Dispute {
    world.stack.stripe().disputes().pop().unwrap()
}

/// The orders with disputes that wait for an answer.
async fn waiting(world: &World) -> Vec<Value> {
    let list = world.operator.get("/operations/attention").await.unwrap();
    let items = list["items"].as_array().unwrap().iter();
    items.filter(|item| item["disputes"].is_array()).cloned().collect()
}

fn path(order: &Placed, dispute: &Dispute) -> String {
    format!("/orders/{}/disputes/{}/evidence", order.id, dispute.id)
}

#[tokio::test]
async fn a_dispute_is_seen_answered_and_won() {
    let world = World::start().await;
    let (order, told) = disputed(&world, 7).await;
    let [item] = waiting(&world).await.try_into().unwrap();
    let due_by: Timestamp = item["disputes"][0]["due_by"].as_str().unwrap().parse().unwrap();
    assert_eq!((item["order"].as_str(), due_by.as_second()), (Some(&*order.id), told.due_by.unwrap().as_second()));
    assert_eq!(item["disputes"][0]["reason"], "product_not_received");

    let path = path(&order, &told);
    let gathered = world.service.get(&path).await.unwrap();
    assert_eq!(
        (gathered["customer_name"].as_str(), gathered["customer_email"].as_str()),
        (Some(CUSTOMER), Some(EMAIL))
    );
    let parcel = &gathered["parcels"][0];
    assert_eq!((&parcel["carrier"], parcel["delivered_at"].is_string()), (&json!("DHL"), true));
    assert!(gathered["emails"].as_array().unwrap().iter().any(|mail| mail["delivered_at"].is_string()), "{gathered}");
    assert_eq!(gathered["by_hand_at"], Value::Null, "Orderly gives it");

    let words = json!({ "text": "She thanked us for the parcel on the phone." });
    let answered = world.operator.post(&path, &words).await.unwrap();
    assert_eq!(world.operator.post(&path, &words).await.unwrap()["evidence"], answered["evidence"], "asked twice");
    world.until_settled().await;
    let known = dispute(&world);
    assert_eq!(known.submissions.len(), 1);
    assert!(known.evidence["uncategorized_text"].contains("on the phone"), "{known:?}");
    assert!(waiting(&world).await.is_empty());
    world.until(&order, "Stripe's word of it", |order| order["evidence"][&told.id]["state"] == "succeeded").await;
    refused(&world.operator, &path, &json!({ "text": "Other words." }), "nothing-to-answer").await;

    let webhook = world.stack.stripe().decide(&told.payment, DisputeStatus::Won).unwrap().unwrap();
    assert_eq!(world.stack.stripe().deliver(&webhook).await.unwrap(), StatusCode::OK);
    assert_eq!(world.read(&order).await["payment_status"], "paid");
    laws::hold(&world).await;
}

#[tokio::test]
async fn the_merchant_is_told_three_days_before_evidence_is_due() {
    let tell = |pace: &'static str| {
        World::start_with(move |options| {
            options.parameters.insert("AttentionMails".to_owned(), pace.to_owned());
        })
    };
    for (days, is_told) in [(4, false), (2, true)] {
        let world = tell("daily").await;
        let (order, _) = disputed(&world, days).await;
        world.reconcile().await;
        world.until_settled().await;
        let mails = world.stack.mailbox().list();
        let digest = mails.iter().find(|mail| mail.to == [MERCHANT]).and_then(|mail| mail.text.clone());
        assert_eq!(digest.is_some_and(|text| text.contains(&order.id)), is_told, "due in {days} days");
        laws::hold(&world).await;
    }
}

#[tokio::test]
async fn evidence_that_nobody_gave_in_time_is_waited_for_no_more() {
    let world = World::start().await;
    let (order, told) = disputed(&world, 0).await;
    assert_eq!(waiting(&world).await.len(), 1);
    world.reconcile().await;
    assert!(waiting(&world).await.is_empty());
    let read = world.read(&order).await;
    let timeline = read["timeline"].as_array().unwrap();
    assert!(timeline.iter().any(|entry| entry["what"] == "evidence-missed"), "{timeline:?}");
    refused(&world.operator, &path(&order, &told), &json!({}), "nothing-to-answer").await;
    laws::hold(&world).await;
}
