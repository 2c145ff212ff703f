//! Mollie's classic webhooks: <https://docs.mollie.com/reference/webhooks>.
//!
//! They are forms that name something, and nothing else. Anybody can send one, so it says nothing by itself.

use super::payment_id;
use domain::ids::ProviderId;

const ID: &str = "id=";

/// Mollie's are of about 30 bytes.
pub(super) const MAX_BODY: usize = 1024;

/// What a form names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    Payment(ProviderId),
    /// Something else, by the prefix of its ids.
    Other(&'static str),
}

/// What a form names. None: it is no form of Mollie's.
pub(super) fn parse(body: &[u8]) -> Option<Named> {
    let mut ids = form_urlencoded::parse(body).filter(|(name, _)| name == "id");
    let (_, id) = ids.next()?;
    if ids.next().is_some() {
        return None;
    }
    Some(payment_id(&id).map_or_else(|| Named::Other(kind(&id)), Named::Payment))
}

/// What is kept of a form: nothing but the id, and that only if it is a payment's or of a known kind.
pub(super) fn genuine(named: &Named) -> Vec<u8> {
    match named {
        Named::Payment(id) => format!("{ID}{id}").into_bytes(),
        Named::Other(kind) => format!("{ID}{kind}_").into_bytes(),
    }
}

/// What a kept form names. None: it is an event. No event's JSON begins like a form, and what is in it, like a customer's
/// words, is not looked at.
pub(super) fn parse_genuine(part: &[u8]) -> Option<Named> {
    if part.starts_with(ID.as_bytes()) { parse(part) } else { None }
}

/// The name by which what is no payment is counted. Strangers write these ids, so there are only a few names.
fn kind(id: &str) -> &'static str {
    const KINDS: [&str; 3] = ["ord", "sub", "pl"]; // orders, subscriptions, payment links
    let prefix = id.split('_').next().unwrap_or_default();
    KINDS.into_iter().find(|kind| *kind == prefix).unwrap_or("unknown")
}

#[cfg(test)]
mod tests;
