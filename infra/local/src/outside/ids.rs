//! New ids, in the alphabets that providers use. Seeding the thread's generator makes them repeatable.

use sha2::{Digest as _, Sha256};
use std::iter;

/// `length` hexadecimal digits.
pub(crate) fn hex(length: usize) -> String {
    of("0123456789abcdef", length)
}

/// `length` capital letters and digits.
pub(crate) fn alphanumeric(length: usize) -> String {
    of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", length)
}

/// `length` letters of both cases and digits.
pub(crate) fn base62(length: usize) -> String {
    of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length)
}

/// A random UUID.
pub(crate) fn uuid() -> String {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes()).into_uuid().to_string()
}

/// A UUID that is the same for the same bytes.
pub(crate) fn uuid_of(bytes: &[u8]) -> String {
    let mut first = [0; 16];
    first.copy_from_slice(&Sha256::digest(bytes)[..16]);
    uuid::Builder::from_random_bytes(first).into_uuid().to_string()
}

fn of(alphabet: &str, length: usize) -> String {
    let letters = alphabet.as_bytes();
    iter::repeat_with(|| char::from(letters[fastrand::usize(..letters.len())])).take(length).collect()
}
