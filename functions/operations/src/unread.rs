//! Webhooks of payment providers that are genuine and were not understood.

use crate::App;
use api::{Caller, Error, Request, Response};
use domain::{ids::UnreadId, unread::UnreadWebhook};
use serde::Serialize;

/// A webhook that was not understood.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnreadView {
    /// Its id, as the route that reads it again takes it.
    pub webhook: UnreadId,
    #[serde(flatten)]
    pub kept: UnreadWebhook,
    /// When it is deleted, in UTC: it may hold a customer's data.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub expires_at: jiff::Timestamp,
}

/// Webhooks that were not understood.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnreadWebhooks {
    /// How many wait. 50 at most are listed.
    pub count: usize,
    /// The longest waiting first.
    pub webhooks: Vec<UnreadView>,
}

/// Shown at most. A body may be long.
const LIMIT: usize = 50;

pub(crate) async fn list(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    let waiting = app.store.unread_webhooks().await?;
    let count = waiting.len();
    let ids: Vec<UnreadId> = waiting.into_iter().take(LIMIT).map(|(id, _)| id).collect();
    let read = app.store.load_all::<UnreadWebhook>(ids).await?;
    let readable = read.into_iter().filter_map(|(webhook, read)| Some((webhook, read.ok()?.value)));
    let view = |(webhook, kept): (UnreadId, UnreadWebhook)| UnreadView { webhook, expires_at: kept.expires_at(), kept };
    let mut webhooks: Vec<UnreadView> = readable.map(view).collect();
    webhooks.sort_by(|a, b| (a.kept.received_at, &a.webhook).cmp(&(b.kept.received_at, &b.webhook)));
    Ok(Response::json(200, &UnreadWebhooks { count, webhooks }))
}
