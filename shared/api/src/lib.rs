//! HTTP as the functions see it: tables of routes, requests, bodies, answers, problem details.

mod address;
mod body;
mod cursor;
mod decode;
mod event;
mod problem;
mod request;
mod response;
mod route;
pub mod view;

pub use address::address;
pub use app::FieldError;
pub use body::{Body, Described, decode};
pub use cursor::{cursor_of_any, next_cursor};
pub use decode::{Fields, date};
pub use domain::{problem::Code, settings::Role};
pub use problem::{Error, Problem};
pub use request::{Caller, Request};
pub use response::Response;
pub use route::{Access, Kind, Route, Takes, unknown};

/// The largest body that a request may have. An order of 500 ordinary lines has 100 KB. What is within this limit also fits
/// the item that it is stored in.
pub const MAX_BODY: usize = 256 * 1024;
