//! The content of an e-mail, from the order's state.

use crate::mail::{
    CancelledPayment, DateRange, Delivered, Difference, Language, Line, Money, Order as Letterhead, OrderCancelled,
    OrderEdited, Parcel as PartOf, ParcelTrouble, PaymentConfirmed, PricedLine, RefundSent, RefundedFor, RefundedLine,
    Rendered, ReturnReceived, Shipped, Shop, Totals, Tracking, TrackingCorrected, Trouble,
};
use app::Error;
use domain::{
    allocation::AllocationState,
    arrival::{Arrival, Calendar},
    duty::{Duty, EmailKind, ItemName},
    fulfillment::{Fulfillment, PackedLine, Parcel, Remedy},
    ids::{FulfillmentId, LineId, LocationId, ParcelId, RefundId},
    ledger::{Refund, RequestState},
    money::Amount,
    order::Order,
    order_state::HoldReason,
    parcel_state::ParcelState,
    refund_cause::RefundCause,
    requested_refund::RequestedRefund,
    returns::Return,
    settings::Location,
};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeMap;

/// Calendar days until backordered goods are expected if no supplier's date is known.
const BACKORDER_DAYS: u16 = 14;

/// An e-mail with all its content.
#[derive(Debug)]
pub(crate) enum Mail {
    PaymentConfirmed(PaymentConfirmed),
    Shipped(Shipped),
    Delivered(Delivered),
    TrackingCorrected(TrackingCorrected),
    ParcelTrouble(ParcelTrouble),
    OrderEdited(OrderEdited),
    OrderCancelled(OrderCancelled),
    ReturnReceived(ReturnReceived),
    RefundSent(RefundSent),
}

impl Mail {
    pub(crate) fn render(&self, shop: &Shop, language: Language) -> Result<Rendered, askama::Error> {
        match self {
            Self::PaymentConfirmed(mail) => mail.render(shop, language),
            Self::Shipped(mail) => mail.render(shop, language),
            Self::Delivered(mail) => mail.render(shop, language),
            Self::TrackingCorrected(mail) => mail.render(shop, language),
            Self::ParcelTrouble(mail) => mail.render(shop, language),
            Self::OrderEdited(mail) => mail.render(shop, language),
            Self::OrderCancelled(mail) => mail.render(shop, language),
            Self::ReturnReceived(mail) => mail.render(shop, language),
            Self::RefundSent(mail) => mail.render(shop, language),
        }
    }
}

/// Composes the e-mail that `item` of the order owes.
pub(crate) fn compose(
    order: &Order,
    item: &ItemName,
    kind: &EmailKind,
    locations: &[Location],
    now: Timestamp,
) -> Result<Mail, Error> {
    let missing = || Error::Defect(format!("order {} has nothing to say about {kind}", order.id));
    let mail = match kind {
        EmailKind::PaymentConfirmed => payment_confirmed(order, locations, now).map(Mail::PaymentConfirmed),
        EmailKind::OrderEdited(revision) => order_edited(order, *revision).map(Mail::OrderEdited),
        EmailKind::OrderCancelled => Some(Mail::OrderCancelled(order_cancelled(order))),
        EmailKind::RestCancelled => Some(Mail::OrderCancelled(rest_cancelled(order))),
        EmailKind::Shipped(id) => shipped(order, item, *id, locations).map(Mail::Shipped),
        EmailKind::Delivered(id) => delivered(order, item, *id, locations).map(Mail::Delivered),
        EmailKind::TrackingCorrected(id, _) => tracking_corrected(order, item, *id).map(Mail::TrackingCorrected),
        EmailKind::ParcelTrouble(id, state) => parcel_trouble(order, item, *id, *state).map(Mail::ParcelTrouble),
        EmailKind::ReturnReceived => return_received(order, item).map(Mail::ReturnReceived),
        EmailKind::RefundSent(id) => refund_sent(order, id).map(Mail::RefundSent),
    };
    mail.ok_or_else(missing)
}

fn letterhead(order: &Order) -> Letterhead {
    Letterhead { number: order.placed.reference.clone(), customer: Some(order.placed.customer.name.to_string()) }
}

