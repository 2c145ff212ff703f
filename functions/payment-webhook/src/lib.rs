//! `POST /webhooks/payments/{provider}`: payment events, verified and recorded on their orders.
//!
//! The `payments` crate knows what a provider's requests mean and which answer it expects.

mod replay;

use api::{Error, Request, Response};
use app::{
    payments::{Recorded, record_payments},
    unread,
};
use domain::{ids::ProviderName, ledger::MoneyEvent};
use payments::{
    Provider, Webhooks,
    webhook::{Outcome, ReportedEvent, Unread},
};
use runtime::Clock;
use store::Store;

pub use replay::Replayed;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub webhooks: Webhooks,
}

api::routes! {
    App;
    "POST /webhooks/payments/{provider}" signed => receive;
    "POST /operations/unread-webhooks/{webhook}/replay" () => replay::replay;
}

/// Answers 2xx only when every event is in a ledger, or kept as unmatched or not understood: until then the provider tries
/// again.
async fn receive(app: &App, request: &Request) -> Result<Response, Error> {
    let provider = request.path.get("provider").map(String::as_str).unwrap_or_default();
    let webhook = app.webhooks.of(provider)?;
    let reading = webhook.read(request, app.clock.now()).await?;
    count_ignored(webhook.provider(), &reading.ignored);
    let mut outcomes = vec![Outcome::Ignored; reading.ignored.len()];
    for unread in &reading.unread {
        outcomes.push(keep(app, webhook.provider(), unread).await?);
    }
    outcomes.extend(record_all(app, &reading.facts).await?.into_iter().map(Outcome::from));
    Ok(webhook.answer(&outcomes))
}

/// Records the events, those about one payment together, and returns what became of each. An event that fails does not stop
/// others: the provider sends all of them again, and the recorded ones are known by then.
pub async fn record_all(app: &App, events: &[ReportedEvent]) -> Result<Vec<Recorded>, Error> {
    let mut all = Ok(Vec::new());
    let is_together =
        |a: &ReportedEvent, b: &ReportedEvent| (&a.named, &a.event.payment) == (&b.named, &b.event.payment);
    for of_payment in events.chunk_by(is_together) {
        let Some(ReportedEvent { named, event: MoneyEvent { payment, .. } }) = of_payment.first() else { continue };
        let told: Vec<MoneyEvent> = of_payment.iter().map(|reported| reported.event.clone()).collect();
        let recorded = record_payments(&app.store, named, payment, &told, app.clock.now()).await;
        all = match (all, recorded) {
            (Ok(mut all), Ok(recorded)) => {
                all.extend(told.iter().map(|_| recorded));
                Ok(all)
            }
            (Err(first), _) => Err(first),
            (Ok(_), Err(first)) => Err(first.into()),
        };
    }
    all
}

/// Keeps what was not understood. An alarm counts the lines with `unread_webhooks`.
async fn keep(app: &App, provider: Provider, Unread { body, why }: &Unread) -> Result<Outcome, Error> {
    let name: ProviderName = name_of(provider)?;
    let id = unread::keep(&app.store, &name, body, why, app.clock.now()).await?;
    tracing::error!(unread_webhooks = 1, provider = %name, webhook = %id, why, "a genuine webhook was not understood; it is kept");
    Ok(Outcome::Kept)
}

/// Writes a line for each event that says nothing about money, with the name of its type: docs/PAYMENTS.md has the query that
/// counts them.
fn count_ignored(provider: Provider, types: &[String]) {
    /// A type's name is the provider's. Longer ones are cut.
    const MAX_NAME: usize = 80;
    for name in types {
        let event_type: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
        tracing::info!(provider = provider.name(), event_type, "ignored: it says nothing about an order's money");
    }
}

fn name_of(provider: Provider) -> Result<ProviderName, Error> {
    provider.name().parse().map_err(|_| Error::Internal(format!("{} is no name of a provider", provider.name())))
}
