//! What people tell of an order's money: payments, and what came of refunds and captures.

use super::*;
use crate::{
    books::MovementKind,
    ids::PaymentId,
    ledger::{Attempt, Manual, Payer, PaymentMethod, PaymentStatus, RequestName, RequestState},
    money::Amount,
    order_state::{EnteredPayment, HoldReason, Standing, ToldOutcome},
    policy::{Capturing, Policy},
};
use PaymentMethod::{BankTransfer, CashOnDelivery, GiftCard, Invoice};
use Standing::{Expected, OnAccount, Received};

const DAY: i64 = 24 * 60 * 60;

fn entered(key: &str, method: PaymentMethod, standing: Standing, amount: Amount, on: Option<i64>) -> EnteredPayment {
    EnteredPayment {
        id: PaymentId::manual(&["ord_1", key]),
        standing,
        amount,
        on: on.map(at),
        manual: Manual { method, reference: None, payer: None },
    }
}

fn enter(order: Order, payment: &EnteredPayment, second: i64) -> Order {
    order.with_state(|state| state.enter_payment(payment, &stamp(second))).unwrap()
}

fn refused(order: &Order, rule: impl FnOnce(OrderState) -> Result<OrderState, Rejection>) -> &'static str {
    order.clone().with_state(rule).map_or_else(|why| why.code.as_str(), |_| "done")
}

fn transfer(amount: Amount) -> EnteredPayment {
    entered("transfer", BankTransfer, Received, amount, Some(1))
}

/// Opened by an invoice that is due after ten days, and sent.
fn on_invoice() -> (Order, EnteredPayment) {
    let invoice = entered("invoice", Invoice, OnAccount, 3700, Some(10 * DAY));
    let open = enter(pending(), &invoice, 2);
    let order = with_state(open, |state| state.deduct(&Routed::default(), at(3)));
    let order = order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4));
    let order = order.confirm_picks(FULFILLMENT, &[(0, 2), (1, 1)].into(), &stamp(5)).unwrap().order;
    let order = order.pack(FULFILLMENT, &packing(&[(0, 2), (1, 1)], "pack"), &stamp(6)).unwrap();
    (order.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order, invoice)
}

#[test]
fn money_that_a_person_enters_pays_the_order_and_stands_in_the_books() {
    let order = enter(pending(), &transfer(3700), 2);
    assert_eq!((&order.state.status, order.state.payment_status()), (&OrderStatus::Open, PaymentStatus::Paid));
    assert_eq!(
        order.state.history.iter().map(|entry| entry.by.as_str()).nth(1),
        Some(stamp(2).entry(Event::Paid, "").by.as_str())
    );
    let rows: Vec<_> = order.state.books.new_rows().map(|(_, row)| (row.kind, row.amount, row.at)).collect();
    assert_eq!(rows, [(MovementKind::Captured, 3700, at(1))], "the day on which the bank had it");
    assert_eq!(enter(order.clone(), &transfer(3700), 9), order, "a repetition");
    assert_eq!(refused(&order, |state| state.enter_payment(&transfer(3600), &stamp(9))), "key-reused");
}

#[test]
fn several_payments_of_several_kinds_add_up() {
    let gift = entered("gift", GiftCard, Received, 1000, None);
    let part = enter(pending(), &gift, 2);
    assert!(part.state.holds.contains_key(&HoldReason::AwaitingPayment));
    let invoice = entered("rest", Invoice, OnAccount, 2700, None);
    let open = enter(part, &invoice, 3);
    assert_eq!((&open.state.status, open.state.holds.len()), (&OrderStatus::Open, 0), "a person vouches for the rest");
    assert_eq!(
        refused(&open, |state| state.enter_payment(&EnteredPayment { amount: 2600, ..invoice.clone() }, &stamp(4))),
        "key-reused"
    );
    for method in [Invoice, BankTransfer] {
        let paid = enter(open.clone(), &entered("came", method, Received, 2700, None), 4);
        assert_eq!(paid.state.payment_status(), PaymentStatus::Paid);
        assert_eq!(paid.state.ledger.payments.len(), 2, "the money went to the invoice");
        assert_eq!(enter(paid.clone(), &invoice, 5), paid, "the invoice entered again");
    }
}