fn money(order: &Order, amount: Amount) -> Money {
    Money { amount, currency: order.placed.currency }
}

fn payment_confirmed(order: &Order, locations: &[Location], now: Timestamp) -> Option<PaymentConfirmed> {
    let placed = &order.placed;
    let stock = &order.state.stock;
    // The slowest location decides. Backordered units start later.
    let arrivals = stock.iter().filter_map(|allocation| {
        let (at, delay) = match &allocation.state {
            AllocationState::Reserved(at) | AllocationState::Committed(at) | AllocationState::Dispatched(at) => (at, 0),
            AllocationState::Backordered(at) => (at, BACKORDER_DAYS),
            AllocationState::Waiting(places) => (places.first()?, BACKORDER_DAYS),
            AllocationState::Missing => return None,
        };
        Some(location(locations, at)?.schedule.estimate(now, delay, destination(order)))
    });
    let known = !order.state.holds.contains_key(&HoldReason::InventoryOutOfStock)
        && !stock.iter().any(|allocation| allocation.state == AllocationState::Missing);
    Some(PaymentConfirmed {
        order: letterhead(order),
        lines: priced_lines(order),
        totals: totals(order)?,
        is_paid: order.state.ledger.covers(order.state.total, order.state.currency),
        ships: placed.stocked_lines().next().is_some(),
        arrival: arrivals.max_by_key(|arrival| arrival.latest).filter(|_| known).map(range),
        ship_to: placed.shipping_address.clone(),
    })
}

/// The public holidays where an order goes.
fn destination(order: &Order) -> Calendar {
    let to = &order.placed.shipping_address;
    Calendar::of(&to.country, to.region.as_deref())
}

fn priced_lines(order: &Order) -> Vec<PricedLine> {
    let waiting = |id: LineId| order.state.stock.iter().filter(move |held| held.line == id && held.state.is_open());
    let line = |line: &domain::placed_order::Line| PricedLine {
        sku: line.sku.to_string(),
        title: line.title.to_string(),
        quantity: line.quantity,
        backordered: waiting(line.id).map(|held| held.quantity).sum(),
        unit_price: money(order, line.unit_price),
        total: money(order, line.before_discount().unwrap_or_default()),
    };
    order.placed.lines.iter().map(line).collect()
}

fn totals(order: &Order) -> Option<Totals> {
    let totals = order.placed.totals()?;
    Some(Totals {
        subtotal: money(order, totals.subtotal),
        discounts: (totals.discount > 0).then(|| money(order, totals.discount)),
        shipping: money(order, order.placed.shipping.price),
        tax: money(order, totals.tax),
        tax_included: order.placed.tax_included,
        total: money(order, totals.total),
    })
}

/// The order as it is now, and what the edit that made this revision costs less or more.
fn order_edited(order: &Order, revision: u32) -> Option<OrderEdited> {
    let back = on_its_way_back(order, &RefundCause::Edit(revision));
    let difference = match (back, order.state.still_due()) {
        (1.., _) => Difference::Refunded(money(order, back)),
        (_, due @ 1..) => Difference::Due(money(order, due)),
        _ => Difference::None,
    };
    Some(OrderEdited {
        order: letterhead(order),
        lines: priced_lines(order),
        totals: totals(order)?,
        difference,
        ship_to: order.placed.shipping_address.clone(),
    })
}

fn order_cancelled(order: &Order) -> OrderCancelled {
    let units = order.placed.lines.iter().map(|line| (line.id, line.quantity));
    cancelled(order, &RefundCause::Cancel, units.collect())
}

/// What had not left was cancelled.
fn rest_cancelled(order: &Order) -> OrderCancelled {
    cancelled(order, &RefundCause::CancelUnsent, order.units_not_sent())
}

fn cancelled(order: &Order, cause: &RefundCause, units: BTreeMap<LineId, u32>) -> OrderCancelled {
    let units: Vec<_> = units.into_iter().map(|(line, quantity)| PackedLine { line, quantity }).collect();
    OrderCancelled {
        order: letterhead(order),
        is_rest: *cause == RefundCause::CancelUnsent,
        lines: contents(order, &units),
        payment: payment_of_cancelled(order, cause),
    }
}

