#![allow(clippy::unwrap_used)]

mod merging;

use super::*;

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

fn event(payment: &str, second: i64, fact: MoneyFact) -> MoneyEvent {
    MoneyEvent {
        payment: format!("acme_{payment}").parse().unwrap(),
        at: Timestamp::from_second(second).unwrap(),
        event: format!("evt_{second}"),
        currency: Some(eur()),
        step: 1,
        fact,
    }
}

fn ledger(facts: impl IntoIterator<Item = MoneyFact>) -> Ledger {
    let mut ledger = Ledger::default();
    for (second, fact) in (1..).zip(facts) {
        ledger.record(&event("pi_1", second, fact));
    }
    ledger
}

fn refund(id: &str, amount: Amount, status: RefundStatus) -> MoneyFact {
    MoneyFact::Refund { ours: None, id: id.into(), amount, status }
}

fn dispute(status: DisputeStatus) -> MoneyFact {
    MoneyFact::Dispute { id: "dp_1".into(), amount: 100, status, case: Case::default() }
}

fn told(mut ledger: Ledger, facts: &[MoneyEvent]) -> Ledger {
    for fact in facts {
        ledger.record(fact);
    }
    ledger
}

/// The amount that can be refunded now, without disputed payments.
fn refundable(ledger: &Ledger) -> Amount {
    ledger.refundable_parts(eur()).iter().map(|part| part.free).sum()
}

#[test]
fn the_payment_status_follows_from_the_facts() {
    use MoneyFact::{Captured, Failed, RefundedInTotal, Voided};
    let table = [
        (vec![], PaymentStatus::Unpaid),
        (vec![MoneyFact::Pending { until: None }], PaymentStatus::Pending),
        (vec![MoneyFact::authorized(100)], PaymentStatus::Authorized),
        (vec![Failed("card_declined".into())], PaymentStatus::Failed),
        (vec![Failed("card_declined".into()), Captured(100)], PaymentStatus::Paid),
        (vec![Captured(100), Failed("late".into())], PaymentStatus::Paid),
        (vec![MoneyFact::authorized(100), Voided], PaymentStatus::Voided),
        (vec![Captured(40)], PaymentStatus::PartiallyPaid),
        (vec![Captured(100)], PaymentStatus::Paid),
        (vec![Captured(101)], PaymentStatus::Overpaid),
        (vec![Captured(130), refund("re_1", 30, RefundStatus::Succeeded)], PaymentStatus::Paid),
        (vec![Captured(130), refund("re_1", 31, RefundStatus::Succeeded)], PaymentStatus::PartiallyRefunded),
        (vec![Captured(100), RefundedInTotal(30)], PaymentStatus::PartiallyRefunded),
        (vec![RefundedInTotal(30), Captured(100)], PaymentStatus::PartiallyRefunded),
        (vec![Captured(100), refund("re_1", 100, RefundStatus::Pending)], PaymentStatus::Paid),
        (vec![Captured(100), refund("re_1", 100, RefundStatus::Succeeded)], PaymentStatus::Refunded),
        (vec![Captured(100), dispute(DisputeStatus::Open)], PaymentStatus::Disputed),
        (vec![Captured(100), dispute(DisputeStatus::Open), dispute(DisputeStatus::Won)], PaymentStatus::Paid),
        (vec![Captured(100), dispute(DisputeStatus::Won), dispute(DisputeStatus::Open)], PaymentStatus::Disputed),
    ];
    for (facts, status) in table {
        assert_eq!(ledger(facts.clone()).status(100, eur()), status, "{facts:?}");
    }
    assert_eq!(Ledger::default().status(0, eur()), PaymentStatus::Paid, "nothing is due");
}

#[test]
fn money_in_another_currency_is_kept_and_pays_for_nothing() {
    let mut ledger = Ledger::default();
    let usd = MoneyEvent { currency: "USD".parse().ok(), ..event("pi_1", 1, MoneyFact::Captured(100)) };
    ledger.record(&usd);
    assert_eq!(ledger.status(100, eur()), PaymentStatus::Unpaid);
    assert_eq!(refundable(&ledger), 0);
    assert_eq!(ledger.payments.len(), 1);
}

