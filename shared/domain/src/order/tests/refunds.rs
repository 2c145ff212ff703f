//! Refunds that people decide: any amount, part of a return, money that went back elsewhere.

use super::*;
use crate::{
    ids::{LineId, RefundId},
    ledger::RequestName,
    money::Amount,
    policy::Policy,
    requested_refund::RefundRequest,
    returns::ReturnStatus,
};
use proptest::prelude::*;

pub(super) fn request(key: &str, lines: &[(LineId, u32)], shipping: Amount, amount: Option<Amount>) -> RefundRequest {
    let lines = lines.iter().copied().collect();
    RefundRequest { lines, shipping, amount, reason: "a stain".into(), key: key.into() }
}

fn wish(amount: Amount, reason: Option<&str>) -> RefundWish {
    RefundWish { amount: Some(amount), reason: reason.map(str::to_owned), ..RefundWish::default() }
}

/// Two mugs for 29.00 and 4.90 of shipping, all delivered.
pub(super) fn mugs() -> Order {
    let mut two = placed(&[("MUG", 2, 1450)]);
    two.shipping.price = 490;
    two.total = 3390;
    let paid = with_state(unpaid(two), |state| state.record(&captured(3390), at(2)).deduct(&Routed::default(), at(3)));
    let dispatched = paid.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4));
    let picked = dispatched.confirm_picks(FULFILLMENT, &[(0, 2)].into(), &stamp(5)).unwrap().order;
    let packed = picked.pack(FULFILLMENT, &packing(&[(0, 2)], "pack"), &stamp(6)).unwrap();
    packed.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order
}

/// `units` mugs have come back, and wait for their inspection.
pub(super) fn back(order: Order, units: u32, key: &str) -> (ReturnId, Order) {
    let (id, asked) = order.request_return(&wanted(&[(0, units)]), key, &stamp(9)).unwrap();
    let received =
        |r: crate::returns::Return| r.approve(&stamp(10))?.receive(&[(0, units)].into(), &main(), &stamp(11));
    (id, asked.change_return(id, received).unwrap())
}

pub(super) fn inspect(order: Order, id: ReturnId, units: u32, wish: &RefundWish) -> Result<Order, Rejection> {
    Ok(order.inspect_return(id, &inspected(&[(0, units, Disposition::Restocked)]), wish, &stamp(12))?.order)
}

/// A refund that somebody makes in the provider's dashboard.
fn at_the_dashboard(order: Order, id: &str, amount: Amount) -> Order {
    let fact = MoneyFact::Refund { ours: None, id: id.into(), amount, status: RefundStatus::Succeeded };
    with_state(order, |state| state.record(&event("stripe_pi_1", fact), at(8)))
}

fn refunded(order: &Order) -> Vec<(&str, Amount)> {
    order.state.ledger.refunds.iter().map(|(id, refund)| (id.as_str(), refund.amount)).collect()
}

#[test]
fn a_person_refunds_an_amount_the_price_of_units_or_shipping_but_never_more_than_is_left() {
    let table: [(RefundRequest, Result<Amount, &str>); 8] = [
        (request("a", &[], 0, Some(1)), Ok(1)),
        (request("a", &[], 0, Some(3390)), Ok(3390)),
        (request("a", &[], 0, Some(3391)), Err("more-than-left")),
        (request("a", &[], 0, None), Err("more-than-left")),
        (request("a", &[(0, 1)], 490, None), Ok(1940)),
        (request("a", &[(0, 3)], 0, None), Err("already-refunded")),
        (request("a", &[(1, 1)], 0, None), Err("unknown-line")),
        (request("a", &[], 491, None), Err("more-than-left")),
    ];
    for (wanted, outcome) in table {
        let told = mugs().request_refund(&wanted, &stamp(20));
        assert_eq!(
            told.as_ref().map(|order| refunded(order)[0].1).map_err(|why| why.code.as_str()),
            outcome,
            "{wanted:?}"
        );
        if let Ok(order) = told {
            assert_eq!(refunded(&order)[0].0, "request-1");
            assert!(order.state.owed.contains(&Duty::Refund));
        }
    }
}