#[test]
fn money_that_is_expected_keeps_the_stock_until_it_is_due() {
    let order = enter(pending(), &entered("soon", BankTransfer, Expected, 3700, Some(5 * DAY)), 2);
    assert_eq!((order.state.waits_until(), order.state.payment_status()), (Some(at(5 * DAY)), PaymentStatus::Pending));
    let late = with_state(order.clone(), |state| state.expire(at(5 * DAY)));
    assert!(late.state.holds.contains_key(&HoldReason::AwaitingPayment), "a person decides");
    assert!(!late.state.owed.contains(&Duty::PaymentCheck), "no provider can be asked");
    let paid = enter(order.clone(), &transfer(3700), 3);
    assert_eq!((&paid.state.status, paid.state.ledger.payments.len()), (&OrderStatus::Open, 1));
    let id = PaymentId::manual(&["ord_1", "soon"]);
    let withdrawn = order.with_state(|state| state.withdraw_payment(&id, &stamp(4))).unwrap();
    let expired = with_state(withdrawn, |state| state.expire(at(RESERVATION)));
    assert_eq!(expired.state.status, OrderStatus::Expired);
}

#[test]
fn an_order_on_account_goes_out_unpaid_and_people_hear_when_it_is_overdue() {
    let (sent, _) = on_invoice();
    assert!(!sent.state.must_warn(at(10 * DAY - 1)) && sent.state.must_warn(at(10 * DAY)));
    let late = with_state(sent.clone(), |state| state.expire(at(10 * DAY)));
    assert!(late.state.holds[&HoldReason::PaymentOverdue].note.starts_with("37.00 EUR was due"));
    let waits = late.clone().with_state(|state| state.release(HoldReason::PaymentOverdue, &stamp(11 * DAY))).unwrap();
    assert!(
        !waits.state.must_warn(at(40 * DAY - 1)) && waits.state.must_warn(at(40 * DAY)),
        "it waits for another term"
    );
    let paid = enter(late, &entered("came", Invoice, Received, 3700, None), 12 * DAY);
    assert!(paid.state.holds.is_empty() && paid.state.payment_status() == PaymentStatus::Paid);
    assert!(sent.needs_customer_for().is_some(), "who owes money is not forgotten");
}

#[test]
fn cash_on_delivery_leaves_also_where_nothing_leaves_uncaptured() {
    let cod = entered("cod", CashOnDelivery, OnAccount, 3700, None);
    let policy = Policy { capturing: Capturing::BeforeHandOver, ..Policy::default() };
    let order = pending();
    let order = Order { state: OrderState { policy, ..order.state }, ..order };
    let open = enter(order, &cod, 2);
    assert_eq!((&open.state.status, open.state.may_leave()), (&OrderStatus::Open, Ok(())));
}

#[test]
fn what_does_not_come_back_of_an_order_on_account_is_owed_no_more() {
    let (sent, _) = on_invoice();
    let done = sent.deliver(FULFILLMENT, PARCEL, &stamp(8)).unwrap();
    let (_, asked) = done.request_return(&wanted(&[(0, 1)]), "return", &stamp(9)).unwrap();
    let back = asked.change_return(RETURN, |returned| returned.approve(&stamp(10))).unwrap();
    let back = back.change_return(RETURN, |returned| returned.receive(&[(0, 1)].into(), &main(), &stamp(11))).unwrap();
    let inspections = inspected(&[(0, 1, Disposition::Restocked)]);
    let back = back.inspect_return(RETURN, &inspections, &RefundWish::default(), &stamp(12)).unwrap().order;
    assert_eq!(back.state.ledger.refunds.len(), 0, "nothing was paid");
    let price = back.state.ledger.written_off;
    assert!(price > 0);
    let paid = enter(back, &entered("came", Invoice, Received, 3700 - price, None), 13);
    assert_eq!(paid.state.payment_status(), PaymentStatus::Paid);
}

