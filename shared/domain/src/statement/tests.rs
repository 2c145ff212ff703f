use super::*;
use crate::{history::Actor, ledger::MoneyFact};

fn at(day: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + day * 86_400).unwrap()
}

fn payment() -> PaymentId {
    "acme_1".parse().unwrap()
}

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

fn entry(kind: MovementKind, amount: Amount, fee: Amount) -> Entry {
    let fee = (fee != 0).then_some(Fee { amount: fee, currency: eur() });
    Entry { at: at(0), kind, amount, currency: eur(), fee }
}

fn listed(entries: &[(&str, MovementKind, Amount, Amount)]) -> Statement {
    let list = |statement: Statement, (id, kind, amount, fee): &(&str, MovementKind, Amount, Amount)| {
        statement.list(&payment(), id, entry(*kind, *amount, *fee), at(1))
    };
    entries.iter().fold(Statement::default(), list)
}

fn rows(statement: &Statement) -> Vec<(MovementKind, Amount)> {
    statement.books.new_rows().map(|(_, row)| (row.kind, row.amount)).collect()
}

fn compared(
    statement: Statement,
    ours: &[(MovementKind, Amount)],
    told: Option<&[(MovementKind, Amount)]>,
) -> Statement {
    compared_when(statement, ours, told, &[])
}

/// `later`: what was booked after the end of the list.
fn compared_when(
    statement: Statement,
    ours: &[(MovementKind, Amount)],
    told: Option<&[(MovementKind, Amount)]>,
    later: &[MovementKind],
) -> Statement {
    let moved = |all: &[(MovementKind, Amount)]| all.iter().copied().collect::<Moved>();
    let (told, later) = (told.map(moved).unwrap_or_default(), later.iter().copied().collect());
    statement.compare(&moved(ours), &told, &BTreeSet::new(), &later, Some(eur()), at(1))
}

use MovementKind::{Captured, Disputed, Fee as FeeKind, Payout, Refunded};

#[test]
fn an_entry_counts_once_however_often_it_is_listed() {
    let statement = listed(&[("a", Captured, 100, 3), ("b", Refunded, -40, 0), ("a", Captured, 100, 3)]);
    assert_eq!(statement.moved(), Moved::from([(Captured, 100), (Refunded, -40)]));
    assert_eq!(rows(&statement), [(FeeKind, -3)]);
}

#[test]
fn a_fee_that_the_list_tells_later_or_otherwise_is_a_row_of_its_own() {
    let statement = listed(&[("a", Captured, 100, 0), ("a", Captured, 100, 3), ("a", Captured, 100, 2)]);
    assert_eq!(rows(&statement), [(FeeKind, -3), (FeeKind, 1)]);
    let other = Entry { fee: Some(Fee { amount: 4, currency: "USD".parse().unwrap() }), ..entry(Captured, 100, 0) };
    let statement = statement.list(&payment(), "a", other, at(1));
    assert_eq!(rows(&statement)[2..], [(FeeKind, 2), (FeeKind, -4)], "in another currency");
}

#[test]
fn a_payout_and_a_fee_of_the_account_are_rows() {
    assert_eq!(rows(&listed(&[("p", Payout, -97, 0), ("q", Payout, 97, 0)])), [(Payout, -97), (Payout, 97)]);
    assert_eq!(rows(&listed(&[("f", FeeKind, -200, 0)])), [(FeeKind, -200)]);
}

#[test]
fn what_the_books_and_the_list_say_otherwise_is_a_difference() {
    let statement = || listed(&[("a", Captured, 100, 0)]);
    let agreed = compared(statement(), &[(Captured, 100), (Refunded, -10)], None);
    assert_eq!(agreed.differences.len(), 0, "the list says nothing of refunds");
    let differs = compared(statement(), &[(Captured, 90)], None);
    let difference = Difference { ours: 90, theirs: 100, currency: eur(), since: at(1), settled: None };
    assert_eq!(differs.differences, BTreeMap::from([(Captured, difference)]));
    assert_eq!(differs.differs_since(), Some(at(1)));
    // The payment itself may know more than the list of a day that is over.
    assert_eq!(compared(statement(), &[(Captured, 130)], Some(&[(Captured, 130)])).differences.len(), 0);
    assert_eq!(compared(statement(), &[(Captured, 130)], Some(&[])).differences.len(), 1);
    // It ends by itself.
    assert_eq!(compared(differs, &[(Captured, 100)], None).differences.len(), 0);
}

