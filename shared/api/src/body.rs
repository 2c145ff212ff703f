//! The bodies that routes take: each type reads itself, and tells its own schema.

use super::{Error, Fields, MAX_BODY, Request, decode::Decoder};
use serde_json::Value;

/// What a route takes. Its decoder and its schema are of one type, so that they cannot part.
pub trait Body: Sized + Described {
    /// A longer one is refused.
    const MAX_BYTES: usize = MAX_BODY;

    /// Reads the fields; none when it has reported what is wrong with them.
    fn read(fields: &Fields<'_>) -> Option<Self>;
}

/// Has a JSON Schema, in builds that describe the API.
#[cfg(feature = "schema")]
pub trait Described: schemars::JsonSchema {}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> Described for T {}

/// Has a JSON Schema, in builds that describe the API. This one does not.
#[cfg(not(feature = "schema"))]
pub trait Described {}

#[cfg(not(feature = "schema"))]
impl<T> Described for T {}

/// Reads `body` as that of `request`, and names every wrong field at once.
pub fn decode<T: Body>(body: &Value, request: &Request) -> Result<T, Error> {
    Decoder::read(body, request, T::read)
}
