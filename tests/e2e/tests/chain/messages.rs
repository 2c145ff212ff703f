//! Tests of webhooks and messages that come twice, are lost, or cannot be read.

use crate::{
    laws,
    shop::{Placed, happened},
    world::World,
};
use orderly_local::event_source::Retry;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

/// The consumers, with their queues and the queues of their dead letters.
const CONSUMERS: [(&str, &str, &str); 10] = [
    ("stock-deduction", "StockDeductionQueue", "StockDeductionDeadLetters"),
    ("fulfillment-dispatch", "FulfillmentDispatchQueue", "FulfillmentDispatchDeadLetters"),
    ("email-confirmation", "EmailConfirmationQueue", "EmailConfirmationDeadLetters"),
    ("refunds", "RefundsQueue", "RefundsDeadLetters"),
    ("invoicing", "InvoicingQueue", "InvoicingDeadLetters"),
    ("parcel-tracking", "ParcelTrackingQueue", "ParcelTrackingDeadLetters"),
    ("labels", "LabelsQueue", "LabelsDeadLetters"),
    ("channel-orders", "ChannelOrdersQueue", "ChannelOrdersDeadLetters"),
    ("channel-stock", "ChannelStockQueue", "ChannelStockDeadLetters"),
    ("channel-stock", "ChannelRestockQueue", "ChannelRestockDeadLetters"),
];

#[tokio::test]
async fn a_doubled_webhook_is_recorded_once() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let stripe = world.stack.stripe();
    let webhook = stripe.pay(&order.id, order.total, "EUR").unwrap();
    let at_once = tokio::join!(stripe.deliver(&webhook), stripe.deliver(&webhook), stripe.deliver(&webhook));
    for answer in [at_once.0, at_once.1, at_once.2, stripe.deliver(&webhook).await] {
        assert_eq!(answer.unwrap(), StatusCode::OK);
    }
    world.until_settled().await;
    assert_eq!(stripe.deliver(&webhook).await.unwrap(), StatusCode::OK);
    let read = world.read(&order).await;
    assert_eq!((&read["captured"], &read["payment_status"]), (&json!(order.total), &json!("paid")));
    let history = happened(&read, "order");
    assert_eq!(history, ["placed", "payment-captured", "paid", "deducted", "dispatched"]);
    assert_eq!(world.subjects(), ["Order 1 is confirmed"]);
    laws::hold(&world).await;
}

/// A life with every kind of duty: payment, two parcels, a return with its refund.
async fn live(world: &World, reference: &str) -> Placed {
    let order = world.place_and_pay(reference, &[("MUG-BLUE", 2), ("TIN-SMALL", 1)]).await;
    world.ship(&order, "01").await;
    world.deliver(&order, "01").await;
    let id = world.send_back(&order, 0, 1).await;
    world.inspect(&order, &id, 0, &[(1, "restocked")]).await;
    order
}

/// Every duty of [`live`]: its queue, the item that owes it, and its name.
const DUTIES: [(&str, &str, &str); 8] = [
    ("StockDeductionQueue", "state", "stock-deduction"),
    ("FulfillmentDispatchQueue", "state", "fulfillment-dispatch"),
    ("FulfillmentDispatchQueue", "fulfillment#01", "warehouse-notice"),
    ("EmailConfirmationQueue", "state", "email:payment-confirmed"),
    ("EmailConfirmationQueue", "fulfillment#01", "email:shipped:P1"),
    ("EmailConfirmationQueue", "fulfillment#01", "email:delivered:P1"),
    ("EmailConfirmationQueue", "state", "email:refund-sent:return-01"),
    ("RefundsQueue", "state", "refund"),
];

