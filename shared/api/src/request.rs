//! Requests, free of what the Lambda event looks like.

use super::{
    Body, Error, FieldError, Problem,
    body::decode,
    cursor::{place, place_of_order},
    event::Event,
    route::allows,
};
use app::Scope;
use domain::{
    history::{Actor, Stamp},
    ids::{ChannelId, LocationId},
    limits::Limits,
    problem::Code,
    settings::{self, Role},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    str::FromStr,
};

/// A request of the HTTP API, read from the event that API Gateway makes of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Event")]
pub struct Request {
    /// As the template declares it: `POST /orders/{order_id}/cancel`.
    pub route: String,
    /// The API's id of the request, for logs.
    pub id: String,
    pub path: HashMap<String, String>,
    pub query: HashMap<String, String>,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    /// Each as `name=value`. No route of the API looks at them: a browser sends them whoever makes it ask.
    pub cookies: Vec<String>,
    /// The domain that was asked: API Gateway serves no other than its own and those that it was given.
    pub domain: String,
    /// The bytes that were sent.
    pub body: Vec<u8>,
    /// None on routes without authorizer.
    pub caller: Option<Caller>,
}

/// Who asks, as the authorizer found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The id of the API key.
    pub key: String,
    /// The id of the session, if it calls with the key of one.
    pub session: Option<String>,
    pub role: Role,
    /// The key's name.
    pub name: String,
    /// The one channel that a storefront sees.
    pub channel: Option<ChannelId>,
    /// The locations that a warehouse key works at; all of them if there are none.
    pub locations: BTreeSet<LocationId>,
    /// What customer service may give back of one order.
    pub refund_limit: Limits,
    /// From when on the key is refused.
    pub expires_at: Option<Timestamp>,
}

impl Caller {
    /// One that does what its role does, everywhere and for ever.
    pub fn new(role: Role, name: impl Into<String>) -> Self {
        Self {
            key: String::new(),
            session: None,
            role,
            name: name.into(),
            channel: None,
            locations: BTreeSet::new(),
            refund_limit: Limits::default(),
            expires_at: None,
        }
    }

    /// How the caller stands in the timeline of what is done now.
    pub fn stamp(&self, now: Timestamp) -> Stamp {
        Stamp::new(Actor::caller(self.role.as_str(), &self.name), now)
    }

    /// Which orders exist for this caller.
    pub fn scope(&self) -> Scope {
        match (self.role, &self.channel) {
            (Role::Storefront, Some(channel)) => Scope::Channel(channel.clone()),
            (Role::Warehouse, _) if self.is_bound() => Scope::Locations(self.locations.clone()),
            (Role::Storefront | Role::Warehouse | Role::CustomerService | Role::Operator, _) => Scope::Everything,
        }
    }

    /// Whether it works at some locations only.
    pub fn is_bound(&self) -> bool {
        self.role == Role::Warehouse && !self.locations.is_empty()
    }

    /// Refuses a location that the caller does not work at, whether there is one or not.
    pub fn must_work_at(&self, location: &LocationId) -> Result<(), Error> {
        if !self.is_bound() || self.locations.contains(location) {
            return Ok(());
        }
        let own: Vec<&str> = self.locations.iter().map(LocationId::as_str).collect();
        let why = format!("this API key works at {} only", own.join(", "));
        Err(Problem::new(Code::Forbidden, why).into())
    }

    /// Whether it is shown prices, payments and refunds. Nobody in the warehouse needs them.
    pub fn sees_money(&self) -> bool {
        self.role != Role::Warehouse
    }

    /// How much it may give back of one order. None: as much as there is.
    pub fn refund_limit(&self) -> Option<&Limits> {
        (self.role == Role::CustomerService).then_some(&self.refund_limit)
    }
}

impl Request {
    /// The caller, if it has one of `roles` and its key has not expired by `now`. An operator may do everything. The
    /// dispatcher of a table of routes asks; handlers are given who may.
    ///
    /// That a key has expired is found here and not by the authorizer: API Gateway keeps the authorizer's word for a while, and
    /// could not tell a client what to do.
    pub fn authorize(&self, roles: &[Role], now: Timestamp) -> Result<&Caller, Error> {
        let Some(caller) = &self.caller else {
            let how = "send an API key: Authorization: Bearer KEY";
            return Err(Problem::new(Code::Unauthorized, how).into());
        };
        if settings::is_expired(caller.expires_at, now) {
            let why = match caller.session {
                Some(_) => "this session has ended; open another with POST /sessions",
                None => "this API key has expired; an operator makes a new one with POST /keys",
            };
            return Err(Problem::new(Code::KeyExpired, why).into());
        }
        if !allows(roles, caller.role) {
            let why = format!("a {} key may not do this", caller.role.as_str());
            return Err(Problem::new(Code::Forbidden, why).into());
        }
        Ok(caller)
    }

    /// A parameter of the path. One that cannot be a name names nothing: 404.
    pub fn path_param<T: FromStr>(&self, name: &str) -> Result<T, Error> {
        let text = self.path.get(name).map(String::as_str).unwrap_or_default();
        text.parse()
            .map_err(|_| Problem::not_found(format!("there is no {} like that", name.replace("_id", ""))).into())
    }

