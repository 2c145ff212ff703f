//! The warehouse's webhook: a new fulfillment, signed as Standard Webhooks.

use app::Error;
use domain::{
    fulfillment::{Fulfillment, PickLine},
    ids::{FulfillmentId, LocationId, OrderId},
    placed_order::{Address, PlacedOrder},
};
use runtime::{Aws, ConfigError, Web};
use serde::Serialize;
use std::time::Duration;
use tokio::sync::OnceCell;
use webhooks::standard_webhooks::{self, Secret};

/// Standard Webhooks asks senders to wait 15 to 30 s. The function has 30 s, and must still record the outcome.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Names the secret that notices are signed with.
const SECRET: &str = "WAREHOUSE_WEBHOOK_SECRET";
/// Notices of one batch wait for the same reading; with the post it must fit the function's 30 s.
const SECRET_TIMEOUT: Duration = Duration::from_secs(10);

/// Posts to warehouses.
#[derive(Debug)]
pub struct Warehouses {
    web: Web,
    aws: Aws,
    /// Read for the first notice: most shops have no webhook, and need not wait for it, nor have one.
    secret: OnceCell<Secret>,
}

/// `fulfillment.created`.
#[derive(Debug, Serialize)]
struct Notice<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    order: &'a OrderId,
    fulfillment: FulfillmentId,
    location: &'a LocationId,
    shipping_method: &'a str,
    ship_to: &'a Address,
    /// Sorted by bin.
    picklist: &'a [PickLine],
}

impl Warehouses {
    pub fn new(aws: &Aws) -> Self {
        Self { web: aws.web(TIMEOUT), aws: aws.clone(), secret: OnceCell::new() }
    }

    /// With a secret that need not be read.
    pub fn with_secret(aws: &Aws, secret: &str) -> Result<Self, ConfigError> {
        Ok(Self { secret: OnceCell::new_with(Some(parse(secret)?)), ..Self::new(aws) })
    }

    async fn secret(&self) -> Result<&Secret, Error> {
        let read = self.secret.get_or_try_init(async || parse(&self.aws.secret(SECRET).await?));
        let late = || Error::Outside(format!("the secret that {SECRET} names was not read in time"));
        let read = tokio::time::timeout(SECRET_TIMEOUT, read).await.map_err(|_| late())?;
        read.map_err(|e| Error::Outside(e.to_string()))
    }

    /// Posts a fulfillment. Anything but 2xx is a failure, and comes again.
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
            kind: "fulfillment.created",
            order,
            fulfillment: id,
            location: &fulfillment.location,
            shipping_method: &placed.shipping.method,
            ship_to: &placed.shipping_address,
            picklist: &fulfillment.lines,
        };
        let body = serde_json::to_vec(&notice).map_err(|e| Error::Defect(e.to_string()))?;
        let headers = standard_webhooks::sign(&format!("{order}-{id}"), &body, self.secret().await?, now);
        let headers = headers.map_err(|e| Error::Defect(e.to_string()))?;
        // The URL may hold a token, so it stays out of the error.
        let failed = |why: String| Error::Outside(format!("the webhook of {}: {why}", fulfillment.location));
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

fn parse(secret: &str) -> Result<Secret, ConfigError> {
    Secret::new(secret).map_err(|e| ConfigError::Invalid { name: SECRET, problem: e.to_string() })
}
