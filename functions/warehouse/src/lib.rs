//! What people in the warehouse do: look at their work, make batches of it, pick, pack, hand over, tell what becomes of parcels.

mod batches;
mod labels;
mod parcels;
pub mod request;
mod scans;
mod steps;
mod work;

use request::{
    ConfirmPicks, CorrectTracking, HandOverParcels, MakeBatch, OrderLabel, PackParcel, ReceiveParcelBack, ReportParcel,
    ResolveParcel, ScanForBatch, ScanIntoParcel, ScanUnits,
};
use runtime::Clock;
use store::Store;

pub use batches::{BatchPage, BatchView};
pub use scans::{PutBackPage, ScannedForTote, ScannedIntoParcel, ScannedLine};
pub use work::WorkPage;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    /// Whether a tracking service follows parcels for the shop.
    pub follows: bool,
    /// The service that labels are bought from. None: the shop buys none.
    pub labels_from: Option<String>,
}

api::routes! {
    App;
    "GET /fulfillments" (Warehouse), query [location status limit cursor] => work::list;
    "POST /batches" (Warehouse) MakeBatch, keyed => batches::make;
    "GET /batches" (Warehouse), query [location limit cursor] => batches::list;
    "GET /batches/{batch}" (Warehouse) => batches::one;
    "POST /batches/{batch}/scans" (Warehouse) ScanForBatch, keyed => scans::of_batch;
    "POST /batches/{batch}/claim" (Warehouse) => batches::claim;
    "POST /batches/{batch}/pause" (Warehouse) => batches::pause;
    "POST /batches/{batch}/release" (Warehouse) => batches::release;
    "POST /batches/{batch}/cancel" (Warehouse) => batches::cancel;
    "GET /orders/{order_id}/fulfillments/{fulfillment}" (Warehouse) => work::one;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/start-picking" (Warehouse) => steps::start_picking;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/picks" (Warehouse) ConfirmPicks => steps::confirm_picks;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/scans" (Warehouse) ScanUnits, keyed => scans::one;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/put-back" (Warehouse) => scans::put_back;
    "GET /put-backs" (Warehouse), query [location limit cursor] => scans::put_backs;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/open-parcel/scans" (Warehouse) ScanIntoParcel, keyed => scans::into_parcel;
    "DELETE /orders/{order_id}/fulfillments/{fulfillment}/open-parcel" (Warehouse) => scans::empty_open_parcel;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels" (Warehouse) PackParcel, keyed => steps::pack;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/hand-over" (Warehouse) HandOverParcels => steps::hand_over;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/label" (Warehouse) OrderLabel, keyed => labels::order;
    "DELETE /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/label" (Warehouse) => labels::give_up;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/delivered" (Warehouse) => steps::deliver;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/reports" (Warehouse) ReportParcel => parcels::report;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/tracking" (Warehouse) CorrectTracking => parcels::correct_tracking;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/received-back" (Warehouse) ReceiveParcelBack => parcels::receive_back;
    "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/resolution" () ResolveParcel => parcels::resolve;
}