#[test]
fn a_payment_entered_by_mistake_is_taken_back_unless_it_goes_back_already() {
    let order = enter(pending(), &transfer(3700), 2);
    let id = transfer(3700).id;
    let withdrawn = order.clone().with_state(|state| state.withdraw_payment(&id, &stamp(3))).unwrap();
    assert_eq!(withdrawn.state.ledger.captured(order.state.currency), 0);
    assert!(withdrawn.state.holds.contains_key(&HoldReason::AwaitingPayment), "it asks for its money again");
    let rows: Vec<_> = withdrawn.state.books.new_rows().map(|(_, row)| row.amount).collect();
    assert_eq!(rows, [3700, -3700]);
    let again = withdrawn.clone().with_state(|state| state.withdraw_payment(&id, &stamp(4))).unwrap();
    assert_eq!(again.state.ledger, withdrawn.state.ledger);
    assert_eq!(
        refused(&order, |state| state.withdraw_payment(&"stripe_pi_1".parse().unwrap(), &stamp(3))),
        "not-found"
    );
    let cancelled = order.cancel("changed mind", &stamp(3)).unwrap();
    assert_eq!(refused(&cancelled, |state| state.withdraw_payment(&id, &stamp(4))), "payment-given-back");
}

#[test]
fn a_refund_of_money_that_people_took_waits_for_people() {
    let cancelled = enter(pending(), &transfer(3700), 2).cancel("changed mind", &stamp(3)).unwrap();
    let name = RequestName::Refund("cancel".parse().unwrap());
    assert!(cancelled.state.awaits_refund_by_hand_since().is_some() && !cancelled.state.owed.contains(&Duty::Refund));
    let tell = |order: &Order, outcome| order.clone().with_state(|state| state.tell_outcome(&name, outcome, &stamp(9)));
    let done = tell(&cancelled, ToldOutcome::Succeeded).unwrap();
    assert!(done.state.awaits_refund_by_hand_since().is_none());
    assert_eq!(done.state.payment_status(), PaymentStatus::Refunded);
    assert!(done.state.owed.contains(&Duty::Email(EmailKind::RefundSent("cancel".parse().unwrap()))));
    assert_eq!(tell(&done, ToldOutcome::Succeeded).unwrap(), done, "a repetition");
    // The customer's bank sends it back afterwards.
    let failed = tell(&done, ToldOutcome::Failed).unwrap();
    assert!(failed.state.holds.contains_key(&HoldReason::RefundFailed));
    let again = failed.with_state(|state| state.retry_refunds(&stamp(10))).unwrap();
    assert!(again.state.awaits_refund_by_hand_since().is_some());
    assert_eq!(again.state.ledger.refunds["cancel"].attempt, 2);
}

#[test]
fn providers_give_back_before_people_do() {
    let part = with_state(pending(), |state| state.record(&event("stripe_pi_1", MoneyFact::Captured(1700)), at(2)));
    let paid = enter(part, &transfer(2000), 3);
    let request = crate::requested_refund::RefundRequest {
        lines: BTreeMap::new(),
        shipping: 0,
        amount: Some(2000),
        reason: "goodwill".to_owned(),
        key: "k".to_owned(),
    };
    let order = paid.request_refund(&request, &stamp(4)).unwrap();
    let refunds: Vec<_> =
        order.state.ledger.refunds.values().map(|refund| (refund.payment.is_manual(), refund.amount)).collect();
    assert_eq!(refunds, [(false, 1700), (true, 300)]);
    assert!(order.state.owed.contains(&Duty::Refund) && order.state.awaits_refund_by_hand_since().is_some());
}

