//! The bodies of the requests.

use api::{Body, Fields};
use domain::{
    ids::{LocationId, Sku},
    stock::MovementKind,
    text::Reason,
    whole::{MovedUnits, StockUnits},
};

/// A movement of stock: goods received, a correction, damage, an announcement.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct MoveStock {
    pub sku: Sku,
    pub location: LocationId,
    pub kind: MovementKind,
    /// Units, up or down.
    #[cfg_attr(feature = "schema", schemars(extend("not" = { "const": 0 })))]
    pub quantity: MovedUnits,
    pub reason: Reason,
}

/// What was counted at a location.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct CountStock {
    pub sku: Sku,
    pub location: LocationId,
    /// What is physically there.
    pub on_hand: StockUnits,
    /// What to keep back from sale; unchanged if absent.
    pub safety: Option<StockUnits>,
    /// Whether it may be sold before it is there; unchanged if absent.
    pub backorder: Option<bool>,
    pub reason: Reason,
}

impl Body for MoveStock {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let sku = fields.text("sku");
        let location = fields.text("location");
        let kind = fields.text("kind");
        let quantity: Option<MovedUnits> = fields.whole("quantity");
        if quantity.is_some_and(|quantity| quantity.get() == 0) {
            fields.report("quantity", "must not be 0: that would move nothing");
        }
        let reason = fields.text("reason");
        Some(Self { sku: sku?, location: location?, kind: kind?, quantity: quantity?, reason: reason? })
    }
}

impl Body for CountStock {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let sku = fields.text("sku");
        let location = fields.text("location");
        let on_hand = fields.whole("on_hand");
        let safety = fields.optional_whole("safety");
        let backorder = fields.optional_boolean("backorder");
        let reason = fields.text("reason");
        Some(Self {
            sku: sku?,
            location: location?,
            on_hand: on_hand?,
            safety: safety?,
            backorder: backorder?,
            reason: reason?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Error, Request, decode};
    use serde_json::json;

    /// DynamoDB refuses an update that changes nothing, and nobody means one.
    #[test]
    fn a_movement_of_nothing_is_refused() {
        for kind in ["receive", "adjust", "damage", "write_off", "quality_control", "incoming"] {
            let read = |quantity| {
                let body = json!({"sku": "TEE", "location": "main", "kind": kind, "quantity": quantity, "reason": "x"});
                decode::<MoveStock>(&body, &Request::default())
            };
            assert!(read(1).is_ok(), "{kind}");
            let Err(Error::Problem(problem)) = read(0) else { panic!("{kind} of 0 units") };
            assert_eq!(problem.errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["quantity"], "{kind}");
        }
    }
}
