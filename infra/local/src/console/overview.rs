//! The first page.

use super::{
    Console, Link,
    format::Format,
    mail::Summary,
    queues::{Row, rows},
};
use crate::services::Meter;
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use serde::Serialize;

/// How many mails the first page shows.
const LATEST: usize = 5;

#[derive(Template, Serialize)]
#[template(path = "overview.html")]
struct Page<'c> {
    #[serde(skip)]
    here: &'static str,
    links: &'c [Link],
    /// Holds keys, so it is shown to people only.
    #[serde(skip)]
    exports: Option<&'c String>,
    queues: Vec<Row>,
    mails: Vec<Summary>,
    meter: Meter,
}

pub(super) async fn page(State(console): State<Console>, format: Format) -> Response {
    let queues = match rows(console.services.sqs()).await {
        Ok(queues) => queues,
        Err(error) => return format.fail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    };
    let mails = console.services.mailbox().list();
    let page = Page {
        here: "/",
        links: &console.links,
        exports: console.exports.get(),
        queues,
        mails: mails.iter().take(LATEST).map(Summary::of).collect(),
        meter: console.services.meter(),
    };
    format.show(&page, &page)
}
