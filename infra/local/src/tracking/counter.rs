//! Where services sell labels: what they offered, what they sold, and what goes wrong with it.

use super::{service::Service, tariff::Tariff};
use crate::outside::hex;
use jiff::Timestamp;
use serde::Serialize;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A label that a service sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SoldLabel {
    pub service: Service,
    /// What the service calls it.
    pub id: String,
    /// What its buyer calls it.
    pub reference: String,
    /// As the service names it.
    pub carrier: String,
    /// The service of the carrier.
    pub level: String,
    pub tracking_number: String,
    /// In minor units.
    pub price: i64,
    pub currency: String,
    pub at: Timestamp,
    /// Whether it was given back.
    pub voided: bool,
}

/// A label that is bought, or that the carrier refused to make.
#[derive(Debug, Clone)]
pub(super) struct Sale {
    pub(super) label: SoldLabel,
    /// What it was sold for: the service's own shipment.
    pub(super) shipment: String,
    /// The offer that was taken.
    pub(super) offer: String,
    pub(super) tariff: Tariff,
    /// The carrier refused. Nothing is bought.
    pub(super) has_failed: bool,
}

/// A shipment that offers were made for.
#[derive(Debug, Clone)]
pub(super) struct Shipment {
    pub(super) service: Service,
    pub(super) id: String,
    pub(super) reference: String,
    pub(super) weight_g: u32,
    /// By their ids.
    pub(super) offers: Vec<(String, Tariff)>,
    pub(super) since: Timestamp,
}

/// What is bought.
#[derive(Debug)]
pub(super) struct Order<'a> {
    pub(super) service: Service,
    pub(super) id: String,
    pub(super) reference: &'a str,
    pub(super) shipment: &'a str,
    pub(super) offer: &'a str,
    pub(super) tariff: Tariff,
    pub(super) weight_g: u32,
}

#[derive(Debug, Default)]
struct Known {
    shipments: Vec<Shipment>,
    sales: Vec<Sale>,
    /// The statuses of the next answers to purchases that have taken effect.
    lost: BTreeMap<Service, VecDeque<u16>>,
    /// How many of the next purchases carriers refuse.
    refusals: BTreeMap<Service, usize>,
}

/// The counter of all services.
#[derive(Debug, Default)]
pub(super) struct Counter(Mutex<Known>);

impl Counter {
    /// A service makes offers for a parcel.
    pub(super) fn offer(&self, shipment: Shipment) -> Shipment {
        self.known().shipments.push(shipment.clone());
        shipment
    }

    pub(super) fn shipment(&self, is_it: impl Fn(&Shipment) -> bool) -> Option<Shipment> {
        self.known().shipments.iter().find(|shipment| is_it(shipment)).cloned()
    }

    /// Sells a label, unless `is_sold` holds for what was sold before. Then it yields that.
    pub(super) fn sell(
        &self,
        order: Order<'_>,
        at: Timestamp,
        is_sold: impl Fn(&Sale) -> bool,
    ) -> Result<Sale, Box<Sale>> {
        let mut known = self.known();
        if let Some(sale) = known.sales.iter().find(|sale| is_sold(sale)) {
            return Err(Box::new(sale.clone()));
        }
        let refusals = known.refusals.entry(order.service).or_default();
        let has_failed = *refusals > 0;
        *refusals = refusals.saturating_sub(1);
        let Order { service, id, reference, shipment, offer, tariff, weight_g } = order;
        let label = SoldLabel {
            service,
            id,
            reference: reference.to_owned(),
            carrier: tariff.carrier.to_owned(),
            level: tariff.level_name.to_owned(),
            tracking_number: tariff.number(),
            price: tariff.price(weight_g),
            currency: tariff.currency().to_owned(),
            at,
            voided: false,
        };
        let sale = Sale { label, shipment: shipment.to_owned(), offer: offer.to_owned(), tariff, has_failed };
        known.sales.push(sale.clone());
        Ok(sale)
    }

    pub(super) fn sales(&self, is_it: impl Fn(&Sale) -> bool) -> Vec<Sale> {
        self.known().sales.iter().filter(|sale| is_it(sale)).cloned().collect()
    }

    pub(super) fn sale(&self, is_it: impl Fn(&Sale) -> bool) -> Option<Sale> {
        self.sales(is_it).into_iter().next()
    }

    /// All labels that were sold.
    pub(super) fn labels(&self) -> Vec<SoldLabel> {
        self.sales(|sale| !sale.has_failed).into_iter().map(|sale| sale.label).collect()
    }

    /// A service takes a label back.
    pub(super) fn void(&self, service: Service, id: &str) {
        let mut known = self.known();
        let own = known.sales.iter_mut().filter(|sale| sale.label.service == service && sale.label.id == id);
        own.for_each(|sale| sale.label.voided = true);
    }

    /// Lets the answers to a service's next purchases be lost, after they have taken effect.
    pub(super) fn lose(&self, service: Service, statuses: impl IntoIterator<Item = u16>) {
        self.known().lost.entry(service).or_default().extend(statuses);
    }

    /// The status that the answer to a purchase has instead.
    pub(super) fn lost(&self, service: Service) -> Option<u16> {
        self.known().lost.get_mut(&service).and_then(VecDeque::pop_front)
    }

    /// Lets carriers refuse so many of a service's next purchases.
    pub(super) fn refuse(&self, service: Service, purchases: usize) {
        *self.known().refusals.entry(service).or_default() += purchases;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// New offers, each with an id of its own.
pub(super) fn named(prefix: &str, tariffs: impl Iterator<Item = Tariff>) -> Vec<(String, Tariff)> {
    tariffs.map(|tariff| (format!("{prefix}{}", hex(32)), tariff)).collect()
}
