//! Money that is only authorized: when it is captured, given up, asked for again.

mod parts;

use super::*;
use crate::{
    fixtures,
    ledger::{Attempt, MoneyEvent, PartStatus, PaymentStatus, RequestName, RequestState},
    money::Amount,
    order_state::HoldReason,
    policy::{Capturing, Policy},
};

fn fact(fact: MoneyFact) -> MoneyEvent {
    event("stripe_pi_1", fact)
}

/// An order whose shop captures at this moment.
fn placed_for(capturing: Capturing) -> Order {
    let order = fixtures::pending();
    Order { state: OrderState { policy: Policy { capturing, ..Policy::default() }, ..order.state }, ..order }
}

fn authorized(capturing: Capturing) -> Order {
    with_state(placed_for(capturing), |state| state.record(&fact(MoneyFact::authorized(3700)), at(2)))
}

fn packed_for(capturing: Capturing) -> Order {
    let order = with_state(authorized(capturing), |state| state.deduct(&Routed::default(), at(3)));
    let order = order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4));
    let order = order.confirm_picks(FULFILLMENT, &[(0, 2), (1, 1)].into(), &stamp(5)).unwrap().order;
    order.pack(FULFILLMENT, &packing(&[(0, 2), (1, 1)], "pack"), &stamp(6)).unwrap()
}

fn hand_over(order: &Order) -> Result<Order, Rejection> {
    Ok(order.clone().hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7))?.order)
}

fn captures(order: &Order) -> Vec<(&str, Amount, bool)> {
    let all = order.state.ledger.captures.iter();
    all.map(|(id, capture)| (id.as_str(), capture.amount, capture.state.is_owed())).collect()
}

fn code(outcome: Result<Order, Rejection>) -> &'static str {
    outcome.map_or_else(|why| why.code.as_str(), |_| "done")
}

fn state(order: Order, rule: impl FnOnce(OrderState) -> OrderState) -> Order {
    with_state(order, rule)
}

fn attempt(name: &str) -> Attempt {
    Attempt { name: RequestName::Capture(name.parse().unwrap()), number: 1 }
}

#[test]
fn an_order_opens_when_its_money_is_authorized_only_where_orderly_captures() {
    for (capturing, opens) in
        [(Capturing::WhenTold, false), (Capturing::AtHandOver, true), (Capturing::BeforeHandOver, true)]
    {
        let order = authorized(capturing);
        assert_eq!(order.state.status == OrderStatus::Open, opens, "{capturing}");
        assert_eq!(order.state.paid_at(), opens.then(|| at(2)), "it stands in line for stock since then");
        assert_eq!(order.state.payment_status(), PaymentStatus::Authorized);
        let too_little = state(placed_for(capturing), |s| s.record(&fact(MoneyFact::authorized(3699)), at(2)));
        assert!(matches!(too_little.state.status, OrderStatus::Pending { .. }));
    }
}

#[test]
fn money_is_captured_once_when_the_first_parcel_leaves() {
    let packed = packed_for(Capturing::AtHandOver);
    assert_eq!(captures(&packed), []);
    let sent = hand_over(&packed).unwrap();
    assert_eq!(captures(&sent), [("capture-1", 3700, true)]);
    assert!(sent.state.owed.contains(&Duty::Capture));
    assert_eq!(captures(&hand_over(&sent).unwrap()), captures(&sent), "a repetition");
    let paid = state(sent, |s| s.record(&captured(3700), at(8)));
    assert_eq!(captures(&paid), [("capture-1", 3700, false)]);
    assert_eq!(paid.state.payment_status(), PaymentStatus::Paid);
    assert!(!paid.state.owed.contains(&Duty::Capture) && paid.state.holds.is_empty());
}

