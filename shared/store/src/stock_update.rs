//! The update of one place's buckets: what it adds and sets, and what must hold.

use super::attributes::{number, sortable, text};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    safeguards::Safeguard,
    stock::{StockDelta, StockLevel},
};
use jiff::Timestamp;
use std::collections::HashMap;

/// The sparse index of the places that somebody has to look at, longest first.
pub(super) const ATTENTION_INDEX: &str = "attention";
pub(super) const ATTENTION: &str = "attention";
pub(super) const ATTENTION_SINCE: &str = "attention_since";
/// The only partition of the index.
pub(super) const ATTENTION_OF_PEOPLE: &str = "people";
pub(super) const RECOUNT_SINCE: &str = "recount_since";

/// A bucket that a change may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    Available,
    OnHand,
    Waiting,
    Damaged,
    QualityControl,
    Safety,
}

impl Bucket {
    fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::OnHand => "on_hand",
            Self::Waiting => "waiting",
            Self::Damaged => "damaged",
            Self::QualityControl => "quality_control",
            Self::Safety => "safety",
        }
    }

    fn of(self, level: &StockLevel) -> i64 {
        match self {
            Self::Available => level.available,
            Self::OnHand => level.on_hand,
            Self::Waiting => level.waiting,
            Self::Damaged => level.damaged,
            Self::QualityControl => level.quality_control,
            Self::Safety => level.safety,
        }
    }
}

/// What a change of a place requires or sets besides its delta.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Buckets that the change was decided on. It must not lose units that move meanwhile.
    pub same: Vec<(Bucket, i64)>,
    /// What must be available, if it is not what the change takes.
    pub at_least: Option<i64>,
    /// The change says what is there, so it may leave less than is promised.
    pub is_fact: bool,
    /// Whether the SKU may be sold before it arrives.
    pub backorder: Option<bool>,
    /// Whether the place is closed until it is counted.
    pub to_recount: Option<bool>,
    /// Whether the place is listed for people to look at.
    pub attention: Option<bool>,
}

impl Terms {
    /// Requires that these buckets are still as they were read.
    pub fn unchanged(mut self, level: &StockLevel, buckets: &[Bucket]) -> Self {
        self.same.extend(buckets.iter().map(|bucket| (*bucket, bucket.of(level))));
        self
    }

    /// Requires that the deficit is still as it was read. If there was none, only that there is none now, so that
    /// reservations in the meantime do not matter.
    pub fn same_deficit(mut self, level: &StockLevel) -> Self {
        if level.available < 0 {
            return self.unchanged(level, &[Bucket::Available, Bucket::Waiting, Bucket::Safety]);
        }
        self.at_least = Some(0);
        self
    }

    /// Lets `units` be taken from those that are kept back, by those whose turn it is as long as nobody joins or leaves
    /// the line.
    pub fn in_turn(mut self, level: &StockLevel, units: i64) -> Self {
        self.at_least = Some(units - level.waiting);
        self.unchanged(level, &[Bucket::Waiting])
    }
}

/// An update expression with its condition.
pub(super) struct StockUpdate {
    pub update: String,
    pub condition: Option<String>,
    pub values: HashMap<String, AttributeValue>,
}

/// No bucket that orders draw on may fall below zero. For `available`, which may be below zero already, no promise may
/// take more than there is: this prevents overselling. For the others it would mean that the books are wrong, and nothing
/// more is written on top of that.
pub(super) fn stock_update(delta: &StockDelta, terms: &Terms, now: Timestamp) -> StockUpdate {
    let mut values = HashMap::new();
    let (mut adds, mut sets, mut removes, mut conditions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let available = ("available", delta.available());
    for (bucket, change) in delta.buckets().into_iter().chain([available]).filter(|(_, change)| *change != 0) {
        values.insert(format!(":{bucket}"), number(change));
        adds.push(format!("{bucket} :{bucket}"));
        if change < 0 && bucket != "available" {
            values.insert(format!(":min_{bucket}"), number(-change));
            conditions.push(format!("{bucket} >= :min_{bucket}"));
        }
    }
    let takes = (delta.takeable() < 0).then(|| -delta.takeable());
    if let Some(enough) = terms.at_least.or(takes).filter(|_| !terms.is_fact)
        && !Safeguard::AvailableCondition.is_off()
    {
        values.insert(":min_available".to_owned(), number(enough));
        let absent = if enough <= 0 { " OR attribute_not_exists(available)" } else { "" };
        conditions.push(format!("(available >= :min_available{absent})"));
    }
    if delta.promised() > 0 && !Safeguard::ShortPickClosesPlace.is_off() {
        conditions.push(format!("attribute_not_exists({RECOUNT_SINCE})"));
    }
    for (bucket, value) in &terms.same {
        let bucket = bucket.name();
        values.insert(format!(":read_{bucket}"), number(*value));
        let absent = if *value == 0 { format!(" OR attribute_not_exists({bucket})") } else { String::new() };
        conditions.push(format!("({bucket} = :read_{bucket}{absent})"));
    }
    if let Some(backorder) = terms.backorder {
        values.insert(":backorder".to_owned(), AttributeValue::Bool(backorder));
        sets.push("backorder = :backorder".to_owned());
    }
    let mut since = |name: &'static str, is: Option<bool>| {
        match is {
            // The first time stands.
            Some(true) => sets.push(format!("{name} = if_not_exists({name}, :{name})")),
            Some(false) => removes.push(name.to_owned()),
            None => {}
        }
        is == Some(true)
    };
    if since(RECOUNT_SINCE, terms.to_recount) {
        values.insert(format!(":{RECOUNT_SINCE}"), text(now.to_string()));
    }
    if since(ATTENTION_SINCE, terms.attention) {
        values.insert(format!(":{ATTENTION_SINCE}"), text(sortable(now)));
    }
    if since(ATTENTION, terms.attention) {
        values.insert(format!(":{ATTENTION}"), text(ATTENTION_OF_PEOPLE));
    }
    let clause = |word: &str, parts: &[String]| {
        if parts.is_empty() { String::new() } else { format!("{word} {} ", parts.join(", ")) }
    };
    let update = clause("ADD", &adds) + &clause("SET", &sets) + &clause("REMOVE", &removes);
    let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
    StockUpdate { update: update.trim_end().to_owned(), condition, values }
}
