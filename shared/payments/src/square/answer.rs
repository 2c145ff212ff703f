//! What an answer of Square's other than success means:
//! <https://developer.squareup.com/docs/build-basics/handling-errors>.

use super::{api::body, fields::word};
use crate::request::{Outcome, Reply};
use app::Error;
use http::StatusCode;
use runtime::Answer;

/// Errors that decide nothing, whatever their status: Square or its partner is at fault, our token is wrong, or another
/// request is under way. The same request may succeed later.
/// <https://developer.squareup.com/reference/square/objects/ErrorCategory>
const UNDECIDED_CATEGORIES: [&str; 4] =
    ["API_ERROR", "AUTHENTICATION_ERROR", "RATE_LIMIT_ERROR", "EXTERNAL_VENDOR_ERROR"];

/// Single codes of the other categories that decide nothing.
const UNDECIDED_CODES: [&str; 4] = [
    "TEMPORARY_ERROR",
    "VERSION_MISMATCH",       // the payment was changed between two of our requests
    "REFUND_ALREADY_PENDING", // another refund of the payment is not done yet
    "CONFLICT",
];

const UNDECIDED_STATUSES: [StatusCode; 5] = [
    StatusCode::UNAUTHORIZED,
    StatusCode::FORBIDDEN,
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::CONFLICT,
    StatusCode::TOO_MANY_REQUESTS,
];

/// What an answer that is no success says about the request.
///
/// Square repeats only its successes under a key, so no failure is for good.
pub(super) fn refusal(answer: &Answer) -> Result<Reply, Error> {
    let (status, error) = (answer.status, &body(answer)["errors"][0]);
    let code = word(&error["code"]);
    let is_in = |list: &[&str], field: &str| error[field].as_str().is_some_and(|text| list.contains(&text));
    let is_undecided = UNDECIDED_STATUSES.contains(&status)
        || is_in(&UNDECIDED_CATEGORIES, "category")
        || is_in(&UNDECIDED_CODES, "code");
    match code.as_str() {
        _ if status.is_server_error() => {
            Ok(Reply::Failed { why: format!("Square answered {status} ({code})"), for_good: false })
        }
        // The key was used with another amount or another text. What was done under it counts, and it is looked for. If
        // it is not found, somebody must look: a new key could move the money twice.
        "IDEMPOTENCY_KEY_REUSED" => {
            let why = "Square knows the key of this request with other parameters: compare the payment at Square";
            Ok(Reply::Failed { why: why.to_owned(), for_good: false })
        }
        _ if status.is_client_error() && !is_undecided => Ok(Reply::Decided(Outcome::Refused(code))),
        _ => Err(Error::Outside(format!("Square answered {status} ({code})"))),
    }
}

#[cfg(test)]
mod tests;
