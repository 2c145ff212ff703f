//! What somebody picks: the stops of a batch, or of one fulfillment.

use crate::{
    client::{Client, part},
    order::{Fulfillment, Order},
    trouble::Trouble,
};
use serde::Deserialize;

/// How an address names a job.
#[derive(Debug, Clone, Copy)]
pub enum Named<'n> {
    Batch(&'n str),
    /// A fulfillment of an order.
    One(&'n str, &'n str),
}

impl Named<'_> {
    /// The address of its station.
    pub fn at(self) -> String {
        match self {
            Self::Batch(batch) => format!("/console/pick/{}", part(batch)),
            Self::One(order, id) => format!("/console/pick/{}/{}", part(order), part(id)),
        }
    }

    /// Where the API has it.
    pub fn path(self) -> String {
        match self {
            Self::Batch(batch) => format!("/batches/{}", part(batch)),
            Self::One(order, id) => fulfillment(order, id),
        }
    }

    pub async fn load(self, api: &Client<'_>) -> Result<Job, Trouble> {
        match self {
            Self::Batch(_) => Ok(api.get::<Batch>(&self.path()).await?.into()),
            Self::One(order, id) => {
                let order: Order = api.get(&format!("/orders/{}", part(order))).await?;
                let own = order.fulfillment_details.iter().find(|own| own.id == id).ok_or(Trouble::Missing)?;
                Ok(Job::of_one(&order, own))
            }
        }
    }
}

/// Where the API has a fulfillment.
pub fn fulfillment(order: &str, id: &str) -> String {
    format!("/orders/{}/fulfillments/{}", part(order), part(id))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Job {
    /// What people call it: the order's number. Of a batch the end of its id, which its papers have.
    pub name: String,
    pub is_batch: bool,
    pub location: String,
    pub status: String,
    /// Who picks it, as `role:name`.
    pub picker: Option<String>,
    pub totes: Vec<Tote>,
    /// In the order of the walk.
    pub stops: Vec<Stop>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Batch {
    id: String,
    location: String,
    status: String,
    picker: Option<String>,
    totes: Vec<Tote>,
    walk: Vec<Stop>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Tote {
    pub name: String,
    pub order: String,
    pub fulfillment: String,
    pub status: String,
    pub on_hold: bool,
}

/// Units of one line that lie in one bin.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Stop {
    pub state: String,
    pub bin: Option<String>,
    pub sku: String,
    pub title: String,
    pub quantity: u32,
    picked: Option<u32>,
    scanned: u32,
    pub tote: Option<String>,
    pub order: String,
    pub fulfillment: String,
    pub line: u32,
}

impl Stop {
    /// Its name in addresses and forms.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.order, self.fulfillment, self.line)
    }

    pub fn taken(&self) -> u32 {
        self.picked.unwrap_or(self.scanned)
    }

    /// Units that are still to be taken, if they may be.
    pub fn left(&self) -> u32 {
        if self.state == "to_pick" { self.quantity.saturating_sub(self.taken()) } else { 0 }
    }

    pub fn bin(&self) -> &str {
        self.bin.as_deref().unwrap_or_default()
    }

    pub fn tote(&self) -> &str {
        self.tote.as_deref().unwrap_or_default()
    }

    pub fn is_of(&self, other: &Self) -> bool {
        (&self.order, &self.fulfillment) == (&other.order, &other.fulfillment)
    }
}

impl From<Batch> for Job {
    fn from(Batch { id, location, status, picker, totes, walk }: Batch) -> Self {
        let name = id.get(id.len().saturating_sub(6)..).unwrap_or(&id).to_owned();
        Self { name, is_batch: true, location, status, picker, totes, stops: walk }
    }
}

impl Job {
    fn of_one(order: &Order, own: &Fulfillment) -> Self {
        let state = match own.status.as_str() {
            "open" | "picking" if order.is_held() => "on_hold",
            "open" | "picking" => "to_pick",
            "cancelled" => "put_back",
            _ => "picked",
        };
        let stops = own.picklist.iter().map(|line| Stop {
            state: state.to_owned(),
            bin: line.bin.clone(),
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity,
            picked: line.picked,
            scanned: line.scanned,
            tote: None,
            order: order.id.clone(),
            fulfillment: own.id.clone(),
            line: line.line,
        });
        Self {
            name: order.reference.clone(),
            location: own.location.clone(),
            status: own.status.clone(),
            stops: stops.collect(),
            ..Self::default()
        }
    }

    /// Units that were taken, and all units, without those that are to be put back.
    pub fn progress(&self) -> (u32, u32) {
        let own = self.stops.iter().filter(|stop| stop.state != "put_back");
        own.fold((0, 0), |(taken, all), stop| (taken + stop.taken(), all + stop.quantity))
    }

    pub fn stop(&self, id: &str) -> Option<&Stop> {
        self.stops.iter().find(|stop| stop.id() == id)
    }

    /// Stops in this state.
    pub fn in_state(&self, state: &str) -> Vec<&Stop> {
        self.stops.iter().filter(|stop| stop.state == state).collect()
    }
}
