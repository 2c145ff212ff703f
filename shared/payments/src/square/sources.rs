//! Whose events count.

use runtime::ConfigError;
use serde_json::Value;

/// The sellers and the locations whose payments are the shop's. An empty list means all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// An application may be authorized by several sellers, and its webhook hears of all of them.
    pub merchants: Vec<String>,
    /// A seller's tills in shops take payments that no order here waits for.
    pub locations: Vec<String>,
}

impl Sources {
    /// Takes `SQUARE_MERCHANTS` and `SQUARE_LOCATIONS`.
    pub(super) fn from_env() -> Result<Self, ConfigError> {
        let list = |name: &'static str| ids(name, &runtime::optional(name).unwrap_or_default());
        Ok(Self { merchants: list("SQUARE_MERCHANTS")?, locations: list("SQUARE_LOCATIONS")? })
    }

    /// What of the event is not the shop's: its seller or its location. An event that does not tell its location may
    /// be.
    pub(super) fn foreign(&self, event: &Value, object: &Value) -> Option<&'static str> {
        let is_named = |list: &[String], id: Option<&str>| id.is_some_and(|id| list.iter().any(|known| known == id));
        let location = object["location_id"].as_str().or_else(|| event["location_id"].as_str());
        if !self.merchants.is_empty() && !is_named(&self.merchants, event["merchant_id"].as_str()) {
            return Some("of another merchant");
        }
        let is_elsewhere = !self.locations.is_empty() && location.is_some() && !is_named(&self.locations, location);
        is_elsewhere.then_some("of another location")
    }
}

/// Ids, separated by commas. Square's consist of letters and digits.
pub(super) fn ids(name: &'static str, text: &str) -> Result<Vec<String>, ConfigError> {
    let ids: Vec<String> = text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    match ids.iter().find(|id| !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')) {
        Some(wrong) => {
            let problem = format!("{wrong:?} is no id of Square's; separate ids by commas");
            Err(ConfigError::Invalid { name, problem })
        }
        None => Ok(ids),
    }
}
