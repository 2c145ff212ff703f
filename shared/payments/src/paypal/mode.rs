//! PayPal's two environments: <https://developer.paypal.com/api/rest/sandbox/>.

/// Whether money is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Live,
    Sandbox,
}

impl Mode {
    pub const ALL: [Self; 2] = [Self::Live, Self::Sandbox];

    /// `live`: as `PAYPAL_LIVE` tells it.
    pub fn of(live: bool) -> Self {
        if live { Self::Live } else { Self::Sandbox }
    }

    /// The host that serves the certificates. PayPal names no other in its headers.
    pub(super) fn host(self) -> &'static str {
        match self {
            Self::Live => "api.paypal.com",
            Self::Sandbox => "api.sandbox.paypal.com",
        }
    }

    /// The name in the certificate that signs. PayPal's Java library looks for it:
    /// <https://github.com/paypal/PayPal-Java-SDK/blob/master/rest-api-sdk/src/main/java/com/paypal/base/SSLUtil.java>.
    pub(super) fn signer(self) -> &'static str {
        match self {
            Self::Live => "messageverificationcerts.paypal.com",
            Self::Sandbox => "messageverificationcerts.sandbox.paypal.com",
        }
    }

    /// What its events are called, for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox",
        }
    }
}
