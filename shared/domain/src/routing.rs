//! Routing: which location each unit comes from.
//!
//! Locations are tried by priority. Among locations of equal priority, the one that completes the most lines is tried
//! first, so that the order splits into as few fulfillments as possible.

use super::{
    ids::{LineId, LocationId, Sku},
    settings::Location,
    stock::{StockLevel, StockPlace},
};
use std::collections::{BTreeMap, BTreeSet};

/// Units that a line still needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededUnits {
    pub line: LineId,
    pub sku: Sku,
    pub quantity: u32,
}

/// Units of a line that were found at a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedUnits {
    pub line: LineId,
    pub sku: Sku,
    pub location: LocationId,
    pub quantity: u32,
}

/// Units that no location has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    pub line: LineId,
    pub sku: Sku,
    pub asked: u32,
    pub available: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routed {
    pub parts: Vec<RoutedUnits>,
    /// Promised from the next delivery, at the preferred location that allows it.
    pub backordered: Vec<RoutedUnits>,
    pub short: Vec<Shortage>,
    /// Where the SKUs are kept of which not everything was found.
    pub kept_at: BTreeMap<Sku, Vec<LocationId>>,
    /// Found, and left where it is until the next transaction.
    pub later: Vec<RoutedUnits>,
}

impl Routed {
    /// Leaves what was found beyond the first `places` places for later.
    pub fn at_most(mut self, places: usize) -> Self {
        let mut taken = BTreeSet::new();
        let (now, later) = self.parts.into_iter().partition(|part| {
            let place = (part.sku.clone(), part.location.clone());
            taken.contains(&place) || (taken.len() < places && taken.insert(place))
        });
        (self.parts, self.later) = (now, later);
        self
    }
}

/// A snapshot of the stock. Orders that are routed one after another take from it.
#[derive(Debug, Clone, Default)]
pub struct Availability(BTreeMap<StockPlace, (u32, bool)>);

impl Availability {
    /// For orders whose turn it is: also what is kept back for those who wait.
    pub fn of<'a>(levels: impl IntoIterator<Item = &'a StockLevel>) -> Self {
        Self::counting(levels, StockLevel::takeable)
    }

    /// For new orders: what is available beyond the backorders promised to earlier orders.
    pub fn beyond_promises<'a>(levels: impl IntoIterator<Item = &'a StockLevel>) -> Self {
        Self::counting(levels, |level| i64::try_from(level.promisable()).unwrap_or(i64::MAX))
    }

    fn counting<'a>(levels: impl IntoIterator<Item = &'a StockLevel>, free: impl Fn(&StockLevel) -> i64) -> Self {
        let entry = |level: &StockLevel| {
            let place = StockPlace { sku: level.sku.clone(), location: level.location.clone() };
            (place, (u32::try_from(free(level).max(0)).unwrap_or(u32::MAX), level.backorder))
        };
        Self(levels.into_iter().map(entry).collect())
    }

    /// Whether any location has a level of this SKU.
    pub fn knows(&self, sku: &Sku) -> bool {
        self.0.keys().any(|place| place.sku == *sku)
    }

    /// Whether any location has units of this SKU.
    pub fn has(&self, sku: &Sku) -> bool {
        self.0.iter().any(|(place, (available, _))| place.sku == *sku && *available > 0)
    }

    fn places_of(&self, sku: &Sku) -> Vec<LocationId> {
        self.0.keys().filter(|place| place.sku == *sku).map(|place| place.location.clone()).collect()
    }

    fn available(&self, sku: &Sku, location: &LocationId) -> u32 {
        self.entry(sku, location).map_or(0, |(available, _)| available)
    }

    fn allows_backorder(&self, sku: &Sku, location: &LocationId) -> bool {
        self.entry(sku, location).is_some_and(|(_, backorder)| backorder)
    }

    fn entry(&self, sku: &Sku, location: &LocationId) -> Option<(u32, bool)> {
        self.0.get(&StockPlace { sku: sku.clone(), location: location.clone() }).copied()
    }

    fn take(&mut self, part: &RoutedUnits) {
        let place = StockPlace { sku: part.sku.clone(), location: part.location.clone() };
        if let Some((available, _)) = self.0.get_mut(&place) {
            *available -= part.quantity.min(*available);
        }
    }
}

