//! Delivers a provider's webhooks: not in any order, and not only once.

use std::{
    fmt, iter,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use axum::http::StatusCode;
use serde_json::Value;
use tokio_util::task::TaskTracker;

/// The pauses before a webhook is delivered again. Providers go on for days; one machine either answers soon or is
/// switched off.
const RETRY_AFTER: [Duration; 6] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// Providers give up on a receiver sooner than this; a function that starts cold in a debug build needs longer.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(20);

/// A webhook as it is posted.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Webhook {
    /// The event, for callers that want the ids in it.
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Why a webhook did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    #[error("no webhook URL is set")]
    NoUrl,
    #[error("the webhook's receiver does not answer")]
    Unreachable(#[from] reqwest::Error),
}

/// Signs a body as the provider does, at the moment of the call.
type Sign = Box<dyn Fn(Vec<u8>) -> Webhook + Send + Sync>;

/// Takes what a provider has to tell.
pub(super) struct Courier {
    sign: Sign,
    way: Way,
}

/// What becomes of the news.
enum Way {
    /// Posted, and again until they are taken.
    Post { url: RwLock<Option<String>>, client: reqwest::Client, under_way: TaskTracker },
    /// Left for the caller to deliver, double, delay or lose.
    Keep(Mutex<Vec<Webhook>>),
}

impl fmt::Debug for Courier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Courier")
    }
}

impl Courier {
    /// Posts to `url`; without one, keeps everything back until [`Courier::turn_to`].
    pub(super) fn posting(url: Option<String>, sign: impl Fn(Vec<u8>) -> Webhook + Send + Sync + 'static) -> Arc<Self> {
        let way = Way::Post { url: RwLock::new(url), client: crate::http_client(), under_way: TaskTracker::new() };
        Arc::new(Self { sign: Box::new(sign), way })
    }

    /// Posts nothing: see [`Courier::take`].
    pub(super) fn keeping(sign: impl Fn(Vec<u8>) -> Webhook + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { sign: Box::new(sign), way: Way::Keep(Mutex::default()) })
    }

    /// Any bytes as the body of a webhook, signed now.
    pub(super) fn sign(&self, body: Vec<u8>) -> Webhook {
        (self.sign)(body)
    }

    /// Where webhooks go from now on. None: nowhere, and what is still being retried is given up.
    pub(super) fn turn_to(&self, to: Option<String>) {
        if let Way::Post { url, .. } = &self.way {
            *url.write().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    /// Brings news, each at once and on its own.
    pub(super) fn send(self: &Arc<Self>, webhooks: impl IntoIterator<Item = Webhook>) {
        match &self.way {
            Way::Post { under_way, .. } => {
                for webhook in webhooks {
                    under_way.spawn(Arc::clone(self).deliver_with_retries(webhook));
                }
            }
            Way::Keep(kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).extend(webhooks),
        }
    }

    /// What was kept, and is not kept any longer.
    pub(super) fn take(&self) -> Vec<Webhook> {
        match &self.way {
            Way::Keep(kept) => std::mem::take(&mut kept.lock().unwrap_or_else(PoisonError::into_inner)),
            Way::Post { .. } => Vec::new(),
        }
    }

    /// How many webhooks have not been taken yet.
    pub(super) fn undelivered(&self) -> usize {
        match &self.way {
            Way::Post { under_way, .. } => under_way.len(),
            Way::Keep(kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).len(),
        }
    }

    /// Posts a webhook once; yields the receiver's status.
    pub(super) async fn deliver(&self, webhook: &Webhook) -> Result<StatusCode, DeliveryError> {
        let Way::Post { url, client, .. } = &self.way else { return Err(DeliveryError::NoUrl) };
        let url = url.read().unwrap_or_else(PoisonError::into_inner).clone();
        let url = url.ok_or(DeliveryError::NoUrl)?;
        let mut request = client.post(url).timeout(DELIVERY_TIMEOUT).body(webhook.body.clone());
        for (name, value) in &webhook.headers {
            request = request.header(name, value);
        }
        Ok(request.send().await?.status())
    }

    /// Delivers until the receiver takes it, or the retries are used up.
    pub(super) async fn deliver_with_retries(self: Arc<Self>, webhook: Webhook) {
        for pause in iter::once(Duration::ZERO).chain(RETRY_AFTER) {
            tokio::time::sleep(pause).await;
            // Each attempt is signed anew: a signature with a time is good for minutes only.
            match self.deliver(&self.sign(webhook.body.clone())).await {
                Ok(status) if status.is_success() => return,
                Ok(status) => tracing::debug!(%status, "webhook refused"),
                Err(DeliveryError::NoUrl) => return,
                Err(error) => tracing::debug!(%error, "webhook not delivered"),
            }
        }
        tracing::warn!("a payment webhook was given up after {} attempts", 1 + RETRY_AFTER.len());
    }
}