#[tokio::test]
async fn messages_that_come_again_change_nothing() {
    let world = World::start().await;
    let order = live(&world, "1").await;
    world.until_settled().await;
    let (orders, stock) = (world.scan("OrdersTable").await, world.scan("StockTable").await);
    for _ in 0..2 {
        for (queue, item, duty) in DUTIES {
            world.send_duty(queue, &order.id, item, duty).await;
        }
    }
    laws::hold(&world).await;
    assert_eq!(world.scan("OrdersTable").await, orders);
    assert_eq!(world.scan("StockTable").await, stock);
    assert_eq!(world.stack.warehouse().deliveries().len(), 1);
    assert_eq!(world.stack.mailbox().list().len(), 5);
}

#[tokio::test]
async fn messages_that_are_doubled_while_the_work_is_done_do_it_once() {
    // The loser of an e-mail's claim retries after a second, and finds the e-mail sent.
    let world = World::start_with(|options| options.retry = Retry::Backoff(Duration::from_secs(1))).await;
    let order = world.place("1", &[("MUG-BLUE", 2)]).await;
    world.pay(&order).await;
    for (queue, item, duty) in DUTIES.iter().cycle().take(5 * DUTIES.len()) {
        world.send_duty(queue, &order.id, item, duty).await;
    }
    world.until_settled().await;
    for (queue, item, duty) in DUTIES.iter().cycle().take(5 * DUTIES.len()) {
        world.send_duty(queue, &order.id, item, duty).await;
    }
    world.ship(&order, "01").await;
    world.deliver(&order, "01").await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!(read["fulfillments"], json!({ "01": "closed" }));
    let attempts: Vec<&Value> = read["emails"].as_array().unwrap().iter().map(|email| &email["attempts"]).collect();
    assert_eq!(attempts, [1, 1, 1]);
    assert_eq!(world.stack.mailbox().list().len(), 3);
}

/// Loses all messages to the consumer during a whole life. Only the owed duties remain.
async fn reconcile_makes_up_for_the_lost_messages_of(consumer: &str) {
    let world = World::start().await;
    let (function, _, dead_letters) = CONSUMERS.into_iter().find(|known| known.0 == consumer).unwrap();
    let order = world.place("1", &[("MUG-BLUE", 2)]).await;
    lose(&world, function, dead_letters, async || world.pay(&order).await).await;
    lose(&world, function, dead_letters, async || world.ship(&order, "01").await).await;
    let id = world.send_back(&order, 0, 2).await;
    let found = async || drop(world.inspect(&order, &id, 0, &[(2, "not_restocked")]).await);
    lose(&world, function, dead_letters, found).await;
    world.deliver(&order, "01").await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["refunded"]), (&json!("completed"), &json!(3390)));
    assert_eq!(world.stack.mailbox().list().len(), 5);
    assert_eq!(world.stack.warehouse().deliveries().len(), 1);
}

/// Does something, and loses the resulting messages to `function`.
async fn lose(world: &World, function: &str, dead_letters: &str, mut deed: impl AsyncFnMut()) {
    world.break_function(function);
    deed().await;
    world.until_queues_are_empty().await;
    let lost = world.dead(dead_letters).await;
    world.purge(dead_letters).await;
    world.mend_function(function);
    world.until_queues_are_empty().await;
    let owed = world.owed().await;
    assert_eq!(lost > 0, !owed.is_empty(), "{lost} messages were lost, owed is {owed:?}");
    world.time_passes(Duration::from_secs(61)).await;
    let report = world.reconcile().await;
    assert_eq!(report["sent_again"].as_u64().unwrap() > 0, lost > 0, "{report}");
    world.until_settled().await;
}

#[tokio::test]
async fn lost_messages_to_stock_deduction_are_sent_again() {
    reconcile_makes_up_for_the_lost_messages_of("stock-deduction").await;
}

#[tokio::test]
async fn lost_messages_to_fulfillment_dispatch_are_sent_again() {
    reconcile_makes_up_for_the_lost_messages_of("fulfillment-dispatch").await;
}

#[tokio::test]
async fn lost_messages_to_email_confirmation_are_sent_again() {
    reconcile_makes_up_for_the_lost_messages_of("email-confirmation").await;
}

