//! `/webhooks`

use super::{
    asked::Asked,
    lists::{Page, one_of},
    reply::{Refusal, Reply},
};
use crate::channels::woocommerce::{
    hook::{Hook, is_topic},
    known::Known,
    store::Store,
    view::{self, View},
};
use crate::outside::base62;

const POST_TYPE: &str = "shop_webhook";

pub(super) fn answer(store: &Store, asked: &Asked, method: &str, parts: &[&str]) -> Result<Reply, Refusal> {
    let id = |text: &str| text.parse::<u64>().map_err(|_| Refusal::no_route());
    match (method, parts) {
        ("GET", []) => list(store, asked),
        ("POST", []) => create(store, asked),
        ("GET", [hook]) => show(store, id(hook)?),
        ("POST" | "PUT", [hook]) => update(store, asked, id(hook)?),
        ("DELETE", [hook]) => delete(store, asked, id(hook)?),
        (_, _) => Err(Refusal::no_route()),
    }
}

fn refused(status: u16, about: &str, message: &str) -> Refusal {
    Refusal::new(status, format!("woocommerce_rest_{POST_TYPE}_{about}"), message)
}

fn list(store: &Store, asked: &Asked) -> Result<Reply, Refusal> {
    let page = Page::of(asked)?;
    let wanted = one_of(asked, "status", &["all", "active", "paused", "disabled"])?;
    let way = one_of(asked, "order", &["desc", "asc"])?;
    store.read(|known, _| {
        let view = View { known, url: &store.url };
        let mut all: Vec<&Hook> =
            known.hooks.values().filter(|hook| wanted == "all" || hook.status == wanted).collect();
        if way == "desc" {
            all.reverse();
        }
        Ok(page.cut(asked, &all, |hook| view::hook(view, hook)))
    })
}

fn show(store: &Store, id: u64) -> Result<Reply, Refusal> {
    store.read(|known, _| {
        let hook = known.hooks.get(&id).ok_or_else(|| refused(404, "invalid_id", "ID is invalid."))?;
        Ok(Reply::ok(view::hook(View { known, url: &store.url }, hook)))
    })
}

fn topic(asked: &Asked) -> Result<Option<String>, Refusal> {
    let topic = asked.text("topic").filter(|topic| !topic.is_empty()).map(|topic| topic.to_lowercase());
    match topic {
        Some(topic) if !is_topic(&topic) => Err(refused(400, "invalid_topic", "Webhook topic must be valid.")),
        topic => Ok(topic),
    }
}

fn delivery_url(asked: &Asked) -> Result<Option<String>, Refusal> {
    let url = asked.text("delivery_url").filter(|url| !url.is_empty());
    match url {
        Some(url) if !(url.starts_with("http://") || url.starts_with("https://")) => {
            let message = "Webhook delivery URL must be a valid URL starting with http:// or https://.";
            Err(refused(400, "invalid_delivery_url", message))
        }
        url => Ok(url),
    }
}

fn status(asked: &Asked) -> Result<Option<String>, Refusal> {
    match asked.text("status") {
        Some(status) if !["active", "paused", "disabled"].contains(&status.as_str()) => {
            Err(refused(400, "invalid_status", "Webhook status must be valid."))
        }
        status => Ok(status),
    }
}

fn create(store: &Store, asked: &Asked) -> Result<Reply, Refusal> {
    let missing: Vec<&str> = ["topic", "delivery_url"].into_iter().filter(|name| asked.text(name).is_none()).collect();
    if !missing.is_empty() {
        return Err(Refusal::missing(&missing));
    }
    let required = || refused(400, "invalid_topic", "Webhook topic is required and must be valid.");
    let topic = topic(asked)?.ok_or_else(required)?;
    let url = delivery_url(asked)?.ok_or_else(required)?;
    let status = status(asked)?.unwrap_or_else(|| "active".to_owned());
    let secret = asked.text("secret").filter(|secret| !secret.is_empty()).unwrap_or_else(|| base62(50));
    let name = asked.text("name").unwrap_or_else(|| format!("Webhook created for {topic}"));
    Ok(store.change(|known, now| {
        let id = known.ids.hook();
        let hook =
            Hook { id, name, status, topic, url, secret, created: now, modified: now, failures: 0, wants_ping: true };
        known.hooks.insert(id, hook.clone());
        known.ping(id);
        let view = View { known, url: &store.url };
        Reply::created(view::hook(view, &hook), view.href(&format!("webhooks/{id}")))
    }))
}

/// Whoever sets it active again leaves its failures: the next one disables it at once.
fn update(store: &Store, asked: &Asked, id: u64) -> Result<Reply, Refusal> {
    let (topic, url, status) = (topic(asked)?, delivery_url(asked)?, status(asked)?);
    store.change(|known: &mut Known, now| {
        let hook = known.hooks.get_mut(&id).ok_or_else(|| refused(400, "invalid_id", "ID is invalid."))?;
        hook.wants_ping |= url.as_ref().is_some_and(|url| *url != hook.url);
        hook.modified = now;
        for (field, new) in [
            (&mut hook.topic, topic),
            (&mut hook.url, url),
            (&mut hook.status, status),
            (&mut hook.secret, asked.text("secret").filter(|secret| !secret.is_empty())),
            (&mut hook.name, asked.text("name")),
        ] {
            if let Some(new) = new {
                *field = new;
            }
        }
        let hook = hook.clone();
        known.ping(id);
        Ok(Reply::ok(view::hook(View { known, url: &store.url }, &hook)))
    })
}

fn delete(store: &Store, asked: &Asked, id: u64) -> Result<Reply, Refusal> {
    if asked.flag("force") != Some(true) {
        let message = "Webhooks do not support trashing.";
        return Err(Refusal::new(501, "woocommerce_rest_trash_not_supported", message));
    }
    store.change(|known, _| {
        let hook = known.hooks.remove(&id).ok_or_else(|| Refusal::invalid_id(POST_TYPE, 404))?;
        Ok(Reply::ok(view::hook(View { known, url: &store.url }, &hook)))
    })
}
