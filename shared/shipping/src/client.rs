//! The service that follows parcels.

use crate::{
    Service, aftership, config, easypost, shippo,
    wanted::{Followed, Wanted},
};
use app::Error;
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError, Secret};

/// A service that follows parcels.
#[derive(Debug)]
pub struct Client {
    api: Api,
    clock: Clock,
}

#[derive(Debug)]
enum Api {
    EasyPost(easypost::Api),
    Shippo(shippo::Api),
    AfterShip(aftership::Api),
}

impl Client {
    /// `url`: the service's API, without its version. None: the service follows no parcels that others sent.
    pub fn new(service: Service, aws: &Aws, clock: &Clock, url: &str, key: Secret) -> Option<Self> {
        let api = match service {
            Service::EasyPost => Api::EasyPost(easypost::Api::new(aws, url, key)),
            Service::Shippo => Api::Shippo(shippo::Api::new(aws, url, key)),
            Service::AfterShip => Api::AfterShip(aftership::Api::new(aws, url, key)),
            Service::Sendcloud => return None,
        };
        Some(Self { api, clock: clock.clone() })
    }

    /// The service that `TRACKED_BY` names: the one that follows parcels. None: nobody does, and people tell what becomes of them.
    /// No key is read before the first request.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Option<Self>, ConfigError> {
        config::follower()?.map_or(Ok(None), |service| Self::of(service, aws, clock))
    }

    /// Needs `EASYPOST_API_URL` and `EASYPOST_API_KEY`, or the same of `SHIPPO` or `AFTERSHIP`.
    fn of(service: Service, aws: &Aws, clock: &Clock) -> Result<Option<Self>, ConfigError> {
        let (url, key) = match service {
            Service::EasyPost => ("EASYPOST_API_URL", "EASYPOST_API_KEY"),
            Service::Shippo => ("SHIPPO_API_URL", "SHIPPO_API_KEY"),
            Service::AfterShip => ("AFTERSHIP_API_URL", "AFTERSHIP_API_KEY"),
            Service::Sendcloud => return Ok(None),
        };
        Ok(Self::new(service, aws, clock, &runtime::variable(url)?, Secret::new(aws, clock, key)?))
    }

    pub fn service(&self) -> Service {
        match self.api {
            Api::EasyPost(_) => Service::EasyPost,
            Api::Shippo(_) => Service::Shippo,
            Api::AfterShip(_) => Service::AfterShip,
        }
    }

    /// Lets the service follow a parcel, if it does not yet, and yields what it knows of it now. An error means that nobody knows
    /// whether it does: ask again later.
    pub async fn follow(&self, parcel: &Wanted<'_>) -> Result<Followed, Error> {
        let now: Timestamp = self.clock.now();
        match &self.api {
            Api::EasyPost(api) => api.follow(parcel, now).await,
            Api::Shippo(api) => api.follow(parcel, now).await,
            Api::AfterShip(api) => api.follow(parcel, now).await,
        }
    }
}
