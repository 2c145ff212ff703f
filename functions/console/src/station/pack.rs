//! The pack station: each unit is scanned into the open parcel, the parcel is weighed and closed, and handed over by the scan of its label.

use super::{
    OK,
    alarm::{self, Alarm, Expected},
    bare,
    job::fulfillment,
    title_of,
};
use crate::{
    chrome::{Chrome, Me},
    client::{Client, part},
    order::{Filled, Fulfillment, Order, PackedLine, Parcel, PickLine},
    parts,
    trouble::{Problem, Trouble},
    visit::Visit,
};
use api::Response;
use askama::Template;
use http::Method;
use serde_json::{Value, json};

/// A line of what is packed.
struct Row {
    line: u32,
    title: String,
    sku: String,
    /// Units that were picked.
    picked: u32,
    /// Those in closed parcels.
    packed: u32,
    /// Those in the open one.
    open: u32,
}

impl Row {
    fn left(&self) -> u32 {
        self.picked.saturating_sub(self.packed + self.open)
    }
}

#[derive(Template)]
#[template(path = "pack.html")]
struct Page {
    c: Chrome,
    at: String,
    order: Order,
    id: String,
    rows: Vec<Row>,
    alarm: Option<Alarm>,
    f: Filled,
    key: String,
    /// The line that was counted last.
    last: Option<u32>,
}

impl Page {
    fn scan_to(&self) -> String {
        format!("{}/scan", self.at)
    }

