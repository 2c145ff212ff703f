//! Moves refunds at the payment provider, each once.
//!
//! A refund is decided elsewhere, in the order's ledger: intended. Here it is marked as sent before the provider is
//! asked, and the outcome is recorded after. Whatever happens in between, the same idempotency key is used again
//! until the outcome is known; only a definite failure ends it, and only a person orders a new attempt, under a
//! new key.

pub mod stripe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::Duty,
    ids::{OrderId, RefundId},
    ledger::{MoneyEvent, MoneyFact, OurRefund, Refund, RefundState, RefundStatus},
    order_state::OrderState,
    provider_units,
};
use jiff::{SignedDuration, Timestamp};
use runtime::{Aws, Clock, RecordError, process};
use store::{Message, Sender, Store, retry_on_conflict};
use stripe::{Outcome, RefundRequest, Stripe};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub sender: Sender,
    pub clock: Clock,
    pub stripe: Stripe,
    /// Where Stripe's API key is read.
    pub aws: Aws,
}

/// Stripe keeps idempotency keys for at least 24 hours. A refund whose outcome has been unknown for almost
/// that long is looked for among the payment's refunds before it is asked for again.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(23);

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    if !app.stripe.has_key() {
        match app.aws.secret("STRIPE_API_KEY").await {
            Ok(key) => app.stripe.use_key(&key),
            Err(error) => tracing::error!(%error, "Stripe's API key cannot be read"),
        }
    }
    process(event, async |message: Message| refund(app, &message.order).await).await
}

/// Moves every refund that the order owes: one whose outcome stays unknown does not keep the others back.
async fn refund(app: &App, order: &OrderId) -> Result<(), RecordError> {
    app.stripe.known_key()?; // nothing is marked as sent that cannot be
    let Some(state) = app.store.order_state(order).await?.filter(|state| state.owes(&Duty::Refund)) else {
        return Ok(());
    };
    let owed: Vec<RefundId> = state.value.ledger.owed_refunds().map(|(id, _)| id.clone()).collect();
    if owed.is_empty() {
        // The provider's own events were faster than we: only the duty is left.
        return change(app, order, |state, _| state.without_refund_duty()).await.map(drop);
    }
    let mut outcome = Ok(());
    for id in owed {
        outcome = outcome.and(move_one(app, order, &id).await);
    }
    outcome
}

async fn move_one(app: &App, order: &OrderId, id: &RefundId) -> Result<(), RecordError> {
    let Some(state) = change(app, order, |state, now| state.refund_sent(id, now)).await? else { return Ok(()) };
    let Some(refund) = state.ledger.refunds.get(id).filter(|refund| refund.is_owed()) else { return Ok(()) };
    let ours = OurRefund { id: id.clone(), attempt: refund.attempt };
    let Some(amount) = provider_units::stripe(state.currency).to_provider(refund.amount) else {
        return record(app, order, refund, &ours, Outcome::Refused("amount_too_precise".to_owned())).await;
    };
    let request =
        RefundRequest { payment: refund.payment.parts().1, amount, refund: id, attempt: refund.attempt, order };
    match ask(app, &request, &refund.state).await {
        Ok(outcome) => record(app, order, refund, &ours, outcome).await,
        Err(unknown) => {
            change(app, order, |state, _| state.refund_unknown(&ours, &unknown.to_string())).await?;
            Err(unknown)
        }
    }
}

/// Asks the provider for the refund, or what became of it when its key may have been forgotten.
async fn ask(app: &App, request: &RefundRequest<'_>, state: &RefundState) -> Result<Outcome, RecordError> {
    let since = match state {
        RefundState::Sent { at } | RefundState::Unknown { at, .. } => app.clock.now().duration_since(*at),
        _ => SignedDuration::ZERO,
    };
    if since > KEY_LIFETIME
        && let Some(found) = app.stripe.find(request).await?
    {
        return Ok(found);
    }
    app.stripe.refund(request).await
}

async fn record(
    app: &App,
    order: &OrderId,
    refund: &Refund,
    ours: &OurRefund,
    outcome: Outcome,
) -> Result<(), RecordError> {
    let (provider_id, status) = match outcome {
        Outcome::Refused(why) => {
            change(app, order, |state, now| state.refund_refused(ours, &why, now)).await?;
            return Ok(());
        }
        Outcome::Made { id, status } => (id, status),
    };
    change(app, order, |state, now| state.record(&made(refund, ours, &provider_id, status, now), now)).await.map(drop)
}

/// The provider's answer says what its webhook will say: it is recorded as the same fact.
fn made(refund: &Refund, ours: &OurRefund, provider_id: &str, status: RefundStatus, now: Timestamp) -> MoneyEvent {
    MoneyEvent {
        payment: refund.payment.clone(),
        at: now,
        event: provider_id.to_owned(),
        currency: None,
        fact: MoneyFact::Refund { ours: Some(ours.clone()), id: provider_id.to_owned(), amount: refund.amount, status },
    }
}

/// Changes the state and sends what it then owes. Gives the state as it is after that.
async fn change(
    app: &App,
    order: &OrderId,
    rule: impl Fn(OrderState, Timestamp) -> OrderState,
) -> Result<Option<OrderState>, RecordError> {
    retry_on_conflict(async || {
        let Some(read) = app.store.order_state(order).await? else { return Ok(None) };
        let now = app.clock.now();
        let next = rule(read.value.clone(), now);
        let mut write = app.store.write(now);
        write.replace(&read, next.clone());
        app.sender.send(&write.commit().await?).await;
        Ok(Some(next))
    })
    .await
}
