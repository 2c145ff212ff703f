//! Sellers, and the invoices and credit notes that they have issued.

use crate::{App, request::PutSeller};
use api::{Caller, Error, FieldError, Problem, Request, Response, cursor_of_any, next_cursor};
use app::{invoices, settings};
use domain::{
    ids::{ChannelId, InvoiceNumber, OrderId, SellerId},
    invoice::{Invoice, InvoiceKind, TaxSum},
    money::{Amount, Currency},
    placed_order::Address,
    settings::Seller,
};
use jiff::civil::Date;
use serde::Serialize;
use std::str::FromStr;

/// All sellers.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sellers {
    /// Sorted by id.
    pub sellers: Vec<Seller>,
}

/// The documents of a seller's year.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoicePage {
    /// By number, from the first one on, without gaps.
    pub invoices: Vec<IssuedInvoice>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

/// A document as a bookkeeper lists it. `GET /orders/{order_id}/invoices/{number}` has all of it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IssuedInvoice {
    /// Unique for the seller.
    pub number: InvoiceNumber,
    /// Whether it asks for money, or gives some back. The amounts of a credit note are positive.
    pub kind: InvoiceKind,
    /// The day of its issue at the seller's seat.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Date"))]
    pub issued_on: Date,
    /// The first invoice of the order, in all that follow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<InvoiceNumber>,
    /// The order that it is about.
    pub order: OrderId,
    /// The order's channel.
    pub channel: ChannelId,
    /// The channel's own order id.
    pub reference: String,
    /// Whom it is to.
    pub buyer: Address,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// What it comes to, with tax, in minor units.
    pub total: Amount,
    /// What that is made of, by the case and the rate of the tax.
    pub taxes: Vec<TaxSum>,
}

impl From<Invoice> for IssuedInvoice {
    fn from(invoice: Invoice) -> Self {
        Self {
            taxes: invoice.taxes(),
            number: invoice.number,
            kind: invoice.kind,
            issued_on: invoice.issued_on,
            corrects: invoice.corrects,
            order: invoice.order,
            channel: invoice.channel,
            reference: invoice.reference,
            buyer: invoice.buyer,
            currency: invoice.currency,
            total: invoice.total,
        }
    }
}

/// A year of the calendar.
struct Year(i16);

impl FromStr for Year {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let year = text.parse().ok().filter(|year| text.len() == 4 && (2000..=2999).contains(year));
        year.map(Self).ok_or("must be a year such as 2026")
    }
}

pub(crate) async fn put(app: &App, caller: &Caller, body: PutSeller, request: &Request) -> Result<Response, Error> {
    let seller = body.seller(request.path_param("seller")?);
    Ok(Response::json(200, &settings::put_seller(&app.store, seller, &caller.stamp(app.clock.now())).await?))
}

pub(crate) async fn list(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    Ok(Response::json(200, &Sellers { sellers: app.store.sellers().await? }))
}

pub(crate) async fn invoices(app: &App, _: &Caller, request: &Request) -> Result<Response, Error> {
    let seller: SellerId = request.path_param("seller")?;
    let year = request.query_param::<Year>("year")?.map(|Year(year)| year);
    let (after, limit) = (after(request)?, request.limit()?);
    let page = invoices::list(&app.store, &seller, year, after, limit, app.clock.now()).await?;
    let invoices = page.items.into_iter().map(|stored| stored.value.into()).collect();
    Ok(Response::json(200, &InvoicePage { invoices, next_cursor: next_cursor(page.next) }))
}

/// The place of the last document of the page before.
fn after(request: &Request) -> Result<Option<u32>, Error> {
    let Some(cursor) = request.query.get("cursor") else { return Ok(None) };
    let wrong = |why: &str| Problem::invalid(vec![FieldError::new("cursor", why)]);
    let place = cursor_of_any(cursor).map_err(wrong)?;
    let is_place = place.len() == 10 && place.bytes().all(|byte| byte.is_ascii_digit());
    let place = place.parse().ok().filter(|_| is_place);
    Ok(Some(place.ok_or_else(|| wrong("must be the next_cursor of an earlier answer, as it is"))?))
}
