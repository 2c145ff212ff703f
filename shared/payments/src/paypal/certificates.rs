//! PayPal's certificates, by their addresses.
//!
//! The header that names an address is not signed, so it may name anything. Only an address at PayPal is asked, a few times
//! a minute, and only a certificate that is PayPal's is kept.

use super::{
    chain::{self, Chain, Roots, Untrusted},
    issuers,
    mode::Mode,
    signature::refused,
};
use api::{Code, Error, Problem};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use runtime::{Aws, Web};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The webhook function has ten seconds. A certificate and its issuer's must come in them.
const TIMEOUT: Duration = Duration::from_secs(3);
/// PayPal signs with one certificate at a time, and with two while it is replaced.
const MAX_KEPT: usize = 4;
/// After this time a certificate is fetched again, so that one which PayPal has taken away is not used for longer.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// The most addresses of PayPal's that are asked in a minute. A flood of made-up addresses must not become a flood of requests.
const MAX_A_MINUTE: usize = 10;
/// A certificate has two kilobytes, and a chain of three has six.
const MAX_LENGTH: usize = 64 * 1024;
/// The most certificates of one address that are looked at.
const MAX_CHAIN: usize = 6;

/// Where PayPal's certificates are: <https://developer.paypal.com/api/rest/webhooks/rest/#self-verification-method>.
const PATH: &str = "/v1/notifications/certs/";
/// No name of a certificate is longer: `CERT-360caa42-fca2a594-ab66f33d`.
const MAX_NAME: usize = 100;

/// What an address serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    Found(Vec<u8>),
    /// There is nothing at this address.
    Nothing,
}

type Answer = Pin<Box<dyn Future<Output = Result<Fetched, String>> + Send>>;
type Source = Box<dyn Fn(String) -> Answer + Send + Sync>;

/// The address of one of PayPal's certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address(String);

/// PayPal's certificates of one environment.
pub struct Certificates {
    mode: Mode,
    roots: Roots,
    source: Source,
    /// Those that were trusted when they were fetched. The oldest is first.
    kept: Mutex<Vec<Kept>>,
    /// When addresses were asked in the last minute. Whoever holds it is the only one that asks.
    asked: tokio::sync::Mutex<Vec<Timestamp>>,
}

struct Kept {
    address: Address,
    at: Timestamp,
    chain: Arc<Chain>,
}

impl Address {
    /// The address in a header: HTTPS at the environment's host, at the default port, nothing but a name after the path. An
    /// address of the other environment is refused as such.
    pub(super) fn parse(text: &str, mode: Mode) -> Result<Self, Error> {
        let is_of = |mode: &Mode| {
            let name = text.strip_prefix("https://").and_then(|rest| rest.strip_prefix(mode.host()));
            let name = name.and_then(|rest| rest.strip_prefix(PATH)).unwrap_or_default();
            let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            is_plain && (1..=MAX_NAME).contains(&name.len())
        };
        match Mode::ALL.iter().find(|mode| is_of(mode)) {
            Some(known) if *known == mode => Ok(Self(text.to_owned())),
            Some(_) => {
                Err(Problem::new(Code::WrongMode, format!("this endpoint takes {} events only", mode.name())).into())
            }
            None => Err(refused("its certificate is not at PayPal's address")),
        }
    }
}

impl Certificates {
    /// Those that PayPal's own addresses serve.
    pub fn of_paypal(aws: &Aws, mode: Mode) -> Self {
        Self::from_source(mode, Roots::of_this_machine(), from_web(aws.web(TIMEOUT)))
    }

    /// Those that a stand-in for the sandbox serves at `url`, trusted by its own root, in DER. The addresses in the headers are
    /// PayPal's all the same: the stand-in is asked instead.
    pub(super) fn of_stand_in(aws: &Aws, url: &str, root: &[u8]) -> Self {
        let (url, web) = (url.trim_end_matches('/').to_owned(), from_web(aws.web(TIMEOUT)));
        let source = move |address: String| {
            let name = address.rsplit('/').next().unwrap_or_default();
            web(format!("{url}{PATH}{name}"))
        };
        Self::from_source(Mode::Sandbox, Roots::only([root]), source)
    }