/// What becomes of the money. Only what is really on its way is promised.
fn payment_of_cancelled(order: &Order, cause: &RefundCause) -> CancelledPayment {
    let (ledger, currency) = (&order.state.ledger, order.placed.currency);
    if ledger.payments.values().all(|payment| payment.captured == 0) {
        let may_be_charged = ledger.has_or_awaits_money() || order.state.owed.contains(&Duty::PaymentCheck);
        return if may_be_charged { CancelledPayment::ToBeSettled } else { CancelledPayment::Uncharged };
    }
    let now = on_its_way_back(order, cause);
    let before = (ledger.refunded(currency) - now).max(0);
    let (going, gone) = (money(order, now), money(order, before));
    match (now, before) {
        (1.., 1..) if *cause == RefundCause::Cancel => CancelledPayment::RefundingRest { now: going, before: gone },
        (1.., _) => CancelledPayment::Refunding(going),
        (_, 1..) if !ledger.has_money() => CancelledPayment::Refunded(gone),
        _ => CancelledPayment::ToBeSettled,
    }
}

/// What goes back for this, unless it failed or waits for the end of a dispute.
fn on_its_way_back(order: &Order, cause: &RefundCause) -> Amount {
    let is_promised = |refund: &Refund| {
        !matches!(refund.state, RequestState::Failed { .. } | RequestState::Blocked | RequestState::Covered)
    };
    let of_it = order.state.ledger.refunds().filter(|(id, _)| RefundCause::of(id).as_ref() == Some(cause));
    of_it.filter(|(_, refund)| is_promised(refund)).map(|(_, refund)| refund.amount).sum()
}

fn shipped(order: &Order, item: &ItemName, id: ParcelId, locations: &[Location]) -> Option<Shipped> {
    let (fulfillment, parcel, part_of) = parcel(order, item, id)?;
    let shipment = parcel.shipment.as_ref()?;
    let schedule = location(locations, &fulfillment.location).map(|location| &location.schedule);
    Some(Shipped {
        order: letterhead(order),
        parcel: part_of,
        lines: contents(order, &parcel.contents),
        carrier: shipment.carrier.to_string(),
        tracking_number: shipment.tracking_number.to_string(),
        tracking_page: shipment.tracking_page(Some(&order.placed.shipping_address)),
        arrival: schedule.map(|schedule| range(schedule.in_transit(shipment.handed_over_at, destination(order)))),
        ship_to: order.placed.shipping_address.clone(),
    })
}

fn delivered(order: &Order, item: &ItemName, id: ParcelId, locations: &[Location]) -> Option<Delivered> {
    let (fulfillment, parcel, part_of) = parcel(order, item, id)?;
    // The customer's calendar counts, not the sender's.
    let theirs = order.placed.shipping_address.country.time_zone();
    let ours = || location(locations, &fulfillment.location).map(|of| of.schedule.settings().time_zone.to_string());
    let zone = theirs.map(str::to_owned).or_else(ours).and_then(|zone| TimeZone::get(&zone).ok());
    Some(Delivered {
        order: letterhead(order),
        parcel: part_of,
        lines: contents(order, &parcel.contents),
        delivered_on: zone.unwrap_or(TimeZone::UTC).to_datetime(parcel.delivered_at?).date(),
    })
}

/// Tells how the parcel can be followed now, even if it was corrected again since.
fn tracking_corrected(order: &Order, item: &ItemName, id: ParcelId) -> Option<TrackingCorrected> {
    let (_, parcel, _) = parcel(order, item, id)?;
    let shipment = parcel.shipment.as_ref()?;
    Some(TrackingCorrected {
        order: letterhead(order),
        lines: contents(order, &parcel.contents),
        carrier: shipment.carrier.to_string(),
        tracking_number: shipment.tracking_number.to_string(),
        tracking_page: shipment.tracking_page(Some(&order.placed.shipping_address)),
    })
}

