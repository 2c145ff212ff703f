//! The OpenAPI description of the HTTP API.
//!
//! The schemas come from the types that the functions read and write; what types cannot tell (who may call a route,
//! how it may fail) stands in the tables of [`routes`]. The tests hold both to the functions: every route of the
//! template has its row, every example is read by the function's own decoder, and every limit of a schema is one
//! that the decoder keeps.

mod document;
mod examples;
mod problems;
mod route;
pub mod routes;
mod schemas;

pub use document::document;
pub use route::{Access, Answer, Body, Parameter, Problem, Route};

use serde_json::Value;
use std::path::{Path, PathBuf};

/// Where the description is kept in the repository.
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

/// The description as the file holds it.
pub fn text(document: &Value) -> String {
    format!("{document:#}\n")
}
