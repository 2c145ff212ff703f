//! API keys: created, listed, revoked. A key is shown once, and only its hash is kept.

use crate::{App, request::CreateKey};
use api::{Caller, Code, Error, Problem, Request, Response};
use app::settings;
use data_encoding::BASE64URL_NOPAD;
use domain::settings::ApiKey;
use serde::Serialize;

/// A new key. It cannot be shown again.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewKey {
    /// Send it as `Authorization: Bearer KEY`.
    pub key: String,
    #[serde(flatten)]
    pub stored: ApiKey,
}

/// All API keys, without the keys themselves.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Keys {
    /// Revoked and expired ones included.
    pub keys: Vec<ApiKey>,
}

/// An API key that is not valid any more.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RevokedKey {
    /// The SHA-256 of the key in lower-case hex, as `GET /keys` lists it.
    pub id: String,
    /// Always true. The key stops working within a minute.
    pub revoked: bool,
}

pub(crate) async fn create(app: &App, caller: &Caller, body: CreateKey, _: &Request) -> Result<Response, Error> {
    if caller.session.is_some() {
        let why = "this is the key of a session, and makes no API key, which would outlive it; send an API key itself";
        return Err(Problem::new(Code::Forbidden, why).into());
    }
    let stamp = caller.stamp(app.clock.now());
    let key = format!("{}{}", ApiKey::PREFIX, secret()?);
    let stored = settings::create_key(&app.store, body.key(ApiKey::id_of(&key), stamp.at), &stamp).await?;
    Ok(Response::json(201, &NewKey { key, stored }))
}

pub(crate) async fn list(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    let (keys, now) = (app.store.api_keys().await?, app.clock.now());
    Ok(Response::json(200, &Keys { keys: keys.into_iter().map(|key| key.with_open_sessions(now)).collect() }))
}

/// A revoked key stops working when the authorizer's cache has forgotten it: within a minute.
pub(crate) async fn revoke(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let id: String = request.path_param("key")?;
    settings::revoke_key(&app.store, &id, &caller.stamp(app.clock.now())).await?;
    Ok(Response::json(200, &RevokedKey { id, revoked: true }))
}

/// 256 random bits.
pub(crate) fn secret() -> Result<String, Error> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|e| Error::Internal(format!("no random bytes: {e}")))?;
    Ok(BASE64URL_NOPAD.encode(&random))
}