fn parcel_trouble(order: &Order, item: &ItemName, id: ParcelId, state: ParcelState) -> Option<ParcelTrouble> {
    let (_, parcel, _) = parcel(order, item, id)?;
    let trouble = match state {
        ParcelState::AttemptFailed => Trouble::AttemptFailed,
        ParcelState::AwaitingPickup => Trouble::AwaitingPickup,
        ParcelState::Delayed => Trouble::Delayed,
        ParcelState::Damaged => Trouble::Damaged,
        ParcelState::Refused | ParcelState::Returned => Trouble::Returned,
        ParcelState::Lost => Trouble::Lost,
        ParcelState::Packed
        | ParcelState::InTransit
        | ParcelState::OutForDelivery
        | ParcelState::Overdue
        | ParcelState::Exception
        | ParcelState::Delivered => return None,
    };
    let is_underway = matches!(trouble, Trouble::AttemptFailed | Trouble::AwaitingPickup | Trouble::Delayed);
    let tracking = parcel.shipment.as_ref().filter(|_| is_underway).map(|shipment| Tracking {
        carrier: shipment.carrier.to_string(),
        number: shipment.tracking_number.to_string(),
        page: shipment.tracking_page(Some(&order.placed.shipping_address)),
    });
    Some(ParcelTrouble { order: letterhead(order), lines: contents(order, &parcel.contents), trouble, tracking })
}

fn return_received(order: &Order, item: &ItemName) -> Option<ReturnReceived> {
    let ItemName::Return(id) = item else { return None };
    let lines = order.returns.get(id)?.lines.iter().filter(|line| line.received > 0);
    let packed: Vec<_> = lines.map(|line| PackedLine { line: line.line, quantity: line.received }).collect();
    Some(ReturnReceived { order: letterhead(order), lines: contents(order, &packed) })
}

/// A refund lists the goods that it is for. If it is all that was decided for them, save for what the provider cannot move,
/// each has its price.
fn refund_sent(order: &Order, id: &RefundId) -> Option<RefundSent> {
    let ledger = &order.state.ledger;
    let refund = ledger.refunds.get(id)?;
    let basis = Basis::of(order, id);
    let step = ledger.payments.get(&refund.payment).map_or(1, |payment| payment.step);
    let is_whole = basis.amount.is_some_and(|of| (refund.amount - of).abs() < step.max(1));
    let line = |(line, quantity, price): &(LineId, u32, Option<Amount>)| {
        let ordered = order.placed.line(*line)?;
        Some(RefundedLine {
            sku: ordered.sku.to_string(),
            title: ordered.title.to_string(),
            quantity: *quantity,
            amount: price.filter(|_| is_whole).map(|price| money(order, price)),
        })
    };
    let part = |amount: Amount| Some(money(order, amount)).filter(|_| is_whole && amount != 0);
    Some(RefundSent {
        order: letterhead(order),
        cause: basis.cause,
        lines: basis.lines.iter().filter_map(line).filter(|line| line.quantity > 0).collect(),
        shipping: part(basis.shipping),
        deduction: part(-basis.deduction),
        total: money(order, refund.amount),
    })
}

/// What a refund was decided for.
struct Basis {
    cause: RefundedFor,
    /// Lines with their units and price.
    lines: Vec<(LineId, u32, Option<Amount>)>,
    shipping: Amount,
    deduction: Amount,
    /// All that was decided for it. The refund is a part of it if several payments share it.
    amount: Option<Amount>,
}

