#![allow(clippy::unwrap_used)]

use super::*;
use domain::{
    allocation::Allocation,
    arrival::{DayRange, Schedule, ScheduleSettings},
    fulfillment::{HandOver, Packing, Tracking},
    history::{Actor, Stamp},
    ids::{FulfillmentId, ReturnId},
    ledger::{Attempt, MoneyEvent, MoneyFact, OurRefund, RefundStatus},
    order_state::OrderState,
    placed_order::PlacedOrder,
    policy::Policy,
    returns::{Disposition, Inspection, RefundWish, RequestedUnits, ReturnReason},
    routing::Routed,
};
use jiff::civil::date;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A Monday morning in London.
fn monday() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

fn by(at: Timestamp) -> Stamp {
    Stamp::new(Actor::caller("operator", "test"), at)
}

const FIRST_RETURN: ReturnId = ReturnId::nth(1);

/// Ships the next working day, and takes 1 to 2 (main) or 3 to 5 (far, in Tokyo).
fn locations() -> Vec<Location> {
    let location = |id: &str, zone: &str, min, max| {
        let (time_zone, transit_days) = (zone.parse().unwrap(), DayRange { min, max });
        let settings = ScheduleSettings { time_zone, transit_days, handling_days: 1, ..ScheduleSettings::default() };
        let schedule = Schedule::try_from(settings).unwrap();
        Location {
            id: id.parse().unwrap(),
            name: id.parse().unwrap(),
            priority: 1,
            schedule,
            address: None,
            webhook_url: None,
            closed: None,
            changed: None,
        }
    };
    vec![location("main", "Europe/London", 1, 2), location("far", "Asia/Tokyo", 3, 5)]
}

/// 2 × 19.50 minus 1.00, plus 12.00, minus 2.00, plus 4.90 for shipping.
fn placed() -> PlacedOrder {
    serde_json::from_value(json!({
        "channel": "web", "reference": "1001", "placed_at": monday(), "currency": "EUR",
        "customer": {"name": "Ada Lovelace", "email": "ada@example.com"},
        "shipping_address": {
            "name": "Ada Lovelace", "company": "Engines", "line1": "1 Main St", "city": "London", "postal_code": "N1", "country": "GB",
        },
        "lines": [
            {"id": 0, "sku": "TEE", "title": "T-shirt", "quantity": 2, "unit_price": 1950, "discount": 100, "tax": 607},
            {"id": 1, "sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": 1200, "tax": 160},
        ],
        "shipping": {"method": "Standard", "price": 490, "tax": 78},
        "discount": {"amount": 200}, "tax_included": true, "total": 5290,
    }))
    .unwrap()
}

fn at(id: &str) -> LocationId {
    id.parse().unwrap()
}

fn allocation(line: u16, quantity: u32, state: AllocationState) -> Allocation {
    Allocation { line, sku: placed().lines[usize::from(line)].sku.clone(), quantity, state }
}

fn captured(payment: &str, amount: Amount) -> MoneyEvent {
    let fact = MoneyFact::Captured(amount);
    MoneyEvent {
        payment: payment.parse().unwrap(),
        at: monday(),
        event: "evt".into(),
        currency: "EUR".parse().ok(),
        step: 1,
        fact,
    }
}

fn order_of(state: OrderState) -> Order {
    let id = domain::ids::OrderId::derive(&state.channel, &state.reference);
    Order { id, placed: placed(), state, fulfillments: BTreeMap::new(), returns: BTreeMap::new() }
}

/// A paid order that holds `stock`.
fn paid(stock: Vec<Allocation>) -> Order {
    let events = [captured("stripe_pi_1", 5290)];
    order_of(OrderState::place(&placed(), Policy::default(), stock, monday(), &events, &by(monday())))
}

/// The shirts from main, the mug from far.
fn from_two_places() -> Vec<Allocation> {
    vec![
        allocation(0, 2, AllocationState::Reserved(at("main"))),
        allocation(1, 1, AllocationState::Reserved(at("far"))),
    ]
}

