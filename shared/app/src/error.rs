//! Why a use case failed.

use domain::{Rejection, problem::Code};
use serde::Serialize;
use serde_json::{Map, Value};
use store::{CommitError, IsConflict, StoreError};

/// A field of what was asked that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// Where it is: `lines[1].quantity`.
    pub field: String,
    /// What is wrong with it, for people: `is required`.
    pub detail: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }
}

/// A request that is refused in the current situation. All of this is for the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub code: Code,
    /// What is in the way and what to do, for people.
    pub detail: String,
    /// Every wrong field, all at once.
    pub fields: Vec<FieldError>,
    /// Facts that belong to this kind of refusal.
    pub facts: Map<String, Value>,
}

impl Refusal {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), facts: Map::new() }
    }

    /// The request is understood, but some of its fields are wrong.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let detail = match fields.len() {
            1 => "one field is wrong; see errors".to_owned(),
            n => format!("{n} fields are wrong; see errors"),
        };
        Self { fields, ..Self::new(Code::Invalid, detail) }
    }

    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(Code::NotFound, what)
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is told why, and can do something about it.
    #[error("{}", .0.detail)]
    Refused(Box<Refusal>),
    /// A rival won the race every time.
    #[error(transparent)]
    Commit(CommitError),
    /// DynamoDB failed: try again later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something outside (a provider, a warehouse, SES) failed this time.
    #[error("{0}")]
    Outside(String),
    /// No retry will help. A person must look.
    #[error("{0}")]
    Defect(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Rejection> for Error {
    fn from(Rejection { code, detail }: Rejection) -> Self {
        Refusal::new(code, detail).into()
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => Self::Store(error),
            conflict @ CommitError::Conflict(_) => Self::Commit(conflict),
        }
    }
}

impl IsConflict for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Commit(CommitError::Conflict(_)))
    }
}
