//! Moves refunds at the payment provider, each once.
//!
//! A refund is decided elsewhere, in the ledger of an order or of a payment that no order takes: intended. Here it is marked as sent before the provider is
//! asked, and the outcome is recorded after. Whatever happens in between, the same idempotency key is used again
//! until the outcome is known. A definite refusal ends it, and a person orders a new attempt, under a new key. If the
//! provider has stored a failure of its own for the key, the refund is looked for; once it is certain that it was not
//! made, a new attempt follows at once.

use app::{
    Error,
    payments::{payments_asked, record_payment},
    refunds::{self, Debtor},
};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::{Duty, Subject},
    ids::{OrderId, PaymentId, ProviderName, RefundId},
    ledger::{MoneyEvent, MoneyFact, OurRefund, Refund, RefundState, RefundStatus},
    safeguards::Safeguard,
};
use jiff::Timestamp;
use payments::{
    ApiClient, ApiClients,
    refund::{Outcome, RefundRequest, Reply},
    webhook::ReportedEvent,
};
use runtime::{Clock, process};
use store::{Message, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub providers: ApiClients,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| match (&message.duty, &message.subject) {
        (Duty::Refund, Subject::OrderItem(order, _)) => refund(app, Debtor::Order(order)).await,
        (Duty::Refund, Subject::Payment(payment)) => refund(app, Debtor::Payment(payment)).await,
        (Duty::PaymentCheck, Subject::OrderItem(order, _)) => check_payments(app, order).await,
        _ => Err(Error::Defect("this duty belongs to another function".into())),
    })
    .await
}

/// Asks what became of an unpaid order's payments, before it expires. What the provider tells is recorded like its
/// events: it may say that the payment is for another order.
async fn check_payments(app: &App, order: &OrderId) -> Result<(), Error> {
    let owing = app.store.order_state(order).await?.filter(|state| state.owes(&Duty::PaymentCheck));
    let Some(state) = owing else { return Ok(()) };
    // All are asked first: what is recorded of one may end the duty, and the others would not be asked any more.
    let mut answers = Vec::new();
    for payment in state.value.ledger.unfinished_payments() {
        answers.push(ask_about(app, payment).await);
    }
    let mut outcome = Ok(());
    for answer in answers {
        outcome = outcome.and(match answer {
            Ok(reported) => take_in(app, reported).await,
            Err(error) => Err(error),
        });
    }
    outcome?;
    payments_asked(&app.store, order, app.clock.now()).await
}

/// What the provider knows of a payment now.
async fn ask_about(app: &App, payment: &PaymentId) -> Result<Vec<ReportedEvent>, Error> {
    app.providers.of(&payment.provider)?.payment(&payment.id, app.clock.now()).await
}

async fn take_in(app: &App, reported: Vec<ReportedEvent>) -> Result<(), Error> {
    for ReportedEvent { named, event } in reported {
        record_payment(&app.store, &named, &event, app.clock.now()).await?;
    }
    Ok(())
}

/// Moves every refund that is owed. One whose outcome stays unknown does not stop the others.
async fn refund(app: &App, debtor: Debtor<'_>) -> Result<(), Error> {
    let Some(refunds) = refunds::owed_by(&app.store, debtor).await? else { return Ok(()) };
    let owed = refunds.owed().map(|(id, refund)| (id.clone(), refund.payment.provider.clone()));
    let owed: Vec<(RefundId, ProviderName)> = owed.collect();
    if owed.is_empty() {
        // The provider's own events were faster than we: only the duty is left.
        return refunds::drop_duty(&app.store, debtor, app.clock.now()).await;
    }
    let mut outcome = Ok(());
    for (id, provider) in owed {
        let moved = async {
            let client = app.providers.of(&provider)?;
            client.ready().await?; // nothing is marked as sent that cannot be
            move_one(app, client, debtor, &id).await
        };
        outcome = outcome.and(moved.await);
    }
    outcome
}

async fn move_one(app: &App, client: &ApiClient, debtor: Debtor<'_>, id: &RefundId) -> Result<(), Error> {
    // A given-up attempt is followed by the next one. That is new, so it is not given up in its turn.
    while try_once(app, client, debtor, id).await? == Tried::GivenUp {}
    Ok(())
}

