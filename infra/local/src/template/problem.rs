//! Errors in a template, with their places.

use std::path::PathBuf;

/// Why a template cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("line {line}: {message}")]
    Syntax { line: usize, message: String },
    #[error("the template has no parameter `{0}`")]
    UnknownParameter(String),
    #[error("line {line}, {place}: {problem}")]
    At {
        line: usize,
        place: String,
        #[source]
        problem: Problem,
    },
}

/// An error at one place of a template.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Problem {
    #[error("the local stack does not know the resource type `{0}`")]
    UnknownType(String),
    #[error("the local stack does not understand the property `{0}`")]
    UnknownProperty(String),
    #[error("CloudFormation has no function `{0}`")]
    UnknownIntrinsic(String),
    #[error("the local stack does not understand the function `{0}`")]
    UnsupportedIntrinsic(String),
    #[error("nothing is named `{0}`")]
    UnknownReference(String),
    #[error("no condition is named `{0}`, or it depends on itself")]
    UnknownCondition(String),
    #[error("`{0}` is missing")]
    Missing(String),
    #[error("`{what}` must be {expected}")]
    Invalid { what: String, expected: String },
    #[error("{role} does not allow {action} on {resource}, which the event source needs")]
    NotAllowed { role: String, action: String, resource: String },
}

impl Problem {
    pub(super) fn invalid(what: &str, expected: &str) -> Self {
        Self::Invalid { what: what.to_owned(), expected: expected.to_owned() }
    }

    pub(super) fn at(self, place: &str, line: usize) -> TemplateError {
        TemplateError::At { line, place: place.to_owned(), problem: self }
    }
}
