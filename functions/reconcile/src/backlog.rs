//! What one run after the other works on, if there is more than one run can do.

use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};
use store::{DueClass, DueItem, DuePosition, Store, StoreError};

/// Entries that one run reads of a class: with 200 bytes each, a run stays small however many there are.
const READ: usize = 20_000;
/// Items of each kind that one run works on. With a few milliseconds for each and some at once, a run ends well within
/// its time.
pub const LIMIT: usize = 1_000;

/// How far the runs have come with a class. It stands in memory only: another sandbox begins with the longest waiting.
#[derive(Debug, Default)]
pub struct Backlog(Mutex<Place>);

#[derive(Debug, Clone, Default, PartialEq)]
struct Place {
    /// Where the entries begin that are worked on in turn.
    from: DuePosition,
    /// How many parts of them have had their turn.
    turn: usize,
}

/// What a run has read of a class, and which part of it has its turn.
#[derive(Debug)]
pub struct Share {
    pub all: Vec<DueItem>,
    turn: usize,
}

impl Share {
    /// Those of some of the entries that have their turn.
    pub fn part<T>(&self, of: Vec<T>) -> Vec<T> {
        super::pace::part(of, LIMIT, self.turn)
    }

    /// Whether one run works on all that it has read.
    pub fn is_whole(&self) -> bool {
        self.all.len() <= LIMIT
    }
}

impl Place {
    /// Where the next run is, after one that has read so many entries here, behind which `next` is.
    fn after(self, read: usize, next: DuePosition) -> Self {
        let is_done = (self.turn + 1) * LIMIT >= read;
        if is_done { Self { from: next, turn: 0 } } else { Self { turn: self.turn + 1, ..self } }
    }
}

impl Backlog {
    /// Reads what is due. Everything is read while it is few; of more, each run works on another part, and after its last part
    /// the next entries are read.
    pub async fn share(&self, store: &Store, class: DueClass, before: Timestamp) -> Result<Share, StoreError> {
        let place = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let turn = place.turn;
        let (all, next) = store.due_from(class, before, &place.from, READ).await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = place.after(all.len(), next);
        Ok(Share { all, turn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_entries_are_read_once_each_part_of_these_has_had_its_turn() {
        for (read, runs) in [(0, 1), (1, 1), (LIMIT, 1), (LIMIT + 1, 2), (READ, READ / LIMIT)] {
            let (mut place, mut count) = (Place::default(), 0);
            loop {
                place = place.after(read, DuePosition::default());
                count += 1;
                if place.turn == 0 {
                    break;
                }
            }
            assert_eq!(count, runs, "{read} entries");
        }
    }

    #[test]
    fn the_parts_of_what_was_read_are_all_of_it() {
        let read: Vec<usize> = (0..2 * LIMIT + 7).collect();
        let parts = (0..3).flat_map(|turn| Share { all: Vec::new(), turn }.part(read.clone()));
        assert_eq!(parts.collect::<Vec<_>>(), read);
    }
}
