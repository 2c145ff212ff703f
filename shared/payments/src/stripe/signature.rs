//! Stripe's webhook signatures: <https://docs.stripe.com/webhooks#verify-manually>.

use jiff::Timestamp;
pub use webhooks::timed::{SigningSecret, sign};
use webhooks::{SignatureError, timed};

/// The name of the header, in lower case.
pub const HEADER: &str = "stripe-signature";

/// See [`timed::verify`].
pub fn verify(
    header: Option<&str>,
    body: &[u8],
    secrets: &[SigningSecret],
    now: Timestamp,
) -> Result<(), SignatureError> {
    if secrets.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    timed::verify(header.ok_or(SignatureError::Missing("Stripe-Signature"))?, body, secrets, now)
}

#[cfg(test)]
mod tests;
