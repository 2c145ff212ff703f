//! What time itself asks for: reminders of owed work, the end of unpaid reservations, another look for stock.

use crate::{Error, orders};
use domain::{
    duty::{Duty, ItemName, Owed, OwedDuty},
    fulfillment::Fulfillment,
    ids::OrderId,
    order_state::{OrderState, OrderStatus},
    returns::Return,
};
use jiff::Timestamp;
use store::{ItemKey, Store};

/// Sends what an item owes once more, and tells how many messages that were. Its entry in the index is eventually
/// consistent and tells no duties: the item is read, and what it owes now is sent.
pub async fn remind(store: &Store, key: &ItemKey, now: Timestamp) -> Result<usize, Error> {
    let owed: Owed = match &key.item {
        ItemName::State => owed_by_state(store, &key.order, now).await?,
        ItemName::Fulfillment(_) => {
            store.load::<Fulfillment>(key).await?.map(|read| read.value.owed).unwrap_or_default()
        }
        ItemName::Return(_) => store.load::<Return>(key).await?.map(|read| read.value.owed).unwrap_or_default(),
        ItemName::Placed | ItemName::Email(..) => Owed::new(),
    };
    let owed: Vec<OwedDuty> = owed.into_iter().map(|duty| OwedDuty { subject: key.subject(), duty }).collect();
    Ok(store.remind(&owed).await)
}

/// An item is due for one thing at a time. So work that cannot be done (an address that no mail reaches) must not hide
/// that the order also waits for stock, or for a payment that has not come.
async fn owed_by_state(store: &Store, order: &OrderId, now: Timestamp) -> Result<Owed, Error> {
    let Some(state) = store.order_state(order).await?.map(|read| read.value) else { return Ok(Owed::new()) };
    let waits_for_stock = state.waits_for_stock();
    let mut owed = state.owed;
    if waits_for_stock {
        owed.insert(Duty::StockDeduction);
    }
    if matches!(state.status, OrderStatus::Pending { reserved_until } if reserved_until < now) {
        expire_order(store, order, now).await?;
    }
    Ok(owed)
}

/// Ends an unpaid reservation whose time has come. The order and its stock change together; a payment that comes at the
/// same moment writes the same state, and one of the two re-reads.
pub async fn expire_order(store: &Store, order: &OrderId, now: Timestamp) -> Result<(), Error> {
    orders::change_state(store, order, now, |state| state.expire(now)).await.map(drop)
}

/// Asks stock-deduction to look at these orders again, as far as they still wait for stock. Tells how many were asked for,
/// and the orders that could not be read.
pub async fn look_for_stock(store: &Store, waiting: Vec<OrderId>) -> Result<(usize, Vec<Error>), Error> {
    let mut owed = Vec::new();
    let mut unreadable = Vec::new();
    for (key, state) in store.load_all::<OrderState>(waiting.iter().map(ItemKey::state)).await? {
        match state {
            Ok(state) if !state.value.waits_for_stock() => {}
            Ok(_) => owed.push(OwedDuty { subject: key.subject(), duty: Duty::StockDeduction }),
            Err(error) => unreadable.push(error.into()),
        }
    }
    Ok((store.remind(&owed).await, unreadable))
}
