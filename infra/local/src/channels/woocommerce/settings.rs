//! What a merchant may set in a shop, and what hosts and plugins do to it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The shop's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "they are switches")]
pub struct Settings {
    pub currency: String,
    /// They are the shop's, whatever its currency has.
    pub decimals: u32,
    pub prices_include_tax: bool,
    /// Taxes are added up first and rounded then, so that the lines' amounts may miss the total by cents.
    pub round_at_subtotal: bool,
    /// The time zone of all times that do not say GMT.
    pub time_zone: String,
    /// How long unpaid orders hold their goods.
    pub hold_minutes: i64,
    /// Whether the feature flag of the core's shipments is on.
    pub fulfillments: bool,
    /// Statuses that plugins add.
    pub statuses: Vec<String>,
    /// What a plugin puts before the numbers of orders.
    pub number_prefix: String,
    /// The API key may only read.
    pub read_only: bool,
    /// The host refuses PUT and DELETE.
    pub blocks_put: bool,
    /// The host drops the `Authorization` header.
    pub strips_authorization: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            currency: "EUR".to_owned(),
            decimals: 2,
            prices_include_tax: true,
            round_at_subtotal: false,
            time_zone: "Europe/Helsinki".to_owned(),
            hold_minutes: 60,
            fulfillments: false,
            statuses: Vec::new(),
            number_prefix: String::new(),
            read_only: false,
            blocks_put: false,
            strips_authorization: false,
        }
    }
}

impl Settings {
    /// With some of them changed: an object of those.
    pub(super) fn with(&self, changes: Value) -> Result<Self, String> {
        let mut all = serde_json::to_value(self).unwrap_or_default();
        let Value::Object(changes) = changes else { return Err("an object of settings is wanted".to_owned()) };
        if let Value::Object(fields) = &mut all {
            fields.extend(changes);
        }
        let new: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        if new.decimals > 4 {
            return Err("a shop has four decimals at most".to_owned());
        }
        jiff::tz::TimeZone::get(&new.time_zone).map_err(|error| error.to_string())?;
        Ok(new)
    }

    /// The currency's sign, and the same in HTML.
    pub(super) fn symbols(&self) -> (&str, &str) {
        match self.currency.as_str() {
            "EUR" => ("€", "&euro;"),
            "USD" => ("$", "&#36;"),
            "GBP" => ("£", "&pound;"),
            "JPY" => ("¥", "&yen;"),
            other => (other, other),
        }
    }
}
