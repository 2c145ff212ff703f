//! Laws of money: Orderly's books and the provider's agree, and nothing moves twice.

use crate::{
    Books, Item,
    items::{all, payment_records, statements, text},
};
use domain::{
    books::{Movement, MovementKind},
    duty::Duty,
    fulfillment::Fulfillment,
    history::{Entry, Event},
    ids::{OrderId, PaymentId},
    ledger::{Capture, Ledger, Refund, RequestState},
    order_state::{HoldReason, OrderState, OrderStatus},
    payment_record::PaymentRecord,
    policy::Capturing,
    statement::Statement,
};
use std::collections::{BTreeMap, BTreeSet};

/// Each refund that the ledger records as made is one refund at the provider, and vice versa. Of one that was made in the
/// provider's dashboard, the ledger may only know the provider's sum.
pub(crate) fn refunds_are_made_once(books: &Books, broken: &mut Vec<String>) {
    let is_read = |payment: &PaymentId| books.providers.contains(&payment.provider.as_str());
    let is_of = |refund: &Refund| refund.has_succeeded() && is_read(&refund.payment);
    let mut known: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (_, state) in all::<OrderState>(&books.orders, "state", broken) {
        for refund in state.ledger.refunds.values().filter(|refund| is_of(refund)) {
            known.entry(refund.payment.to_string()).or_default().push(refund.amount);
        }
        for (id, payment) in &state.ledger.payments {
            sums.insert(id.to_string(), payment.refunded_in_total);
        }
    }
    for (_, record) in payment_records(&books.payments, broken) {
        let ledger = record.ledger();
        for refund in ledger.refunds.values().filter(|refund| is_of(refund)) {
            known.entry(refund.payment.to_string()).or_default().push(refund.amount);
        }
        for (id, payment) in &ledger.payments {
            let sum = sums.entry(id.to_string()).or_default();
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

/// Each row that an order, a payment or a statement knows is in the books, and together they are what has moved.
pub(crate) fn the_books_tell_every_movement(books: &Books, broken: &mut Vec<String>) {
    let rows: BTreeMap<&str, &Item> = books.rows.iter().map(|row| (text(row, "place"), row)).collect();
    let mut judge = |name: String, own: &domain::books::Books, moved: BTreeMap<(PaymentId, MovementKind), i64>| {
        let mut sums: BTreeMap<(PaymentId, MovementKind), i64> = BTreeMap::new();
        for (nth, check) in own.booked.iter().enumerate() {
            let end = format!("#{name}#{nth:04}#{check}");
            let row = rows.iter().find(|(place, _)| place.ends_with(&end)).map(|(_, row)| *row);
            match row.map(|row| serde_json::from_value::<Movement>(row.clone().into())) {
                Some(Ok(row)) => *sums.entry((row.payment, row.kind)).or_default() += row.amount,
                Some(Err(error)) => broken.push(format!("{name}: its row {nth} cannot be read: {error}")),
                None => broken.push(format!("{name}: its row {nth} is missing in the books")),
            }
        }
        sums.retain(|_, amount| *amount != 0);
        let moved: BTreeMap<_, _> = moved.into_iter().filter(|(_, amount)| *amount != 0).collect();
        if sums != moved {
            broken.push(format!("{name}: the books say {sums:?}, and what it knows is {moved:?}"));
        }
    };
    for (order, state) in all::<OrderState>(&books.orders, "state", &mut Vec::new()) {
        judge(format!("order/{order}"), &state.books, totals(&state.ledger));
    }
    for (id, record) in payment_records(&books.payments, &mut Vec::new()) {
        if record.is_given_back() {
            judge(format!("payment/{id}"), &record.books, totals(&record.ledger()));
        }
    }
    for (id, statement) in statements(&books.payments, &mut Vec::new()) {
        let Ok(payment) = id.parse::<PaymentId>() else { continue };
        judge(format!("statement/{id}"), &statement.books, fees_and_payouts(&payment, &statement));
    }
}

fn totals(ledger: &Ledger) -> BTreeMap<(PaymentId, MovementKind), i64> {
    domain::books::totals(ledger).into_iter().map(|(what, (amount, _))| (what, amount)).collect()
}

/// What is booked of what a provider lists.
fn fees_and_payouts(payment: &PaymentId, statement: &Statement) -> BTreeMap<(PaymentId, MovementKind), i64> {
    let mut moved: BTreeMap<(PaymentId, MovementKind), i64> = BTreeMap::new();
    for entry in statement.entries.values() {
        let fee = entry.fee.map_or(0, |fee| -fee.amount);
        *moved.entry((payment.clone(), MovementKind::Fee)).or_default() += fee;
        if matches!(entry.kind, MovementKind::Fee | MovementKind::Payout) {
            *moved.entry((payment.clone(), entry.kind)).or_default() += entry.amount;
        }
    }
    moved
}

/// What a provider's own list comes to is what the books say of each payment, with its fees, and of each payout. So nothing differs.
pub(crate) fn the_books_agree_with_the_provider_s(books: &Books, broken: &mut Vec<String>) {
    if books.listed.is_empty() {
        return;
    }
    let mut ours: BTreeMap<(PaymentId, MovementKind), i64> = BTreeMap::new();
    for (_, record) in payment_records(&books.payments, &mut Vec::new()) {
        ours.extend(totals(&record.ledger()));
    }
    for (_, state) in all::<OrderState>(&books.orders, "state", &mut Vec::new()) {
        ours.extend(totals(&state.ledger));
    }
    for (id, statement) in statements(&books.payments, broken) {
        let Ok(payment) = id.parse::<PaymentId>() else { continue };
        ours.extend(fees_and_payouts(&payment, &statement));
        for (kind, difference) in &statement.differences {
            let (ours, theirs) = (difference.ours, difference.theirs);
            broken.push(format!("payment {id}: {kind} is {ours} in the books, and {theirs} in the provider's list"));
        }
    }
    for (id, theirs) in &books.listed {
        let Ok(payment) = id.parse::<PaymentId>() else { continue };
        for (kind, theirs) in theirs {
            let ours = ours.get(&(payment.clone(), *kind)).copied().unwrap_or_default();
            if ours != *theirs {
                broken.push(format!("payment {payment}: the books have {ours} {kind}, and its provider {theirs}"));
            }
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
            let made = books.refunded.get(&id.to_string()).map_or(0, |amounts| amounts.iter().sum::<i64>());
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

/// Orderly's captures of a payment are no more than was captured of it, and that is no more than was authorized.
pub(crate) fn nothing_is_captured_twice(books: &Books, broken: &mut Vec<String>) {
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        for (id, payment) in &state.ledger.payments {
            let is_made =
                |capture: &&Capture| capture.payment == *id && matches!(capture.state, RequestState::Succeeded { .. });
            let made: i64 = state.ledger.captures.values().filter(is_made).map(|capture| capture.amount).sum();
            // What was captured may be a payment of its own, which the authorization names.
            let captured = payment.captured + payment.captured_as.values().sum::<i64>();
            if made > captured {
                broken.push(format!("order {order}, payment {id}: {made} captured by us, {captured} in all"));
            }
            let authorized = payment.authorized.as_ref().map_or(captured, |authorized| authorized.amount);
            if captured > authorized {
                broken.push(format!("order {order}, payment {id}: {captured} captured of {authorized}"));
            }
        }
    }
}

/// A cancelled order's customer has no money reserved for it, or somebody was told.
pub(crate) fn a_cancelled_order_reserves_no_money(books: &Books, broken: &mut Vec<String>) {
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        let reserved = state.ledger.secured(state.currency) - state.ledger.captured_or_turned(state.currency);
        let is_given_up = state.owed.contains(&Duty::Capture) || state.holds.contains_key(&HoldReason::CaptureFailed);
        if matches!(state.status, OrderStatus::Cancelled { .. }) && reserved > 0 && !is_given_up {
            broken.push(format!("order {order} is cancelled, and {reserved} are still reserved for it"));
        }
    }
}

/// Where the shop sends nothing uncaptured, no parcel left before its order's money had come, or a person had let it go.
pub(crate) fn nothing_left_uncaptured(books: &Books, broken: &mut Vec<String>) {
    let fulfillments = all::<Fulfillment>(&books.orders, "fulfillment#", broken);
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        if state.policy.capturing != Capturing::BeforeHandOver || state.total == 0 {
            continue;
        }
        let may_leave = |entry: &&Entry| {
            let is_let_go = entry.what == Event::Released
                && [HoldReason::CaptureFailed, HoldReason::AwaitingPayment]
                    .iter()
                    .any(|hold| entry.note == hold.as_str());
            // Who vouches for money that comes later lets it go too.
            let is_vouched_for = entry.what == Event::PaymentPromised;
            is_let_go || is_vouched_for || matches!(entry.what, Event::PaymentCaptured | Event::ShortPaymentAccepted)
        };
        let since = state.history.iter().find(may_leave).map(|entry| entry.at);
        let of_it =
            fulfillments.iter().filter(|(of, _)| *of == order).flat_map(|(_, fulfillment)| &fulfillment.history);
        let left = of_it.filter(|entry| entry.what == Event::HandedOver).map(|entry| entry.at).min();
        if left.is_some_and(|left| since.is_none_or(|since| left < since)) {
            broken.push(format!("order {order} was sent before its money was captured"));
        }
    }
}

/// Where each parcel is captured by itself, what has left is captured as far as its customer's authorization goes, or a
/// person was told.
pub(crate) fn what_has_left_is_captured(books: &Books, broken: &mut Vec<String>) {
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        let has_left = (state.sent_worth - state.sent_given_up).min(state.total - state.ledger.written_off);
        let captured = state.ledger.captured_or_turned(state.currency) + state.ledger.being_captured();
        let is_authorized = state.ledger.secured(state.currency) > captured;
        if has_left > captured && is_authorized && !state.holds.contains_key(&HoldReason::CaptureFailed) {
            broken.push(format!("order {order}: {captured} captured of {has_left} that have left"));
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
