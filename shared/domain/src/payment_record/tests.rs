#![allow(clippy::unwrap_used)]

mod refund;

use super::*;
use crate::fixtures::{at, captured, event, stamp};
use Word::{Claimed, Decided, Told};

fn channel(name: &str) -> ChannelId {
    name.parse().unwrap()
}

fn order(name: &str) -> OrderId {
    OrderId::derive(&channel(name), "1001")
}

fn record(order: Option<OrderId>, word: Word, own: Option<&str>) -> PaymentRecord {
    PaymentRecord { order, word, channel: own.map(channel), ..PaymentRecord::default() }
}

#[test]
fn the_merchant_s_server_outweighs_a_storefront_and_a_person_outweighs_both() {
    let (a, b) = (Some(order("a")), Some(order("b")));
    let table = [
        (None, Told, &None, &None),
        (None, Told, &a, &a),
        (b.clone(), Claimed, &None, &b),
        (b.clone(), Claimed, &a, &a),
        (b.clone(), Told, &a, &b),
        (b.clone(), Decided, &a, &b),
    ];
    for (known, word, named, pays) in table {
        let named = Named { order: named.clone(), channel: None };
        assert_eq!(record(known.clone(), word, None).pays(&named), pays.as_ref(), "{known:?} {word:?} {named:?}");
    }
}

#[test]
fn a_storefront_may_name_only_a_payment_that_is_nobody_else_s() {
    let (own, other) = (order("b"), order("a"));
    // The order that is known, by whose word, the channel written on the payment, whether the order exists: may b name it?
    let table = [
        (None, Told, None, false, true),
        (None, Told, Some("b"), false, true),
        (None, Told, Some("a"), false, false),
        (Some(&own), Told, None, false, true),
        (Some(&own), Told, Some("a"), false, true),
        (Some(&own), Decided, None, true, true),
        (Some(&other), Told, None, true, false),
        (Some(&other), Told, None, false, false),
        (Some(&other), Told, Some("a"), false, false),
        (Some(&other), Told, Some("b"), false, true),
        (Some(&other), Told, Some("b"), true, false),
        (Some(&other), Claimed, None, true, false),
        (Some(&other), Decided, Some("b"), true, false),
    ];
    for (known, word, written, exists, may) in table {
        let record = record(known.cloned(), word, written);
        assert_eq!(record.may_be_claimed(&own, &channel("b"), exists), may, "{record:?} {exists}");
    }
}

#[test]
fn a_claim_ends_where_the_payment_names_another_channel() {
    let claimed = |own| record(Some(order("b")), Claimed, own);
    let of = |channel_name: &str| Named { order: None, channel: Some(channel(channel_name)) };
    let crosses =
        |record: &PaymentRecord, named: &Named| record.is_claimed_across_channels(named, &order("b"), &channel("b"));
    assert!(crosses(&claimed(None), &of("a")) && crosses(&claimed(Some("a")), &Named::default()));
    assert!(!crosses(&claimed(None), &of("b")) && !crosses(&claimed(None), &Named::default()));
    assert!(!crosses(&claimed(None), &order("b").into()), "the merchant's server named that very order");
    assert!(!crosses(&record(Some(order("b")), Decided, None), &of("a")));
    assert_eq!(claimed(None).without_claim(), PaymentRecord::default());
    let decided = record(Some(order("b")), Decided, None);
    assert_eq!(decided.clone().without_claim(), decided);
}