#[test]
fn the_same_key_orders_a_refund_once() {
    let once = mugs().request_refund(&request("a", &[(0, 1)], 0, None), &stamp(20)).unwrap();
    assert_eq!(once.clone().request_refund(&request("a", &[(0, 1)], 0, None), &stamp(21)).unwrap(), once);
    let other = once.clone().request_refund(&request("a", &[(0, 1)], 100, None), &stamp(21));
    assert_eq!(other.unwrap_err().code, "key-reused");
    let second = once.request_refund(&request("b", &[(0, 1)], 0, None), &stamp(22)).unwrap();
    assert_eq!(refunded(&second), [("request-1", 1450), ("request-2", 1450)]);
}

#[test]
fn a_unit_that_was_refunded_by_a_person_is_not_refunded_again_when_it_comes_back() {
    let kept = mugs().request_refund(&request("a", &[(0, 1)], 0, None), &stamp(8)).unwrap();
    let (id, both) = back(kept, 2, "r");
    let done = inspect(both, id, 2, &RefundWish::default()).unwrap();
    assert_eq!(done.returns[&id].refund, Some(1450 + 490), "one mug, and shipping because all came back");
    assert_eq!(refunded(&done).iter().map(|(_, amount)| amount).sum::<Amount>(), 3390);
}

#[test]
fn an_order_that_comes_back_whole_gives_its_shipping_back_once() {
    let (first, one) = back(mugs(), 1, "a");
    let one = inspect(one, first, 1, &RefundWish::default()).unwrap();
    let (second, all) = back(one, 1, "b");
    let all = inspect(all, second, 1, &RefundWish::default()).unwrap();
    assert_eq!(refunded(&all), [("return-01", 1450), ("return-02", 1940)]);
    let paid = mugs().request_refund(&request("a", &[], 490, None), &stamp(8)).unwrap();
    let (id, whole) = back(paid, 2, "r");
    assert_eq!(inspect(whole, id, 2, &RefundWish::default()).unwrap().returns[&id].refund, Some(2900));
}

#[test]
fn an_inspector_takes_off_a_part_with_a_reason() {
    let (id, order) = back(mugs(), 1, "a");
    let outcome = |wish| inspect(order.clone(), id, 1, &wish).map_err(|why| why.code.as_str());
    assert_eq!(outcome(wish(1451, None)).unwrap_err(), "more-than-left");
    assert_eq!(outcome(wish(1000, None)).unwrap_err(), "no-reason");
    let scratched = outcome(wish(1000, Some("scratched"))).unwrap();
    assert_eq!((scratched.returns[&id].refund, refunded(&scratched)), (Some(1000), vec![("return-01", 1000)]));
    assert_eq!(
        scratched.returns[&id].deduction.as_ref().map(|d| (d.amount, d.reason.as_str())),
        Some((450, "scratched"))
    );
    let blind = |amount, reason| outcome(RefundWish { sees_no_money: true, ..wish(amount, reason) });
    for amount in [1, 1450, 9_999] {
        assert_eq!(blind(amount, None).unwrap_err(), "no-reason", "{amount}: no answer tells what is due");
        let refunded = blind(amount, Some("worn")).unwrap().returns[&id].refund;
        assert_eq!(refunded, Some(amount.min(1450)));
    }
    let nothing = outcome(wish(0, Some("broken by the customer"))).unwrap();
    assert_eq!((nothing.returns[&id].status, refunded(&nothing).len()), (ReturnStatus::Inspected, 0));
}

