//! The providers that are simulated here.

use std::{fmt, str::FromStr};

/// A simulated provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    Stripe,
    Adyen,
    Mollie,
    Square,
    PayPal,
    /// A system of the merchant's own, which speaks Standard Webhooks.
    Standard,
}

impl Provider {
    pub const ALL: [Self; 6] = [Self::Stripe, Self::Adyen, Self::Mollie, Self::Square, Self::PayPal, Self::Standard];

    /// Those that list what has moved, so that books can be compared with them.
    pub const LISTING: [Self; 5] = [Self::Stripe, Self::Adyen, Self::Mollie, Self::Square, Self::PayPal];

    /// Its name in Orderly's addresses, and in those of the stack.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Adyen => "adyen",
            Self::Mollie => "mollie",
            Self::Square => "square",
            Self::PayPal => "paypal",
            Self::Standard => "standard",
        }
    }

    /// Where its API answers, below the address of all.
    pub fn path(self) -> &'static str {
        match self {
            Self::Stripe => "",
            Self::Adyen => "/adyen",
            Self::Mollie => "/mollie",
            Self::Square => "/square",
            Self::PayPal => "/paypal",
            Self::Standard => "/standard",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// No provider has this name.
#[derive(Debug, thiserror::Error)]
#[error("there is no provider {0:?} here; it may be one of stripe, adyen, mollie, square, paypal and standard")]
pub struct UnknownProvider(String);

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(text: &str) -> Result<Self, UnknownProvider> {
        let known = Self::ALL.into_iter().find(|provider| provider.name() == text);
        known.ok_or_else(|| UnknownProvider(text.to_owned()))
    }
}
