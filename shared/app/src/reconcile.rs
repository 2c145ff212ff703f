//! What time asks for: reminders of owed work, the end of unpaid reservations, another look for stock.

use crate::{Error, Scope, orders, place::forming};
use domain::{
    duty::{Duty, ItemName, Owed, OwedDuty, Subject},
    fulfillment::{Fulfillment, FulfillmentStatus},
    ids::{OrderId, PaymentId},
    order::Order,
    order_state::{HoldReason, OrderState},
    returns::Return,
};
use jiff::{SignedDuration, Timestamp};
use store::{ItemKey, Store};

/// Sends again what an item owes, and returns the number of messages. The item's entry in the index is eventually
/// consistent and lists no duties, so the item is read, and its current duties are sent.
pub async fn remind(store: &Store, key: &ItemKey, now: Timestamp) -> Result<usize, Error> {
    let owed: Owed = match &key.item {
        ItemName::State => owed_by_state(store, &key.order, now).await?,
        ItemName::Fulfillment(_) => {
            store.load::<Fulfillment>(key).await?.map(|read| read.value.owed).unwrap_or_default()
        }
        ItemName::Return(_) => store.load::<Return>(key).await?.map(|read| read.value.owed).unwrap_or_default(),
        ItemName::Placed | ItemName::Forming | ItemName::Email(..) => Owed::new(),
    };
    let owed: Vec<OwedDuty> = owed.into_iter().map(|duty| OwedDuty { subject: key.subject(), duty }).collect();
    Ok(store.remind(&owed).await)
}

/// Sends again that a payment is to be refunded, and returns the number of messages.
pub async fn remind_of_refund(store: &Store, payment: &PaymentId) -> Result<usize, Error> {
    let owed = store.payment(payment).await?.value.owed.into_iter();
    let subject = Subject::Payment(payment.clone());
    let owed: Vec<OwedDuty> = owed.map(|duty| OwedDuty { subject: subject.clone(), duty }).collect();
    Ok(store.remind(&owed).await)
}

/// What an order's state owes now, with the duty to look for stock if it waits for some. Ends its reservation if that
/// is over. An item has one due entry. So work that cannot be done (an address that no mail reaches) must not hide that
/// the order also waits for stock, or for a payment.
async fn owed_by_state(store: &Store, order: &OrderId, now: Timestamp) -> Result<Owed, Error> {
    let Some(state) = store.order_state(order).await?.map(|read| read.value) else { return Ok(Owed::new()) };
    let (waits_for_stock, waits_until) = (state.waits_for_stock(), state.waits_until());
    let mut owed = state.owed;
    if waits_for_stock {
        owed.insert(Duty::StockDeduction);
    }
    if waits_until.is_some_and(|end| end < now) {
        expire_order(store, order, now).await?;
    }
    Ok(owed)
}

/// Ends a reservation that is over: of an unpaid order, or of one that was never completed.
pub async fn end_reservation(store: &Store, key: &ItemKey, now: Timestamp) -> Result<(), Error> {
    match key.item {
        ItemName::Forming => forming::give_back(store, &key.order, now, |forming| forming.until < now).await,
        _ => expire_order(store, &key.order, now).await,
    }
}

/// Ends what time ends: an unpaid reservation, the wait for evidence. Warns people of what has not happened in time. The order and its stock change together. A payment at the same moment writes the
/// same state, and the loser re-reads.
pub async fn expire_order(store: &Store, order: &OrderId, now: Timestamp) -> Result<(), Error> {
    orders::change_state(store, order, now, |state| state.expire(now).miss_evidence(now)).await.map(drop)
}

/// What is done about parcels that nothing is heard of.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// After how long people are told. None: never.
    pub overdue: Option<SignedDuration>,
    /// After how long a tracking service is asked. None: never.
    pub asked: Option<SignedDuration>,
}

/// Asks about the parcels of an order that nothing was heard of for a while, and tells of those that are silent for too long.
/// Returns how many fulfillments those are in.
pub async fn watch_parcels(store: &Store, order: &OrderId, watch: &Watch, now: Timestamp) -> Result<usize, Error> {
    let rule = |order: Order| {
        let mut next = order.clone();
        if let Some(after) = watch.overdue {
            next = next.report_overdue(after, now)?;
        }
        if let Some(after) = watch.asked {
            next = next.ask_about_silent_parcels(after, now);
        }
        let changed = next.fulfillments.iter().filter(|(id, of)| order.fulfillments.get(id) != Some(of)).count();
        Ok((changed, next.into()))
    };
    orders::change(store, order, &Scope::Everything, now, rule).await.map(|(changed, _)| changed)
}

/// Those of the orders that have a fulfillment with a carrier, and the orders that could not be read.
pub async fn with_a_carrier(store: &Store, orders: Vec<OrderId>) -> Result<(Vec<OrderId>, Vec<Error>), Error> {
    let (mut sent, mut unreadable) = (Vec::new(), Vec::new());
    for (key, state) in store.load_all::<OrderState>(orders.iter().map(ItemKey::state)).await? {
        match state {
            Ok(state) if state.value.fulfillments.values().all(|status| *status != FulfillmentStatus::HandedOver) => {}
            Ok(_) => sent.push(key.order),
            Err(error) => unreadable.push(error.into()),
        }
    }
    Ok((sent, unreadable))
}

/// What another look at orders that wait has found.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Those that stock-deduction looks at again.
    pub for_stock: usize,
    /// What people are waited for: the order, the hold's reason, and since when.
    pub for_people: Vec<(OrderId, HoldReason, Timestamp)>,
    /// Orders whose customer's data is to be erased, and since when.
    pub to_erase: Vec<(OrderId, Timestamp)>,
    /// Orders whose customers get money back that a person has to send, and since when.
    pub to_refund: Vec<(OrderId, Timestamp)>,
    /// Orders with a dispute that is to be answered, and by when.
    pub to_answer: Vec<(OrderId, Timestamp)>,
    /// Orders that could not be read.
    pub unreadable: Vec<Error>,
}

/// Asks stock-deduction to look again at the orders that still wait for stock, and tells which wait for people. Warns
/// people of what has not happened in time, and notes evidence that nobody gave in time.
pub async fn look_at_waiting(store: &Store, waiting: Vec<OrderId>, now: Timestamp) -> Result<Waiting, Error> {
    let (mut owed, mut ending, mut found) = (Vec::new(), Vec::new(), Waiting::default());
    for (key, state) in store.load_all::<OrderState>(waiting.iter().map(ItemKey::state)).await? {
        match state {
            Ok(state) => {
                let holds = state.value.holds_for_people();
                found.for_people.extend(holds.map(|(reason, since)| (key.order.clone(), reason, since)));
                let erasure = state.value.awaits_erasure_since();
                found.to_erase.extend(erasure.map(|since| (key.order.clone(), since)));
                let refund = state.value.awaits_refund_by_hand_since();
                found.to_refund.extend(refund.map(|since| (key.order.clone(), since)));
                let due_by = state.value.evidence_due_by();
                found.to_answer.extend(due_by.map(|due_by| (key.order.clone(), due_by)));
                if state.value.must_warn(now) || state.value.misses_evidence(now) {
                    ending.push(key.order.clone());
                }
                if state.value.waits_for_stock() {
                    owed.push(OwedDuty { subject: key.subject(), duty: Duty::StockDeduction });
                }
            }
            Err(error) => found.unreadable.push(error.into()),
        }
    }
    for order in ending {
        found.unreadable.extend(expire_order(store, &order, now).await.err());
    }
    found.for_stock = store.remind(&owed).await;
    Ok(found)
}