#[tokio::test]
async fn lost_messages_to_refunds_are_sent_again() {
    reconcile_makes_up_for_the_lost_messages_of("refunds").await;
}

#[tokio::test]
async fn a_poison_message_fails_alone() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let known = json!({ "v": 1, "subject": format!("order/{}/state", order.id), "duty": "stock-deduction" });
    let mut of_tomorrow = known.clone();
    of_tomorrow["v"] = json!(2);
    let mut unknown_duty = known.clone();
    unknown_duty["duty"] = json!("fly");
    let poison = ["no json".to_owned(), "{}".to_owned(), of_tomorrow.to_string(), unknown_duty.to_string()];
    for (_, queue, _) in CONSUMERS {
        for body in &poison {
            world.stack.sqs().send(queue, body.clone()).await.unwrap();
        }
    }
    // The subjects do not exist: an unknown order, and a missing item of an order. Nothing is owed, so the messages are
    // done.
    for (queue, item, duty) in DUTIES {
        world.send_duty(queue, "ord_nobody", item, duty).await;
        world.send_duty(queue, &order.id, item, duty).await;
    }
    world.pay(&order).await;
    world.until_settled().await;
    assert_eq!(world.subjects(), ["Order 1 is confirmed"]);
    for (_, _, dead_letters) in CONSUMERS {
        world.until_dead(dead_letters, poison.len()).await;
        let mut dead: Vec<String> = world
            .stack
            .sqs()
            .dead_letters(dead_letters)
            .await
            .unwrap()
            .into_iter()
            .map(|letter| letter.message.body)
            .collect();
        let mut sent = poison.to_vec();
        dead.sort_unstable();
        sent.sort_unstable();
        assert_eq!(dead, sent);
        world.purge(dead_letters).await;
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn dead_letters_name_nobody_and_are_done_once_redriven_after_the_fix() {
    let world = World::start().await;
    for (function, ..) in CONSUMERS {
        world.break_function(function);
    }
    let kept = world.place("1", &[("MUG-BLUE", 2)]).await;
    let cancelled = world.place("2", &[("TIN-SMALL", 1)]).await;
    world.pay(&kept).await;
    world.pay(&cancelled).await;
    fix(&world, "stock-deduction", 2).await;
    fix(&world, "fulfillment-dispatch", 2).await;
    let why = json!({ "reason": "ordered twice" });
    world.storefront.post(&format!("/orders/{}/cancel", cancelled.id), &why).await.unwrap();
    fix(&world, "refunds", 1).await;
    fix(&world, "email-confirmation", 4).await;
    laws::hold(&world).await;
    let mut subjects = world.subjects();
    subjects.sort_unstable();
    // The cancelled order no longer owes its confirmation.
    assert_eq!(subjects, ["Order 1 is confirmed", "Order 2 is canceled", "Your refund of €12.80 for order 2"]);
}

/// Waits for the dead letters of a broken function, reads them, repairs the function, and sends them back.
async fn fix(world: &World, function: &str, letters: usize) {
    let (_, _, dead_letters) = CONSUMERS.into_iter().find(|known| known.0 == function).unwrap();
    world.until_dead(dead_letters, letters).await;
    let secrets = laws::secrets(world);
    for letter in world.stack.sqs().dead_letters(dead_letters).await.unwrap() {
        let told = secrets.iter().find(|secret| letter.message.body.contains(*secret));
        assert_eq!(told, None, "{}", letter.message.body);
        let message: Value = serde_json::from_str(&letter.message.body).unwrap();
        let fields: Vec<&String> = message.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["duty", "subject", "trace", "v"]);
        let failure = letter.failure.unwrap();
        assert_eq!(failure.function, function);
        assert!(failure.error.contains("Runtime exited with error: exit status: 1"), "{failure:?}");
    }
    world.mend_function(function);
    assert_eq!(world.stack.sqs().redrive(dead_letters).await.unwrap(), letters);
    world.until_queues_are_empty().await;
}
