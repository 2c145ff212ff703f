//! Parcels that do not arrive.

use super::*;
use crate::{
    duty::{Due, EmailKind},
    fulfillment::{Remedy, Report, Tracking},
    money::Amount,
    order_state::HoldReason,
    parcel_state::ParcelState,
    requested_refund::RefundRequest,
    returns::Inspection,
};
use jiff::SignedDuration;

fn tell(order: Order, state: ParcelState, second: i64) -> Order {
    let report = Report { at: at(second), reason: "told".into() };
    order.report_parcel(FULFILLMENT, PARCEL, state, &report, &stamp(second)).unwrap()
}

fn lost() -> Order {
    tell(shipped(), ParcelState::Lost, 10)
}

fn resolve(order: Order, remedy: Remedy) -> Result<Order, Rejection> {
    order.resolve_parcel(FULFILLMENT, PARCEL, remedy, "lost at sea", &stamp(20))
}

fn refunded(order: &Order) -> Amount {
    order.state.ledger.refunded(order.state.currency)
}

fn shown(order: &Order) -> Option<Due> {
    let mut fulfillment = order.fulfillments[&FULFILLMENT].clone();
    fulfillment.owed.clear();
    fulfillment.due(None, at(99))
}

#[test]
fn an_exception_is_shown_until_a_person_decides_and_the_order_never_stays_open() {
    for state in [ParcelState::Lost, ParcelState::Damaged, ParcelState::Refused, ParcelState::Returned] {
        let order = tell(shipped(), state, 10);
        assert_eq!(order.state.status, OrderStatus::Open);
        assert_eq!(shown(&order), Some(Due::Waiting(at(10))), "{state}");
        let told = Duty::Email(EmailKind::ParcelTrouble(PARCEL, state));
        assert!(order.fulfillments[&FULFILLMENT].owed.contains(&told), "{state}");
        let refunded = resolve(order.clone(), Remedy::Refund).unwrap();
        assert_eq!((refunded.state.status.clone(), shown(&refunded)), (OrderStatus::Completed, None));
        let written_off = resolve(order, Remedy::WriteOff).unwrap();
        assert_eq!((written_off.state.status.clone(), shown(&written_off)), (OrderStatus::Completed, None));
        assert_eq!(written_off.state.ledger, shipped().state.ledger);
    }
}

#[test]
fn a_lost_parcel_that_is_delivered_after_all_needs_nobody() {
    let found = lost().deliver(FULFILLMENT, PARCEL, &stamp(12)).unwrap();
    assert_eq!((found.state.status.clone(), shown(&found)), (OrderStatus::Completed, None));
    let owed = &found.fulfillments[&FULFILLMENT].owed;
    assert!(owed.contains(&Duty::Email(EmailKind::Delivered(PARCEL))));
    assert!(owed.iter().all(|duty| !duty.to_string().contains("trouble")), "{owed:?}");
    assert_eq!(resolve(found, Remedy::Refund).unwrap_err().code, Code::WrongStatus);
    assert_eq!(resolve(shipped(), Remedy::Refund).unwrap_err().code, Code::WrongStatus);
    assert_eq!(tell(completed(), ParcelState::Lost, 30).state.status, OrderStatus::Completed);
}

#[test]
fn a_parcel_is_sent_again_without_asking_for_money() {
    let again = resolve(lost(), Remedy::Reship).unwrap();
    assert_eq!(again.state.status, OrderStatus::Open);
    assert!(again.state.owed.contains(&Duty::StockDeduction) && again.state.waits_for_stock());
    assert_eq!(again.state.ledger, lost().state.ledger);
    let needed: BTreeMap<_, _> = again.state.needed().into_iter().map(|of| (of.line, of.quantity)).collect();
    assert_eq!(needed, [(0, 2), (1, 1)].into());
    let parts = again.state.needed().into_iter().map(|of| RoutedUnits {
        line: of.line,
        sku: of.sku,
        quantity: of.quantity,
        location: main(),
    });
    let routed = Routed { parts: parts.collect(), ..Routed::default() };
    let order = with_state(again, |state| state.deduct(&routed, at(21)));
    let order = order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(22));
    let second = FulfillmentId::nth(2);
    let order = order.confirm_picks(second, &[(0, 2), (1, 1)].into(), &stamp(23)).unwrap().order;
    let order = order.pack(second, &packing(&[(0, 2), (1, 1)], "again"), &stamp(24)).unwrap();
    let order = order.hand_over(second, &[leaving(PARCEL)], &stamp(25)).unwrap().order;
    let order = order.deliver(second, PARCEL, &stamp(26)).unwrap();
    assert_eq!(order.state.status, OrderStatus::Completed);
    // The first parcel turns up as well: the first units that come back are not paid, since they were sent again.
    let both = order.deliver(FULFILLMENT, PARCEL, &stamp(27)).unwrap();
    assert_eq!(both.units_returnable(), [(0, 4), (1, 2)].into());
    let back = |order: Order, key: &str, second: i64| {
        let (id, order) = order.request_return(&wanted(&[(0, 2)]), key, &stamp(second)).unwrap();
        let order = order.change_return(id, |of| of.approve(&stamp(second))).unwrap();
        let order = order.change_return(id, |of| of.receive(&[(0, 2)].into(), &main(), &stamp(second))).unwrap();
        let found = inspected(&[(0, 2, Disposition::Restocked)]);
        order.inspect_return(id, &found, &RefundWish::default(), &stamp(second)).unwrap().order
    };
    let first = back(both, "first", 30);
    assert_eq!(refunded(&first), 0);
    assert_eq!(refunded(&back(first, "second", 40)), 3000);
}

