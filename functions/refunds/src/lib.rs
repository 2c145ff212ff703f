//! Asks the payment provider for what was decided, each time once: refunds, captures, voids, and evidence for disputes. Also asks it
//! what it knows: of payments, and of each day ([`comparison`]).
//!
//! Each is decided elsewhere, in the ledger of an order or of a payment that no order takes: intended. Here it is marked as sent before
//! the provider is asked, and the outcome is recorded after. Whatever happens in between, the same idempotency key is used again
//! until the outcome is known. A definite refusal ends it, and a person orders a new attempt, under a new key. If the
//! provider has stored a failure of its own for the key, what was asked for is looked for; once it is certain that it was not
//! done, a new attempt follows at once.

mod comparison;

use app::{
    Error, orders,
    payments::{payments_asked, record_payment},
    requests::{self, Debtor, OwedRequest},
};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::{Duty, Subject},
    evidence::GatheredEvidence,
    ids::{OrderId, PaymentId},
    ledger::{Attempt, MoneyEvent, MoneyFact, RequestName, RequestState},
    safeguards::Safeguard,
};
use jiff::Timestamp;
use payments::{
    ApiClient, ApiClients,
    evidence::EvidenceRequest,
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
        (duty @ (Duty::Refund | Duty::Capture | Duty::Evidence), Subject::OrderItem(order, _)) => {
            move_money(app, Debtor::Order(order), duty).await
        }
        (Duty::Refund, Subject::Payment(payment)) => move_money(app, Debtor::Payment(payment), &Duty::Refund).await,
        (Duty::PaymentCheck, Subject::OrderItem(order, _)) => check_payments(app, order).await,
        (Duty::Comparison, Subject::Provider(provider)) => comparison::go_on(app, provider).await,
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

/// Asks for everything that is owed, also for what comes to be owed meanwhile: an attempt that was given up is followed by the
/// next one. One thing whose outcome stays unknown does not stop the others.
async fn move_money(app: &App, debtor: Debtor<'_>, duty: &Duty) -> Result<(), Error> {
    let Some(mut owed) = requests::owed_by(&app.store, debtor, duty).await? else { return Ok(()) };
    let mut tried: Vec<Attempt> = Vec::new();
    let mut outcome = Ok(());
    let is_next = |request: &OwedRequest, tried: &[Attempt]| {
        belongs_to(&request.attempt.name, duty) && !tried.contains(&request.attempt)
    };
    while let Some(request) = owed.iter().find(|request| is_next(request, &tried)).cloned() {
        tried.push(request.attempt.clone());
        match try_once(app, debtor, request).await {
            Ok(still_owed) => owed = still_owed,
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    if tried.is_empty() {
        // The provider's own events were faster than we: only the duty is left.
        return requests::drop_duties(&app.store, debtor, app.clock.now()).await;
    }
    outcome
}

fn belongs_to(name: &RequestName, duty: &Duty) -> bool {
    match name {
        RequestName::Refund(_) => *duty == Duty::Refund,
        RequestName::Capture(_) => *duty == Duty::Capture,
        RequestName::Evidence(_) => *duty == Duty::Evidence,
    }
}

/// Asks for one thing, and returns what is owed afterward.
async fn try_once(app: &App, debtor: Debtor<'_>, request: OwedRequest) -> Result<Vec<OwedRequest>, Error> {
    let client = app.providers.of(&request.payment.provider)?;
    client.ready().await?; // nothing is marked as sent that cannot be
    let (name, now) = (&request.attempt.name, app.clock.now());
    let evidence = gathered(app, debtor, name).await?;
    let owed = requests::mark_sent(&app.store, debtor, name, now).await?;
    let Some(sent) = owed.iter().find(|request| request.attempt.name == *name) else { return Ok(owed) };
    match ask(client, &Request::of(debtor, sent, evidence.as_ref()), &sent.state, now).await {
        Ok(_) if Safeguard::RefundOutcomeIsRecorded.is_off() => Ok(owed),
        Ok(outcome) => record(app, debtor, sent, outcome).await,
        Err(Unknown { why, may_have_begun }) => {
            let (now, words) = (app.clock.now(), why.to_string());
            requests::record_unknown(&app.store, debtor, &sent.attempt, &words, may_have_begun, now).await?;
            Err(why)
        }
    }
}

/// What an order has to say about a dispute now. None: something else is asked for.
async fn gathered(app: &App, debtor: Debtor<'_>, name: &RequestName) -> Result<Option<GatheredEvidence>, Error> {
    let (Debtor::Order(order), RequestName::Evidence(dispute)) = (debtor, name) else { return Ok(None) };
    let missing = || Error::Defect(format!("order {order} is not there any more"));
    let read = app.store.order(order).await?.ok_or_else(missing)?;
    orders::evidence(&read, dispute).map(Some)
}

/// What a provider is asked for.
enum Request<'a> {
    Money(MoneyRequest<'a>),
    Evidence(EvidenceRequest<'a>),
}

impl<'a> Request<'a> {
    fn of(debtor: Debtor<'a>, owed: &'a OwedRequest, evidence: Option<&'a GatheredEvidence>) -> Self {
        let order = match debtor {
            Debtor::Order(order) => Some(order),
            Debtor::Payment(_) => None,
        };
        let OwedRequest { attempt, payment: PaymentId { id: payment, .. }, amount, terms, currency, .. } = owed;
        if let (Some(order), Some(evidence)) = (order, evidence) {
            return Self::Evidence(EvidenceRequest { order, attempt, evidence });
        }
        let (amount, terms, currency) = (*amount, *terms, *currency);
        Self::Money(MoneyRequest { payment, amount, terms, currency, attempt, order })
    }

    async fn put(&self, client: &ApiClient) -> Result<Reply, Error> {
        match self {
            Self::Money(request) => client.request(request).await,
            Self::Evidence(request) => client.submit(request).await,
        }
    }

    async fn find(&self, client: &ApiClient) -> Result<Option<Outcome>, Error> {
        match self {
            Self::Money(request) => client.find(request).await,
            Self::Evidence(request) => client.find_submitted(request).await,
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
    request: &Request<'_>,
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
        && let Some(found) = request.find(client).await?
    {
        return Ok(found);
    }
    let (why, for_good) = match request.put(client).await? {
        Reply::Decided(outcome) => return Ok(outcome),
        Reply::Failed { why, for_good } => (why, for_good),
    };
    let is_repetition = sent_at != now;
    let is_looked_for = (for_good || is_repetition) && !Safeguard::RefundIsLookedFor.is_off();
    if is_looked_for && let Some(found) = request.find(client).await? {
        return Ok(found);
    }
    // A failure that the provider has stored for the key says that no request under it runs any more or will run. What
    // the last one had begun is shown by now.
    if for_good && asked_at.is_some_and(|at| now.duration_since(at) >= client.settling()) {
        return Ok(Outcome::NotMade(why));
    }
    Err(Unknown { why: Error::Outside(why), may_have_begun: !for_good })
}

async fn record(
    app: &App,
    debtor: Debtor<'_>,
    owed: &OwedRequest,
    outcome: Outcome,
) -> Result<Vec<OwedRequest>, Error> {
    let now = app.clock.now();
    match outcome {
        Outcome::Refused(why) => {
            // Somebody may have done it at the provider, whose word of that was lost.
            let told = ask_about(app, &owed.payment).await?.into_iter().map(|ReportedEvent { event, .. }| event);
            requests::record_told(&app.store, debtor, &told.collect::<Vec<_>>(), now).await?;
            requests::record_refused(&app.store, debtor, &owed.attempt, &why, now).await
        }
        Outcome::Made { id, facts } => {
            let events: Vec<MoneyEvent> = facts.into_iter().map(|fact| told(owed, &id, fact, now)).collect();
            requests::record_told(&app.store, debtor, &events, now).await
        }
        Outcome::Begun { id } => requests::record_begun(&app.store, debtor, &owed.attempt, &id, now).await,
        Outcome::BegunAsPayment { id } => {
            let turns = MoneyFact::CapturedAs { id: id.clone(), amount: 0, last: false };
            requests::record_told(&app.store, debtor, &[told(owed, &id, turns, now)], now).await?;
            requests::record_begun(&app.store, debtor, &owed.attempt, &id, now).await
        }
        Outcome::NotMade(why) => requests::record_not_made(&app.store, debtor, &owed.attempt, &why, now).await,
    }
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
