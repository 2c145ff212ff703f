//! The event that a function receives for a request (payload format 2.0):
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.

use super::routes::Target;
use crate::template::{ACCOUNT, REGION};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, Version, header, request::Parts},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Value, json};
use std::{borrow::Cow, collections::BTreeMap, net::SocketAddr};

/// The local API's id in ARNs and events.
const API_ID: &str = "local";

/// A request whose route was found, without its body.
pub(super) struct Request {
    pub(super) id: String,
    pub(super) trace: String,
    pub(super) target: Target,
    pub(super) headers: BTreeMap<String, String>,
    cookies: Vec<String>,
    method: String,
    path: String,
    query: String,
    path_parameters: BTreeMap<String, String>,
    host: String,
    source_ip: String,
    protocol: &'static str,
    time: Timestamp,
}

/// The percent-decoded path (`%2F` included), as HTTP APIs match it and pass it on. None if the result is not UTF-8.
pub(super) fn decoded_path(path: &str) -> Option<String> {
    percent_decode_str(path).decode_utf8().ok().map(Cow::into_owned)
}

impl Request {
    pub(super) fn new(
        parts: &Parts,
        path: String,
        (target, path_parameters): (Target, BTreeMap<String, String>),
        peer: SocketAddr,
        trace: String,
        id: String,
    ) -> Self {
        let host = header_text(&parts.headers, "host").unwrap_or_else(|| "localhost".to_owned());
        let mut headers = joined(&parts.headers);
        let port = host.rsplit_once(':').map_or("80", |(_, port)| port).to_owned();
        headers.entry("host".to_owned()).or_insert_with(|| host.clone());
        headers.insert("x-forwarded-for".to_owned(), peer.ip().to_string());
        headers.insert("x-forwarded-port".to_owned(), port);
        headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
        headers.insert("x-amzn-trace-id".to_owned(), trace.clone());
        // Format 2.0 lists cookies separately.
        let cookies = headers.remove("cookie").into_iter();
        Self {
            id,
            trace,
            target,
            cookies: cookies.flat_map(|cookies| split_cookies(&cookies)).collect(),
            headers,
            method: parts.method.to_string(),
            path,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            path_parameters,
            host,
            source_ip: peer.ip().to_string(),
            protocol: if parts.version == Version::HTTP_2 { "HTTP/2.0" } else { "HTTP/1.1" },
            time: Timestamp::now(),
        }
    }

    /// The event of the route's function. `authorizer` is the context that an authorizer gave.
    pub(super) fn event(&self, body: &Bytes, authorizer: Option<&Value>) -> Vec<u8> {
        let mut event = self.common();
        let content_type = self.headers.get("content-type").map(String::as_str);
        let text = std::str::from_utf8(body).ok().filter(|_| is_text(content_type));
        event["isBase64Encoded"] = (text.is_none() && !body.is_empty()).into();
        if !body.is_empty() {
            event["body"] = text.map_or_else(|| BASE64_STANDARD.encode(body), str::to_owned).into();
        }
        if let Some(context) = authorizer {
            event["requestContext"]["authorizer"] = json!({ "lambda": context });
        }
        event.to_string().into_bytes()
    }

    /// The event of the route's authorizer.
    pub(super) fn authorizer_event(&self, identity: &[String]) -> Vec<u8> {
        let mut event = self.common();
        let path = &self.path;
        let arn = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/$default/{}{path}", self.method);
        event["type"] = "REQUEST".into();
        event["routeArn"] = arn.into();
        event["identitySource"] = identity.into();
        event.to_string().into_bytes()
    }

    fn common(&self) -> Value {
        let http = Http {
            method: &self.method,
            path: &self.path,
            protocol: self.protocol,
            source_ip: &self.source_ip,
            user_agent: self.headers.get("user-agent").map_or("", String::as_str),
        };
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.target.key,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "requestContext": {
                "accountId": ACCOUNT,
                "apiId": API_ID,
                "domainName": self.host,
                "domainPrefix": self.host.split('.').next(),
                "http": http,
                "requestId": self.id,
                "routeKey": self.target.key,
                "stage": "$default",
                "time": self.time.strftime("%d/%b/%Y:%H:%M:%S %z").to_string(),
                "timeEpoch": self.time.as_millisecond(),
            },
        });
        // API Gateway leaves out empty fields.
        if !self.cookies.is_empty() {
            event["cookies"] = json!(self.cookies);
        }
        if !self.query.is_empty() {
            event["queryStringParameters"] = json!(query_parameters(&self.query));
        }
        if !self.path_parameters.is_empty() {
            event["pathParameters"] = json!(self.path_parameters);
        }
        event
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'a str,
    source_ip: &'a str,
    user_agent: &'a str,
}

/// Whether API Gateway passes a body of this type as text. AWS does not document the types; they were measured there.
/// Everything else is base64: a missing type, forms, and `+json` types.
fn is_text(content_type: Option<&str>) -> bool {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence.starts_with("text/")
        || matches!(essence.as_str(), "application/json" | "application/xml" | "application/javascript")
}

/// Names in lower case; the values of a repeated name are joined with commas.
fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let names = headers.keys().map(HeaderName::as_str);
    names.filter_map(|name| Some((name.to_owned(), header_text(headers, name)?))).collect()
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    // Cookies are joined with a separator of their own.
    let separator = if name == header::COOKIE { ";" } else { "," };
    let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.map(String::from).reduce(|all, value| all + separator + &value)
}

fn split_cookies(cookies: &str) -> Vec<String> {
    cookies.split(';').map(|cookie| cookie.trim().to_owned()).filter(|cookie| !cookie.is_empty()).collect()
}

/// Decoded; the values of a repeated name are joined with commas.
fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .and_modify(|values| *values = format!("{values},{value}"))
            .or_insert_with(|| value.into_owned());
    }
    parameters
}
