//! Sessions of API keys. They are kept in the record of their key.

use crate::{Error, Refusal};
use domain::{
    problem::Code,
    settings::{ApiKey, is_expired},
};
use jiff::Timestamp;
use store::{Store, Stored, retry_on_conflict};

/// Opens a session of an API key.
pub async fn open(store: &Store, key: &str, session: &str, now: Timestamp) -> Result<ApiKey, Error> {
    change(store, key, now, |key| key.with_session(session.to_owned(), now)).await
}

/// Ends a session of an API key. Ending it again changes nothing.
pub async fn end(store: &Store, key: &str, session: &str, now: Timestamp) -> Result<ApiKey, Error> {
    change(store, key, now, |key| key.without_session(session)).await
}

/// The API key as it is now, if it is still good, and has the session.
pub async fn key(store: &Store, key: &str, session: Option<&str>, now: Timestamp) -> Result<ApiKey, Error> {
    let key = load(store, key, now).await?.value;
    if key.has(session) { Ok(key) } else { Err(over("this session has ended")) }
}

async fn change(store: &Store, key: &str, now: Timestamp, rule: impl Fn(ApiKey) -> ApiKey) -> Result<ApiKey, Error> {
    retry_on_conflict(async || {
        let read = load(store, key, now).await?;
        let next = rule(read.value.clone());
        let mut write = store.write(now);
        write.replace(&read, next.clone());
        write.commit().await?;
        Ok(next)
    })
    .await
}

/// API Gateway keeps the authorizer's word for a while: the key may be over by now.
async fn load(store: &Store, key: &str, now: Timestamp) -> Result<Stored<ApiKey>, Error> {
    let read = store.load::<ApiKey>(&key.to_owned()).await?;
    let is_good = |key: &ApiKey| key.revoked_at.is_none() && !is_expired(key.expires_at, now);
    read.filter(|read| is_good(&read.value)).ok_or_else(|| over("this API key was revoked, or has expired"))
}

fn over(why: &str) -> Error {
    Refusal::new(Code::KeyExpired, format!("{why}; sign in again")).into()
}
