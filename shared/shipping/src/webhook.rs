//! What services report through their webhooks.

use crate::{
    aftership, config, easypost, sendcloud,
    service::{Service, list},
    shippo,
    told::{Said, Told},
};
use api::{Code, Error, Problem, Request};
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError, Secret, SecretValue};
use serde_json::Value;
use webhooks::{SignatureError, signed};

/// Bodies hold the history of one parcel: a few kilobytes, a hundred where a carrier scans a lot.
const MAX_BODY: usize = 1024 * 1024;

/// What a request says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub told: Option<Told>,
    /// The types of events, and the words of the service, that say nothing of a parcel on its way.
    pub ignored: Vec<String>,
    /// What is wrong with a body that is genuine and that nobody here understands, for people. The body is not kept: whoever
    /// follows the parcel is asked about it again.
    pub unread: Option<String>,
}

impl Service {
    /// The header that it signs in, and what is in it.
    pub fn signature(self) -> (&'static str, &'static str) {
        match self {
            Self::EasyPost => (easypost::HEADER, "EasyPost: `hmac-sha256-hex=` and the HMAC of the body."),
            Self::Shippo => (shippo::HEADER, "Shippo: `t=`, the time, `,v1=`, and the HMAC of both and the body."),
            Self::Sendcloud => (sendcloud::HEADER, "Sendcloud: the HMAC of the body in hexadecimal digits."),
            Self::AfterShip => (aftership::HEADER, "AfterShip: the HMAC of the body in base64."),
        }
    }
}

/// A service's webhook.
#[derive(Debug)]
pub struct Webhook {
    service: Service,
    /// The webhook's secrets, one per line. There are two while one is rolled.
    secret: Secret,
    /// Whether it takes live events or those of tests. Some services know no tests.
    live: bool,
}

impl Webhook {
    /// `live`: events of tests are refused; otherwise live ones are. A service without tests has only live ones, which are taken.
    pub fn new(service: Service, secret: Secret, live: bool) -> Self {
        Self { service, secret, live }
    }

    /// Needs `EASYPOST_WEBHOOK_SECRET` and `EASYPOST_LIVE`, `SHIPPO_WEBHOOK_SECRET` and `SHIPPO_LIVE`, `SENDCLOUD_WEBHOOK_SECRET`, or
    /// `AFTERSHIP_WEBHOOK_SECRET`.
    fn from_env(service: Service, aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let (secret, live) = match service {
            Service::EasyPost => ("EASYPOST_WEBHOOK_SECRET", config::flag("EASYPOST_LIVE")?),
            Service::Shippo => ("SHIPPO_WEBHOOK_SECRET", config::flag("SHIPPO_LIVE")?),
            Service::Sendcloud => ("SENDCLOUD_WEBHOOK_SECRET", true),
            Service::AfterShip => ("AFTERSHIP_WEBHOOK_SECRET", true),
        };
        Ok(Self::new(service, Secret::new(aws, clock, secret)?, live))
    }

    pub fn service(&self) -> Service {
        self.service
    }

    /// Reads a request. One that is not genuine is refused with 401, one for another mode with 400, one that is too long with 413.
    /// Nothing is then recorded. A secret that cannot be read is our fault (500), and the service tries again.
    ///
    /// `now` is when the request was received.
    pub async fn read(&self, request: &Request, now: Timestamp) -> Result<Reading, Error> {
        request.at_most(MAX_BODY)?;
        self.check_signature(request, now).await?;
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
            return Ok(unread("the body is not valid JSON".to_owned()));
        };
        self.check_mode(&body)?;
        match self.understand(&body, now) {
            Ok(Some(Said { told, ignored })) => {
                let told = Some(told).filter(|told| !told.moments.is_empty());
                Ok(Reading { told, ignored, unread: None })
            }
            Ok(None) => Ok(Reading { ignored: vec![kind(&body)], ..Reading::default() }),
            Err(Error::Problem(problem)) => Ok(unread(problem.detail)),
            Err(error) => Err(error),
        }
    }

    async fn check_signature(&self, request: &Request, now: Timestamp) -> Result<(), Error> {
        let (name, _) = self.service.signature();
        let Some(header) = request.header(name) else {
            return Err(signed::refused(SignatureError::Missing(name))); // before any secret is read
        };
        let verify = |secrets: &SecretValue| match self.service {
            Service::EasyPost => easypost::verify(header, &request.body, secrets),
            Service::Shippo => shippo::verify(header, &request.body, secrets, now),
            Service::Sendcloud => sendcloud::verify(header, &request.body, secrets),
            Service::AfterShip => aftership::verify(header, &request.body, secrets),
        };
        signed::check(&self.secret, verify).await
    }

    /// A body without a mode is of no use to anybody, but it is genuine, so it is not refused.
    fn check_mode(&self, body: &Value) -> Result<(), Error> {
        let is_live = match self.service {
            Service::EasyPost => easypost::is_live(body),
            Service::Shippo => shippo::is_live(body),
            Service::Sendcloud | Service::AfterShip => None,
        };
        if is_live.is_some_and(|live| live != self.live) {
            let mode = if self.live { "live" } else { "test" };
            return Err(Problem::new(Code::WrongMode, format!("this endpoint takes {mode} events only")).into());
        }
        Ok(())
    }

    /// None: it is an event of a type that tells of no parcel.
    fn understand(&self, body: &Value, now: Timestamp) -> Result<Option<Said>, Error> {
        match self.service {
            Service::EasyPost => easypost::event(body, now),
            Service::Shippo => shippo::event(body, now),
            Service::Sendcloud => sendcloud::event(body, now),
            Service::AfterShip => aftership::event(body, now),
        }
    }
}

fn unread(why: String) -> Reading {
    Reading { unread: Some(why), ..Reading::default() }
}

/// The type of an event, wherever the service writes it.
fn kind(body: &Value) -> String {
    let named = ["description", "event", "action"].iter().find_map(|field| body[*field].as_str());
    crate::words::word(named.unwrap_or("untyped"))
}

/// The webhooks of the services in use.
#[derive(Debug)]
pub struct Webhooks(Vec<Webhook>);

impl Webhooks {
    /// The webhooks that the environment configures. No secret is read before the first event.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let webhooks = config::configured()?.into_iter().map(|service| Webhook::from_env(service, aws, clock));
        webhooks.collect::<Result<_, _>>().map(Self)
    }

    pub fn new(webhooks: impl IntoIterator<Item = Webhook>) -> Self {
        Self(webhooks.into_iter().collect())
    }

    /// The webhook of the service with this name, or a 404 that lists the services in use.
    pub fn of(&self, name: &str) -> Result<&Webhook, Problem> {
        self.0.iter().find(|webhook| webhook.service.name() == name).ok_or_else(|| {
            let used = self.0.iter().map(Webhook::service).collect::<Vec<_>>();
            let used = if used.is_empty() { "none".to_owned() } else { list(&used) };
            Problem::not_found(format!("no tracking service is configured under this name; configured: {used}"))
        })
    }
}

#[cfg(test)]
mod tests;