/// Finds a location for each needed unit, and takes the found units from `stock`. Closed locations are not asked.
pub fn route(needed: &[NeededUnits], locations: &[Location], stock: &mut Availability) -> Routed {
    let locations: Vec<&Location> = locations.iter().filter(|location| location.is_open()).collect();
    let mut routed = Routed::default();
    let mut open: Vec<NeededUnits> = needed.to_vec();
    let mut by_priority: BTreeMap<u16, Vec<&LocationId>> = BTreeMap::new();
    for location in &locations {
        by_priority.entry(location.priority).or_default().push(&location.id);
    }
    for mut group in by_priority.into_values() {
        group.sort();
        while let Some(best) = most_complete(&group, &open, stock) {
            let location = group.remove(best);
            take_from(location, &mut open, stock, &mut routed.parts);
        }
    }
    for want in open.into_iter().filter(|want| want.quantity > 0) {
        // At closed ones too: what comes to be free there again goes to who has waited.
        routed.kept_at.entry(want.sku.clone()).or_insert_with(|| stock.places_of(&want.sku));
        let mut ranked = locations.clone();
        ranked.sort_by_key(|location| (location.priority, &location.id));
        let home = ranked.into_iter().find(|location| stock.allows_backorder(&want.sku, &location.id));
        if let Some(home) = home {
            routed.backordered.push(part(&want, &home.id, want.quantity));
            continue;
        }
        let asked = needed.iter().filter(|w| w.line == want.line).map(|w| w.quantity).sum();
        routed.short.push(Shortage { line: want.line, sku: want.sku, asked, available: asked - want.quantity });
    }
    routed
}

/// The location of the group that completes the most lines, then the most units. None if no location has any.
fn most_complete(group: &[&LocationId], open: &[NeededUnits], stock: &Availability) -> Option<usize> {
    let score = |location: &LocationId| {
        let (mut lines, mut units) = (0_u32, 0_u64);
        for want in open.iter().filter(|want| want.quantity > 0) {
            let found = stock.available(&want.sku, location).min(want.quantity);
            lines += u32::from(found == want.quantity);
            units += u64::from(found);
        }
        (lines, units)
    };
    let scores: Vec<_> = group.iter().map(|location| score(location)).collect();
    let best = *scores.iter().max().filter(|(_, units)| *units > 0)?;
    scores.iter().position(|&score| score == best)
}

fn take_from(location: &LocationId, open: &mut [NeededUnits], stock: &mut Availability, parts: &mut Vec<RoutedUnits>) {
    for want in open.iter_mut().filter(|want| want.quantity > 0) {
        let found = stock.available(&want.sku, location).min(want.quantity);
        if found > 0 {
            let part = part(want, location, found);
            stock.take(&part);
            parts.push(part);
            want.quantity -= found;
        }
    }
}