/// Both fulfillments were handed over on Monday, each in one parcel. The second parcel has no tracking page.
fn sent() -> Order {
    let (stamp, order) = (by(monday()), paid(from_two_places()));
    let order = order.with_state(|state| Ok(state.deduct(&Routed::default(), monday()))).unwrap();
    let mut order = order.dispatch(&BTreeMap::new(), &BTreeSet::new(), monday());
    for (id, fulfillment) in order.fulfillments.clone() {
        let page = fulfillment.location.as_str() == "main";
        let picks = fulfillment.lines.iter().map(|line| (line.line, line.quantity)).collect();
        let contents = fulfillment.lines.iter().map(|l| PackedLine { line: l.line, quantity: l.quantity }).collect();
        let packing = Packing { contents: Some(contents), weight_g: 500, dimensions_mm: None, key: "k".into() };
        let leaving = HandOver {
            parcel: "P1".parse().unwrap(),
            carrier: "DHL".parse().unwrap(),
            tracking_number: format!("JD-{id}").parse().unwrap(),
            tracking_url: page.then(|| "https://t.example/1".parse().unwrap()),
        };
        order = order.confirm_picks(id, &picks, &stamp).unwrap().order.pack(id, &packing, &stamp).unwrap();
        order = order.hand_over(id, &[leaving], &stamp).unwrap().order;
    }
    order
}

fn fulfillment(n: u16) -> ItemName {
    ItemName::Fulfillment(FulfillmentId::nth(n))
}

fn shipped_kind() -> EmailKind {
    EmailKind::Shipped("P1".parse().unwrap())
}

#[test]
fn a_parcel_of_a_known_carrier_is_followed_at_its_page_unless_another_was_told() {
    let told = sent();
    for (carrier, page) in
        [("UPS", Some("https://www.ups.com/track?loc=en_US&tracknum=1Z5R89390357567127")), ("Carrier pigeon", None)]
    {
        let new = Tracking {
            carrier: carrier.parse().unwrap(),
            tracking_number: "1Z5R89390357567127".parse().unwrap(),
            tracking_url: None,
        };
        let id = FulfillmentId::nth(1);
        let parcel = "P1".parse().unwrap();
        let order = told.clone().correct_tracking(id, parcel, &new, &by(monday())).unwrap();
        let shipped = shipped(&order, &fulfillment(1), parcel, &locations()).unwrap();
        let corrected = tracking_corrected(&order, &fulfillment(1), parcel).unwrap();
        assert_eq!(shipped.tracking_page.as_deref(), page);
        assert_eq!(corrected.tracking_page.as_deref(), page);
    }
}

/// Two shirts were announced, and one came back. It is inspected, and its refund is intended.
fn returned() -> Order {
    let stamp = by(monday());
    let wanted = [RequestedUnits { line: 0, quantity: 2, reason: ReturnReason::Unwanted }];
    let (id, order) = sent().request_return(&wanted, "k", &stamp).unwrap();
    let order = order.change_return(id, |asked| asked.approve(&stamp)).unwrap();
    let order = order.change_return(id, |asked| asked.receive(&[(0, 1)].into(), &at("main"), &stamp)).unwrap();
    let found = vec![Inspection { quantity: 1, disposition: Disposition::Restocked, grade: None }];
    order.inspect_return(id, &[(0, found)].into(), &RefundWish::default(), &stamp).unwrap().order
}

fn mail(order: &Order, item: &ItemName, kind: &EmailKind) -> Mail {
    compose(order, item, kind, &locations(), monday()).unwrap()
}

fn confirmation(order: &Order) -> PaymentConfirmed {
    match mail(order, &ItemName::State, &EmailKind::PaymentConfirmed) {
        Mail::PaymentConfirmed(mail) => mail,
        other => panic!("{other:?}"),
    }
}

fn refund_mail(order: &Order, id: &str) -> RefundSent {
    match mail(order, &ItemName::State, &EmailKind::RefundSent(id.parse().unwrap())) {
        Mail::RefundSent(mail) => mail,
        other => panic!("{other:?}"),
    }
}

fn eur(amount: Amount) -> Money {
    Money { amount, currency: "EUR".parse().unwrap() }
}

fn goods(lines: &[Line]) -> Vec<(&str, u32)> {
    lines.iter().map(|line| (line.sku.as_str(), line.quantity)).collect()
}

#[test]
fn the_confirmation_tells_lines_totals_and_address() {
    let mail = confirmation(&paid(from_two_places()));
    assert_eq!((mail.order.number.as_str(), mail.order.customer.as_deref()), ("1001", Some("Ada Lovelace")));
    let lines: Vec<_> = mail.lines.iter().map(|l| (l.quantity, l.unit_price, l.total)).collect();
    assert_eq!(lines, [(2, eur(1950), eur(3900)), (1, eur(1200), eur(1200))]);
    let Totals { subtotal, discounts, shipping, tax, tax_included, total } = mail.totals;
    assert_eq!((subtotal, discounts, shipping), (eur(5100), Some(eur(300)), eur(490)));
    assert_eq!((tax, tax_included, total), (eur(845), true, eur(5290)));
    assert_eq!(mail.ship_to, paid(from_two_places()).placed.shipping_address);
}

