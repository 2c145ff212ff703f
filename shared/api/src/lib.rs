//! HTTP as the functions see it: requests, answers, problem+json, webhook signatures.

mod decode;
mod event;
mod problem;
mod request;
pub mod view;

pub use app::FieldError;
pub use decode::{Decoder, Fields, email, text, timestamp};
pub use problem::{Error, Problem};
pub use request::{Caller, Request, Response};

/// The largest body that a request may have. The longest order (50 lines, long texts) has 60 KB.
pub const MAX_BODY: usize = 256 * 1024;
