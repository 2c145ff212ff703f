//! Lambda's Invoke API, for `aws lambda invoke --endpoint-url` and the SDKs:
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
//!
//! An asynchronous invocation (`Event`) runs once; Lambda would retry a failed one twice.

use super::{InvokeError, Lambda, PAYLOAD_LIMIT};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    response::{AppendHeaders, IntoResponse, Response},
    routing::post,
};
use serde_json::json;

pub(super) fn router(lambda: Lambda) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{function}/invocations", post(invoke))
        .layer(DefaultBodyLimit::max(PAYLOAD_LIMIT))
        .with_state(lambda)
}

async fn invoke(
    State(lambda): State<Lambda>,
    Path(function): Path<String>,
    headers: HeaderMap,
    payload: Bytes,
) -> Response {
    // A function may also be named by ARN; its last part is the name.
    let function = function.rsplit(':').next().unwrap_or_default().to_owned();
    let payload = if payload.is_empty() { Bytes::from_static(b"{}") } else { payload };
    if serde_json::from_slice::<serde::de::IgnoredAny>(&payload).is_err() {
        return refusal(StatusCode::BAD_REQUEST, "InvalidRequestContentException", "the payload is not JSON");
    }
    let kind = headers.get("x-amz-invocation-type").map_or("RequestResponse", |kind| kind.to_str().unwrap_or_default());
    match kind {
        "RequestResponse" => match lambda.invoke(&function, payload).await {
            Ok(invocation) => {
                let mut headers = vec![
                    ("content-type", "application/json"),
                    ("x-amz-executed-version", "$LATEST"),
                    ("x-amzn-requestid", &invocation.request_id),
                ];
                if invocation.function_error {
                    headers.push(("x-amz-function-error", "Unhandled"));
                }
                (AppendHeaders(headers), invocation.payload).into_response()
            }
            Err(error) => invoke_refusal(&error),
        },
        "Event" => {
            if lambda.pool(&function).is_none() {
                return invoke_refusal(&InvokeError::UnknownFunction(function));
            }
            // Failures appear in the function's log, as on AWS.
            tokio::spawn(async move { lambda.invoke(&function, payload).await });
            StatusCode::ACCEPTED.into_response()
        }
        "DryRun" => StatusCode::NO_CONTENT.into_response(),
        _ => refusal(StatusCode::BAD_REQUEST, "InvalidParameterValueException", "unknown X-Amz-Invocation-Type"),
    }
}

fn invoke_refusal(error: &InvokeError) -> Response {
    let (status, kind) = match error {
        InvokeError::UnknownFunction(_) => (StatusCode::NOT_FOUND, "ResourceNotFoundException"),
        InvokeError::Throttled(_) => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
        InvokeError::PayloadTooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException"),
        InvokeError::Start { .. } | InvokeError::Remote { .. } | InvokeError::Stopping => {
            (StatusCode::INTERNAL_SERVER_ERROR, "ServiceException")
        }
    };
    refusal(status, kind, &error.to_string())
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Response {
    (status, [("x-amzn-errortype", kind)], Json(json!({ "Type": "User", "message": message }))).into_response()
}