#[test]
fn a_refund_of_a_parcel_is_the_price_of_its_units_and_of_shipping_once_nothing_arrives() {
    let mut order = lost();
    order.placed.shipping.price = 400;
    order.placed.total = 4100;
    order.state.total = 4100;
    let order = with_state(order, |state| state.record(&captured(4100), at(11)));
    let refunded = resolve(order, Remedy::Refund).unwrap();
    let refund = &refunded.state.ledger.refunds["parcel-01-P1"];
    assert_eq!(refund.amount, 4100);
    assert!(refunded.state.owed.contains(&Duty::Refund));
    assert_eq!(resolve(refunded.clone(), Remedy::Refund).unwrap(), refunded, "once");
    for other in [Remedy::Reship, Remedy::WriteOff] {
        assert_eq!(resolve(refunded.clone(), other).unwrap_err().code, Code::AlreadyResolved);
    }
}

#[test]
fn no_unit_is_made_good_twice() {
    let request =
        RefundRequest { lines: [(0, 1)].into(), shipping: 0, amount: None, reason: "goodwill".into(), key: "k".into() };
    let paid_back = lost().request_refund(&request, &stamp(11)).unwrap();
    for remedy in [Remedy::Refund, Remedy::Reship] {
        assert_eq!(resolve(paid_back.clone(), remedy).unwrap_err().code, Code::AlreadyRefunded, "{remedy}");
    }
    assert_eq!(resolve(paid_back, Remedy::WriteOff).unwrap().state.status, OrderStatus::Completed);
    // An amount without lines: the money for the units has gone back all the same.
    let all = RefundRequest { lines: BTreeMap::new(), amount: Some(3000), ..request.clone() };
    let gone = lost().request_refund(&all, &stamp(11)).unwrap();
    assert_eq!(resolve(gone, Remedy::Reship).unwrap_err().code, Code::MoreThanLeft);
    // The other way round.
    let made_good = resolve(lost(), Remedy::Refund).unwrap();
    assert_eq!(made_good.clone().request_refund(&request, &stamp(30)).unwrap_err().code, Code::AlreadyRefunded);
    let asked = made_good.request_return(&wanted(&[(0, 1)]), "r", &stamp(30));
    assert_eq!(asked.unwrap_err().code, Code::NotReturnable);
}

#[test]
fn units_that_turned_up_are_not_paid_back_because_they_were_to_be_sent_again() {
    let again = resolve(lost(), Remedy::Reship).unwrap();
    let unpaid = again.clone().cancel_unsent("sold out", &stamp(21)).unwrap();
    assert_eq!(refunded(&unpaid), 3700, "nothing has arrived");
    let turned_up = again.deliver(FULFILLMENT, PARCEL, &stamp(21)).unwrap();
    let rest = turned_up.cancel_unsent("sold out", &stamp(22)).unwrap();
    assert_eq!((refunded(&rest), rest.state.status.clone()), (0, OrderStatus::Completed));
}

