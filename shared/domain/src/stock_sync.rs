//! Stock sync: how many units of a SKU the shop of a channel is told that it may sell.
//!
//! What is told is `max(0, min(cap, ⌊share × (available − buffer)⌋))`, an absolute number each time: a number that comes late or twice does no
//! harm, because the shop is read before it is told, and what is read next puts it right.

use super::{
    ids::{LocationId, Sku},
    names::names,
    sparse,
    stock::StockLevel,
    whole::Whole,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A share in percent.
pub type Percent = Whole<u8, 1, 100>;
/// Units that are kept back from a shop, or the most that it is told.
pub type ToldUnits = Whole<u32, 0, 1_000_000>;
/// How many SKUs may differ from the rest of their channel.
pub const MAX_EXCEPTIONS: usize = 500;

/// How the shop of a channel is told how many units it may sell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StockSync {
    /// Since when it is told like this, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub since: Timestamp,
    /// Whose numbers count of what no location kept when this began.
    pub first: FirstNumbers,
    /// Where the shop's own numbers are counted of what was kept at no location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_at: Option<LocationId>,
    /// How much of the available units it may sell, in percent, rounded down.
    #[cfg_attr(feature = "schema", schemars(with = "Percent"))]
    pub share: u8,
    /// Units that are kept back from it, for what two channels sell in the same second.
    #[cfg_attr(feature = "schema", schemars(with = "ToldUnits"))]
    pub buffer: u32,
    /// The most that it is told. Absent: there is no such limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<ToldUnits>"))]
    pub cap: Option<u32>,
    /// The locations whose stock it sells. Empty: all of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub locations: BTreeSet<LocationId>,
    /// What is different for some SKUs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skus: BTreeMap<Sku, SkuSync>,
}

names! {
    /// Whose numbers count of what no location keeps yet. Of what is counted here, Orderly's do.
    FirstNumbers {
        /// Nobody's: the shop is told nothing of it until somebody counts it here.
        Orderly = "orderly",
        /// The shop's: they are counted into a location.
        Shop = "shop",
    }
}

/// What is different for a SKU. What is absent is as for the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SkuSync {
    /// How much of the available units the shop may sell, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Percent>"))]
    pub share: Option<u8>,
    /// Units that are kept back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<ToldUnits>"))]
    pub buffer: Option<u32>,
    /// The most that is told. 0: the shop sells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<ToldUnits>"))]
    pub cap: Option<u32>,
}

impl StockSync {
    /// The shop is told of everything that is available, wherever it lies.
    pub fn of_everything(since: Timestamp) -> Self {
        Self {
            since,
            first: FirstNumbers::Orderly,
            count_at: None,
            share: 100,
            buffer: 0,
            cap: None,
            locations: BTreeSet::new(),
            skus: BTreeMap::new(),
        }
    }

    /// Whether the shop sells what lies at this location.
    pub fn sells_from(&self, location: &LocationId) -> bool {
        self.locations.is_empty() || self.locations.contains(location)
    }

    /// What may be sold of a SKU, before anything is kept back from the shop. None: no location keeps the SKU, so nobody knows, and
    /// nothing is told: least of all 0.
    fn available(&self, sku: &Sku, levels: &[StockLevel], open: &BTreeSet<LocationId>) -> Option<u64> {
        let is_sold = |location: &LocationId| open.contains(location) && self.sells_from(location);
        let promisable = |level: &StockLevel| if is_sold(&level.location) { level.promisable() } else { 0 };
        levels.iter().filter(|level| level.sku == *sku).map(promisable).reduce(|sum, more| sum + more)
    }

    /// What the shop is told of a SKU that has so much available.
    fn told_of(&self, sku: &Sku, available: u64) -> u32 {
        let differs = self.skus.get(sku);
        let share = differs.and_then(|of| of.share).unwrap_or(self.share);
        let buffer = differs.and_then(|of| of.buffer).unwrap_or(self.buffer);
        let cap = differs.and_then(|of| of.cap).or(self.cap);
        let units = available.saturating_sub(u64::from(buffer)) * u64::from(share) / 100;
        let units = u32::try_from(units).unwrap_or(u32::MAX).min(MAX_TOLD);
        cap.map_or(units, |cap| units.min(cap))
    }

