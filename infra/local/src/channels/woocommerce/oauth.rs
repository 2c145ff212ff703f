//! Who asks: one-legged OAuth 1.0a, or basic authentication where the connection is encrypted.
//! <https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication>

use super::params::{Params, encoded};
use crate::outside::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// How far a timestamp may be off, in seconds.
const WINDOW: i64 = 15 * 60;

/// What a merchant makes for whoever may use the API, and signs webhooks with.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Credentials {
    /// `ck_…`
    pub key: String,
    /// `cs_…`
    pub secret: String,
    pub webhook_secret: String,
}

/// What is known of a request before anybody knows who sent it.
#[derive(Debug)]
pub(super) struct Signed<'r> {
    pub(super) method: &'r str,
    /// The whole address, without its query.
    pub(super) url: &'r str,
    pub(super) is_encrypted: bool,
    pub(super) params: &'r Params,
    pub(super) authorization: Option<&'r str>,
}

/// Why a request has no user: a code, and a text.
pub(super) type Unknown = (&'static str, String);

const ERROR: &str = "woocommerce_rest_authentication_error";

fn unknown(why: &str) -> Unknown {
    (ERROR, why.to_owned())
}

/// The nonces that were used, by their timestamps. The shop keeps one for each second.
#[derive(Debug, Default)]
pub(super) struct Nonces(Mutex<BTreeMap<i64, String>>);

impl Nonces {
    fn take(&self, timestamp: i64, nonce: &str, now: i64) -> Result<(), Unknown> {
        if (timestamp - now).abs() > WINDOW {
            return Err(unknown("Invalid timestamp."));
        }
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.values().any(|known| known == nonce) {
            return Err(unknown("Invalid nonce - nonce has already been used."));
        }
        used.insert(timestamp, nonce.to_owned());
        used.retain(|timestamp, _| *timestamp >= now - WINDOW);
        Ok(())
    }
}

/// Whether the request is the key's owner's. False: nobody says who asks.
pub(super) fn is_known(
    request: &Signed<'_>,
    credentials: &Credentials,
    nonces: &Nonces,
    now: Timestamp,
) -> Result<bool, Unknown> {
    if request.is_encrypted && is_basic(request, credentials)? {
        return Ok(true);
    }
    let Some(params) = parameters(request)? else { return Ok(false) };
    let of = |name: &str| params.get(name).unwrap_or_default();
    if of("oauth_consumer_key") != credentials.key {
        return Err(unknown("Consumer key is invalid."));
    }
    let method = of("oauth_signature_method");
    // The shop takes HMAC-SHA1 too. Nobody should use it any more.
    if method != "HMAC-SHA256" {
        return Err(unknown("Invalid signature - signature method is invalid."));
    }
    let text = format!("{}&{}&{}", request.method, encoded(request.url), params.to_sign());
    let expected = BASE64_STANDARD.encode(hmac(format!("{}&", credentials.secret).as_bytes(), &[text.as_bytes()]));
    let given = of("oauth_signature").replace(' ', "+");
    if percent_decode_str(&given).decode_utf8_lossy() != expected {
        return Err(unknown("Invalid signature - provided signature does not match."));
    }
    let timestamp = of("oauth_timestamp").parse().unwrap_or_default();
    nonces.take(timestamp, of("oauth_nonce"), now.as_second())?;
    Ok(true)
}

/// Key and secret as they are, in the address or as user and password.
fn is_basic(request: &Signed<'_>, credentials: &Credentials) -> Result<bool, Unknown> {
    let query = request.params.get("consumer_key").zip(request.params.get("consumer_secret"));
    let query = query.map(|(key, secret)| (key.to_owned(), secret.to_owned()));
    let header = || {
        let encoded = request.authorization?.strip_prefix("Basic ")?;
        let text = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
        text.split_once(':').map(|(key, secret)| (key.to_owned(), secret.to_owned()))
    };
    match query.or_else(header) {
        Some((key, secret)) if key == credentials.key && secret != credentials.secret => {
            Err(unknown("Consumer secret is invalid."))
        }
        Some((key, _)) => Ok(key == credentials.key),
        None => Ok(false),
    }
}

/// The parameters with those of the `Authorization` header. None: nobody tries OAuth.
fn parameters(request: &Signed<'_>) -> Result<Option<Params>, Unknown> {
    let mut params = request.params.clone();
    let header = request.authorization.and_then(|value| value.trim().strip_prefix("OAuth "));
    for (name, value) in header.into_iter().flat_map(|header| header.split(',')).filter_map(|part| part.split_once('='))
    {
        let value = percent_decode_str(value.trim().trim_matches('"')).decode_utf8_lossy().into_owned();
        if name.trim().starts_with("oauth_") {
            params.set(name.trim(), value);
        }
    }
    let names = ["oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method"];
    let missing: Vec<&str> = names.into_iter().filter(|name| params.get(name).is_none_or(str::is_empty)).collect();
    match missing.len() {
        0 => Ok(Some(params)),
        all if all == names.len() => Ok(None),
        count => {
            let plural = if count == 1 { "" } else { "s" };
            let text = format!("Missing OAuth parameter{plural} {}", missing.join(", "));
            Err(("woocommerce_rest_authentication_missing_parameter", text))
        }
    }
}
