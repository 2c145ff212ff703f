//! The services that sell labels.

use crate::{
    Service, config, easypost,
    label::{Offers, Purchase, Purchased, Shipment, Voided},
    sendcloud, shippo,
};
use app::Error;
use domain::fulfillment::{Bought, Offered};
use runtime::{Aws, Clock, ConfigError, Secret};

/// A service that sells labels.
#[derive(Debug)]
pub struct Seller {
    api: Api,
    clock: Clock,
}

#[derive(Debug)]
enum Api {
    EasyPost(easypost::Labels),
    Shippo(shippo::Labels),
    Sendcloud(sendcloud::Labels),
}

/// The services that labels are bought from.
#[derive(Debug)]
pub struct Sellers(Vec<(Service, Seller)>);

impl Sellers {
    /// Those that `LABEL_SELLERS` names. Each needs its API's URL and key: `EASYPOST_API_URL` and `EASYPOST_API_KEY`, and so on. No key is read
    /// before the first request.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        Self::with_keys(aws, clock, |_| true)
    }

    /// The same, to fetch labels from and nothing else. Only a service that asks for its key before it gives a label out needs one:
    /// `SENDCLOUD_API_KEY`. The keys that buy labels are not for whoever prints them.
    pub fn keepers_from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        Self::with_keys(aws, clock, |service| service == Service::Sendcloud)
    }

    fn with_keys(aws: &Aws, clock: &Clock, has_key: impl Fn(Service) -> bool) -> Result<Self, ConfigError> {
        let of = |service| {
            let (url, key) = variables(service);
            let key = if has_key(service) { Secret::new(aws, clock, key)? } else { Secret::fixed(key, "") };
            let seller = Seller::new(service, aws, clock, &runtime::variable(url)?, key);
            Ok((service, seller.ok_or_else(|| config::no_seller(service))?))
        };
        config::sellers()?.into_iter().map(of).collect::<Result<_, _>>().map(Self)
    }

    pub fn new(sellers: impl IntoIterator<Item = (Service, Seller)>) -> Self {
        Self(sellers.into_iter().collect())
    }

    /// The service by its name, if the shop buys labels there.
    pub fn named(&self, name: &str) -> Option<&Seller> {
        self.0.iter().find(|(service, _)| service.name() == name).map(|(_, seller)| seller)
    }
}

impl Seller {
    /// `url`: the service's API, without its version. None: the service sells no labels.
    pub fn new(service: Service, aws: &Aws, clock: &Clock, url: &str, key: Secret) -> Option<Self> {
        let api = match service {
            Service::EasyPost => Api::EasyPost(easypost::Labels::new(aws, url, key)),
            Service::Shippo => Api::Shippo(shippo::Labels::new(aws, url, key)),
            Service::Sendcloud => Api::Sendcloud(sendcloud::Labels::new(aws, url, key)),
            Service::AfterShip => return None,
        };
        Some(Self { api, clock: clock.clone() })
    }

    /// Asks what carriers would take for a parcel. It buys nothing.
    pub async fn offers(&self, shipment: &Shipment<'_>) -> Result<Offers, Error> {
        match &self.api {
            Api::EasyPost(api) => api.offers(shipment).await,
            Api::Shippo(api) => api.offers(shipment).await,
            Api::Sendcloud(api) => api.offers(shipment).await,
        }
    }

    /// Buys a label. An error means that nobody knows whether it is bought.
    pub async fn buy(&self, purchase: &Purchase<'_>) -> Result<Purchased, Error> {
        let now = self.clock.now();
        match &self.api {
            Api::EasyPost(api) => api.buy(purchase, now).await,
            Api::Shippo(api) => api.buy(purchase, now).await,
            Api::Sendcloud(api) => api.buy(purchase, now).await,
        }
    }

    /// Looks for what may have been bought. None: nothing that the service knows of. `reference`: that of the shipment.
    pub async fn find(&self, reference: &str, offered: &Offered) -> Result<Option<Purchased>, Error> {
        let now = self.clock.now();
        match &self.api {
            Api::EasyPost(api) => api.find(offered, now).await,
            Api::Shippo(api) => api.find(offered, now).await,
            Api::Sendcloud(api) => api.find(reference, now).await,
        }
    }

    /// Gives back the label that the service calls `id`. Giving it back twice is giving it back once.
    pub async fn void(&self, id: &str) -> Result<Voided, Error> {
        match &self.api {
            Api::EasyPost(api) => api.void(id).await,
            Api::Shippo(api) => api.void(id).await,
            Api::Sendcloud(api) => api.void(id).await,
        }
    }

    /// The label to be printed, as PDF.
    pub async fn document(&self, bought: &Bought) -> Result<Vec<u8>, Error> {
        match &self.api {
            Api::EasyPost(api) => api.document(bought).await,
            Api::Shippo(api) => api.document(bought).await,
            Api::Sendcloud(api) => api.document(bought).await,
        }
    }
}

/// The variables with a service's URL and its key.
fn variables(service: Service) -> (&'static str, &'static str) {
    match service {
        Service::EasyPost => ("EASYPOST_API_URL", "EASYPOST_API_KEY"),
        Service::Shippo => ("SHIPPO_API_URL", "SHIPPO_API_KEY"),
        Service::Sendcloud | Service::AfterShip => ("SENDCLOUD_API_URL", "SENDCLOUD_API_KEY"),
    }
}
