//! The events of a payment in any order, and more than once.

use super::*;
use domain::{ledger::Ledger, money::Currency};
use proptest::{collection::vec, sample::Index};

/// The life of a payment: authorized, lowered, captured, refunded twice (one refund fails), and disputed.
fn life() -> Vec<Value> {
    let at = |event: Value, hour: u32, fields: Value| {
        let mut event = with(event, &fields);
        let time = format!("2026-11-23T{hour:02}:00:00Z");
        event["event_id"] = json!(format!("event_{hour}"));
        with(event, &json!({"updated_at": time}))
    };
    let approved = || sample!("payment.created-approved");
    let completed = || sample!("payment.updated-completed");
    let refund = |id: &str, amount: i64, status: &str, reason: &str| {
        with(
            sample!("refund.updated"),
            &json!({"id": id, "amount_money": usd(amount), "status": status, "reason": reason}),
        )
    };
    let state = |state: &str| with(sample!("dispute.state.updated"), &json!({"state": state}));
    let ours = "Orderly ord_x/return-01/1";
    vec![
        at(approved(), 1, json!({})),
        at(approved(), 2, json!({"total_money": usd(2900)})),
        at(completed(), 3, json!({"refunded_money": null})),
        at(refund("r_1", 1000, "PENDING", ours), 4, json!({})),
        at(completed(), 5, json!({"refunded_money": usd(1000)})),
        at(refund("r_1", 1000, "COMPLETED", ours), 6, json!({})),
        at(refund("r_2", 500, "PENDING", "Returned goods"), 7, json!({})),
        at(completed(), 8, json!({"refunded_money": usd(1500)})),
        at(refund("r_2", 500, "FAILED", "Returned goods"), 9, json!({})),
        at(completed(), 10, json!({"refunded_money": usd(1000)})),
        at(state("INQUIRY_PROCESSING"), 11, json!({})),
        at(state("EVIDENCE_REQUIRED"), 12, json!({})),
        at(state("PROCESSING"), 13, json!({})),
        at(state("WON"), 14, json!({})),
    ]
}

/// Payments that come to nothing.
fn ends() -> Vec<Vec<Value>> {
    vec![
        vec![sample!("payment.created-approved"), sample!("payment.updated-canceled")],
        vec![sample!("payment.created-pending"), sample!("payment.updated-failed")],
        vec![
            sample!("payment.created-approved"),
            with(sample!("payment.updated-failed"), &json!({"approved_money": usd(3390)})),
        ],
    ]
}

fn ledger(events: &[Value]) -> Ledger {
    let mut ledger = Ledger::default();
    for reported in events.iter().flat_map(|event| reported(event).unwrap()) {
        ledger.record(&reported.event);
    }
    ledger
}

fn dollars() -> Currency {
    "USD".parse().unwrap()
}

#[test]
fn a_payment_s_life_is_told_as_it_was() {
    let told = ledger(&life());
    assert_eq!((told.captured(dollars()), told.refunded(dollars())), (2900, 1000));
    assert_eq!(told.disputes().count(), 0, "it was won");
    assert_eq!(told.authorization_ends_at(dollars()), None, "it is captured");
    for end in ends() {
        let told = ledger(&end);
        assert_eq!((told.captured(dollars()), told.secured(dollars())), (0, 0), "{end:?}");
        assert!(!told.has_or_awaits_money(), "{end:?}");
    }
}

proptest! {
    #[test]
    fn the_events_of_a_payment_in_any_order_and_repeated_give_the_same_ledger(
        order in Just((0..14_usize).collect::<Vec<_>>()).prop_shuffle(),
        again in vec((any::<Index>(), any::<Index>()), 0..8),
    ) {
        let life = life();
        prop_assert_eq!(life.len(), order.len());
        let mut events: Vec<Value> = order.into_iter().map(|n| life[n].clone()).collect();
        for (which, place) in again {
            let event = which.get(&life).clone();
            events.insert(place.index(events.len() + 1), event);
        }
        prop_assert_eq!(ledger(&events), ledger(&life));
    }

    #[test]
    fn a_payment_that_comes_to_nothing_does_so_in_any_order(end in 0..3_usize, order in vec(any::<Index>(), 2..6)) {
        let end = &ends()[end];
        let mut all: Vec<Value> = order.iter().map(|index| index.get(end).clone()).collect();
        all.extend(end.iter().rev().cloned());
        prop_assert_eq!(ledger(&all), ledger(end));
    }

    /// An event that comes again after any time says what it said, so a signature needs no time.
    #[test]
    fn an_old_event_that_is_sent_again_changes_nothing(old in any::<Index>()) {
        let life = life();
        let mut events = life.clone();
        events.push(old.get(&life).clone());
        prop_assert_eq!(ledger(&events), ledger(&life));
    }
}
