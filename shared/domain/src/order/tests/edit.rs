//! Changes of an order before it leaves.

use super::*;
use crate::{
    ids::LineId,
    ledger::PaymentStatus,
    money::Amount,
    order::Edit,
    placed_order::{Customer, Discount, Shipping},
    requested_refund::RefundRequest,
    tax::{TaxCategory, Taxation},
};
use proptest::prelude::*;

fn fewer(lines: &[(LineId, u32)]) -> Edit {
    Edit { lines: lines.iter().copied().collect(), reason: "asked by the customer".into(), ..Edit::default() }
}

fn edited(order: Order, edit: &Edit) -> Result<Order, &'static str> {
    order.edit(edit, &stamp(20)).map(|change| change.order).map_err(|why| why.code.as_str())
}

fn elsewhere() -> Edit {
    let address = Address { line1: "2 Low Street".into(), ..two_lines().shipping_address };
    Edit { shipping_address: Some(address), reason: "moved".into(), ..Edit::default() }
}

fn express() -> Edit {
    let shipping =
        Shipping { method: "Express".parse().unwrap(), price: 900, discount: 0, tax: 0, taxation: Taxation::default() };
    Edit { shipping: Some(shipping), reason: "in a hurry".into(), ..Edit::default() }
}

/// Two shirts and a mug that the warehouse was told of, and has not begun.
fn announced() -> Order {
    deducted().dispatch(&BTreeMap::new(), &[main()].into(), at(4))
}

fn picking() -> Order {
    dispatched().start_picking(FULFILLMENT, &stamp(5)).unwrap()
}

fn refunds(order: &Order) -> Vec<(&str, Amount)> {
    order.state.ledger.refunds.iter().map(|(id, refund)| (id.as_str(), refund.amount)).collect()
}

#[test]
fn units_are_taken_away_and_paid_back_until_the_warehouse_begins() {
    for order in [deducted(), dispatched()] {
        let less = edited(order.clone(), &fewer(&[(0, 1)])).unwrap();
        assert_eq!(less.placed.line(0).map(|line| line.quantity), Some(1));
        assert_eq!(
            (less.placed.total, less.state.total, less.state.payment_status()),
            (2200, 2200, PaymentStatus::Overpaid)
        );
        assert_eq!(refunds(&less), [("edit-2", 1500)], "the payment is too much until that is back");
        assert!(less.state.owed.contains(&Duty::Refund) && less.state.holds.is_empty());
        let held: u32 = less.state.stock.iter().filter(|held| held.line == 0).map(|held| held.quantity).sum();
        assert_eq!((held, less.placed.revision, less.state.revision), (1, less.state.revision, less.placed.revision));
        let released = StockPlace { sku: "TEE".parse().unwrap(), location: main() };
        let change = order.clone().edit(&fewer(&[(0, 1)]), &stamp(20)).unwrap();
        assert_eq!(change.stock(&order).get(&released), Some(&StockDelta { committed: -1, ..StockDelta::default() }));
        assert_eq!(edited(less.clone(), &fewer(&[(0, 1)])), Ok(less), "the same again changes nothing");
    }
}

#[test]
fn a_removed_line_leaves_the_picklist_and_a_picklist_without_lines_is_cancelled() {
    let less = edited(announced(), &fewer(&[(0, 0)])).unwrap();
    let fulfillment = &less.fulfillments[&FULFILLMENT];
    assert_eq!(fulfillment.lines.iter().map(|line| line.line).collect::<Vec<_>>(), [1]);
    assert!(fulfillment.owed.contains(&Duty::WarehouseNotice) && fulfillment.notices > 1);
    assert_eq!(edited(less, &fewer(&[(1, 0)])), Err("only-less"), "that would be a cancellation");
}

#[test]
fn what_is_being_picked_or_has_left_cannot_be_taken_away() {
    let table = [
        (fewer(&[(0, 1)]), "already-picking"),
        (elsewhere(), "already-picking"),
        (fewer(&[(0, 3)]), "only-less"),
        (fewer(&[(9, 1)]), "unknown-line"),
    ];
    for (edit, code) in table {
        assert_eq!(edited(picking(), &edit).unwrap_err(), code, "{edit:?}");
    }
    for over in [cancelled(), expired(), completed()] {
        assert_eq!(edited(over, &fewer(&[(0, 1)])), Err("not-active"));
    }
    let contact = Edit {
        customer: Some(Customer { email: "new@example.com".parse().unwrap(), ..two_lines().customer }),
        ..Edit::default()
    };
    assert!(edited(picking(), &contact).is_ok(), "mails go there from now on");
}

