//! The services that are simulated.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A service whose stand-in answers here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    EasyPost,
    Shippo,
    Sendcloud,
    AfterShip,
}

impl Service {
    pub const ALL: [Self; 4] = [Self::EasyPost, Self::Shippo, Self::Sendcloud, Self::AfterShip];

    pub fn name(self) -> &'static str {
        match self {
            Self::EasyPost => "easypost",
            Self::Shippo => "shippo",
            Self::Sendcloud => "sendcloud",
            Self::AfterShip => "aftership",
        }
    }

    /// The template's secret that signs its webhooks.
    pub(super) fn webhook_secret(self) -> &'static str {
        match self {
            Self::EasyPost => "EasyPostWebhookSecret",
            Self::Shippo => "ShippoWebhookSecret",
            Self::Sendcloud => "SendcloudWebhookSecret",
            Self::AfterShip => "AfterShipWebhookSecret",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