fn part(want: &NeededUnits, location: &LocationId, quantity: u32) -> RoutedUnits {
    RoutedUnits { line: want.line, sku: want.sku.clone(), location: location.clone(), quantity }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{arrival::Schedule, fixtures::stamp};
    use proptest::prelude::*;

    fn location(id: &str, priority: u16) -> Location {
        let (id, name) = (id.parse().unwrap(), id.into());
        Location {
            id,
            name,
            priority,
            schedule: Schedule::default(),
            address: None,
            webhook_url: None,
            closed: None,
            changed: None,
        }
    }

    fn stock(levels: &[(&str, &str, i64, bool)]) -> Availability {
        let levels: Vec<_> = levels
            .iter()
            .map(|&(sku, location, available, backorder)| {
                let place = StockPlace { sku: sku.parse().unwrap(), location: location.parse().unwrap() };
                StockLevel { available, backorder, ..StockLevel::empty(place) }
            })
            .collect();
        Availability::of(&levels)
    }

    fn needed(needed: &[(&str, u32)]) -> Vec<NeededUnits> {
        let want = |(i, &(sku, quantity)): (usize, &(&str, u32))| NeededUnits {
            line: LineId::try_from(i).unwrap(),
            sku: sku.parse().unwrap(),
            quantity,
        };
        needed.iter().enumerate().map(want).collect()
    }

    fn shape(parts: &[RoutedUnits]) -> Vec<(u16, &str, u32)> {
        parts.iter().map(|part| (part.line, part.location.as_str(), part.quantity)).collect()
    }

    #[test]
    fn the_preferred_location_serves_what_it_has() {
        let mut stock = stock(&[("a", "main", 5, false), ("a", "store", 5, false)]);
        let routed = route(&needed(&[("a", 3)]), &[location("store", 2), location("main", 1)], &mut stock);
        assert_eq!(shape(&routed.parts), [(0, "main", 3)]);
    }

    #[test]
    fn at_the_same_priority_the_location_that_avoids_a_split_wins() {
        let mut stock = stock(&[("a", "x", 9, false), ("a", "y", 1, false), ("b", "y", 1, false)]);
        let routed = route(&needed(&[("a", 1), ("b", 1)]), &[location("x", 1), location("y", 1)], &mut stock);
        assert_eq!(shape(&routed.parts), [(0, "y", 1), (1, "y", 1)]);
    }

    #[test]
    fn a_line_is_split_when_no_location_has_all_of_it() {
        let mut stock = stock(&[("a", "x", 2, false), ("a", "y", 2, false)]);
        let routed = route(&needed(&[("a", 3)]), &[location("x", 1), location("y", 2)], &mut stock);
        assert_eq!(shape(&routed.parts), [(0, "x", 2), (0, "y", 1)]);
        assert!(routed.short.is_empty());
    }

    #[test]
    fn what_is_missing_is_backordered_where_allowed_and_short_otherwise() {
        let mut stock = stock(&[("a", "x", 1, true), ("b", "x", 1, false)]);
        let routed = route(&needed(&[("a", 3), ("b", 3)]), &[location("x", 1)], &mut stock);
        assert_eq!(shape(&routed.parts), [(0, "x", 1), (1, "x", 1)]);
        assert_eq!(shape(&routed.backordered), [(0, "x", 2)]);
        let short = Shortage { line: 1, sku: "b".parse().unwrap(), asked: 3, available: 1 };
        assert_eq!(routed.short, [short]);
    }

    #[test]
    fn a_closed_location_gives_nothing_and_promises_nothing_but_is_waited_at() {
        let closed = location("x", 1).close("fire".into(), &stamp(1));
        let mut stock = stock(&[("a", "x", 5, true), ("a", "y", 1, false)]);
        let routed = route(&needed(&[("a", 3)]), &[closed.clone(), location("y", 2)], &mut stock);
        assert_eq!((shape(&routed.parts), routed.backordered.len()), (vec![(0, "y", 1)], 0));
        assert_eq!(routed.short.len(), 1);
        assert_eq!(routed.kept_at.values().next().unwrap().len(), 2, "it may open again");
        let reopened = closed.reopen();
        assert_eq!(shape(&route(&needed(&[("a", 3)]), &[reopened], &mut stock).parts), [(0, "x", 3)]);
    }

    #[test]
    fn what_lies_beyond_so_many_places_is_left_for_later() {
        let mut stock = stock(&[("a", "x", 3, false), ("b", "x", 3, false)]);
        let routed = route(&needed(&[("a", 1), ("b", 1), ("a", 1)]), &[location("x", 1)], &mut stock).at_most(1);
        assert_eq!((shape(&routed.parts), shape(&routed.later)), (vec![(0, "x", 1), (2, "x", 1)], vec![(1, "x", 1)]));
    }

    #[test]
    fn two_lines_of_the_same_sku_never_share_a_unit() {
        let mut stock = stock(&[("a", "x", 3, false)]);
        let routed = route(&needed(&[("a", 2), ("a", 2)]), &[location("x", 1)], &mut stock);
        assert_eq!(shape(&routed.parts), [(0, "x", 2), (1, "x", 1)]);
        assert_eq!(routed.short.len(), 1);
    }

    proptest! {
        #[test]
        fn every_wanted_unit_is_found_promised_or_short_and_nothing_is_taken_twice(
            levels in prop::collection::vec((0..3_u8, 0..3_u8, 0..10_i64, any::<bool>()), 0..9),
            asked in prop::collection::vec((0..3_u8, 1..8_u32), 1..5),
            priorities in prop::array::uniform3(0..2_u16),
        ) {
            let names = ["x", "y", "z"];
            let skus = ["a", "b", "c"];
            let levels: Vec<_> = levels.iter()
                .map(|&(s, l, n, b)| (skus[usize::from(s)], names[usize::from(l)], n, b)).collect();
            let before = stock(&levels);
            let needed = needed(&asked.iter().map(|&(s, q)| (skus[usize::from(s)], q)).collect::<Vec<_>>());
            let locations: Vec<_> = names.iter().zip(priorities).map(|(n, p)| location(n, p)).collect();
            let mut after = before.clone();
            let routed = route(&needed, &locations, &mut after);
            for want in &needed {
                let of = |parts: &[RoutedUnits]| parts.iter().filter(|p| p.line == want.line).map(|p| p.quantity).sum::<u32>();
                let short: u32 = routed.short.iter().filter(|s| s.line == want.line).map(|s| s.asked - s.available).sum();
                prop_assert_eq!(of(&routed.parts) + of(&routed.backordered) + short, want.quantity);
            }
            for (place, (available, _)) in &before.0 {
                let taken: u32 = routed.parts.iter()
                    .filter(|p| p.sku == place.sku && p.location == place.location).map(|p| p.quantity).sum();
                prop_assert!(taken <= *available);
                prop_assert_eq!(after.0[place].0, available - taken);
            }
        }
    }
}