#[test]
fn a_refund_is_spread_over_the_payments_and_never_exceeds_what_was_captured() {
    let mut ledger = Ledger::default();
    ledger.record(&event("pi_1", 1, MoneyFact::Captured(60)));
    ledger.record(&event("pi_2", 2, MoneyFact::Captured(40)));
    assert_eq!(ledger.intend_refund("cancel", 70, eur()), 70);
    let parts: Vec<_> = ledger.refunds.iter().map(|(id, r)| (id.as_str(), r.amount)).collect();
    assert_eq!(parts, [("cancel", 60), ("cancel.2", 10)]);
    assert_eq!(ledger.intend_refund("return-01", 70, eur()), 30, "only 30 are left");
    assert_eq!(ledger.intend_refund("return-02", 1, eur()), 0);
}

#[test]
fn a_refund_of_ours_is_found_by_its_own_name_and_counted_once() {
    let mut ledger = ledger([MoneyFact::Captured(100)]);
    ledger.intend_refund("cancel", 100, eur());
    let ours = Some(OurRefund { id: "cancel".parse().unwrap(), attempt: 1 });
    let fact = |status| MoneyFact::Refund { ours: ours.clone(), id: "re_1".into(), amount: 100, status };
    ledger.record(&event("pi_1", 5, fact(RefundStatus::Succeeded)));
    ledger.record(&event("pi_1", 6, fact(RefundStatus::Pending)));
    ledger.record(&event("pi_1", 7, MoneyFact::RefundedInTotal(100)));
    assert_eq!(ledger.refunds.len(), 1);
    assert_eq!(ledger.refunded(eur()), 100);
    assert_eq!(ledger.status(100, eur()), PaymentStatus::Refunded);
}

#[test]
fn late_news_of_a_given_up_attempt_does_not_touch_the_new_one() {
    let mut ledger = ledger([MoneyFact::Captured(100)]);
    ledger.intend_refund("cancel", 100, eur());
    let id: RefundId = "cancel".parse().unwrap();
    ledger.refunds.get_mut(&id).unwrap().attempt = 2;
    let ours = Some(OurRefund { id: id.clone(), attempt: 1 });
    let news = MoneyFact::Refund { ours, id: "re_1".into(), amount: 100, status: RefundStatus::Failed };
    ledger.record(&event("pi_1", 5, news));
    assert_eq!(ledger.refunds[&id].state, RequestState::Intended);
}

#[test]
fn a_failed_refund_may_be_made_again() {
    let mut ledger = ledger([MoneyFact::Captured(100), refund("re_1", 100, RefundStatus::Failed)]);
    assert_eq!(refundable(&ledger), 100);
    assert_eq!(ledger.intend_refund("cancel", 100, eur()), 100);
}

#[test]
fn a_refund_that_was_refused_is_no_part_of_the_provider_s_total() {
    let mut ledger = ledger([MoneyFact::Captured(1000)]);
    ledger.intend_refund("cancel", 1000, eur());
    ledger.record(&event("pi_1", 2, MoneyFact::RefundedInTotal(400)));
    for (refused, left) in [(true, 600), (false, 1000)] {
        ledger.refunds.get_mut("cancel").unwrap().state = RequestState::Failed { reason: "too much".into(), refused };
        assert_eq!(ledger.not_refunded(eur()), left, "{refused}");
    }
}

#[test]
fn a_refund_that_failed_after_it_had_succeeded_may_be_made_again() {
    let mut ledger = ledger([MoneyFact::Captured(100)]);
    ledger.intend_refund("return-01", 60, eur());
    let ours = Some(OurRefund { id: "return-01".parse().unwrap(), attempt: 1 });
    let fact = |status| MoneyFact::Refund { ours: ours.clone(), id: "re_1".into(), amount: 60, status };
    ledger.record(&event("pi_1", 5, fact(RefundStatus::Succeeded)));
    ledger.record(&event("pi_1", 5, MoneyFact::RefundedInTotal(60)));
    assert_eq!((refundable(&ledger), ledger.status(100, eur())), (40, PaymentStatus::PartiallyRefunded));
    ledger.record(&event("pi_1", 6, fact(RefundStatus::Failed)));
    assert_eq!((refundable(&ledger), ledger.status(100, eur())), (100, PaymentStatus::Paid));
    assert_eq!(ledger.retry_failed(eur()), 1);
    assert_eq!(refundable(&ledger), 40, "it is on its way again");
}

#[test]
fn only_what_its_own_payment_still_has_is_refunded_again() {
    let mut ledger = Ledger::default();
    ledger.record(&event("pi_1", 1, MoneyFact::Captured(60)));
    ledger.record(&event("pi_2", 2, MoneyFact::Captured(60)));
    ledger.intend_refund("cancel", 50, eur());
    ledger.refunds.get_mut("cancel").unwrap().state =
        RequestState::Failed { reason: "declined".into(), refused: false };
    ledger.record(&event("pi_1", 3, refund("re_1", 20, RefundStatus::Succeeded)));
    assert_eq!(refundable(&ledger), 100);
    assert_eq!(ledger.retry_failed(eur()), 0, "pi_1 has only 40 left");
}

