//! Shippo's webhook signatures: <https://docs.goshippo.com/tracking/webhook-security>.

use jiff::Timestamp;
use runtime::SecretValue;
use webhooks::{
    SignatureError, signed,
    timed::{self, SigningSecret},
};

/// The name of the header, in lower case.
pub(crate) const HEADER: &str = "shippo-auth-signature";

pub(crate) fn verify(header: &str, body: &[u8], secrets: &SecretValue, now: Timestamp) -> Result<(), SignatureError> {
    let secrets: Vec<SigningSecret> = signed::lines(secrets).map(SigningSecret::new).collect::<Result<_, _>>()?;
    timed::verify(header, body, &secrets, now)
}