/// Whether an attempt is over for good, so that the next one can begin.
#[derive(Debug, PartialEq, Eq)]
enum Tried {
    Recorded,
    GivenUp,
}

async fn try_once(app: &App, client: &ApiClient, debtor: Debtor<'_>, id: &RefundId) -> Result<Tried, Error> {
    let now = app.clock.now();
    let Some(refunds) = refunds::mark_sent(&app.store, debtor, id, now).await? else { return Ok(Tried::Recorded) };
    let Some(refund) = refunds.by_id.get(id).filter(|refund| refund.is_owed()) else {
        return Ok(Tried::Recorded);
    };
    let ours = OurRefund { id: id.clone(), attempt: refund.attempt };
    let request = RefundRequest {
        payment: &refund.payment.id,
        amount: refund.amount,
        currency: refunds.currency,
        refund: id,
        attempt: refund.attempt,
        order: match debtor {
            Debtor::Order(order) => Some(order),
            Debtor::Payment(_) => None,
        },
    };
    match ask(client, &request, &refund.state, now).await {
        Ok(_) if Safeguard::RefundOutcomeIsRecorded.is_off() => Ok(Tried::Recorded),
        Ok(outcome) => record(app, debtor, refund, &ours, outcome).await,
        Err(Unknown { why, may_have_begun }) => {
            let now = app.clock.now();
            refunds::record_unknown(&app.store, debtor, &ours, &why.to_string(), may_have_begun, now).await?;
            Err(why)
        }
    }
}

/// Nobody knows what came of asking.
struct Unknown {
    why: Error,
    /// Whether asking may have begun the refund. A failure that the provider only repeats has not.
    may_have_begun: bool,
}

impl From<Error> for Unknown {
    fn from(why: Error) -> Self {
        Self { why, may_have_begun: true }
    }
}

/// Asks the provider for the refund. Looks for it instead when its key may have been forgotten, and also when the
/// provider failed on a key that was used before.
async fn ask(
    client: &ApiClient,
    request: &RefundRequest<'_>,
    state: &RefundState,
    now: Timestamp,
) -> Result<Outcome, Unknown> {
    // A first request finds its refund marked as sent just now.
    let (sent_at, asked_at) = match state {
        RefundState::Sent { at } => (*at, None),
        RefundState::Unknown { at, asked_at, .. } => (*at, *asked_at),
        _ => (now, None),
    };
    if now.duration_since(sent_at) > client.key_lifetime()
        && let Some(found) = client.find(request).await?
    {
        return Ok(found);
    }
    let (why, for_good) = match client.refund(request).await? {
        Reply::Decided(outcome) => return Ok(outcome),
        Reply::Failed { why, for_good } => (why, for_good),
    };
    let is_repetition = sent_at != now;
    let is_looked_for = (for_good || is_repetition) && !Safeguard::RefundIsLookedFor.is_off();
    if is_looked_for && let Some(found) = client.find(request).await? {
        return Ok(found);
    }
    // A failure that the provider has stored for the key says that no request under it runs any more or will run. What
    // the last one had begun is listed by now.
    if for_good && asked_at.is_some_and(|at| now.duration_since(at) >= client.settling()) {
        return Ok(Outcome::NotMade(why));
    }
    Err(Unknown { why: Error::Outside(why), may_have_begun: !for_good })
}

async fn record(
    app: &App,
    debtor: Debtor<'_>,
    refund: &Refund,
    ours: &OurRefund,
    outcome: Outcome,
) -> Result<Tried, Error> {
    let now = app.clock.now();
    match outcome {
        Outcome::Refused(why) => {
            // Somebody may have refunded it at the provider, whose word of that was lost.
            for ReportedEvent { event, .. } in ask_about(app, &refund.payment).await? {
                refunds::record_told(&app.store, debtor, &event, now).await?;
            }
            refunds::record_refused(&app.store, debtor, ours, &why, now).await?;
        }
        Outcome::Made { id, status } => {
            let event = made(refund, ours, &id, status, now);
            refunds::record_told(&app.store, debtor, &event, now).await?;
        }
        Outcome::NotMade(why) => {
            refunds::record_not_made(&app.store, debtor, ours, &why, now).await?;
            return Ok(Tried::GivenUp);
        }
    }
    Ok(Tried::Recorded)
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