#[test]
fn another_address_is_the_next_revision_and_the_warehouse_hears_of_it() {
    let order = announced();
    let told = order.fulfillments[&FULFILLMENT].clone().announced(1);
    let order = Order { fulfillments: [(FULFILLMENT, told)].into(), ..order };
    let moved = edited(order, &elsewhere()).unwrap();
    assert_eq!(&*moved.placed.shipping_address.line1, "2 Low Street");
    let fulfillment = &moved.fulfillments[&FULFILLMENT];
    assert!(fulfillment.owed.contains(&Duty::WarehouseNotice));
    assert!(fulfillment.clone().announced(1).owed.contains(&Duty::WarehouseNotice), "the first notice did not tell it");
    assert!(fulfillment.clone().announced(2).owed.is_empty());
    let entry = moved.state.history.last().unwrap();
    assert_eq!(
        (entry.what, entry.note.as_str()),
        (Event::Edited, "shipping address: moved"),
        "the address is not told"
    );
}

#[test]
fn a_warehouse_that_was_told_of_a_fulfillment_hears_of_its_cancellation() {
    let cancelled = announced().cancel("why", &stamp(9)).unwrap();
    assert!(cancelled.fulfillments[&FULFILLMENT].owed.contains(&Duty::WarehouseNotice));
    let untold = dispatched().cancel("why", &stamp(9)).unwrap();
    assert!(untold.fulfillments[&FULFILLMENT].owed.is_empty(), "it has no webhook");
}

#[test]
fn dearer_shipping_is_asked_for_and_the_order_waits_for_it() {
    let dearer = edited(deducted(), &express()).unwrap();
    let more = dearer.placed.total - 3700;
    assert!(more > 0 && dearer.state.holds[&HoldReason::AwaitingPayment].note.contains("more is due"));
    assert!(!dearer.state.owed.contains(&Duty::FulfillmentDispatch));
    let rest = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(more) };
    let paid = with_state(dearer, |state| state.record(&rest, at(21)));
    assert!(paid.state.holds.is_empty() && paid.state.owed.contains(&Duty::FulfillmentDispatch));
    assert_eq!(paid.state.payment_status(), PaymentStatus::Paid);
}

#[test]
fn what_went_back_for_fewer_units_is_asked_for_again_if_the_shipping_becomes_dearer() {
    let less = edited(deducted(), &fewer(&[(0, 1)])).unwrap();
    let dearer = edited(less, &express()).unwrap();
    assert_eq!((dearer.placed.total, dearer.state.still_due()), (3100, 900));
    let cheaper = edited(dearer, &fewer(&[(1, 0)])).unwrap();
    assert_eq!((cheaper.placed.total, cheaper.state.still_due()), (2400, 200), "the mug is worth 7.00");
}

#[test]
fn a_refund_out_of_goodwill_is_not_asked_for_by_an_edit() {
    let request =
        RefundRequest { lines: [].into(), shipping: 0, amount: Some(500), reason: "late".into(), key: "a".into() };
    let order = deducted().request_refund(&request, &stamp(9)).unwrap();
    let moved = edited(order, &elsewhere()).unwrap();
    assert!(moved.state.holds.is_empty() && moved.state.still_due() == 0);
}

#[test]
fn an_unpaid_order_that_became_cheap_enough_opens() {
    let part = with_state(pending(), |state| state.record(&captured(2200), at(9)));
    let open = edited(part, &fewer(&[(0, 1)])).unwrap();
    assert_eq!(open.state.status, OrderStatus::Open);
    assert!(open.state.holds.is_empty() && refunds(&open).is_empty());
}

#[test]
fn what_is_missing_is_taken_away_first_and_the_order_goes_on() {
    let mut short = deducted();
    short.state.stock = vec![
        allocation(0, "TEE", 1, AllocationState::Committed(main())),
        allocation(0, "TEE", 1, AllocationState::Missing),
        allocation(1, "MUG", 1, AllocationState::Committed(main())),
    ];
    short.state.holds.insert(HoldReason::InventoryOutOfStock, Hold { since: at(9), note: String::new() });
    let less = edited(short, &fewer(&[(0, 1)])).unwrap();
    assert!(less.state.holds.is_empty() && less.state.owed.contains(&Duty::FulfillmentDispatch));
    assert!(less.state.stock.iter().all(|held| held.state == AllocationState::Committed(main())));
}

#[test]
fn an_order_that_is_complete_without_what_is_taken_away_pays_for_that_all_the_same() {
    let mut waiting = completed();
    waiting.state.status = OrderStatus::Open;
    let missing =
        Line { id: 2, sku: "POT".parse().unwrap(), quantity: 1, unit_price: 900, ..waiting.placed.lines[0].clone() };
    waiting.placed.lines.push(missing);
    waiting.placed.total += 900;
    waiting.state.total += 900;
    waiting.state.stock = vec![allocation(2, "POT", 1, AllocationState::Missing)];
    let second = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(900) };
    let waiting = with_state(waiting, |state| state.record(&second, at(19)));
    let less = edited(waiting, &fewer(&[(2, 0)])).unwrap();
    assert_eq!((less.state.status.clone(), refunds(&less)), (OrderStatus::Completed, vec![("edit-2", 900)]));
}

