//! What Stripe knows of a payment now: <https://docs.stripe.com/api/payment_intents/retrieve>.

use super::{
    NAME,
    api::{Api, body},
    events::{dispute, reported},
    facts,
    fields::{moment, second, text},
    is_charge, metadata,
};
use crate::webhook::ReportedEvent;
use app::Error;
use domain::ids::{PaymentId, ProviderId};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

impl Api {
    /// See [`ApiClient::payment`](crate::ApiClient::payment).
    pub async fn payment(&self, id: &ProviderId, now: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
        let is_charge = is_charge(id);
        let path = if is_charge { "/v1/charges/" } else { "/v1/payment_intents/" };
        let expand = if is_charge { "" } else { "?expand[]=latest_charge" };
        let url = self.url(&format!("{path}{id}{expand}"));
        let answer = self.ask(|| http::Request::get(&url), String::new()).await?;
        let object = body(&answer);
        match answer.status {
            StatusCode::OK => {
                let mut told = read(&object, id, is_charge, now)?;
                let charge = if is_charge { &object } else { &object["latest_charge"] };
                if charge["disputed"] == true {
                    told.extend(disputed(&object, id, &self.disputes(id).await?, now)?);
                }
                Ok(told)
            }
            // Nobody can pay what Stripe does not have. A storefront may have named it wrongly.
            StatusCode::NOT_FOUND if object["error"]["code"] == "resource_missing" => Ok(Vec::new()),
            status => Err(Error::Outside(format!("Stripe answered {status} when asked for a payment"))),
        }
    }
}

/// The facts of its disputes.
fn disputed(object: &Value, id: &ProviderId, disputes: &[Value], now: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
    let unreadable = |_| Error::Outside("Stripe's answer is no list of disputes".to_owned());
    let provider = NAME.parse().map_err(|_| Error::Defect("Stripe's name is no provider's".to_owned()))?;
    let (payment, named) = (PaymentId { provider, id: id.clone() }, metadata::named(object));
    let report = |of: &Value| reported(of, payment.clone(), now, id.to_string(), named.clone(), dispute(of)?);
    disputes.iter().map(report).collect::<Result<_, _>>().map_err(unreadable)
}

/// The facts of an intent or a charge.
fn read(object: &Value, id: &ProviderId, is_charge: bool, now: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
    let unreadable = |_| Error::Outside("Stripe's answer is no payment".to_owned());
    if text(object, "id").map_err(unreadable)? != id.as_str() {
        return Err(Error::Outside("Stripe's answer is another payment".to_owned()));
    }
    let provider = NAME.parse().map_err(|_| Error::Defect("Stripe's name is no provider's".to_owned()))?;
    let payment = PaymentId { provider, id: id.clone() };
    // The money is under way since the customer's last attempt.
    let created = moment(object).map_err(unreadable)?;
    let since = second(&object["latest_charge"]["created"]).unwrap_or(created);
    let facts = if is_charge { facts::of_charge(object, since, now) } else { facts::of_intent(object, since, now) };
    let named = metadata::named(object);
    let report = |(at, fact)| reported(object, payment.clone(), at, id.to_string(), named.clone(), fact);
    facts.map_err(unreadable)?.into_iter().map(report).collect::<Result<_, _>>().map_err(unreadable)
}

#[cfg(test)]
mod tests;
