//! Papers as PDF, by way of the console: a browser has no API key to fetch them with.

use crate::{client::part, pages::orders::address, trouble::Trouble, visit::Visit};
use api::Response;
use http::{HeaderValue, header};

/// `GET /console/papers/{order}/{fulfillments|returns|invoices}/{id}/{name}.pdf`
pub async fn paper(visit: &Visit<'_>, order: &str, kind: &str, id: &str, name: &str) -> Result<Response, Trouble> {
    let is_known = matches!(
        (kind, name),
        ("fulfillments", "picklist.pdf" | "packing-slip.pdf")
            | ("returns", "return-slip.pdf")
            | ("invoices", "invoice.pdf")
    );
    if !is_known {
        return Err(Trouble::Missing);
    }
    let path = format!("/orders/{}/{kind}/{}/documents/{name}", part(order), part(id));
    // Of a packing slip, that of one parcel.
    let parcel = if name == "packing-slip.pdf" { visit.query("parcel") } else { "" };
    pdf(visit, &address(&path, [("parcel", parcel)])).await
}

/// `GET /console/papers/batches/{batch}/picklist.pdf`
pub async fn picklist_of_batch(visit: &Visit<'_>, batch: &str) -> Result<Response, Trouble> {
    pdf(visit, &format!("/batches/{}/documents/picklist.pdf", part(batch))).await
}

async fn pdf(visit: &Visit<'_>, path: &str) -> Result<Response, Trouble> {
    let file = visit.api()?.file(path).await?;
    let named = file.header("content-disposition").and_then(|named| HeaderValue::from_str(named).ok());
    let answer = Response::bytes(200, "application/pdf", file.body);
    Ok(match named {
        Some(named) => answer.with_value(header::CONTENT_DISPOSITION, named),
        None => answer,
    })
}
