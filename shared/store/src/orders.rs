//! Whole orders: each is one item collection, read by one Query, and written by comparing it before and after a rule.

use super::{
    Item, MAX_ATTEMPTS, Store, StoreError,
    attributes::text_of,
    keys::{ITEM, ItemKey},
    pause,
    record::{Record, Stored, decode},
    search::SearchEntry,
    stock_update::{Bucket, Terms},
    write::{MAX_ACTIONS, Write},
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    allocation::difference,
    duty::{Due, ItemName},
    email_claim::EmailClaim,
    forming::Forming,
    ids::{OrderId, Sku},
    money::Amount,
    order::{Change, Order},
    order_state::OrderState,
    placed_order::{Placement, Revision},
    safeguards::Safeguard,
    search::tracking_numbers,
    stock::{StockLevel, StockPlace},
    unsettled::Moves,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// An order as it was read, with what a conditional write of its items needs.
#[derive(Debug, Clone)]
pub struct StoredOrder {
    pub order: Order,
    /// The claims of its e-mails, by item name.
    pub email_claims: BTreeMap<ItemName, Stored<EmailClaim>>,
    fingerprint: String,
    reserved_until: Timestamp,
    first_total: Option<Amount>,
    versions: BTreeMap<ItemName, ItemVersion>,
}

#[derive(Debug, Clone, Copy)]
struct ItemVersion {
    version: u64,
    due: Option<Due>,
}

impl StoredOrder {
    /// The same with the changed order, for display only: its items have other versions by then.
    pub fn with(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// One of its items, with the version that was read.
    pub fn stored<T: Record<Key = ItemKey>>(&self, item: ItemName, value: T) -> Stored<T> {
        let ItemVersion { version, due } =
            self.versions.get(&item).copied().unwrap_or(ItemVersion { version: 0, due: None });
        Stored { key: ItemKey::new(&self.order.id, item), version, due, value }
    }

    fn placement(&self, order: &Order) -> Placement {
        let (fingerprint, reserved_until) = (self.fingerprint.clone(), self.reserved_until);
        let is_edited = order.placed.revision != Revision::FIRST;
        let first_total = self.first_total.or(is_edited.then_some(self.order.placed.total));
        Placement { fingerprint, reserved_until, first_total, order: order.placed.clone() }
    }
}

/// An order's items while they are read.
#[derive(Default)]
struct Collection {
    placement: Option<Placement>,
    state: Option<OrderState>,
    fulfillments: BTreeMap<domain::ids::FulfillmentId, domain::fulfillment::Fulfillment>,
    returns: BTreeMap<domain::ids::ReturnId, domain::returns::Return>,
    email_claims: BTreeMap<ItemName, Stored<EmailClaim>>,
    versions: BTreeMap<ItemName, ItemVersion>,
}

impl Collection {
    fn add(&mut self, id: &OrderId, item: Item) -> Result<(), StoreError> {
        let name = text_of(&item, ITEM).unwrap_or_default();
        match name.parse().map_err(|e| StoreError::unreadable(format!("{id} {name}"), e))? {
            ItemName::Placed => self.placement = Some(self.take(item)?),
            ItemName::State => self.state = Some(self.take(item)?),
            ItemName::Fulfillment(id) => {
                let fulfillment = self.take(item)?;
                self.fulfillments.insert(id, fulfillment);
            }
            ItemName::Return(id) => {
                let returned = self.take(item)?;
                self.returns.insert(id, returned);
            }
            ItemName::Forming => {}
            claim @ ItemName::Email(..) => drop(self.email_claims.insert(claim, decode(item)?)),
        }
        Ok(())
    }

    /// Decodes an item, and remembers its version.
    fn take<T: Record<Key = ItemKey>>(&mut self, item: Item) -> Result<T, StoreError> {
        let Stored { key, version, due, value } = decode::<T>(item)?;
        self.versions.insert(key.item, ItemVersion { version, due });
        Ok(value)
    }

    fn into_order(self, id: &OrderId) -> Option<StoredOrder> {
        let Placement { fingerprint, reserved_until, first_total, order: placed } = self.placement?;
        let (fulfillments, returns) = (self.fulfillments, self.returns);
        let order = Order { id: id.clone(), placed, state: self.state?, fulfillments, returns };
        let (email_claims, versions) = (self.email_claims, self.versions);
        Some(StoredOrder { order, email_claims, fingerprint, reserved_until, first_total, versions })
    }
}

impl Store {
    /// The whole order, strongly consistent.
    ///
    /// A Query is not a snapshot: it may see one item before a concurrent transaction and another one after it. If the
    /// state does not match the fulfillments or the revision that were read, the order is read again, because a
    /// decision on it would forget a fulfillment that exists. Any other mixture is caught by the version conditions of
    /// the write.
    pub async fn order(&self, id: &OrderId) -> Result<Option<StoredOrder>, StoreError> {
        for attempt in 0..MAX_ATTEMPTS {
            let order = self.read_order(id).await?;
            if order.as_ref().is_none_or(|read| is_whole(&read.order)) || Safeguard::OrderIsReadWhole.is_off() {
                return Ok(order);
            }
            pause(attempt).await;
        }
        Err(StoreError::Contended(MAX_ATTEMPTS))
    }

    async fn read_order(&self, id: &OrderId) -> Result<Option<StoredOrder>, StoreError> {
        let query = self.client.query().table_name(&self.tables.orders).key_condition_expression("order_id = :id");
        let query = query.expression_attribute_values(":id", AttributeValue::S(id.to_string())).consistent_read(true);
        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let mut collection = Collection::default();
        for item in items.map_err(StoreError::request("Query order"))? {
            collection.add(id, item)?;
        }
        Ok(collection.into_order(id))
    }

    /// Only the state of an order, strongly consistent.
    pub async fn order_state(&self, order: &OrderId) -> Result<Option<Stored<OrderState>>, StoreError> {
        self.load(&ItemKey::state(order)).await
    }

    /// What a large order has reserved before it is one, strongly consistent. It is empty if there is nothing.
    pub async fn forming(&self, order: &OrderId) -> Result<Stored<Forming>, StoreError> {
        let key = ItemKey::new(order, ItemName::Forming);
        Ok(self.load(&key).await?.unwrap_or_else(|| Stored::absent(key, Forming::default())))
    }

    /// What was asked for, strongly consistent.
    pub async fn placement(&self, order: &OrderId) -> Result<Option<Placement>, StoreError> {
        let stored = self.load(&ItemKey::placed(order)).await?;
        Ok(stored.map(|stored: Stored<Placement>| stored.value))
    }
}

fn is_whole(order: &Order) -> bool {
    order.state.fulfillments.keys().eq(order.fulfillments.keys()) && order.state.revision == order.placed.revision
}

/// Under what terms the stock of a place moves with an order.
fn terms_of(moves: &Moves, levels: &BTreeMap<StockPlace, StockLevel>, place: &StockPlace) -> Terms {
    let closes = moves.to_recount.contains(place).then_some(true);
    let terms = Terms { to_recount: closes, attention: closes, ..Terms::default() };
    match levels.get(place) {
        Some(level) => terms.unchanged(level, &[Bucket::OnHand]).same_deficit(level),
        None => terms,
    }
}

/// How many items a change of an order writes at most, apart from the stock.
fn items_of(before: &Order, after: &Order) -> usize {
    let fulfillments = after.fulfillments.iter().filter(|(id, new)| before.fulfillments.get(id) != Some(new));
    let returns = after.returns.iter().filter(|(id, new)| before.returns.get(id) != Some(new));
    ["state", "placed"].len() + fulfillments.count() + returns.count()
}

impl Write<'_> {
    /// Adds a new order, with the stock that it holds. The commit fails if the order exists already.
    pub fn place(&mut self, order: &OrderId, placement: &Placement, state: OrderState) {
        if !Safeguard::StockMovesWithOrder.is_off() {
            self.stock(&difference(&[], &state.stock));
        }
        self.placed(order, placement, state);
    }

    fn placed(&mut self, order: &OrderId, placement: &Placement, mut state: OrderState) {
        state.owe_invoice();
        let skus: BTreeSet<&Sku> = placement.order.lines.iter().map(|line| &line.sku).collect();
        for sku in skus {
            self.found_by(&SearchEntry::sku(sku, order, state.placed_at));
        }
        self.create(ItemKey::placed(order), placement.clone());
        self.create(ItemKey::state(order), state);
    }

    /// Adds a new order that holds what was reserved for it before, and more.
    pub fn place_formed(&mut self, forming: &Stored<Forming>, placement: &Placement, state: OrderState) {
        let order = &forming.key.order;
        self.stock(&difference(&forming.value.stock, &state.stock));
        self.placed(order, placement, state);
        self.replace(forming, forming.value.clone().done());
    }

    /// Writes the next step of an order in the making, and the stock that moves.
    pub fn form(&mut self, read: &Stored<Forming>, next: Forming) {
        self.stock(&difference(&read.value.stock, &next.stock));
        self.replace(read, next);
    }

    /// Writes the result of a rule: the items that differ, the stock that moves, the stock corrections. The commit
    /// fails if one of these items has changed since the order was read.
    pub fn change(&mut self, read: &StoredOrder, change: &Change) {
        let (before, after) = (&read.order, &change.order);
        let mut state = after.state.clone();
        state.owe_invoice();
        let room = MAX_ACTIONS.saturating_sub(items_of(before, after));
        let moves = state.decide(&change.stock(before), &change.corrections, &change.to_recount, room);
        self.moves(&moves, &change.levels);
        self.item(read, ItemName::State, Some(&before.state), &state);
        for (id, fulfillment) in &after.fulfillments {
            self.item(read, ItemName::Fulfillment(*id), before.fulfillments.get(id), fulfillment);
        }
        let before_it = tracking_numbers(before.fulfillments.values());
        for number in tracking_numbers(after.fulfillments.values()).difference(&before_it) {
            self.found_by(&SearchEntry::tracking(number, &after.id, after.state.placed_at));
        }
        for (id, returned) in &after.returns {
            self.item(read, ItemName::Return(*id), before.returns.get(id), returned);
        }
        if before.placed != after.placed {
            let known: BTreeSet<&Sku> = before.placed.lines.iter().map(|line| &line.sku).collect();
            for line in after.placed.lines.iter().filter(|line| !known.contains(&line.sku)) {
                self.found_by(&SearchEntry::sku(&line.sku, &after.id, after.state.placed_at));
            }
            self.item(read, ItemName::Placed, Some(&read.placement(before)), &read.placement(after));
        }
    }

    /// Writes the next state of an order alone, and the stock that moves.
    pub fn state(&mut self, read: &Stored<OrderState>, mut next: OrderState) {
        next.owe_invoice();
        let moves = next.decide(&difference(&read.value.stock, &next.stock), &[], &BTreeSet::new(), MAX_ACTIONS - 1);
        self.moves(&moves, &BTreeMap::new());
        self.replace(read, next);
    }

    /// Moves stock with an order, and keeps the corrections as movements. The commit fails if the levels that this was
    /// decided on have changed.
    pub fn moves(&mut self, moves: &Moves, levels: &BTreeMap<StockPlace, StockLevel>) {
        for (place, delta) in moves.stock.iter() {
            self.stock_on_terms(place, *delta, terms_of(moves, levels, place));
        }
        for (sku, record) in &moves.corrections {
            self.guarded_movement(sku, record);
        }
    }

    fn item<T: Record<Key = ItemKey>>(&mut self, read: &StoredOrder, name: ItemName, before: Option<&T>, after: &T) {
        match before {
            Some(before) => self.replace(&read.stored(name, before.clone()), after.clone()),
            None => self.create(ItemKey::new(&read.order.id, name), after.clone()),
        }
    }
}
