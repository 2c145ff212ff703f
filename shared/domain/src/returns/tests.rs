#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    fixtures::{Command, Stage, assert_done_once, assert_outcomes, inspected as found, main, placed, stamp, wanted},
    placed_order::Discount,
};
use proptest::prelude::*;

/// Three shirts for 10.00 together, so that the units have different prices, and a mug.
fn ordered() -> PlacedOrder {
    let mut placed = placed(&[("TEE", 3, 334), ("MUG", 1, 700)]);
    placed.lines[0].discount = 2;
    placed.total = placed.totals().unwrap().total;
    placed
}

fn all_sent() -> BTreeMap<LineId, u32> {
    [(0, 3), (1, 1)].into()
}

fn ask(lines: &[(LineId, u32)], earlier: &[&Return]) -> Result<Return, Rejection> {
    request(&ordered(), &all_sent(), earlier, &wanted(lines), "key", &stamp(0))
}

fn requested() -> Return {
    ask(&[(0, 2), (1, 1)], &[]).unwrap()
}

fn approved() -> Return {
    requested().approve(&stamp(1)).unwrap()
}

fn receive(value: Return, counts: &[(LineId, u32)]) -> Result<Return, Rejection> {
    value.receive(&counts.iter().copied().collect(), &main(), &stamp(2))
}

fn received() -> Return {
    receive(approved(), &[(0, 2), (1, 1)]).unwrap()
}

/// Units of a line, and their disposition.
type Found = (LineId, u32, Disposition);

fn inspect(value: Return, units: &[Found], earlier: &[&Return]) -> Result<Inspected, Rejection> {
    value.inspect(&found(units), &ordered(), &compensated(earlier), &BTreeMap::new(), &stamp(3))
}

/// The units that these returns have paid back.
fn compensated(earlier: &[&Return]) -> BTreeMap<LineId, u32> {
    let mut units = BTreeMap::new();
    for (line, count) in earlier.iter().flat_map(|returned| returned.units_paid_back()) {
        *units.entry(line).or_default() += count;
    }
    units
}

const ALL_GOOD: [Found; 2] = [(0, 2, Disposition::Restocked), (1, 1, Disposition::Restocked)];

fn inspected() -> Return {
    inspect(received(), &ALL_GOOD, &[]).unwrap().value
}

fn stages() -> [Stage<Return>; 6] {
    let some = receive(approved(), &[(0, 1)]).unwrap();
    let declined = requested().decline("worn", &stamp(1)).unwrap();
    let all = [requested(), approved(), declined, some, received(), inspected()];
    all.map(|value| (value.status.as_str(), value))
}

fn commands() -> [Command<Return>; 6] {
    let commands: [Command<Return>; 6] = [
        ("approve", |r, s| r.approve(s)),
        ("decline", |r, s| r.decline("worn", s)),
        ("receive some", |r, s| r.receive(&[(0, 1)].into(), &main(), s)),
        ("receive all", |r, s| r.receive(&[(0, 2), (1, 1)].into(), &main(), s)),
        ("inspect", |r, s| Ok(r.inspect(&found(&ALL_GOOD), &ordered(), &BTreeMap::new(), &BTreeMap::new(), s)?.value)),
        ("inspect some", |r, s| {
            Ok(r.inspect(&found(&[(0, 1, Disposition::Restocked)]), &ordered(), &BTreeMap::new(), &BTreeMap::new(), s)?
                .value)
        }),
    ];
    commands
}

