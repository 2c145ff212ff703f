//! Which payments Adyen captures by itself: <https://docs.adyen.com/online-payments/capture>.

use runtime::ConfigError;
use serde_json::Value;

const CAPTURES: &str = "ADYEN_CAPTURES";
const OTHERWISE: &str = "ADYEN_CAPTURES_OTHERWISE";

/// How the merchant account captures. No event tells it.
///
/// Where Adyen captures automatically, an authorization is the last word: by default no event tells of its capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captures {
    automatic: bool,
    /// Payment methods that are captured the other way, by Adyen's names.
    otherwise: Vec<String>,
}

impl Captures {
    /// Adyen captures at once, or after the account's delay.
    pub fn automatic() -> Self {
        Self { automatic: true, otherwise: Vec::new() }
    }

    /// Nothing is captured before Adyen is asked to.
    pub fn manual() -> Self {
        Self { automatic: false, otherwise: Vec::new() }
    }

    /// Except these payment methods: `ideal` is always captured at once, and `klarna` only when asked to.
    pub fn except<S: Into<String>>(self, methods: impl IntoIterator<Item = S>) -> Self {
        Self { otherwise: methods.into_iter().map(Into::into).collect(), ..self }
    }

    /// Needs `ADYEN_CAPTURES`. Takes `ADYEN_CAPTURES_OTHERWISE`, which needs basic authentication: the signature does
    /// not cover the payment method, so only the password says that it is Adyen's word.
    pub(super) fn from_env(has_basic_auth: bool) -> Result<Self, ConfigError> {
        let otherwise = runtime::optional(OTHERWISE).unwrap_or_default();
        Self::parse(&runtime::variable(CAPTURES)?, &otherwise, has_basic_auth)
    }

    fn parse(captures: &str, otherwise: &str, has_basic_auth: bool) -> Result<Self, ConfigError> {
        let invalid = |name, problem: &str| Err(ConfigError::Invalid { name, problem: problem.to_owned() });
        let own = match captures {
            "automatic" => Self::automatic(),
            "manual" => Self::manual(),
            _ => return invalid(CAPTURES, "must be automatic or manual"),
        };
        let methods: Vec<&str> = otherwise.split(',').map(str::trim).filter(|method| !method.is_empty()).collect();
        if !methods.is_empty() && !has_basic_auth {
            return invalid(OTHERWISE, "needs ADYEN_WEBHOOK_CREDENTIALS: the payment method is not signed");
        }
        Ok(own.except(methods))
    }

    /// Whether Adyen captures an item's payment by itself.
    pub(super) fn is_automatic(&self, item: &Value) -> bool {
        let method = item["paymentMethod"].as_str().unwrap_or_default();
        self.automatic != self.otherwise.iter().any(|other| other == method)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_payment_method_may_be_captured_otherwise_than_its_account() {
        let table = [
            ("automatic", "", "visa", true),
            ("manual", "", "visa", false),
            ("manual", "ideal, blik", "ideal", true),
            ("manual", "ideal,blik,", "blik", true),
            ("manual", "ideal", "visa", false),
            ("automatic", "klarna", "klarna", false),
            ("automatic", "klarna", "klarna_account", true),
        ];
        for (captures, otherwise, method, is_automatic) in table {
            let captures = Captures::parse(captures, otherwise, true).unwrap();
            assert_eq!(captures.is_automatic(&json!({"paymentMethod": method})), is_automatic, "{captures:?} {method}");
        }
        assert!(!Captures::manual().except([""]).automatic);
        assert!(Captures::automatic().is_automatic(&json!({})), "an item without a payment method");
    }

    #[test]
    fn an_unusable_setting_is_named() {
        let problem = |captures, otherwise| Captures::parse(captures, otherwise, false).unwrap_err().to_string();
        for captures in ["", "Automatic", "yes"] {
            assert!(problem(captures, "").contains(CAPTURES), "{captures}");
        }
        let unproven = problem("manual", "ideal");
        assert!(unproven.contains(OTHERWISE) && unproven.contains("ADYEN_WEBHOOK_CREDENTIALS"), "{unproven}");
        assert!(Captures::parse("manual", " , ", false).is_ok());
    }
}
