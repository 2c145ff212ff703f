//! The books: rows of movements, and which of them count.

use super::{
    round_trips::{eur, event},
    *,
};
use domain::{
    books::{BookedFor, MovementKind, day_of},
    ids::PaymentId,
    ledger::MoneyFact,
    money::Amount,
    statement::{Entry, Fee, Moved, Statement},
};
use jiff::{SignedDuration, ToSpan as _};
use std::collections::BTreeSet;

/// Records that something was captured of the n-th order's payment.
fn paid(read: &Stored<OrderState>, n: u32, amount: Amount, now: Timestamp) -> OrderState {
    read.value.clone().record(&event(&format!("stripe_pi_{n}"), i64::from(n), MoneyFact::Captured(amount)), now)
}

/// The rows of a day, by pages of this size: for which order, and how much.
async fn rows(store: &Store, day: Timestamp, limit: usize) -> Vec<(OrderId, Amount)> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let (rows, next) = store.booked(day_of(day), after.as_ref(), limit).await.unwrap();
        assert!(rows.len() <= limit);
        for row in rows {
            assert_eq!((row.movement.kind, row.movement.day()), (MovementKind::Captured, day_of(day)));
            assert_eq!(row.place().to_string().parse(), Ok(row.place()));
            let BookedFor::Order(order) = row.booked_for else { panic!("{:?}", row.booked_for) };
            all.push((order, row.movement.amount));
        }
        match next {
            Some(place) => after = Some(place),
            None => return all,
        }
    }
}

#[tokio::test]
async fn a_movement_is_a_row_of_the_day_on_which_it_was_written_down_in_the_order_of_its_writing() {
    let store = TestStore::new();
    for n in [3, 1, 2, 4] {
        let read = store.created(&state_key(n), state()).await;
        let now = at(i64::from(n));
        let next = paid(&read, n, 100 * i64::from(n), now);
        let paid_once = store.replaced(&read, next, now).await;
        // The same fact again moves nothing.
        let again = paid(&paid_once, n, 100 * i64::from(n), at(9));
        assert_eq!(again, paid_once.value);
    }
    let tomorrow = at(1) + SignedDuration::from_hours(24);
    let read = store.load::<OrderState>(&state_key(1)).await.unwrap().unwrap();
    let more = paid(&read, 1, 150, tomorrow);
    store.replaced(&read, more, tomorrow).await;

    let expected: Vec<_> = (1..=4).map(|n| (order(n), 100 * i64::from(n))).collect();
    for limit in [1, 2, 3, 100] {
        assert_eq!(rows(&store, at(1), limit).await, expected, "pages of {limit}");
    }
    assert_eq!(rows(&store, tomorrow, 10).await, [(order(1), 50)]);
    let (none, next) = store.booked(day_of(at(1)).saturating_sub(1.day()), None, 10).await.unwrap();
    assert!(none.is_empty() && next.is_none());
}

#[tokio::test]
async fn a_row_whose_decision_was_never_written_does_not_count() {
    let store = TestStore::new();
    let read = store.created(&state_key(1), state()).await;
    // Two decide in the same moment, and one of them is faster.
    let (mine, theirs) = (paid(&read, 1, 100, at(2)), paid(&read, 1, 40, at(2)));
    store.replaced(&read, theirs, at(2)).await;
    let mut write = store.write(at(2));
    write.replace(&read, mine);
    conflict(write.commit().await);
    assert_eq!(rows(&store, at(2), 10).await, [(order(1), 40)], "what was written is in the books, and nothing else");

    let read = store.load::<OrderState>(&state_key(1)).await.unwrap().unwrap();
    let again = paid(&read, 1, 100, at(2));
    store.replaced(&read, again, at(2)).await;
    assert_eq!(rows(&store, at(2), 1).await, [(order(1), 40), (order(1), 60)]);
}

