//! The OpenAPI description of the HTTP API.
//!
//! The routes, who may call them and what they take come from the functions' own tables, the schemas from the types that
//! the functions read and write. What neither can tell (how a route may fail, an example) stands in [`routes`]. The
//! tests hold all of it to the functions: every route has its prose, every example is read by the function's own decoder,
//! and every limit of a schema is one that the decoder keeps.

mod document;
mod examples;
mod problems;
mod route;
pub mod routes;
mod schemas;
mod unions;
mod webhooks;

pub use document::document;
pub use route::{Answer, Body, Parameter, Problem, Prose, Route};

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The path of the description in the repository.
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

/// The description as stored in the file.
pub fn text(document: &Value) -> String {
    format!("{document:#}\n")
}
