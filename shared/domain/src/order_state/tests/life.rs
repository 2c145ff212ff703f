//! The laws that hold over a whole life, whatever happens in it and in which order.

use super::*;
use crate::{
    allocation::difference,
    arrival::Schedule,
    routing::{Availability, route},
    settings::Location,
    stock::{StockDelta, StockLevel, StockPlace},
};
use proptest::prelude::*;

/// Something that happens to an order. Numbers choose among what there is to choose from.
#[derive(Debug, Clone, Copy)]
enum Step {
    Capture(i64),
    Promise,
    Void,
    Refund(i64),
    Dispute(DisputeStatus),
    Settle(RefundStatus),
    Retry,
    Hold,
    Release,
    Deduct,
    Expire,
    Cancel,
    Dispatch,
    Pick { short: u32 },
    Pack,
    HandOver,
    Deliver,
    Receive { units: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let refund = prop_oneof![Just(RefundStatus::Pending), Just(RefundStatus::Succeeded), Just(RefundStatus::Failed)];
    let dispute = prop_oneof![Just(DisputeStatus::Open), Just(DisputeStatus::Won), Just(DisputeStatus::Lost)];
    // What leads to the end is likelier than what breaks off, so that many lives get there.
    prop_oneof![
        6 => prop_oneof![4 => Just(8800_i64), 1 => 0..9000_i64].prop_map(Step::Capture),
        1 => Just(Step::Promise),
        1 => Just(Step::Void),
        1 => (0..9000_i64).prop_map(Step::Refund),
        1 => dispute.prop_map(Step::Dispute),
        3 => refund.prop_map(Step::Settle),
        1 => Just(Step::Retry),
        1 => Just(Step::Hold),
        8 => Just(Step::Release),
        12 => Just(Step::Deduct),
        1 => Just(Step::Expire),
        1 => Just(Step::Cancel),
        12 => Just(Step::Dispatch),
        12 => prop_oneof![3 => Just(0_u32), 1 => 1..3_u32].prop_map(|short| Step::Pick { short }),
        12 => Just(Step::Pack),
        12 => Just(Step::HandOver),
        12 => Just(Step::Deliver),
        8 => (1..6_i64).prop_map(|units| Step::Receive { units }),
    ]
}

/// An order, and the stock that it draws on.
#[derive(Debug, Clone, PartialEq)]
struct World {
    state: OrderState,
    fulfillments: BTreeMap<FulfillmentId, Fulfillment>,
    levels: BTreeMap<StockPlace, StockLevel>,
    /// Units of each line that a carrier has.
    sent: BTreeMap<u16, u32>,
    /// What of a provider's refunds has been asked for by hand.
    asked: usize,
}

fn ordered() -> PlacedOrder {
    placed(&[("TEE", 4, 1500), ("MUG", 2, 700), ("TEE", 1, 1400)])
}

fn locations() -> Vec<Location> {
    let location = |(id, priority): (&str, u16)| Location {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        priority,
        schedule: Schedule::default(),
        webhook_url: None,
    };
    [("main", 1), ("store", 2)].map(location).to_vec()
}

fn place(sku: &str, location: &str) -> StockPlace {
    StockPlace { sku: sku.parse().unwrap(), location: location.parse().unwrap() }
}

impl World {
    fn new() -> Self {
        let level = |(sku, location, on_hand, backorder): (&str, &str, i64, bool)| {
            let level =
                StockLevel { on_hand, available: on_hand, backorder, ..StockLevel::empty(place(sku, location)) };
            (place(sku, location), level)
        };
        let levels: BTreeMap<_, _> =
            [("TEE", "main", 3, false), ("TEE", "store", 2, false), ("MUG", "main", 1, true)].map(level).into();
        let placed = ordered();
        let mut empty = OrderState::place(&placed, Vec::new(), at(RESERVATION), &[], &by(), at(0));
        empty.stock = (0..)
            .zip(&placed.lines)
            .map(|(n, line)| allocation(n, line.sku.as_str(), line.quantity, AllocationState::Missing))
            .collect();
        let needed = empty.needed();
        let mut world =
            Self { state: empty.clone(), fulfillments: BTreeMap::new(), levels, sent: BTreeMap::new(), asked: 0 };
        let routed = route(&needed, &locations(), &mut world.availability());
        let held = |part: &RoutedUnits, state: fn(LocationId) -> AllocationState| Allocation {
            line: part.line,
            sku: part.sku.clone(),
            quantity: part.quantity,
            state: state(part.location.clone()),
        };
        let reserved = routed.parts.iter().map(|part| held(part, AllocationState::Reserved));
        let stock =
            reserved.chain(routed.backordered.iter().map(|part| held(part, AllocationState::Backordered))).collect();
        world.turn_into(OrderState { stock, ..empty }, &routed.parts);
        world
    }

