//! One-legged OAuth 1.0a with HMAC-SHA256, in the query: <https://www.rfc-editor.org/rfc/rfc5849#section-3.4>. WooCommerce takes it where
//! there is no TLS, so that the secret is not sent.

use data_encoding::BASE64;
use http::Method;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use webhooks::{Key, SignatureError};

/// <https://www.rfc-editor.org/rfc/rfc5849#section-3.6>: everything but letters, digits and these.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}

/// Names and values, as a query has them.
pub(crate) fn joined<'a>(query: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = query.into_iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Whose request it is.
#[derive(Clone, Copy)]
pub(crate) struct Signer<'a> {
    pub key: &'a str,
    pub secret: &'a str,
    pub at: Timestamp,
    /// It is new for each request.
    pub nonce: &'a str,
}

/// The query of a request with its signature. `url`: without a query.
pub(crate) fn signed(
    method: &Method,
    url: &str,
    query: &[(&str, &str)],
    signer: Signer<'_>,
) -> Result<String, SignatureError> {
    let at = signer.at.as_second().to_string();
    let own = [
        ("oauth_consumer_key", signer.key),
        ("oauth_nonce", signer.nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", &at),
    ];
    let all = [query, &own].concat();
    let signature = signature(method, url, &all, signer.secret)?;
    Ok(joined(all.into_iter().chain([("oauth_signature", signature.as_str())])))
}

fn signature(method: &Method, url: &str, parameters: &[(&str, &str)], secret: &str) -> Result<String, SignatureError> {
    let mut pairs: Vec<_> = parameters.iter().map(|(name, value)| (escaped(name), escaped(value))).collect();
    pairs.sort();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let base = [method.as_str(), &escaped(&plain(url)), &escaped(&pairs.join("&"))].join("&");
    let key = Key::new(format!("{}&", escaped(secret)).as_bytes())?;
    Ok(BASE64.encode(&key.sign(&[base.as_bytes()])))
}

/// Scheme and host in lower case, without the port that the scheme has anyway.
fn plain(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    let host = url[..end].to_ascii_lowercase();
    let host = match host.split_once("://") {
        Some(("http", _)) => host.strip_suffix(":80").unwrap_or(&host),
        Some(("https", _)) => host.strip_suffix(":443").unwrap_or(&host),
        _ => &host,
    };
    format!("{host}{}", &url[end..])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
