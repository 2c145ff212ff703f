//! `POST /operations/unread-webhooks/{webhook}/replay`: a kept webhook is read again, after the fix.

use crate::{App, count_ignored, record_all};
use api::{Caller, Code, Error, Problem, Request, Response};
use app::unread;
use domain::{ids::UnreadId, unread::UnreadWebhook};
use payments::webhook::{Outcome, Received, Said};
use serde::Serialize;

/// What became of a webhook that was read again.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replayed {
    /// Which webhook.
    pub webhook: UnreadId,
    /// What became of it. Of several facts, this is about the one that changed most.
    pub outcome: Outcome,
}

/// Understands it as if it had come now: facts are the same whenever they are recorded. Asked again, it changes nothing.
pub(crate) async fn replay(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let id: UnreadId = request.path_param("webhook")?;
    let now = app.clock.now();
    let missing =
        || Problem::not_found(format!("there is no kept webhook {id}; GET /operations/unread-webhooks lists them"));
    let kept = app.store.load::<UnreadWebhook>(&id).await?.ok_or_else(missing)?.value;
    let webhook = app.webhooks.of(kept.provider.as_str())?;
    let outcomes = match webhook.understand(&kept.bytes(), now).await {
        Ok(Said::Facts(facts)) => record_all(app, &facts).await?.into_iter().map(Outcome::from).collect(),
        Ok(Said::Nothing(kind)) => {
            count_ignored(webhook.provider(), &[kind]);
            vec![Outcome::Ignored]
        }
        Err(Error::Problem(problem)) => {
            unread::read_again(&app.store, &id, Err(&problem.detail), now).await?;
            let why = format!("it is still not understood, and stays kept: {}", problem.detail);
            return Err(Problem::new(Code::MalformedEvent, why).into());
        }
        Err(error) => return Err(error),
    };
    unread::read_again(&app.store, &id, Ok(()), now).await?;
    tracing::info!(webhook = %id, by = %caller.stamp(now).by, "a kept webhook was read again");
    Ok(Response::json(200, &Replayed { webhook: id, outcome: Received::of(&outcomes).outcome }))
}
