//! Basic authentication of Adyen's deliveries:
//! <https://docs.adyen.com/development-resources/webhooks/secure-webhooks>.
//!
//! The signatures prove eight fields of an item. The password proves that the rest came from Adyen too.

use api::{Code, Error, Problem, Request};
use data_encoding::BASE64;
use runtime::{Secret, SecretValue};
use subtle::ConstantTimeEq;
use webhooks::{SignatureError, signed};

const HEADER: &str = "authorization";

/// Succeeds only if the request has one of the user names with its password: `user:password`, one pair on a line.
pub(super) async fn check(request: &Request, accepted: &Secret) -> Result<(), Error> {
    let refused = |detail: &str| Error::from(Problem::new(Code::BadSignature, detail));
    // Before any secret is read.
    let header = request.header(HEADER).ok_or_else(|| refused("the request has no basic authentication"))?;
    let given = credentials(header).ok_or_else(|| refused("the Authorization header is no basic authentication"))?;
    match signed::check(accepted, |value| is_one_of(&given, value)).await {
        Err(Error::Problem(_)) => Err(refused("the user name or the password of the basic authentication is wrong")),
        checked => checked,
    }
}

/// The decoded `user:password` of a header: <https://www.rfc-editor.org/rfc/rfc7617#section-2>.
fn credentials(header: &str) -> Option<Vec<u8>> {
    let (scheme, encoded) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then(|| BASE64.decode(encoded.trim().as_bytes()).ok())?
}

fn is_one_of(given: &[u8], accepted: &SecretValue) -> Result<(), SignatureError> {
    // A line without a colon and something after it has no password, so it lets nobody in.
    let has_password = |pair: &&str| pair.split_once(':').is_some_and(|(_, password)| !password.is_empty());
    let pairs: Vec<&str> = signed::lines(accepted).filter(has_password).collect();
    if pairs.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let is_known = pairs.iter().any(|pair| pair.as_bytes().ct_eq(given).into());
    if is_known { Ok(()) } else { Err(SignatureError::NoMatch) }
}
