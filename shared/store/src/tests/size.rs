//! How large items are: every kilobyte costs another write unit at every write.

use super::*;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    duty::{Duty, EmailKind},
    fulfillment::{HandOver, PackedLine, plan},
    ids::FulfillmentId,
    ledger::{MoneyEvent, MoneyFact, OurRefund, RefundStatus},
    placed_order::Shipping,
    returns::{Disposition, Inspection, RequestedUnits, ReturnReason, request},
    routing::Routed,
};
use std::collections::BTreeMap;

/// The size of an item as DynamoDB counts it: names and values in UTF-8; a number takes one byte for two
/// digits and one more; a list or map takes 3 bytes and 1 for each entry.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
fn size(item: &Item) -> usize {
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

/// Two lines as a shop sells them, with tax, shipping and a payment.
fn ordinary() -> PlacedOrder {
    let mut placed = two_lines();
    placed.reference = "10027".into();
    placed.lines[0].title = "Organic cotton T-shirt, navy, M".into();
    placed.lines[0].tax = 623;
    placed.lines[1].title = "Stoneware mug, sand, 350 ml".into();
    placed.lines[1].tax = 192;
    placed.shipping = Shipping { method: "Standard".into(), price: 490, tax: 78 };
    placed.total = placed.totals().unwrap().total;
    placed.customer.phone = Some("+44 20 7946 0018".into());
    placed.customer.locale = Some("en-GB".into());
    placed.billing_address = Some(placed.shipping_address.clone());
    placed.payment = "stripe_pi_3MtwBwLkdIwHu7ix28a3tqPa".parse().ok();
    placed
}

/// The state of an order that was paid, sent, delivered, half returned and refunded, with every e-mail sent.
fn whole_life(placed: &PlacedOrder) -> OrderState {
    let event = |second, fact| MoneyEvent {
        payment: "stripe_pi_3MtwBwLkdIwHu7ix28a3tqPa".parse().unwrap(),
        at: at(second),
        event: "evt_1NG8Du2eZvKYlo2CUI79vXWy".into(),
        currency: Some(placed.currency),
        fact,
    };
    let emailed = |mut state: OrderState, kind: EmailKind| {
        state.owed.remove(&Duty::Email(kind.clone()));
        let entry = domain::history::Entry::new(at(900), &Actor::orderly(), "emailed", kind.to_string());
        state.history.push(entry);
        state
    };
    let state = OrderState::place(placed, reserved(placed), at(1800), &[], &Actor::caller("storefront", "web"), at(0));
    let state = state.record(&event(30, MoneyFact::Captured(placed.total)), at(31));
    let state = state.deduct(&Routed::default(), at(32));
    let state = emailed(state, EmailKind::PaymentConfirmed);
    let (id, fulfillment) = plan(&state.stock, placed, &BTreeMap::new(), &[].into(), 1, at(34)).remove(0);
    let state = state.dispatched(std::slice::from_ref(&id), at(34));
    let (state, sent) = sent_and_delivered(state, &id, fulfillment);
    let wanted = [RequestedUnits { line: 1, quantity: 1, reason: ReturnReason::Unwanted }];
    let returned =
        request(placed, &sent, &[], &wanted, "k", &by(), at(9000)).unwrap().approve(&by(), at(9001)).unwrap();
    let returned = returned.receive(&[(1, 1)].into(), &"main".parse().unwrap(), &by(), at(9002)).unwrap();
    let found = Inspection { quantity: 1, disposition: Disposition::Restocked, grade: None };
    let inspected = returned.inspect(&[(1, vec![found])].into(), placed, &[], &by(), at(9003)).unwrap();
    let state = state.intend_refund("return-01", inspected.refund, at(9003));
    let state = state.inspected(&"01".parse().unwrap(), at(9003));
    let refund = "return-01".parse().unwrap();
    let state = state.refund_sent(&refund, at(9004));
    let ours = Some(OurRefund { id: refund.clone(), attempt: 1 });
    let (id, amount) = ("re_3MtwBwLkdIwHu7ix0uke3Ezy".to_owned(), inspected.refund);
    let fact = MoneyFact::Refund { ours, id, amount, status: RefundStatus::Succeeded };
    let state = state.record(&event(9005, fact), at(9006));
    let state = state.record(&event(9007, MoneyFact::RefundedInTotal(amount)), at(9008));
    emailed(state, EmailKind::RefundSent(refund))
}

/// Picked, packed into one parcel, handed over and delivered; with the units that were sent.
fn sent_and_delivered(
    mut state: OrderState,
    id: &FulfillmentId,
    fulfillment: Fulfillment,
) -> (OrderState, BTreeMap<u16, u32>) {
    let picks = fulfillment.lines.iter().map(|line| (line.line, line.quantity)).collect();
    let contents =
        fulfillment.lines.iter().map(|line| PackedLine { line: line.line, quantity: line.quantity }).collect();
    let (picked, _) = fulfillment.confirm_picks(&picks, &by(), at(100)).unwrap();
    let packed = picked.pack(contents, 1400, None, "k", &by(), at(200)).unwrap();
    let leaving = HandOver {
        parcel: "P1".parse().unwrap(),
        carrier: "DHL".into(),
        tracking_number: "JD01".into(),
        tracking_url: None,
    };
    let (sent, left) = packed.hand_over(std::slice::from_ref(&leaving), &by(), at(300)).unwrap();
    for PackedLine { line, quantity } in &left {
        state = state.shipped(*line, *quantity, &sent.location);
    }
    state = state.fulfillment_is(id, sent.status, at(300));
    let delivered = sent.deliver(&leaving.parcel, &by(), at(8000)).unwrap();
    (state.fulfillment_is(id, delivered.status, at(8000)), delivered.units_sent())
}

#[tokio::test]
async fn an_ordinary_order_s_head_is_below_a_kilobyte_after_its_whole_life_and_its_details_are_below_two() {
    let store = TestStore::new();
    let placed = ordinary();
    let state = whole_life(&placed);
    assert_eq!(state.status.as_str(), "completed");
    assert!(state.owed.is_empty(), "{:?}", state.owed);
    let placed = Placement { fingerprint: "f".repeat(32), reserved_until: at(1800), order: placed };
    let mut write = store.write(at(0));
    write.place(&order(1), &placed);
    write.create(&order(1), ItemName::State, state.clone());
    write.commit().await.unwrap();
    let size_of = async |name| size(&store.raw_item("OrdersTable", item::key(&order(1), &name)).await);
    let (head_size, details_size) = (size_of(ItemName::State).await, size_of(ItemName::Placed).await);
    println!("state {head_size} bytes, placed {details_size} bytes");
    assert!(head_size < 1024, "state: {head_size} bytes");
    assert!(details_size < 2048, "placed: {details_size} bytes");
}
