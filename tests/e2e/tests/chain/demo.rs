//! A test of `cargo run -- demo`.

use crate::{laws, world::World};
use orderly_local::{
    demo::{self, Keys, Scene, Stage},
    payments::Provider,
};
use serde_json::json;
use std::fs;

#[tokio::test]
async fn the_demo_comes_out_and_leaves_its_mails() {
    let world = World::start().await;
    let stack = &world.stack;
    let keys = Keys { operator: stack.operator_key().to_owned(), shop: world.shop.clone() };
    let scene = Scene::new(stack.api_url(), stack.console_url(), stack.stripe().endpoint(), &keys);
    let order = demo::play(&scene, &mut Stage::of_terminal()).await.unwrap();
    assert_eq!(order["status"], "completed");
    assert_eq!((&order["payment_status"], &order["refunded"]), (&json!("partially_refunded"), &json!(1450)));
    assert_eq!((&order["fulfillments"], &order["owed"]), (&json!({ "01": "closed" }), &json!([])));
    // Seven of the whole life, and of each other provider's order that it is paid, and that a part goes back.
    let mails_sent = 7 + 5 * 2;
    assert_eq!(stack.mailbox().list().len(), mails_sent);
    for provider in Provider::ALL {
        let own = stack.providers().provider(provider);
        let payments = own.payments();
        assert_eq!(payments.len(), 1, "{provider}");
        assert_eq!(own.refunds(&payments[0].id).len(), 1, "{provider}");
    }

    let directory = tempfile::tempdir().unwrap();
    let mails = directory.path().join("demo-mails");
    // The second run replaces the mails of the first.
    for _ in 0..2 {
        demo::keep_mails(&mails, &stack.mailbox().list()).unwrap();
        let pages: Vec<_> = fs::read_dir(&mails).unwrap().map(|page| page.unwrap().path()).collect();
        assert_eq!(pages.len(), mails_sent, "{pages:?}");
        assert!(pages.iter().all(|page| fs::read_to_string(page).unwrap().contains("Ada Lovelace")), "{pages:?}");
    }
    laws::hold(&world).await;
}
