//! Names of money that people move. Payments that they enter belong to a provider of their own, which no system stands behind.

use super::{OrderId, PaymentId, ProviderId, ProviderName, RefundId};
use sha2::{Digest as _, Sha256};

/// The provider's name in the ids of payments that people enter.
const PROVIDER: &str = "manual";

impl PaymentId {
    /// The payment that is entered under this key: an entry of a bank's statement, or an order with an idempotency key. The same
    /// key is the same payment.
    pub fn manual(key: &[&str]) -> Self {
        let id = ProviderId(derived(key).to_ascii_lowercase());
        Self { provider: ProviderName(PROVIDER.to_owned()), id }
    }

    /// Whether people enter it, and give it back.
    pub fn is_manual(&self) -> bool {
        self.provider.as_str() == PROVIDER
    }
}

/// What banks call the transfer of a refund, from end to end. Another attempt is another transfer.
pub fn end_to_end_id(order: &OrderId, refund: &RefundId, attempt: u32) -> String {
    derived(&["refund", order.as_str(), refund.as_str(), &attempt.to_string()])
}

/// 128 bits as 26 capitals and digits, which every bank takes.
fn derived(key: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in key {
        hash.update(part);
        hash.update([0]); // no part contains it
    }
    data_encoding::BASE32_NOPAD.encode(&hash.finalize()[..16])
}
