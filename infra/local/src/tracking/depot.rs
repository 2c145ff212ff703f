//! What happens to parcels, and who follows them.

use super::{counter::Counter, service::Service};
use crate::outside::{Courier, Webhook, hex};
use jiff::Timestamp;
use runtime::Clock;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What may happen to a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// Its label was made. No carrier has it yet.
    LabelMade,
    InTransit,
    OutForDelivery,
    AwaitingPickup,
    AttemptFailed,
    Delayed,
    Exception,
    Damaged,
    Refused,
    /// On its way back to its sender.
    Returned,
    Lost,
    Delivered,
}

/// What happened to a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happened {
    pub state: Happening,
    pub at: Timestamp,
    /// The carrier's text.
    pub text: String,
}

/// A parcel that a service follows.
#[derive(Debug, Clone)]
pub(super) struct Tracker {
    pub(super) service: Service,
    pub(super) id: String,
    pub(super) number: String,
    /// As the service calls it.
    pub(super) carrier: String,
    pub(super) since: Timestamp,
    /// What whoever registered it has written on it.
    pub(super) note: Option<String>,
    /// How often it was registered: each time, a webhook comes once more.
    pub(super) times: usize,
}

#[derive(Debug, Default)]
struct Known {
    /// What happened to each number, as it was told: not always in the order of time.
    histories: BTreeMap<String, Vec<Happened>>,
    trackers: Vec<Tracker>,
    /// The statuses of the next answers of a service.
    failures: BTreeMap<Service, VecDeque<u16>>,
}

/// All carriers' parcels, and the services that follow them.
#[derive(Debug)]
pub(super) struct Depot {
    pub(super) clock: Clock,
    /// Where labels are sold.
    pub(super) counter: Counter,
    known: Mutex<Known>,
    tell: Tell,
    couriers: BTreeMap<Service, Arc<Courier>>,
}

/// The body of a service's webhook that tells of the last that happened to a parcel.
pub(super) type Tell = fn(&Tracker, &[Happened], Timestamp) -> Vec<u8>;

impl Depot {
    pub(super) fn new(clock: Clock, tell: Tell, couriers: BTreeMap<Service, Arc<Courier>>) -> Self {
        Self { clock, counter: Counter::default(), known: Mutex::default(), tell, couriers }
    }

    pub(super) fn couriers(&self) -> impl Iterator<Item = (Service, &Arc<Courier>)> {
        self.couriers.iter().map(|(service, courier)| (*service, courier))
    }

    /// What happened to a parcel so far, the earliest first.
    pub(super) fn history(&self, number: &str) -> Vec<Happened> {
        let mut history = self.known().histories.get(number).cloned().unwrap_or_default();
        history.sort_by_key(|happened| happened.at);
        history
    }

    /// Something happens to a parcel. Yields the webhooks of those who follow it.
    pub(super) fn happen(&self, number: &str, happened: Happened) -> Vec<(Service, Webhook)> {
        self.known().histories.entry(number.to_owned()).or_default().push(happened);
        self.webhooks(number)
    }

    /// The webhooks that tell of the last that happened to a parcel.
    pub(super) fn webhooks(&self, number: &str) -> Vec<(Service, Webhook)> {
        let history = self.history(number);
        let mut webhooks = Vec::new();
        for tracker in self.trackers(number) {
            let Some(courier) = self.couriers.get(&tracker.service) else { continue };
            let body = (self.tell)(&tracker, &history, self.clock.now());
            webhooks.extend((0..tracker.times).map(|_| (tracker.service, courier.sign(body.clone()))));
        }
        webhooks
    }

    /// Those who follow a parcel.
    pub(super) fn trackers(&self, number: &str) -> Vec<Tracker> {
        self.known().trackers.iter().filter(|tracker| tracker.number == number).cloned().collect()
    }

    /// A service's tracker that this holds for.
    pub(super) fn find(&self, service: Service, is_it: impl Fn(&Tracker) -> bool) -> Option<Tracker> {
        self.known().trackers.iter().find(|tracker| tracker.service == service && is_it(tracker)).cloned()
    }

    /// All of a service's trackers.
    pub(super) fn all(&self, service: Service) -> Vec<Tracker> {
        self.known().trackers.iter().filter(|tracker| tracker.service == service).cloned().collect()
    }

    /// A service follows a parcel from now on. If it does already, `again` says what that means.
    pub(super) fn register(&self, new: Tracker, again: impl FnOnce(&mut Tracker)) -> Tracker {
        let mut known = self.known();
        let is_it =
            |own: &&mut Tracker| (own.service, &own.number, &own.carrier) == (new.service, &new.number, &new.carrier);
        if let Some(own) = known.trackers.iter_mut().find(is_it) {
            again(own);
            return own.clone();
        }
        known.trackers.push(new.clone());
        new
    }

    /// A service follows whatever it sold the label of.
    pub(super) fn sell(&self, service: Service, carrier: &str, number: &str) {
        let tracker = Tracker {
            service,
            id: match service {
                Service::EasyPost => format!("trk_{}", hex(32)),
                _ => hex(32),
            },
            number: number.to_owned(),
            carrier: carrier.to_owned(),
            since: self.clock.now(),
            note: None,
            times: 1,
        };
        self.register(tracker, |_| {});
    }

    /// Whether a carrier has the parcel.
    pub(super) fn is_on_its_way(&self, number: &str) -> bool {
        self.history(number).iter().any(|happened| happened.state != Happening::LabelMade)
    }

    /// Lets a service fail with these statuses, one request after the other.
    pub(super) fn fail(&self, service: Service, statuses: impl IntoIterator<Item = u16>) {
        self.known().failures.entry(service).or_default().extend(statuses);
    }

    pub(super) fn failure(&self, service: Service) -> Option<u16> {
        self.known().failures.get_mut(&service).and_then(VecDeque::pop_front)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