    /// A parameter of the query string, if it is given.
    pub fn query_param<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<Option<T>, Error> {
        let wrong = |e: T::Err| Problem::invalid(vec![FieldError { field: name.to_owned(), detail: e.to_string() }]);
        self.query.get(name).map(|text| text.parse().map_err(|e| wrong(e).into())).transpose()
    }

    pub const DEFAULT_LIMIT: usize = 50;
    pub const MAX_LIMIT: usize = 100;

    /// How many entries a page of a list has at most.
    pub fn limit(&self) -> Result<usize, Error> {
        let Some(text) = self.query.get("limit") else { return Ok(Self::DEFAULT_LIMIT) };
        let limit = text.parse().ok().filter(|limit| (1..=Self::MAX_LIMIT).contains(limit));
        let detail = || format!("must be a whole number from 1 to {}", Self::MAX_LIMIT);
        limit.ok_or_else(|| Problem::invalid(vec![FieldError { field: "limit".into(), detail: detail() }]).into())
    }

    /// Where a list of orders goes on. See [`next_cursor`](crate::next_cursor).
    pub fn cursor(&self) -> Result<Option<String>, Error> {
        self.cursor_by(place_of_order)
    }

    /// Where a list of several kinds of things goes on.
    pub fn cursor_of_anything(&self) -> Result<Option<String>, Error> {
        self.cursor_by(place)
    }

    fn cursor_by(&self, read: impl Fn(&str) -> Option<String>) -> Result<Option<String>, Error> {
        let Some(cursor) = self.query.get("cursor") else { return Ok(None) };
        let detail = "must be the next_cursor of an earlier answer, as it is";
        let wrong = || Problem::invalid(vec![FieldError::new("cursor", detail)]).into();
        read(cursor).map(Some).ok_or_else(wrong)
    }

    /// Refuses parameters of the query string that the route does not know: a misspelled filter would list everything.
    pub fn knows_query(&self, known: &[&str]) -> Result<(), Error> {
        let detail = || match known {
            [] => "is not known; this route has no parameters in its query string".to_owned(),
            known => format!("is not a known parameter; there are {}", known.join(", ")),
        };
        let mut unknown: Vec<&String> = self.query.keys().filter(|name| !known.contains(&name.as_str())).collect();
        unknown.sort();
        // The name is the client's: it is cut.
        let error = |name: &String| FieldError { field: name.chars().take(64).collect(), detail: detail() };
        let errors: Vec<FieldError> = unknown.into_iter().map(error).collect();
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors).into()) }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The `Idempotency-Key` header. A key that is too long or not printable is refused.
    pub fn idempotency_key(&self) -> Result<Option<&str>, Error> {
        /// Keys are stored; UUIDs have 36 characters.
        const MAX_KEY: usize = 128;
        let Some(key) = self.header("idempotency-key") else { return Ok(None) };
        if key.is_empty() || key.len() > MAX_KEY || !key.chars().all(|c| c.is_ascii_graphic()) {
            let detail = format!("the Idempotency-Key header must be 1 to {MAX_KEY} printable ASCII characters");
            return Err(Problem::new(Code::BadIdempotencyKey, detail).into());
        }
        Ok(Some(key))
    }

    /// The caller's key, or one that only this request has: a request that we repeat ourselves is known again.
    pub fn key(&self) -> Result<String, Error> {
        Ok(self.idempotency_key()?.unwrap_or(&self.id).to_owned())
    }

    /// The body as what the route takes.
    pub fn read<T: Body>(&self) -> Result<T, Error> {
        decode(&self.json(T::MAX_BYTES)?, self)
    }

    /// For requests that say everything in their path. Whatever else is sent was meant for something else; an empty
    /// object is what some clients send for nothing.
    pub fn no_body(&self) -> Result<(), Error> {
        match self.body.trim_ascii() {
            b"" | b"{}" => Ok(()),
            _ => Err(Problem::new(Code::UnexpectedBody, "this request takes no body").into()),
        }
    }

    /// Refuses a body of more than `bytes`.
    pub fn at_most(&self, bytes: usize) -> Result<(), Error> {
        let length = self.body.len();
        let detail = || format!("the body has {length} bytes; {bytes} are the most");
        if length > bytes { Err(Problem::new(Code::TooLarge, detail()).into()) } else { Ok(()) }
    }

    /// The body as JSON of at most so many bytes.
    pub fn json(&self, at_most: usize) -> Result<Value, Error> {
        self.at_most(at_most)?;
        let media = self.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !media.eq_ignore_ascii_case("application/json") {
            let detail = "send the body as JSON: Content-Type: application/json";
            return Err(Problem::new(Code::WrongContentType, detail).into());
        }
        serde_json::from_slice(&self.body)
            .map_err(|e| Problem::new(Code::NotJson, format!("the body is not valid JSON: {e}")).into())
    }
}

#[cfg(test)]
mod tests;
