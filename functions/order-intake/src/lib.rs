//! Accepts orders, and lets people read, list, find, edit, hold, capture, refund, cancel and invoice them, tell of their money, and
//! answer disputes.

mod change;
mod disputes;
mod invoices;
mod place;
mod read;
pub mod request;
mod told;

use payments::Provider;
use request::{
    AcceptPayment, AnswerDispute, CancelOrder, CaptureOrder, EditOrder, EnterPayment, FindOrders, HoldOrder,
    PlaceOrder, RefundOrder, TellOutcome,
};
use runtime::Clock;
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
