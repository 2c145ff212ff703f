//! Idempotency keys: <https://developer.squareup.com/docs/build-basics/common-api-patterns/idempotency>.

use crate::request::MoneyRequest;
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// The key of a request. Square takes 45 characters at most, and Orderly's keys are longer: this is the whole SHA-256
/// of the key, in 43 characters.
pub(super) fn of(request: &MoneyRequest<'_>) -> String {
    digest(&request.idempotency_key())
}

/// The key of the step before a capture that sets its amount.
pub(super) fn of_amount(request: &MoneyRequest<'_>) -> String {
    digest(&format!("{}:amount", request.idempotency_key()))
}

fn digest(key: &str) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(key))
}
