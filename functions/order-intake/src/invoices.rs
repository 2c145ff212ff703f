//! Invoices and credit notes of an order.

use crate::App;
use api::{Caller, Error, Request, Response, view::OrderView};
use app::invoices;
use domain::invoice::{Invoice, TaxSum};
use serde::Serialize;

/// An invoice or a credit note, as it was issued. It never changes.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceView {
    #[serde(flatten)]
    pub invoice: Invoice,
    /// What it comes to, by the case and the rate of the tax.
    pub taxes: Vec<TaxSum>,
}

pub async fn request(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (id, stamp) = (request.path_param("order_id")?, caller.stamp(app.clock.now()));
    let order = invoices::request(&app.store, &id, &caller.scope(), &stamp).await?;
    Ok(Response::json(202, &OrderView::of(&order)))
}

pub async fn one(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (id, number) = (request.path_param("order_id")?, request.path_param("number")?);
    let invoice = invoices::read(&app.store, &id, &caller.scope(), &number).await?;
    let taxes = invoice.taxes();
    Ok(Response::json(200, &InvoiceView { invoice, taxes }))
}
