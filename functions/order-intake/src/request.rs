//! The bodies of the requests.

mod edit_order;
mod enter_payment;
mod find_orders;
mod place_order;

pub use edit_order::{EditOrder, LineLeft};
pub use enter_payment::{EnterPayment, TellOutcome};
pub use find_orders::{FindOrders, Known};
pub use place_order::{PaymentReference, PlaceOrder};

use api::{Body, Fields};
use domain::{
    ids::LineId,
    ledger::OwnWords,
    money::{Amount, MAX_AMOUNT},
    order_state::HoldReason,
    placed_order::MAX_LINES,
    requested_refund::RefundRequest,
    text::Reason,
    whole::{Price, Units, Whole},
};

/// Why an order is cancelled.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct CancelOrder {
    /// In your own words, for `cancel_reason` and the timeline. No e-mail tells it.
    pub reason: Reason,
    /// Of an order that was sent in part, cancel the rest. Without it, such an order is not cancelled.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub unsent: bool,
}

impl Body for CancelOrder {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let reason = fields.text("reason");
        let unsent = fields.boolean_or("unsent", false);
        Some(Self { reason: reason?, unsent: unsent? })
    }
}

/// Why less than the total is enough.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct AcceptPayment {
    /// In your own words, for the timeline. The customer is not told it.
    pub reason: Reason,
}

impl Body for AcceptPayment {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.text("reason").map(|reason| Self { reason })
    }
}

/// How much of the authorized money is captured.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct CaptureOrder {
    /// In minor units, no more than is due and authorized. All that is due, if absent. The rest of the authorization is
    /// given up: a payment is captured once.
    #[cfg_attr(feature = "schema", schemars(with = "Option<RefundedAmount>"))]
    pub amount: Option<Amount>,
}

impl Body for CaptureOrder {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let amount: Option<Option<RefundedAmount>> = fields.optional_whole("amount");
        amount.map(|amount| Self { amount: amount.map(RefundedAmount::get) })
    }
}

/// What a person wants refunded beside returns and cancellations. Without `amount` it is the price of `lines` and
/// `shipping`.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct RefundOrder {
    /// In minor units.
    #[cfg_attr(feature = "schema", schemars(with = "Option<RefundedAmount>"))]
    pub amount: Option<Amount>,
    /// Units that are paid back. They are not paid back again when they are returned.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub lines: Option<Vec<UnitsToRefund>>,
    /// A part of the shipping price.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Price>"))]
    pub shipping: Option<Amount>,
    /// In your own words, for the timeline. The customer is not told it.
    pub reason: Reason,
    /// The `Idempotency-Key` header.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub key: String,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct UnitsToRefund {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    /// Units whose price is paid back, with tax and after all discounts.
    pub quantity: Units,
}

type RefundedAmount = Whole<Amount, 1, MAX_AMOUNT>;

impl Body for RefundOrder {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let amount: Option<Option<RefundedAmount>> = fields.optional_whole("amount");
        let lines = fields.optional_list("lines", 1..=MAX_LINES, |fields| {
            let (line, quantity) = (fields.line(), fields.whole("quantity"));
            Some(UnitsToRefund { line: line?, quantity: quantity? })
        });
        let shipping: Option<Option<Price>> = fields.optional_whole("shipping");
        let reason = fields.text("reason");
        let key = fields.required_key("a refund that is sent again after a time-out would be paid twice");
        let (amount, lines, shipping) = (amount?, lines?, shipping?);
        if amount.is_none() && lines.is_none() && shipping.is_none() {
            fields.report("amount", "is required unless `lines` or `shipping` say what is refunded");
        }
        fields.each_line_once("lines", lines.iter().flatten().map(|line| line.line));
        Some(Self {
            amount: amount.map(Whole::get),
            lines,
            shipping: shipping.map(Whole::get),
            reason: reason?,
            key: key?,
        })
    }
}

impl RefundOrder {
    pub fn request(self) -> RefundRequest {
        let lines = self.lines.unwrap_or_default().into_iter();
        RefundRequest {
            lines: lines.map(|units| (units.line, units.quantity.get())).collect(),
            shipping: self.shipping.unwrap_or_default(),
            amount: self.amount,
            reason: self.reason.to_string(),
            key: self.key,
        }
    }
}

/// How a dispute is answered.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct AnswerDispute {
    /// In your own words, beside what is gathered from the order. The bank and the customer may read it.
    pub text: Option<OwnWords>,
    /// You have answered at the provider, or let the dispute be: Orderly gives nothing, and nobody is waited for.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub at_provider: bool,
}

impl Body for AnswerDispute {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (text, at_provider) = (fields.optional_text("text"), fields.boolean_or("at_provider", false));
        let (text, at_provider) = (text?, at_provider?);
        if at_provider && text.is_some() {
            fields.report("text", "must be absent with `at_provider`: Orderly gives nothing to the provider then");
        }
        Some(Self { text, at_provider })
    }
}

/// Why an order is held.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct HoldOrder {
    /// `inventory_out_of_stock` and `refund_to_approve` are refused: Orderly alone holds an order for these.
    pub reason: HoldReason,
    /// What whoever releases it has to know. Another note for the same reason replaces the one before.
    pub note: Option<Reason>,
}

impl Body for HoldOrder {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let reason = fields.text("reason");
        let note = fields.optional_text("note");
        Some(Self { reason: reason?, note: note? })
    }
}

#[cfg(test)]
mod tests;
