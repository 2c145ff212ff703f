//! What an order's invoices and credit notes say.

use super::*;
use crate::{
    fixtures::seller,
    invoice::{Invoice, InvoiceKind, Issued, RowKind, Series},
    ledger::{Case, DisputeStatus, MoneyFact, RefundStatus},
    placed_order::PlacedOrder,
    policy::{Invoicing, Policy},
    requested_refund::RefundRequest,
    tax::TaxCategory,
};
use proptest::prelude::*;

/// Two shirts for 30.00 with 19 % in it, a book for 7.00 with 7 %, and 4.00 of shipping with 19 %.
fn mixed() -> PlacedOrder {
    let mut mixed = placed(&[("TEE", 2, 1500), ("BOOK", 1, 700)]);
    (mixed.lines[0].tax, mixed.lines[0].taxation.rate) = (479, Some(1900));
    (mixed.lines[1].tax, mixed.lines[1].taxation.rate) = (46, Some(700));
    (mixed.shipping.price, mixed.shipping.tax, mixed.shipping.taxation.rate) = (400, 64, Some(1900));
    mixed.total = 4100;
    mixed
}

fn invoiced(placed: PlacedOrder, invoicing: Invoicing) -> Order {
    let total = placed.total;
    with_state(unpaid(placed), |mut state| {
        state.policy = Policy { invoicing, ..Policy::default() };
        state.record(&captured(total), at(2)).deduct(&Routed::default(), at(3))
    })
}

fn paid() -> Order {
    invoiced(mixed(), Invoicing::AtPayment)
}

/// Issues what the order lacks. None if it lacks nothing.
fn issue(order: Order, so_far: &mut Vec<Invoice>) -> (Order, Option<Invoice>) {
    let id = "acme#2026".parse().unwrap();
    let nth = u32::try_from(so_far.len()).unwrap() + 1;
    let series = Series { last: nth, last_on: jiff::civil::date(2026, 3, 2) };
    let Some((key, invoice)) = order.next_invoice(so_far, &seller(), (&id, &series), at(9)).unwrap() else {
        return (order, None);
    };
    so_far.push(invoice.clone());
    let issued = Issued { number: invoice.number.clone(), key, kind: invoice.kind, total: invoice.total };
    (with_state(order, |state| state.invoice_issued(issued, &stamp(9))), Some(invoice))
}

fn rows(invoice: &Invoice) -> Vec<(RowKind, i64, Amount, Amount)> {
    invoice.rows.iter().map(|row| (row.kind, row.quantity, row.gross, row.tax)).collect()
}

fn ask(lines: &[(LineId, u32)], shipping: Amount, amount: Option<Amount>, key: &str) -> RefundRequest {
    let (lines, key) = (lines.iter().copied().collect(), key.to_owned());
    RefundRequest { lines, shipping, amount, reason: "sorry".into(), key }
}

#[test]
fn an_invoice_says_every_line_and_the_tax_of_each_rate() {
    let mut so_far = Vec::new();
    let (order, invoice) = issue(paid(), &mut so_far);
    let invoice = invoice.unwrap();
    assert_eq!((invoice.kind, invoice.number.as_str(), invoice.total), (InvoiceKind::Invoice, "2026-000001", 4100));
    assert_eq!(
        rows(&invoice),
        [(RowKind::Line, 2, 3000, 479), (RowKind::Line, 1, 700, 46), (RowKind::Shipping, 0, 400, 64),]
    );
    let sums: Vec<_> = invoice.taxes().iter().map(|sum| (sum.rate, sum.net, sum.tax)).collect();
    assert_eq!(sums, [(Some(700), 654, 46), (Some(1900), 2857, 543)]);
    assert_eq!(invoice.kept_until, "2037-01-01T00:00:00Z".parse().unwrap());
    assert!(!order.state.needs_invoice());
    assert_eq!(issue(order, &mut so_far).1, None);
}

#[test]
fn a_case_of_tax_that_was_clear_before_it_was_said_is_the_same() {
    let mut so_far = Vec::new();
    let order = issue(paid(), &mut so_far).0;
    let mut shipping = order.placed.shipping.clone();
    (shipping.price, shipping.tax, shipping.taxation.category) = (300, 48, Some(TaxCategory::Standard));
    let edit = Edit { shipping: Some(shipping), reason: "asked".into(), ..Edit::default() };
    let cheaper = order.edit(&edit, &stamp(10)).unwrap().order;
    assert_eq!(rows(&issue(cheaper, &mut so_far).1.unwrap()), [(RowKind::Shipping, 0, 100, 16)]);
}

#[test]
fn an_order_is_invoiced_when_the_shop_says_so() {
    let open = |invoicing| invoiced(mixed(), invoicing).state;
    assert!(open(Invoicing::AtPayment).needs_invoice());
    assert!(!open(Invoicing::AtHandOver).needs_invoice());
    assert!(!open(Invoicing::WhenTold).needs_invoice());
    assert!(open(Invoicing::WhenTold).request_invoice(&stamp(4)).unwrap().needs_invoice());
    let waits = with_state(unpaid(mixed()), |mut state| {
        state.policy.invoicing = Invoicing::AtPayment;
        state
    });
    assert!(!waits.state.needs_invoice());
    assert_eq!(waits.state.request_invoice(&stamp(4)).unwrap_err().code, "wrong-status");
}