#[test]
fn people_hear_of_a_refund_whose_provider_is_silent_and_say_what_came_of_it() {
    let name = RequestName::Refund("cancel".parse().unwrap());
    let attempt = Attempt { name: name.clone(), number: 1 };
    let begun =
        with_state(cancelled(), |state| state.request_sent(&name, at(10)).request_begun(&attempt, "re_1", at(10)));
    let tell = |order: &Order, outcome| order.clone().with_state(|state| state.tell_outcome(&name, outcome, &stamp(9)));
    assert_eq!(tell(&cancelled(), ToldOutcome::Failed).unwrap_err().code.as_str(), "outcome-known");
    assert!(!begun.state.must_warn(at(10 + 14 * DAY - 1)) && begun.state.must_warn(at(10 + 14 * DAY)));
    let late = with_state(begun, |state| state.expire(at(10 + 14 * DAY)));
    assert!(late.state.holds[&HoldReason::OutcomeMissing].note.contains("refunds/cancel/outcome"));
    assert!(!late.state.must_warn(at(99 * DAY)));
    for (outcome, holds) in [(ToldOutcome::Succeeded, false), (ToldOutcome::Failed, true)] {
        let told = tell(&late, outcome).unwrap();
        assert!(!told.state.holds.contains_key(&HoldReason::OutcomeMissing));
        assert_eq!(told.state.holds.contains_key(&HoldReason::RefundFailed), holds);
    }
}

#[test]
fn people_hear_of_each_silent_refund_also_while_another_one_is_let_wait() {
    let request = |n: u32| crate::requested_refund::RefundRequest {
        lines: BTreeMap::new(),
        shipping: 0,
        amount: Some(100),
        reason: "goodwill".to_owned(),
        key: n.to_string(),
    };
    let begun = |order: Order, n: u32, second: i64| {
        let order = order.request_refund(&request(n), &stamp(second)).unwrap();
        let name = order.state.ledger.owed_refunds().next().map(|(id, _)| RequestName::Refund(id.clone())).unwrap();
        let attempt = Attempt { name: name.clone(), number: 1 };
        with_state(order, |state| state.request_sent(&name, at(second)).request_begun(&attempt, "re", at(second)))
    };
    let order = begun(begun(dispatched(), 1, 10), 2, 10 + 2 * DAY);
    let first = with_state(order, |state| state.expire(at(10 + 14 * DAY)));
    assert!(first.state.holds.contains_key(&HoldReason::OutcomeMissing));
    let waits =
        first.clone().with_state(|state| state.release(HoldReason::OutcomeMissing, &stamp(10 + 15 * DAY))).unwrap();
    assert!(!waits.state.must_warn(at(10 + 16 * DAY - 1)) && waits.state.must_warn(at(10 + 16 * DAY)), "the second");
    // The first is told of: the second is not late yet.
    let id = first.state.ledger.refunds.keys().next().unwrap().clone();
    let told = first.with_state(|state| {
        state.tell_outcome(&RequestName::Refund(id), ToldOutcome::Succeeded, &stamp(10 + 15 * DAY))
    });
    assert!(told.unwrap().state.holds.is_empty());
}

#[test]
fn people_hear_of_a_capture_whose_provider_is_silent_and_say_what_came_of_it() {
    let name = RequestName::Capture("capture-1".parse().unwrap());
    let attempt = Attempt { name: name.clone(), number: 1 };
    let order = with_state(pending(), |state| state.record(&event("acme_1", MoneyFact::authorized(3700)), at(2)));
    let asked = order.with_state(|state| state.request_capture(None, &stamp(3))).unwrap();
    let begun = with_state(asked, |state| state.request_sent(&name, at(4)).request_begun(&attempt, "cap_1", at(4)));
    // It is unpaid so far, and its reservation ends first.
    let state = begun.state.clone().record(&event("acme_2", MoneyFact::Captured(3700)), at(5));
    assert!(state.must_warn(at(4 + 3 * DAY)) && !state.must_warn(at(4 + 3 * DAY - 1)));
    for (outcome, captured) in [(ToldOutcome::Succeeded, 7400), (ToldOutcome::Failed, 3700)] {
        let told = state.clone().expire(at(4 + 3 * DAY)).tell_outcome(&name, outcome, &stamp(9)).unwrap();
        assert_eq!(told.ledger.captured(told.currency), captured);
        assert!(!told.holds.contains_key(&HoldReason::OutcomeMissing));
        assert!(!matches!(told.ledger.captures["capture-1"].state, RequestState::Pending { .. }));
    }
}