#[test]
fn a_name_is_used_for_one_refund_only() {
    let mut ledger = Ledger::default();
    for payment in ["pi_1", "pi_2", "pi_3"] {
        ledger.record(&event(payment, 1, MoneyFact::Captured(20)));
    }
    assert_eq!(ledger.intend_refund("return-01", 20, eur()), 20);
    let once = ledger.clone();
    assert_eq!(ledger.intend_refund("return-01", 20, eur()), 0);
    assert_eq!(ledger, once);
}

#[test]
fn disputed_money_is_not_refunded_until_the_dispute_is_won() {
    let mut ledger = ledger([MoneyFact::Captured(100), dispute(DisputeStatus::Open)]);
    ledger.record(&event("pi_2", 1, MoneyFact::Captured(10)));
    assert_eq!(refundable(&ledger), 10);
    ledger.record(&event("pi_1", 9, dispute(DisputeStatus::Lost)));
    assert_eq!((refundable(&ledger), ledger.not_refunded(eur())), (10, 10), "the bank has given the rest back");
    ledger.record(&event("pi_1", 9, dispute(DisputeStatus::Won)));
    assert_eq!(refundable(&ledger), 110, "won after it was lost, in the same second");
}

#[test]
fn the_latest_report_of_a_dispute_counts_in_whatever_order_the_reports_come() {
    use DisputeStatus::{Inquiry, InquiryClosed, Lost, Open, Won};
    let histories: [(&[DisputeStatus], PaymentStatus); 5] = [
        (&[Open, Lost, Won], PaymentStatus::Paid),
        (&[Inquiry, InquiryClosed, Open], PaymentStatus::Disputed),
        (&[Inquiry, InquiryClosed], PaymentStatus::Paid),
        (&[Inquiry, Open, Won], PaymentStatus::Paid),
        (&[Open, Won, Lost], PaymentStatus::Disputed),
    ];
    for (history, status) in histories {
        let told: Vec<_> = (1..).zip(history).map(|(second, status)| event("pi_1", second, dispute(*status))).collect();
        let (mut forward, mut backward) = (ledger([MoneyFact::Captured(100)]), ledger([MoneyFact::Captured(100)]));
        for event in &told {
            forward.record(event);
        }
        for event in told.iter().rev() {
            backward.record(event);
        }
        assert_eq!(forward.status(100, eur()), status, "{history:?}");
        assert_eq!(forward, backward, "{history:?}");
    }
}

#[test]
fn a_dispute_about_a_part_blocks_only_that_part() {
    let part = |status| MoneyFact::Dispute { id: "dp_1".into(), amount: 30, status, case: Case::default() };
    let mut ledger = ledger([MoneyFact::Captured(100), part(DisputeStatus::Lost)]);
    assert_eq!(refundable(&ledger), 70);
    assert_eq!(ledger.intend_refund("cancel", 100, eur()), 70, "the bank has given back the rest");
    assert_eq!(ledger.blocked(), 0);
}

#[test]
fn a_dispute_in_another_currency_may_be_about_all_of_its_payment() {
    let mut ledger = ledger([MoneyFact::Captured(100)]);
    let usd = MoneyEvent { currency: "USD".parse().ok(), ..event("pi_1", 2, dispute(DisputeStatus::Open)) };
    ledger.record(&usd);
    assert_eq!(refundable(&ledger), 0);
}

