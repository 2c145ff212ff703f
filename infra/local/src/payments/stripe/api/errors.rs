//! Errors as Stripe's API words them.

use crate::payments::engine::{Payment, Reply};
use axum::http::StatusCode;
use serde_json::json;

#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    parameter: Option<&'static str>,
    message: String,
}

impl ApiError {
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            parameter: None,
            message: message.into(),
        }
    }

    /// An error about an idempotency key.
    pub(super) fn of_key(message: String) -> Self {
        Self { kind: "idempotency_error", ..Self::invalid(message) }
    }

    pub(super) fn missing(object: &str, parameter: &'static str, id: &str) -> Self {
        let message = format!("No such {object}: '{id}'");
        Self::invalid(message).code("resource_missing").parameter(parameter).status(StatusCode::NOT_FOUND)
    }

    pub(super) fn unexpected_state(payment: &Payment) -> Self {
        let message = format!("This PaymentIntent ({}) has another status, which does not allow this.", payment.id);
        Self::invalid(message).code("payment_intent_unexpected_state")
    }

    pub(super) fn code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    pub(super) fn parameter(self, parameter: &'static str) -> Self {
        Self { parameter: Some(parameter), ..self }
    }

    pub(super) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl From<ApiError> for Reply {
    fn from(ApiError { status, kind, code, parameter, message }: ApiError) -> Self {
        let mut error = json!({"type": kind, "message": message});
        if let Some(code) = code {
            error["code"] = code.into();
        }
        if let Some(parameter) = parameter {
            error["param"] = parameter.into();
        }
        Self::new(status, json!({ "error": error }))
    }
}

pub(in crate::payments::stripe) fn other_parameters(key: &str) -> Reply {
    let message = format!(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. \
         Try using a key other than '{key}' if you meant to execute a different request."
    );
    ApiError::of_key(message).into()
}

pub(in crate::payments::stripe) fn unknown_error() -> Reply {
    let error = ApiError { kind: "api_error", ..ApiError::invalid("An unknown error occurred") };
    error.status(StatusCode::INTERNAL_SERVER_ERROR).into()
}

/// <https://docs.stripe.com/rate-limits>
pub(in crate::payments::stripe) fn overloaded() -> Reply {
    let message = "Request rate limit exceeded.";
    ApiError::invalid(message).code("rate_limit").status(StatusCode::TOO_MANY_REQUESTS).into()
}
