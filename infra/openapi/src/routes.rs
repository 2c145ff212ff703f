//! The tables of routes, one for each function.

mod operations;
mod orders;
mod payments;
mod returns;
mod stock;
mod warehouse;

use crate::route::Route;

/// The routes of one function.
pub struct Group {
    /// What readers know the function by.
    pub tag: &'static str,
    pub description: &'static str,
    pub routes: Vec<Route>,
}

/// Every route of the API.
pub fn all() -> [Group; 6] {
    let group = |tag, description, routes| Group { tag, description, routes };
    [
        group("orders", "Place, read, list, hold and cancel orders.", orders::routes()),
        group("payments", "What payment providers tell.", payments::routes()),
        group("stock", "Receive, count and show stock.", stock::routes()),
        group("warehouse", "Pick, pack, hand over, deliver.", warehouse::routes()),
        group("returns", "Ask for a return, approve or decline it, receive and inspect.", returns::routes()),
        group("operations", "What is stuck; products, locations, channels, API keys.", operations::routes()),
    ]
}
