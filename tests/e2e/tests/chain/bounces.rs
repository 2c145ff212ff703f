//! What becomes of e-mails: deliveries, bounces, complaints, and mails that SES does not take.

use crate::{
    laws,
    shop::{EMAIL, Placed, order},
    world::{World, refused},
};
use orderly_local::event_source::Retry;
use serde_json::{Value, json};
use std::time::Duration;

const BOUNCES: &str = "bounce+ann@simulator.amazonses.com";

/// An order whose customer has this address, paid and confirmed.
async fn confirmed(world: &World, reference: &str, email: &str) -> Placed {
    let mut body = order(reference, &[("MUG-BLUE", 1)]);
    body["customer"]["email"] = json!(email);
    let accepted = world.storefront.post("/orders", &body).await.unwrap();
    let order = Placed { id: accepted["id"].as_str().unwrap().to_owned(), total: accepted["total"].as_i64().unwrap() };
    world.pay(&order).await;
    world.until_settled().await;
    order
}

/// What the timeline tells of e-mails: event and note.
fn mails(order: &Value) -> Vec<(&str, &str)> {
    let entries = order["timeline"].as_array().unwrap().iter();
    let told = entries.map(|entry| (entry["what"].as_str().unwrap(), entry["note"].as_str().unwrap_or_default()));
    told.filter(|(what, _)| what.starts_with("email")).collect()
}

