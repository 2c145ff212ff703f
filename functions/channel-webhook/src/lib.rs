//! `POST /webhooks/channels/{channel}`: which of a shop's orders changed. The order itself is fetched afterward, by `channels`, so that the
//! shop has its answer in milliseconds, and so that of what it tells twice, late or in another order the truth counts.

use api::{Error, Problem, Request, Response};
use app::channels as shops;
use channels::{Keyring, Told};
use domain::ids::ChannelId;
use serde::Serialize;
use store::Store;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub keyring: Keyring,
}

api::routes! {
    App;
    "POST /webhooks/channels/{channel}" signed => receive;
}

/// What became of what was told.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Heard {
    /// The shop need not look at it.
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The order is fetched from the shop within seconds.
    Queued,
    /// It is about nothing that Orderly takes over.
    Ignored,
    /// It is genuine and was not understood. What changed is found all the same, within minutes.
    NotUnderstood,
}

/// Orders with everything that plugins add to them.
const MAX_BODY: usize = 2 * 1024 * 1024;

async fn receive(app: &App, request: &Request) -> Result<Response, Error> {
    request.at_most(MAX_BODY)?;
    if let Some(unsigned) = channels::read_unsigned(request) {
        tracing::info!(told = ?unsigned?, "ignored: a shop tries the address out");
        return Ok(Response::json(200, &Heard { outcome: Outcome::Ignored }));
    }
    let channel: ChannelId = request.path_param("channel")?;
    let unknown =
        || Problem::not_found(format!("channel {channel} is connected to no shop; POST /channels/{channel}/connect"));
    let (_, connection) = shops::connected(&app.store, &channel).await?.ok_or_else(unknown)?;
    let outcome = match app.keyring.read_webhook(&channel, connection.kind, request).await? {
        Told::Order(order) if shops::ask_for_order(&app.store, &channel, &order).await => Outcome::Queued,
        Told::Order(_) => {
            // The shop tells again, or the order is found by its time.
            return Err(app::Error::Outside("the order could not be queued".to_owned()).into());
        }
        Told::Ignored(what) => {
            tracing::info!(%channel, what, "ignored: it is about no order");
            Outcome::Ignored
        }
        Told::Unread(why) => {
            tracing::error!(unread_webhooks = 1, %channel, why, "a genuine webhook was not understood");
            Outcome::NotUnderstood
        }
    };
    Ok(Response::json(200, &Heard { outcome }))
}