#[test]
fn nothing_leaves_before_its_money_is_captured_where_the_shop_says_so() {
    let packed = packed_for(Capturing::BeforeHandOver);
    assert_eq!(captures(&packed), [("capture-1", 3700, true)]);
    assert_eq!(code(hand_over(&packed)), "not-captured");
    let paid = state(packed.clone(), |s| s.record(&captured(3700), at(7)));
    let sent = hand_over(&paid).unwrap();
    assert_eq!(code(hand_over(&sent)), "done", "a repetition");

    // It fails: a person captures again, or lets it go without the money.
    let failed = state(packed, |s| s.request_refused(&attempt("capture-1"), "charge_expired", at(8)));
    assert!(failed.state.holds[&HoldReason::CaptureFailed].note.starts_with("capture-1 charge_expired"));
    assert_eq!(code(hand_over(&failed)), "on-hold");
    let again = failed.clone().with_state(|s| s.request_capture(None, &stamp(9))).unwrap();
    assert_eq!(captures(&again), [("capture-1", 3700, false), ("capture-2", 3700, true)]);
    let paid = state(again, |s| s.record(&captured(3700), at(10)));
    assert!(paid.state.holds.is_empty());
    assert_eq!(code(hand_over(&paid)), "done");
    let let_go = failed.with_state(|s| s.release(HoldReason::CaptureFailed, &stamp(9))).unwrap();
    assert_eq!((let_go.state.ledger.written_off, code(hand_over(&let_go))), (3700, "done"));
}

#[test]
fn a_person_captures_what_is_due_or_less() {
    let order = authorized(Capturing::WhenTold);
    let ask = |order: &Order, amount| order.clone().with_state(|s| s.request_capture(amount, &stamp(3)));
    let all = ask(&order, None).unwrap();
    assert_eq!(captures(&all), [("capture-1", 3700, true)]);
    assert_eq!((ask(&all, None).unwrap(), ask(&all, Some(3700)).unwrap()), (all.clone(), all.clone()), "repetitions");
    assert_eq!(code(ask(&all, Some(100))), "nothing-to-capture");
    assert_eq!(code(ask(&order, Some(3701))), "more-than-left");
    let part = state(ask(&order, Some(3000)).unwrap(), |s| {
        s.record(&captured(3000), at(4)).record(&fact(MoneyFact::Released(700)), at(4))
    });
    assert_eq!(captures(&part), [("capture-1", 3000, false)]);
    assert!(part.state.holds.contains_key(&HoldReason::AwaitingPayment), "too little came of it");
    assert_eq!(code(ask(&part, None)), "nothing-to-capture");
    let paid = state(all, |s| s.record(&captured(3700), at(4)));
    assert_eq!((&paid.state.status, code(ask(&paid, None))), (&OrderStatus::Open, "nothing-to-capture"));
    assert_eq!(code(ask(&placed_for(Capturing::WhenTold), None)), "nothing-to-capture");
}

#[test]
fn a_cancelled_order_gives_up_what_is_authorized_and_refunds_what_was_captured() {
    let void = [("void-1", 0, true)];
    for capturing in [Capturing::WhenTold, Capturing::AtHandOver, Capturing::BeforeHandOver] {
        let cancelled = authorized(capturing).cancel("why", &stamp(5)).unwrap();
        assert_eq!(captures(&cancelled), void, "{capturing}");
        let over = state(cancelled, |s| s.record(&fact(MoneyFact::Voided), at(6)));
        assert_eq!((captures(&over), over.state.owed.contains(&Duty::Capture)), (vec![("void-1", 0, false)], false));
        // The customer authorizes after all.
        let late = placed_for(capturing).cancel("why", &stamp(5)).unwrap();
        assert_eq!(captures(&state(late, |s| s.record(&fact(MoneyFact::authorized(3700)), at(6)))), void);
    }
    let packed = packed_for(Capturing::BeforeHandOver);
    assert_eq!(captures(&packed.clone().cancel("why", &stamp(7)).unwrap()), void, "nobody was asked to capture");
    // The capture is on its way: it decides.
    let sent = state(packed, |s| s.request_sent(&attempt("capture-1").name, at(7)));
    let cancelled = sent.cancel("why", &stamp(8)).unwrap();
    assert_eq!(captures(&cancelled), [("capture-1", 3700, true)]);
    let came = state(cancelled.clone(), |s| s.record(&captured(3700), at(9)));
    assert_eq!((captures(&came), came.state.ledger.refunds["late"].amount), (vec![("capture-1", 3700, false)], 3700));
    let failed = state(cancelled, |s| s.request_refused(&attempt("capture-1"), "declined", at(9)));
    assert_eq!(captures(&failed), [("capture-1", 3700, false), ("void-2", 0, true)]);
}

