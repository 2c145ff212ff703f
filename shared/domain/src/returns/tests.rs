#![allow(clippy::unwrap_used)]

use super::*;
use crate::{fixtures::placed, placed_order::Discount};
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + second).unwrap()
}

fn by() -> Actor {
    Actor::caller("operator", "test")
}

/// Three shirts for 10.00 together (so that the units do not cost the same), and a mug.
fn ordered() -> PlacedOrder {
    let mut placed = placed(&[("TEE", 3, 334), ("MUG", 1, 700)]);
    placed.lines[0].discount = 2;
    placed.total = placed.totals().unwrap().total;
    placed
}

fn all_sent() -> BTreeMap<u16, u32> {
    [(0, 3), (1, 1)].into()
}

fn wanted(lines: &[(u16, u32)]) -> Vec<RequestedUnits> {
    lines.iter().map(|&(line, quantity)| RequestedUnits { line, quantity, reason: ReturnReason::Unwanted }).collect()
}

fn ask(lines: &[(u16, u32)], earlier: &[Return]) -> Result<Return, Rejection> {
    request(&ordered(), &all_sent(), earlier, &wanted(lines), "key", &by(), at(0))
}

fn requested() -> Return {
    ask(&[(0, 2), (1, 1)], &[]).unwrap()
}

fn approved() -> Return {
    requested().approve(&by(), at(1)).unwrap()
}

fn receive(value: Return, counts: &[(u16, u32)]) -> Result<Return, Rejection> {
    value.receive(&counts.iter().copied().collect(), &"main".parse().unwrap(), &by(), at(2))
}

fn received() -> Return {
    receive(approved(), &[(0, 2), (1, 1)]).unwrap()
}

/// Units of a line, and what became of them.
type Found = (u16, u32, Disposition);

fn found(units: &[Found]) -> BTreeMap<u16, Vec<Inspection>> {
    let mut found: BTreeMap<u16, Vec<Inspection>> = BTreeMap::new();
    for &(line, quantity, disposition) in units {
        found.entry(line).or_default().push(Inspection { quantity, disposition, grade: None });
    }
    found
}

fn inspect(value: Return, units: &[Found], earlier: &[Return]) -> Result<Inspected, Rejection> {
    value.inspect(&found(units), &ordered(), earlier, &by(), at(3))
}

const ALL_GOOD: [Found; 2] = [(0, 2, Disposition::Restocked), (1, 1, Disposition::Restocked)];

fn inspected() -> Return {
    inspect(received(), &ALL_GOOD, &[]).unwrap().value
}

type Command = fn(Return) -> Result<Return, Rejection>;

