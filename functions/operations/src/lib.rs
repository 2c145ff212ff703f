//! What operators see and set: what needs attention, e-mails that did not arrive, shelves to look at, unmatched payments, customers' data,
//! products, locations, channels, API keys.

mod attention;
mod books;
mod customers;
mod keys;
mod locations;
mod mails;
pub mod request;
mod shelves;
mod unmatched;
mod unread;

use api::{Caller, Code, Error, Problem, Request, Response};
use app::settings;
use domain::{
    ids::Sku,
    settings::{Channel, Product, Role},
};
use request::{
    AssignPayment, CloseLocation, CreateKey, DismissEmails, PersonRequest, PutChannel, PutLocation, PutProduct,
};
use runtime::Clock;
use serde::Serialize;
use store::Store;

pub use attention::{Attention, AttentionItem, UnreachedEmail};
pub use books::{DayBalance, LedgerFormat, LedgerPage, LedgerRow, TrialBalance};
pub use customers::{ErasureView, Erasures, PersonData};
pub use keys::{Keys, NewKey, RevokedKey};
pub use locations::{EmptiedLocation, Locations};
pub use shelves::{PromiseView, ShelfView, Shelves};
pub use unmatched::{Decision, UnmatchedPayment, UnmatchedPayments};
pub use unread::{UnreadView, UnreadWebhooks};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
}

/// All channels.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Channels {
    /// Sorted by id.
    pub channels: Vec<Channel>,
}

api::routes! {
    App;
    "GET /operations/attention" (Warehouse, CustomerService), query [why limit cursor] => attention::list;
    "POST /orders/{order_id}/emails/retry" (CustomerService) => mails::send_again;
    "POST /orders/{order_id}/emails/dismiss" (CustomerService) DismissEmails => mails::dismiss;
    "GET /operations/shelves" (Warehouse) => shelves::list;
    "GET /operations/unmatched-payments" () => unmatched::list;
    "POST /operations/unmatched-payments/{payment}/assign" () AssignPayment => unmatched::assign;
    "POST /operations/unmatched-payments/{payment}/unassign" () => unmatched::unassign;
    "POST /operations/unmatched-payments/{payment}/refund" () => unmatched::refund;
    "POST /operations/unmatched-payments/{payment}/dismiss" () => unmatched::dismiss;
    "GET /operations/unread-webhooks" () => unread::list;
    "GET /ledger" (), query [from to format limit cursor] => books::list;
    "GET /ledger/balance" (), query [from to] => books::balance;
    "POST /customers/export" () PersonRequest => customers::export;
    "POST /customers/erase" () PersonRequest => customers::erase;
    "PUT /products/{sku+}" (Warehouse) PutProduct => put_product;
    "GET /products/{sku+}" (Storefront, Warehouse) => product;
    "PUT /locations/{location}" () PutLocation => locations::put;
    "POST /locations/{location}/close" () CloseLocation => locations::close;
    "POST /locations/{location}/reopen" () => locations::reopen;
    "POST /locations/{location}/empty" () => locations::empty;
    "GET /locations" (Warehouse) => locations::list;
    "PUT /channels/{channel}" () PutChannel => put_channel;
    "GET /channels" () => channels;
    "POST /keys" () CreateKey => keys::create;
    "GET /keys" () => keys::list;
    "DELETE /keys/{key}" () => keys::revoke;
}

async fn put_product(app: &App, caller: &Caller, body: PutProduct, request: &Request) -> Result<Response, Error> {
    let product = body.product(request.path_param("sku")?);
    if caller.is_bound() {
        let why = "a product is for all locations, and this API key works at some only";
        return Err(Problem::new(Code::Forbidden, why).into());
    }
    Ok(Response::json(200, &settings::put_product(&app.store, product, &caller.stamp(app.clock.now())).await?))
}

async fn product(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let sku: Sku = request.path_param("sku")?;
    let product = app.store.product(&sku).await?;
    let mut product = product.ok_or_else(|| Problem::not_found(format!("there is no product {sku}")))?;
    let scope = caller.scope();
    product.bins.retain(|location, _| scope.sees_location(location));
    // Who works in the shop is nothing for storefronts.
    let changed = product.changed.filter(|_| caller.role != Role::Storefront);
    Ok(Response::json(200, &Product { changed, ..product }))
}

async fn put_channel(app: &App, caller: &Caller, body: PutChannel, request: &Request) -> Result<Response, Error> {
    let channel = body.channel(request.path_param("channel")?);
    Ok(Response::json(200, &settings::put_channel(&app.store, channel, &caller.stamp(app.clock.now())).await?))
}

async fn channels(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    Ok(Response::json(200, &Channels { channels: app.store.channels().await? }))
}
