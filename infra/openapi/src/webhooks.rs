//! What Orderly sends to others.

use crate::{examples, schemas::Schemas};
use fulfillment_dispatch::notice::{Notice, TIMEOUT};
use serde_json::{Value, json};
use webhooks::{TOLERANCE, standard_webhooks};

/// The webhook of a location, which `PUT /locations/{location}` names.
pub fn all(schemas: &mut Schemas) -> Value {
    let header = |name: &str, what: &str| json!({ "in": "header", "name": name, "required": true, "description": what, "schema": { "type": "string" } });
    let answer = |what: &str| json!({ "description": what });
    json!({ "warehouse": { "post": {
        "operationId": "tellWarehouse",
        "summary": "A fulfillment is new, changed or cancelled",
        "description": format!(
            "Posted to the `webhook_url` of the fulfillment's location, signed as Standard Webhooks \
             (https://www.standardwebhooks.com) with the secret that the deployment's `WarehouseWebhookSecret` holds.\n\n\
             **Verify it.** Take the base64 after `whsec_` of the secret as the key, and compute HMAC-SHA256 of \
             `{{{id}}}.{{{timestamp}}}.{{body}}` over the raw bytes of the body. One of the signatures in `{signature}`, each \
             `v1,` and base64, must be equal. Refuse a timestamp more than {tolerance} seconds off. Any library of Standard \
             Webhooks does this.\n\n\
             **Answer** 2xx within {timeout} seconds, and work on it afterwards. Any other answer, or none, is a failure: the \
             notice is posted again after minutes, and then every 15 minutes until it is taken or the fulfillment has a newer \
             one. Redirects are not followed.\n\n\
             **A repetition** has the same `{id}`: remember it, and answer 2xx without doing anything. A change has another id, \
             and holds the whole fulfillment as it is now, so the latest one counts. Notices may overtake each other: \
             `GET /orders/{{order_id}}/fulfillments/{{fulfillment}}` tells how things stand.",
            id = standard_webhooks::ID_HEADER,
            timestamp = standard_webhooks::TIMESTAMP_HEADER,
            signature = standard_webhooks::SIGNATURE_HEADER,
            tolerance = TOLERANCE.as_secs(),
            timeout = TIMEOUT.as_secs(),
        ),
        "security": [],
        "parameters": [
            header(standard_webhooks::ID_HEADER, "The same for every attempt at this notice."),
            header(standard_webhooks::TIMESTAMP_HEADER, "When this attempt was signed, in Unix seconds."),
            header(standard_webhooks::SIGNATURE_HEADER, "`v1,` and the base64 of the signature; there may be several, with a space between."),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/json": {
                "schema": schemas.answers.subschema_for::<Notice<'_>>(),
                "example": examples::notice(),
            } },
        },
        "responses": { "2XX": answer("It is taken."), "default": answer("It is posted again later.") },
    } } })
}