#[test]
fn units_that_were_paid_back_already_are_not_paid_back_by_an_edit() {
    let request =
        RefundRequest { lines: [(0, 2)].into(), shipping: 0, amount: None, reason: "late".into(), key: "a".into() };
    let paid_back = deducted().request_refund(&request, &stamp(9)).unwrap();
    assert_eq!(edited(paid_back, &fewer(&[(0, 1)])), Err("already-refunded"));
}

#[test]
fn the_customer_hears_of_an_edit_once_the_order_was_confirmed() {
    let mail = Duty::Email(EmailKind::OrderEdited(2));
    assert!(edited(deducted(), &fewer(&[(0, 1)])).unwrap().state.owed.contains(&mail));
    assert!(!edited(paid(), &fewer(&[(0, 1)])).unwrap().state.owed.contains(&mail), "the confirmation will tell it");
}

#[test]
fn a_failed_attempt_to_pay_for_dearer_shipping_is_no_refund() {
    let failed = event("stripe_pi_2", MoneyFact::Failed("card_declined".into()));
    let waiting = with_state(edited(deducted(), &express()).unwrap(), |state| state.record(&failed, at(21)));
    assert_eq!(waiting.state.holds.keys().collect::<Vec<_>>(), [&HoldReason::AwaitingPayment]);
}

#[test]
fn a_difference_that_a_person_waived_is_not_asked_for_by_the_next_edit() {
    let dearer = edited(deducted(), &express()).unwrap();
    let waived = dearer.with_state(|state| state.release(HoldReason::AwaitingPayment, &stamp(21))).unwrap();
    let moved = edited(waived, &elsewhere()).unwrap();
    assert_eq!((moved.state.holds.len(), moved.state.still_due()), (0, 0));
    assert!(moved.state.owed.contains(&Duty::FulfillmentDispatch));
}

#[test]
fn an_order_that_an_edit_opens_is_held_if_some_of_its_money_went_back_before() {
    let part = with_state(pending(), |state| {
        state.record(&captured(3000), at(9)).record(&event("stripe_pi_1", MoneyFact::RefundedInTotal(1000)), at(10))
    });
    let open = edited(part, &fewer(&[(0, 1)])).unwrap();
    assert_eq!(open.state.status, OrderStatus::Open);
    assert!(open.state.holds[&HoldReason::PaymentRefunded].note.starts_with("only 20.00 EUR are left"));
}

#[test]
fn what_was_paid_back_for_other_goods_does_not_keep_the_price_of_what_is_taken_away() {
    let request =
        RefundRequest { lines: [(0, 2)].into(), shipping: 0, amount: None, reason: "late".into(), key: "a".into() };
    let shirts_paid_back = deducted().request_refund(&request, &stamp(9)).unwrap();
    let less = edited(shirts_paid_back, &fewer(&[(1, 0)])).unwrap();
    assert_eq!(refunds(&less), [("edit-2", 700), ("request-1", 3000)]);
}

#[test]
fn a_discount_that_pays_the_shipping_pays_another_shipping_too() {
    let mut free = two_lines();
    free.shipping.price = 490;
    free.discount = Some(Discount { code: None, amount: 4190 });
    free.total = 0;
    let free = unpaid(free);
    let shipping = |price, discount| {
        let shipping =
            Shipping { method: "Slow".parse().unwrap(), price, discount, tax: 0, taxation: Taxation::default() };
        Edit { shipping: Some(shipping), reason: "no hurry".into(), ..Edit::default() }
    };
    let totals = |order: &Order| (order.placed.total, order.placed.price_of_shipping(), order.state.still_due());
    assert_eq!(totals(&edited(free.clone(), &shipping(100, 0)).unwrap()), (0, 0, 0));
    assert_eq!(totals(&edited(free.clone(), &shipping(590, 0)).unwrap()), (100, 100, 100));
    assert_eq!(edited(free.clone(), &shipping(100, 101)), Err("discount-too-large"));
    let taxed =
        Shipping { method: "Slow".parse().unwrap(), price: 100, discount: 20, tax: 101, taxation: Taxation::default() };
    let taxed = Edit { shipping: Some(taxed), reason: "no hurry".into(), ..Edit::default() };
    assert_eq!(edited(free.clone(), &taxed), Err("tax-too-large"));
    let fewer = edited(free.clone(), &fewer(&[(1, 0)])).unwrap();
    assert_eq!((totals(&fewer), &fewer.placed.shipping), ((0, 0, 0), &free.placed.shipping), "nothing else changed");
    assert_eq!(totals(&edited(fewer, &shipping(590, 0)).unwrap()), (100, 100, 100));
}

