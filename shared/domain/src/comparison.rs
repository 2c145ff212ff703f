//! How far the books have been compared with a payment provider's own list. It goes day by day (UTC), in steps, each of which is
//! one message: so nothing runs long, and a crash loses one step.

use crate::{
    books::day_of,
    duty::{Duty, Owed},
    sparse::is_zero,
    statement::Parts,
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Range};

/// A day is compared so long after its end: providers enter some things late. (One list is behind by up to three hours. One that
/// takes longer puts the day off.)
const AFTER_ITS_END: SignedDuration = SignedDuration::from_hours(4);
/// With each day the list of so many days before it is read again, for what was entered later still.
const OVERLAP_DAYS: i32 = 1;

/// How far the books have been compared with a provider's list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The last day that was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Date>,
    /// The day that is being compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    #[serde(default, skip_serializing_if = "Owed::is_empty")]
    pub owed: Owed,
}

/// A day that is being compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub day: Date,
    pub step: Step,
    /// Since when this step is owed.
    pub since: Timestamp,
    /// The steps that were made, so that each has a name of its own.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub made: u32,
    /// What the payouts of these days are made of, by their ids, as far as the list has been read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, Parts>,
}

/// What is done next. Each holds where it goes on; none is its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The provider's list is read.
    List(Option<String>),
    /// The books' own rows of the day are looked for in the list.
    Rows(Option<String>),
    /// Differences of earlier days are looked at again.
    Differences(Option<String>),
}

impl Comparison {
    /// Begins the next day that is over, if none is being compared, and takes up one that was put off until now. The first day
    /// ever is the last that is over.
    pub fn begin(mut self, now: Timestamp) -> Self {
        if let Some(run) = self.run.as_mut().filter(|run| run.since <= now)
            && self.owed.insert(Duty::Comparison)
        {
            run.since = now; // until now, nobody was waited for
        }
        let last = day_of(now - AFTER_ITS_END).saturating_sub(1.day());
        let day = self.done.map_or(last, |done| done.saturating_add(1.day()));
        if self.run.is_none() && day <= last {
            self.run = Some(Run { day, step: Step::List(None), since: now, made: 0, parts: BTreeMap::new() });
            self.owed.insert(Duty::Comparison);
        }
        self
    }

    /// Puts the day off: its list is not complete before `until`. Nothing is owed until then.
    pub fn put_off(mut self, until: Timestamp) -> Self {
        if let Some(run) = self.run.as_mut() {
            run.since = until;
            self.owed.remove(&Duty::Comparison);
        }
        self
    }

    /// Goes on to a step; none is the end of the day.
    pub fn go_on(mut self, next: Option<Step>, parts: BTreeMap<String, Parts>, now: Timestamp) -> Self {
        let Some(run) = self.run.take() else { return self };
        if let Some(step) = next {
            self.run = Some(Run { step, since: now, made: run.made + 1, parts, ..run });
        } else {
            self.done = Some(run.day);
            self.owed.remove(&Duty::Comparison);
        }
        self
    }
}

impl Run {
    /// The moments whose list is read.
    pub fn window(&self) -> Range<Timestamp> {
        let begin = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(self.since);
        begin(self.day.saturating_sub(OVERLAP_DAYS.days()))..begin(self.day.saturating_add(1.day()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_compared_some_hours_after_its_end_and_none_is_left_out() {
        let mut comparison = Comparison::default();
        let mut begun = |now: &str| {
            comparison = comparison.clone().begin(at(now));
            let day = comparison.run.as_ref().map(|run| run.day.to_string());
            comparison = comparison.clone().go_on(None, BTreeMap::new(), at(now));
            assert!(comparison.owed.is_empty());
            day
        };
        assert_eq!(begun("2026-11-29T03:59:59Z").as_deref(), Some("2026-11-27"));
        assert_eq!(begun("2026-11-29T03:59:59Z"), None);
        assert_eq!(begun("2026-11-29T04:00:00Z").as_deref(), Some("2026-11-28"));
        assert_eq!(begun("2026-11-30T03:00:00Z"), None);
        // Nothing ran for some days.
        assert_eq!(begun("2026-12-02T05:00:00Z").as_deref(), Some("2026-11-29"));
        assert_eq!(begun("2026-12-02T05:01:00Z").as_deref(), Some("2026-11-30"));
        assert_eq!(begun("2026-12-02T05:02:00Z").as_deref(), Some("2026-12-01"));
        assert_eq!(begun("2026-12-02T05:03:00Z"), None);
    }

    #[test]
    fn a_day_that_is_put_off_is_not_owed_until_it_is_taken_up_again() {
        let begun = Comparison::default().begin(at("2026-11-29T04:00:00Z"));
        let put_off = begun.clone().put_off(at("2026-11-30T16:00:00Z"));
        assert!(put_off.owed.is_empty());
        assert_eq!(put_off.clone().begin(at("2026-11-30T15:59:59Z")), put_off, "another day does not overtake it");
        let taken_up = put_off.begin(at("2026-11-30T17:30:00Z"));
        let day = |comparison: &Comparison| comparison.run.as_ref().map(|run| run.day);
        assert_eq!((taken_up.owed.contains(&Duty::Comparison), day(&taken_up)), (true, day(&begun)));
        assert_eq!(
            taken_up.run.clone().map(|run| run.since),
            Some(at("2026-11-30T17:30:00Z")),
            "nobody was waited for"
        );
        assert_eq!(taken_up.clone().begin(at("2026-11-30T18:00:00Z")), taken_up);
    }

    #[test]
    fn it_is_owed_until_its_last_step_and_goes_on_where_it_was() {
        let begun = Comparison::default().begin(at("2026-11-29T12:00:00Z"));
        assert!(begun.owed.contains(&Duty::Comparison));
        assert_eq!(begun.clone().begin(at("2026-11-30T12:00:00Z")), begun, "one day after the other");
        let run = begun.run.clone().unwrap();
        assert_eq!(run.window(), at("2026-11-27T00:00:00Z")..at("2026-11-29T00:00:00Z"));
        let parts = BTreeMap::from([("po_1".to_owned(), Parts { count: 2, net: 50 })]);
        let next = begun.go_on(Some(Step::List(Some("page-2".to_owned()))), parts.clone(), at("2026-11-29T12:00:09Z"));
        let run = next.run.clone().unwrap();
        assert_eq!((run.made, run.parts, run.since), (1, parts, at("2026-11-29T12:00:09Z")));
        assert!(next.owed.contains(&Duty::Comparison));
        let done = next.go_on(None, BTreeMap::new(), at("2026-11-29T12:00:10Z"));
        assert_eq!((done.done, done.run, done.owed.len()), (Some(day("2026-11-28")), None, 0));
    }
}
