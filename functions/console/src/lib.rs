//! The console: pages for the people who work with orders. It reads and writes no table. It is a client of the HTTP API with the key
//! of whoever has signed in, so what a person may see and do here is what the API lets the person see and do (docs/adr/0009).

// Askama passes what a template names by reference, and calls methods only.
#![allow(clippy::trivially_copy_pass_by_ref, clippy::unused_self)]

mod actions;
mod assets;
mod chrome;
mod client;
mod cookies;
mod format;
mod language;
mod order;
mod pages;
mod parts;
mod station;
mod trouble;
mod visit;
mod words;

use api::{Request, Response};
use client::part;
use http::{HeaderName, header};
use runtime::{Clock, Web};
use std::time::Duration;
use tokio::time::timeout;
use trouble::Trouble;
use visit::{Method, Visit};

/// What the function works with.
pub struct App {
    /// Asks the API.
    pub web: Web,
    /// Asks it for files, which take longer.
    pub files: Web,
    pub clock: Clock,
    /// The API's address, with no final slash. None: the domain at which the console itself is asked.
    pub api: Option<String>,
}

/// The routes that the template gives to the console. They are pages and no part of the API: each answers in HTML, whoever asks, and
/// looks at its own cookie.
pub const ROUTES: [&str; 3] = ["GET /console", "GET /console/{page+}", "POST /console/{page+}"];

/// A page may ask the API several times, one after the other. It gives up before Lambda does (29 s), which would tell nobody anything
/// and lose what was typed.
const DEADLINE: Duration = Duration::from_secs(25);

/// Answers a request. Whatever goes wrong is a page too.
pub async fn handle(app: &App, request: &Request) -> Response {
    let visit = Visit::new(app, request);
    let answer = match timeout(DEADLINE, route(&visit)).await.unwrap_or(Err(Trouble::Busy)) {
        Ok(answer) => answer,
        Err(trouble) => pages::trouble::show(trouble, &visit).await,
    };
    protected(compressed(answer, &visit))
}

async fn route(visit: &Visit<'_>) -> Result<Response, Trouble> {
    use Method::{Get, Post};
    if visit.method == Post {
        visit.must_come_from_here()?;
    }
    let path: Vec<&str> = visit.path.split('/').filter(|part| !part.is_empty()).collect();
    match (visit.method, path.as_slice()) {
        (Get, ["assets", name]) => assets::serve(name, visit.takes_gzip()).ok_or(Trouble::Missing),
        (Get, ["sign-in"]) => pages::sign_in::form(visit),
        (Post, ["sign-in"]) => pages::sign_in::open(visit).await,
        (Post, ["sign-out"]) => Ok(pages::sign_in::end(visit).await),
        (Post, ["language"]) => pages::sign_in::choose_language(visit),
        (Get, []) => pages::today::show(visit).await,
        (Get, ["orders"]) => pages::orders::list(visit).await,
        (Post, ["find"]) => pages::find::find(visit).await,
        (Get, ["orders", order]) => order::show(visit, order).await,
        // Forms have addresses too. Whoever opens one sees the page that it stands on.
        (Get, ["orders", order, ..]) => Ok(Response::redirect(&format!("/console/orders/{}", part(order)))),
        (Get, ["find"]) => Ok(Response::redirect("/console/orders")),
        (Get, ["stock", _]) => Ok(Response::redirect("/console/stock")),
        (Post, ["orders", order, action @ ..]) => actions::act(visit, order, action).await,
        (Get, ["papers", "batches", batch, "picklist.pdf"]) => pages::papers::picklist_of_batch(visit, batch).await,
        (Get, ["papers", order, kind, id, name]) => pages::papers::paper(visit, order, kind, id, name).await,
        (Get, ["stock"]) => pages::stock::show(visit).await,
        (_, [station @ ("pick" | "pack"), job @ ..]) => station::route(visit, station, job).await,
        (_, ["scanner"]) => pages::scanner::show(visit).await,
        (Post, ["stock", action]) => pages::stock::act(visit, action).await,
        _ => Err(Trouble::Missing),
    }
}

/// Nothing is loaded or run that is not the console's own, nothing stands inline, and nobody frames it.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

fn protected(answer: Response) -> Response {
    let answer = if answer.header(header::CACHE_CONTROL).is_some() {
        answer
    } else {
        answer.with(header::CACHE_CONTROL, "no-store")
    };
    answer
        .with(header::CONTENT_SECURITY_POLICY, POLICY)
        .with(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .with(header::REFERRER_POLICY, "same-origin")
        .with(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000")
        .with(HeaderName::from_static("cross-origin-opener-policy"), "same-origin")
}

/// API Gateway's HTTP APIs do not compress.
fn compressed(mut answer: Response, visit: &Visit<'_>) -> Response {
    let is_text = answer.content_type().starts_with("text/html");
    if !is_text || answer.body.is_empty() || !visit.takes_gzip() {
        return answer;
    }
    answer.body = assets::gzip(&answer.body);
    answer.with(header::CONTENT_ENCODING, "gzip").with(header::VARY, "accept-encoding")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
