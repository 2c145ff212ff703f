//! Sessions: a person signs in with an API key, and works on with a key that ends with the day.

use crate::{App, keys::secret};
use api::{Caller, Error, Problem, Request, Response};
use app::sessions;
use domain::{
    ids::LocationId,
    money::{Amount, Currency},
    problem::Code,
    session::SessionKey,
    settings::{ApiKey, Role},
    text::Text,
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Who calls.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Me {
    /// The API key's name. What is done is noted in timelines as done by `role:name`.
    pub name: Text<1, 60>,
    /// What the API key may do.
    pub role: Role,
    /// The locations that a warehouse key works at. Absent if it works at all of them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub locations: BTreeSet<LocationId>,
    /// What a customer service key may give back of one order at most, in minor units, by currency. Absent for other roles, and
    /// if it may give back nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub refund_limit: BTreeMap<Currency, Amount>,
    /// From when on the key that was sent is refused, in UTC. Absent if it does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub expires_at: Option<Timestamp>,
    /// Whether the key that was sent is that of a session. If not, it is an API key itself.
    pub is_session: bool,
}

impl Me {
    fn new(key: ApiKey, session: Option<&str>) -> Self {
        Self {
            expires_at: key.end(session),
            is_session: session.is_some(),
            name: key.name,
            role: key.role,
            locations: key.locations,
            refund_limit: key.refund_limit.0,
        }
    }
}

/// A new session. Its key cannot be shown again.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewSession {
    /// Send it as `Authorization: Bearer KEY`.
    pub key: String,
    #[serde(flatten)]
    pub me: Me,
}

/// A session that is over.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndedSession {
    /// Always true. Its key stops working within a minute.
    pub ended: bool,
}

pub(crate) async fn open(app: &App, caller: &Caller, _: &Request) -> Result<Response, Error> {
    if caller.session.is_some() {
        let why = "this is the key of a session, and opens no other; send the API key itself";
        return Err(Problem::new(Code::Forbidden, why).into());
    }
    let key = SessionKey::text(&caller.key, &secret()?);
    let id = ApiKey::id_of(&key);
    let opened = sessions::open(&app.store, &caller.key, &id, app.clock.now()).await?;
    Ok(Response::json(201, &NewSession { key, me: Me::new(opened, Some(&id)) }))
}

/// Reads the key, so that one which has just been revoked, or whose session has just ended, is seen at once.
pub(crate) async fn current(app: &App, caller: &Caller, _: &Request) -> Result<Response, Error> {
    let session = caller.session.as_deref();
    let key = sessions::key(&app.store, &caller.key, session, app.clock.now()).await?;
    Ok(Response::json(200, &Me::new(key, session)))
}

pub(crate) async fn end(app: &App, caller: &Caller, _: &Request) -> Result<Response, Error> {
    let Some(session) = &caller.session else {
        let why = "this is an API key and no session; an operator revokes it with DELETE /keys/{key}";
        return Err(Problem::not_found(why).into());
    };
    sessions::end(&app.store, &caller.key, session, app.clock.now()).await?;
    Ok(Response::json(200, &EndedSession { ended: true }))
}
