//! The event that API Gateway makes of a request, payload format 2.0:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
//!
//! Its structure is API Gateway's, and every text in it the client's. `lambda_http` is not asked to read it: it would
//! put path and query string together as a URI again, and panics when they are none.

use super::{Caller, Request};
use data_encoding::{BASE64, DecodeError};
use domain::settings::Role;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

type Texts = HashMap<String, String>;

/// As far as it is read. What is empty is left out, or null.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    route_key: String,
    path_parameters: Option<Texts>,
    /// Decoded, the values of one name joined with commas.
    query_string_parameters: Option<Texts>,
    #[serde(default)]
    headers: Texts,
    /// Out of the headers: API Gateway gives them apart.
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: Context,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    request_id: String,
    #[serde(default)]
    domain_name: String,
    authorizer: Option<Authorizer>,
}

#[derive(Deserialize)]
struct Authorizer {
    lambda: Option<HashMap<String, Value>>,
}

impl TryFrom<Event> for Request {
    type Error = DecodeError;

    fn try_from(event: Event) -> Result<Self, DecodeError> {
        let authorized = event.request_context.authorizer.and_then(|authorizer| authorizer.lambda);
        let body = event.body.unwrap_or_default().into_bytes();
        Ok(Self {
            route: event.route_key,
            id: event.request_context.request_id,
            path: event.path_parameters.unwrap_or_default(),
            query: event.query_string_parameters.unwrap_or_default(),
            // API Gateway writes names in lower case, SAM local as the client did.
            headers: event.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
            cookies: event.cookies,
            domain: event.request_context.domain_name,
            body: if event.is_base64_encoded { BASE64.decode(&body)? } else { body },
            caller: authorized.as_ref().and_then(caller),
        })
    }
}

/// Who the authorizer says it is. A storefront without its channel is nobody, and so is whoever has a restriction that cannot
/// be read: without it the caller might do more.
fn caller(authorized: &HashMap<String, Value>) -> Option<Caller> {
    let field = |name: &str| match authorized.get(name) {
        None | Some(Value::Null) => Some(""),
        Some(value) => value.as_str(),
    };
    let restriction = |name: &str| field(name).map(|text| Some(text).filter(|text| !text.is_empty()));
    let role = field("role")?.parse().ok()?;
    let channel = restriction("channel")?.map(str::parse).transpose().ok()?;
    let locations = restriction("locations")?.map(|text| text.split(',').map(str::parse).collect::<Result<_, _>>());
    let expires_at = restriction("expires_at")?.map(str::parse).transpose().ok()?;
    let caller = Caller {
        key: field("key")?.to_owned(),
        session: restriction("session")?.map(str::to_owned),
        channel,
        locations: locations.transpose().ok()?.unwrap_or_default(),
        refund_limit: field("refund_limit")?.parse().ok()?,
        expires_at,
        ..Caller::new(role, field("name")?)
    };
    (role != Role::Storefront || caller.channel.is_some()).then_some(caller)
}
