//! What waits to be picked, packed and handed over at a location, and the ways into it.

use crate::{
    chrome::{Chrome, Me},
    client::{Client, part},
    order::{Fulfillment, Location, Locations, Order, PickLine},
    pages::orders::{self, address},
    parts,
    trouble::{Problem, Trouble},
    visit::Visit,
};
use api::Response;
use askama::Template;
use domain::ids::ScannedCode;
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// How much of a location's work a page shows.
const SHOWN: usize = 50;
/// What a cart of totes has, if nothing else is said.
const TOTES: &str = "1 2 3 4 5 6";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Work {
    fulfillments: Vec<Piece>,
    next_cursor: Option<String>,
}

/// A fulfillment in the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Piece {
    order: String,
    #[serde(flatten)]
    own: Fulfillment,
}

impl Piece {
    fn units(&self) -> u32 {
        self.own.picklist.iter().map(|line| line.quantity).sum()
    }

    fn taken(&self) -> u32 {
        self.own.picklist.iter().map(PickLine::taken).sum()
    }

    /// The first article, which the others are beside.
    fn first(&self) -> Option<&PickLine> {
        self.own.picklist.first()
    }

    /// The end of the order's id, and the fulfillment's: what tells two alike apart, and stands on their picklists.
    fn short_id(&self) -> String {
        let end = self.order.get(self.order.len().saturating_sub(6)..).unwrap_or(&self.order);
        format!("…{end}/{}", self.own.id)
    }

