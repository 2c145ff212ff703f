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
    /// `urn:orderly:problem:wrong-bin`
    #[serde(rename = "type")]
    pub name: String,
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Whether the console itself says so, in the language of whoever reads it. The API speaks English.
    #[serde(skip)]
    pub is_ours: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FieldError {
    pub field: String,
    pub detail: String,
}

impl Problem {
    /// One that the console itself has.
    pub fn ours(status: u16, detail: &str) -> Self {
        Self { status, detail: detail.to_owned(), is_ours: true, ..Self::default() }
    }

    /// What kind of problem it is: `wrong-bin`. Empty if it is the console's own.
    pub fn kind(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    /// One that a form has before the API is asked: what was typed into a field, by the field's label.
    pub fn of_field(label: &str, typed: &str, detail: &str) -> Self {
        let field = if typed.is_empty() { label.to_owned() } else { format!("{label} \"{typed}\"") };
        Self { errors: vec![FieldError { field, detail: detail.to_owned() }], ..Self::ours(422, "") }
    }
}
