//! PayPal's webhook signatures: <https://developer.paypal.com/api/rest/webhooks/rest/#self-verification-method>.

use super::chain::Chain;
use api::{Code, Error, Problem, Request};
use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use std::ops::RangeInclusive;
use webhooks::TOLERANCE;
use webpki::{EndEntityCert, ring::RSA_PKCS1_2048_8192_SHA256};

/// The names of the headers, in lower case.
pub const SIGNATURE: &str = "paypal-transmission-sig";
const ID: &str = "paypal-transmission-id";
const TIME: &str = "paypal-transmission-time";
const CERTIFICATE: &str = "paypal-cert-url";
const ALGORITHM: &str = "paypal-auth-algo";

/// The one algorithm that is taken. The header is not signed, so it must not choose.
const RSA_SHA256: &str = "SHA256withRSA";

/// The bytes of a signature by a key of 2048 to 8192 bits.
const LENGTHS: RangeInclusive<usize> = 256..=1024;

/// The longest id of a transmission is a UUID's.
const MAX_ID: usize = 100;

/// How old a transmission may be. PayPal repeats one for three days, with the id and the time of its first attempt; a day
/// is added for clocks and queues. Repeating says nothing new, because what an event tells is recorded once, in any order.
/// But the signature protects the body by a mere CRC-32: with a request that leaked, a forger can sign other bodies for as
/// long as this. So it is no longer than PayPal needs.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(4 * 24);

/// The headers of a signed request, as they came.
#[derive(Debug)]
pub(super) struct Transmission<'a> {
    id: &'a str,
    time: &'a str,
    signature: Vec<u8>,
    pub certificate: &'a str,
}

impl<'a> Transmission<'a> {
    /// Reads the headers, which must all be there, and the time. Nothing of it is proven yet.
    pub(super) fn of(request: &'a Request, now: Timestamp) -> Result<Self, Error> {
        let header = |name: &str| request.header(name).ok_or_else(|| refused(&format!("{name} is missing")));
        let (id, time, signature) = (header(ID)?, header(TIME)?, header(SIGNATURE)?);
        let (certificate, algorithm) = (header(CERTIFICATE)?, header(ALGORITHM)?);
        if algorithm != RSA_SHA256 {
            return Err(refused("its algorithm is not SHA256withRSA"));
        }
        // Between the parts of the signed text stands `|`.
        if id.is_empty() || id.len() > MAX_ID || !id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'|') {
            return Err(refused("its transmission has no proper id"));
        }
        let is_plain = time.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'|');
        let sent_at = time.parse::<Timestamp>().ok().filter(|_| is_plain);
        let age = now.duration_since(sent_at.ok_or_else(|| refused("its time cannot be read"))?);
        if age > MAX_AGE || age.is_negative() && age.unsigned_abs() > TOLERANCE {
            return Err(refused("it was made too long ago, or in the future"));
        }
        let signature = BASE64.decode(signature.as_bytes()).map_err(|_| refused("it is no base64"))?;
        if !LENGTHS.contains(&signature.len()) {
            return Err(refused("it is no RSA signature"));
        }
        Ok(Self { id, time, signature, certificate })
    }

    /// Succeeds only if the certificate's key signed exactly these headers and the CRC-32 of this body, for this webhook.
    pub(super) fn check(&self, body: &[u8], webhook_id: &str, chain: &Chain) -> Result<(), Error> {
        let no_match = || refused("no signature matches: the body was changed, or signed for another webhook");
        let text = signed_text(self.id, self.time, webhook_id, body);
        let signer = chain.first().and_then(|signer| EndEntityCert::try_from(signer).ok()).ok_or_else(no_match)?;
        let checked = signer.verify_signature(RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &self.signature);
        checked.map_err(|_| no_match())
    }
}

/// What PayPal signs.
pub fn signed_text(id: &str, time: &str, webhook_id: &str, body: &[u8]) -> String {
    format!("{id}|{time}|{webhook_id}|{}", crc32fast::hash(body))
}

/// The answer to a request that PayPal did not sign.
pub(super) fn refused(why: &str) -> Error {
    Problem::new(Code::BadSignature, format!("the request is not signed by PayPal: {why}")).into()
}

#[cfg(test)]
mod tests;
