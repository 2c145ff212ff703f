//! The JSON Schema of the events, for the API's description. It says what `events` takes; a test holds them together.

use super::events::{CAPTURE_STATUSES, DISPUTE_STATUSES, REFUND_STATUSES};
use crate::description::Row;
use domain::money::MAX_AMOUNT;
use serde_json::{Map, Value, json};

/// The fields of a type's data, beside those that all have in common.
struct Kind {
    name: &'static str,
    about: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    /// An example's own fields.
    example: fn() -> Value,
}

static KINDS: [Kind; 10] = [
    Kind {
        name: "payment.pending",
        about: "The customer has finished checking out, and the money is on its way.",
        required: &[],
        optional: &["until", "currency"],
        example: || json!({ "until": "2026-12-06T10:00:00Z" }),
    },
    Kind {
        name: "payment.authorized",
        about: "`amount` may be captured, until `until` if that is known, and in several parts if `several_captures` says so. The latest \
                authorization counts.",
        required: &["amount", "currency"],
        optional: &["until", "several_captures"],
        example: || json!({ "amount": 4990, "currency": "EUR", "until": "2026-12-06T10:00:00Z", "several_captures": false }),
    },
    Kind {
        name: "payment.captured",
        about: "`amount` of the payment has been captured so far, in total. The largest total counts.",
        required: &["amount", "currency"],
        optional: &[],
        example: || json!({ "amount": 4990, "currency": "EUR" }),
    },
    Kind {
        name: "payment.failed",
        about: "An attempt to pay failed. The customer may try again with the same payment.",
        required: &[],
        optional: &["code", "currency"],
        example: || json!({ "code": "card_declined" }),
    },
    Kind {
        name: "payment.voided",
        about: "The payment was canceled before any of it was captured.",
        required: &[],
        optional: &["currency"],
        example: || json!({}),
    },
    Kind {
        name: "payment.released",
        about: "`amount` of the authorization was given up because less was captured. It was never charged, so it is no refund.",
        required: &["amount", "currency"],
        optional: &[],
        example: || json!({ "amount": 1000, "currency": "EUR" }),
    },
    Kind {
        name: "payment.refunded",
        about: "`amount` of the payment has been refunded so far, in total. For systems that know no single refunds.",
        required: &["amount", "currency"],
        optional: &[],
        example: || json!({ "amount": 1450, "currency": "EUR" }),
    },
    Kind {
        name: "refund.updated",
        about: "What has become of a refund. `orderly_refund` and `attempt` are there both if Orderly asked for it, exactly as in \
                its `refund.requested`; without them it counts as another refund. A refund may fail after it succeeded.",
        required: &["refund", "amount", "currency", "status"],
        optional: &["orderly_refund", "attempt"],
        example: || {
            json!({
                "refund": "re_58", "amount": 1450, "currency": "EUR", "status": "succeeded",
                "orderly_refund": "return-01", "attempt": 1,
            })
        },
    },
    Kind {
        name: "capture.updated",
        about: "What has become of one of several captures, for systems that tell of each instead of `payment.captured`: their sum \
                is captured. A capture may fail after it succeeded. A failed one of 0 is a void that could not be done.",
        required: &["capture", "amount", "currency", "status"],
        optional: &[],
        example: || json!({ "capture": "cap_7", "amount": 4990, "currency": "EUR", "status": "succeeded" }),
    },
    Kind {
        name: "dispute.updated",
        about: "What has become of a dispute: the latest word counts. `open` and `lost` take the money away.",
        required: &["dispute", "amount", "currency", "status"],
        optional: &["reason", "due_by", "answered"],
        example: || {
            json!({
                "dispute": "dp_3", "amount": 4990, "currency": "EUR", "status": "open", "reason": "not_received",
                "due_by": "2026-12-20T23:59:59Z",
            })
        },
    },
];

/// The schema of an event's body. The types exclude each other, so `anyOf` says the same as `oneOf`. Generators want the kinds of
/// a `oneOf` to be components.
pub(super) fn schema() -> Value {
    let kinds: Vec<Value> = KINDS.iter().map(of_kind).collect();
    json!({
        "title": "StandardPaymentEvent",
        "description": "An event of Standard Webhooks (<https://www.standardwebhooks.com>). It tells how something is, and not by how \
            much it changed, so a repetition changes nothing, and neither does the order of arrival. Other fields and other types \
            are allowed, and ignored.",
        "anyOf": kinds,
    })
}

/// What becomes of each type, and of any other.
pub(super) fn rows() -> Vec<Row> {
    let other = Row { events: &[], when: "any other", becomes: "acknowledged, counted, and ignored" };
    let own = KINDS.iter().map(|kind| Row { events: std::slice::from_ref(&kind.name), when: "", becomes: kind.about });
    own.chain([other]).collect()
}

/// An event of each type.
pub(super) fn examples() -> impl Iterator<Item = Value> {
    KINDS.iter().map(example)
}

