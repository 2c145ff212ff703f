//! Movements of stock that are decided and not yet made, because one transaction does not hold all of a large order.
//!
//! What takes from the stock always moves with the decision, so nothing is sold twice. The rest follows: until then
//! `available` is lower than it could be, never higher.

use super::{
    history::Stamp,
    ids::Sku,
    stock::{Movement, MovementRecord, StockChange, StockDelta, StockLevel, StockPlace},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What an order still has to move.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Unsettled {
    stock: StockChange,
    corrections: Vec<(Sku, MovementRecord)>,
    /// Places that are to be closed when their stock moves.
    to_recount: BTreeSet<StockPlace>,
}

/// What moves in one transaction: an action for each place and for each correction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    pub stock: StockChange,
    pub corrections: Vec<(Sku, MovementRecord)>,
    /// Places that are closed until they are counted.
    pub to_recount: BTreeSet<StockPlace>,
}

impl Moves {
    /// Fits units that leave to what the books say is on the shelves. `key` names the corrections that this takes.
    pub fn on_shelves(mut self, levels: &BTreeMap<StockPlace, StockLevel>, key: &str, stamp: &Stamp) -> Self {
        for (place, level) in levels {
            let gone = self.stock.get(place).map_or(0, |delta| -delta.on_hand);
            if let Some(found) = MovementRecord::found_when_it_left(level, gone, key, stamp) {
                self.stock.add(place.clone(), found.movement.change);
                self.corrections.push((place.sku.clone(), found));
            }
        }
        self
    }
}

impl Unsettled {
    pub fn is_empty(&self) -> bool {
        self.stock.is_empty() && self.corrections.is_empty()
    }

    pub fn stock(&self) -> &StockChange {
        &self.stock
    }

    /// Whether places are to be closed, and nothing is to be taken from them before.
    pub fn closes_places(&self) -> bool {
        !self.to_recount.is_empty()
    }

    /// Adds what was decided, and takes off what moves with the decision: all of it, if that takes at most `room`
    /// actions. Otherwise what takes from the stock, and of the rest as much as fits, the places to recount first.
    ///
    /// What is unsettled at a place moves with the next change there, because a later change builds on it.
    pub fn decide(
        &mut self,
        change: &StockChange,
        corrections: &[(Sku, MovementRecord)],
        to_recount: &BTreeSet<StockPlace>,
        room: usize,
    ) -> Moves {
        self.stock.merge(change);
        self.corrections.extend(corrections.iter().cloned());
        self.to_recount.extend(to_recount.iter().cloned());
        let (taking, mut others): (Vec<_>, Vec<_>) =
            self.moves_at(change.places()).partition(|(_, delta)| takes(*delta));
        others.sort_by_key(|(place, _)| !to_recount.contains(place));
        let most = room.max(taking.len());
        let now = taking.into_iter().chain(others).take(most).collect();
        let corrections = self.corrections.len() - corrections.len()..self.corrections.len();
        self.take(now, corrections, room)
    }

    /// Takes off what fits the next transaction.
    pub fn settle(&mut self, room: usize) -> Moves {
        let now = self.moves_at(self.stock.places()).take(room).collect();
        self.take(now, 0..self.corrections.len(), room)
    }

    fn moves_at<'a>(
        &self,
        places: impl Iterator<Item = &'a StockPlace>,
    ) -> impl Iterator<Item = (StockPlace, StockDelta)> {
        places.filter_map(|place| Some((place.clone(), *self.stock.get(place)?)))
    }

    fn take(
        &mut self,
        now: Vec<(StockPlace, StockDelta)>,
        mut corrections: std::ops::Range<usize>,
        room: usize,
    ) -> Moves {
        let (mut stock, mut to_recount) = (StockChange::default(), BTreeSet::new());
        for (place, delta) in now {
            to_recount.extend(self.to_recount.take(&place));
            self.stock.add(place.clone(), delta * -1);
            stock.add(place, delta);
        }
        corrections.end = corrections.end.min(corrections.start + room.saturating_sub(stock.len()));
        Moves { stock, corrections: self.corrections.drain(corrections).collect(), to_recount }
    }
}

/// Whether somebody else could otherwise be given the same units.
fn takes(delta: StockDelta) -> bool {
    delta.available() < 0 || delta.takeable() < 0 || delta.backordered > 0
}

/// How it is stored: without zeros, and without repeating what the corrections of one step have in common.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stock: Vec<Moved>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<Correction>,
}

#[derive(Serialize, Deserialize)]
struct Moved {
    sku: Sku,
    at: super::ids::LocationId,
    #[serde(flatten, serialize_with = "without_zeros")]
    delta: StockDelta,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    recount: bool,
}

#[derive(Serialize, Deserialize)]
struct Correction {
    id: String,
    moment: Timestamp,
    by: String,
    reason: String,
    stock: Vec<Moved>,
}

fn without_zeros<S: serde::Serializer>(delta: &StockDelta, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(delta.buckets().into_iter().filter(|(_, units)| *units != 0))
}

impl From<Unsettled> for Stored {
    fn from(Unsettled { stock, corrections: records, to_recount }: Unsettled) -> Self {
        let at = |(place, delta): (&StockPlace, &StockDelta)| Moved {
            sku: place.sku.clone(),
            at: place.location.clone(),
            delta: *delta,
            recount: to_recount.contains(place),
        };
        let mut corrections: Vec<Correction> = Vec::new();
        for (sku, MovementRecord { id, movement, .. }) in records {
            let Movement { at: moment, by, location, reason, change } = movement;
            let part = Moved { sku, at: location, delta: change, recount: false };
            match corrections.last_mut() {
                Some(last) if (&last.id, last.moment, &last.by, &last.reason) == (&id, moment, &by, &reason) => {
                    last.stock.push(part);
                }
                _ => corrections.push(Correction { id, moment, by, reason, stock: vec![part] }),
            }
        }
        Self { stock: stock.iter().map(at).collect(), corrections }
    }
}

impl From<Stored> for Unsettled {
    fn from(stored: Stored) -> Self {
        let mut unsettled = Self::default();
        for Moved { sku, at, delta, recount } in stored.stock {
            let place = StockPlace { sku, location: at };
            unsettled.stock.add(place.clone(), delta);
            if recount {
                unsettled.to_recount.insert(place);
            }
        }
        for Correction { id, moment, by, reason, stock } in stored.corrections {
            for Moved { sku, at: location, delta: change, .. } in stock {
                let movement = Movement { at: moment, by: by.clone(), location, reason: reason.clone(), change };
                unsettled.corrections.push((sku, MovementRecord { id: id.clone(), movement, counted: None }));
            }
        }
        unsettled
    }
}

#[cfg(test)]
mod tests;
