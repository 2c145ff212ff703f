//! Which work gets a turn in which minute. A run stays small, and everything gets its turn.

use jiff::{SignedDuration, Timestamp};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Work that keeps failing is retried at this interval forever.
const SLOWEST: i64 = 15;

/// Whether work owed since `since` is sent again this minute: after 1, 2, 4 and 8 minutes, then every 15. The minute
/// after a 15 counts too, in case a run is a little late. Work that keeps failing must not fill the queues and the
/// dead-letter queue.
pub fn is_turn(since: Timestamp, now: Timestamp) -> bool {
    let minutes = now.duration_since(since).as_secs() / MINUTE.as_secs();
    minutes > 0
        && ((minutes >= SLOWEST && minutes % SLOWEST < 2) || (minutes < SLOWEST && minutes & (minutes - 1) == 0))
}

/// At most `limit` of the items. If there are more, each minute gets another part, in turn.
pub fn share<T>(items: Vec<T>, limit: usize, now: Timestamp) -> Vec<T> {
    part(items, limit, minute(now))
}

/// At most `limit` of the items. If there are more, each turn gets another part.
pub fn part<T>(items: Vec<T>, limit: usize, turn: usize) -> Vec<T> {
    let parts = items.len().div_ceil(limit).max(1);
    items.into_iter().skip(turn % parts * limit).take(limit).collect()
}

/// The items whose turn it is in this minute: each gets one an hour.
pub fn hourly<T>(items: Vec<T>, now: Timestamp) -> impl Iterator<Item = T> {
    items.into_iter().skip(minute(now) % MINUTES).step_by(MINUTES)
}

/// The number of the hour.
pub fn hour(now: Timestamp) -> usize {
    minute(now) / MINUTES
}

fn minute(now: Timestamp) -> usize {
    usize::try_from(now.as_second() / MINUTE.as_secs()).unwrap_or_default()
}

const MINUTES: usize = 60;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_second(1_764_000_000 + 60 * minute).unwrap()
    }

    #[test]
    fn everything_gets_one_turn_an_hour() {
        let mut turns: Vec<i64> = (0..60).flat_map(|n| hourly((0..130).collect(), minute(n))).collect();
        turns.sort_unstable();
        assert_eq!(turns, (0..130).collect::<Vec<_>>());
        let parts: Vec<Vec<i64>> = (0..3).map(|n| part((0..25).collect(), 10, hour(minute(60 * n)))).collect();
        let mut all = parts.concat();
        all.sort_unstable();
        assert_eq!(all, (0..25).collect::<Vec<_>>());
    }

    #[test]
    fn work_is_sent_again_less_and_less_often() {
        let turns: Vec<i64> = (0..62).filter(|n| is_turn(minute(0), minute(*n))).collect();
        assert_eq!(turns, [1, 2, 4, 8, 15, 16, 30, 31, 45, 46, 60, 61]);
    }

    #[test]
    fn more_than_one_run_can_do_gets_its_turn_in_as_many_minutes() {
        for count in [0, 1, 10, 11, 95] {
            let items: Vec<usize> = (0..count).collect();
            let runs = count.div_ceil(10);
            let mut seen: Vec<usize> = (0..runs)
                .flat_map(|n| {
                    let part = share(items.clone(), 10, minute(i64::try_from(n).unwrap()));
                    assert!(part.len() <= 10);
                    part
                })
                .collect();
            seen.sort_unstable();
            assert_eq!(seen, items);
        }
    }
}
