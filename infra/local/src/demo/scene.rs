//! The demo's access to a running stack: addresses, clients, and what it can ask.

use crate::{
    client::{Client, ClientError},
    http_client,
    payments::Provider,
    seed::Shop,
    services::Meter,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The time limit of a step. Functions start slowly on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Why the demo stopped early.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Api(#[from] ClientError),
    #[error("the stack does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("after {} s it is still not so that {what}; owed is {owed}, holds are {holds}", PATIENCE.as_secs())]
    NotInTime { what: String, owed: Value, holds: Value },
    #[error("expected {expected}, but got {got}")]
    Odd { expected: String, got: String },
}

impl DemoError {
    pub(super) fn odd(expected: &str, got: &Value) -> Self {
        Self::Odd { expected: expected.to_owned(), got: got.to_string() }
    }
}

/// API keys of all roles.
#[derive(Clone)]
pub struct Keys {
    pub operator: String,
    pub shop: Shop,
}

/// A running stack with the demo shop.
pub struct Scene {
    pub(super) storefront: Client,
    pub(super) warehouse: Client,
    pub(super) operator: Client,
    console_url: String,
    providers_url: String,
    reference: String,
}

#[derive(Deserialize)]
struct Overview {
    meter: Meter,
}

#[derive(Deserialize)]
struct Mail {
    subject: String,
}

#[derive(Deserialize)]
struct Delivery {
    headers: Vec<(String, String)>,
    body: String,
}

impl Scene {
    /// Addresses have no final slash.
    pub fn new(api_url: &str, console_url: &str, providers_url: &str, keys: &Keys) -> Self {
        Self {
            storefront: Client::new(api_url, &keys.shop.storefront_key),
            warehouse: Client::new(api_url, &keys.shop.warehouse_key),
            operator: Client::new(api_url, &keys.operator),
            console_url: console_url.to_owned(),
            providers_url: providers_url.to_owned(),
            // Unique to each demo, because the order's id is derived from it.
            reference: format!("demo-{}", Timestamp::now().as_millisecond()),
        }
    }

    pub(super) fn reference(&self) -> &str {
        &self.reference
    }

    pub(super) async fn order(&self, id: &str) -> Result<Value, DemoError> {
        Ok(self.storefront.get(&format!("/orders/{id}")).await?)
    }

    /// Waits until `check` accepts the order, and yields it.
    pub(super) async fn until(&self, id: &str, what: &str, check: impl Fn(&Value) -> bool) -> Result<Value, DemoError> {
        let start = Instant::now();
        loop {
            let order = self.order(id).await?;
            if check(&order) {
                return Ok(order);
            }
            if start.elapsed() > PATIENCE {
                let (owed, holds) = (order["owed"].clone(), order["holds"].clone());
                return Err(DemoError::NotInTime { what: what.to_owned(), owed, holds });
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Pays as the customer; yields the result of the provider's webhook.
    pub(super) async fn pay(&self, provider: Provider, id: &str, amount: &Value) -> Result<String, DemoError> {
        let payment = json!({ "provider": provider.name(), "order_id": id, "amount": amount, "currency": "EUR" });
        let answer = http_client().post(format!("{}/pay", self.providers_url)).json(&payment).send().await?;
        let paid: Value = answer.error_for_status()?.json().await?;
        Ok(paid["webhook"].as_str().unwrap_or_default().to_owned())
    }

    /// The id of the webhook that announced the order to the warehouse.
    pub(super) async fn warehouse_told(&self, id: &str) -> Result<String, DemoError> {
        let start = Instant::now();
        loop {
            let deliveries: Vec<Delivery> = self.console("/warehouse.json").await?;
            let about = deliveries.into_iter().find(|delivery| delivery.body.contains(id));
            let told = about.and_then(|delivery| delivery.headers.into_iter().find(|(name, _)| name == "webhook-id"));
            if let Some((_, webhook)) = told {
                return Ok(webhook);
            }
            if start.elapsed() > PATIENCE {
                let what = "the warehouse has been told".to_owned();
                return Err(DemoError::NotInTime { what, owed: Value::Null, holds: Value::Null });
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The subjects of this order's mails, oldest first.
    pub(super) async fn subjects(&self) -> Result<Vec<String>, DemoError> {
        let mails: Vec<Mail> = self.console("/mail.json").await?;
        let subjects = mails.into_iter().rev().map(|mail| mail.subject);
        Ok(subjects.filter(|subject| subject.contains(&self.reference)).collect())
    }

    /// The requests to AWS since the stack started.
    pub(super) async fn cost(&self) -> Result<Meter, DemoError> {
        let Overview { meter } = self.console("/index.json").await?;
        Ok(meter)
    }

    /// The stock of some SKUs, summed over all locations: on hand, committed and available.
    pub(super) async fn stock(&self, skus: &[&str]) -> Result<Vec<(String, [i64; 3])>, DemoError> {
        let mut stock = Vec::new();
        for sku in skus {
            let view = self.warehouse.get(&format!("/stock/{sku}")).await?;
            let levels = view["locations"].as_array().cloned().unwrap_or_default();
            let sum = |bucket: &str| levels.iter().filter_map(|level| level[bucket].as_i64()).sum();
            stock.push(((*sku).to_owned(), ["on_hand", "committed", "available"].map(sum)));
        }
        Ok(stock)
    }

    async fn console<T: for<'de> Deserialize<'de>>(&self, path: &str) -> Result<T, DemoError> {
        let answer = http_client().get(format!("{}{path}", self.console_url)).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}