#[test]
fn a_void_that_came_too_late_is_no_trouble_and_one_that_is_refused_is() {
    let cancelled = || authorized(Capturing::WhenTold).cancel("why", &stamp(5)).unwrap();
    let captured = state(cancelled(), |s| s.record(&captured(3700), at(6)));
    assert!(captured.state.holds.is_empty() && captured.state.owed.contains(&Duty::Refund), "it goes back");
    let refused = state(cancelled(), |s| s.request_refused(&attempt("void-1"), "resource_missing", at(6)));
    assert!(refused.state.holds.contains_key(&HoldReason::CaptureFailed));
}

#[test]
fn a_second_authorization_is_given_up_once_the_order_has_its_money() {
    let second = || event("stripe_pi_2", MoneyFact::authorized(3700));
    let both = state(packed_for(Capturing::BeforeHandOver), |s| s.record(&second(), at(7)));
    assert_eq!(captures(&both), [("capture-1", 3700, true)], "the first may still fail");
    let paid = state(both, |s| s.record(&captured(3700), at(8)));
    assert_eq!(captures(&paid), [("capture-1", 3700, false), ("void-2", 0, true)]);
    assert_eq!(paid.state.ledger.captures["void-2"].payment.to_string(), "stripe_pi_2");
    let late = state(fixtures::paid(), |s| s.record(&second(), at(8)));
    assert_eq!(captures(&late), [], "its merchant captures");
}

#[test]
fn an_unpaid_order_is_not_given_away_by_a_release() {
    let asked = authorized(Capturing::WhenTold).with_state(|s| s.request_capture(None, &stamp(3))).unwrap();
    let failed = state(asked, |s| s.request_refused(&attempt("capture-1"), "declined", at(4)));
    let released = failed.with_state(|s| s.release(HoldReason::CaptureFailed, &stamp(5))).unwrap();
    let gone = state(released, |s| s.record(&fact(MoneyFact::Voided), at(6)));
    assert_eq!(gone.state.ledger.written_off, 0);
    assert!(matches!(gone.state.status, OrderStatus::Pending { .. }));
}

#[test]
fn what_is_due_does_not_change_while_it_is_being_captured() {
    let sent = hand_over(&packed_for(Capturing::AtHandOver)).unwrap();
    let fewer = Edit { lines: [(1, 0)].into(), reason: "fewer".into(), ..Edit::default() };
    let packed = packed_for(Capturing::BeforeHandOver);
    for order in [&sent, &packed] {
        assert!(order.state.no_capture_is_under_way().is_err());
    }
    let early = authorized(Capturing::BeforeHandOver).edit(&fewer, &stamp(3)).unwrap().order;
    assert!(early.state.ledger.refunds.is_empty() && early.state.holds.is_empty(), "nothing was captured yet");
    let due = early.placed.total;
    let asked = early.clone().with_state(|s| s.request_capture(None, &stamp(4))).unwrap();
    assert_eq!(captures(&asked), [("capture-1", due, true)]);
    assert_eq!(asked.edit(&fewer, &stamp(5)).map_or_else(|why| why.code.as_str(), |_| "done"), "done", "a repetition");
    let asked = early.with_state(|s| s.request_capture(None, &stamp(4))).unwrap();
    let other = Edit { lines: [(0, 1)].into(), reason: "fewer".into(), ..Edit::default() };
    assert_eq!(asked.edit(&other, &stamp(5)).unwrap_err().code.as_str(), "capture-under-way");
}

#[test]
fn an_order_whose_authorization_is_gone_asks_for_its_money_again() {
    let order = state(authorized(Capturing::AtHandOver), |s| s.record(&fact(MoneyFact::Voided), at(9)));
    assert_eq!((&order.state.status, order.state.still_due()), (&OrderStatus::Open, 3700));
    assert!(order.state.holds.contains_key(&HoldReason::AwaitingPayment));
    for again in [MoneyFact::authorized(3700), MoneyFact::Captured(3700)] {
        let goes_on = state(order.clone(), |s| s.record(&event("stripe_pi_2", again.clone()), at(10)));
        assert!(goes_on.state.holds.is_empty() && goes_on.state.still_due() == 0, "{again:?}");
    }
    // A capture finds it gone.
    let sent = hand_over(&packed_for(Capturing::AtHandOver)).unwrap();
    let gone = state(sent, |s| s.record(&fact(MoneyFact::Voided), at(9)));
    assert_eq!(captures(&gone), [("capture-1", 3700, false)]);
    assert!(gone.state.holds[&HoldReason::CaptureFailed].note.contains("the authorization is gone"));
    let paid = state(gone, |s| s.record(&event("stripe_pi_2", MoneyFact::Captured(3700)), at(10)));
    assert!(paid.state.holds.is_empty(), "{:?}", paid.state.holds);
}

