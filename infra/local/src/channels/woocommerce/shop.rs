//! How tests, the local stack and the simulation hold the shop.

use super::{
    acts::{RefundAct, Undone, Units},
    catalog::NewProduct,
    checkout::{Checkout, Unsold},
    faults::Fault,
    hook::Hook,
    known::{Known, Pushed},
    oauth::Credentials,
    order::{Fulfillment, Meta},
    postman::Postman,
    settings::Settings,
    store::{Delivered, Store},
    view::{self, View},
};
use crate::{files::KeepError, outside::Disorder};
use runtime::Clock;
use serde::Serialize;
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};

/// What a merchant has webhooks for.
const TOPICS: [&str; 5] = ["order.created", "order.updated", "order.deleted", "order.restored", "product.updated"];

/// What a shop needs.
#[derive(Debug, Clone)]
pub struct ShopConfig {
    /// Its address, with no final slash.
    pub url: String,
    /// Of whoever may use its API.
    pub credentials: Credentials,
    /// The directory for what it knows. Without one it forgets everything with its end.
    pub data_dir: Option<PathBuf>,
    pub clock: Clock,
}

/// A shop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shop {
    pub(super) store: Arc<Store>,
    pub(super) postman: Postman,
}

/// What somebody wrote to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    pub text: String,
    /// The customer got it by e-mail.
    pub for_customer: bool,
}

/// A parcel of an order, as the core's own feature knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parcel {
    pub id: u64,
    /// Units by the ids of the order's lines.
    pub items: Vec<(u64, i64)>,
    pub tracking_number: String,
    pub carrier: String,
    pub url: String,
    /// Whether the customer was told of it.
    pub notified: bool,
}

impl Shop {
    pub(super) fn open(ShopConfig { url, credentials, data_dir, clock }: ShopConfig) -> Result<Self, KeepError> {
        let file = data_dir.map(|directory| directory.join("woocommerce.json"));
        let store = Store::open(url, credentials, file, clock)?;
        Ok(Self { store: Arc::new(store), postman: Postman::default() })
    }

    /// Its address, with no final slash.
    pub fn url(&self) -> &str {
        &self.store.url
    }

    pub fn credentials(&self) -> Credentials {
        self.store.credentials()
    }

    /// A customer buys. Yields the order's id.
    pub fn check_out(&self, checkout: Checkout) -> Result<u64, Unsold> {
        self.store.change(|known, now| known.check_out(checkout, now))
    }

    /// Cancels an order. What was not refunded goes back to the stock.
    pub fn cancel(&self, order: u64) -> Result<(), Undone> {
        self.mark(order, "cancelled")
    }

    /// Sets an order's status, with all that follows.
    pub fn mark(&self, order: u64, status: &str) -> Result<(), Undone> {
        self.store.change(|known, now| known.mark(order, status, now))
    }

    /// Refunds by hand. Yields the refund's id.
    pub fn refund(&self, order: u64, refund: RefundAct) -> Result<u64, Undone> {
        self.store.change(|known, now| known.refund_by_hand(order, refund, now))
    }

    /// Changes the quantity of a line; with 0 it goes.
    pub fn edit(&self, order: u64, units: Units) -> Result<(), Undone> {
        self.store.change(|known, now| known.edit(order, units, now))
    }

    /// Changes fields of where the goods go, and of the customer.
    pub fn readdress(&self, order: u64, shipping: &Value, billing: &Value) -> Result<(), Undone> {
        self.store.change(|known, now| known.readdress(order, shipping, billing, now))
    }

    /// Throws an order away.
    pub fn trash(&self, order: u64) -> Result<(), Undone> {
        self.store.change(|known, now| known.trash(order, now))
    }

    /// Takes an order out of the trash again.
    pub fn restore(&self, order: u64) -> Result<(), Undone> {
        self.store.change(|known, now| known.restore(order, now))
    }

    /// Cancels what was not paid in time, as the shop does each minute where it has an address. Yields how many.
    pub fn cancel_unpaid(&self) -> usize {
        self.store.change(Known::cancel_unpaid)
    }

    /// An order, as the API shows it.
    pub fn order(&self, id: u64) -> Option<Value> {
        self.store.read(|known, _| {
            let view = View { known, url: &self.store.url };
            known.orders.get(&id).map(|order| view::order(view, order))
        })
    }

    /// All orders, also those that no list has.
    pub fn orders(&self) -> Vec<Value> {
        self.store.read(|known, _| {
            let view = View { known, url: &self.store.url };
            known.orders.values().map(|order| view::order(view, order)).collect()
        })
    }

    /// How many there are of a SKU. None: nobody counts it, or there is no such product.
    pub fn stock(&self, sku: &str) -> Option<i64> {
        self.store.read(|known, _| known.catalog.stock(known.catalog.by_sku(sku)?.id))
    }