#[test]
fn a_claim_is_a_claim_until_money_has_come() {
    let fresh = PaymentRecord::default().claimed(order("b"));
    assert_eq!((fresh.word, &fresh.order), (Claimed, &Some(order("b"))));
    assert_eq!(fresh.clone().claimed(order("b")).word, Claimed);
    let paid = PaymentRecord::default().keep(&captured(5), &Named::default(), at(1)).claimed(order("b"));
    assert_eq!(paid, PaymentRecord::default().taken(order("b")));
    for attempt in [MoneyFact::Failed("card_declined".into()), MoneyFact::Pending { until: None }] {
        let attempt = event("stripe_pi_1", attempt);
        let tried = PaymentRecord::default().keep(&attempt, &Named::default(), at(1)).claimed(order("b"));
        assert_eq!(tried, fresh, "no money has come");
        assert_eq!((fresh.word_after(&[attempt]), fresh.word_after(&[captured(5)])), (Claimed, Told));
    }
    let named = record(Some(order("b")), Told, Some("b")).claimed(order("b"));
    assert_eq!(named.word, Told);
    let kept = fresh.keep(&captured(5), &Named { order: Some(order("a")), channel: Some(channel("a")) }, at(1));
    assert_eq!((kept.order, kept.word, kept.channel), (Some(order("a")), Told, Some(channel("a"))));
}

#[test]
fn decisions_are_kept_with_who_and_when() {
    let kept = PaymentRecord::default().keep(&captured(5), &Named::default(), at(1));
    let payment = "stripe_pi_1".parse().unwrap();
    let assigned = kept.clone().assign(order("a"), &stamp(2));
    assert_eq!((assigned.word, &assigned.order), (Decided, &Some(order("a"))));
    assert_eq!(assigned.decision(&payment).unwrap().note, "stripe_pi_1");
    assert_eq!(assigned.clone().assign(order("a"), &stamp(3)), assigned, "the same decision again is none");
    let elsewhere = assigned.clone().keep(&captured(6), &order("b").into(), at(3));
    assert_eq!((elsewhere.word, elsewhere.order), (Decided, Some(order("a"))), "a person's word stands");
    let undone = assigned.clone().unassign(&stamp(4));
    assert_eq!((&undone.order, undone.word, &undone.events), (&None, Told, &kept.events));
    assert_eq!((undone.decision(&payment), undone.unmatched_at), (None, Some(at(1))));
    let dismissed = assigned.clone().dismiss(&stamp(5));
    assert_eq!((&dismissed.order, dismissed.word, dismissed.unmatched_at), (&None, Told, None));
    let told: Vec<_> = undone.dismiss(&stamp(6)).history.into_iter().map(|e| (e.at, e.by, e.what, e.note)).collect();
    let by = stamp(0).by.to_string();
    let name = order("a").to_string();
    assert_eq!(
        told,
        [
            (at(2), by.clone(), Event::PaymentAssigned, name.clone()),
            (at(4), by.clone(), Event::PaymentUnassigned, name),
            (at(6), by, Event::PaymentDismissed, String::new()),
        ]
    );
    assert_eq!(assigned.taken(order("a")).history.len(), 1, "they outlive the match");
}

#[test]
fn events_that_say_nothing_new_are_not_kept_for_ever() {
    let pending = |second: i64| MoneyEvent {
        at: at(second),
        event: format!("evt_{second}"),
        ..event("stripe_pi_1", MoneyFact::Pending { until: Some(at(second)) })
    };
    let keep = |record: PaymentRecord, event| record.keep(&event, &Named::default(), at(0));
    let kept = (0..2_000).map(pending).chain([captured(5)]).fold(PaymentRecord::default(), keep);
    assert!(kept.events.len() <= 50, "{}", kept.events.len());
    let all = (0..2_000).map(pending).chain([captured(5)]);
    let mut whole = crate::ledger::Ledger::default();
    all.for_each(|event| whole.record(&event));
    assert_eq!(kept.ledger(), whole);
}

#[test]
fn thousands_of_failed_attempts_are_kept_as_the_last_one() {
    let failed = |second: i64| MoneyEvent {
        at: at(second),
        event: format!("evt_{second}"),
        ..event("stripe_pi_1", MoneyFact::Failed("card_declined".into()))
    };
    let keep = |record: PaymentRecord, second| record.keep(&failed(second), &Named::default(), at(0));
    let kept = (0..5_000).chain([17]).fold(PaymentRecord::default().keep(&captured(5), &Named::default(), at(0)), keep);
    assert_eq!(kept.events, [captured(5), failed(4_999)]);
}
