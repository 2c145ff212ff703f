//! What every page has around it, and how templates write what the API tells.

use crate::{
    assets, format,
    visit::Visit,
    words::{Kind, Named, Words, in_language, of, word},
};
use domain::{
    money::{Amount, Currency},
    order_state::HoldReason,
};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Who has signed in, as the API tells it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Me {
    pub name: String,
    pub role: String,
    pub locations: Vec<String>,
    pub refund_limit: BTreeMap<String, Amount>,
    pub expires_at: Option<Timestamp>,
}

impl Me {
    pub fn is_operator(&self) -> bool {
        self.role == "operator"
    }

    pub fn is_warehouse(&self) -> bool {
        self.role == "warehouse"
    }

    /// Whether it looks after customers. Operators do everything.
    pub fn serves(&self) -> bool {
        self.role == "customer_service" || self.is_operator()
    }

    pub fn initial(&self) -> String {
        self.name.chars().next().unwrap_or('?').to_string()
    }
}

pub struct Chrome {
    pub w: &'static Words,
    pub me: Option<Me>,
    /// Which of the pages in the bar it is.
    pub here: &'static str,
    /// The address of this page.
    pub to: String,
    pub css: String,
    pub js: String,
    /// The script of the pages where people scan.
    pub station: String,
    pub icon: String,
    /// What was just done.
    pub notice: Option<&'static str>,
    now: Timestamp,
}

impl Chrome {
    pub fn new(visit: &Visit<'_>, me: Option<Me>, here: &'static str) -> Self {
        let w = visit.words();
        let notice = (visit.query("done") == "yes").then_some(w.done);
        let (css, js, station, icon) = (assets::css(), assets::js(), assets::station(), assets::icon());
        Self { w, me, here, to: visit.here(), css, js, station, icon, notice, now: visit.app.clock.now() }
    }

    /// The same, to be left for another page: the answer to a form has no address of its own.
    pub fn leading_to(self, to: &str) -> Self {
        Self { to: to.to_owned(), ..self }
    }

    pub fn sees_money(&self) -> bool {
        self.me.as_ref().is_some_and(|me| !me.is_warehouse())
    }

    /// Whose scans the browser keeps until they are sent.
    pub fn who(&self) -> &str {
        self.me.as_ref().map(|me| me.name.as_str()).unwrap_or_default()
    }

    /// Customer service does not look into the stock, as the API has it.
    pub fn sees_stock(&self) -> bool {
        self.me.as_ref().is_some_and(|me| me.is_operator() || me.is_warehouse())
    }

    pub fn money(&self, amount: &Amount, currency: &Currency) -> String {
        format::money(self.w, *amount, *currency)
    }

    pub fn time(&self, at: &Timestamp) -> String {
        format::time(self.w, *at)
    }

    pub fn age(&self, at: &Timestamp) -> String {
        format::age(self.w, *at, self.now)
    }

    /// The words for a name of the API. A name of a newer API stands for itself.
    pub fn name(&self, kind: Kind, name: &str) -> String {
        word(self.w, of(kind), name).map_or_else(|| name.replace('_', " "), str::to_owned)
    }

    pub fn order_status(&self, name: &str) -> String {
        self.name(Kind::Order, name)
    }
    pub fn payment_status(&self, name: &str) -> String {
        self.name(Kind::Payment, name)
    }
    pub fn fulfillment_status(&self, name: &str) -> String {
        self.name(Kind::Fulfillment, name)
    }
    pub fn batch_status(&self, name: &str) -> String {
        self.name(Kind::Batch, name)
    }
    pub fn return_status(&self, name: &str) -> String {
        self.name(Kind::Return, name)
    }
    pub fn parcel(&self, name: &str) -> String {
        self.name(Kind::Parcel, name)
    }
    pub fn hold(&self, name: &str) -> String {
        self.name(Kind::Hold, name)
    }
    pub fn event(&self, name: &str) -> String {
        self.name(Kind::Event, name)
    }
    pub fn mail(&self, name: &str) -> String {
        self.name(Kind::Mail, name)
    }
    /// `shipped:P1` is about a parcel.
    pub fn email(&self, name: &str) -> String {
        let (kind, about) = name.split_once(':').unwrap_or((name, ""));
        format!("{} {about}", self.name(Kind::Email, kind)).trim_end().to_owned()
    }
    pub fn return_reason(&self, name: &str) -> String {
        self.name(Kind::ReturnReason, name)
    }
    pub fn disposition(&self, name: &str) -> String {
        self.name(Kind::Disposition, name)
    }
    pub fn request(&self, name: &str) -> String {
        self.name(Kind::Request, name)
    }
    pub fn dispute(&self, name: &str) -> String {
        self.name(Kind::Dispute, name)
    }
    pub fn place(&self, name: &str) -> String {
        self.name(Kind::Place, name)
    }
    pub fn role(&self, name: &str) -> String {
        self.name(Kind::Role, name)
    }
    pub fn invoice_kind(&self, name: &str) -> String {
        self.name(Kind::Invoice, name)
    }

