//! What the merchant is told by e-mail of what waits for people.

use crate::{
    laws::{self, MERCHANT},
    shop::Placed,
    world::World,
};
use orderly_local::{event_source::Retry, services::Mail};
use serde_json::json;
use std::time::Duration;

async fn start(pace: &str) -> World {
    World::start_with(|options| {
        options.parameters.insert("AttentionMails".to_owned(), pace.to_owned());
        options.retry = Retry::Backoff(Duration::from_secs(1));
    })
    .await
}

async fn held(world: &World, reference: &str) -> Placed {
    let order = world.place_and_pay(reference, &[("MUG-BLUE", 1)]).await;
    let hold = json!({ "reason": "incorrect_address", "note": "which house?" });
    world.operator.post(&format!("/orders/{}/holds", order.id), &hold).await.unwrap();
    order
}

/// The e-mails to the merchant, oldest first.
fn digests(world: &World) -> Vec<Mail> {
    let mails = world.stack.mailbox().list().into_iter().rev();
    mails.filter(|mail| mail.to == [MERCHANT]).collect()
}

async fn look(world: &World) {
    world.reconcile().await;
    world.until_settled().await;
}

#[tokio::test]
async fn a_merchant_is_told_once_a_day_what_waits_and_nothing_of_its_customers() {
    let world = start("daily").await;
    look(&world).await;
    assert!(digests(&world).is_empty(), "nothing waits");
    let order = held(&world, "1").await;
    // Two runs at once tell it once.
    tokio::join!(world.reconcile(), world.reconcile());
    world.until_settled().await;
    look(&world).await;
    held(&world, "2").await;
    look(&world).await;
    let [digest] = digests(&world).try_into().unwrap();
    assert_eq!(digest.subject, "Orderly Demo Shop: 1 waiting for you");
    let text = digest.text.unwrap();
    assert!(text.contains("Orders held for a wrong address: 1") && text.contains(&order.id), "{text}");
    for secret in laws::secrets(&world) {
        assert!(!text.contains(&secret) && !digest.html.as_ref().unwrap().contains(&secret), "{text}");
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_the_merchant_is_to_be_told_is_not_forgotten_when_ses_fails() {
    let world = start("at-once").await;
    held(&world, "1").await;
    world.stack.mailbox().refuse(Some(("SendingPausedException", "the account is paused")));
    world.reconcile().await;
    world.until_dead("EmailConfirmationDeadLetters", 1).await;
    world.purge("EmailConfirmationDeadLetters").await;
    assert!(digests(&world).is_empty());
    world.stack.mailbox().refuse(None);
    // What reconcile sends when it is time again, and once more.
    let message = json!({ "v": 1, "subject": "digest", "duty": "digest" }).to_string();
    for _ in 0..3 {
        world.stack.sqs().send("EmailConfirmationQueue", message.clone()).await.unwrap();
    }
    world.until_settled().await;
    assert_eq!(digests(&world).len(), 1);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_merchant_who_wants_no_e_mails_gets_none() {
    let world = World::start().await;
    held(&world, "1").await;
    look(&world).await;
    assert!(digests(&world).is_empty());
    let lines = world.stack.logs().lines();
    let told = lines.iter().any(|line| line.text.contains(r#""waiting_for":"incorrect_address""#));
    assert!(told, "the metric's line is written all the same");
    laws::hold(&world).await;
}
