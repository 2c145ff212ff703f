//! Accepts orders, and lets people read, list, find, edit, hold, capture, refund, cancel and invoice them, tell of their money, and
//! answer disputes.

mod change;
mod disputes;
mod invoices;
mod place;
mod read;
pub mod request;
mod told;

use domain::limits::{Limits, NoLimits};
use jiff::SignedDuration;
use payments::Provider;
use request::{
    AcceptPayment, AnswerDispute, CancelOrder, CaptureOrder, EditOrder, EnterPayment, FindOrders, HoldOrder,
    PlaceOrder, RefundOrder, TellOutcome,
};
use runtime::{Clock, ConfigError};
use store::Store;

pub use app::place::{Accepted, Conditions};
pub use disputes::EvidenceView;
pub use invoices::InvoiceView;
pub use read::{Found, FoundOrderView, FoundOrders, ListedOrder, OrderAnswer, OrderPage};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub conditions: Conditions,
    /// The payment providers that the shop uses.
    pub providers: Vec<Provider>,
}

api::routes! {
    App;
    "POST /orders" (Storefront) PlaceOrder, keyed => place::place;
    "GET /orders" (Storefront, Warehouse, CustomerService), query [status channel placed_from placed_before limit cursor] => read::list;
    "POST /orders/search" (Storefront, Warehouse, CustomerService) FindOrders => read::find;
    "GET /orders/{order_id}" (Storefront, Warehouse, CustomerService) => read::one;
    "POST /orders/{order_id}/cancel" (Storefront, CustomerService) CancelOrder => change::cancel;
    "POST /orders/{order_id}/edit" (Storefront, CustomerService) EditOrder => change::edit;
    "POST /orders/{order_id}/holds" (CustomerService) HoldOrder => change::hold;
    "DELETE /orders/{order_id}/holds/{reason}" (CustomerService) => change::release;
    "POST /orders/{order_id}/accept-payment" () AcceptPayment => change::accept_payment;
    "POST /orders/{order_id}/payments" (Storefront) EnterPayment, keyed => told::enter_payment;
    "DELETE /orders/{order_id}/payments/{payment}" () => told::withdraw_payment;
    "POST /orders/{order_id}/capture" () CaptureOrder => change::capture;
    "POST /orders/{order_id}/captures/{capture}/outcome" () TellOutcome => told::capture_outcome;
    "POST /orders/{order_id}/refunds" (CustomerService) RefundOrder, keyed => change::refund;
    "POST /orders/{order_id}/refunds/retry" (CustomerService) => change::retry_refunds;
    "POST /orders/{order_id}/refunds/{refund}/outcome" () TellOutcome => told::refund_outcome;
    "POST /orders/{order_id}/invoices" (CustomerService) => invoices::request;
    "GET /orders/{order_id}/invoices/{number}" (Storefront, CustomerService) => invoices::one;
    "GET /orders/{order_id}/disputes/{dispute}/evidence" (CustomerService) => disputes::read;
    "POST /orders/{order_id}/disputes/{dispute}/evidence" () AnswerDispute => disputes::answer;
}

/// Reads `RESERVATION_MINUTES`, `SURPLUS`, `REFUND_APPROVAL`, `CAPTURE` and `INVOICE`.
pub fn conditions(
    reservation_minutes: &str,
    surplus: &str,
    approval: &str,
    capture: &str,
    invoice: &str,
) -> Result<Conditions, ConfigError> {
    let wrong = |name, problem: &str| ConfigError::Invalid { name, problem: problem.to_owned() };
    let minutes = reservation_minutes.parse().ok().filter(|minutes| *minutes > 0);
    let minutes = minutes.ok_or(wrong("RESERVATION_MINUTES", "must be a whole number of minutes, 1 or more"))?;
    let refunds_surplus = match surplus {
        "hold" => false,
        "refund" => true,
        _ => return Err(wrong("SURPLUS", "must be hold or refund")),
    };
    let limits = approval.parse().map_err(|why: NoLimits| wrong("REFUND_APPROVAL", &why.to_string()));
    let Limits(approval_limits) = limits?;
    let capturing = capture.parse().map_err(|why: String| wrong("CAPTURE", &why))?;
    let invoicing = invoice.parse().map_err(|why: String| wrong("INVOICE", &why))?;
    let reservation = SignedDuration::from_mins(minutes);
    Ok(Conditions { reservation, refunds_surplus, approval_limits, capturing, invoicing })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::policy::{Capturing, Invoicing};

    #[test]
    fn a_setting_that_cannot_be_meant_stops_the_function_with_its_name() {
        let limits = conditions("60", "hold", " EUR:20000, JPY:0 ", "when-told", "when-told").unwrap().approval_limits;
        assert_eq!(
            limits.into_iter().map(|(c, limit)| (c.to_string(), limit)).collect::<Vec<_>>(),
            [("EUR".to_owned(), 20_000), ("JPY".to_owned(), 0)]
        );
        let other = conditions("60", "refund", "", "at-hand-over", "at-payment").unwrap();
        assert!(other.refunds_surplus && other.capturing == Capturing::AtHandOver);
        assert_eq!(other.invoicing, Invoicing::AtPayment);
        let table = [
            ("0", "hold", "", "when-told", "when-told", "RESERVATION_MINUTES"),
            ("1h", "hold", "", "when-told", "when-told", "RESERVATION_MINUTES"),
            ("60", "", "", "when-told", "when-told", "SURPLUS"),
            ("60", "hold", "200.00", "when-told", "when-told", "REFUND_APPROVAL"),
            ("60", "hold", "EUR:-1", "when-told", "when-told", "REFUND_APPROVAL"),
            ("60", "hold", "EURO:1", "when-told", "when-told", "REFUND_APPROVAL"),
            ("60", "hold", "", "later", "when-told", "CAPTURE"),
            ("60", "hold", "", "when-told", "never", "INVOICE"),
        ];
        for (minutes, surplus, approval, capture, invoice, name) in table {
            let error = conditions(minutes, surplus, approval, capture, invoice).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
