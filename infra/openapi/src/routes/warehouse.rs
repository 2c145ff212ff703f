//! `warehouse`.

use crate::{
    examples,
    route::Route,
    schemas::{Cursor, Limit},
};
use api::view::FulfillmentView;
use domain::{fulfillment::FulfillmentStatus, ids::LocationId, settings::Role::Warehouse};
use warehouse::{
    WorkPage,
    request::{ConfirmPicks, HandOverParcels, PackParcel},
};

const ON_HOLD: (u16, &str, &str) = (409, "on-hold", "the order is on hold; an operator may release it");
const WRONG_STATUS: (u16, &str, &str) = (409, "wrong-status", "the fulfillment's status does not allow it");

pub fn routes() -> Vec<Route> {
    vec![
        Route::new::<WorkPage>(
            "GET /fulfillments",
            "listFulfillments",
            "List the work of a location",
            (200, "A page, oldest first."),
        )
        .roles(&[Warehouse])
        .required_query::<LocationId>("location", "Whose work.")
        .query::<FulfillmentStatus>("status", "Fulfillments of this status only.")
        .query::<Limit>("limit", "How many fulfillments a page has at most.")
        .query::<Cursor>("cursor", "The `next_cursor` of the page before."),
        of_one("GET /orders/{order_id}/fulfillments/{fulfillment}", "readFulfillment", "Read a fulfillment"),
        of_one("POST /orders/{order_id}/fulfillments/{fulfillment}/start-picking", "startPicking", "Start picking")
            .about("Starting again changes nothing.")
            .problems([ON_HOLD, WRONG_STATUS]),
        of_one("POST /orders/{order_id}/fulfillments/{fulfillment}/picks", "confirmPicks", "Confirm what was picked")
            .about(
                "Names every line of the picklist, with 0 where nothing was found. What is short is no longer believed \
                 to be there, and is looked for elsewhere. Confirming the same again changes nothing.",
            )
            .takes::<ConfirmPicks>(examples::confirm_picks())
            .problems([ON_HOLD, WRONG_STATUS])
            .problem(409, "unknown-line", "the picklist has no such line")
            .problem(409, "line-missing", "a line of the picklist is not confirmed")
            .problem(409, "too-many-picked", "more is picked than was asked for, or than was told before")
            .problem(409, "already-packed", "less is picked than is packed already"),
        of_one("POST /orders/{order_id}/fulfillments/{fulfillment}/parcels", "packParcel", "Pack a parcel")
            .about("No unit is packed twice, or unpicked.")
            .key("The same key packs one parcel.")
            .takes::<PackParcel>(examples::pack_parcel())
            .problems([ON_HOLD, WRONG_STATUS])
            .problem(409, "not-picked", "more is packed than was picked and is not packed yet")
            .problem(409, "key-reused", "the key was used for a parcel with other contents"),
        of_one("POST /orders/{order_id}/fulfillments/{fulfillment}/hand-over", "handOverParcels", "Hand parcels over")
            .about("Their units leave the stock, and the customer is told. Handing over again changes nothing.")
            .takes::<HandOverParcels>(examples::hand_over_parcels())
            .problems([ON_HOLD, WRONG_STATUS])
            .problem(409, "unknown-parcel", "the fulfillment has no such parcel")
            .problem(409, "already-handed-over", "it left with another carrier or tracking number"),
        of_one(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/delivered",
            "deliverParcel",
            "Record that a parcel has arrived",
        )
        .about("The first time stands. The last parcel of an order completes it.")
        .problem(409, "unknown-parcel", "the fulfillment has no such parcel")
        .problem(409, "not-handed-over", "the parcel has not been handed to a carrier"),
    ]
}

/// A route about one fulfillment.
fn of_one(key: &'static str, id: &'static str, summary: &'static str) -> Route {
    Route::new::<FulfillmentView>(key, id, summary, (200, "The fulfillment as it is now.")).roles(&[Warehouse])
}
