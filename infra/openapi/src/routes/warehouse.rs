//! `warehouse`.

use crate::{
    examples,
    route::Prose,
    schemas::{Cursor, Limit},
};
use api::{Code, view::FulfillmentView};
use domain::{fulfillment::FulfillmentStatus, ids::LocationId};
use warehouse::{BatchPage, BatchView, PutBackPage, ScannedForTote, ScannedIntoParcel, ScannedLine, WorkPage};

const WRONG_STATUS: (Code, &str) = (Code::WrongStatus, "the fulfillment's status does not allow it");

pub fn routes() -> Vec<Prose> {
    work().into_iter().chain(packing()).chain(labels()).chain(batches()).chain(parcels()).collect()
}

fn work() -> Vec<Prose> {
    vec![
        Prose::new::<WorkPage>(
            "GET /fulfillments",
            "listFulfillments",
            "List the work of a location",
            (200, "A page, oldest first."),
        )
        .required_query::<LocationId>("location", "Whose work.")
        .query::<FulfillmentStatus>("status", "Fulfillments of this status only.")
        .query::<Limit>("limit", "How many fulfillments a page has at most.")
        .query::<Cursor>("cursor", "The `next_cursor` of the page before."),
        of_one("GET /orders/{order_id}/fulfillments/{fulfillment}", "readFulfillment", "Read a fulfillment"),
        of_one("POST /orders/{order_id}/fulfillments/{fulfillment}/start-picking", "startPicking", "Start picking")
            .about("Starting again changes nothing.")
            .fails(Code::OnHold)
            .fails_as([WRONG_STATUS]),
        of_one("POST /orders/{order_id}/fulfillments/{fulfillment}/picks", "confirmPicks", "Confirm what was picked")
            .about(
                "Names every line of the picklist, with 0 where nothing was found. What is short is no longer believed \
                 to be there, and is looked for elsewhere. Confirming the same again changes nothing.",
            )
            .example(examples::confirm_picks())
            .fails(Code::OnHold)
            .fails_as([WRONG_STATUS])
            .fails_if(Code::UnknownLine, "the picklist has no such line")
            .fails(Code::LineMissing)
            .fails(Code::TooManyPicked)
            .fails(Code::AlreadyPacked),
        Prose::new::<ScannedLine>(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/scans",
            "scanUnits",
            "Pick by scanner",
            (200, "The line that it counts for, and what to take next."),
        )
        .about(
            "Counts what was taken, unit by unit or pack by pack. The first scan starts the picking. The one that completes the \
             picklist confirms all picks. If something is not found, confirm the picks instead. What is refused counts for nothing.",
        )
        .key("The same key counts once, also after the picklist is complete.")
        .example(examples::scan_units())
        .fails(Code::OnHold)
        .fails_as([WRONG_STATUS])
        .fails(Code::WrongItem)
        .fails(Code::WrongBin)
        .fails(Code::TooManyPicked)
        .fails_if(Code::KeyReused, "the key was used for another scan"),
        of_one(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/put-back",
            "putBack",
            "Tell that it lies in its bins again",
        )
        .about("All of what `put_back` names. Telling it again changes nothing.")
        .fails(Code::NothingToPutBack),
        Prose::new::<PutBackPage>(
            "GET /put-backs",
            "listPutBacks",
            "List what a location has to put back",
            (200, "A page, the oldest fulfillment first."),
        )
        .about("What was taken for fulfillments that were cancelled since. A count of the shelves adds it until it is put back.")
        .required_query::<LocationId>("location", "Whose bins.")
        .query::<Limit>("limit", "How many fulfillments are looked at for a page.")
        .query::<Cursor>("cursor", "The `next_cursor` of the page before."),
        of_one("POST /orders/{order_id}/fulfillments/{fulfillment}/hand-over", "handOverParcels", "Hand parcels over")
            .about(
                "Their units leave the stock, and the customer is told. Handing over again changes nothing. A parcel without \
                 `carrier` and `tracking_number` leaves with the label that Orderly bought for it. If it leaves with another number, \
                 that label goes back.",
            )
            .example(examples::hand_over_parcels())
            .fails(Code::OnHold)
            .fails_as([WRONG_STATUS])
            .fails(Code::NotCaptured)
            .fails(Code::UnknownParcel)
            .fails(Code::NoLabel)
            .fails_if(Code::AlreadyHandedOver, "it left with another carrier or tracking number"),
    ]
}

