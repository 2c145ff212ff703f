use super::{TEMPLATE, eventually, sdk, sdk_of, start, start_with};
use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata as _,
    types::{AttributeValue, Put, ReturnConsumedCapacity, TransactWriteItem, Update},
};
use orderly_local::services::{Meter, Units};
use std::time::Duration;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn capacity_is_counted_by_table_and_index_and_shown_to_those_who_ask() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let put = client
        .put_item()
        .table_name("Orders")
        .item("order_id", text("ord_1"))
        .item("item", text("state"))
        .item("due_class", text("owed"))
        .item("due_at", text("2026-01-01"));
    let quiet = put.clone().send().await.unwrap();
    assert!(quiet.consumed_capacity().is_none());
    let total = put.clone().return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
    let total = total.consumed_capacity().unwrap();
    assert!(total.table().is_none() && total.global_secondary_indexes().is_none());
    let indexes = put.return_consumed_capacity(ReturnConsumedCapacity::Indexes).send().await.unwrap();
    assert!(indexes.consumed_capacity().unwrap().table().is_some());

    let get = client.get_item().table_name("Orders").key("order_id", text("ord_1"));
    get.key("item", text("state")).consistent_read(true).send().await.unwrap();

    let meter = services.meter();
    assert_eq!(meter.requests["DynamoDB.PutItem"], 3);
    assert_eq!(meter.requests["DynamoDB.GetItem"], 1);
    // The first put also writes the index entry. The other two change nothing and leave it alone.
    let units = |read, write| Units { read, write };
    assert_eq!(meter.by_table["Orders"], units(1.0, 3.0));
    assert_eq!(meter.by_table["Orders/due"], units(0.0, 1.0));
    assert_eq!(units(meter.read_units, meter.write_units), units(1.0, 4.0));
    services.reset_meter();
    assert_eq!(services.meter(), Meter::default());
}

#[tokio::test]
async fn requests_are_counted_for_who_makes_them_and_refused_writes_apart() {
    let services = start().await;
    let put = async |who: &str| {
        let put = Client::new(&sdk_of(who, &services)).put_item().table_name("Orders");
        let put = put.item("order_id", text("ord_1")).item("item", text("state"));
        put.condition_expression("attribute_not_exists(order_id)").send().await
    };
    put("clerk").await.unwrap();
    put("clerk").await.unwrap_err();
    put("developer").await.unwrap_err();
    services.sqs().send("Work", "x").await.unwrap();
    services.sqs().receive("Work", 1, Duration::ZERO).await.unwrap();

    let meters = services.meter_by_caller();
    let counted = |caller: &str| (&meters[caller].requests, &meters[caller].refused, meters[caller].write_units);
    let map = |counts: &[(&str, u64)]| counts.iter().map(|&(what, count)| (what.to_owned(), count)).collect();
    assert_eq!(counted("clerk"), (&map(&[("DynamoDB.PutItem", 2)]), &map(&[("DynamoDB.PutItem", 1)]), 1.0));
    let nobody = map(&[("DynamoDB.PutItem", 1), ("SQS.SendMessage", 1)]);
    assert_eq!(counted(""), (&nobody, &map(&[("DynamoDB.PutItem", 1)]), 0.0));
    // This is what an event source mapping does.
    assert_eq!(counted("Work"), (&map(&[("SQS.ReceiveMessage", 1)]), &map(&[]), 0.0));
    let all = services.meter();
    assert_eq!((all.requests["DynamoDB.PutItem"], all.refused["DynamoDB.PutItem"]), (3, 2));
}

#[tokio::test]
async fn a_cancelled_transaction_says_why() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let put = Put::builder()
        .table_name("Orders")
        .item("order_id", text("ord_1"))
        .item("item", text("state"))
        .build()
        .unwrap();
    let update = Update::builder()
        .table_name("Orders")
        .key("order_id", text("ord_2"))
        .key("item", text("state"))
        .update_expression("SET version = :v")
        .condition_expression("attribute_exists(order_id)")
        .expression_attribute_values(":v", AttributeValue::N("2".to_owned()))
        .build()
        .unwrap();
    let request = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put).build())
        .transact_items(TransactWriteItem::builder().update(update).build());
    let error = request.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("TransactionCanceledException"));
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(error) =
        error
    else {
        panic!("{error}")
    };
    let codes: Vec<_> = error.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    let scan = client.scan().table_name("Orders").send().await.unwrap();
    assert_eq!(scan.count(), 0);
}

#[tokio::test]
async fn a_wrong_request_is_a_validation_error() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let error = client.get_item().table_name("Orders").key("order_id", text("ord_1")).send().await;
    assert_eq!(error.unwrap_err().code(), Some("ValidationException"));
    let error = client.get_item().table_name("Nothing").key("id", text("x")).send().await;
    assert_eq!(error.unwrap_err().code(), Some("ResourceNotFoundException"));
}

#[tokio::test]
async fn a_restart_keeps_the_items_and_a_changed_table_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = Some(directory.path().to_owned());
    let services = start_with(TEMPLATE, data_dir.clone()).await.unwrap();
    let client = Client::new(&sdk(&services));
    let put = client.put_item().table_name("Orders").item("order_id", text("ord_1"));
    put.item("item", text("state")).send().await.unwrap();
    services.shutdown().await;

    let services = start_with(TEMPLATE, data_dir.clone()).await.unwrap();
    let client = Client::new(&sdk(&services));
    assert_eq!(client.scan().table_name("Orders").send().await.unwrap().count(), 1);
    services.shutdown().await;

    let changed = TEMPLATE.replace("ProjectionType: KEYS_ONLY", "ProjectionType: ALL");
    let error = start_with(&changed, data_dir).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the table Orders on this machine is not the template's: the index due is `due_class, due_at with KEYS_ONLY` \
         here and `due_class, due_at with ALL` there. `cargo run -- reset` empties the local data and makes it anew"
    );
}

#[tokio::test]
async fn expired_items_go() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let put = client.put_item().table_name("Orders").item("order_id", text("ord_1"));
    let put = put.item("item", text("state")).item("expires", AttributeValue::N("1".to_owned()));
    put.send().await.unwrap();
    let left = async || client.scan().table_name("Orders").send().await.unwrap().count();
    eventually("the item is gone", async || (left().await == 0).then_some(())).await;
}
