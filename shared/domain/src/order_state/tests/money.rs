//! Payments: too early, too late, too much, too little, disputed, under way.

use super::*;
use proptest::prelude::*;

#[test]
fn money_that_came_before_the_order_pays_it() {
    let facts = [MoneyFact::Pending { until: None }, MoneyFact::Captured(3000)].map(|fact| event("stripe_pi_1", fact));
    let rest = event("stripe_pi_2", MoneyFact::Captured(700));
    let place = |events: &[MoneyEvent]| {
        OrderState::place(&two_lines(), Policy::default(), Vec::new(), at(RESERVATION), events, &stamp(0))
    };
    assert_eq!(place(&facts).payment_status(), PaymentStatus::PartiallyPaid);
    let state = place(&[&facts[..], &[rest]].concat());
    assert_eq!((state.payment_status(), &state.status), (PaymentStatus::Paid, &OrderStatus::Open));
}

#[test]
fn an_order_whose_customer_has_begun_to_pay_is_held_for_a_person_instead_of_expiring() {
    use MoneyFact::{Captured, Failed, Voided};
    let promise = || MoneyFact::Pending { until: None };
    let table: [(&[MoneyFact], bool); 7] = [
        (&[], false),
        (&[Failed("card_declined".into())], false),
        (&[promise()], true),
        (&[MoneyFact::authorized(3700)], true),
        (&[Captured(1)], true),
        (&[MoneyFact::authorized(3700), Voided], false),
        (&[promise(), Voided], false),
    ];
    for (facts, held) in table {
        let told = facts.iter().fold(pending(), |state, fact| state.record(&event("stripe_pi_1", fact.clone()), at(9)));
        let state = told.expire(at(RESERVATION)).payments_asked(at(RESERVATION));
        assert_eq!(state.holds.contains_key(&HoldReason::AwaitingPayment), held, "{facts:?}");
        assert_eq!(state.status == OrderStatus::Expired, !held, "{facts:?}");
        assert_eq!(state.clone().expire(at(RESERVATION + 1)), state, "{facts:?}");
    }
}

#[test]
fn thousands_of_failed_attempts_leave_an_order_small_and_payable() {
    let failed = |payment: String, second| MoneyEvent {
        at: at(second),
        event: format!("evt_{second}"),
        ..event(&payment, MoneyFact::Failed("card_declined".into()))
    };
    let tries: [fn(i64) -> String; 2] = [|_| "stripe_pi_1".into(), |n| format!("stripe_pi_{n}")];
    for payment in tries {
        let tried = (0..5_000).fold(pending(), |state, n| state.record(&failed(payment(n), n), at(n)));
        let size = serde_json::to_string(&tried).unwrap().len();
        assert!(size < 8_000, "{size} bytes");
        assert_eq!(tried.payment_status(), PaymentStatus::Failed);
        assert_eq!(tried.clone().record(&failed(payment(17), 17), at(6_000)), tried, "an old one again is no news");
        let cancelled =
            (0..5_000).fold(pending(), |state, n| state.record(&event(&payment(n), MoneyFact::Voided), at(n)));
        assert!(serde_json::to_string(&cancelled).unwrap().len() < 8_000);
        let paid = tried.record(&event("stripe_pi_17", MoneyFact::Captured(3700)), at(6_001));
        assert_eq!((paid.payment_status(), &paid.status), (PaymentStatus::Paid, &OrderStatus::Open));
    }
}

