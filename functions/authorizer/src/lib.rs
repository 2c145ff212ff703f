//! Tells API Gateway what an API key stands for: its role, and what restricts it.

use domain::{
    ids::LocationId,
    settings::{self, ApiKey},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, time::Duration};
use store::{CommitError, Store, StoreError, Stored};

/// A key's use is noted within this time, or not.
const PATIENCE: Duration = Duration::from_secs(1);

/// What API Gateway asks (Lambda authorizer, payload format 2.0).
#[derive(Debug, Deserialize)]
pub struct AuthorizerRequest {
    #[serde(default)]
    headers: HashMap<String, String>,
}

/// A simple response: the context reaches the functions with the request.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerResponse {
    is_authorized: bool,
    context: Context,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Context {
    role: &'static str,
    name: String,
    channel: String,
    /// Separated by commas.
    locations: String,
    /// `EUR:5000,JPY:30000`
    refund_limit: String,
    expires_at: String,
}

impl From<ApiKey> for Context {
    fn from(key: ApiKey) -> Self {
        let locations: Vec<&str> = key.locations.iter().map(LocationId::as_str).collect();
        Self {
            role: key.role.as_str(),
            locations: locations.join(","),
            refund_limit: key.refund_limit.to_string(),
            expires_at: key.expires_at.map(|at| at.to_string()).unwrap_or_default(),
            name: key.name.into(),
            channel: key.channel.map(String::from).unwrap_or_default(),
        }
    }
}

/// Looks the key up by its hash. A missing, malformed, unknown or revoked key is not authorized; a fault of the
/// store is an error, which API Gateway answers with 500: it says nothing about the key.
///
/// An expired key passes with the moment of its end: the functions refuse it, in words, and at that moment. API Gateway has
/// none for it, and keeps this answer for a while.
pub async fn handle(
    store: &Store,
    request: &AuthorizerRequest,
    now: Timestamp,
) -> Result<AuthorizerResponse, StoreError> {
    let refused = AuthorizerResponse { is_authorized: false, context: Context::default() };
    let Some(key) = bearer(&request.headers) else { return Ok(refused) };
    let read = store.api_key(&ApiKey::id_of(key)).await?;
    let Some(read) = read.filter(|read| read.value.revoked_at.is_none()) else { return Ok(refused) };
    if !settings::is_expired(read.value.expires_at, now) {
        note_use(store, &read, now).await;
    }
    Ok(AuthorizerResponse { is_authorized: true, context: read.value.into() })
}

/// Notes the day, once a day for each key. Nobody is refused because of it: the day may be noted by another request, or the next
/// time.
async fn note_use(store: &Store, read: &Stored<ApiKey>, now: Timestamp) {
    let Some(used) = read.value.used(now) else { return };
    let mut write = store.write(now);
    write.replace(read, used);
    match tokio::time::timeout(PATIENCE, write.commit()).await {
        // In a conflict another request has noted it, or the key has just been revoked.
        Ok(Ok(()) | Err(CommitError::Conflict(_))) => {}
        Ok(Err(error)) => tracing::warn!(key = read.key, %error, "the use of a key was not noted"),
        Err(_) => tracing::warn!(key = read.key, "the use of a key was not noted in time"),
    }
}

/// The token of `Authorization: Bearer TOKEN`. Neither the scheme's case matters (RFC 9110) nor the header's: API
/// Gateway gives names in lower case, SAM local as the client wrote them.
fn bearer(headers: &HashMap<String, String>) -> Option<&str> {
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|token| may_be_a_key(token))
}

/// What no key looks like is refused without a read: a flood of junk costs nothing else.
fn may_be_a_key(token: &str) -> bool {
    token.starts_with(ApiKey::PREFIX) && token.len() <= 128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_found_however_it_is_written() {
        for name in ["authorization", "Authorization"] {
            let headers = HashMap::from([(name.to_owned(), "Bearer ok_abc".to_owned())]);
            assert_eq!(bearer(&headers), Some("ok_abc"), "{name}");
        }
    }

    #[test]
    fn only_a_bearer_token_is_a_key() {
        let of =
            |value: &str| bearer(&HashMap::from([("authorization".to_owned(), value.to_owned())])).map(str::to_owned);
        assert_eq!(of("Bearer ok_abc").as_deref(), Some("ok_abc"));
        assert_eq!(of("bearer  ok_abc ").as_deref(), Some("ok_abc"));
        let long = format!("Bearer ok_{}", "x".repeat(200));
        for bad in ["", "ok_abc", "Basic ok_abc", "Bearer", "Bearer abc", "Bearer eyJhbGciOi.e30.x", &long] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }
}