#[test]
fn a_person_hears_of_an_authorization_a_day_before_it_ends_once() {
    let day = 24 * 60 * 60;
    let until = |second| fact(MoneyFact::Authorized { amount: 3700, until: Some(at(second)), several: false });
    let order = state(authorized(Capturing::AtHandOver), |s| s.record(&until(7 * day), at(2)));
    assert!(!order.state.must_warn(at(6 * day - 1)) && order.state.must_warn(at(6 * day)));
    let open = OrderState { owed: crate::duty::Owed::new(), ..order.state.clone() };
    let reserved = OrderState { stock: Vec::new(), ..open };
    assert_eq!(reserved.due(None, at(3)), Some(crate::duty::Due::Unpaid(at(6 * day))));
    let warned = state(order, |s| s.expire(at(6 * day)));
    assert!(warned.state.holds.contains_key(&HoldReason::AuthorizationEnds));
    let released = warned.clone().with_state(|s| s.release(HoldReason::AuthorizationEnds, &stamp(9))).unwrap();
    assert!(!released.state.must_warn(at(7 * day)), "a person has decided");
    let paid = state(warned, |s| s.record(&captured(3700), at(6 * day + 1)));
    assert!(paid.state.holds.is_empty() && !paid.state.must_warn(at(7 * day)));
    let told = state(authorized(Capturing::WhenTold), |s| s.record(&until(day), at(2)));
    assert!(!told.state.must_warn(at(day)), "its merchant captures");
}

#[test]
fn what_comes_back_before_it_is_captured_is_never_captured() {
    let sent = hand_over(&packed_for(Capturing::AtHandOver)).unwrap();
    let failed = state(sent, |s| s.request_refused(&attempt("capture-1"), "declined", at(8)));
    let delivered = failed.deliver(FULFILLMENT, PARCEL, &stamp(9)).unwrap();
    let (id, asked) = delivered.request_return(&wanted(&[(1, 1)]), "key-1", &stamp(10)).unwrap();
    let back = asked.change_return(id, |returned| returned.approve(&stamp(11))).unwrap();
    let main = fixtures::main();
    let back = back.change_return(id, |returned| returned.receive(&[(1, 1)].into(), &main, &stamp(12))).unwrap();
    let found = inspected(&[(1, 1, Disposition::Restocked)]);
    let inspect = |order: Order| Ok(order.inspect_return(id, &found, &RefundWish::default(), &stamp(13))?.order);
    let done = inspect(back.clone()).unwrap();
    let worth = done.returns[&id].refund.unwrap();
    assert_eq!((done.state.ledger.refunds.len(), done.state.ledger.written_off), (0, worth));
    let again = done.with_state(|s| s.request_capture(None, &stamp(14))).unwrap();
    assert_eq!(again.state.ledger.captures["capture-2"].amount, 3700 - worth);
    let asked = back.with_state(|s| s.request_capture(None, &stamp(13))).unwrap();
    assert_eq!(code(inspect(asked.clone())), "capture-under-way");
    let paid = inspect(state(asked, |s| s.record(&captured(3700), at(13)))).unwrap();
    assert_eq!(paid.state.ledger.refunds["return-01"].amount, worth);
}

/// The states of captures follow the facts in whatever order they come.
#[test]
fn the_facts_of_a_payment_decide_its_captures_in_any_order() {
    let facts = [
        MoneyFact::Authorized { amount: 3700, until: Some(at(99)), several: false },
        MoneyFact::Captured(3000),
        MoneyFact::Released(700),
    ];
    let before = authorized(Capturing::WhenTold).with_state(|s| s.request_capture(Some(3000), &stamp(3))).unwrap();
    let ledger = |order: [usize; 3]| {
        let mut ledger = before.state.ledger.clone();
        for n in order {
            ledger.record(&fact(facts[n].clone()));
        }
        ledger
    };
    let expected = ledger([0, 1, 2]);
    assert!(matches!(expected.captures["capture-1"].state, RequestState::Succeeded { .. }));
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(ledger(order), expected, "{order:?}");
    }
}

fn part(id: &str, amount: Amount, status: PartStatus) -> MoneyEvent {
    fact(MoneyFact::CapturePart { id: id.to_owned(), amount, status })
}

