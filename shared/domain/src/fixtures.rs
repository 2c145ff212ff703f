//! Ordinary values for tests, in one place, so that a new field is filled in once.
//!
//! The rules themselves produce the order of each stage. All of its stock is at [`main`], and all of it goes into one
//! fulfillment with one parcel.

#![allow(clippy::unwrap_used)]

pub mod shop;

use crate::{
    Rejection,
    allocation::{Allocation, AllocationState},
    found_by::FoundBy,
    fulfillment::{HandOver, PackedLine, Packing},
    history::{Actor, Stamp},
    ids::{FulfillmentId, LineId, LocationId, ParcelId},
    ledger::{Case, DisputeStatus, MoneyEvent, MoneyFact, OurRefund, RefundStatus},
    money::Amount,
    order::Order,
    order_state::OrderState,
    placed_order::{Address, Customer, Line, PlacedOrder, Revision, Shipping},
    policy::Policy,
    returns::{Disposition, Inspection, RequestedUnits, ReturnReason},
    routing::Routed,
    settings::Seller,
    tax::Taxation,
};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

/// When the reservation of [`pending`] ends.
pub const RESERVATION: i64 = 1800;
/// The fulfillment of [`dispatched`].
pub const FULFILLMENT: FulfillmentId = FulfillmentId::nth(1);
/// The parcel of [`packed`].
pub const PARCEL: ParcelId = ParcelId::nth(1);

/// A moment, counted from when the orders here are placed.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + second).unwrap()
}

/// `operator:test` does something at this moment.
pub fn stamp(second: i64) -> Stamp {
    Stamp::new(Actor::caller("operator", "test"), at(second))
}

/// The location of all stock.
pub fn main() -> LocationId {
    "main".parse().unwrap()
}

/// An order of these lines: SKU, quantity, unit price.
pub fn placed(lines: &[(&str, u32, Amount)]) -> PlacedOrder {
    let line = |(id, &(sku, quantity, unit_price)): (LineId, &(&str, u32, Amount))| Line {
        id,
        sku: sku.parse().unwrap(),
        title: sku.into(),
        quantity,
        unit_price,
        discount: 0,
        tax: 0,
        taxation: Taxation::default(),
        stocked: true,
        subtotal: None,
        at_channel: None,
    };
    let address = Address {
        name: "Ada".into(),
        company: None,
        line1: "1 Main St".into(),
        line2: None,
        city: Some("London".into()),
        postal_code: Some("N1".into()),
        region: None,
        country: "GB".into(),
    };
    let mut placed = PlacedOrder {
        revision: Revision::FIRST,
        channel: "web".parse().unwrap(),
        reference: "1001".into(),
        placed_at: at(0),
        currency: "EUR".parse().unwrap(),
        customer: Customer {
            name: "Ada".into(),
            email: "ada@example.com".into(),
            phone: None,
            locale: None,
            vat_id: None,
        },
        shipping_address: address,
        billing_address: None,
        lines: (0..).zip(lines).map(line).collect(),
        shipping: Shipping { method: "Standard".into(), price: 0, discount: 0, tax: 0, taxation: Taxation::default() },
        discount: None,
        tax_included: true,
        total: 0,
        payment: None,
        found_by: FoundBy::default(),
    };
    placed.total = placed.totals().unwrap().total;
    placed
}

/// Who sells in Germany.
pub fn seller() -> Seller {
    let mut address = placed(&[]).shipping_address;
    (address.name, address.city, address.country) = ("Acme GmbH".into(), Some("Köln".into()), "DE".into());
    Seller {
        id: "acme".parse().unwrap(),
        address,
        vat_id: Some("DE123456789".into()),
        tax_number: None,
        registration: None,
        email: None,
        iban: None,
        prefix: None,
        kept_years: Seller::ten_years(),
        changed: None,
    }
}

/// Line 0 is two shirts, line 1 a mug: 37.00 EUR.
pub fn two_lines() -> PlacedOrder {
    placed(&[("TEE", 2, 1500), ("MUG", 1, 700)])
}

