//! The README's commands, as a newcomer pastes them.

use crate::{binaries::workspace, laws, world::World};
use serde_json::json;
use std::{fs, time::Duration};
use tokio::{process::Command, time::timeout};

/// Longer than the commands take on a busy machine. One of them waits for the order's fulfillment.
const PATIENCE: Duration = Duration::from_mins(3);

/// The commands of the section about the API. The first block there are addresses and keys.
fn commands() -> String {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## The API in curl\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let blocks: Vec<&str> = section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 2, "addresses and keys, then the commands");
    blocks[1].to_owned()
}

#[tokio::test]
async fn the_readmes_commands_run_as_printed_and_in_one_go() {
    let world = World::start().await;
    let shell = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &commands()])
        .env("API", world.stack.api_url())
        .env("STRIPE", world.stack.stripe().endpoint())
        .env("OPERATOR", world.stack.operator_key())
        .env("STOREFRONT", &world.shop.storefront_key)
        .env("WAREHOUSE", &world.shop.warehouse_key)
        .env("SERVICE", &world.shop.service_key)
        .kill_on_drop(true)
        .output();
    let done = timeout(PATIENCE, shell).await.expect("in time").unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{}\n{said}", String::from_utf8_lossy(&done.stderr));
    assert!(said.contains("\"webhook\":\"recorded: the order knows the payment"), "{said}");

    world.until_reconciled().await;
    let found = world.operator.post("/orders/search", &json!({ "by": "reference", "value": "1001" })).await.unwrap();
    let id = found["orders"][0]["id"].as_str().unwrap();
    let order = world.operator.get(&format!("/orders/{id}")).await.unwrap();
    assert_eq!((&order["status"], &order["refunded"]), (&json!("completed"), &json!(1450 + 500 + 100)), "{order}");
    laws::hold(&world).await;
}
