//! The claim of an e-mail. It lets only one process at a time send the e-mail.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The claim of an e-mail. Whether the e-mail was sent is recorded in the item that owed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailClaim {
    /// None if the claim was released because the e-mail certainly did not go out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// How often sending began. Above 1, the customer may have got the e-mail twice.
    pub attempts: u32,
}

/// How long a claim keeps others from sending. It is longer than the function may run.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

impl EmailClaim {
    pub fn first(at: Timestamp) -> Self {
        Self { claimed_at: Some(at), attempts: 1 }
    }

    /// Whether another process may be sending right now.
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.claimed_at.is_some_and(|at| now.duration_since(at) < LEASE)
    }

    pub fn again(&self, at: Timestamp) -> Self {
        Self { claimed_at: Some(at), attempts: self.attempts + 1 }
    }

    /// Lets the next process send at once, because this one certainly did not.
    pub fn released(&self) -> Self {
        Self { claimed_at: None, attempts: self.attempts.saturating_sub(1) }
    }
}
