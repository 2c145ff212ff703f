//! The page of an order: what it waits for, everything about it, and what may be done.

mod can;
mod filled;
mod steps;
mod view;

use crate::{
    chrome::{Chrome, Me},
    client::part,
    format, parts,
    trouble::{Problem, Trouble},
    visit::Visit,
};
use api::Response;
use askama::Template;
use can::Can;
use steps::{Point, Step};
use view::ReturnedLine;

pub use filled::Filled;
pub use view::{Fulfillment, Line, Location, Locations, Order, PackedLine, Parcel, PickLine, Returned};

#[derive(Template)]
#[template(path = "order.html")]
struct Page {
    c: Chrome,
    order: Order,
    steps: Vec<Step>,
    way: Vec<Point>,
    can: Can,
    f: Filled,
    locations: Vec<Location>,
}

impl Page {
    fn new(visit: &Visit<'_>, me: Me, order: Order, f: Filled) -> Self {
        let can = Can::of(&me, &order);
        let c = Chrome::new(visit, Some(me), "orders");
        let (steps, way) = (steps::of(&c, &can, &order), steps::way(&c, &order));
        Self { c, order, steps, way, can, f, locations: Vec::new() }
    }

    /// The address that the order's forms are sent to.
    fn at(&self) -> String {
        format!("/console/orders/{}", self.order.id)
    }

    /// What is wrong with a form that is not here.
    fn lone_problem(&self) -> Option<&Problem> {
        self.f.elsewhere(|action| self.can.offers(&self.order, action))
    }

    /// The name of what is done about a return.
    fn act(&self, what: &str, id: &str) -> String {
        format!("{what}-{id}")
    }

    /// How many units an edit leaves: as many as there are by now, or what was typed instead of what stood there.
    fn left(&self, line: &Line) -> String {
        let field = |prefix: &str| self.f.typed("edit", &format!("{prefix}-{}", line.line));
        let typed = field("left").filter(|typed| field("was") != Some(*typed));
        typed.map_or_else(|| line.quantity.to_string(), str::to_owned)
    }

    /// How many units of a line of a return have come: what was typed, what was counted before, or all that are announced.
    fn came(&self, back: &Returned, line: &ReturnedLine) -> String {
        let known = if back.status == "partially_received" { line.received } else { line.quantity };
        let typed = self.f.typed(&self.act("receive", &back.id), &format!("received-{}", line.line));
        typed.map_or_else(|| known.to_string(), str::to_owned)
    }

    /// What a return's refund is proposed to be.
    fn proposed(&self, back: &Returned) -> String {
        let typed = self.f.value(&self.act("return-refund", &back.id), "amount");
        match (self.order.currency, back.to_approve) {
            (Some(currency), Some(amount)) if typed.is_empty() => format::typed_money(self.c.w, amount, currency),
            _ => typed,
        }
    }

    /// What customer service may give back of this order.
    fn limit(&self) -> Option<String> {
        let (me, currency) = (self.c.me.as_ref()?, self.order.currency?);
        let limit = me.refund_limit.get(currency.as_str())?;
        Some(self.c.money(limit, &currency))
    }
}

/// `GET /console/orders/{order}`
pub async fn show(visit: &Visit<'_>, order: &str) -> Result<Response, Trouble> {
    page(visit, order, Filled::default()).await
}

/// The page with what was typed into one of its forms, and what is wrong with that.
pub async fn show_with(visit: &Visit<'_>, order: &str, action: String, problem: Problem) -> Result<Response, Trouble> {
    page(visit, order, Filled::new(action, visit.form.clone(), problem)).await
}

async fn page(visit: &Visit<'_>, order: &str, f: Filled) -> Result<Response, Trouble> {
    let api = visit.api()?;
    let path = format!("/orders/{}", part(order));
    let (me, order) = futures::join!(api.get::<Me>("/sessions/current"), api.get::<Order>(&path));
    let mut page = Page::new(visit, me?, order?, f);
    // Only who takes a return in has to say where it came to.
    if page.order.returns.iter().any(|back| page.can.receives(back)) {
        page.locations = api.get::<Locations>("/locations").await?.locations;
    }
    parts::html(page.f.status(), &page)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