    /// `fulfillment 01`
    pub fn about(&self, about: &str) -> String {
        let (part, id) = about.split_once(' ').unwrap_or((about, ""));
        let part = match part {
            "fulfillment" => self.w.fulfillment,
            "return" => self.w.return_,
            other => other,
        };
        format!("{part} {id}")
    }

    /// The note of an entry. It may begin with a name of the API: `incorrect_address`, `shipped:P1`.
    pub fn note(&self, event: &str, note: &str) -> String {
        let kind = match event {
            "held" | "released" => Kind::Hold,
            _ if event.starts_with("email") => Kind::Email,
            _ => return note.to_owned(),
        };
        let (name, rest) = note.find([':', ' ']).map_or((note, ""), |at| note.split_at(at));
        let rest = rest.trim_start_matches([':', ' ']);
        let said = |word: &str| if rest.is_empty() { word.to_owned() } else { format!("{word}: {rest}") };
        word(self.w, of(kind), name).map_or_else(|| note.to_owned(), said)
    }

    /// Who did something: `customer_service:Anna` is a person, a name alone is a machine.
    pub fn by(&self, by: &str) -> String {
        match by.split_once(':') {
            // Timelines have no spaces in names.
            Some((role, name)) => format!("{} ({})", name.replace('_', " "), self.role(role)),
            None => by.to_owned(),
        }
    }

    /// What people hold an order for. Orderly alone has the other reasons.
    pub fn holds_of_people(&self) -> Vec<(&'static str, &'static str)> {
        let is_peoples = |name: &str| name.parse().is_ok_and(|reason: HoldReason| !reason.is_about_money());
        let mut all = self.choices(of(Kind::Hold));
        all.retain(|(name, _)| is_peoples(name) && *name != HoldReason::InventoryOutOfStock.as_str());
        all
    }

    pub fn return_reasons(&self) -> Vec<(&'static str, &'static str)> {
        self.choices(of(Kind::ReturnReason))
    }

    pub fn dispositions(&self) -> Vec<(&'static str, &'static str)> {
        self.choices(of(Kind::Disposition))
    }

    fn choices(&self, table: &'static [Named]) -> Vec<(&'static str, &'static str)> {
        table.iter().map(|named| (named.0, in_language(self.w, named))).collect()
    }

    /// The color of a state, which its words alone tell too.
    pub fn tone(&self, name: &str) -> &'static str {
        match name {
            "paid" | "completed" | "closed" | "delivered" | "succeeded" | "inspected" | "won" | "committed" => "good",
            "pending" | "requested" | "received" | "partially_received" | "partially_paid" | "delayed" | "overdue"
            | "authorized" | "missing" | "waiting" | "backordered" | "blocked" | "unknown" | "overpaid" => "wait",
            "failed" | "disputed" | "lost" | "damaged" | "refused" | "returned" | "short" | "bounced"
            | "bounced_for_now" | "suppressed" | "complained" | "rejected" => "bad",
            "open" | "picking" | "picked" | "packed" | "handed_over" | "in_transit" | "approved" | "sent"
            | "dispatched" | "intended" => "busy",
            _ => "",
        }
    }

    pub fn problem_title(&self, status: &u16) -> &'static str {
        match status {
            403 => self.w.forbidden,
            409 => self.w.conflict,
            503 => self.w.busy,
            _ => self.w.invalid,
        }
    }
}
