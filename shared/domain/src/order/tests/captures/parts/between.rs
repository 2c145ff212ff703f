//! What happens between two parcels: an edit, a refund of what has not left, the end of the rest.

use super::*;
use crate::{
    Rejection,
    fixtures::{allocation, placed, unpaid},
    ids::{FulfillmentId, LineId, LocationId},
    ledger::OurRefund,
    money::Currency,
    requested_refund::RefundRequest,
};
use proptest::prelude::*;

const SECOND: FulfillmentId = FulfillmentId::nth(2);
/// The parcels of a shirt, another shirt and a mug each.
const PRICES: [Amount; 3] = [1500, 1600, 700];

/// An order that is captured by parcel, with what is authorized.
fn authorized_for(order: Order, several: bool) -> Order {
    let policy = Policy { capturing: Capturing::PerParcel, ..Policy::default() };
    let authorized = MoneyFact::Authorized { amount: order.placed.total, until: None, several };
    let order = with_state(order, |state| OrderState { policy, ..state }.record(&fact(authorized), at(2)));
    let order = with_state(order, |state| state.deduct(&Routed::default(), at(3)));
    order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4))
}

/// Two shirts at one location, which have left, and two mugs at another, where nobody has begun.
fn shirts_have_left() -> Order {
    let placed = placed(&[("TEE", 2, 1500), ("MUG", 2, 700)]);
    let at_store = |line, sku, at: LocationId| allocation(line, sku, 2, AllocationState::Reserved(at));
    let stock = vec![at_store(0, "TEE", main()), at_store(1, "MUG", "store".parse().unwrap())];
    let order = authorized_for(with_state(unpaid(placed), |state| OrderState { stock, ..state }), true);
    let order = order.confirm_picks(FULFILLMENT, &[(0, 2)].into(), &stamp(5)).unwrap().order;
    let order = send(pack_each(order, &[&[(0, 2)]]), 0, 7);
    assert_eq!(parts(&order), [(3000, true)]);
    state(order, |s| s.record(&captured(3000), at(8)))
}

fn fewer_mugs(order: Order, left: u32) -> Order {
    let edit = Edit { lines: [(1, left)].into(), reason: "fewer".into(), ..Edit::default() };
    order.edit(&edit, &stamp(9)).unwrap().order
}

#[test]
fn the_next_parcel_is_captured_as_an_edit_has_left_it() {
    let order = fewer_mugs(shirts_have_left(), 1);
    assert_eq!((parts(&order), order.state.total), (vec![(3000, true)], 3700));
    let order = order.confirm_picks(SECOND, &[(1, 1)].into(), &stamp(10)).unwrap().order;
    let order = order.pack(SECOND, &packing(&[(1, 1)], "mug"), &stamp(11)).unwrap();
    let leaves = leaving(order.fulfillments[&SECOND].parcels[0].id);
    let order = order.hand_over(SECOND, &[leaves], &stamp(12)).unwrap().order;
    assert_eq!(parts(&order), [(3000, true), (700, false)], "one mug, and the rest is given up");
    assert!(order.state.ledger.refunds.is_empty());
}

#[test]
fn an_edit_that_leaves_nothing_to_send_gives_the_rest_up() {
    let order = fewer_mugs(shirts_have_left(), 0);
    assert_eq!(captures(&order), [("capture-1", 3000, false), ("void-2", 0, true)]);
    assert!(order.state.ledger.refunds.is_empty());
}

/// What somebody does with an order of three parcels.
#[derive(Debug, Clone, Copy)]
enum Act {
    Send(usize),
    /// A person refunds the price of a line, whether it has left or not.
    Refund(LineId),
    CancelRest,
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![(0..3_usize).prop_map(Act::Send), (0..3_u16).prop_map(Act::Refund), Just(Act::CancelRest)]
}

fn three_lines(several: bool) -> Order {
    let order = unpaid(placed(&[("TEE", 1, PRICES[0]), ("SHIRT", 1, PRICES[1]), ("MUG", 1, PRICES[2])]));
    let order = authorized_for(order, several);
    let order = order.confirm_picks(FULFILLMENT, &[(0, 1), (1, 1), (2, 1)].into(), &stamp(5)).unwrap().order;
    pack_each(order, &[&[(0, 1)], &[(1, 1)], &[(2, 1)]])
}