#[tokio::test]
async fn what_of_a_payment_was_booked_since_a_moment_is_found_on_the_days_since() {
    let store = TestStore::new();
    let tomorrow = at(1) + SignedDuration::from_hours(24);
    for (n, now) in [(1, at(1)), (2, tomorrow)] {
        let read = store.created(&state_key(n), state()).await;
        let next = paid(&read, n, 100, now);
        store.replaced(&read, next, now).await;
    }
    let never_written = {
        let read = store.created(&state_key(3), state()).await;
        let (mine, theirs) = (paid(&read, 3, 100, tomorrow), read.value.clone());
        store.replaced(&read, OrderState { total: 1, ..theirs }, tomorrow).await;
        let mut write = store.write(tomorrow);
        write.replace(&read, mine);
        conflict(write.commit().await);
        3
    };
    let second = SignedDuration::from_secs(1);
    let table = [
        (1, at(1), true),
        (1, at(1) + second, false),
        (2, at(1), true),
        (2, tomorrow, true),
        (2, tomorrow + second, false),
        (never_written, at(1), false),
    ];
    for (n, since, is_found) in table {
        let payment = format!("stripe_pi_{n}").parse().unwrap();
        let expected = BTreeSet::from_iter(is_found.then_some(MovementKind::Captured));
        let until = tomorrow + SignedDuration::from_hours(1);
        assert_eq!(store.booked_since(&payment, since, until).await.unwrap(), expected, "{n} since {since}");
    }
}

#[tokio::test]
async fn nothing_is_written_of_an_order_whose_row_could_not_be() {
    let store = TestStore::new();
    let read = store.created(&state_key(1), state()).await;
    store.requests();
    let next = paid(&read, 1, 100, at(2));
    store.replaced(&read, next, at(2)).await;
    let requests = store.requests();
    let (row, order) =
        (requests.iter().position(|r| r.contains("BatchWrite")), requests.iter().position(|r| r.contains("PutItem")));
    assert!(row.is_some() && row < order, "{requests:?}");
}

#[tokio::test]
async fn a_fee_is_a_row_of_its_own_that_tells_the_order_of_its_payment() {
    let store = TestStore::new();
    store.created(&state_key(1), state()).await;
    let payment: PaymentId = "stripe_pi_1".parse().unwrap();
    let fee = Some(Fee { amount: 3, currency: eur() });
    let entry = Entry { at: at(1), kind: MovementKind::Captured, amount: 100, currency: eur(), fee };
    let listed = Statement { order: Some(order(1)), ..Statement::default() }.list(&payment, "txn_1", entry, at(2));
    store.created(&payment, listed).await;
    let (rows, _) = store.booked(day_of(at(2)), None, 10).await.unwrap();
    let [BookedRow { booked_for, movement, order: of, reference, .. }] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(*booked_for, BookedFor::Statement(payment.clone()));
    assert_eq!((movement.kind, movement.amount, &movement.payment), (MovementKind::Fee, -3, &payment));
    assert_eq!(*of, Some(order(1)));
    assert!(reference.is_some(), "its channel, and what that calls it");
    assert_eq!(rows[0].place().to_string().parse(), Ok(rows[0].place()));
}

#[tokio::test]
async fn what_differs_is_listed_until_it_agrees() {
    let store = TestStore::new();
    let payment: PaymentId = "stripe_pi_1".parse().unwrap();
    let entry = Entry { at: at(1), kind: MovementKind::Captured, amount: 100, currency: eur(), fee: None };
    let listed = Statement::default().list(&payment, "txn_1", entry, at(2));
    let read = store.created(&payment, listed).await;
    assert_eq!(store.differing().await.unwrap(), []);
    let compared = |statement: Statement, ours: Amount, n: i64| {
        let ours = Moved::from([(MovementKind::Captured, ours)]);
        let none = BTreeSet::new();
        statement.compare(&ours, &Moved::new(), &none, &none, Some(eur()), at(n))
    };
    let differs = store.replaced(&read, compared(read.value.clone(), 90, 3), at(3)).await;
    assert_eq!(store.differing().await.unwrap(), [(payment, at(3))]);
    let agrees = compared(differs.value.clone(), 100, 4);
    store.replaced(&differs, agrees, at(4)).await;
    assert_eq!(store.differing().await.unwrap(), []);
    assert_eq!(store.unmatched(Unmatched::NamesNoOrder).await.unwrap(), []);
}
