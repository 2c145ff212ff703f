//! A secret of the template that signs webhooks.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

/// A secret that may be rolled. Several stand one on a line, the newest first.
pub(crate) struct Secret {
    name: &'static str,
    first: Mutex<String>,
}

impl Secret {
    /// `name` is its logical id in the template.
    pub(crate) fn new(name: &'static str, lines: &str) -> Self {
        Self { name, first: Mutex::new(first(lines)) }
    }

    /// Hears of a secret's new value, which may be another secret's.
    pub(crate) fn is_put(&self, name: &str, lines: &str) {
        if name == self.name {
            *self.first.lock().unwrap_or_else(PoisonError::into_inner) = first(lines);
        }
    }

    /// The newest. Empty: the template does not declare it.
    pub(crate) fn value(&self) -> String {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// HMAC-SHA256 of the parts, one after the other, keyed with the whole text.
    pub(crate) fn hmac(&self, parts: &[&[u8]]) -> Vec<u8> {
        hmac(self.value().as_bytes(), parts)
    }
}

fn first(lines: &str) -> String {
    lines.lines().next().unwrap_or_default().trim().to_owned()
}

/// HMAC-SHA256 of the parts, one after the other.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC accepts a key of any length.
    let signed = Hmac::<Sha256>::new_from_slice(key).map(|mut mac| {
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    });
    signed.unwrap_or_default()
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({})", self.name)
    }
}
