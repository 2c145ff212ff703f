//! Signing in and out, and the language. The browser keeps the key of a session, which ends with the day, and never an API key.

use crate::{
    chrome::Chrome,
    cookies,
    language::Language,
    parts,
    trouble::Trouble,
    visit::{Visit, own_address},
    words::Words,
};
use api::Response;
use askama::Template;
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
}

/// `GET /console/sign-in`
pub fn form(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let said = match visit.query("why") {
        "over" => Some(visit.words().session_over),
        "out" => Some(visit.words().signed_out),
        _ => None,
    };
    show(visit, 200, visit.query("to"), said)
}

fn show(visit: &Visit<'_>, status: u16, to: &str, said: Option<&'static str>) -> Result<Response, Trouble> {
    let c = Chrome::new(visit, None, "").leading_to("/console/sign-in");
    parts::html(status, &Form { c, to: own_address(to).to_owned(), said })
}

/// `POST /console/sign-in`
pub async fn open(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let (key, to) = (visit.field("key"), visit.field("to"));
    let refused = |status, why: fn(&'static Words) -> &'static str| show(visit, status, to, Some(why(visit.words())));
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refused(403, |words| words.wrong_key);
    }
    match visit.api_with(key.to_owned()).post::<Opened>("/sessions", &json!({})).await {
        Ok(opened) => {
            let age = opened.expires_at.as_second() - visit.app.clock.now().as_second();
            Ok(Response::redirect(own_address(to)).with_cookie(cookies::of_session(&opened.key, age)))
        }
        Err(Trouble::SignedOut) => refused(403, |words| words.wrong_key),
        Err(Trouble::Told(problem)) if problem.status == 403 => refused(403, |words| words.no_storefronts),
        Err(other) => Err(other),
    }
}

/// `POST /console/sign-out`
pub async fn end(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let ended = match visit.api() {
        Ok(api) => api.send(Method::DELETE, "/sessions/current", None, None).await,
        Err(other) => Err(other),
    };
    match ended {
        // One that is over already has ended too.
        Ok(()) | Err(Trouble::SignedOut | Trouble::Told(_)) => {}
        Err(other) => return Err(other),
    }
    Ok(Response::redirect("/console/sign-in?why=out").with_cookie(cookies::of_session("", 0)))
}

/// `POST /console/language`
pub fn choose_language(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let chosen = Language::read(visit.field("language")).ok_or(Trouble::Missing)?;
    Ok(Response::redirect(own_address(visit.field("to"))).with_cookie(cookies::of_language(chosen.words().tag)))
}