#[test]
fn every_command_in_every_status_has_the_outcome_of_the_table() {
    // The status afterward, `=` where nothing changes, or the code of the rejection.
    let table = "
        command      | requested    | approved           | declined     | partially_received | received          | inspected
        approve      | approved     | =                  | wrong-status | wrong-status       | wrong-status      | wrong-status
        decline      | declined     | declined           | =            | wrong-status       | wrong-status      | wrong-status
        receive some | wrong-status | partially_received | wrong-status | =                  | wrong-count       | wrong-status
        receive all  | wrong-status | received           | wrong-status | received           | =                 | wrong-status
        inspect      | wrong-status | wrong-status       | wrong-status | not-all-inspected  | inspected         | =
        inspect some | wrong-status | wrong-status       | wrong-status | inspected          | not-all-inspected | wrong-status
    ";
    assert_outcomes(table, &stages(), &commands(), |_, after| after.status.as_str().to_owned());
}

#[test]
fn what_is_done_twice_is_done_once() {
    assert_done_once(&stages(), &commands(), &[]);
}

#[test]
fn only_units_that_were_sent_and_are_in_no_other_return_can_come_back() {
    let none_sent = request(&ordered(), &BTreeMap::new(), &[], &wanted(&[(0, 1)]), "key", &stamp(0));
    assert_eq!(none_sent.unwrap_err().code, "not-returnable");
    let table: [(&[(LineId, u32)], &str); 5] = [
        (&[(0, 4)], "not-returnable"),
        (&[(1, 2)], "not-returnable"),
        (&[(2, 1)], "unknown-line"),
        (&[(0, 1), (0, 1)], "line-twice"),
        (&[(0, u32::MAX)], "not-returnable"),
    ];
    for (lines, code) in table {
        assert_eq!(ask(lines, &[]).unwrap_err().code, code, "{lines:?}");
    }
    let (open, declined) = (requested(), requested().decline("worn", &stamp(1)).unwrap());
    assert_eq!(ask(&[(0, 2)], &[&open]).unwrap_err().code, "not-returnable");
    assert!(ask(&[(0, 1)], &[&open]).is_ok());
    assert!(ask(&[(0, 3)], &[&declined]).is_ok(), "a declined return takes back nothing");
}

#[test]
fn units_that_never_came_can_be_returned_again() {
    let first = receive(approved(), &[(0, 1)]).unwrap();
    let units = [(0, 1, Disposition::Restocked), (0, 1, Disposition::Missing), (1, 1, Disposition::Missing)];
    let first = inspect(first, &units, &[]).unwrap();
    assert_eq!(first.value.due_amount(), 334);
    assert!(ask(&[(0, 2), (1, 1)], &[&first.value]).is_ok());
    assert_eq!(ask(&[(0, 3)], &[&first.value]).unwrap_err().code, "not-returnable");
}

#[test]
fn counts_are_totals_and_only_grow() {
    let some = receive(approved(), &[(0, 1)]).unwrap();
    assert_eq!(some.status, ReturnStatus::PartiallyReceived);
    assert_eq!(receive(some.clone(), &[(0, 0)]).unwrap_err().code, "wrong-count");
    assert_eq!(receive(some.clone(), &[(0, 3)]).unwrap_err().code, "wrong-count");
    assert_eq!(receive(some.clone(), &[(2, 1)]).unwrap_err().code, "unknown-line");
    let all = receive(some, &[(0, 2), (1, 1)]).unwrap();
    assert_eq!(all.status, ReturnStatus::Received);
}

#[test]
fn the_customer_is_told_once_that_a_return_has_arrived() {
    let mail = Duty::Email(EmailKind::ReturnReceived);
    let empty_box = receive(approved(), &[(0, 0), (1, 0)]).unwrap();
    assert!(empty_box.owed.is_empty());
    let mut some = receive(empty_box, &[(0, 1)]).unwrap();
    assert!(some.owed.remove(&mail));
    assert!(!receive(some, &[(0, 2), (1, 1)]).unwrap().owed.contains(&mail));
}