#[test]
fn a_refund_above_the_merchant_s_limit_waits_for_an_operator() {
    let limited = with_state(mugs(), |state| OrderState {
        policy: Policy { approves_above: Some(1449), ..Policy::default() },
        ..state
    });
    let (id, order) = back(limited, 1, "a");
    let waiting = inspect(order, id, 1, &RefundWish::default()).unwrap();
    assert!(refunded(&waiting).is_empty() && waiting.state.holds.contains_key(&HoldReason::RefundToApprove));
    assert_eq!((waiting.returns[&id].to_approve, waiting.returns[&id].refund), (Some(1450), None));
    let released = waiting.clone().with_state(|state| state.release(HoldReason::RefundToApprove, &stamp(13)));
    assert_eq!(released.unwrap_err().code, "not-for-people", "the customer waits for the money");
    let decide = |wish: &RefundWish| waiting.clone().decide_return_refund(id, wish, &BTreeSet::new(), &stamp(14));
    let all = decide(&RefundWish::default()).unwrap();
    assert_eq!((refunded(&all), all.state.holds.len()), (vec![("return-01", 1450)], 0));
    assert_eq!(refunded(&decide(&wish(1, Some("worn"))).unwrap()), [("return-01", 1)]);
    let twice = all.decide_return_refund(id, &RefundWish::default(), &BTreeSet::new(), &stamp(15));
    assert_eq!(twice.unwrap_err().code, "wrong-status");
}

#[test]
fn money_that_went_back_at_the_provider_is_not_given_twice_for_the_same_goods() {
    let re_1 = || BTreeSet::from(["re_1".parse::<RefundId>().unwrap()]);
    let (id, order) = back(at_the_dashboard(mugs(), "re_1", 1450), 1, "a");
    let waiting = inspect(order.clone(), id, 1, &RefundWish::default()).unwrap();
    assert_eq!(refunded(&waiting), [("re_1", 1450)], "nobody knows yet what it was for");
    assert!(waiting.state.holds[&HoldReason::RefundToApprove].note.contains("14.50 EUR were refunded at the provider"));
    let same = waiting.clone().decide_return_refund(id, &RefundWish::default(), &re_1(), &stamp(14)).unwrap();
    assert_eq!((refunded(&same).len(), same.returns[&id].refund, same.state.holds.len()), (1, Some(0), 0));
    let other = waiting.decide_return_refund(id, &RefundWish::default(), &BTreeSet::new(), &stamp(14)).unwrap();
    assert_eq!(refunded(&other), [("re_1", 1450), ("return-01", 1450)], "it was for something else");

    let before = order.decide_return_refund(id, &RefundWish::default(), &re_1(), &stamp(11)).unwrap();
    assert!(before.returns[&id].refund.is_none(), "it is not inspected yet");
    let inspected = inspect(before, id, 1, &RefundWish::default()).unwrap();
    assert_eq!((refunded(&inspected).len(), inspected.returns[&id].refund), (1, Some(0)));
    let (next, second) = back(inspected, 1, "b");
    let taken = second.clone().decide_return_refund(next, &RefundWish::default(), &re_1(), &stamp(15));
    assert_eq!(taken.unwrap_err().code, "unknown-refund", "it counts for the first");
    let whole = inspect(second, next, 1, &RefundWish::default()).unwrap();
    assert_eq!(whole.returns[&next].refund, Some(1940), "nothing is in doubt any more");
}

#[test]
fn a_refund_that_only_the_provider_s_sum_tells_of_makes_a_return_wait_too() {
    let sum = event("stripe_pi_1", MoneyFact::RefundedInTotal(1450));
    let (id, order) = back(with_state(mugs(), |state| state.record(&sum, at(8))), 1, "a");
    let waiting = inspect(order, id, 1, &RefundWish::default()).unwrap();
    assert!(refunded(&waiting).is_empty() && waiting.state.holds.contains_key(&HoldReason::RefundToApprove));
    let nothing = wish(0, Some("refunded in the dashboard"));
    let decided = waiting.decide_return_refund(id, &nothing, &BTreeSet::new(), &stamp(14)).unwrap();
    assert_eq!((decided.returns[&id].refund, decided.state.holds.len()), (Some(0), 0));
}

