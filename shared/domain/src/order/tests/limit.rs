//! How much customer service may give back of an order.

use super::{
    refunds::{back, inspect, mugs, request},
    *,
};
use crate::{limits::Limits, money::Amount, order::Edit, placed_order::Shipping, policy::Policy, tax::Taxation};
use proptest::prelude::*;

fn limit(text: &str) -> Limits {
    text.parse().unwrap()
}

/// Customer service with this limit orders a refund by hand.
fn refund(order: &Order, key: &str, amount: Amount, most: &str) -> Result<Order, &'static str> {
    let decided = order.clone().request_refund(&request(key, &[], 0, Some(amount)), &stamp(20)).unwrap();
    decided.within(Some(&limit(most)), order).map_err(|why| why.code.as_str())
}

#[test]
fn a_refund_by_hand_needs_a_limit_in_the_currency_of_the_order() {
    let table = [
        ("EUR:1000", 1000, Ok(1000)),
        ("EUR:1000", 1001, Err("above-refund-limit")),
        ("EUR:1000,USD:1", 999, Ok(999)),
        ("USD:5000", 1, Err("above-refund-limit")),
        ("EUR:0", 1, Err("above-refund-limit")),
        ("", 1, Err("above-refund-limit")),
    ];
    for (most, amount, outcome) in table {
        let told = refund(&mugs(), "a", amount, most);
        assert_eq!(told.map(|order| order.state.given_by_service), outcome, "{amount} of {most}");
    }
}

#[test]
fn all_refunds_of_an_order_count_together_whichever_key_orders_them_and_a_repetition_counts_once() {
    let once = refund(&mugs(), "a", 600, "EUR:1000").unwrap();
    assert_eq!(refund(&once, "a", 600, "EUR:1000").as_ref(), Ok(&once), "the same again");
    assert_eq!(refund(&once, "b", 401, "EUR:1000"), Err("above-refund-limit"));
    assert_eq!(refund(&once, "b", 400, "EUR:1000").unwrap().state.given_by_service, 1000);
    assert_eq!(refund(&once, "b", 401, "EUR:1001").unwrap().state.given_by_service, 1001, "another key");
}

#[test]
fn who_has_no_limit_gives_back_what_is_left_and_uses_up_nobodys() {
    let before = mugs();
    let all = before.clone().request_refund(&request("a", &[], 0, Some(2000)), &stamp(20)).unwrap();
    assert_eq!(all.clone().within(None, &before).unwrap(), all);
    assert_eq!(refund(&all, "b", 1000, "EUR:1000").unwrap().state.given_by_service, 1000);
}

#[test]
fn the_refund_of_a_return_counts_where_a_person_decides_it() {
    let strict = with_state(mugs(), |state| OrderState {
        policy: Policy { approves_above: Some(1000), ..Policy::default() },
        ..state
    });
    let (id, received) = back(strict, 1, "r");
    let waiting = inspect(received, id, 1, &RefundWish::default()).unwrap();
    assert_eq!((waiting.returns[&id].to_approve, waiting.state.given_by_service), (Some(1450), 0));
    let decide = |wish: &RefundWish, most: &str| {
        let decided = waiting.clone().decide_return_refund(id, wish, &BTreeSet::new(), &stamp(20)).unwrap();
        decided.within(Some(&limit(most)), &waiting).map_err(|why| why.code.as_str())
    };
    let part = RefundWish { amount: Some(500), reason: Some("worn".into()), ..RefundWish::default() };
    assert_eq!(decide(&RefundWish::default(), "EUR:1449"), Err("above-refund-limit"));
    assert_eq!(decide(&RefundWish::default(), "EUR:1450").unwrap().state.given_by_service, 1450);
    assert_eq!(decide(&part, "EUR:500").unwrap().state.given_by_service, 500);
}

/// An edit to express shipping of this price.
fn shipping(price: Amount) -> Edit {
    let shipping =
        Shipping { method: "Express".parse().unwrap(), price, discount: 0, tax: 0, taxation: Taxation::default() };
    Edit { shipping: Some(shipping), ..Edit::default() }
}