fn done(order: Order, act: Act, second: i64) -> Result<Order, Rejection> {
    match act {
        Act::Send(parcel) => {
            let parcels = &order.fulfillments[&FULFILLMENT].parcels;
            let Some(leaves) = parcels.get(parcel).map(|parcel| leaving(parcel.id)) else { return Ok(order) };
            Ok(order.hand_over(FULFILLMENT, &[leaves], &stamp(second))?.order)
        }
        Act::Refund(line) => {
            let request = RefundRequest {
                lines: [(line, 1)].into(),
                shipping: 0,
                amount: None,
                reason: "a scratch".into(),
                key: format!("refund-{line}"),
            };
            order.request_refund(&request, &stamp(second))
        }
        Act::CancelRest => order.cancel_unsent("no more", &stamp(second)),
    }
}

/// The provider does all that it is asked for.
fn provided(mut order: Order, second: i64) -> Order {
    loop {
        let ledger = &order.state.ledger;
        let before = ledger.captured(currency());
        let told = if let Some((_, capture)) = ledger.owed_captures().next() {
            let total = before + capture.amount;
            match (capture.is_void(), capture.terms.keeps_rest) {
                (true, _) => vec![MoneyFact::Voided],
                (false, true) => vec![MoneyFact::Captured(total)],
                (false, false) => {
                    vec![MoneyFact::Captured(total), MoneyFact::Released(PRICES.iter().sum::<Amount>() - total)]
                }
            }
        } else if let Some((id, refund)) = ledger.owed_refunds().next() {
            let (ours, amount) = (Some(OurRefund { id: id.clone(), attempt: refund.attempt }), refund.amount);
            vec![MoneyFact::Refund { ours, id: format!("re_{id}"), amount, status: RefundStatus::Succeeded }]
        } else {
            return order;
        };
        order = told.into_iter().fold(order, |order, told| state(order, |s| s.record(&fact(told), at(second))));
    }
}

fn currency() -> Currency {
    "EUR".parse().unwrap()
}

#[test]
fn what_the_end_of_the_rest_gave_back_is_not_refunded_once_more() {
    for several in [false, true] {
        let sent = provided(done(three_lines(several), Act::Send(1), 10).unwrap(), 10);
        let over = provided(done(sent, Act::CancelRest, 11).unwrap(), 11);
        assert_eq!(code(done(over.clone(), Act::Refund(0), 12)), "already-refunded");
        assert_eq!(code(done(over, Act::Refund(1), 12)), "done", "what has left may be");
    }
}

proptest! {
    /// Whatever is refunded of what has left or has not, the customer has paid for what came, once, less what a person gave back.
    #[test]
    fn nothing_is_captured_or_refunded_twice(acts in prop::collection::vec(acts(), 0..8), several in any::<bool>()) {
        let (mut order, mut refunded, mut sent) = (three_lines(several), BTreeSet::new(), BTreeSet::new());
        for (second, act) in (10..).zip(acts.iter().copied().chain([Act::CancelRest])) {
            if let Ok(next) = done(order.clone(), act, second) {
                match act {
                    Act::Send(parcel) if next != order => drop(sent.insert(parcel)),
                    Act::Refund(line) => drop(refunded.insert(usize::from(line))),
                    _ => {}
                }
                order = provided(next, second);
            }
        }
        let ledger = &order.state.ledger;
        let paid = ledger.captured(currency()) - ledger.refunded(currency());
        let due: Amount = (0..3).filter(|line| sent.contains(line) && !refunded.contains(line)).map(|line| PRICES[line]).sum();
        prop_assert_eq!(paid, due, "{:?} sent, {:?} refunded, {:?}", sent, refunded, order.state.holds);
        prop_assert_eq!(ledger.secured(currency()), ledger.captured(currency()), "nothing stays reserved");
    }
}