#[test]
fn an_inspector_who_names_the_amount_knows_what_was_refunded() {
    let (id, order) = back(at_the_dashboard(mugs(), "re_1", 1450), 1, "a");
    let done = inspect(order, id, 1, &wish(0, Some("refunded at the dashboard"))).unwrap();
    assert!(done.state.holds.is_empty());
    assert_eq!(refunded(&done), [("re_1", 1450)]);
}

#[test]
fn what_a_person_refunded_of_an_unsent_unit_is_not_refunded_again_when_it_is_cancelled() {
    let rest = shirts_sent(1).request_refund(&request("a", &[(0, 2)], 0, None), &stamp(8)).unwrap();
    let rest = rest.cancel_unsent("sold out", &stamp(9)).unwrap();
    assert_eq!(refunded(&rest), [("cancel-unsent", 333), ("request-1", 667)]);
}

#[test]
fn a_credit_larger_than_its_return_leaves_the_rest_in_doubt() {
    let re_1 = BTreeSet::from(["re_1".parse::<RefundId>().unwrap()]);
    let (first, order) = back(at_the_dashboard(mugs(), "re_1", 2000), 1, "a");
    let waiting = inspect(order, first, 1, &RefundWish::default()).unwrap();
    let decided = waiting.decide_return_refund(first, &RefundWish::default(), &re_1, &stamp(14)).unwrap();
    let (second, order) = back(decided, 1, "b");
    let doubtful = inspect(order, second, 1, &RefundWish::default()).unwrap();
    assert_eq!(doubtful.returns[&second].refund, None, "20.00 are more than one mug: was the rest for this one?");
    assert!(doubtful.state.holds[&HoldReason::RefundToApprove].note.contains("5.50 EUR were refunded at the provider"));
}

#[test]
fn a_declined_return_keeps_no_credit_and_takes_none() {
    let re_1 = BTreeSet::from(["re_1".parse::<RefundId>().unwrap()]);
    let (first, asked) =
        at_the_dashboard(mugs(), "re_1", 1450).request_return(&wanted(&[(0, 1)]), "a", &stamp(9)).unwrap();
    let credited = asked.decide_return_refund(first, &RefundWish::default(), &re_1, &stamp(10)).unwrap();
    let declined = credited.change_return(first, |returned| returned.decline("too late", &stamp(11))).unwrap();
    let again = declined.clone().decide_return_refund(first, &RefundWish::default(), &re_1, &stamp(12));
    assert_eq!(again.unwrap_err().code, "wrong-status");
    let (second, order) = back(declined, 1, "b");
    let taken = order.decide_return_refund(second, &RefundWish::default(), &re_1, &stamp(13)).unwrap();
    assert_eq!(taken.returns[&second].credits.values().sum::<Amount>(), 1450, "it is free again");
}

#[test]
fn a_credit_is_a_change_of_the_order_once() {
    let re_1 = BTreeSet::from(["re_1".parse::<RefundId>().unwrap()]);
    let (id, order) = back(at_the_dashboard(mugs(), "re_1", 1450), 1, "a");
    let credit = |order: Order| order.decide_return_refund(id, &RefundWish::default(), &re_1, &stamp(13)).unwrap();
    let credited = credit(order.clone());
    assert_ne!(credited.state, order.state, "two returns that take the same credit meet on its version");
    assert_eq!(credit(credited.clone()), credited);
}

#[test]
fn the_hold_of_refunds_to_approve_names_the_first_that_waits() {
    let limited = with_state(mugs(), |state| OrderState {
        policy: Policy { approves_above: Some(1), ..Policy::default() },
        ..state
    });
    let (first, one) = back(limited, 1, "a");
    let one = inspect(one, first, 1, &RefundWish::default()).unwrap();
    let (second, both) = back(one, 1, "b");
    let both = inspect(both, second, 1, &RefundWish::default()).unwrap();
    let note = |order: &Order| order.state.holds[&HoldReason::RefundToApprove].note.clone();
    assert!(note(&both).starts_with("return 01: 14.50 EUR"), "{}", note(&both));
    let next = both.decide_return_refund(first, &RefundWish::default(), &BTreeSet::new(), &stamp(14)).unwrap();
    assert!(note(&next).starts_with("return 02:"), "{}", note(&next));
}

