//! The loops that functions run in.

use api::{Request, Response};
use domain::ids::OrderId;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};

/// An error that ends a function's process: Lambda discards the sandbox and starts another.
pub type Error = lambda_runtime::Error;

/// Serves HTTP API requests. Every result of `handle` becomes a response. A fault of ours is logged and answered with
/// 500 and the request's id, without any internal detail.
pub async fn serve_http<F>(handle: impl Fn(Request) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<Response, api::Error>>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Request>| async move {
        let request = event.payload;
        let (id, route) = (request.id.clone(), request.route.clone());
        // The path may hold anything. Only a valid id is logged.
        let order = request.path.get("order_id").filter(|id| id.parse::<OrderId>().is_ok()).cloned();
        // Boxed: otherwise the layout of a whole request's future is too deep for the compiler.
        let response = Box::pin(handle(request)).await.unwrap_or_else(|error| error.into_response(&id));
        tracing::info!(route, status = response.status, order, request = id, "answered");
        Ok::<_, Error>(response.into_lambda())
    }))
    .await
}

/// Serves any other event.
pub async fn serve_events<E, R, F>(handle: impl Fn(E) -> F) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
    F: Future<Output = Result<R, Error>>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<E>| Box::pin(handle(event.payload)))).await
}
