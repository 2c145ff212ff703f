//! Tracking numbers as they are compared.

/// A tracking number as it is compared: people write it with blanks and dashes, or without.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrackingNumber(String);

/// A text without a letter or a digit is no tracking number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a tracking number with at least one letter or digit")]
pub struct NoTrackingNumber;

impl TrackingNumber {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for TrackingNumber {
    type Err = NoTrackingNumber;

    fn from_str(text: &str) -> Result<Self, NoTrackingNumber> {
        let compared: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
        if compared.is_empty() { Err(NoTrackingNumber) } else { Ok(Self(compared)) }
    }
}
