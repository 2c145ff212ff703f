//! Whether a request is signed with one of a webhook's secrets.

use super::SignatureError;
use api::{Code, Error, Problem};
use runtime::{ConfigError, Secret, SecretValue};

/// Checks a signature. One that no secret matches may have been made with a new secret, so the secret is read once more.
///
/// Call it only for a request that carries a signature: anything else would let strangers make us read secrets.
pub async fn check<T>(secret: &Secret, check: impl Fn(&SecretValue) -> Result<T, SignatureError>) -> Result<T, Error> {
    let unreadable = |error: ConfigError| Error::Internal(error.to_string());
    let known = secret.value().await.map_err(unreadable)?;
    match check(&known) {
        Err(SignatureError::NoMatch) => match secret.renewed(&known).await.map_err(unreadable)? {
            Some(newer) => check(&newer).map_err(refused),
            None => Err(refused(SignatureError::NoMatch)),
        },
        checked => checked.map_err(refused),
    }
}

/// The secrets of a webhook, one per line. There are two while one is rolled.
pub fn lines(value: &SecretValue) -> impl Iterator<Item = &str> {
    value.expose().lines().map(str::trim).filter(|line| !line.is_empty())
}

/// The answer to a signature that is not genuine. A secret that is missing or malformed is our fault.
pub fn refused(error: SignatureError) -> Error {
    match error {
        SignatureError::NoSecret | SignatureError::MalformedSecret => Error::Internal(error.to_string()),
        refused => Problem::new(Code::BadSignature, refused.to_string()).into(),
    }
}
