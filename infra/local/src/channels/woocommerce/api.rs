//! The shop's REST API, version `wc/v3`, as its documentation and its recorded answers have it:
//! <https://woocommerce.github.io/woocommerce-rest-api-docs/>

mod asked;
mod fulfillments;
mod index;
mod lists;
mod notes;
mod orders;
mod products;
mod refunds;
mod reply;
mod webhooks;

use self::{
    asked::Asked,
    reply::{Refusal, Reply},
};
use super::{
    faults::Fault,
    oauth::{self, Signed},
    php,
    store::Store,
};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use serde_json::{Value, json};
use std::time::Duration;

/// How large a request may be.
const MAX_BODY: usize = 8 * 1024 * 1024;
/// How late an answer comes that nobody waits for.
const SILENCE: Duration = Duration::from_mins(1);
/// Before the version's own paths.
const VERSION: &str = "/wp-json/wc/v3";

/// What a host's web server says that allows no other methods.
const NOT_ALLOWED: &str = "<html>\r\n<head><title>405 Not Allowed</title></head>\r\n<body>\r\n<center><h1>405 Not \
                           Allowed</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
const CACHED: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Checking your browser</title></head><body>One moment, \
                      please…</body></html>\n";
const WARNING: &str = "<br />\n<b>Deprecated</b>:  Creation of dynamic property WC_Plugin::$helper is deprecated in \
                       <b>/var/www/html/wp-content/plugins/some-plugin/plugin.php</b> on line <b>42</b><br />\n";

/// Answers a request to anything below `/wp-json`.
pub(super) async fn answer(store: &Store, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let asked = match Asked::read(&parts, &body) {
        Ok(asked) => asked,
        Err(refusal) => return Reply::from(refusal).into_response(),
    };
    let own = asked.path.strip_prefix(VERSION).unwrap_or(&asked.path);
    let fault = store.faults.take(&asked.method, own);
    match fault {
        Some(Fault::Refused(status)) => return refused(status),
        Some(Fault::Page) => return Html(CACHED).into_response(),
        Some(Fault::Lost(_) | Fault::Silent | Fault::Warning) | None => {}
    }
    let answer = carry_out(store, asked);
    match fault {
        Some(Fault::Lost(status)) => refused(status),
        Some(Fault::Silent) => {
            tokio::time::sleep(SILENCE).await;
            refused(StatusCode::GATEWAY_TIMEOUT.as_u16())
        }
        Some(Fault::Warning) => with_warning(answer).await,
        Some(Fault::Refused(_) | Fault::Page) | None => answer,
    }
}

/// A host's own words.
fn refused(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, [(header::RETRY_AFTER, "2")], Html(format!("<html><body><h1>{status}</h1></body></html>\n")))
        .into_response()
}

async fn with_warning(answer: Response) -> Response {
    let (parts, body) = answer.into_parts();
    let json = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let mut warned = WARNING.as_bytes().to_vec();
    warned.extend_from_slice(&json);
    Response::from_parts(parts, Body::from(warned))
}

fn carry_out(store: &Store, mut asked: Asked) -> Response {
    let (blocks, strips, reads_only) = store
        .read(|known, _| (known.settings.blocks_put, known.settings.strips_authorization, known.settings.read_only));
    if blocks && !["GET", "HEAD", "POST"].contains(&asked.sent_method.as_str()) {
        return (StatusCode::METHOD_NOT_ALLOWED, Html(NOT_ALLOWED)).into_response();
    }
    if strips {
        asked.authorization = None;
    }
    let reply = index::answer(store, &asked).unwrap_or_else(|| {
        let answered = admit(store, &asked, reads_only).and_then(|()| dispatch(store, &asked));
        answered.unwrap_or_else(Reply::from)
    });
    reply.with_fields(&asked.params.list("_fields")).into_response()
}

fn admit(store: &Store, asked: &Asked, reads_only: bool) -> Result<(), Refusal> {
    let request = Signed {
        method: &asked.method,
        url: &asked.url,
        is_encrypted: asked.is_encrypted,
        params: &asked.params,
        authorization: asked.authorization.as_deref(),
    };
    match oauth::is_known(&request, &store.credentials(), &store.nonces, store.now()) {
        Ok(true) if reads_only && asked.method != "GET" => Err(Refusal::new(
            401,
            "woocommerce_rest_authentication_error",
            "The API key provided does not have write permissions.",
        )),
        Ok(true) => Ok(()),
        Ok(false) => Err(asked.not_allowed()),
        Err((code, message)) => Err(Refusal::new(401, code, message)),
    }
}

fn dispatch(store: &Store, asked: &Asked) -> Result<Reply, Refusal> {
    let own = asked.path.strip_prefix(VERSION).ok_or_else(Refusal::no_route)?;
    let parts: Vec<&str> = own.split('/').filter(|part| !part.is_empty()).collect();
    // PUT, PATCH and POST all edit.
    let method = match asked.method.as_str() {
        "PUT" | "PATCH" => "PUT",
        other => other,
    };
    match (method, parts.as_slice()) {
        (_, ["orders", rest @ ..]) => orders::answer(store, asked, method, rest),
        (_, ["products", rest @ ..]) => products::answer(store, asked, method, rest),
        (_, ["webhooks", rest @ ..]) => webhooks::answer(store, asked, method, rest),
        (_, _) => Err(Refusal::no_route()),
    }
}

/// An error in the middle of a batch's results.
fn in_batch(id: u64, refusal: &Refusal) -> Value {
    json!({ "id": id, "error": refusal.body() })
}

/// Bytes as the shop writes them.
fn encoded(value: &Value) -> Vec<u8> {
    php::json(value)
}
