//! A batch: fulfillments of one location that one person picks in one walk, each into a tote of its own.
//!
//! What is picked is told fulfillment by fulfillment, and stands there. So a batch reads how far it is from its
//! fulfillments, and nothing is lost with the device that a picker carries.

mod scan;

pub use scan::Taken;

use crate::{
    Rejection,
    fulfillment::{Fulfillment, FulfillmentStatus},
    history::{LastChange, Stamp},
    ids::{BatchId, FulfillmentId, LineId, LocationId, OrderId, Sku},
    names::names,
    natural::natural,
    problem::Code,
    text::Text,
    whole::Whole,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A cart has fewer. A batch and its fulfillments change in one transaction, which holds 100 items.
pub const MAX_TOTES: usize = MOST as usize;
const MOST: u32 = 50;

/// How many orders a batch is made of at most.
pub type BatchedOrders = Whole<u32, 1, { MOST as i64 }>;

/// What a tote is called: the code on it.
pub type ToteName = Text<1, 40>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub location: LocationId,
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    pub status: BatchStatus,
    /// Who picks it, or paused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picker: Option<String>,
    /// What was asked for: the same key must ask for the same.
    pub wanted: Wanted,
    pub totes: Vec<Tote>,
    pub changed: LastChange,
}

names! {
    /// How far people are with a batch.
    BatchStatus {
        /// Nobody picks it.
        Open = "open",
        Picking = "picking",
        /// Its picker goes on later.
        Paused = "paused",
        /// Nothing of it is left to pick.
        Done = "done",
        Cancelled = "cancelled",
    }
}

impl BatchStatus {
    /// Whether it is not over.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Open | Self::Picking | Self::Paused)
    }
}

/// Which fulfillments a batch takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// One for each fulfillment.
    pub totes: Vec<ToteName>,
    /// Of so many orders at most. None: as many as there are totes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<u32>,
    pub first: First,
}

names! {
    /// Which fulfillments come first. Among equals, the oldest does.
    #[derive(Default)]
    First {
        #[default]
        Oldest = "oldest",
        /// Those with one line: they are packed as they come.
        SingleLine = "single_line",
    }
}

/// A tote, and the fulfillment whose goods come into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tote {
    pub name: ToteName,
    pub order: OrderId,
    pub fulfillment: FulfillmentId,
}

impl Tote {
    /// What its goods are for, as that is now.
    pub fn now<'a>(&self, contents: &'a Contents) -> Option<&'a Picked> {
        contents.get(&(self.order.clone(), self.fulfillment))
    }
}

/// A fulfillment that a batch may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub order: OrderId,
    pub fulfillment: FulfillmentId,
    pub lines: usize,
}

impl Wanted {
    /// Whether these are enough, so that no others need be looked at.
    pub fn is_met_by(&self, candidates: &[Candidate]) -> bool {
        let is_first = |candidate: &&Candidate| self.first == First::Oldest || candidate.lines == 1;
        let first: Vec<Candidate> = candidates.iter().filter(is_first).cloned().collect();
        self.is_full(&self.choose(first))
    }

    fn is_full(&self, totes: &[Tote]) -> bool {
        totes.len() == self.totes.len() || orders_of(totes).len() == self.most_orders()
    }

    fn most_orders(&self) -> usize {
        self.orders.and_then(|most| usize::try_from(most).ok()).unwrap_or(self.totes.len())
    }

    /// Gives each tote one of the candidates, which come oldest first.
    pub fn choose(&self, mut candidates: Vec<Candidate>) -> Vec<Tote> {
        if self.first == First::SingleLine {
            candidates.sort_by_key(|candidate| candidate.lines != 1);
        }
        let mut totes: Vec<Tote> = Vec::new();
        for Candidate { order, fulfillment, .. } in candidates {
            let Some(name) = self.totes.get(totes.len()) else { break };
            let orders = orders_of(&totes);
            if orders.contains(&order) || orders.len() < self.most_orders() {
                totes.push(Tote { name: name.clone(), order, fulfillment });
            }
        }
        totes
    }
}

fn orders_of(totes: &[Tote]) -> BTreeSet<&OrderId> {
    totes.iter().map(|tote| &tote.order).collect()
}

/// A fulfillment of a batch as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    pub fulfillment: Fulfillment,
    /// Whether its order is held, so that nobody may work on it.
    pub on_hold: bool,
}

/// The fulfillments of a batch as they are now.
pub type Contents = BTreeMap<(OrderId, FulfillmentId), Picked>;

/// One stop of the walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WalkLine {
    /// What there is to do.
    pub state: WalkState,
    /// Where it lies. Absent if the product has no bin there: these lines come last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bin: Option<String>,
    /// The SKU to take.
    pub sku: Sku,
    /// What picklists call it.
    pub title: String,
    /// Units to pick, or to put back.
    pub quantity: u32,
    /// What was found of it. Absent until that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picked: Option<u32>,
    /// Units that scanners have counted so far, until it is picked. 0 if absent.
    #[serde(skip_serializing_if = "crate::sparse::is_zero")]
    pub scanned: u32,
    /// Where it goes.
    pub tote: ToteName,
    /// The order that it is for.
    pub order: OrderId,
    /// The fulfillment whose picks name it.
    pub fulfillment: FulfillmentId,
    /// The line's id within its order, which those picks take.
    pub line: LineId,
}

names! {
    /// What there is to do about a line of a walk.
    WalkState {
        ToPick = "to_pick",
        /// Its order is held: leave it until it is released.
        OnHold = "on_hold",
        Picked = "picked",
        /// It was cancelled: what was taken of it goes back into its bin.
        PutBack = "put_back",
    }
}