    /// What the shop is to be told of a SKU. None: nothing.
    pub fn tells(&self, sku: &Sku, levels: &[StockLevel], open: &BTreeSet<LocationId>) -> Option<u32> {
        self.available(sku, levels, open).map(|available| self.told_of(sku, available))
    }
}

/// Shops keep these numbers as 32 bits with a sign, and some add to them.
const MAX_TOLD: u32 = 1_000_000_000;

/// How often everything that a shop says it has is compared with what it is to say.
pub const CHECKED_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// If so many differ of so few, what is wrong is not the shop's numbers.
const MANY: u32 = 50;
const ONE_IN: u32 = 5;

/// A comparison of everything that a shop says it has with what it is to say: page by page, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StockCheck {
    /// In UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub began_at: Timestamp,
    /// In UTC. Absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub ended_at: Option<Timestamp>,
    /// The page that is next. None: the first, or it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub page: Option<String>,
    /// The locations that were open when it began.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub open: BTreeSet<LocationId>,
    /// How many matched the last time.
    #[serde(default, skip_serializing_if = "sparse::is_zero")]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub expected: u32,
    /// Why it was begun.
    pub why: CheckReason,
    /// Since when it waits for a person, in UTC: so many numbers differ at once that something else must be wrong. Absent if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub stopped_at: Option<Timestamp>,
    /// What it has seen so far.
    #[serde(flatten)]
    pub seen: Seen,
}

names! {
    /// Why all numbers of a shop are compared.
    CheckReason {
        /// A person has just said how the shop is told. All of its numbers may change.
        Settings = "settings",
        /// The shop could not be reached for a while. Any of its numbers may have changed.
        Recovery = "recovery",
        /// A location was opened or closed.
        Locations = "locations",
        /// It is done every hour.
        Regular = "regular",
    }
}

/// What a comparison has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Seen {
    /// What is for sale at the shop, a variation of a product for itself.
    pub listings: u32,
    /// Those whose SKU is kept here.
    pub matched: u32,
    /// Those without a SKU, or with one that no location keeps. The shop is told nothing of them.
    pub unmatched: u32,
    /// Those that the shop does not count, so that it cannot be told a number.
    pub not_counted: u32,
    /// Those whose number was corrected.
    pub mended: u32,
    /// Those whose number the shop did not take.
    pub refused: u32,
}

impl Seen {
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        Self {
            listings: self.listings + more.listings,
            matched: self.matched + more.matched,
            unmatched: self.unmatched + more.unmatched,
            not_counted: self.not_counted + more.not_counted,
            mended: self.mended + more.mended,
            refused: self.refused + more.refused,
        }
    }

    /// Whether so much differs of what was expected to match that it is rather the SKUs that are wrong, or the books.
    fn is_suspicious(self, expected: u32) -> bool {
        self.mended > MANY && self.mended.saturating_mul(ONE_IN) > self.matched.max(expected)
    }
}

impl StockCheck {
    pub fn begin(open: BTreeSet<LocationId>, why: CheckReason, now: Timestamp) -> Self {
        let seen = Seen::default();
        Self { began_at: now, ended_at: None, page: None, open, expected: 0, why, stopped_at: None, seen }
    }

    /// The one that goes on now, or begins. None: none is due.
    pub fn due(sync: &StockSync, last: Option<Self>, open: BTreeSet<LocationId>, now: Timestamp) -> Option<Self> {
        let Some(last) = last.filter(|last| last.began_at >= sync.since) else {
            return Some(Self::begin(open, CheckReason::Settings, now));
        };
        match last.ended_at {
            _ if last.stopped_at.is_some() => None,
            None => Some(last),
            Some(_) if last.open != open => Some(Self::begin(open, CheckReason::Locations, now)),
            Some(ended_at) if now.duration_since(ended_at).abs() < CHECKED_EVERY => None,
            Some(_) => Some(Self { expected: last.seen.matched, ..Self::begin(open, CheckReason::Regular, now) }),
        }
    }

    /// What becomes of it when the shop can be reached again: what the shop was not told meanwhile is told by a comparison of everything.
    #[must_use]
    pub fn after_recovery(self, now: Timestamp) -> Self {
        if self.stopped_at.is_some() {
            return self;
        }
        let is_begun = self.why == CheckReason::Settings && self.ended_at.is_none();
        let why = if is_begun { CheckReason::Settings } else { CheckReason::Recovery };
        Self::begin(self.open, why, now)
    }

