//! What an order waits for, the next step, and who takes it: the first is what the page begins with.

use super::{Can, Order};
use crate::{chrome::Chrome, parts::Button, words::way_on_from};
use jiff::Timestamp;

pub struct Step {
    /// `wait`: a person; `bad`: a person, soon; `rest`: nobody.
    pub tone: &'static str,
    pub title: String,
    pub text: &'static str,
    pub since: Option<Timestamp>,
    pub who: String,
    /// In the words of whoever noted it.
    pub note: String,
    pub buttons: Vec<Button>,
}

impl Step {
    fn new(tone: &'static str, title: impl Into<String>, text: &'static str, who: impl Into<String>) -> Self {
        let (title, who) = (title.into(), who.into());
        Self { tone, title, text, since: None, who, note: String::new(), buttons: Vec::new() }
    }

    fn since(self, since: Timestamp) -> Self {
        Self { since: Some(since), ..self }
    }
}

/// All of it, what needs a person first.
pub fn of(c: &Chrome, can: &Can, order: &Order) -> Vec<Step> {
    let mut steps: Vec<Step> = holds(c, can, order).collect();
    steps.extend(disputes(c, order));
    steps.extend(emails(c, can, order));
    steps.extend(parcels(c, order));
    steps.extend(returns(c, order));
    if order.on_hold {
        // The warehouse is not told why.
        steps.push(Step::new("wait", c.w.on_hold, "", c.w.who_service));
    }
    if steps.is_empty() {
        steps.extend(work(c, can, order));
    }
    if order.erasure.as_ref().is_some_and(|erasure| erasure.state == "asked") {
        steps.push(Step::new("rest", c.w.step_erasure, c.w.step_erasure_text, c.w.who_orderly));
    }
    if steps.is_empty() {
        let note = order.cancel_reason.clone().unwrap_or_default();
        steps.push(Step { note, ..Step::new("rest", c.w.step_rest, c.w.step_rest_text, "") });
    }
    steps
}

fn holds<'o>(c: &'o Chrome, can: &'o Can, order: &'o Order) -> impl Iterator<Item = Step> + 'o {
    let at = format!("/console/orders/{}", order.id);
    order.holds.iter().map(move |(reason, hold)| {
        let is_stock = reason == "inventory_out_of_stock";
        let (tone, who) = match can.releases(reason) {
            _ if is_stock => ("wait", c.w.who_orderly),
            true => ("wait", c.w.who_person),
            false => ("wait", c.w.who_operator),
        };
        let mut buttons = Vec::new();
        if reason == "refund_failed" && can.serves {
            buttons.push(Button::new(c.w.retry_refunds, format!("{at}/refunds-retry")));
        }
        if can.releases(reason) {
            buttons.push(Button::new(c.w.release, format!("{at}/release/{reason}")));
        }
        let text = way_on_from(c.w, reason).unwrap_or_default();
        Step { note: hold.note.clone(), buttons, ..Step::new(tone, c.hold(reason), text, who).since(hold.since) }
    })
}

fn disputes<'o>(c: &'o Chrome, order: &'o Order) -> impl Iterator<Item = Step> + 'o {
    let all = order.payments.values().flat_map(|payment| payment.disputes.values());
    all.filter(|dispute| matches!(dispute.status.as_str(), "open" | "inquiry") && dispute.due_by.is_some())
        .map(|_| Step::new("bad", c.w.step_dispute, c.w.step_dispute_text, c.w.who_operator))
}

fn emails(c: &Chrome, can: &Can, order: &Order) -> Option<Step> {
    let since = order.emails.iter().filter_map(|email| email.unreached_since).min()?;
    let mut step = Step::new("wait", c.w.step_mail, c.w.step_mail_text, c.w.who_service).since(since);
    if can.emails {
        step.buttons.push(Button::new(c.w.send_again, format!("/console/orders/{}/emails-retry", order.id)));
    }
    Some(step)
}

