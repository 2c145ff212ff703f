//! The order at PayPal that a payment belongs to. It alone lists the captures of an authorization and the refunds of a
//! capture: <https://developer.paypal.com/docs/api/orders/v2/#orders_get>.

use super::{
    api::Api,
    fields::{related, up},
};
use app::Error;
use domain::ids::ProviderId;
use serde_json::Value;

impl Api {
    /// The order of a capture or an authorization. What cannot be found is an error: without the order, nothing proves that
    /// something was not done.
    pub(super) async fn order_of(&self, payment: &Value) -> Result<Value, Error> {
        let own = order_id(payment);
        let id = match (own, up(payment, "v2/payments/authorizations")) {
            (Some(id), _) => Some(id),
            (None, Some(authorization)) => {
                self.get("/v2/payments/authorizations/", &authorization).await?.as_ref().and_then(order_id)
            }
            (None, None) => None,
        };
        let id = id.ok_or_else(|| unknown(payment, "PayPal does not tell its order"))?;
        let order = self.get("/v2/checkout/orders/", &id).await?;
        order.ok_or_else(|| unknown(payment, "PayPal does not show its order any more"))
    }
}

fn order_id(payment: &Value) -> Option<ProviderId> {
    related(payment, "order_id").or_else(|| up(payment, "v2/checkout/orders"))
}

/// The captures (`captures`) or refunds (`refunds`) in an order.
pub(super) fn all_of<'a>(order: &'a Value, kind: &'a str) -> Result<Vec<&'a Value>, Error> {
    let partly = || Error::Outside("PayPal's answer is no whole order".to_owned());
    let units = order["purchase_units"].as_array().filter(|units| !units.is_empty()).ok_or_else(partly)?;
    let mut all = Vec::new();
    for unit in units {
        match &unit["payments"][kind] {
            Value::Null => {}
            Value::Array(own) => all.extend(own),
            _ => return Err(partly()),
        }
    }
    Ok(all)
}

/// The payment cannot be looked through, so a person must.
pub(super) fn unknown(payment: &Value, why: &str) -> Error {
    let id = payment["id"].as_str().unwrap_or_default();
    Error::Outside(format!("{why}: look in PayPal's activity for the transaction {id} and what was done with it"))
}
