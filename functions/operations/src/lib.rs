//! What operators see and set: what needs attention, e-mails that did not arrive, shelves to look at, unmatched payments, refunds by
//! hand, the bank's statements, differences from the providers' lists, customers' data, products, locations, channels, sellers, API keys
//! and their sessions.

mod attention;
mod books;
mod customers;
mod differences;
mod keys;
mod locations;
mod mails;
mod products;
mod refunds_by_hand;
pub mod request;
mod sellers;
mod sessions;
mod shelves;
mod statements;
mod unmatched;
mod unread;

use api::{Caller, Error, Request, Response};
use app::settings;
use domain::settings::Channel;
use request::{
    AssignPayment, CloseLocation, CreateKey, DismissEmails, ExportRefunds, ImportStatement, PersonRequest, PutChannel,
    PutLocation, PutProduct, PutSeller, SettleDifference,
};
use runtime::Clock;
use serde::Serialize;
use store::Store;

pub use attention::{Attention, AttentionItem, UnreachedEmail};
pub use books::{DayBalance, LedgerFormat, LedgerPage, LedgerRow, TrialBalance};
pub use customers::{ErasureView, Erasures, PersonData};
pub use differences::{Differences, DifferingPayment, PayoutView, Payouts};
pub use keys::{Keys, NewKey, RevokedKey};
pub use locations::{EmptiedLocation, Locations};
pub use products::{FoundProduct, ProductView};
pub use refunds_by_hand::{LeftOut, RefundByHand, RefundsByHand, RefundsFile};
pub use sellers::{InvoicePage, IssuedInvoice, Sellers};
pub use sessions::{EndedSession, Me, NewSession};
pub use shelves::{PromiseView, ShelfView, Shelves};
pub use statements::{EntryOrder, EntryOutcome, EntryView, StatementReport};
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
    "GET /operations/refunds-by-hand" () => refunds_by_hand::list;
    "POST /operations/refunds-by-hand/export" () ExportRefunds => refunds_by_hand::export;
    "POST /operations/statements" () ImportStatement => statements::import;
    "GET /operations/differences" () => differences::list;
    "POST /operations/differences/{payment}/settle" () SettleDifference => differences::settle;
    "GET /ledger" (), query [from to format limit cursor] => books::list;
    "GET /ledger/balance" (), query [from to] => books::balance;
    "GET /ledger/payouts" (), query [from to] => differences::payouts;
    "POST /customers/export" () PersonRequest => customers::export;
    "POST /customers/erase" () PersonRequest => customers::erase;
    "PUT /products/{sku+}" (Warehouse) PutProduct => products::put;
    "GET /products" (Storefront, Warehouse), query [code] => products::by_code;
    "GET /products/{sku+}" (Storefront, Warehouse) => products::one;
    "PUT /locations/{location}" () PutLocation => locations::put;
    "POST /locations/{location}/close" () CloseLocation => locations::close;
    "POST /locations/{location}/reopen" () => locations::reopen;
    "POST /locations/{location}/empty" () => locations::empty;
    "GET /locations" (Warehouse) => locations::list;
    "PUT /channels/{channel}" () PutChannel => put_channel;
    "GET /channels" () => channels;
    "PUT /sellers/{seller}" () PutSeller => sellers::put;
    "GET /sellers" () => sellers::list;
    "GET /sellers/{seller}/invoices" (), query [year limit cursor] => sellers::invoices;
    "POST /keys" () CreateKey => keys::create;
    "GET /keys" () => keys::list;
    "DELETE /keys/{key}" () => keys::revoke;
    "POST /sessions" (Warehouse, CustomerService) => sessions::open;
    "GET /sessions/current" (Warehouse, CustomerService) => sessions::current;
    "DELETE /sessions/current" (Warehouse, CustomerService) => sessions::end;
}

async fn put_channel(app: &App, caller: &Caller, body: PutChannel, request: &Request) -> Result<Response, Error> {
    let channel = body.channel(request.path_param("channel")?);
    Ok(Response::json(200, &settings::put_channel(&app.store, channel, &caller.stamp(app.clock.now())).await?))
}

async fn channels(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    Ok(Response::json(200, &Channels { channels: app.store.channels().await? }))
}
