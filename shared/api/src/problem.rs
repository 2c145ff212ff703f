//! Errors as clients see them: RFC 9457 problem details.

use super::Response;
use app::{FieldError, Refusal};
use domain::{Rejection, problem::Code};
use serde::Serialize;
use serde_json::{Map, Value};
use store::StoreError;

/// Problem details (RFC 9457).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// `urn:orderly:problem:` and a stable name.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words: `Conflict`. Programs compare `type` instead.
    pub title: &'static str,
    /// The HTTP status of the answer, repeated.
    pub status: u16,
    /// What is wrong with this request, and what to do.
    pub detail: String,
    /// Every wrong field, all at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Facts that belong to this kind of problem.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Problem {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let title = http::StatusCode::from_u16(code.status()).ok().and_then(|status| status.canonical_reason());
        Self {
            kind: format!("urn:orderly:problem:{code}"),
            title: title.unwrap_or("Error"),
            status: code.status(),
            detail: detail.into(),
            errors: Vec::new(),
            more: Map::new(),
        }
    }

    /// The request is understood, but fields of it are wrong.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.len() {
            1 => "one field is wrong; see errors".to_owned(),
            n => format!("{n} fields are wrong; see errors"),
        };
        Self { errors, ..Self::new(Code::Invalid, detail) }
    }

    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(Code::NotFound, what)
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }
}

/// What a handler may fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client is told why, and can do something about it.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// What the use case failed with.
    #[error(transparent)]
    App(#[from] app::Error),
    /// A fault of ours at the edge.
    #[error("{0}")]
    Internal(String),
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        Self::App(rejection.into())
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::App(refusal.into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl From<Refusal> for Problem {
    fn from(Refusal { code, detail, fields, facts }: Refusal) -> Self {
        Self { errors: fields, more: facts, ..Self::new(code, detail) }
    }
}

impl Error {
    /// The answer for the client. What went wrong inside is logged, not told.
    pub fn into_response(self, request: &str) -> Response {
        let problem = match self {
            Self::Problem(problem) => *problem,
            Self::App(app::Error::Refused(refusal)) => (*refusal).into(),
            Self::App(app::Error::Store(StoreError::Contended(_))) => {
                tracing::warn!(request, error = %self, "gave up under contention");
                Problem::new(Code::Busy, "many requests change the same things right now; try again in a second")
            }
            error => {
                tracing::error!(request, %error, "a request failed");
                let detail = "the request could not be completed; try again, and report the request id if it stays so";
                Problem::new(Code::Internal, detail).with("request_id", request)
            }
        };
        Response::problem(&problem)
    }
}
