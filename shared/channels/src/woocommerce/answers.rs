//! What an answer means. It comes out of a WordPress full of plugins, behind caches and firewalls: not every success is one.

use super::fields::{text, whole, word};
use app::Error;
use http::StatusCode;
use runtime::Answer;
use serde_json::Value;

/// An answer of WooCommerce's own that is no error.
#[derive(Debug)]
pub(crate) struct Said {
    pub body: Value,
    /// Of a list: how many pages it has.
    pub pages: Option<u32>,
}

/// What else an answer may be.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nobody knows what became of the request. It may be otherwise later.
    Unknown(String),
    /// Something before WooCommerce does not let us in.
    Locked(String),
    /// WooCommerce does not let the channel's credentials do this.
    Forbidden(Refusal),
    /// WooCommerce refuses the request, and would again.
    Refused(Refusal),
}

#[derive(Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    /// WooCommerce's name of the reason. The sentence that comes with it may have anything in it.
    pub code: String,
}

impl Refusal {
    /// Whether what the path names is not there, or not any more.
    pub(crate) fn is_gone(&self) -> bool {
        ["_invalid_id", "_invalid_parent", "_invalid_order_id"].iter().any(|end| self.code.ends_with(end))
    }

    /// Whether the shop has no such address: it is of a plugin, or of a feature that is off.
    pub(crate) fn is_without_route(&self) -> bool {
        self.code == "rest_no_route"
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.status)?;
        if self.code.is_empty() { Ok(()) } else { write!(f, " {}", self.code) }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(why) | Self::Locked(why) => f.write_str(why),
            Self::Forbidden(refusal) => write!(
                f,
                "the shop refuses the credentials of its channel ({refusal}): look at the channel's key and secret in \
                 `ChannelSecrets`, and at what the key, and the user that it belongs to, may do"
            ),
            Self::Refused(refusal) => write!(f, "the shop refuses the request: {refusal}"),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Outside(fault.to_string())
    }
}

/// Reads an answer of which at most so many bytes were read.
pub(crate) fn read(answer: &Answer, max_body: usize) -> Result<Said, Fault> {
    let status = answer.status;
    if status.is_redirection() {
        let to = answer.header("location").and_then(host).unwrap_or("another address");
        return Err(Fault::Unknown(format!("the shop redirects to {to}: connect it by the address that it has now")));
    }
    let Some(body) = json(&answer.body) else { return Err(no_json(answer, max_body)) };
    let pages = answer.header("x-wp-totalpages").and_then(|pages| pages.trim().parse().ok());
    match refused(&body, status) {
        None if status.is_success() => Ok(Said { body, pages }),
        refusal => Err(meaning(refusal.unwrap_or_else(|| Refusal { status: status.as_u16(), code: String::new() }))),
    }
}

/// The JSON of a body. Some plugins write a byte order mark before it.
fn json(body: &[u8]) -> Option<Value> {
    let body = body.trim_ascii();
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).ok()
}

/// What `{code, message, data: {status}}` says, whatever the status of the answer is.
fn refused(body: &Value, status: StatusCode) -> Option<Refusal> {
    let is_error = body.is_object() && !body["code"].is_null() && !body["message"].is_null() && body["id"].is_null();
    let told = whole(&body["data"]["status"]).or_else(|| whole(&body["data"]));
    let told = told.and_then(|told| u16::try_from(told).ok()).filter(|told| (400..600).contains(told));
    let status = if status.is_success() { told.unwrap_or(500) } else { status.as_u16() };
    is_error.then(|| Refusal { status, code: word(&text(body, "code")) })
}

fn meaning(refusal: Refusal) -> Fault {
    match refusal.status {
        401 | 403 => Fault::Forbidden(refusal),
        408 | 425 | 429 => Fault::Unknown(format!("the shop is busy ({refusal})")),
        // WooCommerce's own no, as to a refund of more than was paid, is no accident.
        500 if refusal.code.starts_with("woocommerce_rest_") => Fault::Refused(refusal),
        500.. => Fault::Unknown(format!("the shop fails ({refusal})")),
        _ => Fault::Refused(refusal),
    }
}

fn no_json(answer: &Answer, max_body: usize) -> Fault {
    let body = answer.body.trim_ascii();
    let has = |words: &[&[u8]]| words.iter().any(|word| body.windows(word.len()).any(|part| part == *word));
    let what = if body.is_empty() {
        "with nothing"
    } else if body.len() >= max_body {
        "with more than is read"
    } else if has(&[b"<b>Warning</b>", b"<b>Notice</b>", b"<b>Deprecated</b>", b"<b>Fatal error</b>"]) {
        "with PHP's warnings in its JSON: set WP_DEBUG_DISPLAY to false"
    } else if body.starts_with(b"<") {
        "with a web page instead of JSON: a cache, a firewall or maintenance is in the way"
    } else {
        "with no JSON"
    };
    let said = format!("the shop answered {} {what}", answer.status.as_u16());
    match answer.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Fault::Locked(format!(
            "{said}; something before WooCommerce refuses the credentials of its channel, or our requests altogether"
        )),
        _ => Fault::Unknown(said),
    }
}

/// Scheme and host of an address.
fn host(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |end| start + end);
    let host = &url[..end];
    host.chars().all(|c| c.is_ascii_alphanumeric() || ":/.-".contains(c)).then_some(host)
}