/// An order of `lines` lines of two units each, of which one is reserved at [`main`] and one at the store: as many
/// places again. It is not paid.
pub fn large(lines: u16) -> Order {
    let skus: Vec<String> = (0..lines).map(|line| format!("SKU-{line:03}")).collect();
    let placed = placed(&skus.iter().map(|sku| (sku.as_str(), 2, 100)).collect::<Vec<_>>());
    let held = |line: &Line| {
        let at = [main(), "store".parse().unwrap()];
        at.map(|at| Allocation {
            line: line.id,
            sku: line.sku.clone(),
            quantity: 1,
            state: AllocationState::Reserved(at),
        })
    };
    let stock = placed.lines.iter().flat_map(held).collect();
    with_state(unpaid(placed), |state| OrderState { stock, ..state })
}

pub fn allocation(line: LineId, sku: &str, quantity: u32, state: AllocationState) -> Allocation {
    Allocation { line, sku: sku.parse().unwrap(), quantity, state }
}

/// What the provider reports of a payment, in euros.
pub fn event(payment: &str, fact: MoneyFact) -> MoneyEvent {
    let (payment, currency) = (payment.parse().unwrap(), "EUR".parse().ok());
    MoneyEvent { payment, at: at(1), event: "evt_1".into(), currency, step: 1, fact }
}

/// The payment `stripe_pi_1` has captured this much in total.
pub fn captured(amount: Amount) -> MoneyEvent {
    event("stripe_pi_1", MoneyFact::Captured(amount))
}

/// The status of the one dispute of the payment `stripe_pi_1`.
pub fn dispute(status: DisputeStatus) -> MoneyEvent {
    event("stripe_pi_1", MoneyFact::Dispute { id: "dp_1".into(), amount: 3700, status, case: Case::default() })
}

/// The status of an attempt at a refund that Orderly asked for.
pub fn refund(ours: &str, attempt: u32, amount: Amount, status: RefundStatus) -> MoneyEvent {
    let ours = Some(OurRefund { id: ours.parse().unwrap(), attempt });
    event("stripe_pi_1", MoneyFact::Refund { ours, id: format!("re_{attempt}"), amount, status })
}

pub fn units(lines: &[(LineId, u32)]) -> Vec<PackedLine> {
    lines.iter().map(|&(line, quantity)| PackedLine { line, quantity }).collect()
}

/// A parcel of these units.
pub fn packing(lines: &[(LineId, u32)], key: &str) -> Packing {
    Packing { contents: Some(units(lines)), weight_g: 500, dimensions_mm: None, key: key.to_owned() }
}

/// The parcel leaves with DHL.
pub fn leaving(parcel: ParcelId) -> HandOver {
    HandOver {
        parcel,
        carrier: "DHL".into(),
        tracking_number: format!("JD-{parcel}").as_str().into(),
        tracking_url: None,
    }
}

/// A request to return these units.
pub fn wanted(lines: &[(LineId, u32)]) -> Vec<RequestedUnits> {
    lines.iter().map(|&(line, quantity)| RequestedUnits { line, quantity, reason: ReturnReason::Unwanted }).collect()
}

/// What the inspector found.
pub fn inspected(units: &[(LineId, u32, Disposition)]) -> BTreeMap<LineId, Vec<Inspection>> {
    let mut found: BTreeMap<LineId, Vec<Inspection>> = BTreeMap::new();
    for &(line, quantity, disposition) in units {
        found.entry(line).or_default().push(Inspection { quantity, disposition, grade: None });
    }
    found
}

/// The order after a rule that refuses nothing has changed its state.
pub fn with_state(order: Order, rule: impl FnOnce(OrderState) -> OrderState) -> Order {
    let state = rule(order.state);
    // It is what a store would read: its rows are written.
    Order { state: OrderState { books: state.books.clone().written(), ..state }, ..order }
}

/// An order that has just been placed, with everything reserved.
pub fn unpaid(placed: PlacedOrder) -> Order {
    let reserved = AllocationState::Reserved(main());
    let held = placed.stocked_lines().map(|l| allocation(l.id, l.sku.as_str(), l.quantity, reserved.clone())).collect();
    let state = OrderState::place(&placed, Policy::default(), held, at(RESERVATION), &[], &stamp(0));
    Order { id: "ord_1".parse().unwrap(), placed, state, fulfillments: BTreeMap::new(), returns: BTreeMap::new() }
}

