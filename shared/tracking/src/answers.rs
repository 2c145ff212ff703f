//! What an answer other than success means, of all services.

use crate::words;
use app::Error;
use http::StatusCode;
use runtime::Answer;

/// Whether the request itself is wrong, so that it would be refused again.
pub(crate) fn is_refused(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY)
}

/// The service fails, is busy, or does not let us in: it may be otherwise later.
pub(crate) fn undecided(service: &str, answer: &Answer, why: &str) -> Error {
    let why = words::words(why);
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    Error::Outside(format!("{service} answered {}{why}", answer.status))
}
