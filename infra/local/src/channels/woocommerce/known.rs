//! All that the shop knows, and what every change of it does: stock moves, and webhooks fall due.

use super::{
    catalog::Catalog,
    hook::{Due, Hook},
    order::{Meta, Note, Order, REDUCED_STOCK, Status},
    settings::Settings,
    totals,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// The last ids of what has ids. Products, coupons, orders and refunds share theirs.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Ids {
    post: u64,
    item: u64,
    meta: u64,
    note: u64,
    hook: u64,
    fulfillment: u64,
}

fn next(id: &mut u64) -> u64 {
    *id += 1;
    *id
}

impl Ids {
    pub(super) fn post(&mut self) -> u64 {
        next(&mut self.post)
    }

    pub(super) fn item(&mut self) -> u64 {
        next(&mut self.item)
    }

    pub(super) fn hook(&mut self) -> u64 {
        next(&mut self.hook)
    }

    pub(super) fn fulfillment(&mut self) -> u64 {
        next(&mut self.fulfillment)
    }

    /// A new note about something.
    pub(super) fn meta(&mut self, key: &str, value: impl Into<Value>) -> Meta {
        Meta { id: next(&mut self.meta), key: key.to_owned(), value: value.into(), display_key: None }
    }

    /// Notes something, in place of what was noted under this key.
    pub(super) fn note_down(&mut self, all: &mut Vec<Meta>, key: &str, value: impl Into<Value>) {
        match all.iter_mut().find(|meta| meta.key == key) {
            Some(meta) => meta.value = value.into(),
            None => all.push(self.meta(key, value)),
        }
    }
}

/// A number in stock that somebody set by the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pushed {
    pub product: u64,
    pub sku: String,
    pub quantity: i64,
    pub at: Timestamp,
}

/// All that the shop knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) settings: Settings,
    pub(super) catalog: Catalog,
    pub(super) orders: BTreeMap<u64, Order>,
    pub(super) hooks: BTreeMap<u64, Hook>,
    /// What webhooks are still to tell, the first first.
    pub(super) due: VecDeque<Due>,
    pub(super) ids: Ids,
    #[serde(skip)]
    pub(super) pushed: Vec<Pushed>,
}

impl Known {
    pub(super) fn first(now: Timestamp) -> Self {
        Self {
            settings: Settings::default(),
            catalog: Catalog::first(now),
            orders: BTreeMap::new(),
            hooks: BTreeMap::new(),
            due: VecDeque::new(),
            ids: Ids { post: 40, item: 0, meta: 0, note: 0, hook: 0, fulfillment: 0 },
            pushed: Vec::new(),
        }
    }

    pub(super) fn zone(&self) -> TimeZone {
        TimeZone::get(&self.settings.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Lets those webhooks fall due that tell of this. One that waits already tells of it, too.
    pub(super) fn tell(&mut self, topic: &str, resource: u64) {
        for hook in self.hooks.values().filter(|hook| hook.is_active() && hook.topic == topic) {
            let due = Due::Event { hook: hook.id, resource };
            if !self.due.contains(&due) {
                self.due.push_back(due);
            }
        }
    }

    /// A webhook that was just stored tells its receiver so, until a ping is answered.
    pub(super) fn ping(&mut self, hook: u64) {
        let due = Due::Ping { hook };
        let wants = self.hooks.get(&hook).is_some_and(|hook| hook.is_active() && hook.wants_ping);
        if wants && !self.due.contains(&due) {
            // It does not wait for its turn.
            self.due.push_front(due);
        }
    }

    /// An order has changed.
    pub(super) fn changed(&mut self, id: u64, now: Timestamp) {
        if let Some(order) = self.orders.get_mut(&id) {
            order.modified = now;
            self.tell("order.updated", id);
        }
    }

    /// Adds an order up anew.
    pub(super) fn add_up(&mut self, id: u64) {
        if let Some(order) = self.orders.get_mut(&id) {
            totals::add_up(order, &self.settings, || self.ids.item());
        }
    }

    /// Somebody writes a note to an order. Yields its id.
    pub(super) fn write_note(
        &mut self,
        id: u64,
        author: &str,
        text: &str,
        for_customer: bool,
        at: Timestamp,
    ) -> Option<u64> {
        let order = self.orders.get_mut(&id)?;
        let id = next(&mut self.ids.note);
        order.notes.push(Note { id, at, author: author.to_owned(), text: text.to_owned(), for_customer });
        Some(id)
    }

    /// The shop itself writes one.
    pub(super) fn remark(&mut self, id: u64, text: &str, at: Timestamp) {
        self.write_note(id, "WooCommerce", text, false, at);
    }

    /// An order comes to a status, with all that follows.
    pub(super) fn set_status(&mut self, id: u64, status: &Status, now: Timestamp) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        if order.status == *status {
            return;
        }
        let before = std::mem::replace(&mut order.status, status.clone());
        // Cash on delivery counts as paid when the order is done, everything else when it is accepted.
        let is_paid = match (order.payment_method.as_str(), status) {
            ("cod", Status::Completed) => true,
            ("cod", _) => false,
            (_, Status::Processing | Status::Completed) => true,
            (_, _) => false,
        };
        if is_paid && order.paid.is_none() {
            order.paid = Some(now);
        }
        if *status == Status::Completed {
            order.completed = Some(now);
        }
        let text = format!("Order status changed from {} to {}.", before.title(), status.title());
        self.remark(id, &text, now);
        if status.takes_stock() {
            self.take_stock(id, now);
        } else if status.gives_stock_back() {
            self.give_stock_back(id, now);
        }
        self.changed(id, now);
        if matches!(before, Status::CheckoutDraft | Status::AutoDraft) {
            self.tell("order.created", id);
        }
    }

    /// An order's goods leave the stock, once. What is not there is taken all the same.
    pub(super) fn take_stock(&mut self, id: u64, now: Timestamp) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        if std::mem::replace(&mut order.has_taken_stock, true) {
            return;
        }
        let (mut told, mut moved) = (Vec::new(), Vec::new());
        for line in &mut order.lines {
            let moves = self.catalog.move_stock(line.bought(), -line.quantity, now);
            if let Some(product) = self.catalog.0.get_mut(&line.product) {
                product.sales += line.quantity;
            }
            let Some((counted, before)) = moves else { continue };
            self.ids.note_down(&mut line.meta, REDUCED_STOCK, line.quantity.to_string());
            moved.push(format!("{} {before}→{}", line.name, before - line.quantity));
            told.push(counted);
        }
        if !moved.is_empty() {
            self.remark(id, &format!("Stock levels reduced: {}", moved.join(", ")), now);
        }
        for product in told {
            self.tell("product.updated", product);
        }
    }

