//! Histories: what happened to an order happened in an order that makes sense.

use crate::{Books, items::all};
use orderly::domain::{fulfillment::Fulfillment, head::Head, history::Entry, returns::Return};
use std::collections::BTreeSet;

/// What must have happened before: the second needs the first before it. (A refund needs nothing: somebody may make it
/// at the provider.)
const NEEDS: [(&str, &str); 11] = [
    ("placed", "paid"),
    ("paid", "deducted"),
    ("deducted", "dispatched"),
    ("dispatched", "completed"),
    ("created", "picking"),
    ("created", "picked"),
    ("picked", "packed"),
    ("packed", "handed_over"),
    ("handed_over", "delivered"),
    ("requested", "approved"),
    ("received", "inspected"),
];

/// What happens to an item once at most.
const ONCE: [&str; 8] =
    ["placed", "created", "completed", "cancelled", "requested", "approved", "declined", "inspected"];

/// How each kind of item begins.
const BEGINNINGS: [(&str, &str); 3] = [("head", "placed"), ("fulfillment", "created"), ("return", "requested")];

pub(crate) fn histories_are_legal(books: &Books, broken: &mut Vec<String>) {
    let heads = all::<Head>(&books.orders, "head", broken);
    let fulfillments = all::<Fulfillment>(&books.orders, "fulfillment#", broken);
    let returns = all::<Return>(&books.orders, "return#", broken);
    for (order, head) in &heads {
        check(order, "head", &head.history, broken);
    }
    for (order, fulfillment) in &fulfillments {
        check(order, "fulfillment", &fulfillment.history, broken);
    }
    for (order, returned) in &returns {
        check(order, "return", &returned.history, broken);
    }
}

fn check(order: &str, kind: &str, history: &[Entry], broken: &mut Vec<String>) {
    let steps: Vec<&str> = history.iter().map(|entry| entry.what.as_str()).collect();
    let mut illegal = |why: String| broken.push(format!("order {order}, {kind}: {why} in {steps:?}"));
    let beginning = BEGINNINGS.iter().find(|(of, _)| *of == kind).map(|(_, step)| *step);
    if steps.first().copied() != beginning {
        illegal("it does not begin at its beginning".to_owned());
    }
    for (before, after) in NEEDS {
        let first = |step: &str| steps.iter().position(|other| *other == step);
        let Some(at) = first(after) else { continue };
        if first(before).is_none_or(|earlier| earlier > at) {
            illegal(format!("{after} without {before}"));
        }
    }
    for step in ONCE {
        if steps.iter().filter(|other| **other == step).count() > 1 {
            illegal(format!("{step} twice"));
        }
    }
    let mut recorded = BTreeSet::new();
    for mail in history.iter().filter(|entry| entry.what == "emailed").map(|entry| &entry.note) {
        if !recorded.insert(mail) {
            illegal(format!("the e-mail {mail} is recorded twice"));
        }
    }
}
