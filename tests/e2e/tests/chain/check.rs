//! `cargo run -- check` on real tables: it finds nothing on books that keep the laws, and each thing that is broken on purpose.

use crate::{shop::Placed, world::World};
use checkup::{
    AwsError, Deployment, Tables,
    check::{Options, Report, check},
    connect,
};
use orderly_local::services::STACK;
use serde_json::{Value, json};
use std::time::Duration;

/// The tables with this suffix, or those in use, as the command reaches them.
pub async fn tables(world: &World, suffix: Option<&str>) -> Tables {
    let aws = connect("us-east-1", Some(world.stack.endpoint()));
    let deployment = Deployment::read(&aws, STACK).await.unwrap();
    Tables::new(&aws, deployment.tables(suffix).unwrap())
}

/// Checks the tables with this suffix, or those in use.
pub async fn checked(world: &World, suffix: Option<&str>) -> Report {
    let options = Options { patience: Duration::ZERO, shapes: Vec::new() };
    check(&tables(world, suffix).await, &options, &|_| ()).await.unwrap()
}

/// What scanners read on a mug, as the catalog's key has it.
const CODE: &str = "04006381333931";

/// What is done to an item of a table.
enum Harm {
    /// A new value of an attribute.
    Set(&'static str, Value),
    /// A number of units more in each of these buckets.
    Add(&'static [(&'static str, i64)]),
    Unset(&'static str),
    Delete,
}
use Harm::{Add, Delete, Set, Unset};