#[test]
fn a_second_payment_is_too_much_even_if_goods_were_paid_back_before() {
    let at_once = with_state(mugs(), |state| OrderState {
        policy: Policy { refunds_surplus: true, ..Policy::default() },
        ..state
    });
    let (id, order) = back(at_once, 1, "a");
    let returned = inspect(order, id, 1, &RefundWish::default()).unwrap();
    let twice = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(3390) };
    let surplus = with_state(returned, |state| state.record(&twice, at(20)));
    let all = [("return-01", 1450), ("surplus", 1940), ("surplus.2", 1450)];
    assert_eq!(refunded(&surplus), all, "33.90, of both payments");
}

#[test]
fn a_second_payment_is_too_much_even_if_goods_were_paid_back_at_the_provider() {
    let re_1 = BTreeSet::from(["re_1".parse::<RefundId>().unwrap()]);
    let (id, order) = back(at_the_dashboard(mugs(), "re_1", 1450), 1, "a");
    let credited = order.decide_return_refund(id, &RefundWish::default(), &re_1, &stamp(13)).unwrap();
    let returned = inspect(credited, id, 1, &RefundWish::default()).unwrap();
    let twice = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(3390) };
    let held = with_state(returned, |state| state.record(&twice, at(20)));
    assert_eq!(held.state.surplus(&held.state.ledger), 3390);
}

/// Paid twice, and then partly refunded in the provider's dashboard, which nobody has explained yet.
pub(super) fn paid_twice(elsewhere: Amount) -> Order {
    let twice = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(3390) };
    let order = with_state(mugs(), |state| state.record(&twice, at(8)));
    if elsewhere > 0 { at_the_dashboard(order, "re_1", elsewhere) } else { order }
}

#[test]
fn a_credit_leaves_the_surplus_to_the_refund_that_meant_it() {
    let re_1 = BTreeSet::from(["re_1".parse::<RefundId>().unwrap()]);
    let asked = paid_twice(1450).request_refund(&request("twice", &[], 0, Some(3390)), &stamp(9)).unwrap();
    assert_eq!(asked.state.requested_refunds[0].of_surplus, 1940, "14.50 seemed to be given back of it");
    let (id, order) = back(asked, 1, "a");
    let credited = order.decide_return_refund(id, &RefundWish::default(), &re_1, &stamp(13)).unwrap();
    assert_eq!(credited.state.requested_refunds[0].of_surplus, 3390);
    assert_eq!(credited.state.surplus(&credited.state.ledger), 0);
    assert!(credited.state.holds.is_empty(), "{:?}", credited.state.holds);
    let goodwill = credited.request_refund(&request("late", &[], 0, Some(300)), &stamp(14)).unwrap();
    assert_eq!(goodwill.state.requested_refunds[1].of_surplus, 0);
}

#[test]
fn a_credit_that_brings_a_surplus_back_is_seen() {
    let re_1 = BTreeSet::from(["re_1".parse::<RefundId>().unwrap()]);
    let order = paid_twice(3390);
    assert!(order.state.holds.is_empty(), "all of the second payment seems to be given back");
    let (id, order) = back(order, 1, "a");
    let waiting = inspect(order, id, 1, &RefundWish::default()).unwrap();
    let decided = waiting.decide_return_refund(id, &RefundWish::default(), &re_1, &stamp(14)).unwrap();
    assert_eq!(decided.state.surplus(&decided.state.ledger), 1450, "as much as the return is due");
    assert!(decided.state.holds.contains_key(&HoldReason::Overpaid));
    assert_eq!(refunded(&decided), [("re_1", 3390)]);
}

