//! What of a shop works. Nothing is changed: what writes asks for product and order 0, which no shop has.

use super::{
    answers::{Fault, Said},
    api::Api,
    fields::{some_text, text, whole},
};
use crate::seam::{Probe, Probed};
use domain::money::Currency;
use http::Method;
use serde_json::{Value, json};

/// The first version that lists orders by their change.
const FIRST: (u32, u32) = (5, 8);

impl Api {
    pub(crate) async fn probe(&self) -> Probe {
        let mut findings = vec![self.encryption()];
        let reached = self.reached().await;
        let is_reached = reached.iter().all(|found| found.fault.is_none());
        findings.extend(reached);
        if is_reached {
            findings.extend(self.verbs().await);
            findings.push(needed("reading products", self.get("/products", &[("per_page", "1")]).await));
            findings.push(self.webhooks().await);
            findings.extend(self.versions().await);
            findings.push(self.stock().await);
            findings.push(self.fulfillments().await);
        }
        Probe { findings }
    }

    fn encryption(&self) -> Probed {
        let fault = "it goes over plain HTTP, which is for a shop on a developer's own machine".to_owned();
        let fault = (!self.is_encrypted()).then_some(fault);
        Probed { what: "an encrypted connection".to_owned(), fault, is_needed: false }
    }

    /// Whether there is a WooCommerce that lets us read orders.
    async fn reached(&self) -> Vec<Probed> {
        let read = self.get("/orders", &[("per_page", "1"), ("status", "any")]).await;
        let no_json = matches!(read, Err(Fault::Unknown(_)));
        if no_json && !matches!(self.get_without_permalinks("/orders").await, Err(Fault::Unknown(_))) {
            let fault =
                "the shop's addresses are plain, so its API has none: choose `Post name` in Settings, Permalinks"
                    .to_owned();
            return vec![Probed { what: "the address of the API".to_owned(), fault: Some(fault), is_needed: true }];
        }
        if let Err(Fault::Refused(refusal)) = &read
            && refusal.is_without_route()
        {
            let fault = "there is a WordPress, but no WooCommerce that answers: activate it, or update it".to_owned();
            return vec![Probed { what: "the address of the API".to_owned(), fault: Some(fault), is_needed: true }];
        }
        let fault = read.err().map(|fault| match fault {
            Fault::Locked(_) | Fault::Forbidden(_) => format!(
                "{fault}; if they are right, the host keeps the Authorization header from WordPress: its support, or \
                 `SetEnvIf Authorization \"(.*)\" HTTP_AUTHORIZATION=$1` in .htaccess, changes that"
            ),
            Fault::Unknown(_) | Fault::Refused(_) => fault.to_string(),
        });
        vec![Probed { what: "reading orders".to_owned(), fault, is_needed: true }]
    }

    /// Whether what is written gets through, and whether the key may write. WooCommerce refuses each of these requests itself.
    async fn verbs(&self) -> Vec<Probed> {
        let tried = [
            ("POST: notes and webhooks", Method::POST, "/orders/0/notes", true),
            ("PUT: stock and completed orders", Method::PUT, "/products/0", true),
            ("DELETE: nothing that Orderly does", Method::DELETE, "/products/0", false),
        ];
        let mut found = Vec::new();
        for (what, method, path, is_needed) in tried {
            let body = (method != Method::DELETE).then(|| json!({}));
            let fault = match self.ask(method.clone(), path, &[], body.as_ref()).await {
                Err(Fault::Refused(refusal)) if refusal.status != 405 && !refusal.is_without_route() => None,
                Ok(_) => None,
                Err(fault @ (Fault::Locked(_) | Fault::Forbidden(_))) => {
                    Some(format!("{fault}; the key needs Read/Write"))
                }
                Err(fault) => Some(format!("{fault}; the host, or a firewall, has to let {method} pass")),
            };
            found.push(Probed { what: what.to_owned(), fault, is_needed });
        }
        found
    }

    async fn webhooks(&self) -> Probed {
        let fault = self.get("/webhooks", &[("per_page", "1")]).await.err();
        let fault = fault.map(|fault| {
            format!("{fault}; without webhooks orders come later: the key's user has to be a shop manager or an administrator")
        });
        Probed { what: "reading webhooks".to_owned(), fault, is_needed: false }
    }

    async fn versions(&self) -> Vec<Probed> {
        let said = self.get("/system_status", &[("_fields", "environment,settings")]).await;
        let Said { body, .. } = match said {
            Ok(said) => said,
            Err(fault) => {
                let fault = format!("{fault}; the key's user has to be a shop manager or an administrator");
                return vec![Probed { what: "versions and currency".to_owned(), fault: Some(fault), is_needed: false }];
            }
        };
        vec![version(&body["environment"]), currency(&body["settings"])]
    }

    async fn stock(&self) -> Probed {
        let fault = match self.get("/settings/products/woocommerce_manage_stock", &[]).await {
            Ok(said) if said.body["value"] == "yes" => None,
            Ok(_) => Some(
                "the shop counts no stock: turn on `Enable stock management` in Settings, Products, Inventory"
                    .to_owned(),
            ),
            Err(fault) => Some(fault.to_string()),
        };
        Probed { what: "counting stock".to_owned(), fault, is_needed: false }
    }

    async fn fulfillments(&self) -> Probed {
        let fault = match self.get("/orders/0/fulfillments", &[]).await {
            Err(Fault::Refused(refusal)) if refusal.is_without_route() => Some(
                "the shop has none, so customers are told of each parcel by a note: turn them on in Settings, Advanced, Features, \
                 if it has them there"
                    .to_owned(),
            ),
            Ok(_) | Err(Fault::Refused(_)) => None,
            Err(fault) => Some(fault.to_string()),
        };
        Probed { what: "fulfillments".to_owned(), fault, is_needed: false }
    }
}

fn needed(what: &str, answer: Result<Said, Fault>) -> Probed {
    Probed { what: what.to_owned(), fault: answer.err().map(|fault| fault.to_string()), is_needed: true }
}

fn version(environment: &Value) -> Probed {
    let version = text(environment, "version");
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    let fault = match (parts.next().flatten(), parts.next().flatten()) {
        (Some(major), Some(minor)) if (major, minor) >= FIRST => None,
        (Some(_), Some(_)) => {
            Some(format!("{}.{} is the first that lists orders by their change: update it", FIRST.0, FIRST.1))
        }
        _ => Some("its version cannot be read".to_owned()),
    };
    let wordpress = some_text(environment, "wp_version").map(|version| format!(" on WordPress {version}"));
    Probed { what: format!("WooCommerce {version}{}", wordpress.unwrap_or_default()), fault, is_needed: true }
}

fn currency(settings: &Value) -> Probed {
    let code = text(settings, "currency");
    let decimals = whole(&settings["number_of_decimals"]);
    let fault = match code.parse::<Currency>() {
        Err(_) => Some("Orderly does not know this currency".to_owned()),
        Ok(currency) if decimals.is_some_and(|decimals| decimals > i64::from(currency.exponent())) => Some(format!(
            "the shop counts with {} decimals, and {code} has {}: orders whose amounts nobody can pay are held; set `Number of decimals`",
            decimals.unwrap_or_default(),
            currency.exponent()
        )),
        Ok(_) => None,
    };
    let is_needed = code.parse::<Currency>().is_err();
    Probed { what: format!("the currency {code}"), fault, is_needed }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
