//! The body of `POST /channels/{channel}/connect`.

use api::{Body, Fields};
use channels::Keys;
use domain::{
    contact::WebhookUrl,
    settings::{ChannelKind, Connection, EmailsBy},
    text::Text,
};
use jiff::Timestamp;

/// A shop, and what it takes to sign in there.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ConnectShop {
    /// What runs the shop.
    pub kind: ChannelKind,
    /// Its address: `https://shop.example`, with the folder if it is in one. `https` only, but for loopback.
    pub url: WebhookUrl,
    /// The first part of its key: WooCommerce's consumer key, `ck_…`. It needs read and write access.
    pub key: Text<1, 200>,
    /// The second part of its key: WooCommerce's consumer secret, `cs_…`. It is kept as a secret, and told by no answer.
    pub secret: Text<1, 200>,
    /// Who writes to the customers of the shop. The shop, if absent: it does so already.
    pub emails: Option<EmailsBy>,
}

impl Body for ConnectShop {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (kind, url) = (fields.text("kind"), fields.text("url"));
        let (key, secret) = (fields.text("key"), fields.text("secret"));
        let emails = fields.optional_text("emails");
        Some(Self { kind: kind?, url: url?, key: key?, secret: secret?, emails: emails? })
    }
}

impl ConnectShop {
    /// The connection, which begins now, and its keys.
    pub fn connection(self, now: Timestamp) -> (Connection, Keys) {
        let Self { kind, url, key, secret, emails } = self;
        let connection = Connection { kind, url, since: now, emails: emails.unwrap_or(EmailsBy::Shop) };
        (connection, Keys { key: key.into(), secret: secret.into() })
    }
}
