//! The Runtime API that function processes talk to:
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
//!
//! Each process has its own base path, so that one listener serves all of them.

use super::{
    Lambda,
    process::{Process, Reply, Work},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;
use std::{sync::Arc, time::UNIX_EPOCH};

pub(super) fn router(lambda: Lambda) -> Router {
    Router::new()
        .route("/{process}/2018-06-01/runtime/invocation/next", get(next))
        .route("/{process}/2018-06-01/runtime/invocation/{request_id}/response", post(response))
        .route("/{process}/2018-06-01/runtime/invocation/{request_id}/error", post(error))
        // An oversized answer must be read before it can be refused as Lambda does.
        .layer(DefaultBodyLimit::disable())
        .with_state(lambda)
}

/// Waits for an event, without a time limit. The process is frozen meanwhile.
async fn next(State(lambda): State<Lambda>, Path(id): Path<String>) -> Response {
    let Some(process) = lambda.process(&id) else {
        return unknown_process();
    };
    process.is_ready();
    process.freeze();
    let work = process.inbox.lock().await.recv().await;
    process.thaw();
    let Some(work) = work else {
        return unknown_process();
    };
    deliver(&process, work)
}

fn deliver(process: &Arc<Process>, work: Work) -> Response {
    let Work { request_id, payload, deadline, trace, answer } = work;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", request_id.clone()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", process.arn.clone()),
        ("lambda-runtime-trace-id", trace),
    ];
    process.took(request_id, answer);
    (headers, payload).into_response()
}

async fn response(
    State(lambda): State<Lambda>,
    Path((id, request_id)): Path<(String, String)>,
    payload: Bytes,
) -> Response {
    answer(&lambda, &id, &request_id, Reply::Response(payload))
}

async fn error(
    State(lambda): State<Lambda>,
    Path((id, request_id)): Path<(String, String)>,
    payload: Bytes,
) -> Response {
    answer(&lambda, &id, &request_id, Reply::Error(payload))
}

fn answer(lambda: &Lambda, id: &str, request_id: &str, answer: Reply) -> Response {
    let Some(process) = lambda.process(id) else {
        return unknown_process();
    };
    if process.answered(request_id, answer) {
        (StatusCode::ACCEPTED, Json(json!({ "status": "OK" }))).into_response()
    } else {
        refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "this process does not work on that event")
    }
}

fn unknown_process() -> Response {
    refusal(StatusCode::FORBIDDEN, "InvalidStateTransition", "the local stack has not started this process")
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Response {
    (status, Json(json!({ "errorType": kind, "errorMessage": message }))).into_response()
}
