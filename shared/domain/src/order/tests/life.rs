//! Laws that hold over the whole life of an order, whatever happens and in whichever order.

use super::*;
use crate::order_state::HoldReason;
use crate::{
    arrival::Schedule,
    fulfillment::{Parcel, Remedy, Report},
    ledger::RequestName,
    parcel_state::ParcelState,
    returns::{ReturnLine, ReturnStatus},
    routing::{Availability, route},
    settings::Location,
    stock::StockLevel,
};
use jiff::Timestamp;
use proptest::prelude::*;

/// Something that happens to an order. The numbers choose among the possible targets.
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
    CancelUnsent,
    Dispatch,
    StartPicking,
    Pick { short: u32 },
    Pack { all: bool },
    HandOver,
    Deliver,
    Tell(ParcelState),
    Resolve(Remedy),
    BringBack(Disposition),
    AskBack { units: u32 },
    Approve,
    Decline,
    TakeBack { missing: u32 },
    Inspect(Disposition),
    Receive { units: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let refund = prop_oneof![Just(RefundStatus::Pending), Just(RefundStatus::Succeeded), Just(RefundStatus::Failed)];
    let dispute = prop_oneof![Just(DisputeStatus::Open), Just(DisputeStatus::Won), Just(DisputeStatus::Lost)];
    let disposition = prop_oneof![
        Just(Disposition::Restocked),
        Just(Disposition::NotRestocked),
        Just(Disposition::ProcessingRequired)
    ];
    // Steps that lead to the end are more likely than steps that stop an order, so many lives reach the end.
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
        1 => prop_oneof![Just(Step::Cancel), Just(Step::CancelUnsent)],
        12 => Just(Step::Dispatch),
        2 => Just(Step::StartPicking),
        12 => prop_oneof![3 => Just(0_u32), 1 => 1..3_u32].prop_map(|short| Step::Pick { short }),
        12 => prop_oneof![3 => Just(true), 1 => Just(false)].prop_map(|all| Step::Pack { all }),
        12 => Just(Step::HandOver),
        8 => Just(Step::Deliver),
        6 => prop::sample::select(&ParcelState::ALL[1..]).prop_map(Step::Tell),
        6 => prop::sample::select(Remedy::ALL).prop_map(Step::Resolve),
        3 => disposition.clone().prop_map(Step::BringBack),
        8 => (1..3_u32).prop_map(|units| Step::AskBack { units }),
        8 => prop_oneof![5 => Just(Step::Approve), 1 => Just(Step::Decline)],
        8 => (0..2_u32).prop_map(|missing| Step::TakeBack { missing }),
        8 => disposition.prop_map(Step::Inspect),
        8 => (1..6_i64).prop_map(|units| Step::Receive { units }),
    ]
}

/// An order and the stock that it uses.
#[derive(Debug, Clone, PartialEq)]
struct World {
    order: Order,
    levels: BTreeMap<StockPlace, StockLevel>,
    /// The units of each SKU on hand according to the reports: what came, less what was not found.
    believed: BTreeMap<Sku, i64>,
    /// The number of refunds that steps have asked for, so that each has its own name.
    asked: u16,
}

fn ordered() -> PlacedOrder {
    placed(&[("TEE", 4, 1500), ("MUG", 2, 700), ("TEE", 1, 1400)])
}

