//! EasyPost's webhook signatures: <https://docs.easypost.com/guides/webhooks-guide>.

use data_encoding::HEXLOWER;
use icu_normalizer::DecomposingNormalizerBorrowed;
use runtime::SecretValue;
use webhooks::{SignatureError, signed, whole};

/// The name of the header, in lower case.
pub(crate) const HEADER: &str = "x-hmac-signature";

/// Written before each signature.
const PREFIX: &str = "hmac-sha256-hex=";

/// A secret is any text that the merchant has chosen. EasyPost normalizes it, so that letters with marks are the same bytes everywhere.
pub(crate) fn verify(header: &str, body: &[u8], secrets: &SecretValue) -> Result<(), SignatureError> {
    let nfkd = DecomposingNormalizerBorrowed::new_nfkd();
    let secrets = signed::lines(secrets).map(|secret| nfkd.normalize(secret).into_owned());
    whole::verify(header.strip_prefix(PREFIX).unwrap_or_default(), body, secrets, &HEXLOWER)
}

#[cfg(test)]
mod tests;
