//! What the settings say, as far as orders and stock depend on it.

use crate::{Books, Item, Shelves, items::text};
use domain::search::SearchKey;
use std::collections::BTreeSet;

/// The settings that orders and stock name.
#[derive(Debug, Default)]
pub struct Settings {
    pub locations: BTreeSet<String>,
    pub channels: BTreeSet<String>,
    /// The channels of which nobody is named who sells there.
    pub without_seller: BTreeSet<String>,
    /// What the keys of customers are hashed with. The first order makes it.
    pub search_key: Option<SearchKey>,
    /// Whether anybody has an operator's key that is not revoked.
    pub has_operator: bool,
}

impl Settings {
    /// Of the items of the settings table.
    pub fn of(items: &[Item]) -> Self {
        let of = |collection: &'static str| items.iter().filter(move |item| text(item, "collection") == collection);
        let ids = |collection: &'static str| of(collection).map(|item| text(item, "id").to_owned()).collect();
        let is_operator = |item: &Item| text(item, "role") == "operator" && !item.contains_key("revoked_at");
        Self {
            locations: ids("locations"),
            channels: ids("channels"),
            without_seller: of("channels")
                .filter(|item| !item.contains_key("seller"))
                .map(|item| text(item, "id").to_owned())
                .collect(),
            search_key: of("search").find_map(|item| serde_json::from_value(item.clone().into()).ok()),
            has_operator: of("keys").any(is_operator),
        }
    }
}

/// An order's channel is one that people can list and that a storefront may have a key for.
pub(crate) fn every_channel_is_known(books: &Books, broken: &mut Vec<String>) {
    let states = books.orders.iter().filter(|item| text(item, "item") == "state");
    for state in states.filter(|state| !books.settings.channels.contains(text(state, "channel"))) {
        let (order, channel) = (text(state, "order_id"), text(state, "channel"));
        broken.push(format!("order {order} is of the channel {channel:?}, which the settings do not know"));
    }
}

/// A location that holds stock or promises is in the settings: routing does not know any other.
pub fn every_location_is_known(shelves: &Shelves, settings: &Settings) -> Vec<String> {
    let unknown = shelves.locations().into_iter().filter(|location| !settings.locations.contains(*location));
    unknown.map(|location| format!("the location {location:?} has stock, and the settings do not know it")).collect()
}