#[test]
fn a_parcel_that_leaves_has_the_order_invoiced_at_hand_over() {
    let mut order = dispatched();
    order.state.policy.invoicing = Invoicing::AtHandOver;
    let picked = order.confirm_picks(FULFILLMENT, &[(0, 2), (1, 1)].into(), &stamp(5)).unwrap().order;
    let first = picked.pack(FULFILLMENT, &packing(&[(0, 2)], "first"), &stamp(6)).unwrap();
    let packed = first.pack(FULFILLMENT, &packing(&[(1, 1)], "second"), &stamp(6)).unwrap();
    assert!(!packed.state.needs_invoice());
    let left = packed.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order;
    assert!(left.state.needs_invoice(), "the second parcel is still here");
    let invoice = issue(left, &mut Vec::new()).1.unwrap();
    assert!(invoice.supplied_on.is_some());
}

#[test]
fn a_channel_that_is_invoiced_elsewhere_is_left_alone_until_a_person_asks() {
    let elsewhere = paid().state.invoiced_elsewhere();
    assert!(!elsewhere.needs_invoice());
    assert!(elsewhere.request_invoice(&stamp(4)).unwrap().needs_invoice());
}

#[test]
fn a_cancelled_order_is_credited_to_the_cent_and_one_without_invoice_is_not() {
    let mut so_far = Vec::new();
    let order = issue(paid(), &mut so_far).0.cancel("why", &stamp(10)).unwrap();
    let (order, note) = issue(order, &mut so_far);
    let note = note.unwrap();
    assert_eq!((note.kind, note.total, note.tax), (InvoiceKind::CreditNote, 4100, 589));
    assert_eq!(rows(&note), rows(&so_far[0]));
    assert_eq!(note.corrects, Some(so_far[0].number.clone()));
    assert!(!order.state.needs_invoice());
    assert!(!paid().cancel("why", &stamp(10)).unwrap().state.needs_invoice());
}

#[test]
fn a_credit_note_says_the_units_that_are_paid_back() {
    let mut so_far = Vec::new();
    let order = issue(paid(), &mut so_far).0;
    let order = order.request_refund(&ask(&[(0, 1)], 400, None, "a"), &stamp(10)).unwrap();
    let note = issue(order, &mut so_far).1.unwrap();
    assert_eq!(rows(&note), [(RowKind::Line, 1, 1500, 240), (RowKind::Shipping, 0, 400, 64)]);
}

#[test]
fn goodwill_lowers_the_price_of_every_rate_by_its_share() {
    let mut so_far = Vec::new();
    let order = issue(paid(), &mut so_far).0;
    let order = order.request_refund(&ask(&[], 0, Some(410), "a"), &stamp(10)).unwrap();
    let (order, note) = issue(order, &mut so_far);
    assert_eq!(rows(&note.unwrap()), [(RowKind::Adjustment, 0, 70, 5), (RowKind::Adjustment, 0, 340, 54)]);
    let order = order.request_refund(&ask(&[], 0, Some(3690), "b"), &stamp(11)).unwrap();
    let (order, note) = issue(order, &mut so_far);
    assert_eq!((note.unwrap().total, order.state.invoices.total()), (3690, 0));
    let left: Amount = so_far.iter().map(|invoice| invoice.sign() * invoice.tax).sum();
    assert_eq!(left, 0, "no tax is left of what is charged no more");
}

#[test]
fn less_than_the_price_of_a_unit_leaves_the_rest_as_an_adjustment() {
    let mut so_far = Vec::new();
    let order = issue(paid(), &mut so_far).0;
    let order = order.request_refund(&ask(&[(1, 1)], 0, Some(500), "a"), &stamp(10)).unwrap();
    let note = issue(order, &mut so_far).1.unwrap();
    assert_eq!(note.total, 500);
    let book = note.rows.iter().find(|row| row.line == Some(1)).unwrap();
    assert_eq!((book.quantity, book.gross), (1, 700));
}

#[test]
fn a_refund_that_fails_and_is_made_up_for_at_the_provider_is_credited_once() {
    let mut so_far = Vec::new();
    let order = issue(paid(), &mut so_far).0;
    let order = order.request_refund(&ask(&[], 0, Some(500), "a"), &stamp(10)).unwrap();
    let failed = with_state(order, |state| {
        let attempt = state.ledger.owed_refunds().next().map(|(id, refund)| (id.clone(), refund.attempt)).unwrap();
        let attempt = crate::ledger::Attempt { name: crate::ledger::RequestName::Refund(attempt.0), number: attempt.1 };
        state.request_sent(&attempt.name, at(11)).request_refused(&attempt, "no", at(12))
    });
    let order = issue(failed, &mut so_far).0;
    assert_eq!(so_far.len(), 2);
    let refund = MoneyFact::Refund { ours: None, id: "re_1".into(), amount: 500, status: RefundStatus::Succeeded };
    let made_up = with_state(order, |state| state.record(&event("stripe_pi_1", refund), at(13)));
    assert_eq!(issue(made_up, &mut so_far).1, None);
}