    fn availability(&self) -> Availability {
        Availability::of(self.levels.values())
    }

    /// Takes the next state, and moves the stock as it says. Only `routed` units may make anything less available.
    fn turn_into(&mut self, next: OrderState, routed: &[RoutedUnits]) {
        let change = difference(&self.state.stock, &next.stock);
        for (place, delta) in change.iter() {
            let taken: u32 =
                routed.iter().filter(|p| p.sku == place.sku && p.location == place.location).map(|p| p.quantity).sum();
            assert!(delta.available() >= -i64::from(taken), "{place:?} {delta:?} without a reservation");
            self.shift(place, *delta);
        }
        self.state = next;
    }

    fn shift(&mut self, place: &StockPlace, delta: StockDelta) {
        let level = self.levels.get_mut(place).unwrap();
        level.available += delta.available();
        level.on_hand += delta.on_hand;
        level.reserved += delta.reserved;
        level.committed += delta.committed;
        level.backordered += delta.backordered;
    }

    fn take_off_the_shelf(&mut self, fulfillment: &Fulfillment, units: &[PackedLine]) {
        for PackedLine { line, quantity } in units {
            let sku = ordered().lines[usize::from(*line)].sku.clone();
            let place = StockPlace { sku, location: fulfillment.location.clone() };
            self.shift(&place, StockDelta { on_hand: -i64::from(*quantity), ..StockDelta::default() });
        }
    }

    fn take(&mut self, step: Step, now: Timestamp) {
        let state = self.state.clone();
        let told = |fact| event("stripe_pi_1", fact);
        let next = match step {
            Step::Capture(amount) => state.record(&told(MoneyFact::Captured(amount)), now),
            Step::Promise => state.record(&told(MoneyFact::Pending), now),
            Step::Void => state.record(&told(MoneyFact::Voided), now),
            Step::Dispute(status) => state.record(&dispute(status), now),
            Step::Refund(amount) => {
                self.asked += 1;
                state.intend_refund(&format!("return-{:02}", self.asked), amount, now)
            }
            Step::Settle(status) => {
                let Some((id, refund)) = state.ledger.refunds.iter().find(|(_, refund)| !refund.has_succeeded()) else {
                    return;
                };
                let (id, fact) = (id.clone(), refund_fact(id.as_str(), refund.attempt, refund.amount, status));
                state.refund_sent(&id, now).record(&fact, now)
            }
            Step::Retry => state.clone().retry_refunds(&by(), now).unwrap_or(state),
            Step::Hold => state.clone().hold(HoldReason::Other, "look", &by(), now).unwrap_or(state),
            Step::Release => {
                let Some(reason) = state.holds.keys().next().copied() else { return };
                state.release(reason, &by(), now).unwrap()
            }
            Step::Deduct => {
                let routed = route(&state.needed(), &locations(), &mut self.availability());
                return self.turn_into(state.deduct(&routed, now), &routed.parts);
            }
            Step::Expire => state.expire(at(RESERVATION)),
            Step::Cancel => return self.cancel(now),
            Step::Dispatch => return self.dispatch(now),
            Step::Receive { units } => {
                let place = place(if units % 2 == 0 { "TEE" } else { "MUG" }, "main");
                return self.shift(&place, StockDelta { on_hand: units, ..StockDelta::default() });
            }
            Step::Pick { .. } | Step::Pack | Step::HandOver | Step::Deliver => return self.work(step, now),
        };
        self.turn_into(next, &[]);
    }

