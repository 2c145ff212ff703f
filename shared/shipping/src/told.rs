//! What a service tells of a parcel, in our terms.

use crate::{
    carriers,
    service::Service,
    states::{Means, States},
    times, words,
};
use domain::{fulfillment::Report, parcel_state::ParcelState};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// The most names of unknown words that one body has.
const MAX_UNKNOWN: usize = 10;
/// The most moments of a parcel. Those of the busiest are a few dozen; the latest are kept.
const MAX_MOMENTS: usize = 200;

/// What is told of one parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// As `carriers.tsv` names it; the service's own word if it does not. Empty: the service does not tell.
    pub carrier: String,
    pub number: String,
    /// Sorted by time, no two at the same. None: nothing is known of it yet.
    pub moments: Vec<Moment>,
}

/// What became of a parcel at some moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    pub at: Timestamp,
    pub state: ParcelState,
    /// The carrier's text, for people. It names nobody.
    pub words: String,
}

impl Told {
    /// The same as the rules of parcels take it.
    pub fn reports(&self) -> Vec<(ParcelState, Report)> {
        let report = |moment: &Moment| Report { at: moment.at, reason: moment.words.clone() };
        self.moments.iter().map(|moment| (moment.state, report(moment))).collect()
    }
}

/// What is told in one body, while it is read.
#[derive(Debug)]
pub(crate) struct Reader {
    states: &'static States,
    now: Timestamp,
    moments: Vec<Moment>,
    /// Words that mean nothing to us, or nothing yet.
    ignored: BTreeSet<String>,
}

/// What a body says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub told: Told,
    pub ignored: Vec<String>,
}

impl Reader {
    pub(crate) fn new(states: &'static States, now: Timestamp) -> Self {
        Self { states, now, moments: Vec::new(), ignored: BTreeSet::new() }
    }

    /// Reads what is told of one moment. Without a time it can be put nowhere.
    pub(crate) fn add(&mut self, at: Option<Timestamp>, (status, closer): (&str, &str), text: &str) {
        let named = [status, closer].map(words::word).into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>();
        let named = named.join("/");
        match (self.states.meaning(status, closer), at) {
            (Means::State(state), Some(at)) => {
                self.moments.push(Moment { at: times::until(self.now, at), state, words: words::words(text) });
            }
            (Means::State(_), None) => self.ignore(format!("{named} without a time")),
            (Means::Nothing, _) => self.ignore(named),
            (Means::Unknown, _) => {
                tracing::warn!(status = named, "a tracking service told what its table of states does not know");
                self.ignore(format!("unknown {named}"));
            }
        }
    }

    pub(crate) fn has_moments(&self) -> bool {
        !self.moments.is_empty()
    }

    fn ignore(&mut self, name: String) {
        if self.ignored.len() < MAX_UNKNOWN {
            self.ignored.insert(name);
        }
    }

    /// All of it, of a parcel that the service names so.
    pub(crate) fn told(self, service: Service, carrier: &str, number: String) -> Said {
        let carrier = carriers::ours(service, carrier).map_or_else(|| words::name(carrier), str::to_owned);
        let told = Told { carrier, number, moments: in_order(self.moments) };
        Said { told, ignored: self.ignored.into_iter().collect() }
    }
}

/// One after the other, each once.
fn in_order(mut moments: Vec<Moment>) -> Vec<Moment> {
    // A delivery ends what else is told of the same second.
    moments.sort_by_key(|moment| (moment.at, moment.state == ParcelState::Delivered));
    moments.dedup_by(|again, first| again.at == first.at && again.state == first.state);
    moments.drain(..moments.len().saturating_sub(MAX_MOMENTS));
    let mut last = None;
    let mut is_going_back = false;
    for moment in &mut moments {
        // What carriers write to the second may happen in one; who compares moments must see which was first.
        let next = last.and_then(|last: Timestamp| last.checked_add(SignedDuration::from_millis(1)).ok());
        moment.at = next.map_or(moment.at, |next| moment.at.max(next));
        last = Some(moment.at);
        // Whoever gets it then, it is its sender: carriers call that a delivery too.
        is_going_back |= moment.state == ParcelState::Returned;
        if is_going_back && moment.state == ParcelState::Delivered {
            moment.state = ParcelState::Returned;
        }
    }
    moments
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ParcelState::{Delivered, InTransit, Returned};

    const TABLE: States = States("way\t*\tin_transit\ndone\t*\tdelivered\nback\t*\treturned\nlabel\t*\t-");

    fn now() -> Timestamp {
        Timestamp::from_second(1_764_000_000).unwrap()
    }

    fn said(rows: &[(i64, &str)]) -> Said {
        let mut reader = Reader::new(&TABLE, now());
        for (seconds, status) in rows {
            reader.add(Some(now() + SignedDuration::from_secs(*seconds)), (status, ""), "text");
        }
        reader.told(Service::EasyPost, "UPS", "1Z".to_owned())
    }

    fn moments(rows: &[(i64, &str)]) -> Vec<(i64, ParcelState)> {
        let moments = said(rows).told.moments;
        moments
            .iter()
            .map(|moment| (moment.at.duration_since(now()).as_millis().try_into().unwrap(), moment.state))
            .collect()
    }

    #[test]
    fn what_is_told_is_sorted_and_each_is_there_once() {
        let told = moments(&[(-5, "done"), (-9, "way"), (-7, "way"), (-9, "way"), (-5, "done")]);
        assert_eq!(told, [(-9_000, InTransit), (-7_000, InTransit), (-5_000, Delivered)]);
        assert_eq!(said(&[]).told, Told { carrier: "UPS".to_owned(), number: "1Z".to_owned(), moments: vec![] });
    }

    #[test]
    fn of_what_happens_in_one_second_a_delivery_is_last_and_no_two_are_at_once() {
        assert_eq!(moments(&[(-5, "done"), (-5, "way")]), [(-5_000, InTransit), (-4_999, Delivered)]);
        assert_eq!(
            moments(&[(900, "way"), (901, "done"), (902, "way")]),
            [(0, InTransit), (1, Delivered)],
            "all of the future is now"
        );
    }

    #[test]
    fn a_parcel_that_goes_back_is_not_delivered_to_its_customer() {
        assert_eq!(moments(&[(-9, "back"), (-5, "done")]), [(-9_000, Returned), (-5_000, Returned)]);
        assert_eq!(moments(&[(-9, "done"), (-5, "back")]), [(-9_000, Delivered), (-5_000, Returned)]);
    }

    #[test]
    fn what_means_nothing_is_named_and_the_rest_counts() {
        let mut reader = Reader::new(&TABLE, now());
        reader.add(Some(now()), ("label", "printed"), "");
        reader.add(Some(now()), ("teleported", "<b>"), "");
        reader.add(None, ("way", ""), "");
        reader.add(Some(now()), ("way", "x"), "");
        let said = reader.told(Service::Shippo, "", "1".to_owned());
        assert_eq!(said.ignored, ["label/printed", "unknown teleported/b", "way without a time"]);
        assert_eq!(said.told.moments.len(), 1);
        let mut reader = Reader::new(&TABLE, now());
        (0..1_000).for_each(|n| reader.add(None, (&format!("new{n}"), ""), ""));
        assert_eq!(reader.told(Service::Shippo, "", "1".to_owned()).ignored.len(), MAX_UNKNOWN);
        assert_eq!(moments(&(0..1_000).map(|n| (-n, "way")).collect::<Vec<_>>()).len(), MAX_MOMENTS);
    }
}
