//! Tells API Gateway what an API key stands for: its role, and what restricts it.

use domain::{
    ids::LocationId,
    session::SessionKey,
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
    /// The id of the API key.
    key: String,
    /// The id of the session, if the API key itself was not sent.
    session: String,
    role: &'static str,
    name: String,
    channel: String,
    /// Separated by commas.
    locations: String,
    /// `EUR:5000,JPY:30000`
    refund_limit: String,
    expires_at: String,
}

impl Context {
    /// What the key stands for, which ends at `end`.
    fn new(key: ApiKey, session: Option<String>, end: Option<Timestamp>) -> Self {
        let locations: Vec<&str> = key.locations.iter().map(LocationId::as_str).collect();
        Self {
            session: session.unwrap_or_default(),
            role: key.role.as_str(),
            locations: locations.join(","),
            refund_limit: key.refund_limit.to_string(),
            expires_at: end.map(|at| at.to_string()).unwrap_or_default(),
            key: key.id,
            name: key.name.into(),
            channel: key.channel.map(String::from).unwrap_or_default(),
        }
    }
}

/// Looks the key up by its hash. A missing, malformed, unknown or revoked key is not authorized; a fault of the
/// store is an error, which API Gateway answers with 500: it says nothing about the key. The sessions of a key are kept in it, so
/// they are found by the same read, and end when it is revoked.
///
/// An expired key passes with the moment of its end: the functions refuse it, in words, and at that moment. API Gateway has
/// none for it, and keeps this answer for a while.
pub async fn handle(
    store: &Store,
    request: &AuthorizerRequest,
    now: Timestamp,
) -> Result<AuthorizerResponse, StoreError> {
    let refused = AuthorizerResponse { is_authorized: false, context: Context::default() };
    let Some(sent) = bearer(&request.headers).and_then(Sent::read) else { return Ok(refused) };
    let quick = store.api_key(&sent.key).await?;
    let read = certain(&sent, quick, async || store.load::<ApiKey>(&sent.key).await).await?;
    let is_good = |key: &ApiKey| key.revoked_at.is_none() && key.has(sent.session());
    let Some(read) = read.filter(|read| is_good(&read.value)) else { return Ok(refused) };
    let end = read.value.end(sent.session());
    if !settings::is_expired(end, now) {
        note_use(store, &read, now).await;
    }
    Ok(AuthorizerResponse { is_authorized: true, context: Context::new(read.value, sent.session, end) })
}

/// The record of a key, or what a read says instead of it.
type Read = Result<Option<Stored<ApiKey>>, StoreError>;

/// The record of the key. The quick read may not yet know a session that has just been opened, and API Gateway would keep a refusal for
/// a minute. So a good key that lacks the session is read again, as it is now.
async fn certain(sent: &Sent, quick: Option<Stored<ApiKey>>, again: impl AsyncFnOnce() -> Read) -> Read {
    match quick {
        Some(read) if read.value.revoked_at.is_none() && !read.value.has(sent.session()) => again().await,
        read => Ok(read),
    }
}

/// What was sent, by the ids of what it is the secret of.
struct Sent {
    key: String,
    session: Option<String>,
}

impl Sent {
    /// None: no key looks like it. That is refused without a read: a flood of junk costs nothing else.
    fn read(token: &str) -> Option<Self> {
        if token.len() > 128 {
            return None;
        }
        if let Some(SessionKey { key, id }) = SessionKey::read(token) {
            return Some(Self { key, session: Some(id) });
        }
        token.starts_with(ApiKey::PREFIX).then(|| Self { key: ApiKey::id_of(token), session: None })
    }

    fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }
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
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::{settings::Role, text::Text};
    use std::future::{Ready, ready};

    fn stored(key: &ApiKey) -> Stored<ApiKey> {
        Stored::absent(key.id.clone(), key.clone())
    }

    fn never() -> Ready<Read> {
        ready(Err(StoreError::Contended(0)))
    }

    #[tokio::test]
    async fn a_session_that_the_quick_read_does_not_know_yet_is_looked_for_again() {
        let now = Timestamp::UNIX_EPOCH;
        let key = ApiKey::new(ApiKey::id_of("ok_anna"), Text::literal("Anna"), Role::Operator, now);
        let token = SessionKey::text(&key.id, "secret");
        let sent = Sent::read(&token).unwrap();
        let open = key.clone().with_session(ApiKey::id_of(&token), now);
        let read = certain(&sent, Some(stored(&key)), async || Ok(Some(stored(&open)))).await.unwrap().unwrap();
        assert_eq!(read.value, open);

        // Nothing else costs a second read.
        let revoked = ApiKey { revoked_at: Some(now), ..key.clone() };
        let api_key = Sent { key: key.id.clone(), session: None };
        for (sent, known) in [(&sent, &open), (&sent, &revoked), (&api_key, &key)] {
            assert_eq!(certain(sent, Some(stored(known)), never).await.unwrap().unwrap().value, *known);
        }
        assert!(certain(&sent, None, never).await.unwrap().is_none());
    }

    #[test]
    fn the_header_is_found_however_it_is_written() {
        for name in ["authorization", "Authorization"] {
            let headers = HashMap::from([(name.to_owned(), "Bearer ok_abc".to_owned())]);
            assert_eq!(bearer(&headers), Some("ok_abc"), "{name}");
        }
    }

    #[test]
    fn only_a_bearer_token_is_a_key() {
        let of = |value: &str| {
            let headers = HashMap::from([("authorization".to_owned(), value.to_owned())]);
            bearer(&headers).and_then(Sent::read).map(|sent| sent.key)
        };
        let key = Some(ApiKey::id_of("ok_abc"));
        assert_eq!(of("Bearer ok_abc"), key);
        assert_eq!(of("bearer  ok_abc "), key);
        let long = format!("Bearer ok_{}", "x".repeat(200));
        for bad in ["", "ok_abc", "Basic ok_abc", "Bearer", "Bearer abc", "Bearer eyJhbGciOi.e30.x", &long] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }
}
