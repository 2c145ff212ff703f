//! What is sold: products, and the variations of those that have some.
//! <https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-products>,
//! <https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-product-variations>.
//!
//! A variation is reached by its product alone, so a listing's id has both: `11-13`. A line of an order names both, too.

use super::{
    answers::{Fault, Said},
    api::Api,
    entities,
    fields::{self, list, some_text, text, whole},
};
use crate::seam::{Listing, ListingPage, Pushed};
use app::Error;
use serde_json::{Value, json};

/// How many products a page has at most. One with variations takes one more request.
const PER_PAGE: &str = "20";
/// The most variations, or products that are looked for, that are read at once.
const AT_ONCE: &str = "100";
/// What stands in one address, which some hosts cut off after 2,000 characters.
const MAX_SKUS: usize = 20;
/// What cannot be bought itself: its variations or its parts can, or another shop sells it.
const NOT_SOLD: [&str; 4] = ["variable", "variable-subscription", "grouped", "external"];

/// The id of what a line is about. None: it is gone.
pub(super) fn id(product: &Value, variation: &Value) -> Option<String> {
    let product = fields::id(product)?;
    Some(fields::id(variation).map_or_else(|| product.clone(), |variation| format!("{product}-{variation}")))
}

/// The path of a listing. None: no listing has this id.
fn path(listing: &str) -> Option<String> {
    let (product, variation) = listing.split_once('-').map_or((listing, None), |(id, rest)| (id, Some(rest)));
    if !fields::is_id(product) || variation.is_some_and(|id| !fields::is_id(id)) {
        return None;
    }
    let variation = variation.map(|id| format!("/variations/{id}")).unwrap_or_default();
    Some(format!("/products/{product}{variation}"))
}

impl Api {
    /// Pages are by rows, oldest product first: one that is deleted meanwhile may hide another, which the next reading of all finds.
    pub(crate) async fn listings(&self, page: Option<&str>) -> Result<ListingPage, Error> {
        let page = page.map_or(Some(1_u32), |page| page.parse().ok());
        let page = page.ok_or_else(|| Error::Defect("no page of listings begins there".to_owned()))?;
        let number = page.to_string();
        let query =
            [("order", "asc"), ("orderby", "id"), ("page", number.as_str()), ("per_page", PER_PAGE), ("status", "any")];
        let (products, has_more) = rows(self.get("/products", &query).await?, page)?;
        let mut listings = Vec::new();
        for product in &products {
            listings.extend(listing(product));
            let has_variations =
                text(product, "type").starts_with("variable") && !list(product, "variations").is_empty();
            if let Some(id) = fields::id(&product["id"]).filter(|_| has_variations) {
                let title = entities::title(&text(product, "name"));
                // A variation without a SKU shows its product's. It is not the same thing, and cannot be found by it.
                let own = some_text(product, "sku");
                let named =
                    |listing: Listing| Listing { sku: listing.sku.filter(|sku| Some(sku) != own.as_ref()), ..listing };
                listings.extend(self.variations(&id, &title).await?.into_iter().map(named));
            }
        }
        Ok(ListingPage { listings, next: has_more.then(|| (page + 1).to_string()) })
    }

    async fn variations(&self, product: &str, title: &str) -> Result<Vec<Listing>, Error> {
        let mut found = Vec::new();
        for page in 1_u32.. {
            let number = page.to_string();
            let query = [("order", "asc"), ("orderby", "id"), ("page", number.as_str()), ("per_page", AT_ONCE)];
            let said = match self.get(&format!("/products/{product}/variations"), &query).await {
                Err(Fault::Refused(refusal)) if refusal.is_gone() => break,
                answer => answer?,
            };
            let (variations, has_more) = rows(said, page)?;
            found.extend(variations.iter().filter_map(|variation| self::variation(product, title, variation)));
            if !has_more {
                break;
            }
        }
        Ok(found)
    }

