//! Adyen's standard webhook: <https://docs.adyen.com/development-resources/webhooks>.

use super::{
    MERCHANT_ACCOUNT, basic_auth,
    captures::Captures,
    delivery::Delivery,
    events,
    fields::text,
    signature::{self, HmacKey},
};
use crate::{
    config::flag,
    webhook::{Outcome, Said},
};
use api::{Code, Error, Problem, Request, Response};
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError, Secret, SecretValue};
use serde_json::Value;
use webhooks::{SignatureError, signed};

/// Adyen's items are a few kilobytes. A delivery has one, or a few.
const MAX_BODY: usize = 1024 * 1024;

const BASIC_AUTH: &str = "ADYEN_WEBHOOK_CREDENTIALS";

/// One endpoint of an Adyen account.
#[derive(Debug)]
pub struct Webhook {
    /// The endpoint's HMAC keys, one per line. There are two while one is rolled.
    keys: Secret,
    /// `user:password`, one pair per line. None: the endpoint asks for none.
    basic_auth: Option<Secret>,
    live: bool,
    /// Whose events count. A webhook of the company account tells those of all its merchant accounts.
    merchant_account: String,
    captures: Captures,
}

impl Webhook {
    /// Needs `ADYEN_HMAC_KEYS`, `ADYEN_LIVE`, `ADYEN_MERCHANT_ACCOUNT` and `ADYEN_CAPTURES`. Takes `ADYEN_WEBHOOK_CREDENTIALS`,
    /// `ADYEN_CAPTURES_OTHERWISE` and `ADYEN_SEVERAL_CAPTURES`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        const LIVE: &str = "ADYEN_LIVE";
        let keys = Secret::new(aws, clock, "ADYEN_HMAC_KEYS")?;
        let live = flag(LIVE, &runtime::variable(LIVE)?)?;
        let asked = runtime::optional(BASIC_AUTH).map(|_| Secret::new(aws, clock, BASIC_AUTH));
        let basic_auth = asked.transpose()?;
        let captures = Captures::from_env(basic_auth.is_some())?;
        Ok(Self { basic_auth, ..Self::new(keys, live, &runtime::variable(MERCHANT_ACCOUNT)?, captures) })
    }

    /// Asks for no basic authentication.
    pub fn new(keys: Secret, live: bool, merchant_account: &str, captures: Captures) -> Self {
        Self { keys, basic_auth: None, live, merchant_account: merchant_account.to_owned(), captures }
    }

    pub fn with_basic_auth(self, accepted: Secret) -> Self {
        Self { basic_auth: Some(accepted), ..self }
    }

    /// See [`Webhook::verify`](crate::Webhook::verify). A part is one item, printed anew from what was verified: so a
    /// field that came twice cannot mean one thing here and another later.
    pub async fn verify(&self, request: &Request, _: Timestamp) -> Result<Vec<Vec<u8>>, Error> {
        request.at_most(MAX_BODY)?;
        let delivery = Delivery::parse(&request.body)?;
        if let Some(accepted) = &self.basic_auth {
            basic_auth::check(request, accepted).await?;
        }
        let genuine = self.genuine(delivery.items()).await?;
        // The mode is not signed. Each environment has keys of its own, so this only finds an endpoint that is set up
        // for the wrong one: whoever flips it has nothing of it but this refusal.
        if delivery.live() != Some(self.live) {
            let mode = if self.live { "live" } else { "test" };
            return Err(Problem::new(Code::WrongMode, format!("this endpoint takes {mode} events only")).into());
        }
        Ok(genuine.into_iter().map(|item| item.to_string().into_bytes()).collect())
    }

    /// See [`Webhook::understand`](crate::Webhook::understand).
    #[allow(clippy::unused_async)] // others have to ask
    pub async fn understand(&self, genuine: &[u8], _: Timestamp) -> Result<Said, Error> {
        let not_json = |e| Problem::new(Code::NotJson, format!("the item is not valid JSON: {e}"));
        let item: Value = serde_json::from_slice(genuine).map_err(not_json)?;
        let account = text(&item, "merchantAccountCode")?;
        if account != self.merchant_account {
            let (account, psp_reference) =
                (account.escape_default(), item["pspReference"].as_str().unwrap_or_default());
            let psp_reference = psp_reference.escape_default();
            tracing::warn!(%account, %psp_reference, "ignored: {MERCHANT_ACCOUNT} names another merchant account");
            return Ok(Said::Nothing("of another merchant account".to_owned()));
        }
        events::read(&item, &self.captures)
    }

    /// A 2xx is enough today. Older set-ups look for this text:
    /// <https://docs.adyen.com/development-resources/webhooks/handle-webhook-events>.
    #[allow(clippy::unused_self)] // other providers' answers depend on their configuration
    pub fn answer(&self, _: &[Outcome]) -> Response {
        Response::bytes(200, "text/plain", "[accepted]")
    }

    /// The items that are genuine. At least one is: otherwise the delivery is refused.
    ///
    /// An item that is not genuine is left out beside genuine ones. Each is proven by its own signature, so the others
    /// need not be doubted for its sake. And an endpoint that refuses a delivery gets nothing more until Adyen gives it
    /// up, after 30 days: one item that can never be verified would keep all later money from its orders.
    async fn genuine<'a>(&self, items: &'a [Value]) -> Result<Vec<&'a Value>, Error> {
        let all = |value: &SecretValue| {
            let genuine = genuine_with(items, value)?;
            if genuine.len() == items.len() { Ok(genuine) } else { Err(SignatureError::NoMatch) }
        };
        match signed::check(&self.keys, all).await {
            // Perhaps a new key was made for the rest, which has been looked for in vain.
            Err(Error::Problem(_)) if items.len() > 1 => {}
            checked => return checked,
        }
        let some = |value: &SecretValue| {
            let genuine = genuine_with(items, value)?;
            if genuine.is_empty() { Err(SignatureError::NoMatch) } else { Ok(genuine) }
        };
        let genuine = signed::check(&self.keys, some).await?;
        let dropped = items.len() - genuine.len();
        tracing::error!(dropped, "items whose signature is not genuine were left out of a delivery with genuine ones");
        Ok(genuine)
    }
}

fn genuine_with<'a>(items: &'a [Value], keys: &SecretValue) -> Result<Vec<&'a Value>, SignatureError> {
    let keys = hmac_keys(keys)?;
    Ok(items.iter().filter(|item| signature::is_genuine(item, &keys)).collect())
}

/// The keys. One that is malformed does not keep the others from working.
fn hmac_keys(value: &SecretValue) -> Result<Vec<HmacKey>, SignatureError> {
    let mut keys = Vec::new();
    for line in signed::lines(value) {
        if let Ok(key) = HmacKey::new(line) {
            keys.push(key);
        } else {
            tracing::error!("a line of ADYEN_HMAC_KEYS is no key in hexadecimal digits");
        }
    }
    if keys.is_empty() { Err(SignatureError::NoSecret) } else { Ok(keys) }
}

#[cfg(test)]
mod tests;
