//! A test of `cargo run -- demo`.

use crate::{laws, world::World};
use orderly_local::demo::{self, Keys, Scene, Stage};
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
    assert_eq!(stack.mailbox().list().len(), 7);

    let directory = tempfile::tempdir().unwrap();
    let mails = directory.path().join("demo-mails");
    // The second run replaces the mails of the first.
    for _ in 0..2 {
        demo::keep_mails(&mails, &stack.mailbox().list()).unwrap();
        let pages: Vec<_> = fs::read_dir(&mails).unwrap().map(|page| page.unwrap().path()).collect();
        assert_eq!(pages.len(), 7, "{pages:?}");
        assert!(pages.iter().all(|page| fs::read_to_string(page).unwrap().contains("Ada Lovelace")), "{pages:?}");
    }
    laws::hold(&world).await;
}
