//! The bodies of the requests.

use api::{Body, Fields};
use domain::{
    ids::{LocationId, Sku},
    stock::{CountOf, MovementKind},
    text::Reason,
    whole::{MovedUnits, StockUnits},
};

/// A movement of stock: goods received, a correction, damage, an announcement.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct MoveStock {
    /// The SKU whose units move. There need not be a product of it.
    pub sku: Sku,
    /// Where they move. From one location to another, it takes a movement at each.
    pub location: LocationId,
    /// Which bucket `quantity` changes.
    pub kind: MovementKind,
    /// Units, up or down.
    #[cfg_attr(feature = "schema", schemars(extend("not" = { "const": 0 })))]
    pub quantity: MovedUnits,
    /// In your own words; kept for good with the movement.
    pub reason: Reason,
    /// The `Idempotency-Key` header. Nothing else tells a repeated receipt from a second delivery.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub key: String,
}

/// What was counted at a location.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct CountStock {
    /// The SKU that was counted. A count makes it known at the location, even a count of 0.
    pub sku: Sku,
    /// The location that it was counted at.
    pub location: LocationId,
    /// What was counted.
    pub on_hand: StockUnits,
    /// What of it: the shelf, to which picked units that have not left are added (they stand elsewhere), or everything at
    /// the location, these units included. The shelf if absent.
    pub counted: Option<CountOf>,
    /// What to keep back from sale; unchanged if absent.
    pub safety: Option<StockUnits>,
    /// Whether it may be sold before it is there; unchanged if absent.
    pub backorder: Option<bool>,
    /// In your own words; kept for good with the movement.
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
        let key = fields.required_key(KEY);
        Some(Self { sku: sku?, location: location?, kind: kind?, quantity: quantity?, reason: reason?, key: key? })
    }
}

/// Why a movement needs a key.
const KEY: &str = "a receipt that is sent again after a time-out would count twice. It is a name of this movement, such as the \
                   delivery note's number, or a UUID";

impl Body for CountStock {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let sku = fields.text("sku");
        let location = fields.text("location");
        let on_hand = fields.whole("on_hand");
        let counted = fields.optional_text("counted");
        let safety = fields.optional_whole("safety");
        let backorder = fields.optional_boolean("backorder");
        let reason = fields.text("reason");
        Some(Self {
            sku: sku?,
            location: location?,
            on_hand: on_hand?,
            counted: counted?,
            safety: safety?,
            backorder: backorder?,
            reason: reason?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use api::{Error, Request, decode};
    use serde_json::json;

    fn with_key(key: Option<&str>) -> Request {
        let headers = key.map(|key| ("idempotency-key".to_owned(), key.to_owned())).into_iter().collect();
        Request { headers, ..Request::default() }
    }

    #[test]
    fn a_movement_without_a_key_is_refused_and_told_why_and_what_to_do() {
        for kind in ["receive", "adjust", "damage", "write_off", "quality_control", "incoming"] {
            let body = json!({"sku": "TEE", "location": "main", "kind": kind, "quantity": 1, "reason": "x"});
            assert_eq!(decode::<MoveStock>(&body, &with_key(Some("delivery-77"))).unwrap().key, "delivery-77");
            let Err(Error::Problem(problem)) = decode::<MoveStock>(&body, &with_key(None)) else { panic!("{kind}") };
            let [error] = problem.errors.as_slice() else { panic!("{kind}: {:?}", problem.errors) };
            assert_eq!((problem.status, error.field.as_str()), (422, "Idempotency-Key"));
            assert!(error.detail.contains("would count twice") && error.detail.contains("each time you try again"));
        }
        let count = json!({"sku": "TEE", "location": "main", "on_hand": 3, "reason": "x"});
        assert!(decode::<CountStock>(&count, &with_key(None)).is_ok(), "counting the same again changes nothing");
    }

    /// DynamoDB refuses an update that changes nothing, and nobody means one.
    #[test]
    fn a_movement_of_nothing_is_refused() {
        for kind in ["receive", "adjust", "damage", "write_off", "quality_control", "incoming"] {
            let read = |quantity| {
                let body = json!({"sku": "TEE", "location": "main", "kind": kind, "quantity": quantity, "reason": "x"});
                decode::<MoveStock>(&body, &with_key(Some("delivery-77")))
            };
            assert!(read(1).is_ok(), "{kind}");
            let Err(Error::Problem(problem)) = read(0) else { panic!("{kind} of 0 units") };
            assert_eq!(problem.errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["quantity"], "{kind}");
        }
    }
}