#[test]
fn what_comes_back_to_its_sender_is_in_stock_once() {
    let found =
        inspected(&[(0, 1, Disposition::Restocked), (0, 1, Disposition::NotRestocked), (1, 1, Disposition::Missing)]);
    let refused = tell(shipped(), ParcelState::Refused, 10);
    let receive = |order: Order, found: &BTreeMap<LineId, Vec<Inspection>>| {
        order.receive_parcel_back(FULFILLMENT, PARCEL, &main(), found, &stamp(12))
    };
    let change = receive(refused.clone(), &found).unwrap();
    let place = |sku: &str| StockPlace { sku: sku.parse().unwrap(), location: main() };
    let came = change.goods.get(&place("TEE")).copied().unwrap();
    assert_eq!((came.on_hand, came.damaged), (2, 1));
    assert_eq!(change.goods.get(&place("MUG")).map_or(0, |delta| delta.on_hand), 0);
    let order = change.order;
    assert_eq!(order.fulfillments[&FULFILLMENT].parcels[0].state(), ParcelState::Returned);
    let again = receive(order.clone(), &found).unwrap();
    assert_eq!((again.order, again.goods.is_empty()), (order.clone(), true));
    let other = inspected(&[(0, 2, Disposition::Restocked), (1, 1, Disposition::Restocked)]);
    assert_eq!(receive(order.clone(), &other).unwrap_err().code, Code::WrongStatus);
    assert_eq!(
        receive(refused, &inspected(&[(0, 2, Disposition::Restocked)])).unwrap_err().code,
        Code::NotAllInspected
    );
    assert_eq!(receive(completed(), &found).unwrap_err().code, Code::WrongStatus);
    // A report that comes late does not take it off the shelf.
    let late = order.deliver(FULFILLMENT, PARCEL, &stamp(15)).unwrap();
    assert_eq!(late.fulfillments[&FULFILLMENT].parcels[0].state(), ParcelState::Returned);
    assert_eq!(resolve(late, Remedy::Reship).unwrap().state.needed().len(), 2);
}

#[test]
fn a_silent_parcel_is_overdue_and_only_a_held_order_s_goods_are_stopped() {
    let days = SignedDuration::from_hours(24 * 21);
    let later = at(7) + days;
    assert_eq!(shipped().report_overdue(days, at(8)).unwrap(), shipped());
    let overdue = shipped().report_overdue(days, later).unwrap();
    let fulfillment = &overdue.fulfillments[&FULFILLMENT];
    assert_eq!(fulfillment.parcels[0].state(), ParcelState::Overdue);
    assert_eq!(fulfillment.owed, shipped().fulfillments[&FULFILLMENT].owed, "nobody is written to");
    assert_eq!(shown(&overdue), Some(Due::Waiting(later)));
    assert_eq!(overdue.clone().report_overdue(days, later).unwrap(), overdue, "once");
    let held = shipped().with_state(|state| state.hold(HoldReason::Other, "look", &stamp(9))).unwrap();
    assert!(tell(held, ParcelState::Lost, 10).fulfillments[&FULFILLMENT].parcels[0].state().is_exception());
}

#[test]
fn a_corrected_tracking_number_is_told_once_and_what_it_was_is_kept() {
    let new = |number: &str| Tracking { carrier: "DHL".into(), tracking_number: number.into(), tracking_url: None };
    let correct = |order: Order, number: &str| order.correct_tracking(FULFILLMENT, PARCEL, &new(number), &stamp(10));
    let corrected = correct(shipped(), "JD-2").unwrap();
    let shipment = |order: &Order| order.fulfillments[&FULFILLMENT].parcels[0].shipment.clone().unwrap();
    assert_eq!(&*shipment(&corrected).tracking_number, "JD-2");
    assert_eq!(shipment(&corrected).corrected, [new("JD-P1")]);
    assert_eq!(correct(corrected.clone(), "JD-2").unwrap(), corrected);
    let mails = |order: &Order| {
        let owed = order.fulfillments[&FULFILLMENT].owed.iter().map(ToString::to_string);
        owed.filter(|duty| duty.contains("tracking")).collect::<Vec<_>>()
    };
    assert_eq!(mails(&corrected), ["email:tracking-corrected:P1:1"]);
    let again = correct(corrected, "JD-3").unwrap();
    assert_eq!(mails(&again), ["email:tracking-corrected:P1:2"]);
    // The hand-over told again, as it was before the correction, changes nothing.
    let repeated = again.clone().hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(11)).unwrap();
    assert_eq!(repeated.order, again);
    assert_eq!(correct(packed(), "JD-2").unwrap_err().code, Code::NotHandedOver);
}

#[test]
fn a_unit_that_was_asked_back_before_its_parcel_was_sent_again_is_not_paid_back_as_well() {
    let (id, asked) = shipped().request_return(&wanted(&[(0, 1)]), "a", &stamp(9)).unwrap();
    let again = resolve(tell(asked, ParcelState::Lost, 10), Remedy::Reship).unwrap();
    let back =
        again.change_return(id, |r| r.approve(&stamp(21))?.receive(&[(0, 1)].into(), &main(), &stamp(22))).unwrap();
    let found = inspected(&[(0, 1, Disposition::Restocked)]);
    let done = back.inspect_return(id, &found, &RefundWish::default(), &stamp(23)).unwrap().order;
    assert_eq!((done.returns[&id].refund, refunded(&done)), (Some(0), 0), "it is sent again");
}
