//! How large a file may be.

/// What a request to the API can hold, and more than a bank puts into 20,000 entries.
pub const MAX_BYTES: usize = 5_000_000;

/// More would not be matched within the time of a request.
pub const MAX_ENTRIES: usize = 20_000;
