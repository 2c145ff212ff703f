//! The bodies of the requests, and how they are read.

use api::{Decoder, Error, text};
use domain::{
    ids::{LocationId, Sku},
    stock::MovementKind,
};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Units that one request may speak of.
const UNITS: i64 = 100_000_000;
const COUNT: RangeInclusive<i64> = 0..=UNITS;
const MAX_REASON: usize = 200;

/// A movement of stock: goods received, a correction, damage, an announcement.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Serialize, Deserialize)]
pub struct MoveStock {
    pub sku: Sku,
    pub location: LocationId,
    pub kind: MovementKind,
    /// Units, up or down.
    #[cfg_attr(feature = "schema", schemars(range(min = -UNITS, max = UNITS), extend("not" = { "const": 0 })))]
    pub quantity: i64,
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_REASON)))]
    pub reason: String,
}

/// What was counted at a location.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Serialize, Deserialize)]
pub struct CountStock {
    pub sku: Sku,
    pub location: LocationId,
    /// What is physically there.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = UNITS)))]
    pub on_hand: i64,
    /// What to keep back from sale; unchanged if absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = UNITS)))]
    pub safety: Option<i64>,
    /// Whether it may be sold before it is there; unchanged if absent.
    pub backorder: Option<bool>,
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_REASON)))]
    pub reason: String,
}

pub fn move_stock(body: &serde_json::Value) -> Result<MoveStock, Error> {
    Decoder::read(body, |fields| {
        let sku = fields.name("sku");
        let location = fields.name("location");
        let kind = fields.name("kind");
        let quantity = fields.integer("quantity", -UNITS..=UNITS);
        if quantity == Some(0) {
            fields.report("quantity", "must not be 0: that would move nothing");
        }
        let reason = fields.text("reason", text(MAX_REASON));
        Some(MoveStock { sku: sku?, location: location?, kind: kind?, quantity: quantity?, reason: reason? })
    })
}

pub fn count_stock(body: &serde_json::Value) -> Result<CountStock, Error> {
    Decoder::read(body, |fields| {
        let sku = fields.name("sku");
        let location = fields.name("location");
        let on_hand = fields.integer("on_hand", COUNT);
        let safety = fields.optional_integer("safety", COUNT);
        let backorder = fields.optional_boolean("backorder");
        let reason = fields.text("reason", text(MAX_REASON));
        Some(CountStock {
            sku: sku?,
            location: location?,
            on_hand: on_hand?,
            safety: safety?,
            backorder: backorder?,
            reason: reason?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// DynamoDB refuses an update that changes nothing, and nobody means one.
    #[test]
    fn a_movement_of_nothing_is_refused() {
        for kind in ["receive", "adjust", "damage", "write_off", "quality_control", "incoming"] {
            let body =
                |quantity| json!({"sku": "TEE", "location": "main", "kind": kind, "quantity": quantity, "reason": "x"});
            assert!(move_stock(&body(1)).is_ok(), "{kind}");
            let Err(Error::Problem(problem)) = move_stock(&body(0)) else { panic!("{kind} of 0 units") };
            assert_eq!(problem.errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["quantity"], "{kind}");
        }
    }
}
