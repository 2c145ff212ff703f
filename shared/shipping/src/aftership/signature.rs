//! AfterShip's webhook signatures: <https://www.aftership.com/docs/tracking/webhook/webhook-signature>.

use data_encoding::BASE64;
use runtime::SecretValue;
use webhooks::{SignatureError, signed, whole};

/// The name of the header, in lower case.
pub(crate) const HEADER: &str = "aftership-hmac-sha256";

pub(crate) fn verify(header: &str, body: &[u8], secrets: &SecretValue) -> Result<(), SignatureError> {
    whole::verify(header, body, signed::lines(secrets), &BASE64)
}