#[test]
fn what_is_told_of_a_surplus_follows_a_credit_that_shrinks() {
    let re_1 = BTreeSet::from(["re_1".parse::<RefundId>().unwrap()]);
    let (id, order) = paid_twice(3390).request_return(&wanted(&[(0, 1)]), "r", &stamp(12)).unwrap();
    let credited = order.decide_return_refund(id, &RefundWish::default(), &re_1, &stamp(13)).unwrap();
    assert!(
        credited.state.holds[&HoldReason::Overpaid].note.contains("67.80 EUR is paid"),
        "{:?}",
        credited.state.holds
    );
    let declined = credited.clone().change_return(id, |returned| returned.decline("worn", &stamp(14))).unwrap();
    assert_eq!(declined.state.surplus(&declined.state.ledger), 0);
    assert!(declined.state.holds.is_empty(), "{:?}", declined.state.holds);
}

#[test]
fn a_refund_of_ours_that_fails_waits_for_a_person_and_makes_no_new_surplus() {
    let at_once = with_state(mugs(), |state| OrderState {
        policy: Policy { refunds_surplus: true, ..Policy::default() },
        ..state
    });
    let twice = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(3390) };
    let sent = with_state(at_once, |state| {
        state.record(&twice, at(20)).request_sent(&RequestName::Refund("surplus".parse().unwrap()), at(21))
    });
    let failed = with_state(sent, |state| state.record(&refund("surplus", 1, 3390, RefundStatus::Failed), at(22)));
    assert_eq!(refunded(&failed), [("surplus", 3390)]);
    assert_eq!(failed.state.holds.keys().collect::<Vec<_>>(), [&HoldReason::RefundFailed]);
}

#[test]
fn an_order_whose_refund_a_dispute_blocks_says_so_until_the_dispute_ends() {
    let disputed = with_state(part_sent(), |state| state.record(&dispute(DisputeStatus::Open), at(9)));
    let rest = disputed.cancel_unsent("sold out", &stamp(10)).unwrap();
    assert!(rest.state.holds.contains_key(&HoldReason::PaymentDisputed) && !rest.state.owed.contains(&Duty::Refund));
    let won = with_state(rest, |state| state.record(&dispute(DisputeStatus::Won), at(11)));
    assert!(won.state.holds.is_empty() && won.state.owed.contains(&Duty::Refund));
}

proptest! {
    #[test]
    fn however_people_refund_no_more_goes_back_than_was_paid(
        moves in prop::collection::vec((0..4_u8, 0..3_u32, 0..3_500_i64), 0..8),
    ) {
        let mut order = mugs();
        for (n, (kind, units, amount)) in moves.into_iter().enumerate() {
            let key = format!("key-{n}");
            let next = match kind {
                0 => order.clone().request_refund(&request(&key, &[], 0, Some(amount)), &stamp(20)),
                1 => order.clone().request_refund(&request(&key, &[(0, units)], amount % 500, None), &stamp(20)),
                2 => {
                    let left = order.state.ledger.not_refunded(order.placed.currency);
                    Ok(at_the_dashboard(order.clone(), &format!("re_{n}"), amount.min(left)))
                }
                _ => match order.clone().request_return(&wanted(&[(0, units)]), &key, &stamp(20)) {
                    Ok((id, _)) => {
                        let (_, received) = back(order.clone(), units, &key);
                        let waiting = inspect(received, id, units, &RefundWish::default()).unwrap();
                        let none = BTreeSet::new();
                        let decided = waiting.clone().decide_return_refund(id, &RefundWish::default(), &none, &stamp(21));
                        Ok(decided.unwrap_or(waiting))
                    }
                    Err(refused) => Err(refused),
                },
            };
            order = next.unwrap_or(order);
        }
        prop_assert!(order.state.ledger.refunded(order.placed.currency) <= 3390);
    }
}

#[test]
fn an_order_has_no_more_refunds_than_its_state_can_hold() {
    let ask = |order: Order, n: usize| order.request_refund(&request(&n.to_string(), &[], 0, Some(1)), &stamp(9));
    let many = (0..200).try_fold(mugs(), ask).unwrap();
    assert_eq!(ask(many.clone(), 200).unwrap_err().code, Code::TooManyRefunds);
    assert_eq!(ask(many.clone(), 7).unwrap(), many, "one of those asked for again");
}
