//! Webhooks that somebody has registered, and what is known of their deliveries.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The shop disables a webhook at the failure after so many in a row, and counts no further.
const FAILURES: u32 = 6;

/// A registered webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Hook {
    pub(super) id: u64,
    pub(super) name: String,
    /// `active`, `paused` or `disabled`.
    pub(super) status: String,
    /// `order.updated`
    pub(super) topic: String,
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) failures: u32,
    /// No ping was answered with 200 yet: it is sent again each time that the webhook is stored.
    pub(super) wants_ping: bool,
}

/// Something that a webhook is to be sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Due {
    /// That something has changed. What it tells is looked up when it is sent.
    Event { hook: u64, resource: u64 },
    /// That the webhook exists.
    Ping { hook: u64 },
}

impl Due {
    pub(super) fn hook(self) -> u64 {
        match self {
            Self::Event { hook, .. } | Self::Ping { hook } => hook,
        }
    }
}

impl Hook {
    pub(super) fn is_active(&self) -> bool {
        self.status == "active"
    }

    /// `order` of `order.updated`, and `updated`.
    pub(super) fn parts(&self) -> (&str, &str) {
        self.topic.split_once('.').unwrap_or((&self.topic, ""))
    }

    /// Hears what became of a delivery. None: nobody answered.
    pub(super) fn is_answered(&mut self, status: Option<u16>) {
        if status.is_some_and(|status| (200..303).contains(&status)) {
            self.failures = 0;
        } else if self.failures >= FAILURES {
            "disabled".clone_into(&mut self.status);
        } else {
            self.failures += 1;
        }
    }
}

/// Whether webhooks may be about this.
pub(super) fn is_topic(topic: &str) -> bool {
    let Some((resource, event)) = topic.split_once('.') else { return false };
    let has_resource = ["coupon", "customer", "order", "product"].contains(&resource);
    has_resource && ["created", "updated", "deleted", "restored"].contains(&event)
}
