//! Moves refunds at the payment provider, each once.
//!
//! A refund is decided elsewhere, in the order's ledger: intended. Here it is marked as sent before the provider is
//! asked, and the outcome is recorded after. Whatever happens in between, the same idempotency key is used again
//! until the outcome is known; only a definite failure ends it, and only a person orders a new attempt, under a
//! new key.

use app::{Error, refunds};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::{Duty, Subject},
    ids::{OrderId, ProviderName, RefundId},
    ledger::{MoneyEvent, MoneyFact, OurRefund, Refund, RefundState, RefundStatus},
    safeguards::Safeguard,
};
use jiff::{SignedDuration, Timestamp};
use payments::{
    RefundClient, RefundClients,
    refund::{Outcome, RefundRequest},
};
use runtime::{Clock, process};
use store::{Message, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub providers: RefundClients,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |Message { subject: Subject::OrderItem(order, _), .. }| refund(app, &order).await).await
}

/// Moves every refund that the order owes. One whose outcome stays unknown does not stop the others.
async fn refund(app: &App, order: &OrderId) -> Result<(), Error> {
    let owing = app.store.order_state(order).await?.filter(|state| state.owes(&Duty::Refund));
    let Some(state) = owing else { return Ok(()) };
    let owed = state.value.ledger.owed_refunds().map(|(id, refund)| (id.clone(), refund.payment.provider.clone()));
    let owed: Vec<(RefundId, ProviderName)> = owed.collect();
    if owed.is_empty() {
        // The provider's own events were faster than we: only the duty is left.
        return refunds::drop_duty(&app.store, order, app.clock.now()).await;
    }
    let mut outcome = Ok(());
    for (id, provider) in owed {
        let moved = async {
            let client = app.providers.of(&provider)?;
            client.ready().await?; // nothing is marked as sent that cannot be
            move_one(app, client, order, &id).await
        };
        outcome = outcome.and(moved.await);
    }
    outcome
}

async fn move_one(app: &App, client: &RefundClient, order: &OrderId, id: &RefundId) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(state) = refunds::mark_sent(&app.store, order, id, now).await? else { return Ok(()) };
    let Some(refund) = state.ledger.refunds.get(id).filter(|refund| refund.is_owed()) else { return Ok(()) };
    let ours = OurRefund { id: id.clone(), attempt: refund.attempt };
    let request = RefundRequest {
        payment: &refund.payment.id,
        amount: refund.amount,
        currency: state.currency,
        refund: id,
        attempt: refund.attempt,
        order,
    };
    match ask(app, client, &request, &refund.state).await {
        Ok(_) if Safeguard::RefundOutcomeIsRecorded.is_off() => Ok(()),
        Ok(outcome) => record(app, order, refund, &ours, outcome).await,
        Err(unknown) => {
            let why = unknown.to_string();
            refunds::record_unknown(&app.store, order, &ours, &why, app.clock.now()).await?;
            Err(unknown)
        }
    }
}

/// Asks the provider for the refund, or what became of it when its key may have been forgotten.
async fn ask(
    app: &App,
    client: &RefundClient,
    request: &RefundRequest<'_>,
    state: &RefundState,
) -> Result<Outcome, Error> {
    let since = match state {
        RefundState::Sent { at } | RefundState::Unknown { at, .. } => app.clock.now().duration_since(*at),
        _ => SignedDuration::ZERO,
    };
    if since > client.key_lifetime()
        && let Some(found) = client.find(request).await?
    {
        return Ok(found);
    }
    client.refund(request).await
}

async fn record(app: &App, order: &OrderId, refund: &Refund, ours: &OurRefund, outcome: Outcome) -> Result<(), Error> {
    let now = app.clock.now();
    match outcome {
        Outcome::Refused(why) => refunds::record_refused(&app.store, order, ours, &why, now).await,
        Outcome::Made { id, status } => {
            let event = made(refund, ours, &id, status, now);
            refunds::record_made(&app.store, order, &event, now).await
        }
    }
}

/// The provider's answer says what its webhook will say: it is recorded as the same fact.
fn made(refund: &Refund, ours: &OurRefund, provider_id: &str, status: RefundStatus, now: Timestamp) -> MoneyEvent {
    MoneyEvent {
        payment: refund.payment.clone(),
        at: now,
        event: provider_id.to_owned(),
        currency: None,
        step: 1, // the payment's own is known already
        fact: MoneyFact::Refund { ours: Some(ours.clone()), id: provider_id.to_owned(), amount: refund.amount, status },
    }
}
