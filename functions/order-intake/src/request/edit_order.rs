//! The body of `POST /orders/{order_id}/edit`.

use super::place_order::{customer, shipping};
use api::{Body, Fields, address};
use domain::{
    ids::LineId,
    order::Edit,
    placed_order::{Address, Customer, MAX_LINES, Shipping},
    text::Reason,
    whole::FoundUnits,
};

/// What is to be changed of an order before it leaves. What is absent stays.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct EditOrder {
    /// How many units of a line are left. 0 removes the line.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub lines: Option<Vec<LineLeft>>,
    /// The whole new address. Refused while a fulfillment is being picked or packed.
    pub shipping_address: Option<Address>,
    /// The whole new address. One that is there cannot be removed.
    pub billing_address: Option<Address>,
    /// Who the e-mails go to.
    pub customer: Option<Customer>,
    /// Another service. What it costs more is asked for, and the order waits for it.
    pub shipping: Option<Shipping>,
    /// In your own words, for the timeline. The customer is not told it.
    pub reason: Reason,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct LineLeft {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    /// Units that are left: at most as many as there are now.
    pub quantity: FoundUnits,
}

impl Body for EditOrder {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let lines = fields.optional_list("lines", 1..=MAX_LINES, |fields| {
            let (line, quantity) = (fields.line(), fields.whole("quantity"));
            Some(LineLeft { line: line?, quantity: quantity? })
        });
        let shipping_address = fields.optional_object("shipping_address", address);
        let billing_address = fields.optional_object("billing_address", address);
        let customer = fields.optional_object("customer", customer);
        let shipping = fields.optional_object("shipping", shipping);
        let reason = fields.text("reason");
        let edit = Self {
            lines: lines?,
            shipping_address: shipping_address?,
            billing_address: billing_address?,
            customer: customer?,
            shipping: shipping?,
            reason: reason?,
        };
        fields.each_line_once("lines", edit.lines.iter().flatten().map(|line| line.line));
        Some(edit)
    }
}

impl EditOrder {
    pub fn edit(self) -> Edit {
        let lines = self.lines.unwrap_or_default().into_iter();
        Edit {
            lines: lines.map(|left| (left.line, left.quantity.get())).collect(),
            shipping_address: self.shipping_address,
            billing_address: self.billing_address,
            customer: self.customer,
            shipping: self.shipping,
            reason: self.reason.to_string(),
        }
    }
}
