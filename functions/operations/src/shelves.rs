//! Shelves that a person has to look at.

use crate::App;
use api::{Caller, Error, Request, Response, view::LevelView};
use app::stock::{self, AtRisk, Shelf};
use domain::ids::OrderId;
use jiff::Timestamp;
use serde::Serialize;

/// A place that is closed until it is counted, or has fewer units than are promised.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShelfView {
    /// What the books say of it. With `recount_since` it is closed until it is counted.
    pub level: LevelView,
    /// The youngest promises, whose units are the ones that are not there: first orders that are not paid, then those
    /// that were paid last.
    pub at_risk: Vec<PromiseView>,
}

/// Units that an order was promised from a shelf.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PromiseView {
    /// The order that may have to wait for its units.
    pub order: OrderId,
    /// Units that it was promised from this shelf, and that have not left.
    pub units: u32,
    /// When the order was paid; absent if it is not. The warehouse is not told.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Timestamp>,
}

/// Shelves to look at, the longest waiting first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shelves {
    /// 100 at most.
    pub shelves: Vec<ShelfView>,
}

/// Shown at most.
const LIMIT: usize = 100;

pub(crate) async fn list(app: &App, caller: &Caller, _: &Request) -> Result<Response, Error> {
    let promise = |AtRisk { order, units, paid_at, .. }: AtRisk| PromiseView {
        order,
        units,
        paid_at: paid_at.filter(|_| caller.sees_money()),
    };
    let view = |Shelf { level, at_risk }: Shelf| ShelfView {
        level: LevelView::of(&level),
        at_risk: at_risk.into_iter().map(promise).collect(),
    };
    let shelves = stock::shelves_to_look_at(&app.store, &caller.scope(), LIMIT).await?.into_iter().map(view).collect();
    Ok(Response::json(200, &Shelves { shelves }))
}
