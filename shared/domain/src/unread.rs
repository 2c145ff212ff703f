//! Genuine webhooks that nobody here understood: kept for people to see, and to be read again by a version that does.
//!
//! A body may hold a customer's data, and nobody knows whose. So it is kept for a month only, and operators alone see it.

use crate::ids::{ProviderName, UnreadId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// So long a body is kept. Providers send their events again for days; a fix takes longer.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A genuine webhook that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnreadWebhook {
    /// Whose webhook it is.
    pub provider: ProviderName,
    /// The body, or the part of it that was not understood.
    pub body: String,
    /// Whether `body` is base64, because it is no text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_base64: bool,
    /// What is wrong with it, as it was read last.
    pub why: String,
    /// When it came, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub received_at: Timestamp,
    /// When it was understood after all, in UTC. Absent: it still waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub understood_at: Option<Timestamp>,
}

impl UnreadWebhook {
    pub fn new(provider: ProviderName, body: &[u8], why: String, received_at: Timestamp) -> Self {
        let text = std::str::from_utf8(body);
        Self {
            provider,
            is_base64: text.is_err(),
            body: text.map_or_else(|_| data_encoding::BASE64.encode(body), str::to_owned),
            why,
            received_at,
            understood_at: None,
        }
    }

    /// The same body always has the same id, however often it comes.
    pub fn id(&self) -> UnreadId {
        UnreadId::of(&self.provider, &self.bytes())
    }

    /// The body as it came.
    pub fn bytes(&self) -> Vec<u8> {
        let bytes = self.body.as_bytes();
        let decoded = self.is_base64.then(|| data_encoding::BASE64.decode(bytes).ok()).flatten();
        decoded.unwrap_or_else(|| bytes.to_vec())
    }

    /// Whether it still waits to be understood.
    pub fn waits(&self) -> bool {
        self.understood_at.is_none()
    }

    /// When it is forgotten.
    pub fn expires_at(&self) -> Timestamp {
        self.received_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_body_reads_back_as_it_came_and_its_id_says_which_it_is() {
        let provider: ProviderName = "acme".parse().unwrap();
        let kept = |body: &[u8]| UnreadWebhook::new(provider.clone(), body, "why".into(), Timestamp::UNIX_EPOCH);
        for body in [&b"{\"a\": \"\xc3\xa4\"}"[..], b"", b"\xff\xfe\x00", b"aGk="] {
            let kept = kept(body);
            assert_eq!(kept.bytes(), body);
            assert_eq!(kept.id().to_string().parse(), Ok(kept.id()));
        }
        assert_eq!(kept(b"a").id(), kept(b"a").id());
        assert_ne!(kept(b"a").id(), kept(b"b").id());
        for wrong in ["", "acme", "acme.", ".00", "acme.xyz", &format!("acme.{}", "A".repeat(32))] {
            assert!(wrong.parse::<UnreadId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn it_is_kept_for_a_month() {
        let kept = UnreadWebhook::new("acme".parse().unwrap(), b"", String::new(), Timestamp::UNIX_EPOCH);
        assert_eq!(kept.expires_at().as_second(), 30 * 86_400);
    }
}
