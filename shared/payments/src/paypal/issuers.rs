//! What webpki does not tell of a certificate: who issued it, and whether its key may sign.
//!
//! PayPal's address may serve its certificate alone: PayPal's Java library would refuse any other in the answer. The
//! certificate names the address of its issuer's: <https://www.rfc-editor.org/rfc/rfc5280#section-4.2.2.1>.

use rustls_pki_types::CertificateDer;

/// Where the authority serves its own certificates. They need no TLS, because the roots tell whether they are genuine. No
/// other host is asked, whatever a certificate says.
const AUTHORITY: &str = "http://cacerts.digicert.com/";

/// `caIssuers` (1.3.6.1.5.5.7.48.2) in DER, and the tag of an address.
const CA_ISSUERS: &[u8] = &[0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02, 0x86];
/// `keyUsage` (2.5.29.15) in DER.
const KEY_USAGE: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x0f];

/// The address of its issuer's certificate. None: it tells none, or another authority's.
pub(super) fn address(certificate: &CertificateDer<'_>) -> Option<String> {
    let (length, rest) = after(certificate, CA_ISSUERS)?.split_first()?;
    let address = std::str::from_utf8(rest.get(..usize::from(*length))?).ok()?;
    let name = address.strip_prefix(AUTHORITY)?;
    let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    is_plain.then(|| address.to_owned())
}

/// Whether its key may make signatures. One without the extension may be used for anything.
pub(super) fn may_sign(certificate: &CertificateDer<'_>) -> bool {
    let Some(rest) = after(certificate, KEY_USAGE) else { return true };
    // The extension may be marked as critical. Its value is a text of bits, whose first is that of signatures.
    let rest = rest.strip_prefix(&[0x01, 0x01, 0xff]).unwrap_or(rest);
    matches!(rest, [0x04, _, 0x03, length, _, bits, ..] if *length >= 2 && bits & 0x80 != 0)
}

/// What follows the first place of `mark`.
fn after<'a>(certificate: &'a CertificateDer<'_>, mark: &[u8]) -> Option<&'a [u8]> {
    let place = certificate.windows(mark.len()).position(|bytes| bytes == mark)?;
    certificate.get(place + mark.len()..)
}

#[cfg(test)]
mod tests;
