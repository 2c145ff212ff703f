//! The pick station: what is next in large type, and one field for whatever is scanned.

use super::{
    OK,
    alarm::{self, Alarm, Expected},
    bare,
    job::{Job, Named, Stop, fulfillment},
    title_of,
    walk::Walk,
};
use crate::{
    chrome::{Chrome, Me},
    client::{Client, part},
    pages::orders::address,
    parts,
    trouble::{Problem, Trouble},
    visit::Visit,
};
use api::Response;
use askama::Template;
use http::Method;
use serde_json::{Value, json};

#[derive(Template)]
#[template(path = "pick.html")]
struct Page {
    c: Chrome,
    at: String,
    job: Job,
    walk: Walk,
    alarm: Option<Alarm>,
    key: String,
    /// Whether the one who looks picks it. What is on no batch, anybody picks.
    is_mine: bool,
}

impl Page {
    fn next(&self) -> Option<&Stop> {
        self.walk.next(&self.job)
    }

    /// What the form of the scan says beside the code: where somebody is, and what is expected.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = self.walk.fields();
        if let Some(next) = self.next() {
            let wanted = [("want_sku", &*next.sku), ("want_bin", next.bin()), ("want_tote", next.tote())];
            fields.extend(wanted.map(|(name, value)| (name, value.to_owned())));
        }
        fields.push(("key", self.key.clone()));
        fields
    }

    fn scan_to(&self) -> String {
        format!("{}/scan", self.at)
    }

    fn pack_at(&self) -> String {
        self.at.replacen("/pick/", "/pack/", 1)
    }

    fn picklist(&self) -> String {
        self.at.replacen("/pick/", "/papers/batches/", 1) + "/picklist.pdf"
    }

    /// Whether it is a batch that this person has paused.
    fn was_mine(&self) -> bool {
        self.job.picker.as_deref().zip(self.c.me.as_ref()).is_some_and(|(picker, me)| is_same(picker, me))
    }

    /// The station as it goes on.
    fn on(&self) -> String {
        at_of(&self.at, &self.walk)
    }

    fn last(&self) -> Option<&Stop> {
        self.job.stop(&self.walk.last)
    }

    /// How it ended. None: something is to be taken, or is held.
    fn over(&self) -> Option<String> {
        let job = &self.job;
        if !job.in_state("to_pick").is_empty() || !job.in_state("on_hold").is_empty() {
            return None;
        }
        Some(match (job.is_batch, job.status.as_str()) {
            (true, "cancelled") => self.c.batch_status("cancelled"),
            (true, _) | (false, "picked" | "packed") => self.c.w.all_picked.to_owned(),
            (false, status) => self.c.fulfillment_status(status),
        })
    }

    /// Whether somebody has to tell what was not found.
    fn is_short(&self) -> bool {
        self.next().is_none() && !self.walk.short(&self.job).is_empty()
    }

    fn picker(&self) -> String {
        self.job.picker.as_deref().map(|picker| self.c.by(picker)).unwrap_or_default()
    }
}

/// Whether a timeline's `role:name` is this person. Timelines have no spaces in names.
fn is_same(picker: &str, me: &Me) -> bool {
    picker.split_once(':').is_some_and(|(_, name)| name.replace('_', " ") == me.name.replace('_', " "))
}

fn at_of(at: &str, walk: &Walk) -> String {
    let fields = walk.fields();
    address(at, fields.iter().map(|(name, value)| (*name, value.as_str())))
}

/// `GET /console/pick/{batch}`, `GET /console/pick/{order}/{fulfillment}`
pub async fn show(visit: &Visit<'_>, named: Named<'_>) -> Result<Response, Trouble> {
    page(visit, named, Walk::read(|name| visit.query(name)), None).await
}

