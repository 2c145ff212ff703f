//! Whether a certificate is PayPal's: its chain, its name, its time and its use. webpki judges, as it does in TLS.

use super::{issuers, mode::Mode};
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use std::{sync::OnceLock, time::Duration};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage};

/// A certificate and those that it may depend on.
pub(super) type Chain = [CertificateDer<'static>];

/// The roots that are trusted.
#[derive(Debug, Default)]
pub struct Roots(OnceLock<Vec<TrustAnchor<'static>>>);

impl Roots {
    /// Those of the machine, which every TLS connection of the function trusts too. They are read on first use.
    pub fn of_this_machine() -> Self {
        Self::default()
    }

    /// Only these, in DER: for tests and stand-ins. What is no certificate is left out.
    pub fn only<'a>(roots: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(OnceLock::from(anchors(roots.into_iter().map(CertificateDer::from))))
    }

    fn anchors(&self) -> &[TrustAnchor<'static>] {
        self.0.get_or_init(|| anchors(rustls_native_certs::load_native_certs().certs))
    }
}

fn anchors<'a>(roots: impl IntoIterator<Item = CertificateDer<'a>>) -> Vec<TrustAnchor<'static>> {
    let anchor =
        |root: CertificateDer<'_>| webpki::anchor_from_trusted_cert(&root).ok().map(|anchor| anchor.to_owned());
    roots.into_iter().filter_map(anchor).collect()
}

/// Why a chain is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Untrusted {
    /// The certificate of an issuer is missing here, or its root is. PayPal may have changed its authority.
    #[error("no chain leads from PayPal's certificate to a root of this machine")]
    Issuer,
    #[error("the certificate has ended, or has not begun")]
    Time,
    #[error("the certificate is for another name")]
    Name,
    #[error("the certificate is not one to sign with")]
    Use,
    #[error("the certificate or its chain is malformed or forged")]
    Malformed,
}

/// Checks a chain whose first certificate is the signer's, for `now`. Revocation is not checked: PayPal takes a certificate
/// away from its address instead.
pub(super) fn check(chain: &Chain, roots: &Roots, mode: Mode, now: Timestamp) -> Result<(), Untrusted> {
    let (first, others) = chain.split_first().ok_or(Untrusted::Malformed)?;
    let signer = EndEntityCert::try_from(first).map_err(|_| Untrusted::Malformed)?;
    let name = ServerName::try_from(mode.signer()).map_err(|_| Untrusted::Name)?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.as_second()).unwrap_or_default()));
    // PayPal's certificates are those of servers: authorities make no others for a name on the web.
    let usage = KeyUsage::server_auth();
    signer
        .verify_for_usage(ALL_VERIFICATION_ALGS, roots.anchors(), others, now, usage, None, None)
        .map_err(|error| why(&error))?;
    signer.verify_is_valid_for_subject_name(&name).map_err(|_| Untrusted::Name)?;
    if issuers::may_sign(first) { Ok(()) } else { Err(Untrusted::Use) }
}

fn why(error: &webpki::Error) -> Untrusted {
    use webpki::Error;
    match error {
        Error::UnknownIssuer => Untrusted::Issuer,
        Error::CertExpired { .. } | Error::CertNotValidYet { .. } => Untrusted::Time,
        Error::RequiredEkuNotFoundContext(_) | Error::CaUsedAsEndEntity => Untrusted::Use,
        _ => Untrusted::Malformed,
    }
}

#[cfg(test)]
mod tests;