impl Basis {
    fn of(order: &Order, id: &RefundId) -> Self {
        let none = |cause| Self { cause, lines: Vec::new(), shipping: 0, deduction: 0, amount: None };
        match RefundCause::of(id) {
            Some(RefundCause::Return(n)) => order.returns.get(&n).map_or(none(RefundedFor::Return), Self::of_return),
            Some(RefundCause::Requested(n)) => {
                let nth = usize::try_from(n).unwrap_or_default().checked_sub(1);
                let requested = nth.and_then(|nth| order.state.requested_refunds.get(nth));
                requested.map_or(none(RefundedFor::Other), Self::of_requested)
            }
            Some(RefundCause::Cancel) => {
                let lines = order.placed.lines.iter().map(|line| (line.id, line.quantity, None));
                Self { lines: lines.collect(), ..none(RefundedFor::Cancellation) }
            }
            Some(RefundCause::LatePayment(_)) => none(RefundedFor::Cancellation),
            Some(RefundCause::CancelUnsent) => {
                let lines = order.units_not_sent().into_iter().map(|(line, units)| (line, units, None));
                Self { lines: lines.collect(), ..none(RefundedFor::Unsent) }
            }
            Some(RefundCause::Surplus(_)) => none(RefundedFor::Surplus),
            Some(RefundCause::Edit(_)) => none(RefundedFor::Edit),
            Some(RefundCause::Parcel(fulfillment, id)) => {
                let parcels = order.fulfillments.get(&fulfillment).into_iter().flat_map(|of| &of.parcels);
                let parcel = parcels.into_iter().find(|parcel| parcel.id == id);
                parcel.map_or(none(RefundedFor::Undelivered), Self::of_parcel)
            }
            None => none(RefundedFor::Other),
        }
    }

    fn of_return(returned: &Return) -> Self {
        let credited: Amount = returned.credits.values().sum();
        let deducted = returned.deduction.as_ref().map_or(0, |deduction| deduction.amount);
        Self {
            cause: RefundedFor::Return,
            lines: returned.lines.iter().map(|line| (line.line, line.units_to_refund(), line.refund)).collect(),
            shipping: returned.shipping,
            deduction: deducted + credited,
            amount: returned.refund,
        }
    }

    fn of_parcel(parcel: &Parcel) -> Self {
        let refund = parcel.resolution.as_ref().filter(|made| made.remedy == Remedy::Refund);
        let lines = parcel.contents.iter().map(|packed| (packed.line, packed.quantity, None));
        Self {
            cause: RefundedFor::Undelivered,
            lines: lines.collect(),
            shipping: refund.map_or(0, |refund| refund.shipping),
            deduction: 0,
            amount: refund.map(|refund| refund.amount + refund.shipping),
        }
    }

    fn of_requested(refund: &RequestedRefund) -> Self {
        Self {
            cause: RefundedFor::Other,
            lines: refund.lines.iter().map(|(line, units)| (*line, *units, None)).collect(),
            shipping: refund.shipping,
            deduction: 0,
            amount: Some(refund.amount),
        }
    }
}

/// A parcel of the fulfillment that owes the e-mail, and its place among those that have left: the first that left is the
/// first, whatever leaves later. How many there are is known when the order holds nothing more to send.
fn parcel<'a>(order: &'a Order, item: &ItemName, id: ParcelId) -> Option<(&'a Fulfillment, &'a Parcel, PartOf)> {
    let ItemName::Fulfillment(own) = item else { return None };
    let fulfillment = order.fulfillments.get(own)?;
    let parcel = fulfillment.parcels.iter().find(|parcel| parcel.id == id)?;
    let key = |of: &FulfillmentId, parcel: &Parcel| {
        parcel.shipment.as_ref().map(|shipment| (shipment.handed_over_at, *of, parcel.id))
    };
    let all = order.fulfillments.iter().flat_map(|(of, f)| f.parcels.iter().filter_map(move |parcel| key(of, parcel)));
    let left: Vec<_> = all.collect();
    let this = key(own, parcel)?;
    let number = left.iter().filter(|other| **other < this).count() + 1;
    let total = order.state.stock.is_empty().then_some(left.len());
    Some((fulfillment, parcel, PartOf { number, total }))
}

fn contents(order: &Order, packed: &[PackedLine]) -> Vec<Line> {
    let line = |packed: &PackedLine| {
        let ordered = order.placed.line(packed.line)?;
        Some(Line { sku: ordered.sku.to_string(), title: ordered.title.to_string(), quantity: packed.quantity })
    };
    packed.iter().filter_map(line).collect()
}

fn location<'a>(locations: &'a [Location], id: &LocationId) -> Option<&'a Location> {
    locations.iter().find(|location| location.id == *id)
}

fn range(arrival: Arrival) -> DateRange {
    DateRange { earliest: arrival.earliest, latest: arrival.latest }
}

#[cfg(test)]
mod tests;