#[test]
fn an_order_with_an_unfinished_payment_asks_its_provider_before_it_expires() {
    let failed = pending().record(&event("stripe_pi_1", MoneyFact::Failed("card_declined".into())), at(9));
    let asking = failed.expire(at(RESERVATION));
    assert!(matches!(asking.status, OrderStatus::Pending { .. }) && asking.owed.contains(&Duty::PaymentCheck));
    assert_eq!(asking.clone().expire(at(RESERVATION + 60)), asking, "it waits for the answer");
    let told = asking.clone().record(&captured(3700), at(RESERVATION + 61)).payments_asked(at(RESERVATION + 61));
    assert_eq!(told.status, OrderStatus::Open, "its webhook was lost");
    let unpaid = asking.payments_asked(at(RESERVATION + 61));
    assert_eq!(unpaid.status, OrderStatus::Expired);
    assert!(!unpaid.owed.contains(&Duty::PaymentCheck));
    let named = PlacedOrder { payment: "stripe_pi_9".parse().ok(), ..two_lines() };
    let named = OrderState::place(&named, Policy::default(), Vec::new(), at(RESERVATION), &[], &stamp(0));
    assert!(named.expire(at(RESERVATION)).owed.contains(&Duty::PaymentCheck), "the storefront named its payment");
}

#[test]
fn money_on_its_way_is_waited_for_as_long_as_its_method_may_take() {
    let until = RESERVATION + 500;
    let state = pending().record(&event("stripe_pi_1", MoneyFact::Pending { until: Some(at(until)) }), at(9));
    assert_eq!(state.due(None, at(10)), Some(Due::Unpaid(at(until))));
    assert_eq!(state.clone().expire(at(until - 1)), state);
    let asked = state.expire(at(until)).payments_asked(at(until));
    assert!(asked.holds.contains_key(&HoldReason::AwaitingPayment), "it is late: a person must look");
    let again = MoneyEvent { at: at(until), ..event("stripe_pi_1", MoneyFact::Pending { until: Some(at(2 * until)) }) };
    let failed = pending().record(&event("stripe_pi_1", MoneyFact::Failed("card_declined".into())), at(9));
    let asked = failed.expire(at(RESERVATION)).record(&again, at(until)).payments_asked(at(until));
    assert_eq!(asked.waits_until(), Some(at(2 * until)), "the provider says that it is still on its way");
}

#[test]
fn a_part_of_the_money_or_money_in_another_currency_holds_an_order_that_still_waits() {
    let usd = MoneyEvent { currency: "USD".parse().ok(), ..captured(3700) };
    for (event, note) in
        [(captured(1200), "12.00 EUR of 37.00 EUR was paid"), (usd, "37.00 USD was paid, but 37.00 EUR is due")]
    {
        let held = pending().record(&event, at(9));
        assert!(held.holds[&HoldReason::AwaitingPayment].note.starts_with(note), "{held:?}");
        assert_eq!(held.history.last().map(|entry| entry.what), Some(Event::Held));
        let paid = held.record(&MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(3700) }, at(10));
        assert!(!paid.holds.contains_key(&HoldReason::AwaitingPayment) && paid.status == OrderStatus::Open);
    }
}

#[test]
fn a_person_may_accept_a_part_of_the_money_as_all_of_it() {
    let part = pending().record(&captured(3600), at(9));
    let open = part.accept_payment("a bank fee", &stamp(10)).unwrap();
    assert_eq!((open.status.clone(), open.payment_status()), (OrderStatus::Open, PaymentStatus::Paid));
    assert!(open.holds.is_empty() && open.owed.contains(&Duty::StockDeduction));
    let rest = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(100) };
    let rest = open.clone().record(&rest, at(11));
    assert_eq!((rest.payment_status(), rest.holds.len()), (PaymentStatus::Paid, 0), "the rest came after all");
    for refused in [pending(), paid(), open, cancelled()] {
        assert_eq!(refused.accept_payment("", &stamp(12)).unwrap_err().code, "nothing-to-accept");
    }
}

