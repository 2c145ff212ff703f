//! A large order in the making. It reserves its stock in several transactions, and only the last one makes it an order.
//!
//! Until then it has no state: nobody sees it, no payment finds it, and nothing of it is promised to anybody.

use super::{
    allocation::{Allocation, add, difference},
    duty::Due,
    stock::StockPlace,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, slice::from_ref};

/// How long after its last step it keeps what it has reserved. A storefront that got no answer posts it again before.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_mins(5);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forming {
    /// Of the request that it is made for.
    pub fingerprint: String,
    /// When `reconcile` gives back what it holds.
    pub until: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stock: Vec<Allocation>,
}

impl Forming {
    /// Takes of what it still needs what is at the first `places` places.
    pub fn take(mut self, needed: &[Allocation], places: usize, fingerprint: &str, now: Timestamp) -> Self {
        let mut taken: BTreeSet<StockPlace> = BTreeSet::new();
        for allocation in needed {
            let new: Vec<StockPlace> = places_of(allocation).into_iter().filter(|p| !taken.contains(p)).collect();
            let has_place = !places_of(allocation).is_empty();
            if has_place && taken.len() + new.len() <= places {
                taken.extend(new);
                add(&mut self.stock, allocation.clone());
            }
        }
        Self { fingerprint: fingerprint.to_owned(), until: now + KEPT_FOR, ..self }
    }

    /// Gives back what it holds at the first `places` places.
    pub fn give_back(mut self, places: usize) -> Self {
        let first: BTreeSet<StockPlace> = difference(&[], &self.stock).places().take(places).cloned().collect();
        self.stock.retain(|allocation| places_of(allocation).iter().all(|place| !first.contains(place)));
        self
    }

    /// Nothing is left of it, because it is an order now.
    #[must_use]
    pub fn done(self) -> Self {
        Self { stock: Vec::new(), ..self }
    }

    /// What it holds with what it still needs.
    pub fn with(&self, needed: Vec<Allocation>) -> Vec<Allocation> {
        let mut all = self.stock.clone();
        for allocation in needed {
            add(&mut all, allocation);
        }
        all
    }

    pub fn due(&self) -> Option<Due> {
        (!self.stock.is_empty()).then_some(Due::Unpaid(self.until))
    }
}

fn places_of(allocation: &Allocation) -> Vec<StockPlace> {
    difference(&[], from_ref(allocation)).places().cloned().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        allocation::AllocationState,
        fixtures::{allocation, at, large},
    };

    #[test]
    fn it_takes_and_gives_back_in_steps() {
        let needed = large(3).state.stock;
        let first = Forming::default().take(&needed, 4, "f", at(0));
        assert_eq!((first.stock.as_slice(), first.due()), (&needed[..4], Some(Due::Unpaid(at(300)))));
        let second = first.clone().take(&needed[4..], 4, "f", at(10));
        assert_eq!((second.stock.as_slice(), second.due()), (needed.as_slice(), Some(Due::Unpaid(at(310)))));
        assert_eq!(second.clone().give_back(5).stock.len(), 1);
        assert_eq!(second.give_back(9).due(), None);
    }

    #[test]
    fn lines_of_one_sku_share_a_place_and_what_is_missing_has_none() {
        let reserved = AllocationState::Reserved("main".parse().unwrap());
        let needed = [
            allocation(0, "TEE", 1, reserved.clone()),
            allocation(1, "MUG", 1, reserved.clone()),
            allocation(2, "TEE", 1, reserved),
            allocation(3, "TEA", 1, AllocationState::Missing),
        ];
        let taken = Forming::default().take(&needed, 1, "f", at(0)).stock;
        assert_eq!(taken, [needed[0].clone(), needed[2].clone()]);
    }
}