    /// Those that `source` fetches, trusted by `roots`: for tests and stand-ins.
    pub fn from_source<F>(mode: Mode, roots: Roots, source: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Fetched, String>> + Send + 'static,
    {
        let source: Source = Box::new(move |address| Box::pin(source(address)));
        Self { mode, roots, source, kept: Mutex::default(), asked: tokio::sync::Mutex::default() }
    }

    pub(super) fn mode(&self) -> Mode {
        self.mode
    }

    /// The certificate at an address, and those that it depends on. It is PayPal's, and valid at `now`.
    pub(super) async fn trusted(&self, address: &Address, now: Timestamp) -> Result<Arc<Chain>, Error> {
        if let Some(chain) = self.kept(address, now) {
            return self.check(chain, now);
        }
        // Others who want the same certificate wait here, and find it kept.
        let mut asked = self.asked.lock().await;
        if let Some(chain) = self.kept(address, now) {
            return self.check(chain, now);
        }
        asked.retain(|at| now.duration_since(*at).abs() < SignedDuration::from_mins(1));
        if asked.len() >= MAX_A_MINUTE {
            let busy = "too many certificates were asked for in this minute; the event is taken when it is sent again";
            return Err(Problem::new(Code::Busy, busy).into());
        }
        asked.push(now);
        let chain = self.check(self.fetch(address).await?, now)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|known| known.address != *address);
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push(Kept { address: address.clone(), at: now, chain: Arc::clone(&chain) });
        Ok(chain)
    }

    fn kept(&self, address: &Address, now: Timestamp) -> Option<Arc<Chain>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |known: &&Kept| now.duration_since(known.at).abs() < KEPT_FOR;
        kept.iter().filter(is_fresh).find(|known| known.address == *address).map(|known| Arc::clone(&known.chain))
    }

    fn check(&self, chain: Arc<Chain>, now: Timestamp) -> Result<Arc<Chain>, Error> {
        match chain::check(&chain, &self.roots, self.mode, now) {
            Ok(()) => Ok(chain),
            // PayPal's address has served it, so nobody forged it: this machine does not know its authority.
            Err(error @ Untrusted::Issuer) => Err(Error::Internal(error.to_string())),
            Err(error) => Err(refused(&error.to_string())),
        }
    }

    async fn fetch(&self, Address(address): &Address) -> Result<Arc<Chain>, Error> {
        let nothing = || refused("PayPal has no certificate at its address");
        let mut chain = self.served(address).await?.ok_or_else(nothing)?;
        if let [only] = chain.as_slice()
            && let Some(issuer) = issuers::address(only)
        {
            chain.extend(self.served(&issuer).await?.unwrap_or_default());
        }
        Ok(chain.into())
    }

    /// The certificates that an address serves. None: it serves none.
    async fn served(&self, address: &str) -> Result<Option<Vec<CertificateDer<'static>>>, Error> {
        let unknown = |why: String| Error::Internal(format!("PayPal's certificate cannot be fetched: {why}"));
        let Fetched::Found(bytes) = (self.source)(address.to_owned()).await.map_err(unknown)? else { return Ok(None) };
        if bytes.len() > MAX_LENGTH {
            return Ok(None);
        }
        // Authorities serve the bare bytes of a certificate, PayPal text.
        let is_text = bytes.starts_with(b"-----BEGIN") || bytes.is_ascii();
        let chain: Vec<_> = if is_text {
            CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok).take(MAX_CHAIN).collect()
        } else {
            vec![CertificateDer::from(bytes)]
        };
        Ok((!chain.is_empty()).then_some(chain))
    }
}

/// Fetches what an address serves. Redirects are not followed: PayPal's address makes none.
fn from_web(web: Web) -> impl Fn(String) -> Answer + Send + Sync {
    move |address| {
        let web = web.clone();
        Box::pin(async move {
            let malformed = |_| "its address is malformed".to_owned();
            let request = http::Request::get(address).body(Vec::new()).map_err(malformed)?;
            let answer = web.send(request).await.map_err(|error| error.to_string())?;
            match answer.status {
                StatusCode::OK => Ok(Fetched::Found(answer.body)),
                status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                    Err(format!("its address answered {status}"))
                }
                _ => Ok(Fetched::Nothing),
            }
        })
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificates({})", self.mode.name())
    }
}

#[cfg(test)]
mod tests;