fn locations() -> Vec<Location> {
    let location = |(id, priority): (&str, u16)| Location {
        id: id.parse().unwrap(),
        name: id.into(),
        priority,
        schedule: Schedule::default(),
        address: None,
        webhook_url: None,
        closed: None,
        changed: None,
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
        let levels: BTreeMap<_, _> = [
            ("TEE", "main", 3, false),
            ("TEE", "store", 2, false),
            ("MUG", "main", 1, true),
            ("MUG", "store", 0, false),
        ]
        .map(level)
        .into();
        let believed = [("TEE", 5), ("MUG", 1)].map(|(sku, units)| (sku.parse().unwrap(), units)).into();
        let missing = |line: &Line| allocation(line.id, line.sku.as_str(), line.quantity, AllocationState::Missing);
        let mut order = unpaid(ordered());
        order.state.stock = ordered().lines.iter().map(missing).collect();
        let mut world = Self { order: order.clone(), levels, believed, asked: 0 };
        let routed = route(&order.state.needed(), &locations(), &mut world.availability());
        let held = |part: &RoutedUnits, state: fn(LocationId) -> AllocationState| {
            allocation(part.line, part.sku.as_str(), part.quantity, state(part.location.clone()))
        };
        let reserved = routed.parts.iter().map(|part| held(part, AllocationState::Reserved));
        let backordered = routed.backordered.iter().map(|part| held(part, AllocationState::Backordered));
        order.state.stock = reserved.chain(backordered).collect();
        world.turn_into(&order.into(), &routed.parts);
        world
    }

    fn availability(&self) -> Availability {
        Availability::of(self.levels.values())
    }

    /// Takes a change, and moves the stock accordingly. Only `routed` units may reduce `available`.
    fn turn_into(&mut self, change: &Change, routed: &[RoutedUnits]) {
        for (place, delta) in change.stock(&self.order).iter() {
            let taken: u32 =
                routed.iter().filter(|p| p.sku == place.sku && p.location == place.location).map(|p| p.quantity).sum();
            assert!(delta.takeable() >= -i64::from(taken), "{place:?} {delta:?} without a reservation");
            self.shift(place, *delta);
        }
        for (sku, record) in &change.corrections {
            *self.believed.get_mut(sku).unwrap() += record.movement.change.on_hand;
        }
        self.order = change.order.clone();
    }

    fn shift(&mut self, place: &StockPlace, delta: StockDelta) {
        let level = self.levels.get_mut(place).unwrap();
        level.available += delta.available();
        level.on_hand += delta.on_hand;
        level.reserved += delta.reserved;
        level.committed += delta.committed;
        level.backordered += delta.backordered;
        level.waiting += delta.waiting;
        level.damaged += delta.damaged;
        level.quality_control += delta.quality_control;
    }

    fn take(&mut self, step: Step, now: Timestamp) {
        match step {
            Step::Deduct => {
                let routed = route(&self.order.state.needed(), &locations(), &mut self.availability());
                let deducted = with_state(self.order.clone(), |state| state.deduct(&routed, now));
                self.turn_into(&deducted.into(), &routed.parts);
            }
            Step::Receive { units } => {
                let place = place(if units % 2 == 0 { "TEE" } else { "MUG" }, "main");
                self.shift(&place, StockDelta { on_hand: units, ..StockDelta::default() });
                *self.believed.get_mut(&place.sku).unwrap() += units;
            }
            Step::Refund(amount) => {
                self.asked += 1;
                let cause = RefundCause::Return(ReturnId::nth(1000 + self.asked));
                let intended = with_state(self.order.clone(), |state| state.intend_refund(&cause, amount, now));
                self.turn_into(&intended.into(), &[]);
            }
            step => {
                if let Some(change) = changed(&self.order, step, &Stamp { at: now, ..stamp(0) }) {
                    self.turn_into(&change, &[]);
                }
            }
        }
    }

    fn check(&self, after: Step) {
        let Order { placed, state, fulfillments, .. } = &self.order;
        let sent = self.order.units_sent();
        let given_up = state.history.iter().any(|entry| matches!(entry.what, Event::Cancelled | Event::RestCancelled));
        assert!(!given_up || state.stock.is_empty(), "after {after:?}");
        for Line { id, quantity, .. } in &placed.lines {
            let held: u32 = state.stock.iter().filter(|a| a.line == *id).map(|a| a.quantity).sum();
            let of = |units: &BTreeMap<LineId, u32>| units.get(id).copied().unwrap_or(0);
            // What was sent again did not arrive the first time.
            let sent = of(&sent) - of(&self.order.units_sent_again());
            assert!(if given_up { sent <= *quantity } else { held + sent == *quantity }, "line {id} after {after:?}");
            self.check_what_is_made_good(*id, *quantity, after);
        }
        for (place, level) in &self.levels {
            let held = difference(&[], &state.stock).get(place).copied().unwrap_or_default();
            let books = (level.reserved, level.committed, level.backordered, level.waiting);
            let promised = (held.reserved, held.committed, held.backordered, held.waiting);
            assert_eq!(books, promised, "{place:?} after {after:?}");
            let kept_back = level.reserved + level.committed + level.damaged + level.quality_control;
            assert_eq!(level.available, level.on_hand - kept_back - level.waiting);
            assert!(level.on_hand >= kept_back && level.on_hand >= 0, "{level:?} after {after:?}");
        }
        for (sku, believed) in &self.believed {
            let on_hand: i64 = self.levels.values().filter(|level| level.sku == *sku).map(|level| level.on_hand).sum();
            let gone: i64 =
                placed.lines.iter().filter(|line| line.sku == *sku).map(|line| self.units_gone(line.id)).sum();
            assert_eq!(on_hand, believed - gone, "{sku} after {after:?}");
        }
        assert!(state.ledger.refunded(state.currency) <= state.ledger.captured(state.currency), "after {after:?}");
        let owes_dispatch = state.owed.contains(&Duty::FulfillmentDispatch);
        assert!(!owes_dispatch || state.status == OrderStatus::Open, "after {after:?}");
        let may_be_sent = state.status == OrderStatus::Open
            && state.holds.is_empty()
            && state.stock.iter().any(|held| matches!(held.state, AllocationState::Committed(_)));
        assert!(owes_dispatch || !may_be_sent, "after {after:?}");
        assert_eq!(state.owed.contains(&Duty::Refund), state.ledger.owed_refunds().next().is_some(), "after {after:?}");
        let summary = state.fulfillments.iter().map(|(id, status)| (id, status.is_final()));
        assert!(summary.eq(fulfillments.iter().map(|(id, own)| (id, own.status.is_final()))), "after {after:?}");
        if state.status == OrderStatus::Completed {
            assert!(fulfillments.values().all(|f| f.status.is_final()) && state.stock.is_empty());
        }
    }

    /// A unit is with the customer (or on its way, or to be sent) or paid back, and never both.
    fn check_what_is_made_good(&self, line: LineId, quantity: u32, after: Step) {
        let parcels = || self.order.fulfillments.values().flat_map(|of| &of.parcels);
        let units =
            |of: &Parcel| of.contents.iter().filter(|own| own.line == line).map(|own| own.quantity).sum::<u32>();
        let arrived: u32 = parcels().filter(|of| of.state() == ParcelState::Delivered).map(units).sum();
        let under_way = parcels()
            .filter(|of| of.shipment.is_some() && of.state() != ParcelState::Delivered && of.resolution.is_none());
        let turned_up = parcels().filter(|of| of.state() == ParcelState::Delivered && of.resolution.is_some());
        let there = arrived + under_way.map(units).sum::<u32>() - turned_up.map(units).sum::<u32>();
        let back: u32 = self
            .order
            .returns
            .values()
            .flat_map(Return::units_paid_back)
            .filter(|(of, _)| *of == line)
            .map(|(_, n)| n)
            .sum();
        let held: u32 = self.order.state.stock.iter().filter(|a| a.line == line).map(|a| a.quantity).sum();
        let paid_back = self.order.units_compensated().get(&line).copied().unwrap_or(0);
        assert!(
            held + there.saturating_sub(back) + paid_back <= quantity,
            "line {line} is made good twice after {after:?}"
        );
    }

    /// Units of a line with a carrier or the customer: they were sent, and no inspector has them back.
    fn units_gone(&self, line: LineId) -> i64 {
        let sent = self.order.units_sent().get(&line).copied().unwrap_or(0);
        let lines = self.order.returns.values().flat_map(|returned| &returned.lines);
        let back: u32 = lines.filter(|own| own.line == line).map(ReturnLine::units_to_refund).sum();
        let parcels = self.order.fulfillments.values().flat_map(|of| &of.parcels);
        let brought =
            parcels.filter_map(|parcel| parcel.received_back.as_ref()).filter_map(|back| back.found.get(&line));
        let brought = brought.flatten().filter(|of| of.disposition != Disposition::Missing);
        let brought: u32 = brought.map(|of| of.quantity).sum();
        i64::from(sent) - i64::from(back) - i64::from(brought)
    }
}

