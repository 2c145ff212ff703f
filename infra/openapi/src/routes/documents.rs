//! `documents`.

use crate::{
    route::Prose,
    schemas::{Pdf, Syntax, Xml},
};
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
        Prose::new::<Pdf>(
            "GET /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/documents/label.pdf",
            "printLabel",
            "Print the label of a parcel",
            (200, "The label, as the service that sold it keeps it."),
        )
        .only_as("application/pdf")
        .about("It is fetched from the service each time, and may be printed again.")
        .fails(Code::UnknownParcel)
        .fails(Code::NoLabel)
        .fails(Code::LabelUnavailable),
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
        .about(
            "As it was issued, in the order's language (English or German). If it can be an electronic invoice, it is PDF/A-3b and has that \
             attached as `factur-x.xml` (Factur-X 1.09, ZUGFeRD 2.5, profile EN 16931).",
        ),
        Prose::new::<Xml>(
            "GET /orders/{order_id}/invoices/{number}/documents/invoice.xml",
            "readElectronicInvoice",
            "Read an electronic invoice or credit note",
            (200, "The document by EN 16931."),
        )
        .only_as("application/xml")
        .about("It says what the PDF says, for programs. It never changes.")
        .query::<Syntax>("syntax", "`cii` for UN/CEFACT's (the XML of Factur-X and ZUGFeRD), `ubl` for OASIS UBL 2.1.")
        .fails(Code::NotElectronic),
    ]
}

/// A route that answers with a paper.
fn of_one(key: &'static str, id: &'static str, summary: &'static str) -> Prose {
    Prose::new::<Pdf>(key, id, summary, (200, "The paper, of A4 pages."))
        .only_as("application/pdf")
        .fails(Code::PaperTooLong)
        .fails(Code::NoTypesetter)
}
