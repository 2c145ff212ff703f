//! What it takes to sign in at the shops of all channels: one secret, which people write by connecting a channel.

use crate::{seam::Credentials, seam::Told, shop::Shop, webhook};
use api::{Error as ApiError, Request};
use app::Error;
use domain::{
    ids::ChannelId,
    settings::{ChannelKind, Connection},
};
use runtime::{Aws, Clock, ConfigError, Secret, SecretValue, optional};
use std::collections::BTreeMap;
use webhooks::{SignatureError, signed};

/// The variable that holds the secret's ARN. Without it no channel can be connected.
pub const SECRET: &str = "CHANNEL_SECRETS";

/// What a request says that no shop has signed: some shops try an address out first. Anything else is refused, before anything is read
/// for it. None: it is signed.
pub fn read_unsigned(request: &Request) -> Option<Result<Told, ApiError>> {
    let is_signed = ChannelKind::ALL.iter().any(|kind| webhook::is_signed(*kind, request));
    let read = || {
        let mut all = ChannelKind::ALL.iter().map(|kind| webhook::read_webhook(*kind, request, ""));
        let first = all.next().unwrap_or(Err(SignatureError::NoMatch));
        all.fold(first, Result::or).map_err(signed::refused)
    };
    (!is_signed).then(read)
}

/// The keys of a shop, as its owner has them.
#[derive(Clone)]
pub struct Keys {
    pub key: String,
    pub secret: String,
}

/// They are in no log.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// The credentials of all channels.
#[derive(Debug)]
pub struct Keyring(Option<Secret>);

type All = BTreeMap<String, Credentials>;

fn all(value: &SecretValue) -> All {
    read(value.expose())
}

fn read(text: &str) -> All {
    serde_json::from_str(text).unwrap_or_default()
}

impl Keyring {
    /// Reads `CHANNEL_SECRETS`, if it is there. The secret itself is read when it is needed.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let is_used = optional(SECRET).is_some();
        Ok(Self(if is_used { Some(Secret::new(aws, clock, SECRET)?) } else { None }))
    }

    /// A keyring over a secret: for tests and the simulation.
    pub fn of(secret: Secret) -> Self {
        Self(Some(secret))
    }

    /// What a signed request that came to a channel's webhook tells. One that is not genuine is refused with 401.
    pub async fn read_webhook(
        &self,
        channel: &ChannelId,
        kind: ChannelKind,
        request: &Request,
    ) -> Result<Told, ApiError> {
        let Some(secret) = &self.0 else { return Err(signed::refused(SignatureError::NoSecret)) };
        let read = |value: &SecretValue| {
            let known = all(value).remove(channel.as_str()).ok_or(SignatureError::NoMatch)?;
            webhook::read_webhook(kind, request, &known.webhook_secret)
        };
        signed::check(secret, read).await
    }

    async fn credentials(&self, channel: &ChannelId) -> Result<Credentials, Error> {
        let unknown = |why: &str| Error::Outside(format!("the keys of the shop of {channel} are not known: {why}"));
        let secret = self.0.as_ref().ok_or_else(|| unknown("this installation is deployed without UseChannels"))?;
        let unreadable = |error: ConfigError| unknown(&error.to_string());
        let known = secret.value().await.map_err(unreadable)?;
        if let Some(credentials) = all(&known).remove(channel.as_str()) {
            return Ok(credentials);
        }
        // It may have been connected a moment ago.
        let newer = secret.renewed(&known).await.map_err(unreadable)?;
        let credentials = newer.and_then(|newer| all(&newer).remove(channel.as_str()));
        credentials.ok_or_else(|| unknown("connect it again (POST /channels/{channel}/connect)"))
    }
}

/// The shops of all channels.
#[derive(Debug)]
pub struct Shops {
    keyring: Keyring,
    aws: Aws,
    clock: Clock,
}

impl Shops {
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        Ok(Self::new(Keyring::from_env(aws, clock)?, aws, clock))
    }

    pub fn new(keyring: Keyring, aws: &Aws, clock: &Clock) -> Self {
        Self { keyring, aws: aws.clone(), clock: clock.clone() }
    }

    /// Whether channels can be connected at all.
    pub fn are_used(&self) -> bool {
        self.keyring.0.is_some()
    }

    /// The shop of a channel.
    pub async fn of(&self, channel: &ChannelId, connection: &Connection) -> Result<Shop, Error> {
        Ok(Shop::new(connection, self.keyring.credentials(channel).await?, &self.aws, &self.clock))
    }

    /// What the shop of a channel signs its webhooks with.
    pub async fn webhook_secret(&self, channel: &ChannelId) -> Result<String, Error> {
        Ok(self.keyring.credentials(channel).await?.webhook_secret)
    }

    /// A shop with keys that are not kept yet.
    pub fn with(&self, connection: &Connection, keys: Keys) -> Shop {
        let Keys { key, secret } = keys;
        let credentials = Credentials { key, secret, webhook_secret: String::new() };
        Shop::new(connection, credentials, &self.aws, &self.clock)
    }

    /// Keeps the keys of a channel's shop. What it signs its webhooks with stays, or is made up.
    pub async fn keep(&self, channel: &ChannelId, keys: Keys) -> Result<(), Error> {
        let fresh = fresh_secret()?;
        let Keys { key, secret } = keys;
        self.change(|all| {
            let before = all.remove(channel.as_str()).map(|before| before.webhook_secret);
            let webhook_secret = before.filter(|before| !before.is_empty()).unwrap_or_else(|| fresh.clone());
            let (key, secret) = (key.clone(), secret.clone());
            all.insert(channel.to_string(), Credentials { key, secret, webhook_secret });
        })
        .await
    }

    /// Forgets the keys of a channel's shop.
    pub async fn forget(&self, channel: &ChannelId) -> Result<(), Error> {
        self.change(|all| drop(all.remove(channel.as_str()))).await
    }

    /// Secrets Manager knows no conditions: of two people who connect channels at the same moment, one may have to do it again.
    async fn change(&self, change: impl Fn(&mut All)) -> Result<(), Error> {
        let outside = |error: ConfigError| Error::Outside(error.to_string());
        // Not the value that is known here: another sandbox may have written a newer one.
        let present = self.aws.present_secret(SECRET).await.map_err(outside)?;
        let mut kept = present.map(|text| read(&text)).unwrap_or_default();
        change(&mut kept);
        let text = serde_json::to_string(&kept).map_err(|error| Error::Defect(error.to_string()))?;
        self.aws.put_secret(SECRET, &text).await.map_err(outside)
    }
}

fn fresh_secret() -> Result<String, Error> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| Error::Defect(format!("no random bytes: {error}")))?;
    Ok(data_encoding::BASE64URL_NOPAD.encode(&random))
}