#[test]
fn a_refund_that_a_dispute_blocks_follows_the_dispute_to_its_end() {
    let blocked = || {
        let mut ledger = ledger([MoneyFact::Captured(100), dispute(DisputeStatus::Open)]);
        ledger.record(&event("pi_2", 1, MoneyFact::Captured(10)));
        assert_eq!(ledger.not_refunded(eur()), 110);
        assert_eq!(ledger.intend_refund("cancel", 110, eur()), 10, "the other payment's money comes first");
        assert_eq!((ledger.blocked(), ledger.retry_failed(eur())), (100, 0), "the dispute goes on");
        ledger.record(&event("pi_3", 1, MoneyFact::Captured(5)));
        assert_eq!(ledger.not_refunded(eur()), 5, "what waits is not counted again");
        assert_eq!(ledger.intend_refund("late", ledger.not_refunded(eur()), eur()), 5);
        ledger
    };
    let owed = |ledger: &Ledger| -> Vec<(String, Amount)> {
        ledger.owed_refunds().map(|(id, refund)| (id.to_string(), refund.amount)).collect()
    };
    let (own, late) = (("cancel".to_owned(), 10), ("late".to_owned(), 5));
    let mut won = blocked();
    won.record(&event("pi_1", 9, dispute(DisputeStatus::Won)));
    assert_eq!(owed(&won), [own.clone(), ("cancel.2".to_owned(), 100), late.clone()]);
    let mut lost = blocked();
    lost.record(&event("pi_1", 9, dispute(DisputeStatus::Lost)));
    assert_eq!(owed(&lost), [own, late]);
    assert_eq!(lost.refunds["cancel.2"].state, RequestState::Covered);
    assert_eq!((lost.not_refunded(eur()), lost.has_failed_refund()), (0, false));
    lost.record(&event("pi_1", 10, dispute(DisputeStatus::Won)));
    assert_eq!(owed(&lost), owed(&won), "the bank gives lost money back too");
}

#[test]
fn the_released_rest_of_an_authorization_is_no_refund_whatever_comes_first() {
    let facts = [
        MoneyFact::Captured(2900),
        MoneyFact::Released(400),
        refund("re_rest", 400, RefundStatus::Succeeded),
        MoneyFact::RefundedInTotal(0),
    ];
    let told = |order: [usize; 4]| ledger(order.map(|n| facts[n].clone()));
    for order in [[0, 1, 2, 3], [2, 3, 1, 0], [3, 2, 0, 1], [1, 0, 3, 2]] {
        let ledger = told(order);
        assert_eq!((ledger.refunded(eur()), refundable(&ledger)), (0, 2900), "{order:?}");
        assert_eq!((ledger.refunds().count(), ledger.status(2900, eur())), (0, PaymentStatus::Paid), "{order:?}");
    }
    let mut real = told([0, 1, 2, 3]);
    real.record(&event("pi_1", 9, refund("re_a_real_one", 400, RefundStatus::Succeeded)));
    assert_eq!(real.refunded(eur()), 400, "a refund of the same amount is one");
}

#[test]
fn what_is_too_little_for_the_provider_to_move_comes_with_the_next_refund() {
    let dinar: Currency = "KWD".parse().unwrap();
    let mut ledger = Ledger::default();
    ledger.record(&MoneyEvent { currency: Some(dinar), step: 10, ..event("pi_1", 1, MoneyFact::Captured(10_000)) });
    let parts = [3_334, 3_333, 3_333].map(|price| {
        let name = format!("return-{}", ledger.refunds.len());
        ledger.intend_refund(&name, price, dinar)
    });
    assert_eq!(parts, [3_330, 3_330, 3_340]);
    assert_eq!((ledger.not_refunded(dinar), ledger.rounded), (0, 0));
}

#[test]
fn what_was_rounded_away_is_not_added_to_a_refund_of_all_that_is_left() {
    let mut ledger = Ledger::default();
    ledger.record(&MoneyEvent { step: 10, ..event("pi_1", 1, MoneyFact::Captured(100)) });
    assert_eq!((ledger.intend_refund("return-01", 15, eur()), ledger.rounded), (10, 5));
    assert_eq!((ledger.intend_refund("cancel", 90, eur()), ledger.rounded), (90, 0));
}

