//! What is told of the routes beside their functions' tables, one file for each function.

mod channels;
mod documents;
mod operations;
mod orders;
mod payments;
mod returns;
mod stock;
mod tracking;
mod warehouse;

use crate::route::{Prose, Route};

/// The function whose routes are pages for people and no part of the API, which the description leaves out.
pub const PAGES: &str = "console";

/// The routes of one function.
pub struct Group {
    /// Its name, which is its binary's.
    pub function: &'static str,
    /// What readers know the function by.
    pub tag: &'static str,
    pub description: &'static str,
    pub routes: Vec<Route>,
}

/// A function's table and the prose about it.
struct Function {
    name: &'static str,
    tag: &'static str,
    description: &'static str,
    table: &'static [api::Route],
    prose: Vec<Prose>,
}

fn functions() -> [Function; 10] {
    let function = |name, tag, description, table, prose| Function { name, tag, description, table, prose };
    [
        function(
            "order-intake",
            "orders",
            "Place, read, list, hold and cancel orders.",
            order_intake::ROUTES,
            orders::routes(),
        ),
        function(
            "payment-webhook",
            "payments",
            "What payment providers tell.",
            payment_webhook::ROUTES,
            payments::routes(),
        ),
        function(
            "tracking-webhook",
            "tracking",
            "What carriers tell of parcels.",
            tracking_webhook::ROUTES,
            tracking::routes(),
        ),
        function(
            "channel-webhook",
            "shops",
            "What connected shops tell.",
            channel_webhook::ROUTES,
            channels::webhook(),
        ),
        function("channel-setup", "channels", "Connect channels to shops.", channel_setup::ROUTES, channels::setup()),
        function("stock", "stock", "Receive, count and show stock.", ::stock::ROUTES, stock::routes()),
        function("warehouse", "warehouse", "Pick, pack, hand over, deliver.", ::warehouse::ROUTES, warehouse::routes()),
        function(
            "documents",
            "documents",
            "Print picklists, packing slips and return slips.",
            ::documents::ROUTES,
            documents::routes(),
        ),
        function(
            "returns",
            "returns",
            "Ask for a return, approve or decline it, receive and inspect.",
            ::returns::ROUTES,
            returns::routes(),
        ),
        function(
            "operations",
            "operations",
            "What is stuck; products, locations, channels, API keys.",
            ::operations::ROUTES,
            operations::routes(),
        ),
    ]
}

/// Every route of the API that has both a row in its function's table and prose.
pub fn all() -> Vec<Group> {
    let group = |Function { name, tag, description, table, prose }: Function| {
        let joined = |prose: Prose| {
            let declared = *table.iter().find(|declared| declared.key == prose.key)?;
            Some(Route { declared, prose })
        };
        let routes = prose.into_iter().filter_map(joined).collect();
        Group { function: name, tag, description, routes }
    };
    functions().into_iter().map(group).collect()
}

/// The keys that stand on one side alone: in a function's table without prose, or in prose without a row.
pub fn unmatched() -> Vec<&'static str> {
    let lone = |Function { table, prose, .. }: Function| {
        let undescribed = table.iter().map(|row| row.key).filter(|key| prose.iter().all(|prose| prose.key != *key));
        let undeclared = prose.iter().map(|prose| prose.key).filter(|key| table.iter().all(|row| row.key != *key));
        undescribed.chain(undeclared).collect::<Vec<_>>()
    };
    functions().into_iter().flat_map(lone).collect()
}
