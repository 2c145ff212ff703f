//! The mails that were sent.

use super::{
    Console,
    format::{Ago, Exactly, Format, plain},
};
use crate::services::Mail;
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{
        StatusCode,
        header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY},
    },
    response::{Html, IntoResponse as _, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The content security policy of a mail. A mail is untrusted: it may show pictures and style itself, and its links
/// open in a new window. It runs no script and has no access to the console.
const MAIL_POLICY: &str = "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; font-src * data:; \
                           sandbox allow-popups allow-popups-to-escape-sandbox";

/// A mail without its content.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    pub(super) id: String,
    pub(super) sent_at: Timestamp,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) subject: String,
}

impl Summary {
    pub(super) fn of(mail: &Mail) -> Self {
        Self {
            id: mail.id.clone(),
            sent_at: mail.sent_at,
            from: mail.from.clone(),
            to: mail.to.clone(),
            subject: mail.subject.clone(),
        }
    }

    pub(super) fn to(&self) -> String {
        self.to.join(", ")
    }

    pub(super) fn ago(&self) -> Ago {
        Ago(self.sent_at)
    }

    pub(super) fn exactly(&self) -> Exactly {
        Exactly(self.sent_at)
    }
}

#[derive(Template)]
#[template(path = "mails.html")]
struct List<'m> {
    here: &'static str,
    mails: &'m [Summary],
}

pub(super) async fn list(State(console): State<Console>, format: Format) -> Response {
    let mails: Vec<Summary> = console.services.mailbox().list().iter().map(Summary::of).collect();
    format.show(&mails, &List { here: "/mail", mails: &mails })
}

/// Which part of a mail is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Side {
    #[default]
    Html,
    Text,
    Source,
}

#[derive(Debug, Deserialize)]
pub(super) struct Show {
    view: Option<Side>,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Page<'m> {
    here: &'static str,
    mail: &'m Mail,
    side: Side,
}

impl Page<'_> {
    fn exactly(&self) -> Exactly {
        Exactly(self.mail.sent_at)
    }

    /// The message as it was sent. For a mail that was not sent raw, its headers and its HTML.
    fn source(&self) -> String {
        if let Some(raw) = &self.mail.raw {
            return raw.clone();
        }
        let mail = self.mail;
        let lists = [("To", &mail.to), ("Cc", &mail.cc), ("Bcc", &mail.bcc), ("Reply-To", &mail.reply_to)];
        let lists = lists.iter().filter(|(_, all)| !all.is_empty()).map(|(name, all)| (*name, all.join(", ")));
        let own = mail.headers.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let headers = [("From", mail.from.clone()), ("Subject", mail.subject.clone())];
        let headers = headers.into_iter().chain(lists).chain(own);
        let mut source = String::new();
        for (name, value) in headers {
            source.extend([name, ": ", &value, "\n"]);
        }
        source.push('\n');
        source.push_str(mail.html.as_deref().or(mail.text.as_deref()).unwrap_or_default());
        source
    }
}

pub(super) async fn page(
    State(console): State<Console>,
    Path(id): Path<String>,
    Query(show): Query<Show>,
    format: Format,
) -> Response {
    let id = plain(&id).unwrap_or(&id);
    let Some(mail) = console.services.mailbox().get(id) else {
        return format.fail(StatusCode::NOT_FOUND, "There is no such mail.");
    };
    let first = if mail.html.is_some() { Side::Html } else { Side::Text };
    let page = Page { here: "/mail", mail: &mail, side: show.view.unwrap_or(first) };
    format.show(&mail, &page)
}

/// The HTML alone, for the frame.
pub(super) async fn html(State(console): State<Console>, Path(id): Path<String>) -> Response {
    match console.services.mailbox().get(&id).and_then(|mail| mail.html) {
        Some(html) => {
            let headers = [(CONTENT_SECURITY_POLICY, MAIL_POLICY), (REFERRER_POLICY, "no-referrer")];
            // Links must open outside the frame.
            (headers, Html(format!("<base target=\"_blank\">{html}"))).into_response()
        }
        None => Format::Html.fail(StatusCode::NOT_FOUND, "There is no such mail."),
    }
}
