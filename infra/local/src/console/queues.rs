//! The queues, and the messages that failed.

use super::{
    Console,
    format::{Ago, Exactly, Format, plain, pretty},
};
use crate::services::{DeadLetter, Failure, Message, QueueDepth, QueueError, Sqs};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A queue and its number of messages.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) depth: QueueDepth,
    /// Its dead-letter queue, and the number of messages there.
    pub(super) dead_letters: Option<String>,
    pub(super) dead: Option<u64>,
    /// The queues whose failed messages come here.
    sources: Vec<String>,
}

/// Every queue of the template.
pub(super) async fn rows(sqs: &Sqs) -> Result<Vec<Row>, QueueError> {
    let mut rows = Vec::new();
    for queue in sqs.queues() {
        let dead_letters = queue.redrive.as_ref().map(|redrive| redrive.dead_letters.clone());
        let dead = match &dead_letters {
            Some(name) => Some(sqs.depth(name).await?.visible),
            None => None,
        };
        rows.push(Row {
            name: queue.name.clone(),
            depth: sqs.depth(&queue.name).await?,
            dead_letters,
            dead,
            sources: sqs.sources_of(&queue.name).map(|source| source.name.clone()).collect(),
        });
    }
    Ok(rows)
}

#[derive(Template)]
#[template(path = "queues.html")]
struct List<'q> {
    here: &'static str,
    queues: &'q [Row],
}

pub(super) async fn list(State(console): State<Console>, format: Format) -> Response {
    match rows(console.services.sqs()).await {
        Ok(queues) => format.show(&queues, &List { here: "/queues", queues: &queues }),
        Err(error) => format.fail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Moved {
    moved: Option<usize>,
}

#[derive(Template)]
#[template(path = "letters.html")]
struct Letters<'q> {
    here: &'static str,
    queue: &'q str,
    sources: Vec<&'q str>,
    dead: &'q [DeadLetter],
    moved: Option<usize>,
}

impl Message {
    fn sent_at(&self) -> Timestamp {
        let milliseconds = self.attributes.get("SentTimestamp").and_then(|time| time.parse().ok());
        milliseconds.and_then(|time| Timestamp::from_millisecond(time).ok()).unwrap_or_default()
    }

    fn ago(&self) -> Ago {
        Ago(self.sent_at())
    }

    fn exactly(&self) -> Exactly {
        Exactly(self.sent_at())
    }

    fn pretty_body(&self) -> String {
        pretty(&self.body)
    }
}

impl Failure {
    fn ago(&self) -> Ago {
        Ago(self.at)
    }

    fn exactly(&self) -> Exactly {
        Exactly(self.at)
    }
}

pub(super) async fn letters(
    State(console): State<Console>,
    Path(queue): Path<String>,
    Query(moved): Query<Moved>,
    format: Format,
) -> Response {
    let sqs = console.services.sqs();
    let queue = plain(&queue).unwrap_or(&queue);
    let sources: Vec<&str> = sqs.sources_of(queue).map(|source| source.name.as_str()).collect();
    if sources.is_empty() {
        // Reading a queue hides its messages for a moment, which would disturb its consumer.
        return format.fail(StatusCode::NOT_FOUND, &format!("{queue} is no dead-letter queue."));
    }
    match sqs.dead_letters(queue).await {
        Ok(letters) => {
            let page = Letters { here: "/queues", queue, sources, dead: &letters, moved: moved.moved };
            format.show(&letters, &page)
        }
        Err(error) => format.fail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

pub(super) async fn redrive(
    State(console): State<Console>,
    Path(queue): Path<String>,
    headers: HeaderMap,
    format: Format,
) -> Response {
    // A page of another origin must not be able to press this button (CSRF).
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if !matches!(site, None | Some("same-origin" | "none")) {
        return format.fail(StatusCode::FORBIDDEN, "This can only be asked for from the console itself.");
    }
    match console.services.sqs().redrive(&queue).await {
        Ok(moved) if format == Format::Json => axum::Json(json!({ "moved": moved })).into_response(),
        Ok(moved) => Redirect::to(&format!("/queues/{queue}?moved={moved}")).into_response(),
        Err(error @ QueueError::NoSuchQueue(_)) => format.fail(StatusCode::NOT_FOUND, &error.to_string()),
        Err(error) => format.fail(StatusCode::CONFLICT, &error.to_string()),
    }
}