#[test]
fn an_edit_leaves_a_business_its_vat_id_and_goods_their_way_out_of_the_eu() {
    let with = |category, country: &str| {
        let mut placed = two_lines();
        placed.shipping_address.country = country.into();
        placed.customer.vat_id = Some("ATU13585627".into());
        placed.lines[0].taxation = Taxation { category: Some(category), ..Taxation::default() };
        unpaid(placed)
    };
    let nobody = Edit { customer: Some(two_lines().customer), reason: "asked".into(), ..Edit::default() };
    assert_eq!(edited(with(TaxCategory::ReverseCharge, "DE"), &nobody), Err("tax-unfit"));
    let exported = with(TaxCategory::Export, "CH");
    let to = |country: &str| {
        let address = Address { country: country.into(), ..exported.placed.shipping_address.clone() };
        Edit { shipping_address: Some(address), reason: "moved".into(), ..Edit::default() }
    };
    assert_eq!(edited(exported.clone(), &to("AT")), Err("tax-unfit"));
    assert!(edited(exported.clone(), &to("NO")).is_ok());
    assert!(edited(exported.clone(), &nobody).is_ok(), "an export needs no VAT id");
}

#[test]
fn an_edit_that_takes_the_last_goods_away_completes_no_order_that_is_held() {
    let mut short = deducted();
    short.state.stock = vec![allocation(1, "MUG", 1, AllocationState::Missing)];
    short.state.fulfillments.insert(FULFILLMENT, FulfillmentStatus::Closed);
    let held = short.with_state(|state| state.hold(HoldReason::Other, "look", &stamp(9))).unwrap();
    let less = edited(held, &fewer(&[(1, 0)])).unwrap();
    assert_eq!(less.state.status, OrderStatus::Open);
    let released = less.with_state(|state| state.release(HoldReason::Other, &stamp(21))).unwrap();
    let completed = released.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(22));
    assert_eq!(completed.state.status, OrderStatus::Completed);
}

#[test]
fn shipping_cannot_become_cheaper_than_what_was_given_back_of_it() {
    let mut placed = two_lines();
    placed.shipping.price = 490;
    placed.total += 490;
    let paid = with_state(unpaid(placed), |state| state.record(&captured(4190), at(2)));
    let request =
        RefundRequest { lines: [].into(), shipping: 490, amount: None, reason: "late".into(), key: "a".into() };
    let given_back = paid.request_refund(&request, &stamp(9)).unwrap();
    let cheaper =
        Shipping { method: "Slow".parse().unwrap(), price: 100, discount: 0, tax: 0, taxation: Taxation::default() };
    let edit = Edit { shipping: Some(cheaper), reason: "no hurry".into(), ..Edit::default() };
    assert_eq!(edited(given_back, &edit), Err("already-refunded"));
}

proptest! {
    #[test]
    fn however_units_are_taken_away_the_rest_costs_what_it_cost_and_no_cent_is_lost(
        lines in prop::collection::vec((1..9_u32, 0..5_000_i64, 0..300_i64), 2..5),
        discount in 0..3_000_i64,
        included in any::<bool>(),
        edits in prop::collection::vec((0..5_u16, 0..9_u32), 1..5),
    ) {
        let mut placed = placed(&lines.iter().map(|(q, p, _)| ("a", *q, *p)).collect::<Vec<_>>());
        for (line, (.., tax)) in placed.lines.iter_mut().zip(&lines) {
            line.tax = *tax;
        }
        let net: i64 = lines.iter().map(|(q, p, _)| i64::from(*q) * p).sum();
        placed.discount = Some(Discount { code: None, amount: discount.min(net) });
        placed.tax_included = included;
        placed.total = placed.totals().unwrap().total;
        let total = placed.total;
        let unpaid = unpaid(placed);
        let mut order = with_state(unpaid, |state| state.record(&captured(total), at(2)).deduct(&Routed::default(), at(3)));
        for (line, quantity) in edits {
            let before = order.clone();
            let Ok(next) = edited(order.clone(), &fewer(&[(line, quantity)])) else { continue };
            let totals = next.placed.totals();
            prop_assert!(totals.is_some(), "{:?}", next.placed);
            prop_assert_eq!(totals.unwrap().total, next.placed.total);
            prop_assert!(next.placed.total <= before.placed.total + 1, "a share is rounded once");
            order = next;
        }
        let currency = order.placed.currency;
        prop_assert_eq!(order.state.ledger.kept(currency), order.placed.total.min(total));
    }
}
