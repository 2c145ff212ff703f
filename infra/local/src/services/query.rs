//! AWS's query protocol: forms that name an action, answered in XML. CloudFormation and SNS speak it.

use axum::{
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use std::{collections::BTreeMap, fmt::Write as _};

/// The fields of a form.
pub(super) fn fields(body: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The action that a request names, if it is a form.
pub(super) fn action(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    kind.starts_with("application/x-www-form-urlencoded").then(|| fields(body).remove("Action"))?
}

/// An answer's body.
#[derive(Debug)]
pub(super) enum Xml {
    Text(String),
    /// Elements by name, in order. A list is an element whose members are all named `member`.
    Elements(Vec<(&'static str, Xml)>),
}

impl Xml {
    pub(super) fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }

    pub(super) fn list(members: impl Iterator<Item = Self>) -> Self {
        Self::Elements(members.map(|member| ("member", member)).collect())
    }

    fn write(&self, to: &mut String) {
        match self {
            Self::Text(text) => to.push_str(&escaped(text)),
            Self::Elements(elements) => {
                for (name, content) in elements {
                    let _ = write!(to, "<{name}>");
                    content.write(to);
                    let _ = write!(to, "</{name}>");
                }
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The answer to an action.
pub(super) fn answer(action: &str, result: &Xml) -> Response {
    let mut text = format!("<{action}Response><{action}Result>");
    result.write(&mut text);
    let _ = write!(text, "</{action}Result></{action}Response>");
    ([(CONTENT_TYPE, "text/xml")], text).into_response()
}

/// The refusal of an action.
pub(super) fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let (code, message) = (escaped(code), escaped(message));
    let text = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    );
    (status, [(CONTENT_TYPE, "text/xml")], text).into_response()
}
