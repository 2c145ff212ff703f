//! What one run after the other works on, if there is more than one run can do.

use crate::pace;
use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};
use store::{DueClass, DueItem, DuePosition, Store, StoreError};

/// Entries that one run counts of a class: with 200 bytes each, a run stays small however many there are.
const COUNTED: usize = 20_000;
/// Items of each kind that one run works on. With a few milliseconds for each and some at once, a run ends well within
/// its time.
pub const LIMIT: usize = 1_000;

/// How far the runs have come with a class. It stands in memory only, so a new sandbox has none.
#[derive(Debug, Default)]
pub struct Backlog(Mutex<Option<DuePosition>>);

/// What is due of a class.
#[derive(Debug)]
pub struct Share {
    /// The longest waiting, which are counted.
    pub counted: Vec<DueItem>,
    /// Those that have their turn.
    pub turn: Vec<DueItem>,
}

impl Share {
    /// Whether one run works on all that there is.
    pub fn is_all(&self) -> bool {
        self.counted.len() <= LIMIT
    }
}

impl Backlog {
    /// Reads what is due. While it is few, all of it has its turn. Of more, each run goes on where the last one ended, and at the
    /// end begins again with the longest waiting. A new sandbox begins somewhere among those, by the clock: if runs die of what
    /// they work on, the next ones work on something else.
    pub async fn share(&self, store: &Store, class: DueClass, before: Timestamp) -> Result<Share, StoreError> {
        let start = DuePosition::default();
        let (counted, _) = store.due_from(class, before, &start, COUNTED).await?;
        let (turn, next) = match self.place() {
            _ if counted.len() <= LIMIT => (counted.clone(), None),
            None => (pace::share(counted.clone(), LIMIT, before), Some(start)),
            Some(place) => {
                let (turn, next) = store.due_from(class, before, &place, LIMIT).await?;
                (turn, Some(next))
            }
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(Share { counted, turn })
    }

    fn place(&self) -> Option<DuePosition> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
