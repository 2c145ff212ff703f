//! The warehouse's webhook: a new fulfillment, signed as Standard Webhooks.

use orderly::{
    domain::{
        fulfillment::{Fulfillment, PickLine},
        ids::{FulfillmentId, LocationId, OrderId},
        order::{Address, Details},
    },
    http::signature::standard_webhooks::{self, Secret},
    queue::RecordError,
    runtime::{Aws, ConfigError, Web},
};
use serde::Serialize;
use std::time::Duration;

/// Standard Webhooks asks senders to wait 15 to 30 s. The function has 30 s, and must still record the outcome.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Posts to warehouses.
#[derive(Debug)]
pub struct Warehouses {
    web: Web,
    secret: Secret,
}

/// `fulfillment.created`.
#[derive(Debug, Serialize)]
struct Notice<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    order: &'a OrderId,
    fulfillment: &'a FulfillmentId,
    location: &'a LocationId,
    shipping_method: &'a str,
    ship_to: &'a Address,
    /// Sorted by bin.
    picklist: &'a [PickLine],
}

impl Warehouses {
    pub fn new(aws: &Aws, secret: &str) -> Result<Self, ConfigError> {
        let name = "WAREHOUSE_WEBHOOK_SECRET";
        let secret = Secret::new(secret).map_err(|e| ConfigError::Invalid { name, problem: e.to_string() })?;
        Ok(Self { web: aws.web(TIMEOUT), secret })
    }

    /// Posts a fulfillment. Anything but 2xx is a failure, and comes again.
    pub(crate) async fn tell(
        &self,
        url: &str,
        order: &OrderId,
        id: &FulfillmentId,
        fulfillment: &Fulfillment,
        details: &Details,
        now: jiff::Timestamp,
    ) -> Result<(), RecordError> {
        let notice = Notice {
            kind: "fulfillment.created",
            order,
            fulfillment: id,
            location: &fulfillment.location,
            shipping_method: &details.shipping.method,
            ship_to: &details.shipping_address,
            picklist: &fulfillment.lines,
        };
        let body = serde_json::to_vec(&notice).map_err(|e| RecordError::Poison(e.to_string()))?;
        let headers = standard_webhooks::sign(&format!("{order}-{id}"), &body, &self.secret, now);
        let headers = headers.map_err(|e| RecordError::Poison(e.to_string()))?;
        // The URL may hold a token, so it stays out of the error.
        let failed = |why: String| RecordError::Outside(format!("the webhook of {}: {why}", fulfillment.location));
        let request = http::Request::post(url)
            .header("content-type", "application/json")
            .header(standard_webhooks::ID_HEADER, headers.id)
            .header(standard_webhooks::TIMESTAMP_HEADER, headers.timestamp)
            .header(standard_webhooks::SIGNATURE_HEADER, headers.signature)
            .body(body);
        let request = request.map_err(|_| failed("its URL is malformed".to_owned()))?;
        let status = self.web.send(request).await.map_err(|e| failed(e.to_string()))?.status;
        if status.is_success() { Ok(()) } else { Err(failed(format!("answered {status}"))) }
    }
}