fn packing() -> Vec<Prose> {
    vec![
        Prose::new::<ScannedIntoParcel>(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/open-parcel/scans",
            "scanIntoParcel",
            "Pack by scanner",
            (200, "The line that it counts for, and what is left to be packed."),
        )
        .about(
            "Counts what is put into the parcel on the packing table, unit by unit or pack by pack. What does not belong there is \
             refused, and counts for nothing. `POST …/parcels` without `contents` closes the parcel.",
        )
        .key("The same key counts once, also after the parcel is closed.")
        .example(examples::scan_into_parcel())
        .fails(Code::OnHold)
        .fails_as([WRONG_STATUS])
        .fails(Code::WrongItem)
        .fails(Code::TooManyPacked)
        .fails_if(Code::KeyReused, "the key was used for another scan"),
        of_one(
            "DELETE /orders/{order_id}/fulfillments/{fulfillment}/open-parcel",
            "emptyOpenParcel",
            "Take everything out of the open parcel again",
        )
        .about("Nothing is packed by that. Doing so again changes nothing."),
        of_one("POST /orders/{order_id}/fulfillments/{fulfillment}/parcels", "packParcel", "Pack a parcel")
            .about("No unit is packed twice, or unpicked.")
            .key("The same key packs one parcel.")
            .example(examples::pack_parcel())
            .fails(Code::OnHold)
            .fails_as([WRONG_STATUS])
            .fails(Code::NotPicked)
            .fails(Code::NothingScanned)
            .fails_if(Code::KeyReused, "the key was used for a parcel with other contents"),
    ]
}

fn labels() -> Vec<Prose> {
    vec![
        of_one(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/label",
            "orderLabel",
            "Buy a label for a parcel",
        )
        .about(
            "The service that `LabelsFrom` names is asked what it offers for the parcel. The cheapest offer that is wanted is bought, within \
             seconds: `labels` of the fulfillment says what came of it, and the warehouse's webhook hears of it. What is not known yet is looked \
             for at the service before anything is bought again. No label is bought across a customs border.",
        )
        .key("The same key buys one label.")
        .example(examples::order_label())
        .fails(Code::NoLabelService)
        .fails(Code::OnHold)
        .fails_as([WRONG_STATUS])
        .fails(Code::UnknownParcel)
        .fails_if(Code::AlreadyHandedOver, "the parcel is with a carrier already")
        .fails(Code::NoDimensions)
        .fails(Code::NoSender)
        .fails(Code::AcrossBorder)
        .fails(Code::LabelExists)
        .fails(Code::TooManyLabels)
        .fails_if(Code::KeyReused, "the key was used for another label"),
        of_one(
            "DELETE /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/label",
            "giveUpLabel",
            "Give up the label of a parcel",
        )
        .about(
            "One that was not bought is not bought any more, and one that was goes back to the service. That is also done for a parcel that is \
             cancelled, or that leaves with another number. Giving up again changes nothing.",
        )
        .fails(Code::UnknownParcel)
        .fails_if(Code::AlreadyHandedOver, "the parcel has left with it"),
    ]
}

fn batches() -> Vec<Prose> {
    vec![
        Prose::new::<BatchView>("POST /batches", "makeBatch", "Make a batch", (201, "The batch, with its walk."))
            .about(
                "Takes fulfillments of the location that nobody has begun, that are on no batch and not held: one for each \
                 tote. A fulfillment is on one batch at most. Nobody has to pick by batches: what is picked is told of each \
                 fulfillment, whether it is on one or not.",
            )
            .key("The same key makes one batch at a location.")
            .example(examples::make_batch())
            .fails(Code::NothingToPick)
            .fails_if(Code::KeyReused, "the key was used for a batch of other totes or orders"),
        Prose::new::<BatchPage>(
            "GET /batches",
            "listBatches",
            "List the batches of a location that are not over",
            (200, "A page, oldest first."),
        )
        .required_query::<LocationId>("location", "Whose batches.")
        .query::<Limit>("limit", "How many batches a page has at most.")
        .query::<Cursor>("cursor", "The `next_cursor` of the page before."),
        of_batch("GET /batches/{batch}", "readBatch", "Read a batch").about(
            "Its lines are those of its fulfillments as they are now: one that is cancelled or held since says so. Once nothing \
             is left to pick, it is `done` by itself.",
        ),
        Prose::new::<ScannedForTote>(
            "POST /batches/{batch}/scans",
            "scanForBatch",
            "Pick a batch by scanner",
            (200, "The tote that it goes into, and the next stop of the walk."),
        )
        .about(
            "Counts what was taken for the tote that wants it next, or for the one that was scanned with it. The scan that completes \
             a fulfillment confirms its picks. What is refused counts for nothing.",
        )
        .key("The same key counts once, also after the batch is done.")
        .example(examples::scan_for_batch())
        .fails(Code::NotClaimed)
        .fails(Code::OnHold)
        .fails_as([OVER])
        .fails(Code::WrongItem)
        .fails(Code::WrongBin)
        .fails(Code::WrongTote)
        .fails(Code::TooManyPicked)
        .fails_if(Code::KeyReused, "the key was used for another scan"),
        of_batch("POST /batches/{batch}/claim", "claimBatch", "Take a batch on")
            .about("Whose API key asks is its picker. A paused batch is taken up again. Claiming again changes nothing.")
            .fails(Code::AlreadyClaimed)
            .fails_as([OVER]),
        of_batch("POST /batches/{batch}/pause", "pauseBatch", "Leave a batch for a while")
            .about("It stays with its picker.")
            .fails_if(Code::WrongStatus, "nobody has claimed the batch, or it is done or cancelled"),
        of_batch("POST /batches/{batch}/release", "releaseBatch", "Leave a batch to others")
            .about("Whoever works at its location may do so, also for a picker who is gone. What is picked stays picked.")
            .fails_as([OVER]),
        of_batch("POST /batches/{batch}/cancel", "cancelBatch", "Cancel a batch")
            .about("What is not picked goes back to the work list, at once. Cancelling again changes nothing.")
            .fails_if(Code::WrongStatus, "the batch is done"),
    ]
}

