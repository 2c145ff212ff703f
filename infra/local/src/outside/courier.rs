//! Delivers a provider's webhooks, in no fixed order and sometimes more than once.

use super::webhook::Webhook;
use axum::http::StatusCode;
use serde_json::Value;
use std::{
    fmt, iter,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};
use tokio_util::task::TaskTracker;

/// The pauses between deliveries of a webhook. Providers retry for days; a local receiver answers soon or is switched
/// off.
const RETRY_AFTER: [Duration; 6] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// The time limit of a delivery. Providers wait less, but a debug build needs longer for a cold start.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(20);

/// How webhooks are delivered that a provider sends by itself. By default each is delivered at once, until it is accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Disorder {
    /// They come so much later.
    pub late: Duration,
    /// They come again after they were accepted.
    pub doubled: bool,
    /// They never come.
    pub lost: bool,
}

/// Why a webhook was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    #[error("no webhook URL is set")]
    NoUrl,
    #[error("the webhook's receiver does not answer")]
    Unreachable(#[from] reqwest::Error),
}

/// Signs a body as the provider does, at the moment of the call.
type Sign = Box<dyn Fn(Vec<u8>) -> Webhook + Send + Sync>;

/// Delivers a provider's webhooks.
pub(crate) struct Courier {
    sign: Sign,
    way: Way,
}

/// The mode of delivery.
enum Way {
    /// Posted, and retried until the receiver accepts them.
    Post { url: RwLock<Option<String>>, client: reqwest::Client, under_way: TaskTracker, disorder: Mutex<Disorder> },
    /// Kept for the caller to deliver, double, delay or lose.
    Keep(Mutex<Vec<Webhook>>),
}

impl fmt::Debug for Courier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Courier")
    }
}

impl Courier {
    /// Posts to `url`. Without one, drops every webhook until [`Courier::turn_to`].
    pub(crate) fn posting(url: Option<String>, sign: impl Fn(Vec<u8>) -> Webhook + Send + Sync + 'static) -> Arc<Self> {
        let way = Way::Post {
            url: RwLock::new(url),
            client: crate::http_client(),
            under_way: TaskTracker::new(),
            disorder: Mutex::default(),
        };
        Arc::new(Self { sign: Box::new(sign), way })
    }

    /// Posts nothing and keeps all webhooks for [`Courier::take`].
    pub(crate) fn keeping(sign: impl Fn(Vec<u8>) -> Webhook + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { sign: Box::new(sign), way: Way::Keep(Mutex::default()) })
    }

    /// Signs any bytes as the body of a webhook, at the current time.
    pub(crate) fn sign(&self, body: Vec<u8>) -> Webhook {
        (self.sign)(body)
    }

    /// Sets the URL for webhooks from now on. None stops delivery, retries included.
    pub(crate) fn turn_to(&self, to: Option<String>) {
        if let Way::Post { url, .. } = &self.way {
            *url.write().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    /// Sends webhooks, each at once and independently of the others.
    pub(crate) fn send(self: &Arc<Self>, webhooks: impl IntoIterator<Item = Webhook>) {
        match &self.way {
            Way::Post { under_way, .. } => {
                let Disorder { late, doubled, lost } = self.disorder();
                if lost {
                    return;
                }
                for webhook in webhooks {
                    let courier = Arc::clone(self);
                    under_way.spawn(async move {
                        tokio::time::sleep(late).await;
                        for _ in 0..=usize::from(doubled) {
                            Arc::clone(&courier).deliver_with_retries(webhook.clone()).await;
                        }
                    });
                }
            }
            Way::Keep(kept) => lock(kept).extend(webhooks),
        }
    }

    /// Sets how the webhooks are delivered that come from now on.
    pub(crate) fn disturb(&self, to: Disorder) {
        if let Way::Post { disorder, .. } = &self.way {
            *lock(disorder) = to;
        }
    }

    fn disorder(&self) -> Disorder {
        match &self.way {
            Way::Post { disorder, .. } => *lock(disorder),
            Way::Keep(_) => Disorder::default(),
        }
    }

    /// Removes and returns the kept webhooks.
    pub(crate) fn take(&self) -> Vec<Webhook> {
        match &self.way {
            Way::Keep(kept) => std::mem::take(&mut *lock(kept)),
            Way::Post { .. } => Vec::new(),
        }
    }

    /// The number of webhooks that are not yet delivered.
    pub(crate) fn undelivered(&self) -> usize {
        match &self.way {
            Way::Post { under_way, .. } => under_way.len(),
            Way::Keep(kept) => lock(kept).len(),
        }
    }

    /// Posts a webhook once; yields the receiver's status.
    pub(crate) async fn deliver(&self, webhook: &Webhook) -> Result<StatusCode, DeliveryError> {
        self.ask(webhook).await.map(|(status, _)| status)
    }

    /// Posts a webhook once; yields the receiver's status and its words, if they are JSON.
    pub(crate) async fn ask(&self, webhook: &Webhook) -> Result<(StatusCode, Value), DeliveryError> {
        let Way::Post { url, client, .. } = &self.way else { return Err(DeliveryError::NoUrl) };
        let url = url.read().unwrap_or_else(PoisonError::into_inner).clone();
        let url = url.ok_or(DeliveryError::NoUrl)?;
        let mut request = client.post(url).timeout(DELIVERY_TIMEOUT).body(webhook.body.clone());
        for (name, value) in &webhook.headers {
            request = request.header(name, value);
        }
        let answer = request.send().await?;
        Ok((answer.status(), answer.json().await.unwrap_or_default()))
    }

    /// Delivers until the receiver accepts the webhook or the retries are used up.
    pub(crate) async fn deliver_with_retries(self: Arc<Self>, webhook: Webhook) {
        for pause in iter::once(Duration::ZERO).chain(RETRY_AFTER) {
            tokio::time::sleep(pause).await;
            // Each attempt is signed again, because a signature with a time is valid only for minutes.
            match self.deliver(&self.sign(webhook.body.clone())).await {
                Ok(status) if status.is_success() => return,
                Ok(status) => tracing::debug!(%status, "webhook refused"),
                Err(DeliveryError::NoUrl) => return,
                Err(error) => tracing::debug!(%error, "webhook not delivered"),
            }
        }
        tracing::warn!("a webhook was given up after {} attempts", 1 + RETRY_AFTER.len());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