/// The capture is a payment of its own at that provider, which tells of it in the end.
#[test]
fn a_capture_that_a_person_tells_of_counts_once_when_its_provider_tells_of_it_too() {
    let name = RequestName::Capture("capture-1".parse().unwrap());
    let attempt = Attempt { name: name.clone(), number: 1 };
    let fact = |fact| event("acme_1", fact);
    let turned = |amount, last| fact(MoneyFact::CapturedAs { id: "cap_1".into(), amount, last });
    let order = with_state(pending(), |state| state.record(&fact(MoneyFact::authorized(3700)), at(2)));
    let asked = order.with_state(|state| state.request_capture(None, &stamp(3))).unwrap();
    let begun = with_state(asked, |state| {
        state.request_sent(&name, at(4)).record(&turned(0, false), at(4)).request_begun(&attempt, "cap_1", at(4))
    });
    assert!(matches!(begun.state.ledger.captures["capture-1"].state, RequestState::Pending { .. }));
    let told = begun.with_state(|state| state.tell_outcome(&name, ToldOutcome::Succeeded, &stamp(9))).unwrap();
    assert!(matches!(told.state.ledger.captures["capture-1"].state, RequestState::Succeeded { .. }));
    let own = || event("acme_cap_1", MoneyFact::Captured(3700));
    let heard = with_state(told, |state| state.record(&own(), at(10)).record(&turned(3700, true), at(10)));
    let ledger = &heard.state.ledger;
    assert_eq!((ledger.captured(heard.state.currency), ledger.captured_or_turned(heard.state.currency)), (3700, 3700));
    assert_eq!((heard.state.payment_status(), heard.state.holds.len()), (PaymentStatus::Paid, 0));
}

#[test]
fn money_on_account_is_expected_no_more_once_its_order_is_cancelled() {
    let open = enter(pending(), &entered("invoice", Invoice, OnAccount, 3700, Some(DAY)), 2);
    let cancelled = open.cancel("changed mind", &stamp(3)).unwrap();
    assert_eq!(cancelled.state.payment_status(), PaymentStatus::Voided);
    assert!(!cancelled.state.must_warn(at(9 * DAY)) && cancelled.state.awaits_refund_by_hand_since().is_none());
    let more = entered("more", Invoice, OnAccount, 3700, None);
    assert_eq!(refused(&cancelled, |state| state.enter_payment(&more, &stamp(4))), "not-active");
    let late = enter(cancelled, &entered("came", Invoice, Received, 3700, None), 5);
    assert!(late.state.awaits_refund_by_hand_since().is_some(), "what comes all the same goes back");
}

#[test]
fn the_payer_is_forgotten_with_the_customer() {
    let payer = Payer { name: "Erika Mustermann".into(), iban: "DE89370400440532013000".parse().ok() };
    let mut payment = transfer(3700);
    payment.manual = Manual { reference: Some("from Erika".into()), payer: Some(payer), ..payment.manual };
    let order = enter(pending(), &payment, 2).cancel("changed mind", &stamp(3)).unwrap();
    assert!(order.needs_customer_for().is_some(), "the refund needs the account");
    let name = RequestName::Refund("cancel".parse().unwrap());
    let mut done = order.with_state(|state| state.tell_outcome(&name, ToldOutcome::Succeeded, &stamp(4))).unwrap();
    done.state.owed.clear();
    let erased = done.erase(&stamp(5));
    assert!(erased.state.is_erased());
    assert!(!format!("{erased:?}").contains("Erika") && !format!("{erased:?}").contains("DE89"));
}
