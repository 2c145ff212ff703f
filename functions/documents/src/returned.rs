//! The papers of a return.

use crate::{
    App,
    paper::{answer, language, lines, lines_of},
};
use api::{Caller, Code, Error, Problem, Request, Response};
use domain::{
    ids::{OrderId, ReturnId},
    order::Order,
    returns::{Return, ReturnStatus},
    settings::Location,
};
use papers::{Paper, ReturnSlip, ReturnedLine};

/// What a customer puts into the parcel that comes back.
pub(crate) async fn return_slip(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (order, id): (OrderId, ReturnId) = (request.path_param("order_id")?, request.path_param("return")?);
    let scope = caller.scope();
    let read = scope.order(&app.store, &order).await?;
    let returned = scope.returned(&read.order, id)?;
    if matches!(returned.status, ReturnStatus::Requested | ReturnStatus::Declined) {
        let why = format!("the return is {}; only one that was approved has a slip", returned.status.as_str());
        return Err(Problem::new(Code::WrongStatus, why).into());
    }
    let locations = app.store.locations().await?;
    let slip = slip(&read.order, id, returned, whither(&locations, returned));
    answer(app, "return-slip", &Paper::ReturnSlip(slip))
}

/// Where a return goes: to where it came already, else to the first open location that has an address.
fn whither<'a>(locations: &'a [Location], returned: &Return) -> Option<&'a Location> {
    let came_to = locations.iter().find(|location| Some(&location.id) == returned.location.as_ref());
    let takes_it = |location: &&Location| location.is_open() && location.address.is_some();
    came_to.or_else(|| locations.iter().filter(takes_it).min_by_key(|location| (location.priority, &location.id)))
}

fn slip(order: &Order, id: ReturnId, returned: &Return, to: Option<&Location>) -> ReturnSlip {
    let language = language(order);
    let line = |line: &domain::returns::ReturnLine| ReturnedLine {
        sku: line.sku.to_string(),
        title: order.placed.line(line.line).map(|placed| placed.title.to_string()).unwrap_or_default(),
        quantity: line.quantity,
    };
    ReturnSlip {
        language,
        number: format!("{}/R{id}", order.id),
        order: order.placed.reference.clone(),
        to: lines_of(to, language),
        from: lines(&order.placed.shipping_address, language),
        lines: returned.lines.iter().map(line).collect(),
    }
}