fn of_kind(kind: &Kind) -> Value {
    let own = kind.required.iter().chain(kind.optional);
    let fields = ["payment", "order_id", "channel", "livemode"].iter().chain(own);
    let properties: Map<String, Value> = fields.map(|name| ((*name).to_owned(), field(kind, name))).collect();
    let required: Vec<&str> = [&["payment"], kind.required].concat();
    // Without a channel, the order's id is Orderly's own.
    let orders = json!([{ "required": ["channel"] }, { "properties": { "order_id": { "pattern": "^ord_" } } }]);
    let mut data = json!({ "type": "object", "required": required, "properties": properties, "anyOf": orders });
    if kind.optional.contains(&"attempt") {
        data["dependentRequired"] = json!({ "orderly_refund": ["attempt"], "attempt": ["orderly_refund"] });
    }
    json!({
        "title": title(kind.name),
        "type": "object",
        "description": kind.about,
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": { "type": "string", "const": kind.name },
            "timestamp": {
                "type": "string", "format": "date-time",
                "description": "When it happened, with an offset. Not when it was sent: a repetition tells the same time.",
            },
            "data": data,
        },
        "examples": [example(kind)],
    })
}

/// A name for generators: `StandardPaymentCaptured`.
fn title(kind: &str) -> String {
    let words = kind.split('.').map(|word| word[..1].to_ascii_uppercase() + &word[1..]);
    std::iter::once("Standard".to_owned()).chain(words).collect()
}

fn field(kind: &Kind, name: &str) -> Value {
    let id = |what: &str| json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$", "description": what });
    match name {
        "payment" => id("The sender's id of the payment. Orderly calls it `standard_` and this id."),
        "refund" => id("The sender's id of the refund, which no other refund of it has."),
        "capture" => {
            id("The sender's id of the capture: the one that it answered to `capture.requested`, or the request's \
            `idempotency_key` if it answered none.")
        }
        "dispute" => id("The sender's id of the dispute."),
        "order_id" => json!({
            "type": "string", "minLength": 1, "maxLength": super::fields::MAX_ORDER_ID,
            "description": "The order that the payment is for: Orderly's id (`ord_…`) or, with `channel`, the channel's own id. It may be \
                absent if the order names the payment.",
        }),
        "channel" => json!({
            "type": "string", "pattern": "^[A-Za-z0-9_-]{1,32}$", "description": "The channel whose own id `order_id` is.",
        }),
        "livemode" => json!({ "type": "boolean", "default": true, "description": "Whether it is about real money." }),
        "currency" => json!({ "type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217." }),
        "amount" => json!({
            "type": "integer", "minimum": 0, "maximum": MAX_AMOUNT, "description": "In the currency's minor units.",
        }),
        "until" => json!({ "type": "string", "format": "date-time", "description": match kind.name {
            "payment.pending" => "When the money has come at the latest, if that is known.",
            _ => "When the authorization ends, if that is known.",
        } }),
        "several_captures" => json!({
            "type": "boolean", "default": false,
            "description": "Whether it may be captured in several parts: what a capture that is not `final` leaves stays authorized.",
        }),
        "code" => json!({
            "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "default": "unknown",
            "description": "Why it failed, as a name for programs.",
        }),
        "reason" => json!({
            "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$",
            "description": "Why the customer disputes the payment, as a name for programs.",
        }),
        "due_by" => json!({
            "type": "string", "format": "date-time",
            "description": "Until when evidence may be given. A person is waited for until then.",
        }),
        "answered" => json!({
            "type": "boolean", "default": false, "description": "Whether evidence was given, so that nobody is waited for.",
        }),
        "status" => json!({ "type": "string", "enum": statuses(kind.name) }),
        "orderly_refund" => json!({
            "type": "string", "pattern": "^[A-Za-z0-9_.-]{1,128}$", "description": "Orderly's name of the refund, within its order.",
        }),
        "attempt" => json!({
            "type": "integer", "minimum": 1, "maximum": u32::MAX, "description": "The attempt at it, as Orderly told it.",
        }),
        _ => json!({}),
    }
}

fn statuses(kind: &str) -> Vec<&'static str> {
    match kind {
        "refund.updated" => REFUND_STATUSES.map(|(word, _)| word).to_vec(),
        "capture.updated" => CAPTURE_STATUSES.map(|(word, _)| word).to_vec(),
        _ => DISPUTE_STATUSES.map(|(word, _)| word).to_vec(),
    }
}

fn example(kind: &Kind) -> Value {
    let mut data = json!({ "payment": "pay_1001", "order_id": "1001", "channel": "web" });
    if let (Some(data), Value::Object(own)) = (data.as_object_mut(), (kind.example)()) {
        data.extend(own);
    }
    json!({ "type": kind.name, "timestamp": "2026-11-29T10:00:00Z", "data": data })
}

#[cfg(test)]
mod tests;