/// The result of a step. None if it is refused or has no target.
fn changed(order: &Order, step: Step, stamp: &Stamp) -> Option<Change> {
    let told = |fact| Some(with_state(order.clone(), |s| s.record(&event("stripe_pi_1", fact), stamp.at)).into());
    let state = |rule: &dyn Fn(OrderState) -> Result<OrderState, Rejection>| {
        order.clone().with_state(rule).ok().map(Change::from)
    };
    match step {
        Step::Capture(amount) => told(MoneyFact::Captured(amount)),
        Step::Promise => told(MoneyFact::Pending { until: None }),
        Step::Void => told(MoneyFact::Voided),
        Step::Dispute(status) => told(dispute(status).fact),
        Step::Settle(status) => {
            let (id, of) = order.state.ledger.refunds.iter().find(|(_, refund)| !refund.has_succeeded())?;
            let fact = refund(id.as_str(), of.attempt, of.amount, status);
            state(&|state| Ok(state.request_sent(&RequestName::Refund(id.clone()), stamp.at).record(&fact, stamp.at)))
        }
        Step::Retry => state(&|state| state.retry_refunds(stamp)),
        Step::Hold => state(&|state| state.hold(HoldReason::Other, "look", stamp)),
        Step::Release => {
            let reason = *order.state.holds.keys().next()?;
            state(&|state| state.release(reason, stamp))
        }
        Step::Expire => state(&|state| Ok(state.expire(at(RESERVATION)))),
        Step::Cancel => Some(order.clone().cancel("why", stamp).ok()?.into()),
        Step::CancelUnsent => Some(order.clone().cancel_unsent("why", stamp).ok()?.into()),
        Step::Dispatch => {
            let owed = order.state.owed.contains(&Duty::FulfillmentDispatch);
            owed.then(|| order.clone().dispatch(&BTreeMap::new(), &BTreeSet::new(), stamp.at).into())
        }
        Step::AskBack { units } => {
            let line = *order.units_sent().keys().nth(order.returns.len() % 2)?;
            let key = order.returns.len().to_string();
            Some(order.clone().request_return(&wanted(&[(line, units)]), &key, stamp).ok()?.1.into())
        }
        Step::Approve | Step::Decline | Step::TakeBack { .. } | Step::Inspect(_) => {
            order.returns.keys().find_map(|id| handled(order.clone(), *id, step, stamp))
        }
        Step::StartPicking
        | Step::Pick { .. }
        | Step::Pack { .. }
        | Step::HandOver
        | Step::Deliver
        | Step::Tell(_)
        | Step::Resolve(_)
        | Step::BringBack(_) => {
            let mut ids: Vec<_> = order.fulfillments.keys().copied().collect();
            if stamp.at.as_second() % 2 == 0 {
                ids.reverse();
            }
            ids.into_iter().find_map(|id| worked(order.clone(), id, step, stamp))
        }
        Step::Deduct | Step::Receive { .. } | Step::Refund(_) => None,
    }
}

