#![allow(clippy::unwrap_used)]

use super::*;
use std::{
    collections::VecDeque,
    sync::Mutex as Lock,
    sync::atomic::{AtomicI64, AtomicUsize, Ordering},
};

const NAME: &str = "TEST_SECRET";

/// A clock that stands still until it is moved, and a Secrets Manager with prepared answers. It repeats the last one
/// when it has no more.
struct World {
    seconds: Arc<AtomicI64>,
    readings: Arc<AtomicUsize>,
    secret: Secret,
}

impl World {
    fn answering(answers: &[Result<&str, &str>]) -> Self {
        let seconds = Arc::new(AtomicI64::new(1_764_000_000));
        let readings = Arc::new(AtomicUsize::new(0));
        let owned = |answer: &Result<&str, &str>| answer.map(str::to_owned).map_err(str::to_owned);
        let answers: Arc<Lock<VecDeque<_>>> = Arc::new(Lock::new(answers.iter().map(owned).collect()));
        let (time, counter) = (Arc::clone(&seconds), Arc::clone(&readings));
        let clock = Clock::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap());
        let secret = Secret::from_source(NAME, &clock, move || {
            counter.fetch_add(1, Ordering::Relaxed);
            let mut answers = answers.lock().unwrap();
            let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
            let answer = answer.unwrap().map_err(|problem| ConfigError::Secret { name: NAME, problem });
            async move {
                tokio::task::yield_now().await;
                answer
            }
        });
        Self { seconds, readings, secret }
    }

    fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    fn readings(&self) -> usize {
        self.readings.load(Ordering::Relaxed)
    }

    async fn value(&self) -> Result<String, String> {
        self.secret.value().await.map(|value| value.expose().to_owned()).map_err(|e| e.to_string())
    }
}

#[tokio::test]
async fn it_is_read_when_it_is_first_asked_for_and_then_kept() {
    let world = World::answering(&[Ok("one"), Ok("two")]);
    assert_eq!(world.readings(), 0, "a start needs no request");
    let (first, second) = tokio::join!(world.value(), world.value());
    assert_eq!((first.unwrap().as_str(), second.unwrap().as_str()), ("one", "one"));
    world.pass(599);
    assert_eq!(world.value().await.unwrap(), "one");
    assert_eq!(world.readings(), 1, "callers at once wait for one reading");
}

#[tokio::test]
async fn it_is_read_again_after_ten_minutes() {
    let world = World::answering(&[Ok("one"), Ok("two")]);
    assert_eq!(world.value().await.unwrap(), "one");
    world.pass(600);
    assert_eq!(world.value().await.unwrap(), "two");
    world.pass(-600);
    assert_eq!(world.value().await.unwrap(), "two");
    assert_eq!(world.readings(), 3, "a clock that is set back stops no reading");
}

#[tokio::test]
async fn an_old_value_stays_in_use_while_it_cannot_be_read() {
    let world = World::answering(&[Ok("one"), Err("down"), Err("down"), Ok("two")]);
    assert_eq!(world.value().await.unwrap(), "one");
    world.pass(600);
    assert_eq!(world.value().await.unwrap(), "one");
    world.pass(29);
    assert_eq!(world.value().await.unwrap(), "one");
    assert_eq!(world.readings(), 2, "it is not asked for by every caller");
    world.pass(1);
    assert_eq!(world.value().await.unwrap(), "one");
    world.pass(30);
    assert_eq!(world.value().await.unwrap(), "two");
}

#[tokio::test]
async fn a_refused_value_is_read_again_at_most_once_in_thirty_seconds() {
    let world = World::answering(&[Ok("one"), Ok("one"), Ok("two")]);
    let refused = world.secret.value().await.unwrap();
    let renewed = async || world.secret.renewed(&refused).await.unwrap().map(|value| value.expose().to_owned());
    assert_eq!((renewed().await, world.readings()), (None, 1), "it has just been read");
    world.pass(30);
    assert_eq!((renewed().await, world.readings()), (None, 2), "it is still the same");
    for _ in 0..100 {
        assert_eq!(renewed().await, None);
    }
    world.pass(29);
    assert_eq!((renewed().await, world.readings()), (None, 2));
    world.pass(1);
    assert_eq!((renewed().await.as_deref(), world.readings()), (Some("two"), 3));
    assert_eq!((renewed().await.as_deref(), world.readings()), (Some("two"), 3), "whoever had the old one gets it too");
    assert_eq!(world.value().await.unwrap(), "two");
}

#[tokio::test]
async fn a_refusal_of_what_cannot_be_read_again_is_an_error_and_counts() {
    let world = World::answering(&[Ok("one"), Err("down")]);
    let refused = world.secret.value().await.unwrap();
    world.pass(30);
    assert!(world.secret.renewed(&refused).await.unwrap_err().to_string().contains("down"));
    assert_eq!(world.secret.renewed(&refused).await.unwrap(), None);
    assert_eq!(world.readings(), 2);
}

#[tokio::test]
async fn what_is_empty_or_unreadable_is_an_error_and_asked_for_again() {
    let world = World::answering(&[Ok(""), Ok(" \n\t"), Err("no value"), Ok(" one\n")]);
    for problem in ["it is empty", "it is empty", "no value"] {
        let error = world.value().await.unwrap_err();
        assert!(error.contains(problem) && error.contains(NAME), "{error}");
    }
    assert_eq!(world.value().await.unwrap(), "one");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever() {
    let clock = Clock::system();
    let secret = Secret::from_source(NAME, &clock, std::future::pending);
    let began = tokio::time::Instant::now();
    let (first, second) = tokio::join!(secret.value(), secret.value());
    assert!(first.unwrap_err().to_string().contains("no answer in 8 s"));
    assert!(second.unwrap_err().to_string().contains("no answer in 8 s"));
    assert_eq!(began.elapsed(), READ_TIMEOUT);
}

#[tokio::test]
async fn it_never_prints() {
    let secret = Secret::fixed(NAME, "whsec_hidden");
    let value = secret.value().await.unwrap();
    assert_eq!(value.expose(), "whsec_hidden");
    assert_eq!(format!("{secret:?} {value:?}"), "Secret(TEST_SECRET) SecretValue(…)");
}
