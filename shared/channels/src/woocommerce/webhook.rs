//! What a shop posts: <https://woocommerce.com/document/webhooks/>.
//!
//! Its signature holds no time, and the topic is not signed, so an old request can be sent again, as another topic. That changes
//! nothing: the order is asked for, and it is as it is.

use super::{
    entities,
    fields::{id, word},
};
use crate::seam::Told;
use api::Request;
use data_encoding::BASE64;
use serde_json::Value;
use webhooks::{SignatureError, whole};

/// The name of the header with the signature, in lower case.
pub(crate) const HEADER: &str = "x-wc-webhook-signature";
const TOPIC: &str = "x-wc-webhook-topic";

/// The most digits of a webhook's id.
const MAX_DIGITS: usize = 20;

pub(crate) fn read(request: &Request, secret: &str) -> Result<Told, SignatureError> {
    let Some(signature) = request.header(HEADER) else {
        // It comes when the webhook is made, and it is not signed. Nothing follows from it.
        let is_ping = is_ping(&request.body);
        return if is_ping { Ok(Told::Ignored("ping".into())) } else { Err(SignatureError::Missing(HEADER)) };
    };
    let lines = secret.lines().map(str::trim).filter(|line| !line.is_empty());
    whole::verify(signature, &request.body, lines.map(entities::secret), &BASE64)?;
    Ok(understand(&word(request.header(TOPIC).unwrap_or_default()), &request.body))
}

/// `webhook_id=7`
fn is_ping(body: &[u8]) -> bool {
    let id = body.trim_ascii().strip_prefix(b"webhook_id=");
    id.is_some_and(|id| (1..=MAX_DIGITS).contains(&id.len()) && id.iter().all(u8::is_ascii_digit))
}

/// What a genuine body tells.
fn understand(topic: &str, body: &[u8]) -> Told {
    match topic {
        "order.created" | "order.updated" | "order.deleted" | "order.restored" => {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            match (id(&body["id"]), body["code"].as_str()) {
                (Some(id), _) => Told::Order(id),
                // It is sent if the user who made the webhook may not read the order.
                (None, Some(code)) => {
                    Told::Unread(format!("{topic} has the error {} in place of an order", word(code)))
                }
                (None, None) => Told::Unread(format!("{topic} names no order")),
            }
        }
        "" => Told::Unread("the request does not name its topic".to_owned()),
        other => Told::Ignored(other.to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
