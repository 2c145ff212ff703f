//! What waits for a person, and how much is open.

use crate::{
    chrome::{Chrome, Me},
    client::{Client, part},
    order::Locations,
    pages::orders::address,
    parts::{self, Button},
    trouble::Trouble,
    visit::Visit,
    words::{Kind, way_on_from, way_on_of},
};
use api::Response;
use askama::Template;
use domain::{money::Currency, order_state::HoldReason};
use futures::future::join_all;
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};
use std::collections::BTreeMap;

/// How many locations the page counts the work of.
const LOCATIONS: usize = 4;
/// Up to here things are counted. More is `30+`: a count of everything would read everything.
const COUNTED: usize = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Attention {
    counts: BTreeMap<String, usize>,
    items: Vec<Item>,
    next_cursor: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Item {
    why: String,
    since: Timestamp,
    order: Option<String>,
    reference: Option<String>,
    holds: BTreeMap<String, Hold>,
    parcels: BTreeMap<String, String>,
    emails: Vec<Email>,
    payment: Option<String>,
    currency: Option<Currency>,
    captured: Option<i64>,
    provider: Option<String>,
    webhook: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Hold {
    note: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Email {
    kind: String,
    reports: Vec<String>,
}

/// The beginning of any list of the API.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Beginning {
    #[serde(alias = "orders", alias = "fulfillments")]
    entries: Vec<IgnoredAny>,
    next_cursor: Option<String>,
}

impl Beginning {
    /// `30+` if there is more.
    fn count(&self) -> String {
        let more = if self.next_cursor.is_some() { "+" } else { "" };
        format!("{}{more}", self.entries.len())
    }
}

struct Tile {
    count: String,
    label: String,
    href: String,
    is_waiting: bool,
}

struct Filter {
    value: String,
    label: String,
    count: usize,
}

struct Entry {
    title: String,
    href: String,
    tone: &'static str,
    why: String,
    since: Timestamp,
    text: String,
    notes: Vec<String>,
    buttons: Vec<Button>,
}

#[derive(Template)]
#[template(path = "today.html")]
struct Today {
    c: Chrome,
    tiles: Vec<Tile>,
    filters: Vec<Filter>,
    why: String,
    entries: Vec<Entry>,
    next: Option<String>,
}

/// `GET /console`
pub async fn show(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let api = visit.api()?;
    let (why, cursor) = (visit.query("why"), visit.query("cursor"));
    let asked = address("/operations/attention", [("why", why), ("cursor", cursor)]);
    let (me, attention) = futures::join!(api.get::<Me>("/sessions/current"), api.get::<Attention>(&asked));
    let (me, attention) = (me?, attention?);
    let c = Chrome::new(visit, Some(me.clone()), "today");
    let waiting = attention.counts.values().sum::<usize>();
    let mut tiles = vec![Tile {
        count: waiting.to_string(),
        label: c.w.tile_waiting.to_owned(),
        href: "/console".to_owned(),
        is_waiting: waiting > 0,
    }];
    tiles.extend(open_work(&api, &c, &me).await);
    let filters = attention.counts.iter().map(|(why, count)| Filter {
        label: c.name(Kind::Attention, why),
        value: why.clone(),
        count: *count,
    });
    let filters = filters.collect();
    let next = attention.next_cursor.as_deref().map(|next| address("/console", [("why", why), ("cursor", next)]));
    let entries = attention.items.iter().map(|item| entry(&c, &me, item)).collect();
    parts::html(200, &Today { tiles, filters, why: why.to_owned(), entries, next, c })
}

/// Open orders for those who look after customers, fulfillments for those who pick. What cannot be counted now has a dash: the list of
/// what waits does not depend on it.
async fn open_work(api: &Client<'_>, c: &Chrome, me: &Me) -> Vec<Tile> {
    let count = async |label: &str, href: String, path: String| {
        let count = api.get::<Beginning>(&path).await.map_or_else(|_| "\u{2013}".to_owned(), |some| some.count());
        Tile { count, label: label.to_owned(), href, is_waiting: false }
    };
    let orders = [(c.w.tile_open, "open"), (c.w.tile_pending, "pending")].into_iter().filter(|_| !me.is_warehouse());
    let orders = join_all(orders.map(|(label, status)| {
        let list = format!("/orders?status={status}");
        count(label, format!("/console{list}"), format!("{list}&limit={COUNTED}"))
    }));
    let work = async {
        if !c.sees_stock() {
            return Vec::new();
        }
        let Locations { locations } = api.get("/locations").await.unwrap_or_default();
        let tiles = locations.iter().take(LOCATIONS).map(async |location| {
            let path = format!("/fulfillments?location={}&limit={COUNTED}", part(&location.id));
            let href = address("/console/pick", [("location", location.id.as_str())]);
            count(&format!("{} {}", c.w.tile_work, location.name), href, path).await
        });
        join_all(tiles).await
    };
    let (orders, work) = futures::join!(orders, work);
    orders.into_iter().chain(work).collect()
}

fn entry(c: &Chrome, me: &Me, item: &Item) -> Entry {
    let order = item.order.as_deref();
    let title = item.reference.as_deref().or(order).or(item.payment.as_deref()).or(item.provider.as_deref());
    let title = title.or(item.webhook.as_deref()).unwrap_or_default();
    let title = if order.is_some() { format!("{} {title}", c.w.order) } else { title.to_owned() };
    let held = item.holds.keys().next().filter(|_| item.why == "on_hold");
    let why = held.map_or_else(|| c.name(Kind::Attention, &item.why), |reason| c.hold(reason));
    let text = match held {
        Some(reason) => way_on_from(c.w, reason),
        None => way_on_of(c.w, &item.why),
    };
    let emails = item.emails.iter().map(|email| {
        let reports: Vec<String> = email.reports.iter().map(|report| c.mail(report)).collect();
        format!("{}: {}", c.email(&email.kind), reports.join(", "))
    });
    let parcels = item.parcels.iter().map(|(id, state)| format!("{} {id}: {}", c.w.parcel, c.parcel(state)));
    let others = item.holds.iter().skip(1).map(|(reason, _)| c.hold(reason));
    let notes = item.holds.values().map(|hold| hold.note.clone()).filter(|note| !note.is_empty());
    let money = item.captured.zip(item.currency).map(|(captured, currency)| c.money(&captured, &currency));
    let mut notes: Vec<String> = others.chain(notes).chain(parcels).chain(emails).chain(money).collect();
    notes.dedup();
    Entry {
        title,
        href: order.map(|order| format!("/console/orders/{order}")).unwrap_or_default(),
        tone: if matches!(item.why.as_str(), "work_overdue" | "evidence_due" | "erasure_late") {
            "bad"
        } else {
            "wait"
        },
        why,
        since: item.since,
        text: text.unwrap_or_default().to_owned(),
        notes,
        buttons: order.map(|order| buttons(c, me, item, order)).unwrap_or_default(),
    }
}

/// What one press settles here. All that takes a decision about money is on the order's page.
fn buttons(c: &Chrome, me: &Me, item: &Item, order: &str) -> Vec<Button> {
    let at = format!("/console/orders/{order}");
    if !me.serves() {
        return Vec::new();
    }
    if !item.emails.is_empty() {
        return vec![Button::new(c.w.send_again, format!("{at}/emails-retry"))];
    }
    let is_releasable = |reason: &&String| reason.parse().is_ok_and(|reason: HoldReason| !reason.is_about_money());
    let release = item.holds.keys().filter(is_releasable).take(1);
    release.map(|reason| Button::new(c.w.release, format!("{at}/release/{reason}"))).collect()
}
