//! Moves money at the payment provider, each time once: refunds, captures and voids.
//!
//! Each is decided elsewhere, in the ledger of an order or of a payment that no order takes: intended. Here it is marked as sent before
//! the provider is asked, and the outcome is recorded after. Whatever happens in between, the same idempotency key is used again
//! until the outcome is known. A definite refusal ends it, and a person orders a new attempt, under a new key. If the
//! provider has stored a failure of its own for the key, what was asked for is looked for; once it is certain that it was not
//! done, a new attempt follows at once.

use app::{
    Error,
    payments::{payments_asked, record_payment},
    requests::{self, Debtor, OwedRequest},
};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::{Duty, Subject},
    ids::{OrderId, PaymentId},
    ledger::{MoneyEvent, MoneyFact, RequestName, RequestState},
    safeguards::Safeguard,
};
use jiff::Timestamp;
use payments::{
    ApiClient, ApiClients,
    request::{MoneyRequest, Outcome, Reply},
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
        (duty @ (Duty::Refund | Duty::Capture), Subject::OrderItem(order, _)) => {
            move_money(app, Debtor::Order(order), duty).await
        }
        (Duty::Refund, Subject::Payment(payment)) => move_money(app, Debtor::Payment(payment), &Duty::Refund).await,
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

/// Asks for everything that is owed. One thing whose outcome stays unknown does not stop the others.
async fn move_money(app: &App, debtor: Debtor<'_>, duty: &Duty) -> Result<(), Error> {
    let Some(mut owed) = requests::owed_by(&app.store, debtor, duty).await? else { return Ok(()) };
    owed.retain(|request| belongs_to(&request.attempt.name, duty));
    if owed.is_empty() {
        // The provider's own events were faster than we: only the duty is left.
        return requests::drop_duties(&app.store, debtor, app.clock.now()).await;
    }
    let mut outcome = Ok(());
    for OwedRequest { attempt, payment, .. } in owed {
        let moved = async {
            let client = app.providers.of(&payment.provider)?;
            client.ready().await?; // nothing is marked as sent that cannot be
            // A given-up attempt is followed by the next one. That is new, so it is not given up in its turn.
            while try_once(app, client, debtor, &attempt.name).await? == Tried::GivenUp {}
            Ok(())
        };
        outcome = outcome.and(moved.await);
    }
    outcome
}

fn belongs_to(name: &RequestName, duty: &Duty) -> bool {
    match name {
        RequestName::Refund(_) => *duty == Duty::Refund,
        RequestName::Capture(_) => *duty == Duty::Capture,
    }
}

/// Whether an attempt is over for good, so that the next one can begin.
#[derive(Debug, PartialEq, Eq)]
enum Tried {
    Recorded,
    GivenUp,
}

async fn try_once(app: &App, client: &ApiClient, debtor: Debtor<'_>, name: &RequestName) -> Result<Tried, Error> {
    let now = app.clock.now();
    let Some(owed) = requests::mark_sent(&app.store, debtor, name, now).await? else { return Ok(Tried::Recorded) };
    let request = MoneyRequest {
        payment: &owed.payment.id,
        amount: owed.amount,
        currency: owed.currency,
        attempt: &owed.attempt,
        order: match debtor {
            Debtor::Order(order) => Some(order),
            Debtor::Payment(_) => None,
        },
    };
    match ask(client, &request, &owed.state, now).await {
        Ok(_) if Safeguard::RefundOutcomeIsRecorded.is_off() => Ok(Tried::Recorded),
        Ok(outcome) => record(app, debtor, &owed, outcome).await,
        Err(Unknown { why, may_have_begun }) => {
            let (now, words) = (app.clock.now(), why.to_string());
            requests::record_unknown(&app.store, debtor, &owed.attempt, &words, may_have_begun, now).await?;
            Err(why)
        }
    }
}

/// Nobody knows what came of asking.
struct Unknown {
    why: Error,
    /// Whether asking may have begun it. A failure that the provider only repeats has not.
    may_have_begun: bool,
}

impl From<Error> for Unknown {
    fn from(why: Error) -> Self {
        Self { why, may_have_begun: true }
    }
}

/// Asks the provider. Looks for what it may have done instead when its key may have been forgotten, and also when the
/// provider failed on a key that was used before.
async fn ask(
    client: &ApiClient,
    request: &MoneyRequest<'_>,
    state: &RequestState,
    now: Timestamp,
) -> Result<Outcome, Unknown> {
    // A first request finds itself marked as sent just now.
    let (sent_at, asked_at) = match state {
        RequestState::Sent { at } => (*at, None),
        RequestState::Unknown { at, asked_at, .. } => (*at, *asked_at),
        _ => (now, None),
    };
    if now.duration_since(sent_at) > client.key_lifetime()
        && let Some(found) = client.find(request).await?
    {
        return Ok(found);
    }
    let (why, for_good) = match client.request(request).await? {
        Reply::Decided(outcome) => return Ok(outcome),
        Reply::Failed { why, for_good } => (why, for_good),
    };
    let is_repetition = sent_at != now;
    let is_looked_for = (for_good || is_repetition) && !Safeguard::RefundIsLookedFor.is_off();
    if is_looked_for && let Some(found) = client.find(request).await? {
        return Ok(found);
    }
    // A failure that the provider has stored for the key says that no request under it runs any more or will run. What
    // the last one had begun is shown by now.
    if for_good && asked_at.is_some_and(|at| now.duration_since(at) >= client.settling()) {
        return Ok(Outcome::NotMade(why));
    }
    Err(Unknown { why: Error::Outside(why), may_have_begun: !for_good })
}

async fn record(app: &App, debtor: Debtor<'_>, owed: &OwedRequest, outcome: Outcome) -> Result<Tried, Error> {
    let now = app.clock.now();
    match outcome {
        Outcome::Refused(why) => {
            // Somebody may have done it at the provider, whose word of that was lost.
            let told = ask_about(app, &owed.payment).await?.into_iter().map(|ReportedEvent { event, .. }| event);
            requests::record_told(&app.store, debtor, &told.collect::<Vec<_>>(), now).await?;
            requests::record_refused(&app.store, debtor, &owed.attempt, &why, now).await?;
        }
        Outcome::Made { id, facts } => {
            let events: Vec<MoneyEvent> = facts.into_iter().map(|fact| told(owed, &id, fact, now)).collect();
            requests::record_told(&app.store, debtor, &events, now).await?;
        }
        Outcome::Begun { id } => requests::record_begun(&app.store, debtor, &owed.attempt, &id, now).await?,
        Outcome::NotMade(why) => {
            requests::record_not_made(&app.store, debtor, &owed.attempt, &why, now).await?;
            return Ok(Tried::GivenUp);
        }
    }
    Ok(Tried::Recorded)
}

/// The provider's answer says what its webhook will say: it is recorded as the same fact.
fn told(owed: &OwedRequest, id: &str, fact: MoneyFact, now: Timestamp) -> MoneyEvent {
    MoneyEvent {
        payment: owed.payment.clone(),
        at: now,
        event: id.to_owned(),
        currency: None,
        step: 1, // the payment's own is known already
        fact,
    }
}
