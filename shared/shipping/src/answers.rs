//! What an answer other than success means, of all services.

use crate::{told::Said, wanted::Followed, words};
use app::Error;
use http::StatusCode;
use runtime::Answer;

/// Whether the request itself is wrong, so that it would be refused again.
pub(crate) fn is_refused(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY)
}

/// What a service that follows a parcel said of it. A body that nobody here understands decides nothing.
pub(crate) fn known(service: &str, answer: &Answer, said: Result<Said, api::Error>) -> Result<Followed, Error> {
    said.map(|said| Followed::Known(said.told)).map_err(|error| undecided(service, answer, &error.to_string()))
}

/// The service fails, is busy, or does not let us in: it may be otherwise later.
pub(crate) fn undecided(service: &str, answer: &Answer, why: &str) -> Error {
    let why = words::words(why);
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    Error::Outside(format!("{service} answered {}{why}", answer.status))
}