    fn others(&self) -> usize {
        self.own.picklist.len().saturating_sub(1)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Batches {
    batches: Vec<Batch>,
    next_cursor: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Batch {
    id: String,
    status: String,
    picker: Option<String>,
    created_at: Timestamp,
    fulfillments: usize,
    left: usize,
}

impl Batch {
    fn name(&self) -> &str {
        self.id.get(self.id.len().saturating_sub(6)..).unwrap_or(&self.id)
    }
}

/// Work of one kind.
struct Section<'w> {
    title: &'static str,
    station: &'static str,
    count: String,
    pieces: Vec<&'w Piece>,
}

#[derive(Template)]
#[template(path = "work.html")]
struct Page {
    c: Chrome,
    /// Whose work it is, and where else there may be some.
    here: String,
    locations: Vec<Location>,
    batches: Batches,
    work: Work,
    totes: String,
    key: String,
    problem: Option<Problem>,
    next: Option<String>,
}

impl Page {
    /// By what is done next. What is on a batch is picked with it.
    fn sections(&self) -> Vec<Section<'_>> {
        let w = self.c.w;
        let section = |title, station, statuses: &[&str]| {
            let is_own = |piece: &&Piece| statuses.contains(&piece.own.status.as_str());
            let is_batched = |piece: &&Piece| piece.own.batch.is_some() && station == "pick";
            let all = self.work.fulfillments.iter().filter(is_own);
            let pieces: Vec<&Piece> = all.filter(|piece| !is_batched(piece)).collect();
            let more = if self.work.next_cursor.is_some() { "+" } else { "" };
            Section { title, station, count: format!("{}{more}", pieces.len()), pieces }
        };
        vec![
            section(w.to_pick, "pick", &["open", "picking"]),
            section(w.to_pack, "pack", &["picked"]),
            section(w.to_hand_over, "pack", &["packed"]),
        ]
    }
}

pub fn is_batch(name: &str) -> bool {
    name.starts_with("bat_")
}

/// `GET /console/pick`
pub async fn show(visit: &Visit<'_>) -> Result<Response, Trouble> {
    page(visit, visit.query("location"), None).await
}

async fn page(visit: &Visit<'_>, asked: &str, problem: Option<Problem>) -> Result<Response, Trouble> {
    let api = visit.api()?;
    let (me, all) = futures::join!(api.get::<Me>("/sessions/current"), api.get::<Locations>("/locations"));
    let (me, mut locations) = (me?, all?.locations);
    locations.retain(|location| me.locations.is_empty() || me.locations.contains(&location.id));
    let is_asked = |location: &&Location| asked.is_empty() || location.id == asked;
    let here = locations.iter().find(is_asked).map(|location| location.id.clone()).ok_or(Trouble::Missing)?;
    let (cursor, limit) = (visit.query("cursor"), SHOWN.to_string());
    let of_work = address("/fulfillments", [("location", here.as_str()), ("limit", &limit), ("cursor", cursor)]);
    let of_batches = address("/batches", [("location", here.as_str()), ("limit", &limit)]);
    let (work, batches) = futures::join!(api.get::<Work>(&of_work), api.get::<Batches>(&of_batches));
    let (work, batches) = (work?, batches?);
    let next = work.next_cursor.as_deref();
    let next = next.map(|next| address("/console/pick", [("location", here.as_str()), ("cursor", next)]));
    let c = Chrome::new(visit, Some(me), "pick").leading_to(&address("/console/pick", [("location", here.as_str())]));
    let typed = visit.field("totes");
    let totes = if typed.is_empty() { TOTES } else { typed }.to_owned();
    let status = problem.as_ref().map_or(200, |problem| problem.status);
    let key = parts::new_key();
    parts::html(status, &Page { c, here, locations, batches, work, totes, key, problem, next })
}

/// `POST /console/pick`: what was scanned is opened.
pub async fn open(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let (api, read) = (visit.api()?, visit.field("code"));
    let code = read.parse::<ScannedCode>().map_or_else(|_| read.to_owned(), |code| code.bare().to_owned());
    let to = match code.split_once('/') {
        _ if is_batch(&code) => Some(format!("/console/pick/{}", part(&code))),
        // A picklist's code.
        Some((order, id)) if order.starts_with("ord_") => Some(format!("/console/pick/{}/{}", part(order), part(id))),
        _ if code.starts_with("ord_") => of_order(&api, &code).await?,
        _ if code.is_empty() => None,
        _ => of_number(&api, &code).await?,
    };
    let nothing = || Problem::of_field(visit.words().scan_job, &code, visit.words().no_job);
    match to {
        Some(to) => Ok(Response::redirect(&to)),
        None => page(visit, visit.field("location"), Some(nothing())).await,
    }
}

/// The fulfillment of an order that something is to be done about.
async fn of_order(api: &Client<'_>, order: &str) -> Result<Option<String>, Trouble> {
    let read = match api.get::<Order>(&format!("/orders/{}", part(order))).await {
        Ok(read) => read,
        Err(Trouble::Told(problem)) if problem.status == 404 => return Ok(None),
        Err(other) => return Err(other),
    };
    let station = |own: &Fulfillment| match own.status.as_str() {
        "open" | "picking" => Some(format!("/console/pick/{}/{}", part(order), own.id)),
        "picked" | "packed" => Some(format!("/console/pack/{}/{}", part(order), own.id)),
        _ => None,
    };
    Ok(read.fulfillment_details.iter().find_map(station).or_else(|| Some(format!("/console/orders/{}", part(order)))))
}

/// The order that its customer knows by this number, as packing slips have it.
async fn of_number(api: &Client<'_>, number: &str) -> Result<Option<String>, Trouble> {
    let asked = json!({ "by": "reference", "value": number });
    let found = match api.post::<orders::Page>("/orders/search", &asked).await {
        Ok(found) => found.orders,
        Err(Trouble::Told(problem)) if problem.status == 422 => return Ok(None),
        Err(other) => return Err(other),
    };
    match found.as_slice() {
        [only] => of_order(api, &only.id).await,
        _ => Ok(None),
    }
}

/// `POST /console/pick/make`: a batch of what has waited longest, claimed at once.
pub async fn make(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let (api, location) = (visit.api()?, visit.field("location"));
    let totes: Vec<&str> = visit.field("totes").split([' ', ',', ';']).filter(|name| !name.is_empty()).collect();
    let mut body = json!({ "location": location, "totes": totes });
    if visit.field("single") == "yes" {
        body["first"] = json!("single_line");
    }
    let made = async {
        let made: Value = api.change("/batches", &body, visit.field("key")).await?;
        let id = made["id"].as_str().unwrap_or_default().to_owned();
        api.send(Method::POST, &format!("/batches/{}/claim", part(&id)), None, None).await?;
        Ok(id)
    };
    match made.await {
        Ok(id) => Ok(Response::redirect(&format!("/console/pick/{}", part(&id)))),
        Err(Trouble::Told(problem)) => page(visit, location, Some(*problem)).await,
        Err(other) => Err(other),
    }
}
