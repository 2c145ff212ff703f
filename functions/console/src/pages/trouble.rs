//! What keeps a page from being shown, each a page in the person's language.

use crate::{
    chrome::Chrome,
    cookies, parts,
    trouble::Trouble,
    visit::{Method, Visit},
};
use api::Response;
use askama::Template;

#[derive(Template)]
#[template(path = "trouble.html")]
struct Page {
    c: Chrome,
    title: &'static str,
    text: &'static str,
    detail: String,
    way: String,
    way_text: &'static str,
    reload: bool,
}

/// The page of a trouble.
pub async fn show(trouble: Trouble, visit: &Visit<'_>) -> Response {
    let w = visit.words();
    let (status, title, text, detail) = match trouble {
        Trouble::SignedOut => return signed_out(visit),
        Trouble::Missing => (404, w.missing, w.missing_text, String::new()),
        Trouble::Elsewhere => (403, w.elsewhere, w.elsewhere_text, String::new()),
        Trouble::TooMuch => (413, w.too_much, w.too_much_text, String::new()),
        Trouble::Crowded => (429, w.crowded, w.crowded_text, String::new()),
        Trouble::Busy => (503, w.busy, w.busy_text, String::new()),
        Trouble::Told(problem) => match problem.status {
            403 => (403, w.forbidden, w.forbidden_text, problem.detail),
            404 => (404, w.missing, w.missing_text, problem.detail),
            409 => (409, w.conflict, "", problem.detail),
            status => (status, w.invalid, "", problem.detail),
        },
    };
    let is_to_repeat = matches!(status, 429 | 503);
    let (way, way_text) = if is_to_repeat { (visit.here(), w.try_again) } else { ("/console".to_owned(), w.to_today) };
    // Whoever has signed in keeps the bar, if the API says who it is.
    let me = match visit.api() {
        Ok(api) if status != 503 => api.get("/sessions/current").await.ok(),
        _ => None,
    };
    let c = Chrome::new(visit, me, "");
    parts::html(status, &Page { c, title, text, detail, way, way_text, reload: false }).unwrap_or_else(plain)
}

/// A template that cannot be rendered is a fault of ours.
#[allow(clippy::needless_pass_by_value)] // it stands for an answer
fn plain(trouble: Trouble) -> Response {
    tracing::error!(error = %trouble, "a page cannot be written");
    Response::bytes(500, "text/plain; charset=utf-8", "This page cannot be shown.")
}

/// To the sign-in, and back from there.
fn signed_out(visit: &Visit<'_>) -> Response {
    let had_session = cookies::session(visit.request).is_some();
    if !had_session && visit.method == Method::Get && visit.comes_from_elsewhere() {
        // A link of another site brings no cookie (`SameSite=Strict`). The page loads itself once more, and that request does.
        let (w, c) = (visit.words(), Chrome::new(visit, None, ""));
        let page = Page {
            title: w.opening,
            text: w.opening_text,
            detail: String::new(),
            way: visit.here(),
            way_text: w.go_on,
            reload: true,
            c,
        };
        return parts::html(200, &page).unwrap_or_else(plain);
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("to", &visit.here());
    if had_session {
        query.append_pair("why", "over");
    }
    let answer = Response::redirect(&format!("/console/sign-in?{}", query.finish()));
    if had_session { answer.with_cookie(cookies::of_session("", 0)) } else { answer }
}
