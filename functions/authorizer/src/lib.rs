//! Tells API Gateway which role and channel an API key stands for.

use domain::settings::ApiKey;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Store, StoreError};

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
}

/// Looks the key up by its hash. A missing, malformed, unknown or revoked key is not authorized; a fault of the
/// store is an error, which API Gateway answers with 500: it says nothing about the key.
pub async fn handle(store: &Store, request: &AuthorizerRequest) -> Result<AuthorizerResponse, StoreError> {
    let refused = AuthorizerResponse { is_authorized: false, context: Context::default() };
    let Some(key) = bearer(&request.headers) else { return Ok(refused) };
    let known = store.api_key(&ApiKey::id_of(key)).await?.filter(|key| key.revoked_at.is_none());
    Ok(known.map_or(refused, |key| AuthorizerResponse {
        is_authorized: true,
        context: Context {
            role: key.role.as_str(),
            name: key.name.into(),
            channel: key.channel.map(String::from).unwrap_or_default(),
        },
    }))
}

/// The token of `Authorization: Bearer TOKEN`. Neither the scheme's case matters (RFC 9110) nor the header's: API
/// Gateway gives names in lower case, SAM local as the client wrote them.
fn bearer(headers: &HashMap<String, String>) -> Option<&str> {
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_found_however_it_is_written() {
        for name in ["authorization", "Authorization"] {
            let headers = HashMap::from([(name.to_owned(), "Bearer abc".to_owned())]);
            assert_eq!(bearer(&headers), Some("abc"), "{name}");
        }
    }

    #[test]
    fn only_a_bearer_token_is_a_key() {
        let of =
            |value: &str| bearer(&HashMap::from([("authorization".to_owned(), value.to_owned())])).map(str::to_owned);
        assert_eq!(of("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(of("bearer  abc ").as_deref(), Some("abc"));
        for bad in ["", "abc", "Basic abc", "Bearer"] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }
}