/// What is broken on purpose: a table, which of its items by a text in it, what is done to it, and the law that must say so.
fn breakages(paid: &Placed, unpaid: &Placed, sent: &Placed) -> Vec<(&'static str, Vec<String>, Harm, &'static str)> {
    let of = |order: &Placed, item: &str| vec![order.id.clone(), format!(r#""item":{{"S":"{item}"}}"#)];
    let mugs = || vec![r#""sku":{"S":"MUG-BLUE"}"#.to_owned(), r#""item":{"S":"location#main"}"#.to_owned()];
    let text = |text: &str| json!({ "S": text });
    let code = || vec![format!("#code#{}", CODE)];
    let row = || vec![format!("#order/{}#", paid.id)];
    let invoice = || vec![sent.id.clone(), r#""nth":{"S":"0"#.to_owned()];
    let setting = |collection: &str| vec![format!(r#""collection":{{"S":"{collection}"}}"#)];
    vec![
        ("StockTable", mugs(), Add(&[("reserved", 1), ("available", -1)]), "the buckets equal what the orders hold"),
        ("StockTable", mugs(), Add(&[("committed", -1), ("available", 1)]), "the buckets equal what the orders hold"),
        ("StockTable", mugs(), Delete, "the buckets equal what the orders hold"),
        ("StockTable", mugs(), Add(&[("on_hand", 1), ("available", 1)]), "units on hand came, went and came back"),
        ("StockTable", mugs(), Add(&[("damaged", 1), ("available", -1)]), "units that cannot be sold are explained"),
        ("StockTable", mugs(), Add(&[("available", 1)]), "no more is promised than is there"),
        ("OrdersTable", of(paid, "state"), Delete, "an order is whole"),
        ("OrdersTable", of(paid, "placed"), Delete, "an order is whole"),
        ("OrdersTable", of(paid, "fulfillment#01"), Delete, "an order is whole"),
        ("OrdersTable", of(paid, "state"), Set("status", text("lost")), "items can be read"),
        ("OrdersTable", of(paid, "state"), Set("stock", json!({ "L": [] })), "every unit is somewhere"),
        ("OrdersTable", of(paid, "state"), Set("history", json!({ "L": [] })), "histories are legal"),
        ("OrdersTable", of(unpaid, "state"), Unset("due_class"), "what is due is in its index"),
        ("OrdersTable", of(paid, "state"), Set("due_class", text("owed#1")), "what is due is in its index"),
        ("OrdersTable", of(paid, "state"), Set("listing_key", text("web#closed")), "every order is listed"),
        ("OrdersTable", of(paid, "fulfillment#01"), Unset("work_location"), "work is listed"),
        (
            "OrdersTable",
            of(paid, "fulfillment#01"),
            Set("put_back", json!({ "L": [{ "M": { "line": { "N": "0" }, "quantity": { "N": "1" } } }] })),
            "counted units are wanted",
        ),
        ("OrdersTable", of(paid, "placed"), Unset("email_key"), "every order is found"),
        ("OrdersTable", of(paid, "placed"), Set("email_key", text("aaaa")), "every order is found by its customer"),
        ("OrdersTable", of(paid, "email#state#payment-confirmed"), Set("attempts", text("x")), "items can be read"),
        ("SearchTable", vec![paid.id.clone(), "sku#".to_owned()], Delete, "every order is found"),
        ("PaymentsTable", vec![paid.id.clone()], Delete, "money is of one order"),
        ("PaymentsTable", vec![paid.id.clone()], Set("order", text(&unpaid.id)), "money is of one order"),
        ("PaymentsTable", vec![paid.id.clone()], Set("word", text("rumored")), "payment records can be read"),
        (
            "PaymentsTable",
            vec![paid.id.clone()],
            Set("unmatched_class", text("names-no-order")),
            "unmatched payments are listed",
        ),
        ("SettingsTable", setting("search"), Delete, "every order is found by its customer"),
        ("SettingsTable", setting("channels"), Delete, "every channel is known"),
        ("SettingsTable", setting("locations"), Delete, "every location is known"),
        ("CatalogTable", vec!["MUG-BLUE".to_owned()], Unset("title"), "products can be read"),
        ("CatalogTable", code(), Delete, "a code is of the product that has it"),
        ("CatalogTable", code(), Unset("product"), "a code is of the product that has it"),
        ("CatalogTable", code(), Set("product", text("TIN-SMALL")), "a code is of the product that has it"),
        (
            "CatalogTable",
            vec![r#""sku":{"S":"MUG-BLUE"}"#.to_owned()],
            Unset("codes"),
            "a code is of the product that has it",
        ),
        ("BooksTable", row(), Delete, "the books tell every movement"),
        ("BooksTable", row(), Set("amount", json!({ "N": "1" })), "the books tell every movement"),
        ("BooksTable", row(), Set("kind", text("refunded")), "the books tell every movement"),
        ("InvoicesTable", invoice(), Delete, "an order's invoices are there"),
        ("InvoicesTable", invoice(), Delete, "numbers have no gaps"),
        ("InvoicesTable", invoice(), Set("order", text(&unpaid.id)), "an invoice is named by its order"),
        ("InvoicesTable", invoice(), Set("total", json!({ "N": "1" })), "rows and breakdowns of an invoice add up"),
        ("InvoicesTable", invoice(), Set("kind", text("receipt")), "invoices can be read"),
        ("InvoicesTable", vec![r#""nth":{"S":"count"}"#.to_owned()], Delete, "numbers have no gaps"),
        (
            "InvoicesTable",
            vec![r#""nth":{"S":"count"}"#.to_owned()],
            Set("last", json!({ "N": "2" })),
            "numbers have no gaps",
        ),
        ("OrdersTable", of(sent, "state"), Unset("invoices"), "an invoice is named by its order"),
    ]
}

impl World {
    /// Does harm to the items that have all these texts, and returns how to undo it: what they were, with their keys.
    async fn harm(&self, table: &str, texts: &[String], harm: &Harm) -> Vec<Value> {
        let items = self.typed_items(table).await.into_iter();
        let harmed: Vec<Value> =
            items.filter(|item| texts.iter().all(|text| item.to_string().contains(text.as_str()))).collect();
        assert!(!harmed.is_empty(), "{table} has no item with {texts:?}");
        for item in &harmed {
            let mut worse = item.clone();
            match harm {
                Set(name, value) => worse[*name] = value.clone(),
                Unset(name) => drop(worse.as_object_mut().unwrap().remove(*name)),
                Add(buckets) => {
                    for (bucket, units) in *buckets {
                        let before: i64 = worse[*bucket]["N"].as_str().unwrap_or("0").parse().unwrap();
                        worse[*bucket] = json!({ "N": (before + units).to_string() });
                    }
                }
                Delete => {
                    let keys: &[&str] = match table {
                        "OrdersTable" => &["order_id", "item"],
                        "StockTable" => &["sku", "item"],
                        "PaymentsTable" => &["payment_id"],
                        "SettingsTable" => &["collection", "id"],
                        "SearchTable" => &["term", "at"],
                        "BooksTable" => &["day", "place"],
                        "InvoicesTable" => &["series", "nth"],
                        _ => &["sku"],
                    };
                    let key = keys.iter().map(|name| ((*name).to_owned(), item[*name].clone()));
                    let key: serde_json::Map<String, Value> = key.collect();
                    self.dynamodb("DeleteItem", &json!({ "TableName": self.table(table), "Key": key })).await;
                    continue;
                }
            }
            self.put(table, &worse).await;
        }
        harmed
    }

    async fn put(&self, table: &str, item: &Value) {
        let answer = self.dynamodb("PutItem", &json!({ "TableName": self.table(table), "Item": item })).await;
        assert!(answer.get("__type").is_none(), "{answer}");
    }
}

#[tokio::test]
async fn check_finds_nothing_on_sound_books_and_each_thing_that_is_broken_on_purpose() {
    let world = World::start().await;
    let paid = world.place_and_pay("paid", &[("MUG-BLUE", 2), ("TIN-SMALL", 1)]).await;
    let unpaid = world.place("unpaid", &[("MUG-BLUE", 1)]).await;
    let sent = world.place_and_pay("sent", &[("MUG-BLUE", 1)]).await;
    world.ship(&sent, "01").await;
    world.operator.post(&format!("/orders/{}/invoices", sent.id), &json!({})).await.unwrap();
    let product = json!({ "title": "Enamel mug, blue", "codes": [{ "code": CODE }] });
    world.operator.put("/products/MUG-BLUE", &product).await.unwrap();
    world.until_settled().await;
    let sound = checked(&world, None).await;
    assert!(sound.is_sound() && sound.moving.is_empty(), "{sound}");
    assert_eq!((sound.counts.orders, sound.counts.payments), (3, 2));
    assert_eq!((sound.counts.rows, sound.counts.invoices), (2, 1));
    for (table, texts, harm, law) in breakages(&paid, &unpaid, &sent) {
        let before = world.harm(table, &texts, &harm).await;
        let report = checked(&world, None).await;
        let found = report.broken.iter().any(|broken| broken.law == law);
        assert!(found, "{law} was broken in {table} by {texts:?}, and not found:\n{report}");
        assert!(report.broken.iter().all(|broken| !broken.remedy.is_empty()), "{report}");
        for item in &before {
            world.put(table, item).await;
        }
    }
    let entry = json!({ "term": { "S": "sku#MUG-BLUE" }, "at": { "S": "yesterday" } });
    world.put("SearchTable", &entry).await;
    let report = checked(&world, None).await;
    assert_eq!(report.broken.first().map(|broken| broken.law), Some("search entries name orders"), "{report}");
    assert_eq!(report.broken.len(), 1, "all else was mended: {report}");
}

#[tokio::test]
async fn check_says_which_table_or_stack_is_not_there() {
    let world = World::start().await;
    let missing = tables(&world, Some("-never")).await;
    let options = Options { patience: Duration::ZERO, shapes: Vec::new() };
    let error = check(&missing, &options, &|_| ()).await.unwrap_err();
    assert!(error.to_string().starts_with("the table OrdersTable-never does not exist here"), "{error}");
    let aws = connect("us-east-1", Some(world.stack.endpoint()));
    let error = Deployment::read(&aws, "another").await.unwrap_err();
    assert!(error.to_string().starts_with("the stack another does not exist here"), "{error}");
    let refused = runtime_of_a_function(&world);
    let names = store::Tables::of(|table| Ok::<_, AwsError>(world.table(table.logical_id()))).unwrap();
    let error = check(&Tables::new(&refused, names), &options, &|_| ()).await.unwrap_err();
    assert!(matches!(error, AwsError::Refused { .. }), "{error}");
}

/// Clients with the permissions of a function, which may read single orders and not all tables.
fn runtime_of_a_function(world: &World) -> runtime::Aws {
    use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
    let credentials = Credentials::new("order-intake", "x", None, None, "test");
    let connect = |_| aws_smithy_http_client::Builder::new().build_http();
    let (endpoint, clock) = (Some(world.stack.endpoint().to_owned()), runtime::Clock::system());
    runtime::Aws::new("us-east-1".to_owned(), SharedCredentialsProvider::new(credentials), endpoint, &clock, connect)
}
