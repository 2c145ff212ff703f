//! The books of a day beside the list of the local Stripe.

use super::{PAYMENT, Stage, began, order};
use app::{comparison, payments::record_payment};
use domain::{
    books::{Movement, MovementKind, day_of},
    comparison::Comparison,
    duty::{Duty, Subject},
    history::{Actor, Stamp},
    ids::{PaymentId, ProviderName},
    ledger::{MoneyEvent, MoneyFact},
    payment_record::Named,
    statement::Statement,
};
use jiff::SignedDuration;

/// What the account was charged for a payment of 10.00 EUR.
const FEE: i64 = 40;
/// The day of the beginning is over for more than four hours.
const NEXT_DAY: SignedDuration = SignedDuration::from_hours(13);

fn stripe() -> ProviderName {
    "stripe".parse().unwrap()
}

fn payment(id: &str) -> PaymentId {
    format!("stripe_{id}").parse().unwrap()
}

fn captured(id: &str, amount: i64) -> MoneyEvent {
    MoneyEvent {
        payment: payment(id),
        at: began(),
        event: "evt_1".to_owned(),
        currency: "EUR".parse().ok(),
        step: 1,
        fact: MoneyFact::Captured(amount),
    }
}

/// Compares the day that is over. Returns whether it comes to an end.
async fn compare(stage: &Stage) -> bool {
    let (store, now) = (&stage.app.store, stage.app.clock.now());
    comparison::begin(store, &[stripe()], now).await.unwrap();
    for _ in 0..30 {
        if stage.deliver_duty(Duty::Comparison, Subject::Provider(stripe())).await {
            return false;
        }
        if comparison::under_way(store, &stripe()).await.unwrap().is_none() {
            return true;
        }
    }
    false
}

/// The books of a day have a payment that the provider does not list: a leaked secret signed it, or the list is late.
async fn with_an_unknown_payment() -> Stage {
    let stage = Stage::without_order().await;
    stage.place(&captured("pi_0", 0), |_| {}).await;
    record_payment(&stage.app.store, &Named::from(order()), &captured("pi_9", 1000), began()).await.unwrap();
    stage.pass_to(NEXT_DAY);
    assert!(compare(&stage).await);
    stage
}

async fn statement(stage: &Stage, id: &str) -> Statement {
    stage.app.store.load::<Statement>(&payment(id)).await.unwrap().unwrap().value
}

/// What was booked so long after the beginning.
async fn rows(stage: &Stage, since: SignedDuration) -> Vec<Movement> {
    let (rows, next) = stage.app.store.booked(day_of(began() + since), None, 100).await.unwrap();
    assert!(next.is_none());
    rows.into_iter().map(|row| row.movement).collect()
}

#[tokio::test]
async fn a_webhook_that_never_came_is_made_good_and_the_fee_is_booked() {
    let stage = Stage::without_order().await;
    // An order of 10.00 EUR; another one's payment is known, and all of its webhooks were lost.
    stage.place(&captured("pi_0", 0), |_| {}).await;
    stage.stripe.pay(order().as_str(), 1000, "EUR").unwrap();
    let paid = stage.stripe.payments().pop().unwrap().id;
    stage.refund_at_the_dashboard(300).await;
    stage.pass_to(NEXT_DAY);
    assert!(compare(&stage).await);

    let state = stage.state().await;
    assert_eq!(state.ledger.payments[&payment(&paid)].captured, 1000, "the order is paid");
    let kept = stage.app.store.payment(&payment(PAYMENT)).await.unwrap().value;
    let (ledger, eur) = (kept.ledger(), "EUR".parse().unwrap());
    assert_eq!((ledger.captured(eur), ledger.refunded(eur)), (1000, 300), "a payment without an order is kept");
    assert_eq!(stage.app.store.differing().await.unwrap(), []);

    let of = |kind: MovementKind, rows: &[Movement]| -> Vec<(PaymentId, i64)> {
        let own = rows.iter().filter(|row| row.kind == kind);
        own.map(|row| (row.payment.clone(), row.amount)).collect()
    };
    let booked = rows(&stage, NEXT_DAY).await;
    assert_eq!(of(MovementKind::Captured, &booked), [(payment(&paid), 1000)]);
    let mut fees = of(MovementKind::Fee, &booked);
    fees.sort();
    let mut expected = vec![(payment(&paid), -FEE), (payment(PAYMENT), -FEE)];
    expected.sort();
    assert_eq!(fees, expected);
    assert_eq!(statement(&stage, &paid).await.order, Some(order()));

    // The next day lists it once more, with the payout.
    let later = NEXT_DAY + SignedDuration::from_hours(24);
    stage.pass_to(later);
    assert!(compare(&stage).await);
    let booked = rows(&stage, later).await;
    let payouts = of(MovementKind::Payout, &booked);
    let [(payout, amount)] = &payouts[..] else { panic!("{booked:?}") };
    assert_eq!((*amount, booked.len()), (-(2_000 - 300 - 2 * FEE), 1), "nothing is booked twice");
    let of_it = statement(&stage, payout.id.as_str()).await;
    assert_eq!(of_it.parts.map(|parts| (parts.count, parts.net)), Some((3, -amount)));
    assert_eq!(of_it.differences.len(), 0);
    let (from, to) = (day_of(began()), day_of(began() + later));
    assert_eq!(stage.app.store.payouts(from, to).await.unwrap(), std::slice::from_ref(payout));
    stage.end().await;
}

