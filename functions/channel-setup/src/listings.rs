//! What a shop sells, as it says itself, and what it is to say.

use crate::{App, connected};
use api::{Caller, Code, Error, FieldError, Problem, Request, Response, cursor_of_any, next_cursor};
use app::stock_sync;
use channels::Listing;
use domain::{
    ids::{ChannelId, Sku},
    stock_sync::StockSync,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Something that is for sale at a shop, a variation of a product for itself.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListingView {
    /// The shop's id of it.
    pub id: String,
    /// As the shop has it. Absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// What the shop calls it.
    pub title: String,
    /// How many the shop says that it has. Absent if it does not count them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_shop: Option<i64>,
    /// How many it is to say. Absent if it is told nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_tell: Option<u32>,
    /// What follows from that.
    pub state: ListingState,
}

/// How what a shop says of a listing compares with the stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ListingState {
    /// The shop says what it is to say.
    Right,
    /// The shop says something else.
    Differs,
    /// The shop does not count it, so it cannot be told a number.
    NotCounted,
    /// It has no SKU, or none that Orderly can have. Give it one in the shop.
    NoSku,
    /// No location keeps its SKU. Count it (`PUT /stock`), or correct the SKU in the shop.
    UnknownSku,
}

/// A page of what is for sale at a shop.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Listings {
    /// In the shop's order.
    pub listings: Vec<ListingView>,
    /// Where the next page begins. Absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The shop is asked, so this is how it is now. A channel whose shop is not told of stock is shown as if it were told of everything.
pub(crate) async fn list(app: &App, _: &Caller, request: &Request) -> Result<Response, Error> {
    let channel: ChannelId = request.path_param("channel")?;
    let page = page(request)?;
    let (channel, connection) = connected(app, &channel).await?;
    let shop = app.shops.of(&channel.id, &connection).await?;
    let listed = match shop.listings(page.as_deref()).await {
        Err(app::Error::Defect(_)) if page.is_some() => return Err(wrong_cursor()),
        Err(app::Error::Outside(why)) => return Err(Problem::new(Code::ShopUnfit, why).into()),
        listed => listed?,
    };
    let sync = connection.stock.unwrap_or_else(|| StockSync::of_everything(app.clock.now()));
    let skus: BTreeSet<Sku> = listed.listings.iter().filter_map(Listing::as_sku).collect();
    let numbers = stock_sync::numbers(&app.store, &sync, &skus).await?;
    let listings = listed.listings.into_iter().map(|listing| view(listing, &numbers)).collect();
    Ok(Response::json(
        200,
        &Listings { listings, next_cursor: next_cursor(listed.next.map(|page| format!("{CURSOR}{page}"))) },
    ))
}

/// How the name of a page begins in a cursor.
const CURSOR: &str = "listings from ";

/// The page that is asked for. None: the first.
fn page(request: &Request) -> Result<Option<String>, Error> {
    let Some(cursor) = request.query_param::<String>("cursor")? else { return Ok(None) };
    let named = cursor_of_any(&cursor).ok();
    let page = named.as_ref().and_then(|named| named.strip_prefix(CURSOR));
    page.map(|page| Some(page.to_owned())).ok_or_else(wrong_cursor)
}

fn wrong_cursor() -> Error {
    let detail = "must be the next_cursor of an earlier answer about the same shop, as it is";
    Problem::invalid(vec![FieldError::new("cursor", detail)]).into()
}

fn view(listing: Listing, numbers: &BTreeMap<Sku, u32>) -> ListingView {
    let sku = listing.as_sku();
    let to_tell = sku.as_ref().and_then(|sku| numbers.get(sku)).copied();
    let state = match (&sku, to_tell, listing.quantity) {
        (None, ..) => ListingState::NoSku,
        (_, None, _) => ListingState::UnknownSku,
        (.., None) => ListingState::NotCounted,
        (_, Some(units), Some(quantity)) if i64::from(units) == quantity => ListingState::Right,
        _ => ListingState::Differs,
    };
    let Listing { id, sku, title, quantity } = listing;
    ListingView { id, sku, title, at_shop: quantity, to_tell, state }
}