#[test]
fn money_that_came_twice_and_goes_back_is_no_credit() {
    let mut so_far = Vec::new();
    let order = with_state(paid(), |state| state.record(&captured(5000), at(4)));
    let order = issue(order, &mut so_far).0;
    let refund = MoneyFact::Refund { ours: None, id: "re_1".into(), amount: 900, status: RefundStatus::Succeeded };
    let order = with_state(order, |state| state.record(&event("stripe_pi_1", refund), at(13)));
    assert_eq!(issue(order, &mut so_far).1, None);
}

#[test]
fn goodwill_at_the_provider_is_credited_whatever_went_back_before() {
    let elsewhere = |order: Order| {
        let refund = MoneyFact::Refund { ours: None, id: "re_9".into(), amount: 300, status: RefundStatus::Succeeded };
        with_state(order, |state| state.record(&event("stripe_pi_1", refund), at(20)))
    };
    // An edit, a person and a bank have given back what was too much.
    let fewer = Edit { lines: [(0, 1)].into(), ..Edit::default() };
    let edited = paid().edit(&fewer, &stamp(10)).unwrap().order;
    let twice = || with_state(paid(), |state| state.record(&captured(5000), at(4)));
    let by_a_person = twice().request_refund(&ask(&[], 0, Some(900), "a"), &stamp(10)).unwrap();
    let lost =
        MoneyFact::Dispute { id: "dp_1".into(), amount: 900, status: DisputeStatus::Lost, case: Case::default() };
    let by_a_bank = with_state(twice(), |state| state.record(&event("stripe_pi_1", lost), at(10)));
    for (order, charged) in [(edited, 2600), (by_a_person, 4100), (by_a_bank, 4100)] {
        let mut so_far = Vec::new();
        let order = issue(order, &mut so_far).0;
        assert_eq!(order.state.charged(), charged);
        let note = issue(elsewhere(order), &mut so_far).1.unwrap();
        assert_eq!((note.kind, note.total), (InvoiceKind::CreditNote, 300));
    }
}

#[test]
fn an_order_whose_customer_was_erased_gets_no_first_invoice() {
    let mut erased = invoiced(mixed(), Invoicing::WhenTold);
    erased.state.erasure = Some(crate::order_state::Erasure::Done { at: at(9) });
    assert_eq!(erased.state.request_invoice(&stamp(10)).unwrap_err().code, "wrong-status");
}

#[test]
fn an_edit_is_credited_and_the_customer_s_name_stays_what_the_invoice_said() {
    let mut so_far = Vec::new();
    let order = issue(paid(), &mut so_far).0;
    let fewer = Edit { lines: [(0, 1)].into(), ..Edit::default() };
    let mut order = order.edit(&fewer, &stamp(10)).unwrap().order;
    order.placed.shipping_address.name = "erased".into();
    let note = issue(order, &mut so_far).1.unwrap();
    assert_eq!(rows(&note), [(RowKind::Line, 1, 1500, 239)]);
    assert_eq!(note.buyer, so_far[0].buyer);
}

proptest! {
    /// Whatever goes back, and in whatever parts: the documents come to what is charged, and nothing is left of the tax of
    /// what is charged no more.
    #[test]
    fn documents_always_add_up(
        parts in prop::collection::vec((0..3_u32, 0..2_u32, 0..401_i64, prop::option::of(1..1_500_i64)), 0..6),
        is_cancelled: bool,
        is_late in prop::collection::vec(any::<bool>(), 6),
    ) {
        let (mut order, mut so_far) = (paid(), Vec::new());
        for (nth, ((shirts, books, shipping, amount), late)) in parts.into_iter().zip(is_late).enumerate() {
            if !late {
                order = issue(order, &mut so_far).0;
            }
            let request = ask(&[(0, shirts), (1, books)], shipping, amount, &nth.to_string());
            order = order.clone().request_refund(&request, &stamp(10)).unwrap_or(order);
        }
        if is_cancelled {
            order = order.clone().cancel("why", &stamp(11)).unwrap_or(order);
        }
        let order = issue(order, &mut so_far).0;
        prop_assert_eq!(order.state.invoices.total(), order.state.charged());
        prop_assert!(!order.state.needs_invoice());
        let sum = |of: fn(&Invoice) -> Amount| so_far.iter().map(|invoice| invoice.sign() * of(invoice)).sum::<Amount>();
        prop_assert_eq!(sum(|invoice| invoice.total), order.state.charged());
        for invoice in &so_far {
            prop_assert!(invoice.total > 0);
            prop_assert_eq!(invoice.total, invoice.rows.iter().map(|row| row.gross).sum::<Amount>());
        }
        if order.state.charged() == 0 {
            prop_assert_eq!(sum(|invoice| invoice.tax), 0);
        }
        let tax = sum(|invoice| invoice.tax);
        prop_assert!((0..=589).contains(&tax), "{}", tax);
    }
}
