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
pub const TIMEOUT: Duration = Duration::from_secs(15);

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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notice<'a> {
    /// What has happened.
    #[serde(rename = "type")]
    pub kind: NoticeKind,
    /// The order that it is a part of.
    pub order: &'a OrderId,
    /// It is unique within its order only.
    pub fulfillment: FulfillmentId,
    /// As it is when this is sent.
    pub status: FulfillmentStatus,
    /// The location that picks, packs and hands it over.
    pub location: &'a LocationId,
    /// As the customer chose it; the merchant gives it its meaning.
    pub shipping_method: &'a str,
    /// Where the parcels go.
    pub ship_to: &'a Address,
    /// What to take from where, sorted by bin.
    pub picklist: &'a [PickLine],
    /// What was ordered beside goods, for whoever packs them. Absent if there is none.
    #[serde(skip_serializing_if = "<[Service]>::is_empty")]
    pub services: &'a [Service],
}

/// What has happened to a fulfillment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum NoticeKind {
    /// There is a new picklist.
    #[serde(rename = "fulfillment.created")]
    Created,
    /// Its lines, its address or its shipping are others now: what was told before counts no more.
    #[serde(rename = "fulfillment.changed")]
    Changed,
    /// Nothing of it is to be sent.
    #[serde(rename = "fulfillment.cancelled")]
    Cancelled,
}

impl NoticeKind {
    fn of(fulfillment: &Fulfillment) -> Self {
        match (fulfillment.status, fulfillment.notices) {
            (FulfillmentStatus::Cancelled, _) => Self::Cancelled,
            (_, 0 | 1) => Self::Created,
            _ => Self::Changed,
        }
    }
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
            kind: NoticeKind::of(fulfillment),
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

/// The webhook's id: a repetition has the same one, and each change has another.
fn name(order: &OrderId, id: FulfillmentId, notices: u32) -> String {
    if notices > 1 { format!("{order}-{id}-{notices}") } else { format!("{order}-{id}") }
}

#[cfg(test)]
mod tests;
