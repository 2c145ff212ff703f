//! The shop's webhooks: <https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks>. One that was refused a few times in a row is off,
//! and the shop tells nobody, so they are looked at again and again.
//!
//! A webhook of ours is one that posts to our address, or has our name for that address' path: the host may have changed. The shop does
//! not show a secret, so the name has a fingerprint of it: `Orderly /webhooks/channels/web order.updated 1f2e3d4c`.

use super::{
    api::Api,
    entities,
    fields::{self, text, word},
};
use app::Error;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use webhooks::{Key, SignatureError};

/// What is told of orders. A refund is an update.
const TOPICS: [&str; 4] = ["order.created", "order.updated", "order.deleted", "order.restored"];
/// The most webhooks that are read at once.
const AT_ONCE: &str = "100";
/// As many digits of a fingerprint as tell two secrets apart.
const FINGERPRINT: usize = 8;

/// How a webhook of ours is to be.
struct Wanted<'a> {
    topic: &'static str,
    url: &'a str,
    /// Without the fingerprint.
    title: String,
    /// With it.
    name: String,
}

impl<'a> Wanted<'a> {
    fn new(topic: &'static str, url: &'a str, secret: &str) -> Result<Self, SignatureError> {
        let host = url.find("://").map_or(0, |at| at + 3);
        let path = url[host..].find('/').map_or("", |at| &url[host + at..]);
        let title = format!("Orderly {path} {topic}");
        let fingerprint = &HEXLOWER.encode(&Key::new(secret.as_bytes())?.sign(&[b"fingerprint"]))[..FINGERPRINT];
        Ok(Self { topic, url, name: format!("{title} {fingerprint}"), title })
    }

    fn is_ours(&self, hook: &Value) -> bool {
        let is_named = entities::title(&text(hook, "name")).starts_with(&format!("{} ", self.title));
        hook["topic"] == self.topic && (hook["delivery_url"] == self.url || is_named)
    }

    /// What is to be mended of one of ours, in words.
    fn faults(&self, hook: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        if hook["delivery_url"] != self.url {
            faults.push("posted to another address".to_owned());
        }
        if entities::title(&text(hook, "name")) != self.name {
            faults.push("was signed with another secret".to_owned());
        }
        if !["active", "paused"].contains(&text(hook, "status").as_str()) {
            faults.push(format!("was {}", word(&text(hook, "status"))));
        }
        faults
    }
}

impl Api {
    /// Each webhook is made or mended with the secret's first line. One that a person paused stays so, and is reported.
    pub(crate) async fn repair_webhooks(&self, delivery_url: &str, secret: &str) -> Result<Vec<String>, Error> {
        let secret = secret.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let hooks = self.hooks().await?;
        let mut report = Vec::new();
        for topic in TOPICS {
            let wanted = Wanted::new(topic, delivery_url, secret);
            let wanted = wanted.map_err(|e| Error::Outside(format!("the channel's webhooks cannot be signed: {e}")))?;
            let mut ours = hooks.iter().filter(|hook| wanted.is_ours(hook)).collect::<Vec<_>>();
            // Of several the one that works is kept.
            ours.sort_by_key(|hook| wanted.faults(hook).len());
            report.extend(match ours.first() {
                Some(hook) => self.mend(&wanted, hook, secret).await?,
                None => vec![self.make(&wanted, secret).await?],
            });
            if ours.len() > 1 {
                report.push(format!("{topic} is posted by {} webhooks: delete all but one at the shop", ours.len()));
            }
        }
        Ok(report)
    }

    async fn hooks(&self) -> Result<Vec<Value>, Error> {
        let mut hooks = Vec::new();
        for page in 1_u32.. {
            let number = page.to_string();
            let said = self.get("/webhooks", &[("page", number.as_str()), ("per_page", AT_ONCE)]).await?;
            let Value::Array(rows) = said.body else {
                return Err(Error::Outside("the shop's webhooks are no list".to_owned()));
            };
            let is_last = said.pages.is_none_or(|pages| pages <= page) || rows.is_empty();
            hooks.extend(rows);
            if is_last {
                break;
            }
        }
        Ok(hooks)
    }

    async fn make(&self, wanted: &Wanted<'_>, secret: &str) -> Result<String, Error> {
        let Wanted { topic, url, name, .. } = wanted;
        let hook = json!({ "name": name, "topic": topic, "delivery_url": url, "secret": secret, "status": "active" });
        self.post("/webhooks", &[], &hook).await?;
        Ok(format!("{topic} had no webhook: it has one now"))
    }

    async fn mend(&self, wanted: &Wanted<'_>, hook: &Value, secret: &str) -> Result<Vec<String>, Error> {
        let Wanted { topic, url, name, .. } = wanted;
        let (faults, mut report) = (wanted.faults(hook), Vec::new());
        let is_paused = hook["status"] == "paused";
        if !faults.is_empty() {
            let id =
                fields::id(&hook["id"]).ok_or_else(|| Error::Outside("a webhook of the shop has no id".to_owned()))?;
            let mut mended = json!({ "name": name, "delivery_url": url, "secret": secret });
            if !is_paused {
                mended["status"] = "active".into();
            }
            self.put(&format!("/webhooks/{id}"), &mended).await?;
            report.push(format!("the webhook of {topic} {}: mended", faults.join(", ")));
        }
        if is_paused {
            report.push(format!(
                "somebody paused the webhook of {topic}: it stays so until it is set active at the shop"
            ));
        }
        Ok(report)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