    /// Its goods are in stock again, but for what refunds put back before.
    fn give_stock_back(&mut self, id: u64, now: Timestamp) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        if !std::mem::replace(&mut order.has_taken_stock, false) {
            return;
        }
        let (mut told, mut moved) = (Vec::new(), Vec::new());
        for line in &mut order.lines {
            let Some(taken) = Meta::number(&line.meta, REDUCED_STOCK) else { continue };
            line.meta.retain(|meta| meta.key != REDUCED_STOCK);
            let Some((counted, before)) = self.catalog.move_stock(line.bought(), taken, now) else { continue };
            moved.push(format!("{} {before}→{}", line.name, before + taken));
            told.push(counted);
        }
        if !moved.is_empty() {
            self.remark(id, &format!("Stock levels increased: {}", moved.join(", ")), now);
        }
        for product in told {
            self.tell("product.updated", product);
        }
    }

    /// How many customers can still buy: what others hold who have not paid yet is not for sale. None: nobody counts it.
    pub(super) fn for_sale(&self, product: u64, now: Timestamp) -> Option<i64> {
        let counted = self.catalog.counted(product)?;
        let is_held = |order: &&Order| order.status == Status::Pending && !self.has_lapsed(order, now);
        let lines = self.orders.values().filter(is_held).flat_map(|order| &order.lines);
        let held: i64 =
            lines.filter(|line| self.catalog.counted(line.bought()) == Some(counted)).map(|line| line.quantity).sum();
        self.catalog.stock(counted).map(|stock| stock - held)
    }

    fn has_lapsed(&self, order: &Order, now: Timestamp) -> bool {
        now.duration_since(order.created) >= SignedDuration::from_mins(self.settings.hold_minutes)
    }

    /// Cancels what its customers have not paid in time.
    pub(super) fn cancel_unpaid(&mut self, now: Timestamp) -> usize {
        let is_late = |order: &&Order| {
            order.status == Status::Pending && order.created_via == "checkout" && self.has_lapsed(order, now)
        };
        let late: Vec<u64> = self.orders.values().filter(is_late).map(|order| order.id).collect();
        for id in &late {
            self.remark(*id, "Unpaid order cancelled - time limit reached.", now);
            self.set_status(*id, &Status::Cancelled, now);
        }
        late.len()
    }

    /// Somebody says how many there are. False: nobody counts this product, so that nothing happens.
    pub(super) fn set_stock(&mut self, product: u64, quantity: i64, now: Timestamp) -> bool {
        let Some(own) = self.catalog.0.get_mut(&product) else { return false };
        let is_counted = own.stock.is_some();
        if is_counted {
            own.stock = Some(quantity);
        }
        own.modified = now;
        self.tell("product.updated", product);
        is_counted
    }

    /// A product is gone. The orders that have it keep their lines.
    pub(super) fn remove_product(&mut self, product: u64) -> bool {
        let is_gone = self.catalog.0.remove(&product).is_some();
        for line in self.orders.values_mut().flat_map(|order| &mut order.lines).filter(|line| line.bought() == product)
        {
            (line.product, line.variation) = (0, 0);
        }
        if is_gone {
            self.tell("product.deleted", product);
        }
        is_gone
    }

    /// What the shop tells of itself.
    pub(super) fn summary(&self, now: Timestamp) -> Value {
        let products = self.catalog.0.values().map(|product| {
            json!({
                "id": product.id, "sku": product.sku, "name": product.title(), "type": product.kind.name(), "price": product.price,
                "stock": self.catalog.stock(product.id), "for_sale": self.for_sale(product.id, now),
            })
        });
        json!({ "settings": self.settings, "products": products.collect::<Vec<_>>() })
    }
}
