//! Laws of histories: an order's events come in a valid sequence.

use crate::{
    Books,
    items::{all, named, text},
};
use domain::{
    duty::{ItemName, Owed},
    email_claim::EmailClaim,
    fulfillment::Fulfillment,
    history::{Entry, Event},
    mail_report::MailReport,
    order_state::{OrderState, OrderStatus},
    parcel_state::ParcelState,
    returns::Return,
};
use std::collections::BTreeMap;

/// Each event needs one of these before it. (A refund needs none, because somebody may make it at the provider.)
const NEEDS: [(&[&str], &str); 15] = [
    (&["placed"], "paid"),
    (&["placed"], "secured"),
    (&["paid", "secured"], "deducted"),
    (&["deducted"], "dispatched"),
    (&["paid", "secured"], "completed"), // it may have nothing that is sent; a law of goods counts what was
    (&["created"], "picking"),
    (&["created"], "picked"),
    (&["picked"], "packed"),
    (&["packed"], "handed_over"),
    (&["handed_over"], "delivered"),
    (&["handed_over"], "parcel-reported"),
    (&["handed_over"], "tracking-corrected"),
    (&["handed_over"], "received-back"),
    (&["requested"], "approved"),
    (&["received"], "inspected"),
];

/// Events that an item has at most once.
const ONCE: [&str; 8] =
    ["placed", "created", "completed", "cancelled", "requested", "approved", "declined", "inspected"];

/// The first event of each kind of item.
const BEGINNINGS: [(&str, &str); 3] = [("state", "placed"), ("fulfillment", "created"), ("return", "requested")];

pub(crate) fn histories_are_legal(books: &Books, broken: &mut Vec<String>) {
    let states = all::<OrderState>(&books.orders, "state", broken);
    let fulfillments = all::<Fulfillment>(&books.orders, "fulfillment#", broken);
    let returns = all::<Return>(&books.orders, "return#", broken);
    let again = mails_owed_again(books);
    for (order, state) in &states {
        check(order, "state", &state.history, &again, broken);
    }
    for (order, fulfillment) in &fulfillments {
        check(order, "fulfillment", &fulfillment.history, &again, broken);
    }
    for (order, returned) in &returns {
        check(order, "return", &returned.history, &again, broken);
    }
}

/// How often each kind of e-mail of an order was to be sent again, because it had not arrived.
fn mails_owed_again(books: &Books) -> BTreeMap<(String, String), usize> {
    let mut again = BTreeMap::new();
    for (order, name, claim) in claims(books, &mut Vec::new()) {
        let ItemName::Email(_, kind) = name else { continue };
        let count = claim.history.iter().filter(|entry| entry.what == Event::EmailOwedAgain).count();
        *again.entry((order, kind.to_string())).or_default() += count;
    }
    again
}

/// The claims of e-mails: the order, the item and the claim.
fn claims(books: &Books, broken: &mut Vec<String>) -> Vec<(String, ItemName, EmailClaim)> {
    let mut found = Vec::new();
    for item in named(&books.orders, "email#") {
        let (order, name) = (text(item, "order_id"), text(item, "item"));
        match (name.parse(), serde_json::from_value(item.clone().into())) {
            (Ok(name), Ok(claim)) => found.push((order.to_owned(), name, claim)),
            (_, unreadable) => broken.push(format!("order {order}, {name}: {unreadable:?}")),
        }
    }
    found
}

/// An e-mail that did not reach its customer is in the index that people look at, until somebody has decided about it. No
/// other e-mail is.
pub(crate) fn mails_that_did_not_arrive_are_seen(books: &Books, broken: &mut Vec<String>) {
    let claims = claims(books, broken);
    for (item, (order, name, claim)) in named(&books.orders, "email#").zip(&claims) {
        let failures = [
            MailReport::Bounced,
            MailReport::BouncedForNow,
            MailReport::Suppressed,
            MailReport::Rejected,
            MailReport::Refused,
        ];
        let has = |report: MailReport| claim.reports.contains_key(&report);
        let failed = failures.into_iter().any(has);
        let is_answer = has(MailReport::Delivered) && failures.into_iter().filter(|f| has(*f)).eq([failures[1]]);
        let waits = failed && !is_answer && claim.attempts > claim.decided;
        if waits != text(item, "due_class").starts_with("waiting") {
            let seen = if waits { "nobody sees it" } else { "people look at it" };
            broken.push(format!("order {order}, {name}: {:?} was told of it, and {seen}", claim.reports.keys()));
        }
    }
}

fn check(
    order: &str,
    kind: &str,
    history: &[Entry],
    again: &BTreeMap<(String, String), usize>,
    broken: &mut Vec<String>,
) {
    let steps: Vec<&str> = history.iter().map(|entry| entry.what.as_str()).collect();
    let mut illegal = |why: String| broken.push(format!("order {order}, {kind}: {why} in {steps:?}"));
    let beginning = BEGINNINGS.iter().find(|(of, _)| *of == kind).map(|(_, step)| *step);
    if steps.first().copied() != beginning {
        illegal("it does not begin at its beginning".to_owned());
    }
    for (before, after) in NEEDS {
        let first = |step: &str| steps.iter().position(|other| *other == step);
        let Some(at) = first(after) else { continue };
        if before.iter().filter_map(|step| first(step)).all(|earlier| earlier > at) {
            illegal(format!("{after} without {}", before.join(" or ")));
        }
    }
    for step in ONCE {
        if steps.iter().filter(|other| **other == step).count() > 1 {
            illegal(format!("{step} twice"));
        }
    }
    let mut recorded: BTreeMap<&String, usize> = BTreeMap::new();
    for mail in history.iter().filter(|entry| entry.what == Event::Emailed).map(|entry| &entry.note) {
        *recorded.entry(mail).or_default() += 1;
    }
    for (mail, times) in recorded {
        let most = 1 + again.get(&(order.to_owned(), mail.clone())).copied().unwrap_or_default();
        if times > most {
            illegal(format!("the e-mail {mail} is recorded {times} times, and {most} are right"));
        }
    }
}