fn with_shipping(order: &Order, price: Amount) -> Order {
    order.clone().edit(&shipping(price), &stamp(20)).unwrap().order
}

#[test]
fn what_follows_by_itself_does_not_count_and_cheaper_shipping_does() {
    let none = Limits::default();
    let before = deducted();
    let cancelled = before.clone().cancel("changed her mind", &stamp(20)).unwrap();
    assert_eq!(cancelled.clone().within(Some(&none), &before).unwrap(), cancelled);
    let edited = |order: &Order, edit: Edit, most: &str| {
        let changed = order.clone().edit(&edit, &stamp(20)).unwrap().order;
        changed.within(Some(&limit(most)), order).map(|order| order.state.given_by_service).map_err(|why| why.code)
    };
    let fewer = Edit { lines: [(0, 1)].into(), ..Edit::default() };
    assert_eq!(edited(&before, fewer, ""), Ok(0));
    let dear = with_shipping(&before, 900);
    assert_eq!(edited(&before, shipping(900), ""), Ok(0), "dearer");
    assert_eq!(edited(&dear, shipping(400), "EUR:499"), Err(Code::AboveRefundLimit));
    assert_eq!(edited(&dear, shipping(400), "EUR:500"), Ok(500));
}

#[test]
fn a_price_of_shipping_that_customer_service_corrects_up_and_back_gives_nothing() {
    let priced = |order: Order, price, most: &str| {
        with_shipping(&order, price).within(Some(&limit(most)), &order).map_err(|why| why.code)
    };
    let first = 490;
    let before = with_shipping(&deducted(), first);
    let dear = priced(before, first + 4500, "").unwrap();
    let back = priced(dear.clone(), first + 100, "").unwrap();
    assert_eq!((back.state.given_by_service, back.state.raised_by_service), (0, 100));
    assert_eq!(priced(back.clone(), first - 1, ""), Err(Code::AboveRefundLimit));
    let by_the_operator = with_shipping(&back, first).within(None, &back).unwrap();
    assert_eq!(by_the_operator.state.raised_by_service, 0);
    let cheaper = priced(back, first - 1, "EUR:1").unwrap();
    assert_eq!((cheaper.state.given_by_service, cheaper.state.raised_by_service), (1, 0));
    assert_eq!(priced(cheaper, first - 2, "EUR:1"), Err(Code::AboveRefundLimit));
}

#[test]
fn a_surplus_that_dearer_shipping_has_hidden_is_given_when_it_becomes_cheaper() {
    let twice = refunds::paid_twice(0);
    let surplus = twice.state.surplus(&twice.state.ledger);
    let first = twice.placed.price_of_shipping();
    let dear = with_shipping(&twice, first + surplus + 100).within(Some(&limit("")), &twice).unwrap();
    assert_eq!((dear.state.surplus(&dear.state.ledger), dear.state.raised_by_service), (0, 100));
    let back = with_shipping(&dear, first);
    assert_eq!(back.clone().within(Some(&limit("EUR:500")), &dear).unwrap_err().code, Code::AboveRefundLimit);
    let most = format!("EUR:{surplus}");
    assert_eq!(back.within(Some(&limit(&most)), &dear).unwrap().state.given_by_service, surplus);
}

proptest! {
    /// Whatever customer service asks for, in whatever order: what it gives stays within its limit, and adds up.
    #[test]
    fn the_sum_stays_within_the_limit(most in 0..4000_i64, asked in prop::collection::vec(1..1500_i64, 1..12)) {
        let (mut order, mut given) = (mugs(), 0);
        for (n, amount) in asked.into_iter().enumerate() {
            let wanted = request(&n.to_string(), &[], 0, Some(amount));
            let Ok(decided) = order.clone().request_refund(&wanted, &stamp(20)) else { continue };
            let fits = given + amount <= most;
            let told = decided.within(Some(&limit(&format!("EUR:{most}"))), &order);
            prop_assert_eq!(told.is_ok(), fits);
            if let Ok(next) = told {
                given += amount;
                order = next;
            }
            prop_assert_eq!(order.state.given_by_service, given);
        }
        prop_assert!(given <= most);
    }
}