const OVER: (Code, &str) = (Code::WrongStatus, "the batch is done or cancelled");

/// A route about one batch.
fn of_batch(key: &'static str, id: &'static str, summary: &'static str) -> Prose {
    Prose::new::<BatchView>(key, id, summary, (200, "The batch as it is now."))
}

/// What becomes of parcels.
fn parcels() -> Vec<Prose> {
    vec![
        of_one(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/delivered",
            "deliverParcel",
            "Record that a parcel has arrived",
        )
        .about("The first time stands. The last parcel of an order completes it.")
        .fails(Code::UnknownParcel)
        .fails(Code::NotHandedOver),
        of_one(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/reports",
            "reportParcel",
            "Tell what became of a parcel",
        )
        .about(
            "A fact with a time: it may be told late, twice or out of order. A delivery stands whatever is told later, and a \
             lost parcel may still be found. The customer is told that a parcel is delayed, damaged, coming back or lost. One \
             that does not arrive is listed by `GET /operations/attention` until it is resolved.",
        )
        .example(examples::report_parcel())
        .fails(Code::UnknownParcel)
        .fails(Code::NotHandedOver),
        of_one(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/tracking",
            "correctTracking",
            "Correct how a parcel can be followed",
        )
        .about("What it was is kept, and the customer gets the right number once. Telling what it is changes nothing.")
        .example(examples::correct_tracking())
        .fails_if(Code::WrongStatus, "it was corrected too often")
        .fails(Code::UnknownParcel)
        .fails(Code::NotHandedOver),
        of_one(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/received-back",
            "receiveParcelBack",
            "Take a parcel back that did not reach its customer",
        )
        .about("Every unit of it gets a disposition, and good ones are for sale again. It happens once.")
        .example(examples::receive_parcel_back())
        .fails_if(Code::WrongStatus, "it was delivered, or received back with other findings")
        .fails_if(Code::UnknownLine, "the parcel has no such line")
        .fails_if(Code::NotAllInspected, "a unit of the parcel has no disposition, or one that is not in it has")
        .fails(Code::UnknownParcel)
        .fails(Code::NotHandedOver),
        of_one(
            "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/resolution",
            "resolveParcel",
            "Decide what is done about a parcel that did not arrive",
        )
        .about(
            "`reship` sends the same units again, from wherever they are. `refund` pays their price back, and the shipping if \
             nothing of the order arrived. `write_off` does neither. It is decided once, and no unit is made good twice.",
        )
        .example(examples::resolve_parcel())
        .fails_if(Code::WrongStatus, "the parcel arrived, or nothing was told of it, or the order's rest was cancelled")
        .fails(Code::AlreadyResolved)
        .fails(Code::AlreadyRefunded)
        .fails_if(Code::MoreThanLeft, "the money for its units has gone back already")
        .fails(Code::UnknownParcel),
    ]
}

/// A route about one fulfillment.
fn of_one(key: &'static str, id: &'static str, summary: &'static str) -> Prose {
    Prose::new::<FulfillmentView>(key, id, summary, (200, "The fulfillment as it is now."))
}
