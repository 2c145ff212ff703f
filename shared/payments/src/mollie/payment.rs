//! What Mollie knows of a payment now, for whoever asks.

use super::{NAME, api::Api, facts, fields, metadata, payment_id, units};
use crate::webhook::ReportedEvent;
use app::Error;
use domain::{
    ids::{PaymentId, ProviderId},
    ledger::{MoneyEvent, MoneyFact},
};
use jiff::Timestamp;
use serde_json::Value;

impl Api {
    /// See [`ApiClient::payment`](crate::ApiClient::payment).
    pub async fn payment(&self, id: &ProviderId, _: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
        // Nobody can pay what cannot be a payment. A storefront may have named it wrongly.
        let Some(id) = payment_id(id.as_str()) else { return Ok(Vec::new()) };
        match self.fetch(&id).await? {
            Some(payment) => read(&payment).map_err(|error| unreadable(&error)),
            None => Ok(Vec::new()),
        }
    }

    /// The facts of a payment, if Mollie knows it.
    pub(super) async fn facts_of(&self, id: &ProviderId) -> Result<Vec<MoneyFact>, Error> {
        let Some(payment) = self.fetch(id).await? else { return Ok(Vec::new()) };
        let told = facts::of_payment(&payment).map_err(|error| unreadable(&error))?;
        Ok(told.into_iter().map(|told| told.fact).collect())
    }
}

/// The facts of a payment, and whose it is.
pub(super) fn read(payment: &Value) -> Result<Vec<ReportedEvent>, fields::Error> {
    let own = || Some(PaymentId { provider: NAME.parse().ok()?, id: payment_id(payment["id"].as_str()?)? });
    let id = own().ok_or_else(|| fields::malformed("id"))?;
    let named = metadata::named(payment);
    let report = |facts::Told { at, by, currency, fact }| {
        let (payment, currency, step) = (id.clone(), Some(currency), units(currency).step());
        ReportedEvent { named: named.clone(), event: MoneyEvent { payment, at, event: by, currency, step, fact } }
    };
    Ok(facts::of_payment(payment)?.into_iter().map(report).collect())
}

fn unreadable(error: &fields::Error) -> Error {
    Error::Outside(format!("Mollie's answer is no payment: {error}"))
}

#[cfg(test)]
mod tests;