impl Batch {
    pub fn new(location: LocationId, wanted: Wanted, totes: Vec<Tote>, stamp: &Stamp) -> Self {
        Self {
            location,
            created_at: stamp.at,
            created_by: stamp.by.to_string(),
            status: BatchStatus::Open,
            picker: None,
            wanted,
            totes,
            changed: stamp.into(),
        }
    }

    /// Takes the work on, or up again. Claiming again changes nothing.
    pub fn claim(self, stamp: &Stamp) -> Result<Self, Rejection> {
        self.must_be_active("claimed")?;
        let by = stamp.by.to_string();
        if let Some(other) = self.picker.as_ref().filter(|picker| **picker != by) {
            let why = format!("{other} picks this batch; it must be released before somebody else claims it");
            return Err(Rejection::new(Code::AlreadyClaimed, why));
        }
        Ok(self.become_of(BatchStatus::Picking, Some(by), stamp))
    }

    /// Leaves it for a while. It stays with its picker.
    pub fn pause(self, stamp: &Stamp) -> Result<Self, Rejection> {
        self.must_be_active("paused")?;
        if self.picker.is_none() {
            let why = "nobody picks the batch; only one that is claimed can be paused";
            return Err(Rejection::new(Code::WrongStatus, why));
        }
        let picker = self.picker.clone();
        Ok(self.become_of(BatchStatus::Paused, picker, stamp))
    }

    /// Leaves it to others. Whoever stands there may do so: its picker may have gone home.
    pub fn release(self, stamp: &Stamp) -> Result<Self, Rejection> {
        self.must_be_active("released")?;
        Ok(self.become_of(BatchStatus::Open, None, stamp))
    }

    /// Gives up what is not picked yet. Cancelling again changes nothing.
    pub fn cancel(self, stamp: &Stamp) -> Result<Self, Rejection> {
        if self.status == BatchStatus::Cancelled {
            return Ok(self);
        }
        self.must_be_active("cancelled")?;
        Ok(self.become_of(BatchStatus::Cancelled, None, stamp))
    }

    /// Ends it if nothing of it is left to pick.
    pub fn end_when_done(self, id: &BatchId, contents: &Contents, stamp: &Stamp) -> Self {
        if self.status_now(id, contents) != BatchStatus::Done {
            return self;
        }
        let picker = self.picker.clone();
        self.become_of(BatchStatus::Done, picker, stamp)
    }

    fn become_of(self, status: BatchStatus, picker: Option<String>, stamp: &Stamp) -> Self {
        if (self.status, &self.picker) == (status, &picker) {
            return self;
        }
        Self { status, picker, changed: stamp.into(), ..self }
    }

    fn must_be_active(&self, what: &str) -> Result<(), Rejection> {
        if self.status.is_active() {
            return Ok(());
        }
        let why = format!("the batch is {} and cannot be {what}", self.status);
        Err(Rejection::new(Code::WrongStatus, why))
    }

    /// How many of its fulfillments are still to be picked with it.
    pub fn left(&self, id: &BatchId, contents: &Contents) -> usize {
        let is_left = |tote: &&Tote| tote.now(contents).is_some_and(|now| now.fulfillment.is_to_pick_with(id));
        self.totes.iter().filter(is_left).count()
    }

    /// The status that its fulfillments tell. The end is noted a moment after the last of them.
    pub fn status_now(&self, id: &BatchId, contents: &Contents) -> BatchStatus {
        if self.status.is_active() && self.left(id, contents) == 0 { BatchStatus::Done } else { self.status }
    }

    /// The lines of its fulfillments in the order of their bins. One that is not on it any more has none.
    pub fn walk(&self, id: &BatchId, contents: &Contents) -> Vec<WalkLine> {
        let mut walk = Vec::new();
        for tote in &self.totes {
            let own = tote.now(contents).filter(|now| now.fulfillment.batch.as_ref() == Some(id));
            for (now, line) in own.into_iter().flat_map(|now| now.fulfillment.lines.iter().map(move |line| (now, line)))
            {
                let back = now.fulfillment.put_back.iter().find(|back| back.line == line.line);
                let (state, quantity) = match (state_of(now), back) {
                    (WalkState::Picked | WalkState::PutBack, Some(back)) => (WalkState::PutBack, back.quantity),
                    (WalkState::PutBack, None) => continue,
                    (state, _) => (state, line.quantity),
                };
                walk.push(WalkLine {
                    state,
                    bin: line.bin.clone(),
                    sku: line.sku.clone(),
                    title: line.title.clone(),
                    quantity,
                    picked: line.picked,
                    scanned: line.scanned,
                    tote: tote.name.clone(),
                    order: tote.order.clone(),
                    fulfillment: tote.fulfillment,
                    line: line.line,
                });
            }
        }
        // The sort keeps the order of the totes for lines of the same bin and SKU.
        walk.sort_by(|a, b| stop(a).cmp(&stop(b)));
        walk
    }
}

/// Where a line comes in the walk. What has no bin is looked for last.
fn stop(line: &WalkLine) -> impl Ord + '_ {
    (line.bin.is_none(), line.bin.as_deref().map(natural), &line.sku)
}

fn state_of(now: &Picked) -> WalkState {
    match now.fulfillment.status {
        FulfillmentStatus::Open | FulfillmentStatus::Picking if now.on_hold => WalkState::OnHold,
        FulfillmentStatus::Open | FulfillmentStatus::Picking => WalkState::ToPick,
        FulfillmentStatus::Cancelled => WalkState::PutBack,
        FulfillmentStatus::Picked
        | FulfillmentStatus::Packed
        | FulfillmentStatus::HandedOver
        | FulfillmentStatus::Closed
        | FulfillmentStatus::Short => WalkState::Picked,
    }
}

#[cfg(test)]
mod tests;