#[test]
fn the_slowest_place_decides_when_all_has_arrived_and_what_is_missing_leaves_it_open() {
    let dates = |stock| confirmation(&paid(stock)).arrival.map(|range| (range.earliest, range.latest));
    let main = |line, quantity| allocation(line, quantity, AllocationState::Reserved(at("main")));
    assert_eq!(dates(vec![main(0, 2), main(1, 1)]), Some((date(2026, 11, 25), date(2026, 11, 26))));
    // It is Monday evening in Tokyo, after the cut-off. The clock starts on Tuesday, the parcel leaves on Wednesday,
    // and transit takes three to five days.
    assert_eq!(dates(from_two_places()), Some((date(2026, 11, 30), date(2026, 12, 2))));
    let waits = vec![main(0, 2), allocation(1, 1, AllocationState::Backordered(at("main")))];
    assert_eq!(dates(waits), Some((date(2026, 12, 9), date(2026, 12, 10))), "two weeks later");
    let in_line = vec![main(0, 2), allocation(1, 1, AllocationState::Waiting(vec![at("main"), at("tokyo")]))];
    assert_eq!(dates(in_line), Some((date(2026, 12, 9), date(2026, 12, 10))), "where they are expected");
    assert_eq!(dates(vec![main(0, 2), allocation(1, 1, AllocationState::Missing)]), None);
    assert_eq!(
        dates(vec![allocation(0, 2, AllocationState::Reserved(at("nowhere")))]),
        None,
        "a location that has gone"
    );
}

#[test]
fn the_confirmation_says_how_many_units_wait_for_stock() {
    let stock = vec![
        allocation(0, 1, AllocationState::Reserved(at("main"))),
        allocation(0, 1, AllocationState::Backordered(at("main"))),
        allocation(1, 1, AllocationState::Waiting(vec![at("main")])),
    ];
    let waits: Vec<_> = confirmation(&paid(stock)).lines.iter().map(|line| line.backordered).collect();
    assert_eq!(waits, [1, 1]);
}

