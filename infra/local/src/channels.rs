//! Stand-ins of the shops that sales channels run on: one folder each.

pub mod woocommerce;

use crate::files::KeepError;
pub use crate::outside::{Disorder, Webhook};
use runtime::Clock;
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};
use woocommerce::{Credentials, Shop, ShopConfig};

/// The template's secret with what it takes to sign in at each channel's shop.
const SECRETS: &str = "ChannelSecrets";
/// The channel that the shop is, in that secret and in Orderly.
pub const CHANNEL: &str = "woo";
/// What the shop's API takes. It is worthless outside this machine.
const LOCAL: &str = concat!(
    r#"{"woo": {"key": "ck_10ca110ca110ca110ca110ca110ca110ca110ca1", "#,
    r#""secret": "cs_5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2", "#,
    r#""webhook_secret": "woo-webhooks-of-the-local-stack"}}"#,
);

/// The fixed value of a secret that shops give out.
pub(crate) fn secret(name: &str) -> Option<&'static str> {
    (name == SECRETS).then_some(LOCAL)
}

/// What the shop takes, by the value of the template's secret. None: the secret does not name the shop.
fn credentials(secret: &str) -> Option<Credentials> {
    #[derive(Deserialize)]
    struct All {
        woo: Credentials,
    }
    serde_json::from_str::<All>(secret).ok().map(|all| all.woo)
}

/// Opens the shop at an address. A template without the secret has a shop all the same, with the credentials that it would have.
pub(crate) fn start(
    url: String,
    secrets: &BTreeMap<String, String>,
    data_dir: Option<PathBuf>,
    clock: Clock,
) -> Result<Shop, KeepError> {
    let secret = secrets.get(SECRETS).map_or(LOCAL, String::as_str);
    let credentials = credentials(secret).or_else(|| credentials(LOCAL)).unwrap_or_default();
    Shop::start(ShopConfig { url, credentials, data_dir, clock })
}

/// Hears of a secret's new value.
pub(crate) fn secret_is_put(shop: &Shop, name: &str, value: &str) {
    if name == SECRETS
        && let Some(new) = credentials(value)
    {
        shop.set_credentials(new);
    }
}

/// What the shop takes without anybody's doing, for tests and the simulation.
pub fn local_credentials() -> Credentials {
    credentials(LOCAL).unwrap_or_default()
}