fn parcels(c: &Chrome, order: &Order) -> Option<Step> {
    let troubled = order.parcels().find(|parcel| parcel.is_in_trouble())?;
    let note = format!("{} {}: {}", c.w.parcel, troubled.id, c.parcel(&troubled.state));
    Some(Step { note, ..Step::new("bad", c.w.step_parcel, c.w.step_parcel_text, c.w.who_operator) })
}

fn returns<'o>(c: &'o Chrome, order: &'o Order) -> impl Iterator<Item = Step> + 'o {
    order.returns.iter().filter_map(move |back| {
        let (tone, title, text, who) = match back.status.as_str() {
            "requested" => ("wait", c.w.step_return, c.w.step_return_text, c.w.who_service),
            "approved" => ("", c.w.step_coming, c.w.step_coming_text, c.w.who_customer),
            "partially_received" => ("wait", c.w.step_partly, c.w.step_partly_text, c.w.who_warehouse),
            "received" => ("wait", c.w.step_inspect, c.w.step_inspect_text, c.w.who_warehouse),
            _ => return None,
        };
        let buttons = vec![Button::link(c.w.look, format!("#return-{}", back.id))];
        Some(Step { buttons, ..Step::new(tone, title, text, who).since(back.requested_at) })
    })
}

/// The ordinary course of things.
fn work(c: &Chrome, can: &Can, order: &Order) -> Vec<Step> {
    match order.status.as_str() {
        "pending" => {
            let step = Step::new("", c.w.step_pending, c.w.step_pending_text, c.w.who_customer);
            vec![step.since(order.placed_at)]
        }
        "open" if order.fulfillment_details.is_empty() => {
            vec![Step::new("", c.w.step_forming, c.w.step_forming_text, c.w.who_orderly)]
        }
        "open" => order
            .fulfillment_details
            .iter()
            .filter_map(|part| {
                let (title, text) = match part.status.as_str() {
                    "open" => (c.w.step_pick, c.w.step_work_text),
                    "picking" => (c.w.step_picking, c.w.step_work_text),
                    "picked" => (c.w.step_pack, c.w.step_work_text),
                    "packed" => (c.w.step_hand_over, c.w.step_work_text),
                    "handed_over" => (c.w.step_carrier, c.w.step_carrier_text),
                    _ => return None,
                };
                let is_away = part.status == "handed_over";
                let who = if is_away {
                    c.w.who_carrier.to_owned()
                } else {
                    format!("{} ({})", c.w.who_warehouse, part.location)
                };
                let station = match part.status.as_str() {
                    "open" | "picking" => Some((c.w.pick, "pick")),
                    "picked" | "packed" => Some((c.w.pack, "pack")),
                    _ => None,
                };
                let to = station.filter(|_| can.works);
                let to = to.map(|(label, at)| Button::link(label, format!("/console/{at}/{}/{}", order.id, part.id)));
                let buttons = to.into_iter().collect();
                Some(Step { buttons, ..Step::new("", title, text, who).since(part.created_at) })
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A point of an order's way.
pub struct Point {
    pub label: &'static str,
    pub done: bool,
    pub here: bool,
}

/// How far the order has come. Of one that was cancelled or has expired there is no way.
pub fn way(c: &Chrome, order: &Order) -> Vec<Point> {
    if matches!(order.status.as_str(), "cancelled" | "expired") {
        return Vec::new();
    }
    let active = || order.fulfillments.values().filter(|status| *status != "cancelled" && *status != "short");
    let all = |reached: &[&str]| active().next().is_some() && active().all(|status| reached.contains(&status.as_str()));
    let points = [
        (c.w.way_placed, true),
        (c.w.way_paid, order.status != "pending"),
        (c.w.way_packed, all(&["packed", "handed_over", "closed"])),
        (c.w.way_sent, all(&["handed_over", "closed"])),
        (c.w.way_delivered, all(&["closed"])),
    ];
    let last = points.iter().rposition(|(_, done)| *done).unwrap_or_default();
    points.into_iter().enumerate().map(|(n, (label, done))| Point { label, done, here: n == last }).collect()
}