#[test]
fn a_capture_knows_the_currency_better_than_what_came_before_it() {
    let usd = |second, fact| MoneyEvent { currency: "USD".parse().ok(), ..event("pi_1", second, fact) };
    let facts = [
        usd(1, dispute(DisputeStatus::Inquiry)),
        usd(2, MoneyFact::Failed("card_declined".into())),
        usd(3, MoneyFact::authorized(100)),
        event("pi_1", 4, MoneyFact::Captured(100)),
    ];
    let forward = told(Ledger::default(), &facts);
    let backward = told(Ledger::default(), &facts.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!((forward.status(100, eur()), forward.captured(eur())), (PaymentStatus::Paid, 100));
    assert_eq!(forward, backward);
}

#[test]
fn what_was_paid_beyond_the_total_is_a_surplus_until_it_is_decided_to_be_refunded() {
    let mut ledger = ledger([MoneyFact::Captured(100)]);
    ledger.record(&event("pi_2", 2, MoneyFact::Captured(100)));
    assert_eq!(ledger.surplus(100, eur()), 100);
    ledger.intend_refund("surplus", 60, eur());
    assert_eq!(ledger.surplus(100, eur()), 40);
    ledger.record(&event(
        "pi_2",
        3,
        MoneyFact::Dispute { id: "dp_2".into(), amount: 40, status: DisputeStatus::Lost, case: Case::default() },
    ));
    assert_eq!(ledger.surplus(100, eur()), 0, "the bank has given it back");
}

#[test]
fn an_inquiry_of_the_bank_keeps_nothing_from_being_refunded() {
    let mut ledger = ledger([MoneyFact::Captured(100), dispute(DisputeStatus::Inquiry)]);
    assert_eq!(ledger.status(100, eur()), PaymentStatus::Paid);
    assert_eq!(ledger.intend_refund("cancel", 100, eur()), 100);
    ledger.record(&event("pi_1", 9, dispute(DisputeStatus::Open)));
    assert_eq!(ledger.status(100, eur()), PaymentStatus::Disputed);
}

#[test]
fn no_part_is_intended_that_the_provider_cannot_move() {
    let dinar: Currency = "KWD".parse().unwrap();
    let mut ledger = Ledger::default();
    ledger.record(&MoneyEvent { currency: Some(dinar), step: 10, ..event("pi_1", 1, MoneyFact::Captured(10_000)) });
    assert_eq!(ledger.intend_refund("return-01", 3_335, dinar), 3_330);
}

#[test]
fn each_payment_gives_back_in_its_own_provider_s_steps() {
    let mut ledger = Ledger::default();
    ledger.record(&MoneyEvent { step: 10, ..event("pi_1", 1, MoneyFact::Captured(60)) });
    ledger.record(&event("pi_2", 1, MoneyFact::Captured(60)));
    assert_eq!(ledger.intend_refund("return-01", 35, eur()), 35, "what the first cannot move, the second does");
    let parts: Vec<_> = ledger.refunds.values().map(|refund| refund.amount).collect();
    assert_eq!(parts, [30, 5]);
}

#[test]
fn the_first_part_that_is_made_has_the_refund_s_own_name() {
    let mut ledger = Ledger::default();
    ledger.record(&MoneyEvent { step: 10, ..event("pi_1", 1, MoneyFact::Captured(5)) });
    ledger.record(&event("pi_2", 1, MoneyFact::Captured(50)));
    assert_eq!(ledger.intend_refund("cancel", 55, eur()), 50);
    assert_eq!(ledger.refunds().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["cancel"]);
}

#[test]
fn a_step_stands_whatever_event_tells_it_first() {
    let told = MoneyEvent { step: 10, ..event("pi_1", 1, MoneyFact::Captured(60)) };
    let untold = MoneyEvent { currency: None, ..event("pi_1", 2, MoneyFact::Voided) };
    for events in [[&told, &untold], [&untold, &told]] {
        let mut ledger = Ledger::default();
        for event in events {
            ledger.record(event);
        }
        assert_eq!(ledger.payments.values().map(|payment| payment.step).collect::<Vec<_>>(), [10]);
    }
}

#[test]
fn an_ordinary_step_takes_no_room() {
    let mut ledger = Ledger::default();
    let plain = event("pi_1", 1, MoneyFact::Captured(60));
    ledger.record(&plain);
    assert!(!serde_json::to_string(&(plain, ledger.clone())).unwrap().contains("step"));
    ledger.record(&MoneyEvent { step: 100, ..event("pi_2", 1, MoneyFact::Captured(600)) });
    let stored = serde_json::to_string(&ledger).unwrap();
    assert_eq!(stored.matches("\"step\":100").count(), 1);
    assert_eq!(serde_json::from_str::<Ledger>(&stored).unwrap(), ledger);
}

#[test]
fn the_later_of_a_payment_s_promise_and_its_failure_stands() {
    let told = |facts: [(i64, MoneyFact); 2]| {
        let mut ledger = Ledger::default();
        for (second, fact) in facts {
            ledger.record(&event("pi_1", second, fact));
        }
        (ledger.status(100, eur()), ledger.has_or_awaits_money())
    };
    let (promise, failure) = (MoneyFact::Pending { until: None }, MoneyFact::Failed("card_declined".into()));
    assert_eq!(told([(1, failure.clone()), (2, promise.clone())]), (PaymentStatus::Pending, true));
    assert_eq!(told([(1, promise.clone()), (2, failure.clone())]), (PaymentStatus::Failed, false));
    assert_eq!(told([(2, failure), (1, promise)]), (PaymentStatus::Failed, false), "in whatever order they come");
}
