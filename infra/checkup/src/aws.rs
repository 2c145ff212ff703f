//! How AWS is reached, and what it says when it does not do what was asked.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use runtime::{Aws, optional};
use std::fmt::Debug;

/// A request that AWS did not carry out, with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    #[error("{what} does not exist here: is it the right region, endpoint, stack and suffix?")]
    Missing { what: String },
    #[error("{operation} on {what} was refused ({why}): use credentials that may read it")]
    Refused { operation: &'static str, what: String, why: String },
    #[error(
        "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for example by \
         `eval \"$(aws configure export-credentials --format env)\"`"
    )]
    NoCredentials,
    #[error("{operation} on {what} failed: {why}")]
    Failed { operation: &'static str, what: String, why: String },
}

/// Codes with which the services say that something is not there, and that the caller may not.
const MISSING: [&str; 3] = ["ResourceNotFoundException", "NotFoundException", "NotFound"];
const REFUSED: [&str; 8] = [
    "AccessDeniedException",
    "AccessDenied",
    "AuthorizationError",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidSignatureException",
];

impl AwsError {
    /// Of an operation on something that people know by name.
    pub(crate) fn of<E, R>(operation: &'static str, what: impl Into<String>) -> impl FnOnce(SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: Debug + Send + Sync + 'static,
    {
        let what = what.into();
        move |error| {
            let code = error.code().unwrap_or_default();
            let why = error.message().map_or_else(|| code.to_owned(), |message| format!("{code}: {message}"));
            if MISSING.contains(&code) || (code == "ValidationError" && why.contains("does not exist")) {
                return Self::Missing { what };
            }
            if REFUSED.contains(&code) {
                return Self::Refused { operation, what, why };
            }
            let whole = format!("{}", DisplayErrorContext(&error));
            if whole.contains("credential") && code.is_empty() {
                return Self::NoCredentials;
            }
            Self::Failed { operation, what, why: if why.is_empty() { whole } else { why } }
        }
    }

    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}

/// The clients of a person: their credentials from the environment. What answers at an `endpoint` of one's own asks for none.
pub fn connect(region: &str, endpoint: Option<&str>) -> Aws {
    match endpoint {
        Some(endpoint) if optional("AWS_ACCESS_KEY_ID").is_none() => Aws::beside(endpoint),
        endpoint => Aws::of_a_person(region.to_owned(), endpoint.map(str::to_owned)),
    }
}
