//! The services by name.

/// A service that tells what becomes of parcels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    EasyPost,
    Shippo,
    Sendcloud,
    AfterShip,
}

impl Service {
    pub const ALL: &'static [Self] = &[Self::EasyPost, Self::Shippo, Self::Sendcloud, Self::AfterShip];

    /// Its name in addresses and in `TRACKING_SERVICES`.
    pub fn name(self) -> &'static str {
        match self {
            Self::EasyPost => "easypost",
            Self::Shippo => "shippo",
            Self::Sendcloud => "sendcloud",
            Self::AfterShip => "aftership",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|service| service.name() == name)
    }
}

/// The services' names, for messages.
pub(crate) fn list(services: &[Service]) -> String {
    services.iter().map(|service| service.name()).collect::<Vec<_>>().join(", ")
}
