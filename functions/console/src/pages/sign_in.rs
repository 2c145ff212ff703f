//! Signing in and out, and the language. The browser keeps the key of a session, which ends with the day, and never an API key.

use crate::{
    chrome::Chrome,
    cookies,
    language::Language,
    parts,
    trouble::Trouble,
    visit::{Visit, own_address},
};
use api::Response;
use askama::Template;
use domain::session::SessionKey;
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

/// What of a new session is read.
#[derive(Deserialize)]
struct Opened {
    key: String,
    expires_at: Timestamp,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Form {
    c: Chrome,
    to: String,
    said: Option<&'static str>,
    tone: Tone,
}

/// How something is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    Done,
    Warning,
    /// The field is wrong.
    Refusal,
}

impl Form {
    fn is_done(&self) -> bool {
        self.tone == Tone::Done
    }

    fn is_refused(&self) -> bool {
        self.tone == Tone::Refusal
    }
}

/// `GET /console/sign-in`
pub fn form(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let w = visit.words();
    let (said, tone) = match visit.query("why") {
        "over" => (Some(w.session_over), Tone::Warning),
        "unsent" => (Some(w.session_over_unsent), Tone::Warning),
        "out" => (Some(w.signed_out), Tone::Done),
        "out-here" => (Some(w.signed_out_here), Tone::Warning),
        _ => (None, Tone::Done),
    };
    show(visit, visit.query("to"), said, tone)
}

fn show(visit: &Visit<'_>, to: &str, said: Option<&'static str>, tone: Tone) -> Result<Response, Trouble> {
    let c = Chrome::new(visit, None, "").leading_to("/console/sign-in");
    let status = if tone == Tone::Refusal { 403 } else { 200 };
    parts::html(status, &Form { c, to: own_address(to).to_owned(), said, tone })
}

/// `POST /console/sign-in`
pub async fn open(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let (key, to) = (visit.field("key"), visit.field("to"));
    let w = visit.words();
    let refused = |why| show(visit, to, Some(why), Tone::Refusal);
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refused(w.wrong_key);
    }
    if SessionKey::read(key).is_some() {
        return refused(w.session_key);
    }
    match visit.api_with(key.to_owned()).post::<Opened>("/sessions", &json!({})).await {
        Ok(opened) => {
            let age = opened.expires_at.as_second() - visit.app.clock.now().as_second();
            Ok(Response::redirect(own_address(to)).with_cookie(cookies::of_session(&opened.key, age)))
        }
        Err(Trouble::SignedOut) => refused(w.wrong_key),
        Err(Trouble::Told(problem)) if problem.status == 403 => refused(w.no_storefronts),
        Err(other) => Err(other),
    }
}

/// `POST /console/sign-out`. However the API is: this browser forgets the session.
pub async fn end(visit: &Visit<'_>) -> Response {
    let ended = match visit.api() {
        Ok(api) => api.send(Method::DELETE, "/sessions/current", None, None).await,
        Err(other) => Err(other),
    };
    let why = match ended {
        // One that is over already has ended too.
        Ok(()) | Err(Trouble::SignedOut | Trouble::Told(_)) => "out",
        Err(_) => "out-here",
    };
    Response::redirect(&format!("/console/sign-in?why={why}")).with_cookie(cookies::of_session("", 0))
}

/// `POST /console/language`
pub fn choose_language(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let chosen = Language::read(visit.field("language")).ok_or(Trouble::Missing)?;
    Ok(Response::redirect(own_address(visit.field("to"))).with_cookie(cookies::of_language(chosen.words().tag)))
}
