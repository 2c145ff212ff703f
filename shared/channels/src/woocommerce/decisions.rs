//! What was decided about an order: that it is cancelled, and what goes back of its money.
//! <https://woocommerce.github.io/woocommerce-rest-api-docs/#create-a-refund>
//!
//! WooCommerce writes a refund down before its payment provider is asked, notes then that it is paid, and deletes it if the provider refuses. So a
//! refund that is noted as paid was made, and one that is not there after a while was not, or nobody knows.

use super::{
    answers::{Fault, Refusal},
    api::Api,
};
use crate::seam::{Obeyed, Refund};
use app::Error;
use domain::money;
use serde_json::json;

impl Api {
    pub(crate) async fn cancel(&self, order: &str) -> Result<Obeyed, Error> {
        match self.put(&format!("/orders/{order}"), &json!({ "status": "cancelled" })).await {
            Ok(_) => Ok(Obeyed::Done),
            Err(Fault::Refused(refusal)) => {
                Ok(Obeyed::Refused(format!("the shop does not cancel it ({refusal}): cancel it there")))
            }
            Err(fault) => Err(fault.into()),
        }
    }

    pub(crate) async fn refund(&self, order: &str, refund: &Refund) -> Result<Obeyed, Error> {
        let body = json!({
            "amount": money::decimal(refund.amount, refund.currency.exponent()),
            "reason": refund.reason,
            "api_refund": true,
            // What comes back is counted here.
            "api_restock": false,
        });
        match self.post(&format!("/orders/{order}/refunds"), &[], &body).await {
            Ok(_) => Ok(Obeyed::Done),
            Err(Fault::Refused(refusal) | Fault::Forbidden(refusal)) => Ok(Obeyed::Refused(unmade(&refusal))),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// What people read. WooCommerce has one name for all that its payment provider says, and for what goes wrong after that.
fn unmade(refusal: &Refusal) -> String {
    let look = if refusal.status < 500 { "" } else { "look at its payment provider first, and " };
    let why = "its payment method may not pay back by itself, or has less left";
    format!("the shop does not make it ({refusal}): {why}; {look}make it in the shop")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
