//! The warehouse's webhook: fulfillments that are new, changed or cancelled, signed as Standard Webhooks.

use app::Error;
use domain::{
    fulfillment::{Fulfillment, FulfillmentStatus, PickLine, Service},
    ids::{FulfillmentId, LocationId, OrderId},
    placed_order::{Address, PlacedOrder},
};
use http::StatusCode;
use runtime::{Aws, Secret, SecretValue, Web};
use serde::Serialize;
use std::time::Duration;
use webhooks::standard_webhooks;

/// Standard Webhooks tells senders to wait 15 to 30 s. The function has 30 s, and must still record the outcome.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The variable that names the secret for signing notices.
pub const SECRET: &str = "WAREHOUSE_WEBHOOK_SECRET";

/// Posts notices to warehouses.
#[derive(Debug)]
pub struct Warehouses {
    web: Web,
    /// Read for the first notice. Most shops have no webhook, so they need neither the secret nor the wait.
    secret: Secret,
}

/// A fulfillment as it is now. One that is told of first when it has changed already is told of as changed.
#[derive(Debug, Serialize)]
struct Notice<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    order: &'a OrderId,
    fulfillment: FulfillmentId,
    status: FulfillmentStatus,
    location: &'a LocationId,
    shipping_method: &'a str,
    ship_to: &'a Address,
    /// Sorted by bin.
    picklist: &'a [PickLine],
    /// What was ordered beside goods, for whoever packs them.
    #[serde(skip_serializing_if = "<[Service]>::is_empty")]
    services: &'a [Service],
}

impl Warehouses {
    /// `secret` is the secret that [`SECRET`] names.
    pub fn new(aws: &Aws, secret: Secret) -> Self {
        Self { web: aws.web(TIMEOUT), secret }
    }

    /// Posts a fulfillment. Any answer but 2xx is a failure and is retried. If the warehouse does not accept the
    /// signature, the secret may have been rolled, so a newer one is tried once.
    pub(crate) async fn tell(
        &self,
        url: &str,
        order: &OrderId,
        id: FulfillmentId,
        fulfillment: &Fulfillment,
        placed: &PlacedOrder,
        now: jiff::Timestamp,
    ) -> Result<(), Error> {
        let notice = Notice {
            kind: kind(fulfillment),
            order,
            fulfillment: id,
            status: fulfillment.status,
            location: &fulfillment.location,
            shipping_method: &placed.shipping.method,
            ship_to: &placed.shipping_address,
            picklist: &fulfillment.lines,
            services: &fulfillment.services,
        };
        let body = serde_json::to_vec(&notice).map_err(|e| Error::Defect(e.to_string()))?;
        // The URL may hold a token, so it stays out of the error.
        let failed = |why: String| Error::Outside(format!("the webhook of {}: {why}", fulfillment.location));
        let name = name(order, id, fulfillment.notices);
        let known = self.secret.value().await.map_err(|e| Error::Outside(e.to_string()))?;
        let mut status = self.post(url, &name, &body, &known, now).await?.map_err(failed)?;
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
            && let Ok(Some(newer)) = self.secret.renewed(&known).await
        {
            status = self.post(url, &name, &body, &newer, now).await?.map_err(failed)?;
        }
        if status.is_success() { Ok(()) } else { Err(failed(format!("answered {status}"))) }
    }

    /// Posts once, signed with `secret`. The inner error is about the warehouse.
    async fn post(
        &self,
        url: &str,
        name: &str,
        body: &[u8],
        secret: &SecretValue,
        now: jiff::Timestamp,
    ) -> Result<Result<StatusCode, String>, Error> {
        let malformed = |e| Error::Outside(format!("the secret that {SECRET} names is wrong: {e}"));
        let secret = standard_webhooks::Secret::new(secret.expose()).map_err(malformed)?;
        let headers = standard_webhooks::sign(name, body, &secret, now).map_err(|e| Error::Defect(e.to_string()))?;
        let request = http::Request::post(url)
            .header("content-type", "application/json")
            .header(standard_webhooks::ID_HEADER, headers.id)
            .header(standard_webhooks::TIMESTAMP_HEADER, headers.timestamp)
            .header(standard_webhooks::SIGNATURE_HEADER, headers.signature)
            .body(body.to_vec());
        let Ok(request) = request else { return Ok(Err("its URL is malformed".to_owned())) };
        Ok(self.web.send(request).await.map(|answer| answer.status).map_err(|e| e.to_string()))
    }
}

fn kind(fulfillment: &Fulfillment) -> &'static str {
    match (fulfillment.status, fulfillment.notices) {
        (FulfillmentStatus::Cancelled, _) => "fulfillment.cancelled",
        (_, 0 | 1) => "fulfillment.created",
        _ => "fulfillment.changed",
    }
}

/// The webhook's id: a repetition has the same one, and each change has another.
fn name(order: &OrderId, id: FulfillmentId, notices: u32) -> String {
    if notices > 1 { format!("{order}-{id}-{notices}") } else { format!("{order}-{id}") }
}

#[cfg(test)]
mod tests;
