//! Laws of money: Orderly's books and the provider's agree, and nothing moves twice.

use crate::{
    Books, Item,
    items::{all, payment_records},
};
use domain::{
    history::Event,
    ids::OrderId,
    ledger::Refund,
    order_state::{HoldReason, OrderState, OrderStatus},
    payment_record::PaymentRecord,
};
use std::collections::{BTreeMap, BTreeSet};

/// Each refund that the ledger records as made is one refund at the provider, and vice versa. Of one that was made in the
/// provider's dashboard, the ledger may only know the provider's sum.
pub(crate) fn refunds_are_made_once(books: &Books, broken: &mut Vec<String>) {
    let mut known: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (_, state) in all::<OrderState>(&books.orders, "state", broken) {
        for refund in state.ledger.refunds.values().filter(|refund: &&Refund| refund.has_succeeded()) {
            known.entry(refund.payment.id.to_string()).or_default().push(refund.amount);
        }
        for (id, payment) in &state.ledger.payments {
            sums.insert(id.id.to_string(), payment.refunded_in_total);
        }
    }
    for (_, record) in payment_records(&books.payments, broken) {
        let ledger = record.ledger();
        for refund in ledger.refunds.values().filter(|refund: &&Refund| refund.has_succeeded()) {
            known.entry(refund.payment.id.to_string()).or_default().push(refund.amount);
        }
        for (id, payment) in &ledger.payments {
            let sum = sums.entry(id.id.to_string()).or_default();
            *sum = payment.refunded_in_total.max(*sum);
        }
    }
    let payments: BTreeSet<&String> = known.keys().chain(books.refunded.keys()).collect();
    for payment in payments {
        let sorted = |refunds: &BTreeMap<String, Vec<i64>>| {
            let mut amounts = refunds.get(payment).cloned().unwrap_or_default();
            amounts.sort_unstable();
            amounts
        };
        let (recorded, made) = (sorted(&known), sorted(&books.refunded));
        let is_told_in_sum = sums.get(payment) == Some(&made.iter().sum()) && is_part_of(&recorded, &made);
        if recorded != made && !is_told_in_sum {
            broken.push(format!("payment {payment}: refunds of {recorded:?} recorded, {made:?} made"));
        }
    }
}

/// Whether each amount of `part` is one of `all`. Both are sorted.
fn is_part_of(part: &[i64], all: &[i64]) -> bool {
    let mut rest = all.iter();
    part.iter().all(|amount| rest.any(|other| other == amount))
}

/// Totals by order and by payment.
pub(crate) fn no_more_goes_back_than_came(books: &Books, broken: &mut Vec<String>) {
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        let (refunded, captured) = (state.ledger.refunded(state.currency), state.ledger.captured(state.currency));
        if refunded > captured {
            broken.push(format!("order {order}: {refunded} refunded of {captured} captured"));
        }
        for (id, payment) in &state.ledger.payments {
            let made = books.refunded.get(id.id.as_str()).map_or(0, |amounts| amounts.iter().sum::<i64>());
            if made > payment.captured {
                broken.push(format!("order {order}, payment {id}: {made} made of {} captured", payment.captured));
            }
        }
    }
}

/// What was paid beyond the total of an order that goes on is refunded, being refunded, or has been seen by a person.
pub(crate) fn a_surplus_is_given_back_or_seen(books: &Books, broken: &mut Vec<String>) {
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        let surplus = state.surplus(&state.ledger);
        let is_held =
            [HoldReason::Overpaid, HoldReason::RefundFailed].iter().any(|reason| state.holds.contains_key(reason));
        let is_kept = state
            .history
            .iter()
            .any(|entry| entry.what == Event::Released && entry.note == HoldReason::Overpaid.as_str());
        let goes_on = matches!(state.status, OrderStatus::Open | OrderStatus::Completed);
        if goes_on && surplus > 0 && !is_held && !is_kept {
            broken.push(format!("order {order} keeps {surplus} more than its total, and nobody was told"));
        }
    }
}

/// A payment that goes back, because a person decided so, is no order's. That may end when its refund fails, or when a person
/// decides otherwise.
pub(crate) fn no_order_takes_what_is_given_back(books: &Books, broken: &mut Vec<String>) {
    let states = all::<OrderState>(&books.orders, "state", broken);
    for (id, record) in payment_records(&books.payments, broken) {
        let decisions = [Event::RefundRequested, Event::RefundFailed, Event::PaymentAssigned];
        let last = record.history.iter().map(|entry| entry.what).rfind(|what| decisions.contains(what));
        if last != Some(Event::RefundRequested) {
            continue;
        }
        let has_it = |state: &OrderState| {
            state.ledger.payments.iter().any(|(known, payment)| known.to_string() == id && payment.captured > 0)
        };
        for (order, _) in states.iter().filter(|(_, state)| has_it(state)) {
            broken.push(format!("order {order} took payment {id}, which goes back to its customer"));
        }
    }
}

/// The payments that orders know: the order and the payment.
pub fn payments_of(orders: &[Item]) -> BTreeSet<(String, String)> {
    let states = all::<OrderState>(orders, "state", &mut Vec::new());
    let payments = states
        .iter()
        .flat_map(|(order, state)| state.ledger.payments.keys().map(|payment| (order.clone(), payment.to_string())));
    payments.collect()
}

/// The money that an order has taken is of a payment whose record names that order. So no other order has taken it too, and
/// a later refund or dispute finds its order.
pub(crate) fn money_is_of_one_order(books: &Books, broken: &mut Vec<String>) {
    let records: BTreeMap<String, PaymentRecord> =
        payment_records(&books.payments, &mut Vec::new()).into_iter().collect();
    for (order, state) in all::<OrderState>(&books.orders, "state", &mut Vec::new()) {
        for (id, _) in state.ledger.payments.iter().filter(|(_, payment)| payment.captured > 0) {
            let named = records.get(&id.to_string()).map(|record| record.order.as_ref().map(OrderId::as_str));
            match named {
                Some(Some(named)) if named == order => {}
                None => {
                    broken.push(format!("order {order} has the money of payment {id}, of which there is no record"));
                }
                Some(named) => {
                    broken.push(format!("order {order} has the money of payment {id}, whose record names {named:?}"));
                }
            }
        }
    }
}

/// Every payment of a cancelled order is refunded, being refunded, or held for a person.
pub(crate) fn a_cancelled_order_keeps_no_money(books: &Books, broken: &mut Vec<String>) {
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        let kept = state.ledger.not_refunded(state.currency);
        let is_held = state.holds.contains_key(&HoldReason::RefundFailed);
        if matches!(state.status, OrderStatus::Cancelled { .. }) && kept > 0 && !is_held {
            broken.push(format!("order {order} is cancelled, and keeps {kept} of its customer's money"));
        }
    }
}
