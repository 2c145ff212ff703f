//! Some of the histories that `cargo run --release -p simulation` plays, for every test run.

use simulation::{Large, Plan, Scene, batches, large_orders, run, single_faults};

#[test]
fn a_seed_has_the_same_history_each_time() {
    for seed in [3, 4] {
        assert_eq!(run(seed, &Scene::Rush).trace, run(seed, &Scene::Rush).trace, "seed {seed}");
    }
}

#[test]
fn an_undisturbed_life_breaks_no_law_and_comes_to_its_end() {
    let report = run(1, &Scene::OneOrder(Plan::Calm));
    assert_eq!(report.broken, Vec::<String>::new());
    assert_eq!((report.orders, report.doubled_mails, report.happened.len()), (1, 0, 0));
    let mails = report.calls.iter().filter(|call| call.operation == "SES.SendEmail").count();
    assert_eq!(mails, 5, "confirmed, shipped, delivered, return received, refund sent");
    assert!(report.calls.iter().any(|call| call.operation == "Stripe.POST"), "a refund was made");
}

#[test]
fn one_fault_in_a_life_breaks_no_law() {
    // Only a few; `--exhaustive` plays all of them, and CI every 240th.
    for plan in single_faults().into_iter().step_by(2_003) {
        let report = run(1, &Scene::OneOrder(plan.clone()));
        assert_eq!(report.broken, Vec::<String>::new(), "{plan:?}");
    }
}

#[test]
fn a_cancellation_at_any_moment_breaks_no_law() {
    for at in (1..60).step_by(9) {
        let report = run(1, &Scene::Cancelled(at, Plan::Calm));
        assert_eq!(report.broken, Vec::<String>::new(), "at request {at}");
    }
}

#[test]
fn random_histories_break_no_law() {
    for seed in 1..=3 {
        assert_eq!(run(seed, &Scene::Rush).broken, Vec::<String>::new(), "--seed {seed} --runs 1");
    }
}

#[test]
fn orders_that_are_picked_in_batches_break_no_law() {
    for scene in batches(1, 5) {
        let report = run(1, &scene);
        assert_eq!(report.broken, Vec::<String>::new(), "{scene:?}");
        let made = report.trace.iter().filter(|line| line.ends_with("POST /batches 201")).count();
        assert!(made > 1, "{made} batches were made: {scene:?}");
    }
}

/// Without other faults; `--exhaustive` plays some with them, and cancellations.
#[test]
fn a_large_order_that_lives_has_a_rival_or_is_given_up_breaks_no_law() {
    for scene in large_orders(1, 0) {
        let report = run(1, &scene);
        assert_eq!(report.broken, Vec::<String>::new(), "{scene:?}");
        let accepted = match scene {
            Scene::Large(Large::Sent | Large::Cancelled(_), _) => 1..=1,
            Scene::Large(Large::Rivals | Large::Abandoned, _) => 0..=1,
            _ => unreachable!("another scene: {scene:?}"),
        };
        assert!(accepted.contains(&report.orders), "{} accepted: {scene:?}", report.orders);
    }
}