fn commands() -> [(&'static str, Command); 6] {
    let commands: [(&str, Command); 6] = [
        ("approve", |r| r.approve(&by(), at(10))),
        ("decline", |r| r.decline("worn", &by(), at(10))),
        ("receive some", |r| receive(r, &[(0, 1)])),
        ("receive all", |r| receive(r, &[(0, 2), (1, 1)])),
        ("inspect", |r| Ok(inspect(r, &ALL_GOOD, &[])?.value)),
        ("inspect some", |r| Ok(inspect(r, &[(0, 1, Disposition::Restocked)], &[])?.value)),
    ];
    commands
}

#[test]
fn every_command_in_every_status_has_the_outcome_of_the_table() {
    // The status afterwards, `=` where nothing changes at all, or the code of the rejection.
    let table = "
        command      | requested    | approved           | declined     | partially_received | received          | inspected
        approve      | approved     | =                  | wrong-status | wrong-status       | wrong-status      | wrong-status
        decline      | declined     | declined           | =            | wrong-status       | wrong-status      | wrong-status
        receive some | wrong-status | partially_received | wrong-status | =                  | wrong-count       | wrong-status
        receive all  | wrong-status | received           | wrong-status | received           | =                 | wrong-status
        inspect      | wrong-status | wrong-status       | wrong-status | not-all-inspected  | inspected         | =
        inspect some | wrong-status | wrong-status       | wrong-status | inspected          | not-all-inspected | wrong-status
    ";
    let some = receive(approved(), &[(0, 1)]).unwrap();
    let declined = requested().decline("worn", &by(), at(1)).unwrap();
    let all = [requested(), approved(), declined, some, received(), inspected()];
    let mut rows =
        table.lines().map(|row| row.split('|').map(str::trim).collect::<Vec<_>>()).filter(|row| row.len() > 1);
    assert_eq!(rows.next().unwrap()[1..], all.each_ref().map(|r| r.status.as_str()));
    for ((command, run), row) in commands().into_iter().zip(rows.by_ref()) {
        assert_eq!((command, row.len()), (row[0], all.len() + 1));
        for (before, expected) in all.iter().zip(&row[1..]) {
            let outcome = match run(before.clone()) {
                Ok(next) if next == *before => "=",
                Ok(next) => next.status.as_str(),
                Err(rejection) => rejection.code,
            };
            assert_eq!(&outcome, expected, "{command} when {}", before.status.as_str());
        }
    }
    assert_eq!(rows.next(), None);
}

#[test]
fn only_units_that_were_sent_and_are_in_no_other_return_can_come_back() {
    let none_sent = request(&ordered(), &BTreeMap::new(), &[], &wanted(&[(0, 1)]), "key", &by(), at(0));
    assert_eq!(none_sent.unwrap_err().code, "not-returnable");
    let table: [(&[(u16, u32)], &str); 5] = [
        (&[(0, 4)], "not-returnable"),
        (&[(1, 2)], "not-returnable"),
        (&[(2, 1)], "unknown-line"),
        (&[(0, 1), (0, 1)], "line-twice"),
        (&[(0, u32::MAX)], "not-returnable"),
    ];
    for (lines, code) in table {
        assert_eq!(ask(lines, &[]).unwrap_err().code, code, "{lines:?}");
    }
    let (open, declined) = (requested(), requested().decline("worn", &by(), at(1)).unwrap());
    assert_eq!(ask(&[(0, 2)], std::slice::from_ref(&open)).unwrap_err().code, "not-returnable");
    assert!(ask(&[(0, 1)], &[open]).is_ok());
    assert!(ask(&[(0, 3)], &[declined]).is_ok(), "a declined return takes back nothing");
}

#[test]
fn units_that_never_came_can_be_returned_again() {
    let first = receive(approved(), &[(0, 1)]).unwrap();
    let units = [(0, 1, Disposition::Restocked), (0, 1, Disposition::Missing), (1, 1, Disposition::Missing)];
    let first = inspect(first, &units, &[]).unwrap();
    assert_eq!(first.refund, 334);
    assert!(ask(&[(0, 2), (1, 1)], std::slice::from_ref(&first.value)).is_ok());
    assert_eq!(ask(&[(0, 3)], &[first.value]).unwrap_err().code, "not-returnable");
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
    let place = StockPlace { sku: "TEE".parse().unwrap(), location: "main".parse().unwrap() };
    for (disposition, delta, available, refund) in table {
        let value = receive(approved(), &[(0, 2)]).unwrap();
        let Inspected { value, stock, refund: given } = inspect(value, &[(0, 2, disposition)], &[]).unwrap();
        assert_eq!(stock.iter().collect::<Vec<_>>(), [(&place, &delta)], "{disposition:?}");
        assert_eq!((delta.available(), given), (available, refund), "{disposition:?}");
        assert_eq!((value.refund, value.lines[0].refund, value.lines[1].refund), (Some(refund), Some(refund), Some(0)));
    }
    let nothing = inspect(receive(approved(), &[(0, 0)]).unwrap(), &[(0, 2, Disposition::Missing)], &[]).unwrap();
    assert_eq!((nothing.refund, nothing.stock.is_empty()), (0, true));
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
            let Ok(asked) = request(&order, &sent, &all, &wanted(&[(0, units)]), "key", &by(), at(0)) else {
                prop_assert!(units > quantity - back, "{} of {} are still out", units, quantity - back);
                continue;
            };
            if !approve {
                all.push(asked.decline("worn", &by(), at(1)).unwrap());
                continue;
            }
            let came = came.min(units);
            let value = receive(asked.approve(&by(), at(1)).unwrap(), &[(0, came)]).unwrap();
            let units = found(&[(0, came, Disposition::Restocked)]);
            let Inspected { value, refund, stock } = value.inspect(&units, &order, &all, &by(), at(2)).unwrap();
            prop_assert_eq!(stock.iter().map(|(_, delta)| delta.on_hand).sum::<i64>(), i64::from(came));
            all.push(value);
            back += came;
            refunded += refund;
            prop_assert_eq!(refunded, order.price_of_units(0, 0..back));
        }
        prop_assert!(back <= quantity);
        let line = order.totals().unwrap().lines[0];
        prop_assert!(refunded <= line);
        prop_assert!(back < quantity || refunded == line);
    }
}