    fn fields(&self) -> [(&'static str, String); 1] {
        [("key", self.key.clone())]
    }

    fn pick_at(&self) -> String {
        self.at.replacen("/pack/", "/pick/", 1)
    }

    /// What is wrong with a form that is not here.
    fn lone_problem(&self) -> Option<&Problem> {
        self.f.elsewhere(|action| match action {
            "close" => self.status() == "picked" && self.is_open(),
            "hand-over" => self.leaving().is_some(),
            _ => false,
        })
    }

    fn own(&self) -> Option<&Fulfillment> {
        self.order.fulfillment_details.iter().find(|own| own.id == self.id)
    }

    fn status(&self) -> &str {
        self.own().map(|own| own.status.as_str()).unwrap_or_default()
    }

    fn parcels(&self) -> &[Parcel] {
        self.own().map(|own| own.parcels.as_slice()).unwrap_or_default()
    }

    fn left(&self) -> u32 {
        self.rows.iter().map(Row::left).sum()
    }

    fn is_open(&self) -> bool {
        self.rows.iter().any(|row| row.open > 0)
    }

    /// Units that are in a parcel, open or closed, and all that were picked.
    fn progress(&self) -> (u32, u32) {
        let all = self.rows.iter().map(|row| row.picked).sum::<u32>();
        (all - self.left(), all)
    }

    /// The parcel that is handed over next, once everything is packed.
    fn leaving(&self) -> Option<&Parcel> {
        let is_packed = self.status() == "packed";
        self.parcels().iter().find(|parcel| is_packed && parcel.shipment.is_none())
    }

    /// What took the last parcel of the order: mostly it takes the next one too.
    fn carrier(&self) -> String {
        if let Some(typed) = self.f.typed("hand-over", "carrier") {
            return typed.to_owned();
        }
        let last = self.order.parcels().filter_map(|parcel| parcel.shipment.as_ref()).last();
        last.map(|shipment| shipment.carrier.clone()).unwrap_or_default()
    }

    fn said(&self) -> Option<&Row> {
        self.rows.iter().find(|row| Some(row.line) == self.last)
    }

    fn slip(&self, parcel: &str) -> String {
        format!("/console/papers/{}/fulfillments/{}/packing-slip.pdf?parcel={parcel}", part(&self.order.id), self.id)
    }
}

fn rows(own: &Fulfillment) -> Vec<Row> {
    let units = |of: &[PackedLine], line: u32| of.iter().filter(|own| own.line == line).map(|own| own.quantity).sum();
    let row = |line: &PickLine| Row {
        line: line.line,
        title: line.title.clone(),
        sku: line.sku.clone(),
        picked: line.picked.unwrap_or_default(),
        packed: own.parcels.iter().map(|parcel| units(&parcel.contents, line.line)).sum(),
        open: units(&own.open_parcel, line.line),
    };
    own.picklist.iter().map(row).collect()
}

/// What has to be shown beside the fulfillment as it is.
#[derive(Default)]
struct Told {
    alarm: Option<Alarm>,
    f: Filled,
    last: Option<u32>,
}

/// `GET /console/pack/{order}/{fulfillment}`
pub async fn show(visit: &Visit<'_>, order: &str, id: &str) -> Result<Response, Trouble> {
    let last = visit.query("last").parse().ok();
    page(visit, order, id, Told { last, ..Told::default() }).await
}

fn at(order: &str, id: &str) -> String {
    format!("/console/pack/{}/{}", part(order), part(id))
}

async fn page(visit: &Visit<'_>, order: &str, id: &str, told: Told) -> Result<Response, Trouble> {
    let api = visit.api()?;
    let path = format!("/orders/{}", part(order));
    let (me, read) = futures::join!(api.get::<Me>("/sessions/current"), api.get::<Order>(&path));
    let (me, read) = (me?, read?);
    let own = read.fulfillment_details.iter().find(|own| own.id == id).ok_or(Trouble::Missing)?;
    let (rows, at) = (rows(own), at(order, id));
    let Told { mut alarm, f, last } = told;
    if let Some(alarm) = &mut alarm {
        let left = rows.iter().filter(|row| row.left() > 0).take(5);
        alarm.expected = left
            .map(|row| Expected {
                units: row.left(),
                sku: row.sku.clone(),
                title: row.title.clone(),
                ..Expected::default()
            })
            .collect();
    }
    let status = if alarm.is_some() { alarm::STATUS } else { f.status() };
    let c = Chrome::new(visit, Some(me), "pick").leading_to(&at);
    let key = parts::new_key();
    parts::html(status, &Page { c, at, order: read, id: id.to_owned(), rows, alarm, f, key, last })
}

/// `POST /console/pack/{order}/{fulfillment}/{action}`
pub async fn act(visit: &Visit<'_>, order: &str, id: &str, action: &str) -> Result<Response, Trouble> {
    let (api, own) = (visit.api()?, fulfillment(order, id));
    let told = match action {
        "scan" => return scan(visit, &api, order, id).await,
        "close" => close(visit, &api, &own).await,
        "empty" => api.send(Method::DELETE, &format!("{own}/open-parcel"), None, None).await,
        "hand-over" => hand_over(visit, &api, &own).await,
        _ => return Err(Trouble::Missing),
    };
    match told {
        Ok(()) => Ok(Response::redirect(&at(order, id))),
        Err(Trouble::Told(problem)) => {
            let f = Filled::new(action.to_owned(), visit.form.clone(), *problem);
            page(visit, order, id, Told { f, ..Told::default() }).await
        }
        Err(other) => Err(other),
    }
}

async fn scan(visit: &Visit<'_>, api: &Client<'_>, order: &str, id: &str) -> Result<Response, Trouble> {
    let read = visit.field("code");
    let mut told = Told::default();
    if !read.is_empty() && bare(read) != OK {
        let path = format!("{}/open-parcel/scans", fulfillment(order, id));
        match api.change::<Value>(&path, &json!({ "code": read }), visit.field("key")).await {
            Ok(counted) => told.last = counted["line"].as_u64().and_then(|line| line.try_into().ok()),
            Err(Trouble::Told(problem)) => {
                let kind = problem.kind().to_owned();
                let mut alarm = Alarm::new(visit.words(), &kind, read, *problem);
                if matches!(kind.as_str(), "wrong-item" | "too-many-packed") {
                    alarm.what = title_of(visit, read).await;
                }
                told.alarm = Some(alarm);
            }
            Err(other) => return Err(other),
        }
    }
    if told.alarm.is_some() || visit.is_of_a_script() {
        return page(visit, order, id, told).await;
    }
    let last = told.last.map(|line| format!("?last={line}")).unwrap_or_default();
    Ok(Response::redirect(&format!("{}{last}", at(order, id))))
}

/// Weighs and closes the open parcel.
async fn close(visit: &Visit<'_>, api: &Client<'_>, own: &str) -> Result<(), Trouble> {
    let mut body = json!({ "weight_g": whole(visit, "weight_g", visit.words().weight)? });
    let sides = ["length_mm", "width_mm", "height_mm"];
    if sides.iter().any(|side| !visit.field(side).is_empty()) {
        for side in sides {
            body["dimensions"][side] = json!(whole(visit, side, visit.words().sides)?);
        }
    }
    api.change::<Value>(&format!("{own}/parcels"), &body, visit.field("key")).await.map(drop)
}

fn whole(visit: &Visit<'_>, name: &str, label: &str) -> Result<u32, Trouble> {
    let typed = visit.field(name);
    let wrong = || Trouble::Told(Box::new(Problem::of_field(label, typed, visit.words().bad_number)));
    typed.parse().map_err(|_| wrong())
}

/// The label's code is the tracking number.
async fn hand_over(visit: &Visit<'_>, api: &Client<'_>, own: &str) -> Result<(), Trouble> {
    let number = bare(visit.field("code"));
    let parcel =
        json!({ "parcel": visit.field("parcel"), "carrier": visit.field("carrier"), "tracking_number": number });
    api.change::<Value>(&format!("{own}/hand-over"), &json!({ "parcels": [parcel] }), "").await.map(drop)
}