    /// Somebody of the shop says how many there are of a SKU. False: nobody counts it.
    pub fn set_stock(&self, sku: &str, quantity: i64) -> bool {
        self.store.change(|known, now| {
            let counted = known.catalog.by_sku(sku).and_then(|product| known.catalog.counted(product.id));
            counted.is_some_and(|product| known.set_stock(product, quantity, now))
        })
    }

    /// Adds a simple product. Yields its id.
    pub fn add_product(&self, product: NewProduct) -> u64 {
        self.store.change(|known, now| {
            let id = known.ids.post();
            known.catalog.add(id, product, now);
            known.tell("product.created", id);
            id
        })
    }

    /// Deletes a product. False: there is none.
    pub fn remove_product(&self, sku: &str) -> bool {
        self.store.change(|known, _| {
            let id = known.catalog.by_sku(sku).map(|product| product.id);
            id.is_some_and(|id| known.remove_product(id))
        })
    }

    /// What was written to an order, the first first.
    pub fn notes(&self, order: u64) -> Vec<Note> {
        let note = |note: &super::order::Note| Note { text: note.text.clone(), for_customer: note.for_customer };
        self.store.read(|known, _| {
            known.orders.get(&order).map(|own| own.notes.iter().map(note).collect()).unwrap_or_default()
        })
    }

    /// The parcels that left, as the core's own feature knows them.
    pub fn parcels(&self, order: u64) -> Vec<Parcel> {
        self.store.read(|known, _| {
            let all = known.orders.get(&order).into_iter().flat_map(|order| &order.fulfillments);
            all.filter(|own| own.is_fulfilled && !own.is_deleted).map(parcel).collect()
        })
    }

    /// The numbers in stock that were set by the API, the first first.
    pub fn pushed(&self) -> Vec<Pushed> {
        self.store.read(|known, _| known.pushed.clone())
    }

    /// Registers webhooks for all that a merchant needs, as people do by hand, in place of all others. None: none.
    pub fn turn_webhooks(&self, to: Option<&str>) {
        let secret = self.store.credentials().webhook_secret;
        self.store.change(|known, now| {
            known.hooks.clear();
            known.due.clear();
            for topic in TOPICS.iter().filter(|_| to.is_some()) {
                let id = known.ids.hook();
                let hook = Hook {
                    id,
                    name: (*topic).to_owned(),
                    status: "active".to_owned(),
                    topic: (*topic).to_owned(),
                    url: to.unwrap_or_default().to_owned(),
                    secret: secret.clone(),
                    created: now,
                    modified: now,
                    failures: 0,
                    wants_ping: true,
                };
                known.hooks.insert(id, hook);
                known.ping(id);
            }
        });
    }

    /// The registered webhooks, as the API shows them.
    pub fn webhooks(&self) -> Vec<Value> {
        self.store.read(|known, _| {
            let view = View { known, url: &self.store.url };
            known.hooks.values().map(|hook| view::hook(view, hook)).collect()
        })
    }

    /// Sets how webhooks are delivered from now on. One that is late tells what the shop knows when it is sent.
    pub fn disturb(&self, disorder: Disorder) {
        self.postman.disturb(disorder);
    }

    /// The number of webhooks that are not delivered.
    pub fn undelivered(&self) -> usize {
        self.store.undelivered()
    }

    /// The last webhooks that were sent, and what was answered.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.store.delivered()
    }

    /// Lets something go wrong with the next request to the API that begins like this: `PUT /products`, `GET`. With the next one, if it is
    /// empty.
    pub fn fail(&self, requests: &str, fault: Fault) {
        self.store.faults.add(requests, fault);
    }

    /// Takes back what was still to go wrong.
    pub fn behave(&self) {
        self.store.faults.clear();
    }

    pub fn settings(&self) -> Settings {
        self.store.read(|known, _| known.settings.clone())
    }

    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        self.store.change(|known, _| change(&mut known.settings));
    }

    /// Sets some settings by their names.
    pub(super) fn set(&self, changes: Value) -> Result<(), String> {
        self.store.change(|known, _| {
            known.settings = known.settings.with(changes)?;
            Ok(())
        })
    }

    /// Products, their stock, and the settings.
    pub(super) fn summary(&self) -> Value {
        self.store.read(Known::summary)
    }

    /// Whoever may use its API has other credentials from now on.
    pub(in crate::channels) fn set_credentials(&self, new: Credentials) {
        self.store.set_credentials(new);
    }

    /// Sends no more webhooks.
    pub fn withhold_webhooks(&self) {
        self.postman.stop();
    }
}

fn parcel(own: &Fulfillment) -> Parcel {
    let text = |key: &str| Meta::find(&own.meta, key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let items = Meta::find(&own.meta, "_items").and_then(Value::as_array).into_iter().flatten();
    Parcel {
        id: own.id,
        items: items.filter_map(|item| Some((item["item_id"].as_u64()?, item["qty"].as_i64()?))).collect(),
        tracking_number: text("_tracking_number"),
        carrier: text("_shipment_provider"),
        url: text("_tracking_url"),
        notified: own.notified,
    }
}
