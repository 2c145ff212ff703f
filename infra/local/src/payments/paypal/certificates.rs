//! The certificate that signs webhooks. Nobody trusts its root but a stack that was told to; `certificates/make.py` made them.

use data_encoding::BASE64;
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use std::sync::LazyLock;

/// The root that the signer's certificate leads to, in DER.
pub const ROOT: &[u8] = include_bytes!("certificates/root.der");

const SIGNER: &str = include_str!("certificates/signer.pem");
const KEY: &[u8] = include_bytes!("certificates/signer.key.der");

/// The name of the signer's certificate in its address.
const NAME: &str = "CERT-0rderly1-10ca1000-12345678";
/// Where PayPal's certificates are.
pub(super) const PATH: &str = "/v1/notifications/certs/";

/// The address of the signer's certificate, as webhooks name it: at PayPal's sandbox, since no other host is believed.
pub(super) fn address() -> String {
    format!("https://api.sandbox.paypal.com{PATH}{NAME}")
}

/// What an address serves, whichever host it names. None: there is nothing.
pub fn served(address: &str) -> Option<Vec<u8>> {
    (address.rsplit('/').next() == Some(NAME)).then(|| SIGNER.as_bytes().to_vec())
}

/// Signs with RSA and SHA-256; yields base64.
pub(super) fn sign(text: &str) -> String {
    static PAIR: LazyLock<Option<RsaKeyPair>> = LazyLock::new(|| RsaKeyPair::from_pkcs8(KEY).ok());
    let Some(pair) = PAIR.as_ref() else { return String::new() };
    let mut signature = vec![0; pair.public().modulus_len()];
    match pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature) {
        Ok(()) => BASE64.encode(&signature),
        Err(_) => String::new(),
    }
}
