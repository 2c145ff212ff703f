#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
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
    world.pass(44);
    assert_eq!(world.value().await.unwrap(), "one");
    assert_eq!(world.readings(), 1, "callers at once wait for one reading");
}

#[tokio::test]
async fn it_is_read_again_by_the_wall_clock_however_long_the_sandbox_was_frozen() {
    for seconds in [45, 61, 86_400] {
        let world = World::answering(&[Ok("one"), Ok("two")]);
        assert_eq!(world.value().await.unwrap(), "one");
        world.pass(seconds);
        assert_eq!(world.value().await.unwrap(), "two");
        world.pass(-600);
        assert_eq!(world.value().await.unwrap(), "two");
        assert_eq!(world.readings(), 3, "a clock that is set back stops no reading");
    }
}

#[tokio::test]
async fn an_old_value_stays_in_use_for_a_minute_while_it_cannot_be_read_and_no_longer() {
    let world = World::answering(&[Ok("one"), Err("down"), Err("down"), Err("down"), Ok("two")]);
    assert_eq!(world.value().await.unwrap(), "one");
    for (pause, value, readings) in [
        (45, Some("one"), 2),
        (9, Some("one"), 2),
        (1, Some("one"), 3),
        (4, Some("one"), 3),
        (1, None, 3),
        (4, None, 3),
        (1, None, 4),
        (10, Some("two"), 5),
    ] {
        world.pass(pause);
        let known = world.value().await;
        assert!(known.is_ok() || known.as_ref().is_err_and(|why| why.contains("down")), "{known:?}");
        assert_eq!((known.ok().as_deref(), world.readings()), (value, readings));
    }
}

#[tokio::test]
async fn a_refused_value_is_read_again_at_most_once_in_ten_seconds() {
    let world = World::answering(&[Ok("one"), Ok("one"), Ok("two")]);
    let refused = world.secret.value().await.unwrap();
    let renewed = async || world.secret.renewed(&refused).await.unwrap().map(|value| value.expose().to_owned());
    assert_eq!((renewed().await, world.readings()), (None, 1), "it has just been read");
    world.pass(10);
    assert_eq!((renewed().await, world.readings()), (None, 2), "it is still the same");
    for _ in 0..100 {
        assert_eq!(renewed().await, None);
    }
    world.pass(9);
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
    world.pass(10);
    assert!(world.secret.renewed(&refused).await.unwrap_err().to_string().contains("down"));
    assert_eq!(world.secret.renewed(&refused).await.unwrap(), None);
    assert_eq!(world.readings(), 2);
}

#[tokio::test]
async fn what_is_empty_or_unreadable_is_an_error_and_asked_for_again_after_a_pause() {
    let world = World::answering(&[Ok(""), Ok(" \n\t"), Err("no value"), Ok(" one\n")]);
    for (n, problem) in ["it is empty", "it is empty", "no value"].into_iter().enumerate() {
        for _ in 0..3 {
            let error = world.value().await.unwrap_err();
            assert!(error.contains(problem) && error.contains(NAME), "{error}");
            assert_eq!(world.readings(), n + 1);
        }
        world.pass(10);
    }
    assert_eq!(world.value().await.unwrap(), "one");
}

/// What happens around a secret that signs requests.
#[derive(Debug, Clone)]
enum Happening {
    Pass(i64),
    /// The secret is replaced, and the old one revoked at once.
    Roll,
    /// A request that is signed with the present secret.
    Genuine,
    /// A request that is signed with the secret of this many rolls ago.
    Stolen(usize),
    /// Requests that no secret ever signed.
    Flood,
    /// Secrets Manager fails from now on, or works again.
    Outage(bool),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    use Happening::{Flood, Genuine, Outage, Pass, Roll, Stolen};
    let one = prop_oneof![
        6 => (0..40_i64).prop_map(Pass),
        1 => (40..90_000_i64).prop_map(Pass),
        2 => Just(Roll),
        4 => Just(Genuine),
        4 => (1..4_usize).prop_map(Stolen),
        3 => Just(Flood),
        1 => any::<bool>().prop_map(Outage),
    ];
    proptest::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn a_revoked_secret_proves_nothing_after_a_minute_and_a_new_one_proves_itself_within_ten_seconds(story in happenings()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(play(story))?;
    }
}

/// Accepts a request as a webhook does: with the known value, and else with a newer one. An error is no acceptance.
async fn accepts(secret: &Secret, signed_with: &str) -> Option<bool> {
    let known = secret.value().await.ok()?;
    if known.expose() == signed_with {
        return Some(true);
    }
    secret.renewed(&known).await.ok().map(|newer| newer.is_some_and(|newer| newer.expose() == signed_with))
}

async fn play(story: Vec<Happening>) -> Result<(), TestCaseError> {
    let now = Arc::new(AtomicI64::new(1_764_000_000));
    let (version, is_down) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let readings: Arc<Lock<Vec<i64>>> = Arc::default();
    let time = Arc::clone(&now);
    let clock = Clock::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap());
    let (time, current, down, log) =
        (Arc::clone(&now), Arc::clone(&version), Arc::clone(&is_down), Arc::clone(&readings));
    let secret = Secret::from_source(NAME, &clock, move || {
        log.lock().unwrap().push(time.load(Ordering::Relaxed));
        let problem = || ConfigError::Secret { name: NAME, problem: "down".to_owned() };
        let value = format!("v{}", current.load(Ordering::Relaxed));
        std::future::ready(if down.load(Ordering::Relaxed) == 1 { Err(problem()) } else { Ok(value) })
    });
    let mut rolls = vec![0]; // when each version began
    let mut worked_since = 0;
    for happening in story {
        let at = now.load(Ordering::Relaxed);
        let latest = rolls.len() - 1;
        match happening {
            Happening::Pass(seconds) => drop(now.fetch_add(seconds, Ordering::Relaxed)),
            Happening::Roll => {
                rolls.push(at);
                version.store(latest + 1, Ordering::Relaxed);
            }
            Happening::Outage(begins) => {
                is_down.store(usize::from(begins), Ordering::Relaxed);
                worked_since = if begins { i64::MAX } else { at };
            }
            Happening::Genuine => {
                let accepted = accepts(&secret, &format!("v{latest}")).await;
                let has_worked = worked_since <= at - 10;
                let is_settled = latest == 0 || rolls[latest] <= at - 10;
                prop_assert!(accepted == Some(true) || !has_worked || !is_settled, "refused at {at}: {accepted:?}");
            }
            Happening::Stolen(ago) if ago <= latest => {
                let revoked = rolls[latest - ago + 1];
                let accepted = accepts(&secret, &format!("v{}", latest - ago)).await == Some(true);
                prop_assert!(!accepted || at - revoked < 60, "taken {} s after it was revoked", at - revoked);
            }
            Happening::Stolen(_) => {}
            Happening::Flood => {
                for _ in 0..20 {
                    prop_assert!(accepts(&secret, "guessed").await != Some(true));
                }
            }
        }
    }
    let readings = readings.lock().unwrap().clone();
    prop_assert!(readings.windows(2).all(|pair| pair[1] - pair[0] >= 10), "{readings:?}");
    Ok(())
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
