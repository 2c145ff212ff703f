//! One answer in two forms (JSON and HTML), and the format of times.

use askama::Template;
use axum::{
    Json,
    extract::FromRequestParts,
    http::{StatusCode, header::ACCEPT, request::Parts},
    response::{Html, IntoResponse as _, Response},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use std::{convert::Infallible, fmt};

/// The form that the client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Html,
    Json,
}

impl<S: Sync> FromRequestParts<S> for Format {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let accept = parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        let json = plain(parts.uri.path()).is_some() || accept.starts_with("application/json");
        Ok(if json { Self::Json } else { Self::Html })
    }
}

/// A path, or its last part, without its `.json` suffix; None if it has none.
pub(super) fn plain(path: &str) -> Option<&str> {
    path.strip_suffix(".json")
}

impl Format {
    /// The data as JSON, or on their page.
    pub(super) fn show(self, data: impl Serialize, page: &impl Template) -> Response {
        match self {
            Self::Json => Json(data).into_response(),
            Self::Html => match page.render() {
                Ok(html) => Html(html).into_response(),
                Err(error) => self.fail(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
            },
        }
    }

    pub(super) fn fail(self, status: StatusCode, message: &str) -> Response {
        match self {
            Self::Json => (status, Json(json!({ "error": message }))).into_response(),
            Self::Html => {
                let page = Problem { here: "", message };
                (status, Html(page.render().unwrap_or_else(|_| message.to_owned()))).into_response()
            }
        }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Problem<'p> {
    here: &'p str,
    message: &'p str,
}

/// A time relative to now: `3 min ago`.
pub(super) struct Ago(pub(super) Timestamp);

impl fmt::Display for Ago {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::now().as_second() - self.0.as_second() {
            ..5 => formatter.write_str("just now"),
            seconds @ 5..60 => write!(formatter, "{seconds} s ago"),
            seconds @ 60..3600 => write!(formatter, "{} min ago", seconds / 60),
            seconds @ 3600..86_400 => write!(formatter, "{} h ago", seconds / 3600),
            seconds => write!(formatter, "{} d ago", seconds / 86_400),
        }
    }
}

/// An exact time: `2026-11-23 18:55:01 UTC`.
pub(super) struct Exactly(pub(super) Timestamp);

impl fmt::Display for Exactly {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.strftime("%Y-%m-%d %H:%M:%S UTC"))
    }
}

/// Indents JSON, and leaves anything else unchanged.
pub(super) fn pretty(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| text.to_owned())
}
