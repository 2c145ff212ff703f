//! The papers of a fulfillment.

use crate::{
    App,
    paper::{answer, language, lines, lines_of, location, name_of, service},
};
use api::{Caller, Code, Error, Problem, Request, Response};
use domain::{
    fulfillment::{Fulfillment, FulfillmentStatus, Parcel},
    ids::{FulfillmentId, LineId, OrderId, ParcelId},
    order::Order,
    settings::Location,
};
use papers::{InParcel, Notice, PackingSlip, Paper, PickLine, Picklist, SlipLine};
use std::collections::BTreeMap;

pub(crate) async fn picklist(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (id, order) = read(app, caller, request).await?;
    let fulfillment = caller.scope().fulfillment(&order, id)?;
    let location = location(app, &fulfillment.location).await?;
    answer(app, "picklist", &Paper::Picklist(list(&order, id, fulfillment, location.as_ref())))
}

pub(crate) async fn packing_slip(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let parcel: Option<ParcelId> = request.query_param("parcel")?;
    let (id, order) = read(app, caller, request).await?;
    let fulfillment = caller.scope().fulfillment(&order, id)?;
    if let Some(parcel) = parcel.filter(|parcel| fulfillment.parcels.iter().all(|known| known.id != *parcel)) {
        let why = format!("the fulfillment has no parcel {parcel}");
        return Err(Problem::new(Code::UnknownParcel, why).into());
    }
    let location = location(app, &fulfillment.location).await?;
    answer(app, "packing-slip", &Paper::PackingSlip(slip(&order, fulfillment, parcel, location.as_ref())))
}

async fn read(app: &App, caller: &Caller, request: &Request) -> Result<(FulfillmentId, Order), Error> {
    let (order, id): (OrderId, _) = (request.path_param("order_id")?, request.path_param("fulfillment")?);
    Ok((id, caller.scope().order(&app.store, &order).await?.order))
}

/// What is picked for a fulfillment, in the order of its bins.
fn list(order: &Order, id: FulfillmentId, fulfillment: &Fulfillment, location: Option<&Location>) -> Picklist {
    let line = |line: &domain::fulfillment::PickLine| PickLine {
        bin: line.bin.clone(),
        sku: line.sku.to_string(),
        title: line.title.clone(),
        quantity: if fulfillment.status.is_to_pick() { line.left() } else { line.quantity },
        tote: None,
        notice: None,
    };
    Picklist {
        number: format!("{}/{id}", order.id),
        location: name_of(&fulfillment.location, location),
        notice: notice(order, fulfillment),
        lines: fulfillment.lines.iter().map(line).filter(|line| line.quantity > 0).collect(),
        services: fulfillment.services.iter().map(|own| service(own, None)).collect(),
    }
}

/// What lies in one parcel of a fulfillment, or in all of them. Before anything is packed: in what is picked.
fn slip(
    order: &Order,
    fulfillment: &Fulfillment,
    parcel: Option<ParcelId>,
    location: Option<&Location>,
) -> PackingSlip {
    let language = language(order);
    let shown: Vec<&Parcel> =
        fulfillment.parcels.iter().filter(|known| parcel.is_none_or(|one| known.id == one)).collect();
    let not_packed = fulfillment.parcels.is_empty();
    let held = held(order);
    let line = |line: &domain::placed_order::Line| {
        let parcels = parts(&shown, line.id);
        let here =
            if not_packed { picked(fulfillment, line.id) } else { parcels.iter().map(|part| part.quantity).sum() };
        let unsent = shown.iter().filter(|parcel| parcel.shipment.is_none()).copied().collect::<Vec<_>>();
        let leaving = if not_packed { here } else { parts(&unsent, line.id).iter().map(|part| part.quantity).sum() };
        SlipLine {
            sku: line.sku.to_string(),
            title: line.title.to_string(),
            ordered: line.quantity,
            here,
            to_follow: held.get(&line.id).copied().unwrap_or_default().saturating_sub(leaving),
            parcels: if shown.len() > 1 { parcels } else { Vec::new() },
        }
    };
    let goods = order.placed.stocked_lines().map(line).filter(|line| line.here + line.to_follow > 0);
    // They are done to the first parcel, and go to another fulfillment with the goods of one that has none.
    let is_done_here = !matches!(fulfillment.status, FulfillmentStatus::Short | FulfillmentStatus::Cancelled)
        && parcel.is_none_or(|parcel| fulfillment.parcels.first().is_some_and(|first| first.id == parcel));
    let services = fulfillment.services.iter().filter(|_| is_done_here).map(|service| SlipLine {
        sku: service.sku.to_string(),
        title: service.title.clone(),
        ordered: service.quantity,
        here: service.quantity,
        to_follow: 0,
        parcels: Vec::new(),
    });
    PackingSlip {
        language,
        order: order.placed.reference.clone(),
        sender: lines_of(location, language),
        recipient: lines(&order.placed.shipping_address, language),
        notice: notice(order, fulfillment),
        lines: goods.chain(services).collect(),
    }
}

/// Why nobody may work by the fulfillment's papers now.
fn notice(order: &Order, fulfillment: &Fulfillment) -> Option<Notice> {
    if fulfillment.status == FulfillmentStatus::Cancelled {
        return Some(Notice::Cancelled);
    }
    order.state.holds_for_people().next().map(|_| Notice::OnHold)
}

/// Units of a line in each of the parcels that has some.
fn parts(parcels: &[&Parcel], line: LineId) -> Vec<InParcel> {
    let of = |parcel: &&Parcel| {
        let quantity = parcel.contents.iter().filter(|packed| packed.line == line).map(|packed| packed.quantity).sum();
        InParcel { parcel: parcel.id.to_string(), quantity }
    };
    parcels.iter().map(of).filter(|part| part.quantity > 0).collect()
}

/// Units of a line that are picked, or are to be.
fn picked(fulfillment: &Fulfillment, line: LineId) -> u32 {
    let own = fulfillment.lines.iter().filter(|own| own.line == line);
    own.map(|own| own.picked.unwrap_or(own.quantity)).sum()
}

/// Units of each line that have not left, wherever they are to come from.
fn held(order: &Order) -> BTreeMap<LineId, u32> {
    let mut units = BTreeMap::new();
    for allocation in &order.state.stock {
        *units.entry(allocation.line).or_default() += allocation.quantity;
    }
    units
}

#[cfg(test)]
mod tests;