/// The warehouse takes a step on a fulfillment, if there is one to take.
fn worked(order: Order, id: FulfillmentId, step: Step, stamp: &Stamp) -> Option<Change> {
    let of = order.fulfillments[&id].clone();
    let unpacked = |line: LineId, picked: Option<u32>| {
        let packed = of.parcels.iter().flat_map(|parcel| &parcel.contents).filter(|packed| packed.line == line);
        picked.unwrap_or(0) - packed.map(|packed| packed.quantity).sum::<u32>()
    };
    let parcel = |wanted: fn(&Parcel) -> bool| of.parcels.iter().find(|parcel| wanted(parcel)).map(|parcel| parcel.id);
    match step {
        Step::StartPicking => Some(order.start_picking(id, stamp).ok()?.into()),
        Step::Pick { short } if of.status.is_work() => {
            let found =
                of.lines.iter().map(|line| (line.line, line.picked.unwrap_or(line.quantity).saturating_sub(short)));
            order.confirm_picks(id, &found.collect(), stamp).ok()
        }
        Step::Pack { all } => {
            let left = of.lines.iter().map(|line| (line.line, unpacked(line.line, line.picked)));
            let left = left.filter(|(_, units)| *units > 0).take(if all { usize::MAX } else { 1 });
            let packing = packing(&left.collect::<Vec<_>>(), &of.parcels.len().to_string());
            if packing.contents.as_ref().is_none_or(Vec::is_empty) {
                None
            } else {
                Some(order.pack(id, &packing, stamp).ok()?.into())
            }
        }
        Step::HandOver => order.hand_over(id, &[leaving(parcel(|parcel| parcel.shipment.is_none())?)], stamp).ok(),
        Step::Deliver => {
            let sent = parcel(|parcel| parcel.shipment.is_some() && parcel.delivered_at.is_none())?;
            Some(order.deliver(id, sent, stamp).ok()?.into())
        }
        Step::Tell(state) => {
            let told = parcel(|parcel| parcel.shipment.is_some())?;
            let report = Report { at: stamp.at, reason: String::new() };
            Some(order.report_parcel(id, told, state, &report, stamp).ok()?.into())
        }
        Step::Resolve(remedy) => {
            let waits = parcel(|parcel| parcel.awaits_decision_since().is_some())?;
            Some(order.resolve_parcel(id, waits, remedy, "why", stamp).ok()?.into())
        }
        Step::BringBack(disposition) => {
            let came =
                of.parcels.iter().find(|parcel| parcel.state().is_exception() && parcel.received_back.is_none())?;
            let found: Vec<_> = came.contents.iter().map(|own| (own.line, own.quantity, disposition)).collect();
            order.receive_parcel_back(id, came.id, &main(), &inspected(&found), stamp).ok()
        }
        _ => None,
    }
}

