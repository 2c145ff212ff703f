//! Connects channels to shops, says how these are told of stock, and tells how that goes.

mod listings;
pub mod request;

use api::{Caller, Code, Error, Problem, Request, Response};
use app::channels as shops;
use app::stock_sync;
use channels::{Probe, Probed, Shops};
use domain::{
    ids::ChannelId,
    settings::{Channel, Connection},
    shop_watch::ShopFault,
    stock_sync::StockCheck,
};
use jiff::Timestamp;
pub use listings::{ListingState, ListingView, Listings};
use request::{ConnectShop, PutStockSync};
use runtime::Clock;
use serde::Serialize;
use store::Store;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub shops: Shops,
}

api::routes! {
    App;
    "POST /channels/{channel}/connect" () ConnectShop => connect;
    "POST /channels/{channel}/disconnect" () => disconnect;
    "GET /channels/{channel}/connection" () => connection;
    "PUT /channels/{channel}/stock" () PutStockSync => put_stock;
    "DELETE /channels/{channel}/stock" () => stop_stock;
    "GET /channels/{channel}/listings" (), query [cursor] => listings::list;
}

/// A channel that is connected now.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Connected {
    /// As it is set now.
    pub channel: Channel,
    /// What was tried at the shop. All of it that is needed works.
    pub findings: Vec<Probed>,
}

/// How a channel's shop is followed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConnectionView {
    #[serde(flatten)]
    pub connection: Connection,
    /// Orders that changed at the shop before this are taken over, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub taken_over_until: Timestamp,
    /// When the shop was asked last, in UTC. Absent if it was not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub asked_at: Option<Timestamp>,
    /// When it was looked last whether the shop tells what changes, in UTC. Absent if it was not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub webhooks_looked_at: Option<Timestamp>,
    /// Why the shop cannot be followed now. Absent if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<ShopFault>,
    /// The last comparison of what the shop says it has with what it is to say. Absent if it is not told of stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock_check: Option<StockCheck>,
}

async fn connect(app: &App, caller: &Caller, body: ConnectShop, request: &Request) -> Result<Response, Error> {
    let (channel, now): (ChannelId, _) = (request.path_param("channel")?, app.clock.now());
    if !app.shops.are_used() {
        return Err(
            Problem::new(Code::NoShops, "deploy with UseChannels=true, so that there is a place for its keys").into()
        );
    }
    shops::must_know(&app.store, &channel).await?;
    let (connection, keys) = body.connection(now);
    let Probe { findings } = app.shops.with(&connection, keys.clone()).probe().await;
    let faults: Vec<&str> = findings.iter().filter(|of| of.is_needed).filter_map(|of| of.fault.as_deref()).collect();
    if !faults.is_empty() {
        let problem = Problem::new(Code::ShopUnfit, faults.join("; "));
        return Err(problem.with("findings", serde_json::to_value(&findings).unwrap_or_default()).into());
    }
    app.shops.keep(&channel, keys).await?;
    let channel = shops::connect(&app.store, &channel, &connection, &caller.stamp(now)).await?;
    shops::ask_for_changes(&app.store, &channel.id).await;
    if channel.connection.as_ref().is_some_and(|connection| connection.stock.is_some()) {
        stock_sync::ask_for_check(&app.store, &channel.id).await;
    }
    Ok(Response::json(200, &Connected { channel, findings }))
}

async fn disconnect(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let channel: ChannelId = request.path_param("channel")?;
    let known = shops::disconnect(&app.store, &channel, &caller.stamp(app.clock.now())).await?;
    if app.shops.are_used() {
        app.shops.forget(&channel).await?;
    }
    Ok(Response::json(200, &known))
}

async fn connection(app: &App, _: &Caller, request: &Request) -> Result<Response, Error> {
    let channel: ChannelId = request.path_param("channel")?;
    let (_, connection) = connected(app, &channel).await?;
    let watch = shops::watch(&app.store, &channel, &connection).await?.value;
    let stock_check = watch.stock.filter(|_| connection.stock.is_some()).map(StockCheck::shown);
    Ok(Response::json(
        200,
        &ConnectionView {
            connection,
            taken_over_until: watch.until,
            asked_at: watch.asked_at,
            webhooks_looked_at: watch.webhooks_at,
            fault: watch.fault,
            stock_check,
        },
    ))
}

/// A channel and its shop. Refuses one that has none.
async fn connected(app: &App, channel: &ChannelId) -> Result<(Channel, Connection), Error> {
    let connected = shops::connected(&app.store, channel).await?;
    Ok(connected.ok_or_else(|| app::Error::from(shops::not_connected(channel)))?)
}

async fn put_stock(app: &App, caller: &Caller, body: PutStockSync, request: &Request) -> Result<Response, Error> {
    let (channel, now): (ChannelId, _) = (request.path_param("channel")?, app.clock.now());
    Ok(Response::json(200, &stock_sync::set(&app.store, &channel, &body.sync(now), &caller.stamp(now)).await?))
}

async fn stop_stock(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let channel: ChannelId = request.path_param("channel")?;
    Ok(Response::json(200, &stock_sync::stop(&app.store, &channel, &caller.stamp(app.clock.now())).await?))
}
