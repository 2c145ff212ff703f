//! The rehearsal of docs/RESTORE.md: all tables are restored to one moment under a new suffix, the stack is pointed at them, what
//! happened since then is told again, and life goes on.

use crate::{
    check::checked,
    laws,
    shop::{Placed, order},
    world::World,
};
use orderly_local::payments::Webhook;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use store::Table;

const SUFFIX: &str = "-r1";

impl World {
    /// What `RestoreTableToPointInTime` does for each table, at one moment.
    async fn restore_all(&self, suffix: &str) {
        for table in Table::ALL.map(Table::logical_id) {
            let request = json!({
                "SourceTableName": table, "TargetTableName": format!("{table}{suffix}"), "UseLatestRestorableTime": true,
            });
            let answer = self.dynamodb("RestoreTableToPointInTime", &request).await;
            assert!(answer.get("__type").is_none(), "{table}: {answer}");
        }
    }

    async fn start_on(data_dir: &Path, suffix: &str) -> Self {
        Self::start_with(|options| {
            options.data_dir = Some(data_dir.to_owned());
            options.parameters.insert("TableSuffix".to_owned(), suffix.to_owned());
        })
        .await
    }

    /// Pays an order, and keeps what the provider tells of it.
    async fn paid_with(&self, order: &Placed) -> Webhook {
        let webhook = self.stack.stripe().pay(&order.id, order.total, "EUR").unwrap();
        self.told(&webhook).await;
        webhook
    }

    /// The provider tells it, signed anew.
    async fn told(&self, webhook: &Webhook) {
        let signed = self.stack.stripe().sign(webhook.body.clone());
        assert_eq!(self.stack.stripe().deliver(&signed).await.unwrap(), StatusCode::OK);
    }

    async fn status(&self, order: &Placed) -> Value {
        self.read(order).await["status"].clone()
    }
}

#[tokio::test]
async fn a_shop_goes_on_with_tables_that_were_restored_to_one_moment() {
    let data = tempfile::tempdir().unwrap();
    let world = World::start_in(data.path()).await;
    let shipped = world.place_and_pay("shipped", &[("MUG-BLUE", 1)]).await;
    world.ship(&shipped, "01").await;
    let unpaid = world.place("unpaid", &[("TIN-SMALL", 1)]).await;
    let regretted = world.place_and_pay("regretted", &[("MUG-BLUE", 2)]).await;
    laws::hold(&world).await;

    // The moment that everything is restored to. The copies are sound before anything uses them.
    world.restore_all(SUFFIX).await;
    let restored = checked(&world, Some(SUFFIX)).await;
    assert!(restored.is_sound(), "{restored}");
    assert_eq!(restored.counts.orders, 3);

    // What happens after it is not in them: a payment, a whole order, a refund.
    let payment = world.paid_with(&unpaid).await;
    let lost = world.place("lost", &[("MUG-BLUE", 3)]).await;
    let payment_of_lost = world.paid_with(&lost).await;
    let cancel = json!({ "reason": "changed my mind" });
    world.storefront.post(&format!("/orders/{}/cancel", regretted.id), &cancel).await.unwrap();
    laws::hold(&world).await;
    let refunds = || {
        let payments = world.stack.stripe().payments();
        let of_order = payments.iter().filter(|payment| payment.order_id.as_ref() == Some(&regretted.id));
        of_order.map(|payment| world.stack.stripe().refunds(&payment.id).len()).sum::<usize>()
    };
    assert_eq!(refunds(), 1);
    let own_orders = world.scan("OrdersTable").await.len();
    world.stack.shutdown().await;

    // The stack is pointed at the restored tables.
    let world = World::start_on(data.path(), SUFFIX).await;
    assert_eq!(world.table("OrdersTable"), "OrdersTable-r1");
    assert_eq!(world.status(&unpaid).await, "pending");
    assert_eq!(world.status(&regretted).await, "open");
    let gone = world.operator.ask(world.operator.request(Method::GET, &format!("/orders/{}", lost.id))).await.unwrap();
    assert_eq!(gone.status, StatusCode::NOT_FOUND);

    // The provider tells again what happened since the moment; the storefront places its orders of that time again, under
    // the same references, and they are the same orders.
    world.told(&payment).await;
    world.told(&payment_of_lost).await;
    let waiting = world.operator.get("/operations/unmatched-payments").await.unwrap();
    assert_eq!(waiting["payments"].as_array().unwrap().len(), 1, "{waiting}");
    let again = world.storefront.post("/orders", &order("lost", &[("MUG-BLUE", 3)])).await.unwrap();
    assert_eq!(again["id"], lost.id.as_str());
    world.reconcile().await;
    world.until_settled().await;
    assert_eq!(world.status(&unpaid).await, "open");
    assert_eq!(world.status(&lost).await, "open");
    // A refund that was made after the moment is asked for again under its key, and is not made again.
    let cancel = json!({ "reason": "cancelled before the restore" });
    world.storefront.post(&format!("/orders/{}/cancel", regretted.id), &cancel).await.unwrap();
    world.until_settled().await;
    let payments = world.stack.stripe().payments();
    let of_order = payments.iter().filter(|payment| payment.order_id.as_ref() == Some(&regretted.id));
    assert_eq!(of_order.map(|payment| world.stack.stripe().refunds(&payment.id).len()).sum::<usize>(), 1);

    // Life goes on, and the tables that were in use before are as they were. (What was sent after the moment was sent again: its
    // claims were not restored.)
    let new = world.place_and_pay("new", &[("MUG-BLUE", 1)]).await;
    world.ship(&new, "01").await;
    world.deliver(&shipped, "01").await;
    laws::of_the_books(&world).await;
    let found = world.operator.post("/orders/search", &json!({ "by": "reference", "value": "shipped" })).await.unwrap();
    assert_eq!(found["orders"].as_array().unwrap().len(), 1);
    let sound = checked(&world, None).await;
    assert!(sound.is_sound(), "{sound}");
    assert_eq!(sound.counts.orders, 5);
    let before = json!({ "TableName": "OrdersTable", "Select": "COUNT" });
    assert_eq!(world.dynamodb("Scan", &before).await["Count"], own_orders);
    let mails = world.subjects();
    let confirmations = |order: &str| mails.iter().filter(|subject| subject.contains(order)).count();
    assert!(confirmations("lost") >= 2, "the confirmation of a lost order goes out again: {mails:?}");
}

#[tokio::test]
async fn tables_of_different_moments_are_noticed() {
    let world = World::start().await;
    world.place_and_pay("before", &[("MUG-BLUE", 1)]).await;
    world.restore_all("-a").await;
    world.place_and_pay("after", &[("MUG-BLUE", 2)]).await;
    world.restore_all("-b").await;
    // The stock is older than the orders.
    let aws = checkup::connect("us-east-1", Some(world.stack.endpoint()));
    let names = store::Tables::of(|table| {
        let suffix = if table == store::Table::Stock { "-a" } else { "-b" };
        Ok::<_, checkup::AwsError>(format!("{}{suffix}", table.logical_id()))
    });
    let options = checkup::check::Options { patience: std::time::Duration::ZERO, shapes: Vec::new() };
    let tables = checkup::Tables::new(&aws, names.unwrap());
    let report = checkup::check::check(&tables, &options, &|_| ()).await.unwrap();
    let laws: Vec<_> = report.broken.iter().map(|broken| broken.law).collect();
    assert_eq!(laws, ["the buckets equal what the orders hold"], "{report}");
}