    /// After a page, or a part of one. `next`: where it goes on. None: that was the last one.
    #[must_use]
    pub fn after(self, seen: Seen, next: Option<String>, now: Timestamp) -> Self {
        let seen = self.seen.plus(seen);
        let stops = self.why == CheckReason::Regular && seen.is_suspicious(self.expected);
        let ended_at = next.is_none().then_some(now).filter(|_| !stops);
        Self { seen, page: next, ended_at, stopped_at: stops.then_some(now), ..self }
    }

    /// Whether this is the same comparison, however far either has come.
    pub fn is_same(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| other.began_at == self.began_at)
    }

    /// What people are shown of it.
    #[must_use]
    pub fn shown(self) -> Self {
        Self { page: None, open: BTreeSet::new(), expected: 0, ..self }
    }

    /// Whether it is over, or waits for a person.
    pub fn is_at_rest(&self) -> bool {
        self.ended_at.is_some() || self.stopped_at.is_some()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{fixtures::at, stock::StockPlace};
    use proptest::prelude::*;

    fn sync() -> StockSync {
        StockSync::of_everything(at(0))
    }

    fn sku(text: &str) -> Sku {
        text.parse().unwrap()
    }

    fn ids(texts: &[&str]) -> BTreeSet<LocationId> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn level(of: &str, location: &str, available: i64) -> StockLevel {
        let place = StockPlace { sku: sku(of), location: location.parse().unwrap() };
        StockLevel { available, on_hand: available.max(0), ..StockLevel::empty(place) }
    }

    #[test]
    fn what_is_told_is_a_share_less_the_buffer_and_never_above_the_cap() {
        for (share, buffer, cap, available, told) in [
            (100, 0, None, 7, 7),
            (100, 2, None, 7, 5),
            (100, 9, None, 7, 0),
            (50, 0, None, 7, 3),
            (50, 1, Some(2), 9, 2),
            (1, 0, None, 99, 0),
            (100, 0, Some(0), 7, 0),
            (100, 0, None, u64::from(u32::MAX) * 2, 1_000_000_000),
        ] {
            let sync = StockSync { share, buffer, cap, ..sync() };
            assert_eq!(
                sync.told_of(&sku("TEA"), available),
                told,
                "{share} % − {buffer}, at most {cap:?}, of {available}"
            );
        }
    }

    #[test]
    fn a_sku_may_differ_from_its_channel_in_each_setting_for_itself() {
        let differs = SkuSync { buffer: Some(0), ..SkuSync::default() };
        let of =
            |differs| StockSync { share: 50, buffer: 3, cap: Some(4), skus: [(sku("TEA"), differs)].into(), ..sync() };
        assert_eq!(of(differs).told_of(&sku("TEA"), 100), 4);
        assert_eq!(of(SkuSync { cap: Some(9), ..SkuSync::default() }).told_of(&sku("TEA"), 100), 9);
        assert_eq!(of(SkuSync { cap: Some(0), ..SkuSync::default() }).told_of(&sku("CUP"), 100), 4);
    }

    #[test]
    fn nothing_is_told_of_what_no_location_keeps_and_0_of_what_others_keep() {
        let levels = [level("TEA", "berlin", 4), level("TEA", "hamburg", 3), level("CUP", "hamburg", 0)];
        let (all, open) = (sync(), ids(&["berlin", "hamburg"]));
        let berlin = StockSync { locations: ids(&["berlin"]), ..sync() };
        assert_eq!(all.tells(&sku("TEA"), &levels, &open), Some(7));
        assert_eq!(berlin.tells(&sku("TEA"), &levels, &open), Some(4));
        assert_eq!(all.tells(&sku("CUP"), &levels, &open), Some(0));
        // Somewhere it is kept, but not where this shop sells from.
        assert_eq!(berlin.tells(&sku("CUP"), &levels, &open), Some(0));
        assert_eq!(berlin.tells(&sku("POT"), &levels, &open), None);
        assert_eq!(all.tells(&sku("POT"), &levels, &open), None);
    }

    #[test]
    fn a_closed_location_a_shelf_to_be_counted_and_promised_units_are_not_for_sale() {
        let counted = StockLevel { recount_since: Some(at(0)), ..level("TEA", "leipzig", 5) };
        let promised = StockLevel { backordered: 1, ..level("TEA", "berlin", 4) };
        let levels = [promised, level("TEA", "hamburg", 3), counted, level("TEA", "munich", -2)];
        assert_eq!(sync().tells(&sku("TEA"), &levels, &ids(&["berlin", "leipzig", "munich"])), Some(3));
        assert_eq!(sync().tells(&sku("TEA"), &levels, &ids(&[])), Some(0));
    }

    fn due(sync: &StockSync, last: Option<&StockCheck>, open: &[&str], now: i64) -> Option<StockCheck> {
        StockCheck::due(sync, last.cloned(), ids(open), at(now))
    }

    #[test]
    fn a_check_is_due_every_hour_after_a_change_of_the_settings_and_when_locations_open_or_close() {
        let begun = due(&sync(), None, &["berlin"], 10).unwrap();
        assert_eq!(begun.why, CheckReason::Settings);
        let half = begun.after(Seen::default(), Some("2".to_owned()), at(20));
        assert_eq!(due(&sync(), Some(&half), &["berlin"], 21), Some(half.clone()));
        let ended = half.after(Seen::default(), None, at(30));
        assert_eq!(due(&sync(), Some(&ended), &["berlin"], 3_629), None);
        assert_eq!(due(&sync(), Some(&ended), &["berlin"], 3_630).unwrap().why, CheckReason::Regular);
        assert_eq!(due(&sync(), Some(&ended), &[], 31).unwrap().why, CheckReason::Locations);
        let changed = StockSync { since: at(40), ..sync() };
        assert_eq!(due(&changed, Some(&ended), &["berlin"], 41).unwrap().why, CheckReason::Settings);
    }

    #[test]
    fn many_differences_at_once_stop_a_check_unless_there_is_a_reason_for_them() {
        let seen = |mended, matched| Seen { mended, matched, listings: matched, ..Seen::default() };
        let check = |why| StockCheck::begin(ids(&[]), why, at(0));
        let some = check(CheckReason::Regular).after(seen(50, 60), Some("2".to_owned()), at(1));
        assert!(!some.is_at_rest());
        let many = some.after(seen(1, 1), Some("3".to_owned()), at(2));
        assert_eq!((many.stopped_at, many.ended_at), (Some(at(2)), None));
        // Only a person ends that.
        assert_eq!(due(&sync(), Some(&many), &[], 10_000), None);
        assert_eq!(many.clone().after_recovery(at(9)), many);
        let decided = StockSync { since: at(3), ..sync() };
        assert_eq!(due(&decided, Some(&many), &[], 4).unwrap().why, CheckReason::Settings);
        for why in [CheckReason::Settings, CheckReason::Recovery, CheckReason::Locations] {
            assert_eq!(check(why).after(seen(60, 60), None, at(1)).ended_at, Some(at(1)));
        }
        // Those that come first may all differ: what counts is how many matched the last time.
        let of_many = StockCheck { expected: 1_000, ..check(CheckReason::Regular) };
        assert!(!of_many.after(seen(60, 60), Some("2".to_owned()), at(1)).is_at_rest());
        // One in six is what a busy hour may be behind by.
        assert_eq!(check(CheckReason::Regular).after(seen(60, 360), None, at(1)).ended_at, Some(at(1)));
    }

    #[test]
    fn a_shop_that_could_not_be_reached_is_checked_as_a_whole() {
        let begun = StockCheck::begin(ids(&["berlin"]), CheckReason::Settings, at(0));
        let half = begun.clone().after(Seen { listings: 5, ..Seen::default() }, Some("2".to_owned()), at(1));
        // What was to be counted at the shop first still is.
        assert_eq!(half.after_recovery(at(9)), StockCheck { began_at: at(9), ..begun.clone() });
        let ended = begun.after(Seen::default(), None, at(1)).after_recovery(at(9));
        assert_eq!((ended.why, ended.is_at_rest()), (CheckReason::Recovery, false));
        assert_eq!(due(&sync(), Some(&ended), &["berlin"], 10), Some(ended));
    }

    proptest! {
        #[test]
        fn a_shop_is_never_told_more_than_is_available(
            share in 1_u8..=100, buffer in 0_u32..10, cap in proptest::option::of(0_u32..50), available in 0_u64..100,
        ) {
            let told = StockSync { share, buffer, cap, ..sync() }.told_of(&sku("TEA"), available);
            prop_assert!(u64::from(told) <= available);
            prop_assert!(cap.is_none_or(|cap| told <= cap));
            prop_assert!(u64::from(told) + u64::from(buffer) <= available || told == 0);
        }
    }
}
