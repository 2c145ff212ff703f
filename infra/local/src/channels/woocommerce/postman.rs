//! Sends webhooks: one after the other, each once, and what it tells is looked up when it is sent.

use super::{
    hook::{Due, Hook},
    known::Known,
    php,
    store::{Delivered, Store},
    view::{self, VERSION, View},
};
use crate::outside::{Disorder, Webhook, hmac};
use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// The time limit of a delivery. The shop waits a minute; a local receiver has answered by then, or never will.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How often the shop looks whether unpaid orders have lapsed.
const TIDY: Duration = Duration::from_mins(1);

/// A webhook on its way.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub hook: u64,
    pub url: String,
    /// Empty: it is a ping.
    pub topic: String,
    pub resource: Option<u64>,
    pub webhook: Webhook,
}

/// Takes out the webhook that waits at a position, the first at 0, and makes it up of what the shop knows now. None: nothing waits there,
/// or its registration is gone.
pub(super) fn take(store: &Store, position: usize) -> Option<Delivery> {
    store.change(|known, now| {
        let due = known.due.remove(position)?;
        let delivery = made(known, &store.url, due, now)?;
        store.under_way.fetch_add(1, Ordering::AcqRel);
        Some(delivery)
    })
}

/// Hears what a receiver answered; None: nothing.
pub(super) fn is_answered(store: &Store, delivery: &Delivery, status: Option<u16>) {
    let Delivery { hook: id, topic, resource, .. } = delivery;
    let at = store.change(|known, now| {
        if let Some(hook) = known.hooks.get_mut(id) {
            if topic.is_empty() {
                hook.wants_ping &= status != Some(200);
            } else {
                hook.is_answered(status);
                hook.modified = now;
                known.ping(*id);
            }
        }
        store.under_way.fetch_sub(1, Ordering::AcqRel);
        now
    });
    store.remember(Delivered { hook: *id, topic: topic.clone(), resource: *resource, status, at });
}

fn made(known: &Known, url: &str, due: Due, now: Timestamp) -> Option<Delivery> {
    let hook = known.hooks.get(&due.hook())?;
    let agent = ("User-Agent".to_owned(), format!("WooCommerce/{VERSION} Hookshot (WordPress/7.1)"));
    let (topic, resource, webhook) = match due {
        Due::Ping { hook } => {
            let form = ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned());
            let body = format!("webhook_id={hook}").into_bytes();
            (String::new(), None, Webhook { headers: vec![agent, form], body })
        }
        Due::Event { resource, .. } => {
            let body = php::json(&told(known, url, hook, resource));
            let webhook = signed(hook, url, body, now);
            (hook.topic.clone(), Some(resource), webhook.with(&agent.0, agent.1))
        }
    };
    Some(Delivery { hook: hook.id, url: hook.url.clone(), topic, resource, webhook })
}

/// What there is to tell now. Of what was deleted the shop tells the id only.
fn told(known: &Known, url: &str, hook: &Hook, resource: u64) -> Value {
    match hook.parts() {
        (_, "deleted") => json!({ "id": resource }),
        (kind, _) => view::resource(View { known, url }, kind, resource),
    }
}

fn signed(hook: &Hook, url: &str, body: Vec<u8>, now: Timestamp) -> Webhook {
    let (resource, event) = hook.parts();
    // It is made of the webhook and the second: deliveries of the same second have the same.
    let delivery = HEXLOWER.encode(&hmac(b"delivery", &[format!("{}{}", hook.id, now.as_second()).as_bytes()])[..16]);
    let signature = BASE64.encode(&hmac(hook.secret.as_bytes(), &[&body]));
    let json = ("Content-Type".to_owned(), "application/json".to_owned());
    Webhook { headers: vec![json], body }
        .with("X-WC-Webhook-Source", format!("{url}/"))
        .with("X-WC-Webhook-Topic", &*hook.topic)
        .with("X-WC-Webhook-Resource", resource)
        .with("X-WC-Webhook-Event", event)
        .with("X-WC-Webhook-Signature", signature)
        .with("X-WC-Webhook-ID", hook.id.to_string())
        .with("X-WC-Webhook-Delivery-ID", delivery)
}

/// Posts what falls due, until it is stopped.
#[derive(Debug, Clone, Default)]
pub(super) struct Postman {
    disorder: Arc<Mutex<Disorder>>,
    stop: CancellationToken,
}

impl Postman {
    pub(super) fn start(&self, store: Arc<Store>) {
        let postman = self.clone();
        tokio::spawn(async move {
            let stop = postman.stop.clone();
            stop.run_until_cancelled(postman.work(&store)).await;
        });
    }

    /// Sets how webhooks are delivered from now on.
    pub(super) fn disturb(&self, to: Disorder) {
        *self.disorder.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }

    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    async fn work(&self, store: &Store) {
        let client = crate::http_client();
        loop {
            while store.read(|known, _| !known.due.is_empty()) {
                let Disorder { late, doubled, lost } = *self.disorder.lock().unwrap_or_else(PoisonError::into_inner);
                let is_ping = store.read(|known, _| matches!(known.due.front(), Some(Due::Ping { .. })));
                if !is_ping {
                    sleep(late).await;
                }
                let Some(delivery) = take(store, 0) else { continue };
                let (is_lost, times) = if is_ping { (false, 1) } else { (lost, 1 + usize::from(doubled)) };
                let mut status = Some(200);
                for _ in 0..times {
                    if !is_lost {
                        status = post(&client, &delivery).await;
                    }
                }
                is_answered(store, &delivery, status);
            }
            tokio::select! {
                () = store.woken.notified() => {}
                () = sleep(TIDY) => {
                    store.change(Known::cancel_unpaid);
                }
            }
        }
    }
}

async fn post(client: &reqwest::Client, delivery: &Delivery) -> Option<u16> {
    let mut request = client.post(&delivery.url).timeout(TIMEOUT).body(delivery.webhook.body.clone());
    for (name, value) in &delivery.webhook.headers {
        request = request.header(name, value);
    }
    match request.send().await {
        Ok(answer) => Some(answer.status().as_u16()),
        Err(error) => {
            tracing::debug!(%error, url = delivery.url, "the shop's webhook was not delivered");
            None
        }
    }
}