async fn page(visit: &Visit<'_>, named: Named<'_>, walk: Walk, alarm: Option<Alarm>) -> Result<Response, Trouble> {
    let api = visit.api()?;
    let (me, job) = futures::join!(api.get::<Me>("/sessions/current"), named.load(&api));
    let (me, job) = (me?, job?);
    if let (Named::One(order, id), "picked" | "packed", None, true) =
        (named, job.status.as_str(), &alarm, walk == Walk::default())
    {
        return Ok(Response::redirect(&format!("/console/pack/{}/{}", part(order), part(id))));
    }
    let is_mine = !job.is_batch || (job.status == "picking" && job.picker.as_ref().is_some_and(|by| is_same(by, &me)));
    let status = if alarm.is_some() { alarm::STATUS } else { 200 };
    let c = Chrome::new(visit, Some(me), "pick").leading_to(&named.at());
    let page = Page { c, at: named.at(), job, walk, alarm, key: parts::new_key(), is_mine };
    parts::html(status, &page)
}

/// Shows how it goes on: to a script at once, to others at the page's own address.
async fn on(visit: &Visit<'_>, named: Named<'_>, walk: Walk) -> Result<Response, Trouble> {
    if visit.is_of_a_script() {
        return page(visit, named, walk, None).await;
    }
    Ok(Response::redirect(&at_of(&named.at(), &walk)))
}

/// `POST /console/pick/{batch}/{action}`, `POST /console/pick/{order}/{fulfillment}/{action}`
pub async fn act(visit: &Visit<'_>, named: Named<'_>, action: &str) -> Result<Response, Trouble> {
    let api = visit.api()?;
    let mut walk = Walk::read(|name| visit.field(name));
    let told = match (action, named) {
        ("scan", _) => return scan(visit, &api, named, walk).await,
        ("missing", _) => {
            walk.miss(visit.field("stop"), visit.field("why") == "damaged");
            Ok(())
        }
        ("confirm", _) => confirm(&api, named, &mut walk).await,
        ("claim", Named::Batch(_)) => send(&api, named, "claim").await,
        // Whoever stands there may take it over from somebody who has gone.
        ("take-over", Named::Batch(_)) => match send(&api, named, "release").await {
            Ok(()) => send(&api, named, "claim").await,
            refused => refused,
        },
        ("pause" | "release", Named::Batch(_)) | ("put-back", Named::One(..)) => {
            match send(&api, named, action).await {
                Ok(()) => return Ok(Response::redirect("/console/pick?done=yes")),
                refused => refused,
            }
        }
        _ => return Err(Trouble::Missing),
    };
    match told {
        Ok(()) => on(visit, named, walk).await,
        Err(Trouble::Told(problem)) => {
            let alarm = Alarm::new(visit.words(), problem.kind(), "", (*problem).clone());
            page(visit, named, walk, Some(alarm)).await
        }
        Err(other) => Err(other),
    }
}

async fn send(api: &Client<'_>, named: Named<'_>, what: &str) -> Result<(), Trouble> {
    api.send(Method::POST, &format!("{}/{what}", named.path()), None, None).await
}

async fn scan(visit: &Visit<'_>, api: &Client<'_>, named: Named<'_>, mut walk: Walk) -> Result<Response, Trouble> {
    let read = visit.field("code");
    let code = bare(read);
    let is = |name: &str| visit.field(name) == code;
    if code.is_empty() || code == OK {
        return on(visit, named, walk).await;
    }
    // What is to be taken is never mistaken for a place, whatever places are called.
    if !is("want_sku") {
        if is("want_bin") {
            (walk.bin, walk.into, walk.last) = (code, String::new(), String::new());
            return on(visit, named, walk).await;
        }
        if is("into") {
            walk.into.clear();
            return on(visit, named, walk).await;
        }
        if is("want_tote") && walk.into.is_empty() {
            walk.tote = code;
            return on(visit, named, walk).await;
        }
    }
    let mut body = json!({ "code": read });
    for (name, value) in [("bin", &walk.bin), ("tote", &walk.tote)] {
        if !value.is_empty() {
            body[name] = json!(value);
        }
    }
    match api.change::<Value>(&format!("{}/scans", named.path()), &body, visit.field("key")).await {
        Ok(counted) => {
            walk.counted(&counted, named);
            on(visit, named, walk).await
        }
        Err(Trouble::Told(problem)) => refused(visit, api, named, walk, *problem).await,
        Err(other) => Err(other),
    }
}