#[tokio::test]
async fn what_the_provider_does_not_know_waits_for_a_person_until_it_is_settled() {
    let stage = with_an_unknown_payment().await;
    let store = &stage.app.store;

    let [(differing, since)] = &store.differing().await.unwrap()[..] else { panic!("one payment differs") };
    assert_eq!((differing, *since), (&payment("pi_9"), began() + NEXT_DAY));
    let difference = statement(&stage, "pi_9").await.differences.remove(&MovementKind::Captured).unwrap();
    assert_eq!((difference.ours, difference.theirs), (1000, 0));
    let stamp = Stamp::new(Actor::caller("operator", "anna"), began() + NEXT_DAY);
    comparison::settle(store, &payment("pi_9"), "the secret had leaked", &stamp).await.unwrap();
    assert_eq!(store.differing().await.unwrap(), []);
    assert!(comparison::settle(store, &payment("pi_9"), "again", &stamp).await.is_err(), "it is settled");

    stage.pass_to(NEXT_DAY + SignedDuration::from_hours(24));
    assert!(compare(&stage).await);
    assert_eq!(store.differing().await.unwrap(), [], "it stays settled");
    stage.end().await;
}

#[tokio::test]
async fn a_difference_ends_by_itself_when_the_books_agree() {
    let stage = with_an_unknown_payment().await;
    let store = &stage.app.store;
    assert_eq!(store.differing().await.unwrap().len(), 1);
    // Stripe was late with it.
    stage.stripe.register("pi_9", 1000, "EUR").unwrap();
    stage.pass_to(NEXT_DAY + SignedDuration::from_hours(24));
    assert!(compare(&stage).await);
    assert_eq!(store.differing().await.unwrap(), []);
    stage.end().await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_keeps_the_day_owed_where_it_was() {
    let stage = Stage::without_order().await;
    stage.pass_to(NEXT_DAY);
    stage.stripe.shutdown().await;
    assert!(!compare(&stage).await);
    let store = &stage.app.store;
    let owed = store.load::<Comparison>(&stripe()).await.unwrap().unwrap();
    assert!(owed.owes(&Duty::Comparison));
    assert_eq!(store.comparisons().await.unwrap(), [(stripe(), began() + NEXT_DAY)]);
    stage.services.shutdown().await;
}

#[tokio::test]
async fn two_deliveries_of_a_step_make_it_once() {
    let stage = Stage::without_order().await;
    stage.pass_to(NEXT_DAY);
    let store = &stage.app.store;
    comparison::begin(store, &[stripe()], stage.app.clock.now()).await.unwrap();
    let again = async || stage.deliver_duty(Duty::Comparison, Subject::Provider(stripe())).await;
    let (first, (read, _)) = (again(), comparison::under_way(store, &stripe()).await.unwrap().unwrap());
    assert!(!first.await);
    comparison::go_on(store, &read, None, std::collections::BTreeMap::new(), stage.app.clock.now()).await.unwrap();
    let (_, run) = comparison::under_way(store, &stripe()).await.unwrap().unwrap();
    assert_eq!(run.made, 1, "the late one changes nothing");
    stage.end().await;
}
