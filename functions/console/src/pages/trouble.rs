//! What keeps a page from being shown, each a page in the person's language.

use crate::{
    chrome::{Chrome, Me},
    cookies,
    pages::orders::address,
    parts,
    trouble::Trouble,
    visit::{Fields, Method, Visit, own_address},
};
use api::Response;
use askama::Template;
use std::time::Duration;

/// How long the page waits to hear who looks at it: the visit has used up its time.
const PATIENCE: Duration = Duration::from_secs(3);

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
    again: Option<Again>,
}

/// A form, to be sent once more as it was.
struct Again {
    action: String,
    fields: Fields,
}

impl Again {
    /// The form that was sent, with its idempotency key: what it did after all is not done twice. What signs in is not repeated, since
    /// the API key would stand in the page.
    fn of(visit: &Visit<'_>) -> Option<Self> {
        let action = format!("/console/{}", visit.path);
        let is_kept = ["orders/", "stock/", "pick", "pack/", "find"].iter().any(|begin| visit.path.starts_with(begin));
        let is_form = visit.method == Method::Post && is_kept && own_address(&action) == action;
        is_form.then(|| Self { action, fields: visit.form.clone() })
    }
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
    let (way, way_text) = if is_to_repeat { (visit.here(), w.look_again) } else { ("/console".to_owned(), w.to_today) };
    let again = Again::of(visit).filter(|_| is_to_repeat);
    let me = if is_to_repeat { None } else { me(visit).await };
    let c = Chrome::new(visit, me, "");
    parts::html(status, &Page { c, title, text, detail, way, way_text, reload: false, again }).unwrap_or_else(plain)
}

/// Whoever has signed in keeps the bar, if the API says who it is.
async fn me(visit: &Visit<'_>) -> Option<Me> {
    let api = visit.api().ok()?;
    let asked = tokio::time::timeout(PATIENCE, api.get("/sessions/current")).await;
    asked.ok()?.ok()
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
            again: None,
            c,
        };
        return parts::html(200, &page).unwrap_or_else(plain);
    }
    let why = match (visit.method, had_session) {
        (Method::Post, _) => "unsent",
        (Method::Get, true) => "over",
        (Method::Get, false) => "",
    };
    let answer = Response::redirect(&address("/console/sign-in", [("to", visit.here().as_str()), ("why", why)]));
    if had_session { answer.with_cookie(cookies::of_session("", 0)) } else { answer }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tests::{app, request};

    #[tokio::test]
    async fn a_form_is_kept_when_there_are_too_many_requests_and_only_then_offered_again() {
        let (app, sent) = (app(), request("POST", "orders/ord_1/cancel", &[("reason", "ordered twice")]));
        for (trouble, is_kept) in [(Trouble::Crowded, true), (Trouble::Busy, true), (Trouble::Missing, false)] {
            let answer = show(trouble, &Visit::new(&app, &sent)).await;
            let html = String::from_utf8(answer.body).unwrap();
            let kept = r#"<input type="hidden" name="reason" value="ordered twice">"#;
            assert_eq!(html.contains(kept), is_kept, "{html}");
        }
    }
}
