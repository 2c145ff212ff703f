//! API Gateway's HTTP API on one machine: routes, authorizers, limits and payload format 2.0 as on AWS.
//! Not simulated: throttling and TLS.

mod authorizer;
mod event;
mod response;
mod routes;

use self::{
    authorizer::{Authorizer, Denied},
    event::{Request, decoded_path},
    routes::Routes,
};
use crate::{
    lambda::{InvokeError, Lambda, new_trace},
    template::System,
};
use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, State},
    http::{HeaderValue, Request as HttpRequest, Response, StatusCode},
    response::IntoResponse,
};
use reqwest::Url;
use serde_json::{Value, json};
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// API Gateway's limit for a body.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// API Gateway's limit for a function's answer.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

struct Api {
    routes: Routes,
    authorizers: BTreeMap<String, Authorizer>,
    lambda: Lambda,
}

/// Serves the API until `stop` is cancelled, and answers the open requests first.
pub fn serve(
    listener: TcpListener,
    system: &System,
    lambda: Lambda,
    stop: CancellationToken,
) -> impl Future<Output = ()> + Send + use<> {
    let authorizers = system.authorizers.iter();
    let api = Api {
        routes: Routes::new(system),
        authorizers: authorizers.map(|(name, declared)| (name.clone(), Authorizer::new(declared.clone()))).collect(),
        lambda,
    };
    let router = Router::new().fallback(handle).with_state(Arc::new(api));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    async move {
        let server = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = server.await {
            tracing::error!(%error, "the HTTP API stopped");
        }
    }
}

async fn handle(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: HttpRequest<Body>,
) -> Response<Body> {
    let id = Uuid::new_v4().to_string();
    let mut response = api.answer(request, peer, &id).await.unwrap_or_else(Refusal::into_response);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("apigw-requestid", id);
    }
    response
}

impl Api {
    async fn answer(&self, request: HttpRequest<Body>, peer: SocketAddr, id: &str) -> Result<Response<Body>, Refusal> {
        let (parts, body) = request.into_parts();
        let path = decoded_path(parts.uri.path()).ok_or(Refusal::BadRequest)?;
        let host = parts.headers.get("host").map_or("localhost", |host| host.to_str().unwrap_or_default());
        // On AWS a request with an invalid host name never reaches the API.
        Url::parse(&format!("http://{host}/")).map_err(|_| Refusal::BadRequest)?;
        let (target, parameters) = self.routes.find(parts.method.as_str(), &path).ok_or(Refusal::NotFound)?;
        let function = target.function.clone();
        let route = (target.clone(), parameters);
        let trace = match parts.headers.get("x-amzn-trace-id").and_then(|trace| trace.to_str().ok()) {
            Some(trace) if trace.contains("Root=") => trace.to_owned(),
            _ => new_trace(),
        };
        let request = Request::new(&parts, path, route, peer, trace, id.to_owned());
        let context = self.authorize(&request).await?;
        let body = to_bytes(body, BODY_LIMIT).await.map_err(|_| Refusal::TooLarge)?;
        self.integrate(&function, &request, &body, context.as_ref()).await
    }

    async fn authorize(&self, request: &Request) -> Result<Option<Value>, Refusal> {
        let Some(name) = &request.target.authorizer else {
            return Ok(None);
        };
        // The template's parser ensures that a route's authorizer exists.
        let authorizer = self.authorizers.get(name).ok_or(Refusal::FunctionFailed)?;
        authorizer.authorize(&self.lambda, request).await.map(Some).map_err(|denied| match denied {
            Denied::Unauthorized => Refusal::Unauthorized,
            Denied::Forbidden => Refusal::Forbidden,
            Denied::Failed => Refusal::FunctionFailed,
        })
    }

    async fn integrate(
        &self,
        function: &str,
        request: &Request,
        body: &Bytes,
        context: Option<&Value>,
    ) -> Result<Response<Body>, Refusal> {
        let event = request.event(body, context);
        let call = self.lambda.invoke_traced(function, event, &request.trace);
        let invocation = timeout(INTEGRATION_TIMEOUT, call).await.map_err(|_| Refusal::Unavailable)?.map_err(
            |error| match error {
                InvokeError::PayloadTooLarge(_) => Refusal::TooLarge,
                InvokeError::Throttled(_) | InvokeError::Stopping => Refusal::Unavailable,
                InvokeError::Start { .. } | InvokeError::Remote { .. } | InvokeError::UnknownFunction(_) => {
                    tracing::error!("{error}");
                    Refusal::FunctionFailed
                }
            },
        )?;
        if invocation.function_error {
            return Err(Refusal::FunctionFailed);
        }
        response::response(invocation.payload).ok_or(Refusal::FunctionFailed)
    }
}

/// API Gateway's own answers, in its words.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    TooLarge,
    FunctionFailed,
    Unavailable,
}

impl Refusal {
    fn into_response(self) -> Response<Body> {
        let (status, message) = match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, "Bad Request"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Self::FunctionFailed => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        };
        (status, Json(json!({ "message": message }))).into_response()
    }
}
