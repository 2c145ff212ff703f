//! Putting a fact on its order's ledger.

use crate::{App, Incoming, Outcome};
use api::Error;
use domain::{head::Head, ledger::MoneyEvent};
use store::{PaymentRecord, Stored, settle};

/// Records the fact on its order, or keeps it until the order appears, for reconcile to match and for people to see.
/// Doing it again changes nothing.
pub(crate) async fn record(app: &App, incoming: &Incoming) -> Result<Outcome, Error> {
    settle(async || attempt(app, incoming).await).await
}

async fn attempt(app: &App, Incoming { order, event }: &Incoming) -> Result<Outcome, Error> {
    let now = app.clock.now();
    let (payment, named) = app.store.payment_and_head(&event.payment, order.as_ref()).await?;
    if let Some(head) = &named
        && head.value.ledger.payments.contains_key(&event.payment)
    {
        return commit(app, head, std::slice::from_ref(event)).await;
    }
    // News of a payment that the order does not know. Which order it pays was settled by the first event that named
    // one that is there.
    let head = match &payment.value.order {
        Some(settled) if Some(settled) != order.as_ref() => app.store.head(settled).await?.or(named),
        _ => named,
    };
    let Some(head) = head else {
        let kept = payment.value.clone().keep(event, order.clone(), now);
        let mut write = app.store.write(now);
        write.payment(&payment, &kept);
        write.commit().await?;
        return Ok(Outcome::Unmatched);
    };
    // That is written down before the ledger tells of the payment, so that no later event (a refund, a dispute)
    // can find the one without the other.
    let mut write = app.store.write(now);
    write.payment(&payment, &PaymentRecord { order: Some(head.order.clone()), ..payment.value.clone() });
    write.commit().await?;
    let mut events = payment.value.events.clone();
    events.push(event.clone());
    let outcome = commit(app, &head, &events).await?;
    if !payment.value.events.is_empty() {
        // The kept events are in the ledger now. Should this be lost, reconcile finds them known and clears them; it
        // also takes in what was kept meanwhile.
        let kept = app.store.payment(&event.payment).await?;
        if kept.value.events == payment.value.events {
            let mut write = app.store.write(now);
            write.payment(&kept, &PaymentRecord::matched(head.order.clone()));
            write.commit().await?;
        }
    }
    Ok(outcome)
}

async fn commit(app: &App, head: &Stored<Head>, events: &[MoneyEvent]) -> Result<Outcome, Error> {
    let now = app.clock.now();
    let next = events.iter().fold(head.value.clone(), |head, event| head.record(event, now));
    let outcome = if next == head.value { Outcome::Known } else { Outcome::Recorded };
    let mut write = app.store.write(now);
    write.replace(head, next);
    app.sender.send(&write.commit().await?).await;
    Ok(outcome)
}
