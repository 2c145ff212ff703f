//! Answers in the form that the AWS SDKs read.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;

/// An error in the form of AWS's JSON protocols.
#[derive(Debug)]
pub(super) struct AwsError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl AwsError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    /// The same error with another status than 400.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// An operation that the local stack does not offer. The status is 400, because the SDKs retry a 501.
    pub(super) fn unsupported(operation: &str) -> Self {
        Self::new("UnknownOperationException", format!("the local stack does not offer {operation}"))
    }
}

impl IntoResponse for AwsError {
    fn into_response(self) -> Response {
        // REST-JSON clients read the code from the header, others from the body.
        let code = [("x-amzn-errortype", self.code)];
        // Secrets Manager writes `Message`, most others `message`. SDKs accept either, so both are sent.
        let body = json!({"__type": self.code, "message": self.message, "Message": self.message});
        (self.status, code, Json(body)).into_response()
    }
}

/// Reads a request's JSON.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AwsError> {
    serde_json::from_slice(body).map_err(|error| AwsError::new("SerializationException", error.to_string()))
}
