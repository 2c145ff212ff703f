//! API keys: made, listed, revoked. A key is shown once; only its hash is kept.

use crate::{App, request};
use api::{Error, Problem, Request, Response};
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
    pub keys: Vec<ApiKey>,
}

/// An API key that is not valid any more.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RevokedKey {
    pub id: String,
    pub revoked: bool,
}

pub(crate) async fn create(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[])?;
    let asked = request::key(&request.json()?)?;
    if let Some(channel) = &asked.channel
        && !app.store.channels().await?.iter().any(|known| known.id == *channel)
    {
        return Err(Problem::unknown_channel(channel).into());
    }
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|e| Error::Internal(format!("no random bytes: {e}")))?;
    let key = format!("ok_{}", BASE64URL_NOPAD.encode(&random));
    let stored = ApiKey {
        id: ApiKey::id_of(&key),
        name: asked.name,
        role: asked.role,
        channel: asked.channel,
        created_at: app.clock.now(),
        revoked_at: None,
    };
    app.store.put_api_key(&stored).await?;
    Ok(Response::json(201, &NewKey { key, stored }))
}

pub(crate) async fn list(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[])?;
    Ok(Response::json(200, &Keys { keys: app.store.api_keys().await? }))
}

/// A revoked key stops working when the authorizer's cache has forgotten it: within a minute.
pub(crate) async fn revoke(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[])?;
    request.no_body()?;
    let id: String = request.path_param("key")?;
    let is_hash = id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash && app.store.revoke_api_key(&id, app.clock.now()).await? {
        return Ok(Response::json(200, &RevokedKey { id, revoked: true }));
    }
    Err(Problem::not_found("there is no key with this id; GET /keys lists them").into())
}
