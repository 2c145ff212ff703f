//! PayPal's webhook: <https://developer.paypal.com/api/rest/webhooks/rest/>.

use super::{
    certificates::{Address, Certificates},
    events,
    mode::Mode,
    signature::Transmission,
};
use crate::{
    config::flag,
    webhook::{Outcome, Received, Said},
};
use api::{Error, Request, Response};
use data_encoding::BASE64;
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError};

/// PayPal's events are a few kilobytes. A dispute holds its messages and evidence.
const MAX_BODY: usize = 1024 * 1024;

const WEBHOOK_ID: &str = "PAYPAL_WEBHOOK_ID";
/// A stand-in's address, and the root of its certificate in base64: see [`Certificates::of_stand_in`].
const STAND_IN: &str = "PAYPAL_STAND_IN";
const STAND_IN_ROOT: &str = "PAYPAL_STAND_IN_ROOT";

/// One webhook of a PayPal app.
#[derive(Debug)]
pub struct Webhook {
    /// PayPal's id of it. Signatures are made for one webhook, so another app's events are refused, and the simulator's,
    /// which are made for `WEBHOOK_ID`.
    id: String,
    certificates: Certificates,
}

impl Webhook {
    /// Needs `PAYPAL_WEBHOOK_ID` and `PAYPAL_LIVE`. It has no secret: PayPal signs with a key of its own. Takes
    /// `PAYPAL_STAND_IN` with `PAYPAL_STAND_IN_ROOT`, and only if no money is real.
    pub fn from_env(aws: &Aws, _: &Clock) -> Result<Self, ConfigError> {
        let mode = Mode::of(flag("PAYPAL_LIVE", &runtime::variable("PAYPAL_LIVE")?)?);
        let certificates = match runtime::optional(STAND_IN) {
            Some(url) => of_stand_in(aws, mode, &url, &runtime::variable(STAND_IN_ROOT)?)?,
            None => Certificates::of_paypal(aws, mode),
        };
        Self::new(&runtime::variable(WEBHOOK_ID)?, certificates)
    }

    /// `id` is what PayPal calls the webhook: `1JE4291016473214C`.
    pub fn new(id: &str, certificates: Certificates) -> Result<Self, ConfigError> {
        let is_id = (1..=50).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_id {
            return Ok(Self { id: id.to_owned(), certificates });
        }
        let problem = "must be the webhook's id of the app's settings, letters and digits".to_owned();
        Err(ConfigError::Invalid { name: WEBHOOK_ID, problem })
    }

    /// See [`Webhook::verify`](crate::Webhook::verify). An event of the other mode is known by where its certificate is.
    pub async fn verify(&self, request: &Request, now: Timestamp) -> Result<Vec<Vec<u8>>, Error> {
        request.at_most(MAX_BODY)?;
        let transmission = Transmission::of(request, now)?;
        let address = Address::parse(transmission.certificate, self.certificates.mode())?;
        let chain = self.certificates.trusted(&address, now).await?;
        transmission.check(&request.body, &self.id, &chain)?;
        Ok(vec![request.body.clone()])
    }

    /// See [`Webhook::understand`](crate::Webhook::understand).
    #[allow(clippy::unused_async, clippy::unused_self)] // others have to ask, or depend on their configuration
    pub async fn understand(&self, genuine: &[u8], _: Timestamp) -> Result<Said, Error> {
        events::read(genuine)
    }

    /// PayPal reads only the status of an answer.
    #[allow(clippy::unused_self)] // other providers' answers depend on their configuration
    pub fn answer(&self, outcomes: &[Outcome]) -> Response {
        Received::answer(outcomes)
    }
}

fn of_stand_in(aws: &Aws, mode: Mode, url: &str, root: &str) -> Result<Certificates, ConfigError> {
    if mode == Mode::Live {
        let problem = "must not be set where money is real: a stand-in's word would count as PayPal's".to_owned();
        return Err(ConfigError::Invalid { name: STAND_IN, problem });
    }
    let wrong = |_| ConfigError::Invalid { name: STAND_IN_ROOT, problem: "must be a certificate in base64".to_owned() };
    Ok(Certificates::of_stand_in(aws, url, &BASE64.decode(root.as_bytes()).map_err(wrong)?))
}

#[cfg(test)]
pub(super) mod tests;