impl Walk {
    /// Goes on from what was counted.
    fn counted(&mut self, counted: &Value, named: Named<'_>) {
        let text = |name: &str| counted[name].as_str().unwrap_or_default().to_owned();
        // In a batch it is the line's id, of one fulfillment the whole line.
        let line = counted["line"].as_u64().or_else(|| counted["line"]["line"].as_u64()).unwrap_or_default();
        let (order, id) = match named {
            Named::Batch(_) => (text("order"), text("fulfillment")),
            Named::One(order, id) => (order.to_owned(), id.to_owned()),
        };
        self.last = format!("{order}/{id}/{line}");
        self.into = text("tote");
        self.tote.clear();
        if counted["next"]["bin"].as_str() != Some(self.bin.as_str()) {
            self.bin.clear();
        }
    }
}

/// What was wrong with a scan, and what would have been right.
async fn refused(
    visit: &Visit<'_>,
    api: &Client<'_>,
    named: Named<'_>,
    walk: Walk,
    problem: Problem,
) -> Result<Response, Trouble> {
    let (read, job) = (visit.field("code"), named.load(api).await?);
    let code = bare(read);
    let is_no_product = matches!(problem.kind(), "not-found" | "invalid" | "wrong-item");
    let kind = match problem.kind() {
        _ if is_no_product && job.stops.iter().any(|stop| stop.bin() == code) => "wrong-bin",
        _ if is_no_product && job.totes.iter().any(|tote| tote.name == code) => "wrong-tote",
        kind => kind,
    };
    let mut alarm = Alarm::new(visit.words(), kind, read, problem.clone());
    if kind == "wrong-tote" && !walk.into.is_empty() {
        alarm.expected.push(Expected { tote: walk.into.clone(), ..Expected::default() });
    } else if !matches!(kind, "not-claimed") {
        alarm.expected.extend(walk.next(&job).map(Expected::from));
    }
    if matches!(kind, "wrong-item" | "wrong-bin" | "too-many-picked" | "on-hold") {
        alarm.what = title_of(visit, read).await;
    }
    page(visit, named, walk, Some(alarm)).await
}

/// Tells what was found of the lists on which something is missing. What lies there broken is noted as damaged first.
async fn confirm(api: &Client<'_>, named: Named<'_>, walk: &mut Walk) -> Result<(), Trouble> {
    let job = named.load(api).await?;
    let short = walk.short(&job);
    let is_short = |own: &Stop| short.iter().any(|(missing, _)| missing.id() == own.id());
    let mut told: Vec<&Stop> = Vec::new();
    for (stop, _) in &short {
        let own: Vec<&Stop> = job.stops.iter().filter(|own| own.is_of(stop)).collect();
        // A list that has something else to be taken is told with the last of it.
        let is_open = own.iter().any(|own| own.left() > 0 && !is_short(own));
        if is_open || told.iter().any(|other| other.is_of(stop)) {
            continue;
        }
        for (broken, _) in short.iter().filter(|(missing, is_damaged)| *is_damaged && missing.is_of(stop)) {
            note_damage(api, &job, broken).await?;
        }
        let picks: Vec<Value> = own.iter().map(|own| json!({ "line": own.line, "picked": own.taken() })).collect();
        let path = format!("{}/picks", fulfillment(&stop.order, &stop.fulfillment));
        api.change::<Value>(&path, &json!({ "picks": picks }), "").await?;
        told.push(stop);
    }
    *walk = Walk::default();
    Ok(())
}

async fn note_damage(api: &Client<'_>, job: &Job, broken: &Stop) -> Result<(), Trouble> {
    let reason = format!("damaged, found when picking {}/{}", broken.order, broken.fulfillment);
    let (sku, units) = (&broken.sku, broken.left());
    let body = json!({ "sku": sku, "location": job.location, "kind": "damage", "quantity": units, "reason": reason });
    // Whoever tells it again tells the same: a line is picked once.
    api.change::<Value>("/stock", &body, &format!("damaged-{}", broken.id())).await.map(drop)
}
