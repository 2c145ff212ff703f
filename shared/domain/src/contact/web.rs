//! Web addresses: one form, and a stricter one for what carries customers' names.

use super::form;

const MAX_URL: usize = 500;

form! {
    /// A page that people open: `https` or `http` and a host. It stands in e-mails and in pages of our own, so nothing in it
    /// ends an attribute, runs as a script, or hides the host behind a user's name.
    WebUrl,
    InvalidUrl,
    read_web,
    { "type": "string", "format": "uri", "maxLength": MAX_URL }
}

form! {
    /// Where webhooks are posted. They name customers, so they go over TLS; a developer's own machine excepted.
    WebhookUrl,
    InvalidWebhook,
    read_private,
    { "type": "string", "format": "uri", "maxLength": MAX_URL }
}

/// The host of a web address; none if the text is not one.
fn host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    // RFC 3986 has none of these characters.
    let plain = url.chars().all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // `http://localhost:80@elsewhere.example` goes elsewhere.
    if !plain || url.len() > MAX_URL || authority.contains('@') {
        return None;
    }
    let host = match authority.split_once(']') {
        Some((address, _)) => address, // `[::1]:80`
        None => authority.split(':').next().unwrap_or_default(),
    };
    (!host.is_empty()).then_some(host)
}

/// Why a text is no page's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an http or https URL of at most 500 characters")]
pub struct InvalidUrl;

/// Why webhooks are not posted there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an https URL of at most 500 characters")]
pub struct InvalidWebhook;

fn read_web(url: &str) -> Result<String, InvalidUrl> {
    host(url).map(|_| url.to_owned()).ok_or(InvalidUrl)
}

fn read_private(url: &str) -> Result<String, InvalidWebhook> {
    let is_private = |host: &str| url.starts_with("https://") || ["127.0.0.1", "localhost"].contains(&host);
    if host(url).is_some_and(is_private) { Ok(url.to_owned()) } else { Err(InvalidWebhook) }
}