    fn cancel(&mut self, now: Timestamp) {
        let all = self.fulfillments.values().cloned().collect();
        if let Ok((state, fulfillments)) = self.state.clone().cancel(all, "why", &by(), now) {
            self.turn_into(state, &[]);
            self.fulfillments = self.fulfillments.keys().cloned().zip(fulfillments).collect();
        }
    }

    fn dispatch(&mut self, now: Timestamp) {
        if !self.state.owed.contains(&Duty::FulfillmentDispatch) {
            return;
        }
        let next = self.fulfillments.len() + 1;
        let planned = plan(&self.state.stock, &ordered(), &BTreeMap::new(), &BTreeSet::new(), next, now);
        let ids: Vec<_> = planned.iter().map(|(id, _)| id.clone()).collect();
        self.turn_into(self.state.clone().dispatched(&ids, now), &[]);
        self.fulfillments.extend(planned);
    }

    /// The warehouse does a step on a fulfillment that allows it, as its function does.
    fn work(&mut self, step: Step, now: Timestamp) {
        let mut all: Vec<_> = self.fulfillments.clone().into_iter().collect();
        if now.as_second() % 2 == 0 {
            all.reverse();
        }
        for (id, fulfillment) in all {
            if let Some((next, gone)) = worked(fulfillment, step, now) {
                let mut state = self.state.clone();
                for PackedLine { line, quantity } in &gone {
                    state = match step {
                        Step::HandOver => {
                            *self.sent.entry(*line).or_default() += quantity;
                            state.shipped(*line, *quantity, &next.location)
                        }
                        _ => state.picked_short(*line, *quantity, &next.location),
                    };
                }
                self.turn_into(state.fulfillment_is(&id, next.status, now), &[]);
                self.take_off_the_shelf(&next, &gone);
                self.fulfillments.insert(id, next);
                return;
            }
        }
    }

