//! How orders look to the warehouse: what its work needs. No prices, payments or refunds, no e-mail address, and nothing of
//! other locations.

use super::{FulfillmentView, ReturnView};
use app::Scope;
use domain::{
    fulfillment::FulfillmentStatus,
    ids::{ChannelId, FulfillmentId, OrderId},
    order::Order,
    order_state::OrderState,
    placed_order::Address,
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// An order in a list, as the warehouse sees it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderWorkSummary {
    /// Orderly's id, which the routes of its fulfillments and returns take.
    pub id: OrderId,
    /// The channel that it was placed through.
    pub channel: ChannelId,
    /// The channel's own order id.
    pub reference: String,
    /// When Orderly took it, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub placed_at: Timestamp,
    /// `pending` is not paid yet, `open` is. `expired` was not paid in time, and a late payment opens it again.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = domain::order_state::OrderStatus::NAMES)))]
    pub status: &'static str,
    /// Whether nothing of it may be picked, packed or handed over now.
    pub on_hold: bool,
    /// Those at the locations of the API key.
    pub fulfillments: BTreeMap<FulfillmentId, FulfillmentStatus>,
}

impl OrderWorkSummary {
    pub fn of(id: &OrderId, state: &OrderState, fulfillments: BTreeMap<FulfillmentId, FulfillmentStatus>) -> Self {
        Self {
            id: id.clone(),
            channel: state.channel.clone(),
            reference: state.reference.clone(),
            placed_at: state.placed_at,
            status: state.status.as_str(),
            on_hold: !state.holds.is_empty(),
            fulfillments,
        }
    }
}

/// What the warehouse has to know of an order.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderWork {
    #[serde(flatten)]
    pub summary: OrderWorkSummary,
    /// Where the parcels go. Absent if none leaves from the locations of the API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// The service that the customer chose.
    pub shipping_method: String,
    /// Those at the locations of the API key in full, without money, sorted by id.
    pub fulfillment_details: Vec<FulfillmentView>,
    /// Those that have come to the locations of the API key, and those that are approved and may come there.
    pub returns: Vec<ReturnView>,
}

impl OrderWork {
    pub fn of(order: &Order, scope: &Scope) -> Self {
        let own = order.fulfillments.iter().filter(|(_, fulfillment)| scope.sees_fulfillment(fulfillment));
        let statuses: BTreeMap<_, _> = own.clone().map(|(id, fulfillment)| (*id, fulfillment.status)).collect();
        let to = Some(&order.placed.shipping_address);
        let details =
            own.map(|(id, fulfillment)| FulfillmentView::new(&order.id, *id, fulfillment, to).without_money());
        let returns = order.returns.iter().filter(|(_, returned)| scope.sees_return(returned));
        Self {
            shipping_address: Some(order.placed.shipping_address.clone()).filter(|_| !statuses.is_empty()),
            shipping_method: order.placed.shipping.method.to_string(),
            fulfillment_details: details.collect(),
            returns: returns.map(|(id, returned)| ReturnView::new(&order.id, *id, returned).without_money()).collect(),
            summary: OrderWorkSummary::of(&order.id, &order.state, statuses),
        }
    }
}
