//! The stations of the warehouse: picking and packing by scan. What is scanned is sent to the API as it was read, and the API alone says
//! whether it is right. The station asks for the next thing, and stops at what is wrong.

mod alarm;
mod job;
mod pack;
mod pick;
mod walk;

use crate::{
    client::part,
    pages::{orders::address, work},
    trouble::Trouble,
    visit::{Method, Visit},
};
use api::Response;
use domain::ids::ScannedCode;
use job::Named;
use serde::Deserialize;

/// Everything below `/console/pick` and `/console/pack`.
pub async fn route(visit: &Visit<'_>, station: &str, job: &[&str]) -> Result<Response, Trouble> {
    use Method::{Get, Post};
    let redirect = |to: String| Ok(Response::redirect(&to));
    match (visit.method, station, job) {
        (Get, "pick", []) => work::show(visit).await,
        (Post, "pick", []) => work::open(visit).await,
        (Post, "pick", ["make"]) => work::make(visit).await,
        (Get, "pick", ["make"]) | (Get, "pack", []) => redirect("/console/pick".to_owned()),
        (Get, "pick", [batch]) => pick::show(visit, Named::Batch(batch)).await,
        // Forms have addresses too. Whoever opens one sees the page that it stands on.
        (Get, "pick", [batch, _]) if work::is_batch(batch) => redirect(format!("/console/pick/{}", part(batch))),
        (Get, _, [order, id, _]) => redirect(format!("/console/{station}/{}/{}", part(order), part(id))),
        (Get, "pick", [order, id]) => pick::show(visit, Named::One(order, id)).await,
        (Post, "pick", [batch, action]) => pick::act(visit, Named::Batch(batch), action).await,
        (Post, "pick", [order, id, action]) => pick::act(visit, Named::One(order, id), action).await,
        (Get, "pack", [order, id]) => pack::show(visit, order, id).await,
        (Post, "pack", [order, id, action]) => pack::act(visit, order, id, action).await,
        _ => Err(Trouble::Missing),
    }
}

/// What was scanned, without what the scanner has put around it: the name of a bin, a tote or a job.
fn bare(code: &str) -> String {
    code.parse::<ScannedCode>().map_or_else(|_| code.to_owned(), |code| code.bare().to_owned())
}

/// The code that stands for the button: it can be printed, so that nobody has to touch the screen.
const OK: &str = "OK";

/// What a code of nothing here may be, for the person who has scanned it: the product that has it, or is called so.
async fn title_of(visit: &Visit<'_>, code: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Found {
        product: Product,
    }
    #[derive(Deserialize)]
    struct Product {
        title: String,
    }
    let (api, sku) = (visit.api().ok()?, bare(code));
    if let Ok(found) = api.get::<Found>(&address("/products", [("code", code)])).await {
        return Some(found.product.title);
    }
    api.get::<Product>(&format!("/products/{}", part(&sku))).await.ok().map(|product| product.title)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
