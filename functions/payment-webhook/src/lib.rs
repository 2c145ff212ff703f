//! `POST /webhooks/payments/{provider}`: payment events, verified and recorded on their orders.
//!
//! The `payments` crate knows what a provider's requests mean and which answer it expects.

use api::{Error, Request, Response};
use app::payments::{Recorded, record_payment};
use payments::{Webhooks, webhook::ReportedEvent};
use runtime::Clock;
use store::Store;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub webhooks: Webhooks,
}

api::routes! {
    App;
    "POST /webhooks/payments/{provider}" signed => receive;
}

/// Answers 2xx only when every event is in a ledger, or kept as unmatched: until then the provider tries again.
async fn receive(app: &App, request: &Request) -> Result<Response, Error> {
    let provider = request.path.get("provider").map(String::as_str).unwrap_or_default();
    let webhook = app.webhooks.of(provider)?;
    let events = webhook.read(request, app.clock.now()).await?;
    Ok(webhook.answer(&record_all(app, &events).await?))
}

/// Records each event by itself, and returns what became of each. An event that fails does not stop the others: the
/// provider sends all of them again, and the recorded ones are known by then.
pub async fn record_all(app: &App, events: &[ReportedEvent]) -> Result<Vec<Recorded>, Error> {
    let mut all = Ok(Vec::new());
    for ReportedEvent { named, event } in events {
        let recorded = record_payment(&app.store, named, event, app.clock.now()).await;
        all = match (all, recorded) {
            (Ok(mut all), Ok(recorded)) => {
                all.push(recorded);
                Ok(all)
            }
            (Err(first), _) => Err(first),
            (Ok(_), Err(first)) => Err(first.into()),
        };
    }
    all
}
