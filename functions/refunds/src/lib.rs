//! Moves refunds at the payment provider, each once.
//!
//! A refund is decided elsewhere, in the order's ledger: intended. Here it is marked as sent before the provider is
//! asked, and the outcome is recorded after. Whatever happens in between, the same idempotency key is used again
//! until the outcome is known; only a definite failure ends it, and only a person orders a new attempt, under a
//! new key.

pub mod stripe;

use app::{Error, refunds};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::{Duty, Subject},
    ids::{OrderId, RefundId},
    ledger::{MoneyEvent, MoneyFact, OurRefund, Refund, RefundState, RefundStatus},
    provider_units,
    safeguards::Safeguard,
};
use jiff::{SignedDuration, Timestamp};
use runtime::{Aws, Clock, process};
use store::{Message, Store};
use stripe::{Outcome, RefundRequest, Stripe};

/// What the function works with.
pub struct App {
    pub store: Store,
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
    process(event, async |Message { subject: Subject::OrderItem(order, _), .. }| refund(app, &order).await).await
}

/// Moves every refund that the order owes: one whose outcome stays unknown does not keep the others back.
async fn refund(app: &App, order: &OrderId) -> Result<(), Error> {
    app.stripe.known_key()?; // nothing is marked as sent that cannot be
    let owing = app.store.order_state(order).await?.filter(|state| state.owes(&Duty::Refund));
    let Some(state) = owing else { return Ok(()) };
    let owed: Vec<RefundId> = state.value.ledger.owed_refunds().map(|(id, _)| id.clone()).collect();
    if owed.is_empty() {
        // The provider's own events were faster than we: only the duty is left.
        return refunds::drop_duty(&app.store, order, app.clock.now()).await;
    }
    let mut outcome = Ok(());
    for id in owed {
        outcome = outcome.and(move_one(app, order, &id).await);
    }
    outcome
}

async fn move_one(app: &App, order: &OrderId, id: &RefundId) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(state) = refunds::mark_sent(&app.store, order, id, now).await? else { return Ok(()) };
    let Some(refund) = state.ledger.refunds.get(id).filter(|refund| refund.is_owed()) else { return Ok(()) };
    let ours = OurRefund { id: id.clone(), attempt: refund.attempt };
    let Some(amount) = provider_units::stripe(state.currency).to_provider(refund.amount) else {
        return record(app, order, refund, &ours, Outcome::Refused("amount_too_precise".to_owned())).await;
    };
    let request =
        RefundRequest { payment: refund.payment.parts().1, amount, refund: id, attempt: refund.attempt, order };
    match ask(app, &request, &refund.state).await {
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
async fn ask(app: &App, request: &RefundRequest<'_>, state: &RefundState) -> Result<Outcome, Error> {
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
        fact: MoneyFact::Refund { ours: Some(ours.clone()), id: provider_id.to_owned(), amount: refund.amount, status },
    }
}
