//! Putting a fact on its order's ledger.

use crate::{App, Incoming, Outcome};
use api::Error;
use domain::{ledger::MoneyEvent, order_state::OrderState};
use store::{PaymentRecord, Stored, retry_on_conflict};

/// Records the fact on its order, or keeps it until the order appears, for reconcile to match and for people to see.
/// Doing it again changes nothing.
pub(crate) async fn record(app: &App, incoming: &Incoming) -> Result<Outcome, Error> {
    retry_on_conflict(async || attempt(app, incoming).await).await
}

async fn attempt(app: &App, Incoming { order, event }: &Incoming) -> Result<Outcome, Error> {
    let now = app.clock.now();
    let (payment, named) = app.store.payment_and_state(&event.payment, order.as_ref()).await?;
    if let Some(state) = &named
        && state.value.ledger.payments.contains_key(&event.payment)
    {
        return commit(app, state, std::slice::from_ref(event)).await;
    }
    // News of a payment that the order does not know. Which order it pays was settled by the first event that named
    // one that is there.
    let state = match &payment.value.order {
        Some(settled) if Some(settled) != order.as_ref() => app.store.order_state(settled).await?.or(named),
        _ => named,
    };
    let Some(state) = state else {
        let kept = payment.value.clone().keep(event, order.clone(), now);
        let mut write = app.store.write(now);
        write.payment(&payment, &kept);
        write.commit().await?;
        return Ok(Outcome::Unmatched);
    };
    // That is written down before the ledger tells of the payment, so that no later event (a refund, a dispute)
    // can find the one without the other.
    let mut write = app.store.write(now);
    write.payment(&payment, &PaymentRecord { order: Some(state.order.clone()), ..payment.value.clone() });
    write.commit().await?;
    let mut events = payment.value.events.clone();
    events.push(event.clone());
    let outcome = commit(app, &state, &events).await?;
    if !payment.value.events.is_empty() {
        // The kept events are in the ledger now. Should this be lost, reconcile finds them known and clears them; it
        // also takes in what was kept meanwhile.
        let kept = app.store.payment(&event.payment).await?;
        if kept.value.events == payment.value.events {
            let mut write = app.store.write(now);
            write.payment(&kept, &PaymentRecord::matched(state.order.clone()));
            write.commit().await?;
        }
    }
    Ok(outcome)
}

async fn commit(app: &App, state: &Stored<OrderState>, events: &[MoneyEvent]) -> Result<Outcome, Error> {
    let now = app.clock.now();
    let next = events.iter().fold(state.value.clone(), |state, event| state.record(event, now));
    let outcome = if next == state.value { Outcome::Known } else { Outcome::Recorded };
    let mut write = app.store.write(now);
    write.replace(state, next);
    app.sender.send(&write.commit().await?).await;
    Ok(outcome)
}
