//! `documents`.

use crate::{route::Prose, schemas::Pdf};
use api::Code;
use domain::ids::ParcelId;

pub fn routes() -> Vec<Prose> {
    vec![
        of_one(
            "GET /orders/{order_id}/fulfillments/{fulfillment}/documents/picklist.pdf",
            "printPicklist",
            "Print a fulfillment's picklist",
        )
        .about("Its lines are sorted by bin. It stays in the warehouse. A held or cancelled one says so in its head."),
        of_one(
            "GET /orders/{order_id}/fulfillments/{fulfillment}/documents/packing-slip.pdf",
            "printPackingSlip",
            "Print a packing slip",
        )
        .about(
            "It goes into the parcel, names no prices, and is in the customer's language (English or German). The sender is the \
             `address` of the location. Before anything is packed, it has what is picked.",
        )
        .query::<ParcelId>("parcel", "For this parcel alone. Without it, for all parcels of the fulfillment.")
        .fails(Code::UnknownParcel),
        of_one("GET /batches/{batch}/documents/picklist.pdf", "printBatchPicklist", "Print a batch's picklist")
            .about(
                "One walk through the bins, with the tote for each line. It has what is left to pick, and what is to be put \
                 back. It stays in the warehouse.",
            )
            .fails_if(Code::NothingToPick, "nothing of the batch is left to pick"),
        of_one(
            "GET /orders/{order_id}/returns/{return}/documents/return-slip.pdf",
            "printReturnSlip",
            "Print a return slip",
        )
        .about(
            "The customer puts it into the parcel that comes back. It goes to where the return came already, or else to the first open \
             location that has an `address`.",
        )
        .fails_if(Code::WrongStatus, "the return is not approved"),
        of_one(
            "GET /orders/{order_id}/invoices/{number}/documents/invoice.pdf",
            "printInvoice",
            "Print an invoice or a credit note",
        )
        .about("As it was issued, in the order's language (English or German)."),
    ]
}

/// A route that answers with a paper.
fn of_one(key: &'static str, id: &'static str, summary: &'static str) -> Prose {
    Prose::new::<Pdf>(key, id, summary, (200, "The paper, of A4 pages."))
        .only_as("application/pdf")
        .fails(Code::PaperTooLong)
        .fails(Code::NoTypesetter)
}