/// A capture that the provider has taken on, and whose outcome its webhook tells.
fn begun(order: Order, name: &str, id: &str) -> Order {
    let sent = state(order, |s| s.request_sent(&attempt(name).name, at(8)));
    let begun = state(sent, |s| s.request_begun(&attempt(name), id, at(9)));
    assert!(!begun.state.owed.contains(&Duty::Capture), "the provider is not asked again");
    begun
}

#[test]
fn a_capture_that_the_provider_has_begun_ends_with_what_its_webhook_tells_whichever_comes_first() {
    let sent = hand_over(&packed_for(Capturing::AtHandOver)).unwrap();
    for (status, fails) in [(PartStatus::Succeeded, false), (PartStatus::Failed, true)] {
        let told = part("psp_2", 3700, status);
        let after = state(begun(sent.clone(), "capture-1", "psp_2"), |s| s.record(&told, at(10)));
        let before = begun(state(sent.clone(), |s| s.record(&told, at(7))), "capture-1", "psp_2");
        for order in [after, before] {
            let capture = &order.state.ledger.captures["capture-1"];
            assert_eq!(matches!(capture.state, RequestState::Failed { .. }), fails);
            assert_eq!(matches!(capture.state, RequestState::Succeeded { .. }), !fails);
            assert_eq!(order.state.holds.contains_key(&HoldReason::CaptureFailed), fails);
            assert_eq!(order.state.ledger.captured(order.state.currency), if fails { 0 } else { 3700 });
        }
    }
}

#[test]
fn a_void_that_the_provider_could_not_do_holds_the_order() {
    let order = authorized(Capturing::AtHandOver).cancel("changed my mind", &stamp(5)).unwrap();
    let begun = begun(order, "void-1", "psp_2");
    assert!(begun.state.holds.is_empty());
    let failed = state(begun, |s| s.record(&part("psp_2", 0, PartStatus::Failed), at(10)));
    assert!(failed.state.holds.contains_key(&HoldReason::CaptureFailed));
}

#[test]
fn money_that_a_bank_takes_back_after_its_capture_is_asked_for_again_or_held_when_the_goods_have_gone() {
    let lost = part("psp_2", 3700, PartStatus::Failed);
    let paid = state(placed_for(Capturing::WhenTold), |s| s.record(&part("psp_2", 3700, PartStatus::Succeeded), at(2)));
    assert_eq!(paid.state.status, OrderStatus::Open);
    let open = state(paid, |s| s.record(&lost, at(3)));
    assert!(open.state.holds.contains_key(&HoldReason::AwaitingPayment));
    assert_eq!(open.state.ledger.captured(open.state.currency), 0);

    let sent = hand_over(&packed_for(Capturing::AtHandOver)).unwrap();
    let paid = state(sent, |s| s.record(&part("psp_2", 3700, PartStatus::Succeeded), at(8)));
    let completed = with_state(paid, |state| OrderState { status: OrderStatus::Completed, ..state });
    let held = state(completed, |s| s.record(&lost, at(9)));
    assert!(held.state.holds[&HoldReason::CaptureFailed].note.contains("rejected"));
}

#[test]
fn what_is_captured_as_a_payment_of_its_own_is_counted_with_that_payment_alone() {
    let sent = hand_over(&packed_for(Capturing::AtHandOver)).unwrap();
    let turned = fact(MoneyFact::CapturedAs { id: "cap_1".to_owned(), amount: 3700, last: false });
    let paid = event("stripe_cap_1", MoneyFact::Captured(3700));
    for facts in [[&turned, &paid], [&paid, &turned]] {
        let record = |order: Order, fact| {
            let order = state(order, |s| s.record(fact, at(8)));
            assert!(order.state.ledger.secured(order.state.currency) >= 3700);
            assert!(order.state.holds.is_empty(), "{:?}", order.state.holds);
            order
        };
        let order = facts.into_iter().fold(sent.clone(), record);
        assert_eq!(order.state.payment_status(), PaymentStatus::Paid);
        assert_eq!(order.state.ledger.captured(order.state.currency), 3700);
        assert_eq!(order.state.ledger.secured(order.state.currency), 3700);
        assert_eq!(captures(&order), [("capture-1", 3700, false)]);
        assert!(order.state.holds.is_empty(), "{:?}", order.state.holds);
    }
}
