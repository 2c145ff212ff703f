//! What was decided about an order that came from a shop, and what came of telling the shop.

use crate::{Error, orders};
use domain::{
    duty::Duty,
    history::Stamp,
    ids::{ChannelId, OrderId, RefundId},
    money::Currency,
    order_state::{OrderState, RefundAtShop},
};
use jiff::Timestamp;
use store::{Store, retry_on_conflict};

/// What the shop of an order is to hear.
#[derive(Debug)]
pub struct Decided {
    pub order: OrderId,
    pub channel: ChannelId,
    /// The shop's id of the order.
    pub reference: String,
    /// Whether it is to cancel the order.
    pub cancels: bool,
    pub refunds: Vec<RefundAtShop>,
    pub currency: Currency,
}

/// What the shop is to hear of an order that owes it. None: it does not any more.
pub async fn decided(store: &Store, order: &OrderId) -> Result<Option<Decided>, Error> {
    let Some(state) = store.order_state(order).await?.map(|read| read.value) else { return Ok(None) };
    Ok(state.owed.contains(&Duty::ChannelDecision).then(|| Decided {
        order: order.clone(),
        cancels: state.is_to_be_cancelled_at_shop(),
        refunds: state.refunds_at_shop(),
        currency: state.currency,
        channel: state.channel,
        reference: state.reference,
    }))
}

/// Notes that the shop is asked for a refund now. Only who gets `true` may ask: of all that try, one at most.
pub async fn ask(store: &Store, order: &OrderId, refund: &RefundId, now: Timestamp) -> Result<bool, Error> {
    retry_on_conflict(async || {
        let Some(read) = store.order_state(order).await? else { return Ok(false) };
        let Some(next) = read.value.clone().ask_shop(refund, now) else { return Ok(false) };
        orders::commit_state(store, &read, next, now).await.map(|_| true)
    })
    .await
}

/// Leaves a refund that the shop does not make to people. `why`: nothing, if it was theirs from the start.
pub async fn leave_to_people(
    store: &Store,
    order: &OrderId,
    refund: &RefundId,
    why: Option<&str>,
    stamp: &Stamp,
) -> Result<(), Error> {
    let rule = |state: OrderState| state.leave_to_people(refund, why, stamp);
    orders::change_state(store, order, stamp.at, rule).await.map(drop)
}

/// Notes that the shop has cancelled the order, or why it does not.
pub async fn note_cancelled(store: &Store, order: &OrderId, refused: Option<&str>, stamp: &Stamp) -> Result<(), Error> {
    let rule = |state: OrderState| state.cancelled_at_shop(refused, stamp);
    orders::change_state(store, order, stamp.at, rule).await.map(drop)
}