#[test]
fn a_second_payment_holds_the_order_until_the_surplus_is_refunded_or_a_person_keeps_it() {
    let twice = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(3700) };
    let held = deducted().record(&twice, at(9));
    assert_eq!(held.payment_status(), PaymentStatus::Overpaid);
    assert!(held.holds[&HoldReason::Overpaid].note.starts_with("74.00 EUR is paid, and 37.00 EUR is due"));
    assert!(!held.owed.contains(&Duty::FulfillmentDispatch) && held.ledger.refunds.is_empty());
    assert_eq!(held.clone().record(&twice, at(10)), held);
    let kept = held.clone().release(HoldReason::Overpaid, &stamp(10)).unwrap();
    assert!(kept.owed.contains(&Duty::FulfillmentDispatch));
    let refunded = held.record(&event("stripe_pi_2", MoneyFact::RefundedInTotal(3700)), at(10));
    assert_eq!((refunded.payment_status(), refunded.holds.len()), (PaymentStatus::Paid, 0));
    assert!(refunded.owed.contains(&Duty::FulfillmentDispatch));
}

#[test]
fn a_surplus_goes_back_at_once_if_the_merchant_says_so() {
    let at_once = OrderState { policy: Policy { refunds_surplus: true, ..Policy::default() }, ..deducted() };
    let twice = |n: u8| MoneyEvent { payment: format!("stripe_pi_{n}").parse().unwrap(), ..captured(3700) };
    let state = at_once.record(&twice(2), at(9)).record(&twice(3), at(10)).record(&twice(3), at(11));
    let refunds: Vec<_> = state.ledger.refunds.iter().map(|(id, refund)| (id.as_str(), refund.amount)).collect();
    assert_eq!(refunds, [("surplus", 3700), ("surplus-2", 3700)]);
    assert!(
        state.holds.is_empty() && state.owed.contains(&Duty::Refund) && state.owed.contains(&Duty::FulfillmentDispatch)
    );
}

#[test]
fn money_in_another_currency_besides_the_order_s_holds_it_for_a_person() {
    let usd = MoneyEvent { currency: "USD".parse().ok(), payment: "stripe_pi_2".parse().unwrap(), ..captured(500) };
    let held = deducted().record(&usd, at(9));
    assert!(held.holds[&HoldReason::Overpaid].note.starts_with("5.00 USD was paid besides"));
}

#[test]
fn money_in_another_currency_is_told_as_a_sum() {
    let usd =
        |payment: &str| MoneyEvent { currency: "USD".parse().ok(), payment: payment.parse().unwrap(), ..captured(500) };
    let held = deducted().record(&usd("stripe_pi_2"), at(9));
    let kept = held.release(HoldReason::Overpaid, &stamp(10)).unwrap().record(&usd("stripe_pi_3"), at(11));
    assert!(kept.holds[&HoldReason::Overpaid].note.starts_with("10.00 USD was paid besides"), "{kept:?}");
}

#[test]
fn an_inquiry_of_the_bank_holds_nothing() {
    let asked = deducted().record(&dispute(DisputeStatus::Inquiry), at(9));
    assert!(asked.holds.is_empty() && asked.owed.contains(&Duty::FulfillmentDispatch));
}

#[test]
fn a_held_order_whose_payment_is_voided_expires_and_one_that_is_paid_goes_on() {
    let held =
        pending().record(&event("stripe_pi_1", MoneyFact::Pending { until: None }), at(9)).expire(at(RESERVATION));
    let held = held.payments_asked(at(RESERVATION));
    let voided = held.clone().record(&event("stripe_pi_1", MoneyFact::Voided), at(RESERVATION + 1));
    assert_eq!(voided.expire(at(RESERVATION + 2)).status, OrderStatus::Expired);
    let paid = held.record(&captured(3700), at(RESERVATION + 1));
    assert_eq!((paid.status, paid.holds.len()), (OrderStatus::Open, 0));
}

