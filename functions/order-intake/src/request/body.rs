//! The body of `POST /orders`, for the OpenAPI description. [`place_order`](super::place_order) reads it straight into
//! the placed order; the tests of infra/openapi hold the two to each other.

use super::{MAX_LINES, MAX_REFERENCE};
use domain::{
    ids::{ChannelId, ProviderId},
    money::{Amount, Currency, MAX_AMOUNT},
    placed_order::{Address, Customer, Discount, Line, Shipping},
};
use payments::Provider;
use schemars::JsonSchema;

/// An order to be placed. Amounts are whole numbers of the currency's minor unit.
#[derive(JsonSchema)]
pub struct PlaceOrder {
    /// The channel's own order id. Without it, the `Idempotency-Key` header stands for it.
    #[schemars(length(min = 1, max = MAX_REFERENCE))]
    pub reference: Option<String>,
    /// Needed from an operator; a storefront's key names its channel.
    pub channel: Option<ChannelId>,
    pub currency: Currency,
    pub customer: Customer,
    pub shipping_address: Address,
    pub billing_address: Option<Address>,
    #[schemars(length(min = 1, max = MAX_LINES))]
    pub lines: Vec<Line>,
    pub shipping: Shipping,
    /// On the whole order, beside those of the lines.
    pub discount: Option<Discount>,
    /// Whether prices contain their tax. False if absent.
    #[schemars(default)]
    pub tax_included: bool,
    /// What the customer pays: lines less discounts, plus shipping, plus tax unless included.
    #[schemars(range(min = 0, max = MAX_AMOUNT))]
    pub total: Amount,
    /// The payment that the storefront has begun.
    pub payment: Option<PaymentReference>,
}

#[derive(JsonSchema)]
pub struct PaymentReference {
    /// The payment provider: one that the shop uses.
    #[schemars(extend("enum" = names()))]
    pub provider: String,
    /// What the provider calls the payment.
    pub id: ProviderId,
}

fn names() -> Vec<&'static str> {
    Provider::ALL.iter().map(|provider| provider.name()).collect()
}
