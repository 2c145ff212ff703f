//! The laws that hold at the end of every test.

use crate::{
    shop::{CITY, CUSTOMER, EMAIL, PHONE, STREET},
    world::World,
};
use ::laws::{Books, Item, Settings};
use orderly_local::payments::Provider;
use std::collections::BTreeMap;

/// Waits until nothing is in progress, and checks all laws.
pub async fn hold(world: &World) {
    let books = of_the_books(world).await;
    e_mails_are_sent_once(world, &books.orders);
}

/// The same without the number of mails: of what was sent after the moment of a backup the books know nothing.
pub async fn of_the_books(world: &World) -> Books {
    world.until_settled().await;
    let books = books(world).await;
    assert_eq!(::laws::broken(&books), Vec::<String>::new());
    no_message_is_dead(world).await;
    roles_allow_what_functions_do(world);
    logs_tell_no_secret(world);
    books
}

async fn books(world: &World) -> Books {
    let refunded_at = |provider: Provider| {
        let own = world.stack.providers().provider(provider);
        let refunds = |id: &str| own.refunds(id).iter().map(|refund| refund.amount).collect::<Vec<_>>();
        let payments = own.payments().into_iter();
        payments.map(|payment| (format!("{provider}_{}", payment.id), refunds(&payment.id))).collect::<Vec<_>>()
    };
    let refunded = Provider::ALL.into_iter().flat_map(refunded_at);
    Books {
        orders: world.scan("OrdersTable").await,
        stock: world.scan("StockTable").await,
        payments: world.scan("PaymentsTable").await,
        search: world.scan("SearchTable").await,
        rows: world.scan("BooksTable").await,
        catalog: world.scan("CatalogTable").await,
        batches: world.scan("BatchesTable").await,
        invoices: world.scan("InvoicesTable").await,
        settings: Settings::of(&world.scan("SettingsTable").await).into(),
        providers: Provider::ALL.map(Provider::name).to_vec(),
        refunded: refunded.filter(|(_, amounts)| !amounts.is_empty()).collect(),
        listed: BTreeMap::new(),
    }
}

/// Customer data and keys, which only the tables and the mails may hold.
pub fn secrets(world: &World) -> Vec<String> {
    let customer = [CUSTOMER, EMAIL, PHONE, STREET, CITY].map(str::to_owned);
    let shop = &world.shop;
    let keys = [world.stack.operator_key(), &shop.storefront_key, &shop.warehouse_key, &shop.service_key];
    let keys = keys.map(str::to_owned);
    let secrets = ["StripeWebhookSecret", "StripeApiKey", "WarehouseWebhookSecret"];
    let secrets = secrets.map(|name| world.stack.secret(name).expect("the template declares it"));
    customer.into_iter().chain(keys).chain(secrets).collect()
}

/// Whom the demo shop tells what waits for people: its contact.
pub const MERCHANT: &str = "help@example.com";

/// Checks that the number of mails to customers matches the records, and that each was begun only once unless a process died.
fn e_mails_are_sent_once(world: &World, orders: &[Item]) {
    let claims = || orders.iter().filter(|item| item["item"].as_str().unwrap().starts_with("email#"));
    let begun: i64 = claims().map(|email| email["attempts"].as_i64().unwrap()).sum();
    let kinds = claims().count();
    let sent = world.stack.mailbox().list().iter().filter(|mail| mail.to != [MERCHANT]).count();
    assert!((kinds..=usize::try_from(begun).unwrap()).contains(&sent), "{kinds} kinds, {begun} begun, {sent} sent");
}

async fn no_message_is_dead(world: &World) {
    for queue in world.stack.sqs().queues().iter().filter(|queue| queue.redrive.is_none()) {
        let dead = world.stack.sqs().dead_letters(&queue.name).await.unwrap();
        assert!(dead.is_empty(), "{}: {dead:?}", queue.name);
    }
}

/// Checks that no function made a request that its role in the template does not allow.
fn roles_allow_what_functions_do(world: &World) {
    let refusals: Vec<String> = world.stack.refusals().iter().map(ToString::to_string).collect();
    assert_eq!(refusals, Vec::<String>::new());
}

fn logs_tell_no_secret(world: &World) {
    let secrets = secrets(world);
    for line in world.stack.logs().lines() {
        let told = secrets.iter().find(|secret| line.text.contains(*secret));
        assert_eq!(told, None, "{}: {}", line.function, line.text);
    }
}