#[test]
fn disputed_goods_stay_whatever_comes_first_until_the_dispute_is_won_or_a_person_releases_them() {
    let (open, won) = (dispute(DisputeStatus::Open), dispute(DisputeStatus::Won));
    let dispatch = Duty::FulfillmentDispatch;
    for events in [[captured(3700), open.clone()], [open.clone(), captured(3700)]] {
        let state = events.iter().fold(pending(), |state, event| state.record(event, at(9)));
        let state = state.deduct(&Routed::default(), at(10));
        assert_eq!(state.holds[&HoldReason::PaymentDisputed].note, "payment dispute dp_1");
        assert!(!state.owed.contains(&dispatch));

        let lost = state.clone().record(&dispute(DisputeStatus::Lost), at(11));
        assert!(lost.holds.contains_key(&HoldReason::PaymentDisputed));
        let won = state.clone().record(&won, at(11));
        assert!(won.holds.is_empty() && won.owed.contains(&dispatch));
        assert_eq!(won.clone().record(&open, at(12)), won, "the old event comes late");

        let released = state.release(HoldReason::PaymentDisputed, &stamp(11)).unwrap();
        assert!(released.owed.contains(&dispatch));
        assert_eq!(released.clone().record(&open, at(12)), released, "and the same event holds it no more");
    }
}

#[test]
fn a_dispute_takes_back_the_dispatch() {
    assert!(deducted().owed.contains(&Duty::FulfillmentDispatch));
    assert!(!deducted().record(&dispute(DisputeStatus::Open), at(9)).owed.contains(&Duty::FulfillmentDispatch));
}

#[test]
fn a_dispute_that_is_won_does_not_touch_a_person_s_hold() {
    let held = deducted().hold(HoldReason::Other, "call first", &stamp(9)).unwrap();
    let disputed = held.record(&dispute(DisputeStatus::Open), at(10)).record(&dispute(DisputeStatus::Won), at(11));
    assert_eq!(disputed.holds[&HoldReason::Other].note, "call first");
    assert!(!disputed.owed.contains(&Duty::FulfillmentDispatch));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_order_of_money_s_news_does_not_matter_to_what_is_owed_to_the_customer(
        (facts, shuffled) in prop::collection::vec((money(), currency()), 0..8).prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle()))
    ) {
        let play = |facts: &[(MoneyFact, &str)]| {
            let told = |(fact, currency): &(MoneyFact, &str)| match fact {
                // A capture tells its currency, and is of one currency. The dollars are those of another payment.
                MoneyFact::Captured(_) if *currency == "USD" => {
                    MoneyEvent { currency: currency.parse().ok(), ..event("stripe_pi_2", fact.clone()) }
                }
                MoneyFact::Captured(_) => event("stripe_pi_1", fact.clone()),
                _ => MoneyEvent { currency: currency.parse().ok(), ..event("stripe_pi_1", fact.clone()) },
            };
            let state = facts.iter().fold(pending(), |state, fact| state.record(&told(fact), at(9)));
            let held = state.holds.contains_key(&HoldReason::PaymentDisputed);
            (state.payment_status(), state.status.clone(), state.owed.contains(&Duty::StockDeduction), held)
        };
        prop_assert_eq!(play(&facts), play(&shuffled));
    }
}

/// None: the event does not tell its currency.
fn currency() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("EUR"), 1 => Just("USD"), 1 => Just("")]
}

fn money() -> impl Strategy<Value = MoneyFact> {
    let dispute = prop_oneof![
        Just(DisputeStatus::Inquiry),
        Just(DisputeStatus::Open),
        Just(DisputeStatus::Won),
        Just(DisputeStatus::Lost)
    ];
    prop_oneof![
        Just(MoneyFact::Pending { until: None }),
        Just(MoneyFact::Voided),
        Just(MoneyFact::Failed("card_declined".into())),
        prop_oneof![Just(3700_i64), 0..4000_i64].prop_map(MoneyFact::Captured),
        (0..4000_i64).prop_map(MoneyFact::authorized),
        (0..4000_i64).prop_map(MoneyFact::RefundedInTotal),
        dispute.prop_map(|status| MoneyFact::Dispute {
            id: "dp_1".into(),
            amount: 3700,
            status,
            case: crate::ledger::Case::default()
        }),
    ]
}
