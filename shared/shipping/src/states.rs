//! A service's table of states: which of its words is one of ours.

use domain::parcel_state::ParcelState;

/// Rows of a status, a closer word (`*`: any that has no row of its own) and our state (`-`: none), with tabs between them.
#[derive(Debug)]
pub(crate) struct States(pub(crate) &'static str);

/// What a table says of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    State(ParcelState),
    /// Nothing of a parcel that is on its way.
    Nothing,
    Unknown,
}

const NONE: &str = "-";
const ANY: &str = "*";

impl States {
    pub(crate) fn meaning(&self, status: &str, closer: &str) -> Means {
        let of = |wanted: &str| {
            self.rows().find(|[own, word, _]| own.eq_ignore_ascii_case(status) && word.eq_ignore_ascii_case(wanted))
        };
        match of(closer).or_else(|| of(ANY)) {
            Some([_, _, NONE]) => Means::Nothing,
            Some([_, _, state]) => state.parse().map_or(Means::Unknown, Means::State),
            None => Means::Unknown,
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = [&'static str; 3]> {
        let rows = self.0.lines().filter(|line| !line.starts_with('#'));
        rows.filter_map(|line| {
            let (status, rest) = line.split_once('\t')?;
            let (closer, state) = rest.split_once('\t')?;
            Some([status, closer, state])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{aftership, easypost, sendcloud, shippo};
    use std::collections::BTreeSet;

    #[test]
    fn a_closer_word_counts_before_the_status_alone() {
        let states =
            States("# a comment\nTRANSIT\t*\tin_transit\nTRANSIT\tlate\tdelayed\nVOID\t*\t-\nONLY\tthis\tlost");
        for (status, closer, means) in [
            ("TRANSIT", "late", Means::State(ParcelState::Delayed)),
            ("transit", "LATE", Means::State(ParcelState::Delayed)),
            ("TRANSIT", "brand_new", Means::State(ParcelState::InTransit)),
            ("TRANSIT", "", Means::State(ParcelState::InTransit)),
            ("VOID", "late", Means::Nothing),
            ("ONLY", "this", Means::State(ParcelState::Lost)),
            ("ONLY", "that", Means::Unknown),
            ("*", "*", Means::Unknown),
            ("", "", Means::Unknown),
        ] {
            assert_eq!(states.meaning(status, closer), means, "{status} {closer}");
        }
    }

    #[test]
    fn every_row_of_every_table_can_be_read_and_is_there_once() {
        for (name, states) in [
            ("easypost", &easypost::STATES),
            ("shippo", &shippo::STATES),
            ("sendcloud", &sendcloud::STATES),
            ("aftership", &aftership::STATES),
        ] {
            let lines = states.0.lines().filter(|line| !line.starts_with('#')).count();
            assert_eq!(states.rows().count(), lines, "{name}: a row has not three columns");
            let keys: BTreeSet<String> =
                states.rows().map(|[status, closer, _]| format!("{status} {closer}").to_lowercase()).collect();
            assert_eq!(keys.len(), lines, "{name}: two rows for one word");
            for [status, closer, state] in states.rows() {
                let means = states.meaning(status, closer);
                assert_ne!(means, Means::Unknown, "{name}: {status} {closer} is {state:?}, which is no state");
            }
        }
    }
}
