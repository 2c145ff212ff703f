//! `POST /webhooks/tracking/{service}`: what carriers tell of parcels, verified and recorded on their orders.
//!
//! The `tracking` crate knows what a service's requests mean.

use api::{Error, Request, Response};
use app::parcel_tracking::{self, Told};
use runtime::Clock;
use serde::Serialize;
use shipping::{Reading, Service, Webhooks};
use store::Store;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub webhooks: Webhooks,
}

api::routes! {
    App;
    "POST /webhooks/tracking/{service}" signed => receive;
}

/// What became of what was told.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Received {
    /// If parcels of several orders have the number, this is about the one that changed most.
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is noted on its parcel now.
    Noted,
    /// It was known, or is not worth a note: a parcel is scanned many times on its way.
    Known,
    /// No parcel has the tracking number. It may not be handed over yet; then it is asked about when it is.
    Unmatched,
    /// It tells nothing of a parcel.
    Ignored,
}

impl From<Told> for Outcome {
    fn from(told: Told) -> Self {
        match told {
            Told::Noted => Self::Noted,
            Told::Known => Self::Known,
            Told::Unmatched => Self::Unmatched,
        }
    }
}

/// Answers 2xx only when everything is noted, or no parcel has its number. Until then the service tries again.
async fn receive(app: &App, request: &Request) -> Result<Response, Error> {
    let name = request.path.get("service").map(String::as_str).unwrap_or_default();
    let webhook = app.webhooks.of(name)?;
    let reading = webhook.read(request, app.clock.now()).await?;
    note_what_says_nothing(webhook.service(), &reading);
    let mut outcome = Outcome::Ignored;
    if let Some(parcel) = &reading.told
        && let Ok(number) = parcel.number.parse()
    {
        let (service, now) = (webhook.service().name(), app.clock.now());
        let numbered = (&number, parcel.carrier.as_str());
        outcome = parcel_tracking::record(&app.store, numbered, &parcel.reports(), service, now).await?.into();
    }
    Ok(Response::json(200, &Received { outcome }))
}

/// Writes a line for each thing that says nothing of a parcel. An alarm counts the lines with `unread_webhooks`.
fn note_what_says_nothing(service: Service, reading: &Reading) {
    for kind in &reading.ignored {
        tracing::info!(service = service.name(), kind, "ignored: it tells nothing of a parcel");
    }
    if let Some(why) = &reading.unread {
        tracing::error!(unread_webhooks = 1, service = service.name(), why, "a genuine webhook was not understood");
    }
}
