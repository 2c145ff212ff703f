//! The stock of a SKU: where how much of it stands for what, and what people moved.

use crate::{
    chrome::{Chrome, Me},
    client::part,
    order::Filled,
    pages::orders::address,
    parts,
    trouble::{Problem, Trouble},
    visit::Visit,
    words::Words,
};
use api::Response;
use askama::Template;
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stock {
    available: i64,
    locations: Vec<Level>,
    movements: Vec<Movement>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Level {
    location: String,
    available: i64,
    backorder: bool,
    recount_since: Option<Timestamp>,
    #[serde(flatten)]
    buckets: Buckets,
}

/// Units by what they are for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Buckets {
    on_hand: i64,
    reserved: i64,
    committed: i64,
    waiting: i64,
    backordered: i64,
    damaged: i64,
    quality_control: i64,
    safety: i64,
    incoming: i64,
    deficit: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Movement {
    at: Timestamp,
    by: String,
    location: String,
    reason: String,
    change: Buckets,
}

impl Buckets {
    fn named(&self, w: &Words) -> [(&'static str, i64); 10] {
        [
            (w.on_hand, self.on_hand),
            (w.reserved, self.reserved),
            (w.committed, self.committed),
            (w.waiting, self.waiting),
            (w.backordered, self.backordered),
            (w.damaged, self.damaged),
            (w.quality_control, self.quality_control),
            (w.safety, self.safety),
            (w.incoming, self.incoming),
            (w.deficit, self.deficit),
        ]
    }
}

impl Level {
    /// What is for sale and what is there, and all else that is not 0.
    fn buckets(&self, w: &Words) -> Vec<(&'static str, i64)> {
        let all = self.buckets.named(w).into_iter();
        let shown = all.filter(|(name, units)| *units != 0 || *name == w.on_hand);
        std::iter::once((w.available, self.available)).chain(shown).collect()
    }
}

impl Movement {
    /// `+50 On hand`
    fn changes(&self, w: &Words) -> String {
        let all = self.change.named(w).into_iter().filter(|(_, units)| *units != 0);
        let all: Vec<String> = all.map(|(name, units)| format!("{units:+} {name}").replace('-', "\u{2212}")).collect();
        if all.is_empty() { "±0".to_owned() } else { all.join(", ") }
    }
}

#[derive(Template)]
#[template(path = "stock.html")]
struct Page {
    c: Chrome,
    sku: String,
    stock: Option<Stock>,
    missing: Option<Problem>,
    f: Filled,
}

impl Page {
    fn act(&self, what: &str, location: &str) -> String {
        format!("{what}-{location}")
    }
}

/// `GET /console/stock`
pub async fn show(visit: &Visit<'_>) -> Result<Response, Trouble> {
    page(visit, visit.query("sku"), Filled::default()).await
}

async fn page(visit: &Visit<'_>, sku: &str, f: Filled) -> Result<Response, Trouble> {
    let api = visit.api()?;
    let me: Me = api.get("/sessions/current").await?;
    let c = Chrome::new(visit, Some(me), "stock");
    if sku.is_empty() {
        return parts::html(200, &Page { c, sku: String::new(), stock: None, missing: None, f });
    }
    let (status, stock, missing) = match api.get(&format!("/stock/{}", part(sku))).await {
        Ok(stock) => (f.status(), Some(stock), None),
        Err(Trouble::Told(problem)) if problem.status != 403 => (problem.status, None, Some(*problem)),
        Err(other) => return Err(other),
    };
    parts::html(status, &Page { c, sku: sku.to_owned(), stock, missing, f })
}

/// `POST /console/stock/{receive|count}`
pub async fn act(visit: &Visit<'_>, action: &str) -> Result<Response, Trouble> {
    let api = visit.api()?;
    let (sku, location, reason) = (visit.field("sku"), visit.field("location"), visit.field("reason"));
    let name = format!("{action}-{location}");
    let Ok(units) = visit.field("quantity").parse::<u32>() else {
        let w = visit.words();
        let problem = Problem::of_field(w.quantity, visit.field("quantity"), w.bad_number);
        return page(visit, sku, Filled::new(name, visit.form.clone(), problem)).await;
    };
    let mut body = json!({ "sku": sku, "location": location, "reason": reason });
    let method = match action {
        "receive" => {
            (body["kind"], body["quantity"]) = (json!("receive"), json!(units));
            Method::POST
        }
        "count" => {
            body["on_hand"] = json!(units);
            Method::PUT
        }
        _ => return Err(Trouble::Missing),
    };
    match api.send(method, "/stock", Some(&body), Some(visit.field("key")).filter(|key| !key.is_empty())).await {
        Ok(()) => Ok(Response::redirect(&address("/console/stock", [("sku", sku), ("done", "yes")]))),
        Err(Trouble::Told(problem)) if problem.status != 404 => {
            page(visit, sku, Filled::new(name, visit.form.clone(), *problem)).await
        }
        Err(Trouble::Busy) => {
            let problem = Problem::ours(503, visit.words().busy_text);
            // If the page cannot be shown either, that of the trouble keeps the form.
            page(visit, sku, Filled::new(name, visit.form.clone(), problem)).await.map_err(|_| Trouble::Busy)
        }
        Err(other) => Err(other),
    }
}
