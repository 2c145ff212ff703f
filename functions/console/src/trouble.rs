//! What keeps a page from being shown, or a form from being carried out.

use serde::Deserialize;

#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("nobody has signed in, or the session is over")]
    SignedOut,
    #[error("there is no such page")]
    Missing,
    #[error("the form was sent by another site")]
    Elsewhere,
    #[error("the form is too large")]
    TooMuch,
    #[error("too many requests")]
    Crowded,
    /// Nobody knows whether it was done.
    #[error("the API does not answer")]
    Busy,
    #[error("{}", .0.detail)]
    Told(Box<Problem>),
}

/// What an answer of the API says that went wrong (RFC 9457).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Problem {
    pub status: u16,
    pub detail: String,
    pub errors: Vec<FieldError>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FieldError {
    pub field: String,
    pub detail: String,
}

impl Problem {
    /// One that a form has before the API is asked.
    pub fn of_field(field: &str, detail: &str) -> Self {
        let errors = vec![FieldError { field: field.to_owned(), detail: detail.to_owned() }];
        Self { status: 422, errors, ..Self::default() }
    }
}
