//! How large items are: every kilobyte costs another write unit at every write.

use super::*;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    duty::EmailKind,
    fixtures::{inspected, leaving, packing, unpaid, wanted, with_state},
    history::{Actor, Event, Stamp},
    ledger::{MoneyEvent, MoneyFact, OurRefund, RefundStatus, RequestName},
    outbox::OwesMail,
    placed_order::Shipping,
    returns::{Disposition, RefundWish},
    routing::Routed,
    tax::Taxation,
};
use std::collections::{BTreeMap, BTreeSet};

/// The size of an item as DynamoDB counts it. Names and values count in UTF-8. A number takes one byte per two digits
/// plus one. A list or map takes 3 bytes plus 1 per entry.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
pub(super) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::M(map) => 3 + map.len() + size(map),
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + size_of_value(value)).sum::<usize>(),
        other => panic!("the store writes no {other:?}"),
    }
}

/// An ordinary order of two lines, with tax, shipping and a payment.
fn ordinary() -> PlacedOrder {
    let mut placed = two_lines();
    placed.reference = "10027".into();
    placed.lines[0].title = "Organic cotton T-shirt, navy, M".into();
    placed.lines[0].tax = 623;
    placed.lines[1].title = "Stoneware mug, sand, 350 ml".into();
    placed.lines[1].tax = 192;
    placed.shipping =
        Shipping { method: "Standard".into(), price: 490, discount: 0, tax: 78, taxation: Taxation::default() };
    placed.total = placed.totals().unwrap().total;
    placed.customer.phone = Some("+44 20 7946 0018".into());
    placed.customer.locale = Some("en-GB".into());
    placed.billing_address = Some(placed.shipping_address.clone());
    placed.payment = "stripe_pi_3MtwBwLkdIwHu7ix28a3tqPa".parse().ok();
    placed
}

/// An order that was paid, sent, delivered, half returned and refunded, with every e-mail sent.
fn whole_life(placed: &PlacedOrder) -> Order {
    let event = |second, fact| MoneyEvent {
        payment: "stripe_pi_3MtwBwLkdIwHu7ix28a3tqPa".parse().unwrap(),
        at: at(second),
        event: "evt_1NG8Du2eZvKYlo2CUI79vXWy".into(),
        currency: Some(placed.currency),
        step: 1,
        fact,
    };
    let emailed =
        |state: OrderState, kind: EmailKind| state.mail_dealt_with(&kind, Event::Emailed, &Stamp::orderly(at(900)));
    let new = unpaid(placed.clone());
    let by_the_shop = Stamp::new(Actor::caller("storefront", "web"), at(0));
    let state = OrderState::place(
        placed,
        domain::policy::Policy::default(),
        new.state.stock.clone(),
        at(1800),
        &[],
        &by_the_shop,
    );
    let state = state.record(&event(30, MoneyFact::Captured(placed.total)), at(31));
    let state = state.deduct(&Routed::default(), at(32));
    let order = Order { state: emailed(state, EmailKind::PaymentConfirmed), ..new };
    let order = order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(34));
    let everything = [(0, 2), (1, 1)];
    let order = order.confirm_picks(FULFILLMENT, &everything.into(), &stamp(100)).unwrap().order;
    let order = order.pack(FULFILLMENT, &packing(&everything, "k"), &stamp(200)).unwrap();
    let order = order.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(300)).unwrap().order;
    let order = order.deliver(FULFILLMENT, PARCEL, &stamp(8000)).unwrap();
    let (id, order) = order.request_return(&wanted(&[(1, 1)]), "k", &stamp(9000)).unwrap();
    let order = order.change_return(id, |returned| returned.approve(&stamp(9001))).unwrap();
    let main = fixtures::main();
    let order = order.change_return(id, |returned| returned.receive(&[(1, 1)].into(), &main, &stamp(9002))).unwrap();
    let found = inspected(&[(1, 1, Disposition::Restocked)]);
    let order = order.inspect_return(id, &found, &RefundWish::default(), &stamp(9003)).unwrap().order;
    let amount = order.returns[&id].refund.unwrap();
    with_state(order, |state| {
        let refund: domain::ids::RefundId = "return-01".parse().unwrap();
        let state = state.request_sent(&RequestName::Refund(refund.clone()), at(9004));
        let ours = Some(OurRefund { id: refund.clone(), attempt: 1 });
        let id = "re_3MtwBwLkdIwHu7ix0uke3Ezy".to_owned();
        let fact = MoneyFact::Refund { ours, id, amount, status: RefundStatus::Succeeded };
        let state = state.record(&event(9005, fact), at(9006));
        let state = state.record(&event(9007, MoneyFact::RefundedInTotal(amount)), at(9008));
        emailed(state, EmailKind::RefundSent(refund))
    })
}

#[tokio::test]
async fn an_ordinary_order_s_head_is_below_a_kilobyte_after_its_whole_life_and_its_details_are_below_two() {
    let store = TestStore::new();
    let order = whole_life(&ordinary());
    assert_eq!(order.state.status.as_str(), "completed");
    assert!(order.state.owed.is_empty(), "{:?}", order.state.owed);
    assert!(order.state.ledger.refunds.values().all(domain::ledger::Refund::has_succeeded));
    let mut write = store.write(at(0));
    write.place(&order.id, &placement(&"f".repeat(32), order.placed), order.state);
    write.commit().await.unwrap();
    let head_size = size(&store.raw::<OrderState>(&ItemKey::state(&order.id)).await);
    let details_size = size(&store.raw::<Placement>(&ItemKey::new(&order.id, ItemName::Placed)).await);
    println!("state {head_size} bytes, placed {details_size} bytes");
    assert!(head_size < 1024, "state: {head_size} bytes");
    assert!(details_size < 2048, "placed: {details_size} bytes");
}
