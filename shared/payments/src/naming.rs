//! How the merchant's server names an order on its payment, in one text or in two fields.

use domain::{
    ids::{ChannelId, OrderId},
    payment_record::Named,
};

/// Orderly's own id of an order, `ord_…`.
pub(crate) fn order(text: &str) -> Option<OrderId> {
    text.parse().ok().filter(|id: &OrderId| id.as_str().starts_with("ord_"))
}

/// In two fields: Orderly's id of the order or, with a channel, the channel's own.
pub(crate) fn by_fields(channel: Option<&str>, order: Option<&str>) -> Named {
    let written = channel.map(str::parse::<ChannelId>);
    let order = match (&written, order) {
        (Some(channel), Some(order)) => channel.as_ref().ok().map(|channel| OrderId::derive(channel, order)),
        (None, Some(order)) => self::order(order),
        (_, None) => None,
    };
    Named { order, channel: written.and_then(Result::ok) }
}

/// In one text: `ord_…`, or `CHANNEL/ORDER` with the channel's own id of it. Any other text names nothing.
pub(crate) fn in_one(text: &str) -> Named {
    match text.split_once('/') {
        Some((_, "")) => Named::default(),
        Some((channel, order)) => by_fields(Some(channel), Some(order)),
        None => by_fields(None, Some(text)),
    }
}