#[test]
fn what_was_booked_and_is_not_listed_is_a_difference() {
    let booked = BTreeSet::from([Captured]);
    let ours = Moved::from([(Captured, 100)]);
    let differing = |booked| Statement::default().differing(&ours, &Moved::new(), booked);
    assert_eq!((differing(&booked), differing(&BTreeSet::new())), (booked.clone(), BTreeSet::new()));
    let differs = Statement::default().compare(&ours, &Moved::new(), &booked, &BTreeSet::new(), Some(eur()), at(1));
    assert_eq!(differs.open().map(|(kind, known)| (kind, known.ours, known.theirs)).next(), Some((Captured, 100, 0)));
}

#[test]
fn what_was_booked_after_the_end_of_the_list_is_no_difference_yet() {
    let statement = || listed(&[("a", Captured, 100, 0), ("b", Refunded, -10, 0)]);
    let ours = [(Captured, 100), (Refunded, -30)];
    let now = compared_when(statement(), &ours, None, &[Refunded]);
    assert_eq!(now.differences.len(), 0, "20 more went back since");
    assert_eq!(compared_when(statement(), &ours, None, &[Captured]).differences.len(), 1, "something else moved since");
    // The list of the later day decides.
    let listed_later = now.clone().list(&payment(), "c", entry(Refunded, -20, 0), at(2));
    assert_eq!(compared(listed_later, &ours, None).differences.len(), 0);
    let differs = compared(now, &ours, None);
    assert_eq!(differs.differences[&Refunded].theirs, -10);
    // What is known stays until it is decided, and what agrees ends.
    let still = compared_when(differs.clone(), &[(Captured, 100), (Refunded, -40)], None, &[Refunded]);
    assert_eq!(still.differences, differs.differences);
    let agrees = compared_when(differs, &[(Captured, 100), (Refunded, -10)], None, &[Refunded]);
    assert_eq!(agrees.differences.len(), 0);
    // Who was asked just now has said all.
    let told = Some(&[(Refunded, -10)][..]);
    assert_eq!(compared_when(statement(), &ours, told, &[Refunded]).differences.len(), 1);
}

#[test]
fn a_settled_difference_opens_again_when_it_changes() {
    let stamp = Stamp::new(Actor::orderly(), at(2));
    let differs = compared(listed(&[("a", Disputed, -100, 0)]), &[], Some(&[]));
    let settled = differs.settle("a test of the bank", &stamp);
    assert_eq!((settled.differences.len(), settled.differs_since()), (1, None));
    let same = compared(settled, &[], Some(&[]));
    assert_eq!(same.differs_since(), None);
    assert_eq!(same.clone().without_words().differences[&Disputed].settled.as_ref().unwrap().note, "");
    let more = same.list(&payment(), "b", entry(Disputed, -5, 0), at(3));
    assert_eq!(compared(more, &[], Some(&[])).differs_since(), Some(at(1)));
}

#[test]
fn a_payout_is_what_its_entries_come_to() {
    let payout = |net| listed(&[("p", Payout, -97, 0)]).made_of(Parts { count: 2, net }).compare_parts(at(1));
    assert_eq!(payout(97).differences.len(), 0);
    assert_eq!(payout(96).differences[&Payout].ours, -96);
    assert_eq!(payout(96).made_of(Parts { count: 3, net: 97 }).compare_parts(at(2)).differences.len(), 0);
    let came_back = listed(&[("p", Payout, -97, 0), ("q", Payout, 97, 0)]).made_of(Parts::default());
    assert_eq!(came_back.compare_parts(at(1)).differences.len(), 0);
    assert_eq!(payout(96).paid_out_at(), Some(at(0)));
}

#[test]
fn a_payment_with_entries_without_end_keeps_their_sum() {
    let list = |statement: Statement, n: i64| {
        let entry = Entry { at: at(n), ..entry(Refunded, -1, 1) };
        statement.list(&payment(), &format!("e{n}"), entry, at(n))
    };
    let statement = (0..400).fold(Statement::default(), list);
    assert!(statement.entries.len() <= KEPT + 1, "{}", statement.entries.len());
    assert_eq!(statement.moved(), Moved::from([(Refunded, -400)]));
    let written = Statement { books: statement.books.clone().written(), ..statement };
    assert!(serde_json::to_string(&written).unwrap().len() < 40_000);
}

#[test]
fn what_facts_say_is_compared_by_payment() {
    let fact = |payment: &str, fact| MoneyEvent {
        payment: payment.parse().unwrap(),
        at: at(1),
        event: "evt".to_owned(),
        currency: Some(eur()),
        step: 1,
        fact,
    };
    let facts = [
        fact("acme_1", MoneyFact::Captured(100)),
        fact("acme_1", MoneyFact::RefundedInTotal(30)),
        fact("acme_2", MoneyFact::Captured(7)),
    ];
    assert_eq!(moved_by(&facts, &payment()), Moved::from([(Captured, 100), (Refunded, -30)]));
    assert_eq!(moved_by(&[], &payment()), Moved::new());
}