/// Every required e-mail was sent or is still owed.
pub(crate) fn customers_are_told(books: &Books, broken: &mut Vec<String>) {
    let mut check = |order: &str, owed: &Owed, history: &[Entry], kind: &str| {
        let is_told = |entry: &Entry| {
            matches!(entry.what.as_str(), "emailed" | "not-emailed" | "email-refused") && entry.note == kind
        };
        let is_owed = owed.iter().any(|duty| duty.to_string() == format!("email:{kind}"));
        if !is_owed && !history.iter().any(is_told) {
            broken.push(format!("order {order}: its customer was never told {kind}"));
        }
    };
    let mut unreadable = Vec::new(); // `histories_are_legal` reports them
    for (order, state) in &all::<OrderState>(&books.orders, "state", &mut unreadable) {
        // An event that a cancellation overtakes needs no confirmation.
        if state.confirmed && !matches!(state.status, OrderStatus::Cancelled { .. }) {
            check(order, &state.owed, &state.history, "payment-confirmed");
        }
        // One that expired and was erased is cancelled without a word.
        if state.history.iter().any(|entry| entry.what == Event::Cancelled) {
            check(order, &state.owed, &state.history, "order-cancelled");
        }
        if state.history.iter().any(|entry| entry.what == Event::RestCancelled) {
            check(order, &state.owed, &state.history, "rest-cancelled");
        }
        for (id, refund) in &state.ledger.refunds {
            if refund.has_succeeded() {
                check(order, &state.owed, &state.history, &format!("refund-sent:{id}"));
            }
        }
    }
    for (order, fulfillment) in &all::<Fulfillment>(&books.orders, "fulfillment#", &mut unreadable) {
        for parcel in &fulfillment.parcels {
            if parcel.shipment.is_some() {
                check(order, &fulfillment.owed, &fulfillment.history, &format!("shipped:{}", parcel.id));
            }
            // A delivery that is reported of a parcel that came back is wrong.
            if parcel.state() == ParcelState::Delivered {
                check(order, &fulfillment.owed, &fulfillment.history, &format!("delivered:{}", parcel.id));
            }
            let corrected = parcel.shipment.as_ref().map_or(0, |shipment| shipment.corrected.len());
            if corrected > 0 {
                let kind = format!("tracking-corrected:{}:{corrected}", parcel.id);
                check(order, &fulfillment.owed, &fulfillment.history, &kind);
            }
            let state = parcel.state();
            if state.is_told_to_customers() && parcel.resolution.is_none() && parcel.received_back.is_none() {
                let kind = format!("parcel-trouble:{}:{state}", parcel.id);
                check(order, &fulfillment.owed, &fulfillment.history, &kind);
            }
        }
    }
    for (order, returned) in &all::<Return>(&books.orders, "return#", &mut unreadable) {
        if returned.history.iter().any(|entry| entry.what == Event::Received) {
            check(order, &returned.owed, &returned.history, "return-received");
        }
    }
}

/// An open order can progress: it owes work, waits for stock or a person, or has a fulfillment.
pub(crate) fn open_orders_can_go_on(books: &Books, broken: &mut Vec<String>) {
    for (order, state) in all::<OrderState>(&books.orders, "state", broken) {
        let waits = !state.owed.is_empty() || !state.holds.is_empty() || state.waits_for_stock();
        let is_worked_on = state.fulfillments.values().any(|status| !status.is_final());
        if state.status == OrderStatus::Open && !waits && !is_worked_on {
            broken.push(format!("order {order} is open, and nothing will ever move it on"));
        }
    }
}

pub(crate) fn on_the_way(books: &Books) -> Vec<String> {
    let fulfillments = all::<Fulfillment>(&books.orders, "fulfillment#", &mut Vec::new());
    let of = |(order, fulfillment): &(String, Fulfillment)| {
        let parcels = fulfillment.parcels.iter().filter(|parcel| parcel.shipment.is_some() && !parcel.has_ended());
        parcels.map(|parcel| format!("{order} {} {}", parcel.id, parcel.state())).collect::<Vec<_>>()
    };
    fulfillments.iter().flat_map(of).collect()
}

pub(crate) fn unfinished(books: &Books) -> Vec<String> {
    let mut unreadable = Vec::new();
    let states = all::<OrderState>(&books.orders, "state", &mut unreadable);
    let is_held = |order: &str| states.iter().any(|(id, state)| id == order && !state.holds.is_empty());
    let fulfillments = all::<Fulfillment>(&books.orders, "fulfillment#", &mut unreadable);
    let is_unfinished = |(order, fulfillment): &&(String, Fulfillment)| fulfillment.status.is_work() && !is_held(order);
    let unfinished = fulfillments.iter().filter(is_unfinished);
    unfinished.map(|(order, fulfillment)| format!("{order} {}", fulfillment.status.as_str())).collect()
}
