//! The papers of orders and batches as PDF, and electronic invoices as XML. What stands on them is read when they are asked for, and nothing is kept.
//! Labels are fetched from the service that sold them.

mod batch;
mod fulfillment;
mod invoice;
mod label;
mod paper;
mod returned;

use papers::Typesetter;
use runtime::Clock;
use shipping::Sellers;
use store::Store;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub typesetter: Typesetter,
    /// Those that keep the labels that they have sold.
    pub sellers: Sellers,
}

api::routes! {
    App;
    "GET /orders/{order_id}/fulfillments/{fulfillment}/documents/picklist.pdf" (Warehouse) => fulfillment::picklist;
    "GET /orders/{order_id}/fulfillments/{fulfillment}/documents/packing-slip.pdf" (Warehouse, CustomerService), query [parcel] => fulfillment::packing_slip;
    "GET /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/documents/label.pdf" (Warehouse) => label::print;
    "GET /batches/{batch}/documents/picklist.pdf" (Warehouse) => batch::picklist;
    "GET /orders/{order_id}/returns/{return}/documents/return-slip.pdf" (Storefront, CustomerService) => returned::return_slip;
    "GET /orders/{order_id}/invoices/{number}/documents/invoice.pdf" (Storefront, CustomerService) => invoice::invoice;
    "GET /orders/{order_id}/invoices/{number}/documents/invoice.xml" (Storefront, CustomerService), query [syntax] => invoice::electronic;
}