#[test]
fn each_disposition_puts_units_into_its_own_bucket() {
    let none = StockDelta::default();
    let table = [
        (Disposition::Restocked, StockDelta { on_hand: 2, ..none }, 2, 667),
        (Disposition::NotRestocked, StockDelta { on_hand: 2, damaged: 2, ..none }, 0, 667),
        (Disposition::ProcessingRequired, StockDelta { on_hand: 2, quality_control: 2, ..none }, 0, 667),
    ];
    let place = StockPlace { sku: "TEE".parse().unwrap(), location: main() };
    for (disposition, delta, available, refund) in table {
        let value = receive(approved(), &[(0, 2)]).unwrap();
        let Inspected { value, stock } = inspect(value, &[(0, 2, disposition)], &[]).unwrap();
        assert_eq!(stock.iter().collect::<Vec<_>>(), [(&place, &delta)], "{disposition:?}");
        assert_eq!((delta.available(), value.due_amount()), (available, refund), "{disposition:?}");
        assert_eq!((value.lines[0].refund, value.lines[1].refund), (Some(refund), Some(0)));
    }
    let nothing = inspect(receive(approved(), &[(0, 0)]).unwrap(), &[(0, 2, Disposition::Missing)], &[]).unwrap();
    assert_eq!((nothing.value.due_amount(), nothing.stock.is_empty()), (0, true));
}

#[test]
fn every_received_unit_gets_a_disposition_and_no_other_does() {
    let table: [(&[Found], &str); 4] = [
        (&[(0, 2, Disposition::Restocked)], "not-all-inspected"),
        (&[(0, 3, Disposition::Restocked), (1, 1, Disposition::Restocked)], "not-all-inspected"),
        (&[(0, 2, Disposition::Missing), (1, 1, Disposition::Restocked)], "not-all-inspected"),
        (
            &[(0, 2, Disposition::Restocked), (1, 1, Disposition::Restocked), (2, 1, Disposition::Missing)],
            "unknown-line",
        ),
    ];
    for (units, code) in table {
        assert_eq!(inspect(received(), units, &[]).unwrap_err().code, code, "{units:?}");
    }
}

proptest! {
    #[test]
    fn however_the_units_of_a_line_come_back_they_are_refunded_once_and_add_up_to_its_price(
        quantity in 1..9_u32,
        price in 0..5_000_i64,
        discount in 0..3_000_i64,
        returns in prop::collection::vec((1..5_u32, 0..5_u32, any::<bool>()), 0..12),
    ) {
        let mut order = placed(&[("TEE", quantity, price), ("MUG", 1, 700)]);
        let amount = discount.min(price * i64::from(quantity) + 700);
        order.discount = Some(Discount { code: None, amount });
        let sent = BTreeMap::from([(0, quantity)]);
        let (mut all, mut back, mut refunded) = (Vec::<Return>::new(), 0, 0);
        for (units, came, approve) in returns {
            let earlier: Vec<&Return> = all.iter().collect();
            let Ok(asked) = request(&order, &sent, &earlier, &wanted(&[(0, units)]), "key", &stamp(0)) else {
                prop_assert!(units > quantity - back, "{} of {} are still out", units, quantity - back);
                continue;
            };
            if !approve {
                all.push(asked.decline("worn", &stamp(1)).unwrap());
                continue;
            }
            let came = came.min(units);
            let value = receive(asked.approve(&stamp(1)).unwrap(), &[(0, came)]).unwrap();
            let units = found(&[(0, came, Disposition::Restocked)]);
            let Inspected { value, stock } = value.inspect(&units, &order, &compensated(&earlier), &BTreeMap::new(), &stamp(2)).unwrap();
            prop_assert_eq!(stock.iter().map(|(_, delta)| delta.on_hand).sum::<i64>(), i64::from(came));
            back += came;
            refunded += value.due_amount();
            all.push(value);
            prop_assert_eq!(refunded, order.price_of_units(0, 0..back));
        }
        prop_assert!(back <= quantity);
        let line = order.totals().unwrap().lines[0];
        prop_assert!(refunded <= line);
        prop_assert!(back < quantity || refunded == line);
    }
}