    pub(crate) async fn find(&self, skus: &[&str]) -> Result<Vec<Listing>, Error> {
        let wanted = skus.iter().copied().filter(|sku| !sku.is_empty());
        // A comma is between two SKUs, so one that has a comma is looked for alone.
        let (alone, together): (Vec<_>, Vec<_>) = wanted.partition(|sku| sku.contains(','));
        let queries = together.chunks(MAX_SKUS).map(|skus| skus.join(",")).chain(alone.into_iter().map(str::to_owned));
        let mut found: Vec<Listing> = Vec::new();
        for query in queries {
            for page in 1_u32.. {
                let number = page.to_string();
                let query = [("page", number.as_str()), ("per_page", AT_ONCE), ("sku", &query)];
                let (products, has_more) = rows(self.get("/products", &query).await?, page)?;
                found.extend(products.iter().filter_map(listing));
                if !has_more {
                    break;
                }
            }
        }
        let is_wanted = |listing: &Listing| {
            listing
                .sku
                .as_ref()
                .is_some_and(|sku| skus.iter().any(|wanted| wanted.to_lowercase() == sku.to_lowercase()))
        };
        found.retain(is_wanted);
        Ok(found)
    }

    /// WooCommerce ignores the number of what it does not count, so its answer is read.
    pub(crate) async fn set_stock(&self, listing: &str, quantity: i64) -> Result<Pushed, Error> {
        let Some(path) = path(listing) else { return Ok(refused("there is no listing with this id")) };
        let said = match self.put(&path, &json!({ "stock_quantity": quantity })).await {
            Ok(said) => said.body,
            Err(Fault::Refused(refusal)) if refusal.is_gone() => return Ok(refused("the shop has it no more")),
            Err(Fault::Refused(refusal)) if !refusal.is_without_route() => {
                return Ok(refused(&format!("the shop refuses the number: {refusal}")));
            }
            Err(fault) => return Err(fault.into()),
        };
        match (&said["manage_stock"], whole(&said["stock_quantity"])) {
            (Value::Bool(true), Some(quantity)) => Ok(Pushed::Done(quantity)),
            (Value::Bool(false), _) => Ok(refused("the shop does not count it: turn on `Track stock quantity` there")),
            (Value::String(parent), _) if parent == "parent" => Ok(refused(
                "the shop counts it together with the other variations of its product: turn on `Manage stock?` there",
            )),
            _ => Err(Error::Outside("the shop does not say how many it has now".to_owned())),
        }
    }
}

fn refused(why: &str) -> Pushed {
    Pushed::Refused(why.to_owned())
}

/// The rows of a page, and whether there are more pages.
fn rows(said: Said, page: u32) -> Result<(Vec<Value>, bool), Error> {
    match said.body {
        Value::Array(rows) => {
            let has_more = said.pages.is_some_and(|pages| page < pages) && !rows.is_empty();
            Ok((rows, has_more))
        }
        _ => Err(Error::Outside("the shop answered something else than a list".to_owned())),
    }
}

/// A product, or a variation in a list of products. None: it is not sold itself.
fn listing(product: &Value) -> Option<Listing> {
    let kind = text(product, "type");
    if NOT_SOLD.contains(&kind.as_str()) {
        return None;
    }
    let own = &product["id"];
    let is_variation = fields::id(&product["parent_id"]).is_some() && kind.ends_with("variation");
    let id = if is_variation { id(&product["parent_id"], own) } else { id(own, &Value::Null) }?;
    Some(made(id, entities::title(&text(product, "name")), product))
}

/// A variation in the list of those of its product.
fn variation(product: &str, title: &str, variation: &Value) -> Option<Listing> {
    let id = id(&Value::from(product), &variation["id"])?;
    // Old versions have no name of it.
    let options = list(variation, "attributes").iter().filter_map(|attribute| some_text(attribute, "option"));
    let name = some_text(variation, "name").unwrap_or_else(|| options.collect::<Vec<_>>().join(", "));
    let name = entities::title(&name);
    Some(made(id, if name.is_empty() { title.to_owned() } else { format!("{title} - {name}") }, variation))
}

fn made(id: String, title: String, told: &Value) -> Listing {
    let is_counted = told["manage_stock"] == true;
    let quantity = if is_counted { whole(&told["stock_quantity"]) } else { None };
    Listing { id, sku: some_text(told, "sku"), title, quantity }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