/// A return takes a step, if it allows it.
fn handled(order: Order, id: ReturnId, step: Step, stamp: &Stamp) -> Option<Change> {
    let of = order.returns[&id].clone();
    match step {
        Step::Approve if of.status == ReturnStatus::Requested => {
            Some(order.change_return(id, |returned| returned.approve(stamp)).ok()?.into())
        }
        Step::Decline if of.status != ReturnStatus::Declined => {
            Some(order.change_return(id, |returned| returned.decline("worn", stamp)).ok()?.into())
        }
        Step::TakeBack { missing } => {
            let came = of.lines.iter().map(|line| (line.line, line.quantity.saturating_sub(missing))).collect();
            Some(order.change_return(id, |returned| returned.receive(&came, &main(), stamp)).ok()?.into())
        }
        Step::Inspect(disposition) if of.status != ReturnStatus::Inspected => {
            let came = of.lines.iter().filter(|line| line.received > 0);
            let came: Vec<_> = came.map(|line| (line.line, line.received, disposition)).collect();
            order.inspect_return(id, &inspected(&came), &RefundWish::default(), stamp).ok()
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn units_money_and_books_are_kept_whatever_happens(steps in prop::collection::vec(step(), 0..200)) {
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
                Step::Capture(_)
                    | Step::Promise
                    | Step::Void
                    | Step::Dispute(_)
                    | Step::Hold
                    | Step::Expire
                    | Step::Cancel
                    | Step::CancelUnsent
            );
            if again {
                let mut twice = world.clone();
                twice.take(step, at(second + 1));
                prop_assert_eq!(&twice, &world, "{:?}", step);
            }
        }
    }
}
