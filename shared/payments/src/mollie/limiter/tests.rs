#![allow(clippy::unwrap_used)]

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + second).unwrap()
}

fn id(number: u32) -> ProviderId {
    format!("tr_{number}").parse().unwrap()
}

#[test]
fn made_up_payments_are_asked_for_only_so_often() {
    let limiter = Limiter::default();
    for number in 0..MAX_FRUITLESS {
        assert!(limiter.admits(&id(number), at(0)));
        limiter.was_fruitless();
    }
    assert!(!limiter.admits(&id(99), at(9)));
    assert!(limiter.admits(&id(99), at(10)), "soon it counts anew");
}

#[test]
fn payments_that_exist_are_asked_for_as_often_as_mollie_names_them() {
    let limiter = Limiter::default();
    assert!((0..10_000).all(|number| limiter.admits(&id(number), at(0))));
}

#[test]
fn one_payment_is_asked_for_only_so_often() {
    let limiter = Limiter::default();
    assert!((0..MAX_OF_ONE).all(|_| limiter.admits(&id(1), at(0))));
    assert!(!limiter.admits(&id(1), at(1)));
    assert!(limiter.admits(&id(2), at(1)));
    assert!(limiter.admits(&id(1), at(10)));
}

#[test]
fn a_clock_that_goes_back_locks_nobody_out() {
    let limiter = Limiter::default();
    assert!(limiter.admits(&id(1), at(1_000)));
    for _ in 0..MAX_FRUITLESS {
        limiter.was_fruitless();
    }
    assert!(limiter.admits(&id(1), at(0)));
}