async fn waiting(world: &World) -> Vec<Value> {
    let list = world.operator.get("/operations/attention?why=mail_not_delivered").await.unwrap();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_delivery_is_on_the_timeline_and_costs_one_small_write() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    world.stack.reset_meter();
    world.pay(&order).await;
    world.until_settled().await;
    let read = world.read(&order).await;
    let delivered = ("email-delivered", "payment-confirmed");
    assert!(mails(&read).contains(&delivered), "{read}");
    assert_eq!(read["emails"][0]["reports"], json!(["delivered"]));
    let usage = &world.stack.meter_by_caller()["mail-events"];
    assert_eq!((usage.write_units, usage.requests["DynamoDB.PutItem"]), (1.0, 1), "{usage:?}");
    assert!(waiting(&world).await.is_empty());
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_shop_that_wants_no_deliveries_pays_for_none() {
    let world = World::start_with(|options| {
        options.parameters.insert("MailDeliveries".to_owned(), "false".to_owned());
    })
    .await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    assert_eq!(mails(&world.read(&order).await), [("emailed", "payment-confirmed")]);
    assert!(!world.stack.meter_by_caller().contains_key("mail-events"));
    let lost = confirmed(&world, "2", BOUNCES).await;
    assert!(mails(&world.read(&lost).await).contains(&("email-bounced", "payment-confirmed: General")));
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_bounced_confirmation_reaches_a_person_and_goes_to_the_corrected_address() {
    let world = World::start().await;
    let order = confirmed(&world, "1", BOUNCES).await;
    let read = world.read(&order).await;
    assert_eq!(mails(&read).len(), 2, "{read}");
    assert!(mails(&read).contains(&("email-bounced", "payment-confirmed: General")), "{read}");
    let [waits] = waiting(&world).await.try_into().unwrap();
    assert_eq!((&waits["order"], &waits["reference"]), (&json!(order.id), &json!("1")));
    let email = json!([{ "kind": "payment-confirmed", "item": "state", "reports": ["bounced"] }]);
    assert_eq!(waits["emails"], email);
    world.time_passes(Duration::from_hours(25)).await;
    assert_eq!(world.reconcile().await["needs_attention"], 1);

    let contact = json!({ "customer": { "name": "Ann", "email": EMAIL }, "reason": "a typing error" });
    world.storefront.post(&format!("/orders/{}/edit", order.id), &contact).await.unwrap();
    world.until_settled().await;
    let read = world.read(&order).await;
    let again = [("email-owed-again", "payment-confirmed"), ("email-delivered", "payment-confirmed")];
    assert!(again.iter().all(|entry| mails(&read).contains(entry)), "{read}");
    let to: Vec<String> = world.stack.mailbox().list().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(to.iter().filter(|to| *to == EMAIL).count(), 2, "the confirmation, and what was changed: {to:?}");
    assert!(waiting(&world).await.is_empty());
    let confirmation = read["emails"].as_array().unwrap().iter().find(|email| email["kind"] == "payment-confirmed");
    assert_eq!(confirmation.unwrap()["attempts"], 2);
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_e_mail_that_did_not_arrive_is_sent_again_or_dismissed_by_a_person() {
    let world = World::start().await;
    let order = confirmed(&world, "1", BOUNCES).await;
    let path = |what: &str| format!("/orders/{}/emails/{what}", order.id);
    world.operator.post(&path("retry"), &json!({})).await.unwrap();
    world.until_settled().await;
    let read = world.read(&order).await;
    let bounces = mails(&read).iter().filter(|(what, _)| *what == "email-bounced").count();
    assert!(bounces >= 1, "{read}");
    assert_eq!(waiting(&world).await.len(), 1, "it bounced again");

    world.ship(&order, "01").await;
    world.until_settled().await;
    let [waits] = waiting(&world).await.try_into().unwrap();
    assert_eq!(waits["emails"].as_array().unwrap().len(), 2, "one dead address is one thing to decide");
    let reason = json!({ "reason": "told her by telephone" });
    let dismissed = world.operator.post(&path("dismiss"), &reason).await.unwrap();
    assert!(dismissed["emails"].as_array().unwrap().iter().all(|email| email["unreached_since"].is_null()));
    world.operator.post(&path("dismiss"), &reason).await.unwrap();
    assert!(waiting(&world).await.is_empty());
    assert!(mails(&world.read(&order).await).contains(&("email-dismissed", "shipped:P1: told her by telephone")));
    refused(&world.operator, &path("retry"), &json!({}), "nothing-to-retry").await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_is_on_the_suppression_list_is_seen_and_automatic_answers_and_complaints_are_not() {
    let world = World::start().await;
    let mut orders = Vec::new();
    for (n, name) in ["suppressionlist", "complaint", "ooto"].into_iter().enumerate() {
        let email = format!("{name}@simulator.amazonses.com");
        orders.push(confirmed(&world, &(n + 1).to_string(), &email).await);
    }
    let waits: Vec<Value> = waiting(&world).await.into_iter().map(|item| item["reference"].clone()).collect();
    assert_eq!(waits, ["1"]);
    for (order, expected) in orders.iter().zip(["email-suppressed", "email-complained", "email-bounced"]) {
        let read = world.read(order).await;
        assert!(mails(&read).iter().any(|(what, _)| *what == expected), "{read}");
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_ses_does_not_take_stays_owed_unless_the_address_is_to_blame() {
    let world = World::start_with(|options| options.retry = Retry::Backoff(Duration::from_secs(1))).await;
    let mailbox = world.stack.mailbox();
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    for (code, message) in [
        ("SendingPausedException", "the account is paused"),
        ("MessageRejected", "Email address is not verified"),
        ("MailFromDomainNotVerifiedException", "verify the domain"),
        ("BadRequestException", "Invalid tag value"),
    ] {
        mailbox.refuse(Some((code, message)));
        if code == "SendingPausedException" {
            world.pay(&order).await;
        } else {
            world.send_duty("EmailConfirmationQueue", &order.id, "state", "email:payment-confirmed").await;
        }
        world.until_dead("EmailConfirmationDeadLetters", 1).await;
        world.purge("EmailConfirmationDeadLetters").await;
        assert_eq!(world.read(&order).await["owed"], json!(["email:payment-confirmed"]), "{code}");
    }
    mailbox.refuse(None);
    world.all_turns_come().await;
    world.reconcile().await;
    world.until_settled().await;
    assert_eq!(world.subjects(), ["Order 1 is confirmed"]);

    mailbox.refuse(Some(("BadRequestException", "Domain contains illegal character: x@y_z.example")));
    let refused = confirmed(&world, "2", EMAIL).await;
    assert_eq!(mails(&world.read(&refused).await), [("email-refused", "payment-confirmed")]);
    let [waits] = waiting(&world).await.try_into().unwrap();
    assert_eq!(waits["emails"][0]["reports"], json!(["refused"]));
    mailbox.refuse(None);
    let path = format!("/orders/{}/emails/retry", refused.id);
    world.operator.post(&path, &json!({})).await.unwrap();
    world.until_settled().await;
    assert!(waiting(&world).await.is_empty());
    assert!(mails(&world.read(&refused).await).contains(&("emailed", "payment-confirmed")));
    laws::hold(&world).await;
}

#[tokio::test]
async fn events_come_late_doubled_and_without_anybody_s_address() {
    let world = World::start().await;
    world.break_function("mail-events");
    let order = confirmed(&world, "1", "complaint@simulator.amazonses.com").await;
    world.until_dead("MailEventsDeadLetters", 2).await;
    let letters = world.stack.sqs().dead_letters("MailEventsDeadLetters").await.unwrap();
    for letter in &letters {
        assert!(!letter.message.body.contains('@'), "{}", letter.message.body);
        let event: Value = serde_json::from_str(&letter.message.body).unwrap();
        let fields: Vec<&String> = event.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["event", "tags", "time"]);
    }
    world.mend_function("mail-events");
    for letter in letters.iter().rev().chain(&letters) {
        world.stack.sqs().send("MailEventsQueue", letter.message.body.clone()).await.unwrap();
    }
    // Somebody else's mail, and one of an order that nobody knows.
    let tags = json!({ "order": ["ord__x"], "item": ["state"], "kind": ["payment-confirmed"], "attempt": ["1"] });
    for tags in [json!({ "campaign": ["spring"] }), tags] {
        let event = json!({ "event": "Email Delivered", "time": "2026-01-01T00:00:00Z", "tags": tags });
        world.stack.sqs().send("MailEventsQueue", event.to_string()).await.unwrap();
    }
    world.purge("MailEventsDeadLetters").await;
    world.until_settled().await;
    let mut told = mails(&world.read(&order).await).into_iter().map(|(what, _)| what.to_owned()).collect::<Vec<_>>();
    told.sort();
    assert_eq!(told, ["email-complained", "email-delivered", "emailed"], "each once");
    laws::hold(&world).await;
}
