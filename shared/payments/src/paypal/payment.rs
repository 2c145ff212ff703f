//! What PayPal knows of a payment now: <https://developer.paypal.com/docs/api/payments/v2/#captures_get>.

use super::{
    api::Api,
    facts::{self, Told},
    fields::{optional_moment, up},
    order,
};
use crate::{listing::ListsRefunds, webhook::ReportedEvent};
use app::Error;
use domain::{ids::ProviderId, ledger::MoneyFact};
use jiff::Timestamp;
use serde_json::Value;

impl Api {
    /// See [`ApiClient::payment`](crate::ApiClient::payment). Nothing in an id tells whether it is a capture's or an
    /// authorization's.
    pub async fn payment(&self, id: &ProviderId, now: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
        if let Some(capture) = self.get("/v2/payments/captures/", id).await? {
            let refunds = self.own_refunds(&capture, id).await?;
            return reported(&capture, facts::of_capture(&capture).map_err(unreadable)?, refunds, id, now);
        }
        let Some(authorization) = self.get("/v2/payments/authorizations/", id).await? else {
            return Ok(Vec::new()); // nobody can pay what PayPal does not have: a storefront may have named it wrongly
        };
        let captures = self.captures(&authorization, id).await?;
        reported(&authorization, vec![facts::of_authorization(&authorization).map_err(unreadable)?], captures, id, now)
    }

    /// The refunds of a capture that Orderly asked for. Others are left to the webhook, and to the list: PayPal shows what it
    /// took back itself as a refund too, and does not tell the two apart here.
    async fn own_refunds(&self, capture: &Value, id: &ProviderId) -> Result<Vec<Told>, Error> {
        if !matches!(capture["status"].as_str(), Some("PARTIALLY_REFUNDED" | "REFUNDED")) {
            return Ok(Vec::new());
        }
        let order = self.order_of(capture).await?;
        let own = |refund: &&Value| up(refund, "v2/payments/captures").is_some_and(|of| of == *id);
        let mut told = Vec::new();
        for refund in order::all_of(&order, "refunds")?.into_iter().filter(own) {
            let refund = facts::of_refund(refund).map_err(unreadable)?.into_iter();
            told.extend(refund.filter(|told| matches!(told.fact, MoneyFact::Refund { ours: Some(_), .. })));
        }
        Ok(told)
    }

    /// What was captured of an authorization, as payments of their own.
    async fn captures(&self, authorization: &Value, id: &ProviderId) -> Result<Vec<Told>, Error> {
        if !matches!(authorization["status"].as_str(), Some("CAPTURED" | "PARTIALLY_CAPTURED")) {
            return Ok(Vec::new());
        }
        let order = self.order_of(authorization).await?;
        let mut told = Vec::new();
        for capture in order::all_of(&order, "captures")? {
            if facts::authorization(capture).is_some_and(|of| of == *id) {
                told.extend(facts::of_capture(capture).map_err(unreadable)?);
            }
        }
        Ok(told)
    }
}

/// The list tells refunds from what PayPal took back itself.
impl ListsRefunds for Api {
    async fn listed_refund(&self, id: &ProviderId, now: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
        let Some(refund) = self.get("/v2/payments/refunds/", id).await? else { return Ok(Vec::new()) };
        reported(&refund, facts::of_refund(&refund).map_err(unreadable)?, Vec::new(), id, now)
    }
}

/// The facts of an object, and of what belongs to it.
fn reported(
    object: &Value,
    own: Vec<Told>,
    more: Vec<Told>,
    id: &ProviderId,
    now: Timestamp,
) -> Result<Vec<ReportedEvent>, Error> {
    // Money is under way since the object is.
    let since = optional_moment(object, "create_time").map_err(unreadable)?.unwrap_or(now);
    let at = |told: &Told| if matches!(told.fact, MoneyFact::Pending { .. }) { since } else { now };
    own.into_iter()
        .chain(more)
        .map(|told| (at(&told), told))
        .map(|(at, told)| told.reported(at, id).map_err(unreadable))
        .collect()
}

fn unreadable(_: api::Error) -> Error {
    Error::Outside("PayPal's answer is no payment".to_owned())
}

#[cfg(test)]
mod tests;