    fn check(&self, after: Step) {
        let placed = ordered();
        for (n, line) in (0..).zip(&placed.lines) {
            let held: u32 = self.state.stock.iter().filter(|a| a.line == n).map(|a| a.quantity).sum();
            let sent = self.sent.get(&n).copied().unwrap_or(0);
            let cancelled = matches!(self.state.status, OrderStatus::Cancelled { .. });
            assert_eq!(held + sent, if cancelled { 0 } else { line.quantity }, "line {n} after {after:?}");
        }
        for (place, level) in &self.levels {
            let held = difference(&[], &self.state.stock).get(place).copied().unwrap_or_default();
            let books = (level.reserved, level.committed, level.backordered);
            assert_eq!(books, (held.reserved, held.committed, held.backordered), "{place:?} after {after:?}");
            assert_eq!(level.available, level.on_hand - level.reserved - level.committed);
            assert!(level.available >= 0 && level.on_hand >= 0, "{level:?} after {after:?}");
        }
        let currency = self.state.currency;
        assert!(self.state.ledger.refunded(currency) <= self.state.ledger.captured(currency), "after {after:?}");
        let owes_dispatch = self.state.owed.contains(&Duty::FulfillmentDispatch);
        assert!(!(owes_dispatch && self.state.status != OrderStatus::Open), "after {after:?}");
        assert_eq!(
            self.state.owed.contains(&Duty::Refund),
            self.state.ledger.owed_refunds().next().is_some(),
            "after {after:?}"
        );
        if self.state.status == OrderStatus::Completed {
            assert!(self.fulfillments.values().all(|f| f.status.is_final()) && self.state.stock.is_empty());
        }
    }
}

/// The fulfillment after the step, and the units that left the shelf; none if it does not allow the step.
fn worked(fulfillment: Fulfillment, step: Step, now: Timestamp) -> Option<(Fulfillment, Vec<PackedLine>)> {
    match step {
        Step::Pick { short } if fulfillment.status == FulfillmentStatus::Open => {
            let picks = fulfillment.lines.iter().map(|l| (l.line, l.quantity.saturating_sub(short))).collect();
            fulfillment.confirm_picks(&picks, &by(), now).ok()
        }
        Step::Pack if fulfillment.status == FulfillmentStatus::Picked => {
            let picked = fulfillment.lines.iter().filter(|l| l.picked > Some(0));
            let contents = picked.map(|l| PackedLine { line: l.line, quantity: l.picked.unwrap() }).collect();
            fulfillment.pack(contents, 500, None, "k", &by(), now).ok().map(|next| (next, Vec::new()))
        }
        Step::HandOver if fulfillment.status == FulfillmentStatus::Packed => {
            let (parcel, carrier, tracking_number) = ("P1".parse().unwrap(), "DHL".into(), "1".into());
            let leaving = HandOver { parcel, carrier, tracking_number, tracking_url: None };
            fulfillment.hand_over(&[leaving], &by(), now).ok()
        }
        Step::Deliver if fulfillment.status == FulfillmentStatus::HandedOver => {
            fulfillment.deliver(&"P1".parse().unwrap(), &by(), now).ok().map(|next| (next, Vec::new()))
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn units_money_and_books_are_kept_whatever_happens(steps in prop::collection::vec(step(), 0..160)) {
        let mut world = World::new();
        for (step, second) in steps.into_iter().zip(10..) {
            world.take(step, at(second));
            world.check(step);
        }
    }

    #[test]
    fn what_was_told_twice_is_told_once(steps in prop::collection::vec(step(), 0..40)) {
        let mut world = World::new();
        for (step, second) in steps.into_iter().zip(10..) {
            world.take(step, at(second));
            let again = matches!(
                step,
                Step::Capture(_) | Step::Promise | Step::Void | Step::Dispute(_) | Step::Hold | Step::Expire | Step::Cancel
            );
            if again {
                let mut twice = world.clone();
                twice.take(step, at(second + 1));
                prop_assert_eq!(&twice, &world, "{:?}", step);
            }
        }
    }

    #[test]
    fn the_order_of_money_s_news_does_not_matter_to_what_is_owed_to_the_customer(
        (facts, shuffled) in prop::collection::vec(money(), 0..8).prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle()))
    ) {
        let play = |facts: &[MoneyFact]| {
            let state = facts.iter().fold(pending(), |state, fact| state.record(&event("stripe_pi_1", fact.clone()), at(9)));
            let held = state.holds.contains_key(&HoldReason::PaymentDisputed);
            (state.payment_status(), state.status.clone(), state.owed.contains(&Duty::StockDeduction), held)
        };
        prop_assert_eq!(play(&facts), play(&shuffled));
    }
}

fn money() -> impl Strategy<Value = MoneyFact> {
    let dispute = prop_oneof![Just(DisputeStatus::Open), Just(DisputeStatus::Won), Just(DisputeStatus::Lost)];
    prop_oneof![
        Just(MoneyFact::Pending),
        Just(MoneyFact::Voided),
        Just(MoneyFact::Failed("card_declined".into())),
        prop_oneof![Just(3700_i64), 0..4000_i64].prop_map(MoneyFact::Captured),
        (0..4000_i64).prop_map(MoneyFact::Authorized),
        (0..4000_i64).prop_map(MoneyFact::RefundedInTotal),
        dispute.prop_map(|status| MoneyFact::Dispute { id: "dp_1".into(), amount: 3700, status }),
    ]
}
