//! What Square knows of a payment now: <https://developer.squareup.com/reference/square/payments-api/get-payment>.

use super::{
    api::{Api, body},
    events,
};
use crate::webhook::ReportedEvent;
use app::Error;
use domain::ids::ProviderId;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

impl Api {
    /// See [`ApiClient::payment`](crate::ApiClient::payment). Its facts are of the time when the payment was last
    /// changed.
    pub async fn payment(&self, id: &ProviderId, _: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
        let payment = self.look_up(id).await?;
        let unreadable = |_| Error::Outside("Square's answer is no payment".to_owned());
        let facts = payment.map(|payment| events::of_payment(&payment, id.as_str()).map_err(unreadable));
        facts.transpose().map(Option::unwrap_or_default)
    }

    /// A payment that Square must know.
    pub(super) async fn known_payment(&self, id: &ProviderId) -> Result<Value, Error> {
        let unknown = || Error::Outside("Square does not know the payment".to_owned());
        self.look_up(id).await?.ok_or_else(unknown)
    }

    /// None: Square has no such payment.
    async fn look_up(&self, id: &ProviderId) -> Result<Option<Value>, Error> {
        let answer = self.get(&format!("/v2/payments/{id}")).await?;
        let answered = body(&answer);
        match answer.status {
            StatusCode::OK if answered["payment"]["id"] == id.as_str() => Ok(Some(answered["payment"].clone())),
            StatusCode::OK => Err(Error::Outside("Square's answer is another payment".to_owned())),
            // Nobody can pay what Square does not have. A storefront may have named it wrongly.
            StatusCode::NOT_FOUND if answered["errors"][0]["code"] == "NOT_FOUND" => Ok(None),
            status => Err(Error::Outside(format!("Square answered {status} when asked for a payment"))),
        }
    }
}

#[cfg(test)]
mod tests;