/// [`two_lines`], not paid yet.
pub fn pending() -> Order {
    unpaid(two_lines())
}

/// The order is paid in full, and its stock is not deducted yet.
pub fn paid() -> Order {
    with_state(pending(), |state| state.record(&captured(3700), at(2)))
}

/// The stock is committed, and the fulfillment is not made yet.
pub fn deducted() -> Order {
    with_state(paid(), |state| state.deduct(&Routed::default(), at(3)))
}

/// The fulfillment is made, and the warehouse is to pick it.
pub fn dispatched() -> Order {
    deducted().dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4))
}

/// Everything was found.
pub fn picked() -> Order {
    dispatched().confirm_picks(FULFILLMENT, &[(0, 2), (1, 1)].into(), &stamp(5)).unwrap().order
}

/// Everything is in a parcel, packed under the key `pack`.
pub fn packed() -> Order {
    picked().pack(FULFILLMENT, &packing(&[(0, 2), (1, 1)], "pack"), &stamp(6)).unwrap()
}

/// A carrier has the parcel.
pub fn shipped() -> Order {
    packed().hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order
}

/// The customer has the parcel.
pub fn completed() -> Order {
    shipped().deliver(FULFILLMENT, PARCEL, &stamp(8)).unwrap()
}

/// Cancelled before anything was picked. The money is owed to the customer.
pub fn cancelled() -> Order {
    dispatched().cancel("changed my mind", &stamp(9)).unwrap()
}

/// The reservation expired without payment.
pub fn expired() -> Order {
    with_state(pending(), |state| state.expire(at(RESERVATION)))
}

/// A value at some stage of its life.
pub type Stage<T> = (&'static str, T);

/// A command and its effect on a value.
pub type Command<T> = (&'static str, fn(T, &Stamp) -> Result<T, Rejection>);

/// Checks a table of every command (rows) in every stage (columns). A cell is `=` where nothing changes, the code of
/// the rejection, or what `told` says of the value before and after.
pub fn assert_outcomes<T: Clone + PartialEq>(
    table: &str,
    stages: &[Stage<T>],
    commands: &[Command<T>],
    told: impl Fn(&T, &T) -> String,
) {
    let rows = table.lines().map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let rows: Vec<_> = rows.filter(|row| row.len() > 1).collect();
    let columns: Vec<_> = ["command"].into_iter().chain(stages.iter().map(|(stage, _)| *stage)).collect();
    assert_eq!(rows[0], columns);
    assert!(rows.iter().all(|row| row.len() == columns.len()), "a cell of each stage in each row");
    let names: Vec<_> = commands.iter().map(|(command, _)| *command).collect();
    assert_eq!(rows[1..].iter().map(|row| row[0]).collect::<Vec<_>>(), names);
    let mut wrong = Vec::new();
    for ((command, run), row) in commands.iter().zip(&rows[1..]) {
        for ((stage, before), expected) in stages.iter().zip(&row[1..]) {
            let outcome = match run(before.clone(), &stamp(20)) {
                Ok(after) if after == *before => "=".to_owned(),
                Ok(after) => told(before, &after),
                Err(rejection) => rejection.code.to_string(),
            };
            if outcome != *expected {
                wrong.push(format!("{command} when {stage}: {outcome} instead of {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks that repeating a command later changes nothing. The commands in `refused` answer the repetition with this
/// code.
pub fn assert_done_once<T: Clone + PartialEq + Debug>(
    stages: &[Stage<T>],
    commands: &[Command<T>],
    refused: &[(&str, &str)],
) {
    for (command, run) in commands {
        for (stage, before) in stages {
            let Ok(once) = run(before.clone(), &stamp(20)) else { continue };
            let again = run(once.clone(), &stamp(99)).map_err(|rejection| (*command, rejection.code.as_str()));
            match again {
                Ok(again) => assert_eq!(again, once, "{command} when {stage}"),
                Err(answer) => assert!(once != *before && refused.contains(&answer), "{answer:?} when {stage}"),
            }
        }
    }
}