#[test]
fn a_cancellation_tells_what_goes_back_over_all_payments() {
    let cancelled = |events: &[MoneyEvent]| {
        let stamp = by(monday());
        let state = OrderState::place(&placed(), Policy::default(), from_two_places(), monday(), events, &stamp);
        let cancelled = order_of(state).cancel("late", &stamp).unwrap();
        match mail(&cancelled, &ItemName::State, &EmailKind::OrderCancelled) {
            Mail::OrderCancelled(mail) => mail,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((cancelled(&[]).payment, cancelled(&[]).is_rest), (CancelledPayment::Uncharged, false));
    assert_eq!(goods(&cancelled(&[]).lines), [("TEE", 2), ("MUG", 1)]);
    let two = [captured("stripe_pi_1", 5000), captured("stripe_pi_2", 290)];
    assert_eq!(cancelled(&two).payment, CancelledPayment::Refunding(eur(5290)));
    let elsewhere = |amount| {
        let (id, status) = ("re_1".to_owned(), RefundStatus::Succeeded);
        MoneyEvent { fact: MoneyFact::Refund { ours: None, id, amount, status }, ..captured("stripe_pi_1", 0) }
    };
    let paid = captured("stripe_pi_1", 5290);
    let before = CancelledPayment::RefundingRest { now: eur(5000), before: eur(290) };
    assert_eq!(cancelled(&[paid.clone(), elsewhere(290)]).payment, before);
    assert_eq!(cancelled(&[paid, elsewhere(5290)]).payment, CancelledPayment::Refunded(eur(5290)));
    let dollars = MoneyEvent { currency: "USD".parse().ok(), ..captured("stripe_pi_3", 5290) };
    assert_eq!(cancelled(&[dollars]).payment, CancelledPayment::ToBeSettled, "it was charged");
    let under_way = MoneyEvent { fact: MoneyFact::Pending { until: None }, ..captured("stripe_pi_1", 0) };
    assert_eq!(cancelled(&[under_way]).payment, CancelledPayment::ToBeSettled, "it may be charged yet");
}

#[test]
fn a_refund_that_failed_is_not_promised() {
    let stamp = by(monday());
    let mut cancelled = paid(from_two_places()).cancel("late", &stamp).unwrap();
    let ours = OurRefund { id: "cancel".parse().unwrap(), attempt: 1 };
    cancelled.state = cancelled.state.request_refused(&Attempt::from(&ours), "charge_disputed", monday());
    match mail(&cancelled, &ItemName::State, &EmailKind::OrderCancelled) {
        Mail::OrderCancelled(mail) => assert_eq!(mail.payment, CancelledPayment::ToBeSettled),
        other => panic!("{other:?}"),
    }
}

/// The first of two fulfillments has left; the other one waits.
fn half_sent() -> Order {
    let mut order = sent();
    let (id, second) = order.fulfillments.pop_last().unwrap();
    let (line, from) = (second.lines[0].line, second.location.clone());
    order.state.fulfillments.remove(&id);
    order.state.stock.push(allocation(line, second.lines[0].quantity, AllocationState::Committed(from)));
    order
}

#[test]
fn the_rest_that_is_cancelled_is_named_with_its_money() {
    let rest = half_sent().cancel_unsent("sold out", &by(monday())).unwrap();
    let unsent = rest.units_not_sent();
    assert_eq!(unsent.len(), 1);
    let told = match mail(&rest, &ItemName::State, &EmailKind::RestCancelled) {
        Mail::OrderCancelled(mail) => mail,
        other => panic!("{other:?}"),
    };
    let sku = rest.placed.line(*unsent.keys().next().unwrap()).unwrap().sku.to_string();
    let back = rest.state.ledger.refunds["cancel-unsent"].amount;
    assert_eq!((told.is_rest, told.lines.len(), &told.lines[0].sku), (true, 1, &sku));
    assert_eq!(told.payment, CancelledPayment::Refunding(eur(back)));
    let refund = refund_mail(&rest, "cancel-unsent");
    assert_eq!((refund.lines.len(), &refund.lines[0].sku), (1, &sku));
}

#[test]
fn the_first_parcel_does_not_say_how_many_there_will_be_and_keeps_its_number() {
    let place = |order: &Order, n| match mail(order, &fulfillment(n), &shipped_kind()) {
        Mail::Shipped(mail) => (mail.parcel.number, mail.parcel.total),
        other => panic!("{other:?}"),
    };
    assert_eq!(place(&half_sent(), 1), (1, None));
    let mut later = sent();
    let at = |order: &mut Order, n, moment: &str| {
        let shipment =
            order.fulfillments.get_mut(&FulfillmentId::nth(n)).unwrap().parcels[0].shipment.as_mut().unwrap();
        shipment.handed_over_at = moment.parse().unwrap();
    };
    at(&mut later, 1, "2026-11-25T09:00:00Z");
    at(&mut later, 2, "2026-11-24T09:00:00Z");
    assert_eq!((place(&later, 2), place(&later, 1)), ((1, Some(2)), (2, Some(2))), "the first that left is the first");
}

#[test]
fn a_parcel_s_mail_tells_its_own_contents_its_way_and_which_of_all_parcels_it_is() {
    let order = sent();
    let of = |n| match mail(&order, &fulfillment(n), &shipped_kind()) {
        Mail::Shipped(mail) => mail,
        other => panic!("{other:?}"),
    };
    let (first, second) = (of(1), of(2));
    let (far, main) = if first.tracking_page.is_none() { (first, second) } else { (second, first) };
    assert_eq!((goods(&main.lines), goods(&far.lines)), (vec![("TEE", 2)], vec![("MUG", 1)]));
    let mut numbers = [main.parcel.number, far.parcel.number];
    numbers.sort_unstable();
    assert_eq!((numbers, main.parcel.total, far.parcel.total), ([1, 2], Some(2), Some(2)));
    assert_eq!(main.carrier, "DHL");
    let dates = |mail: &Shipped| mail.arrival.as_ref().map(|range| (range.earliest, range.latest));
    assert_eq!(dates(&main), Some((date(2026, 11, 24), date(2026, 11, 25))));
    assert_eq!(dates(&far), Some((date(2026, 11, 26), date(2026, 11, 30))));
    assert_eq!(main.ship_to.name, "Ada Lovelace");
}

#[test]
fn a_delivery_is_dated_as_where_it_arrived() {
    let mut order = sent();
    let late = "2026-11-24T20:00:00Z".parse().unwrap();
    let day = |order: &Order, n| match mail(order, &fulfillment(n), &EmailKind::Delivered("P1".parse().unwrap())) {
        Mail::Delivered(mail) => mail.delivered_on,
        other => panic!("{other:?}"),
    };
    for n in [1, 2] {
        let id = FulfillmentId::nth(n);
        order = order.deliver(id, "P1".parse().unwrap(), &by(late)).unwrap();
        assert_eq!(day(&order, n), date(2026, 11, 24), "in London, wherever it came from");
    }
    order.placed.shipping_address.country = "NZ".parse().unwrap();
    assert_eq!(day(&order, 1), date(2026, 11, 25));
    order.placed.shipping_address.country = "HM".parse().unwrap(); // nobody's time
    let days = [1, 2].map(|n| day(&order, n));
    assert!(days.contains(&date(2026, 11, 24)) && days.contains(&date(2026, 11, 25)), "as where it came from");
}

#[test]
fn a_return_s_mail_names_what_came_and_not_what_was_announced() {
    let order = returned();
    match mail(&order, &ItemName::Return("01".parse().unwrap()), &EmailKind::ReturnReceived) {
        Mail::ReturnReceived(mail) => assert_eq!(goods(&mail.lines), [("TEE", 1)]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refund_of_a_return_names_the_goods_and_any_other_stands_for_itself() {
    let mut order = returned();
    let one = refund_mail(&order, "return-01");
    let lines: Vec<_> = one.lines.iter().map(|l| (l.sku.as_str(), l.quantity, l.amount)).collect();
    // 38.00 of 50.00 take 1.52 of the discount of 2.00: 36.48 for two.
    assert_eq!((lines, one.total), (vec![("TEE", 1, Some(eur(1824)))], eur(1824)));

    let id = "re_1".to_owned();
    let fact = MoneyFact::Refund { ours: None, id, amount: 100, status: RefundStatus::Succeeded };
    let event = MoneyEvent { fact, ..captured("stripe_pi_1", 0) };
    order.state = order.state.clone().record(&event, monday());
    let elsewhere = refund_mail(&order, "re_1");
    assert_eq!((elsewhere.lines.len(), elsewhere.total), (0, eur(100)));
}

#[test]
fn a_refund_that_is_spread_over_payments_tells_each_part_by_its_own_amount() {
    let mut order = returned();
    order.state.ledger.refunds.clear();
    order.state = order.state.clone().record(&captured("stripe_pi_0", 1000), monday());
    order.state = order.state.clone().intend_refund(&RefundCause::Return(FIRST_RETURN), 1824, monday());
    let parts = ["return-01", "return-01.2"].map(|id| refund_mail(&order, id));
    let totals = parts.each_ref().map(|mail| (mail.lines.len(), mail.lines[0].amount, mail.total));
    assert_eq!(totals, [(1, None, eur(1000)), (1, None, eur(824))], "no line costs just one of them");
}

#[test]
fn what_there_is_nothing_to_say_about_is_for_a_person_to_look_at() {
    let order = sent();
    let nothing = [
        (fulfillment(1), EmailKind::Shipped("P9".parse().unwrap())),
        (fulfillment(9), shipped_kind()),
        (ItemName::State, shipped_kind()),
        (fulfillment(1), EmailKind::Delivered("P1".parse().unwrap())), // it is on its way
        (ItemName::Return("01".parse().unwrap()), EmailKind::ReturnReceived),
        (ItemName::State, EmailKind::ReturnReceived),
        (ItemName::State, EmailKind::RefundSent("return-01".parse().unwrap())),
    ];
    for (item, kind) in nothing {
        let outcome = compose(&order, &item, &kind, &locations(), monday());
        assert!(matches!(outcome, Err(Error::Defect(_))), "{item} {kind}: {outcome:?}");
    }
}

#[test]
fn every_kind_renders_with_the_shop_s_name() {
    let shop = Shop {
        name: "Shirts & Mugs".into(),
        email: "help@example.com".into(),
        phone: None,
        help_page: None,
        language: Language::default(),
    };
    let order = returned();
    let kinds = [
        (ItemName::State, EmailKind::PaymentConfirmed),
        (ItemName::State, EmailKind::OrderCancelled),
        (fulfillment(1), shipped_kind()),
        (ItemName::Return("01".parse().unwrap()), EmailKind::ReturnReceived),
        (ItemName::State, EmailKind::RefundSent("return-01".parse().unwrap())),
    ];
    for (item, kind) in kinds {
        let rendered = mail(&order, &item, &kind).render(&shop, shop.language).unwrap();
        assert!(rendered.subject.contains("1001"), "{kind}: {}", rendered.subject);
        assert!(rendered.text.contains("Shirts & Mugs") && rendered.html.contains("Shirts &#38; Mugs"), "{kind}");
    }
}
