//! Which payments Adyen captures by itself, and which may be captured several times:
//! <https://docs.adyen.com/online-payments/capture>.

use runtime::ConfigError;
use serde_json::Value;

const CAPTURES: &str = "ADYEN_CAPTURES";
const OTHERWISE: &str = "ADYEN_CAPTURES_OTHERWISE";
const SEVERAL: &str = "ADYEN_SEVERAL_CAPTURES";

/// How the merchant account captures. No event tells it.
///
/// Where Adyen captures automatically, an authorization is the last word: by default no event tells of its capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captures {
    automatic: bool,
    /// Payment methods that are captured the other way, by Adyen's names.
    otherwise: Vec<String>,
    /// Payment methods with multiple partial captures, by Adyen's names. With any other, a partial capture cancels the rest.
    several: Vec<String>,
}

impl Captures {
    /// Adyen captures at once, or after the account's delay.
    pub fn automatic() -> Self {
        Self { automatic: true, otherwise: Vec::new(), several: Vec::new() }
    }

    /// Nothing is captured before Adyen is asked to.
    pub fn manual() -> Self {
        Self { automatic: false, ..Self::automatic() }
    }

    /// Except these payment methods: `ideal` is always captured at once, and `klarna` only when asked to.
    pub fn except<S: Into<String>>(self, methods: impl IntoIterator<Item = S>) -> Self {
        Self { otherwise: methods.into_iter().map(Into::into).collect(), ..self }
    }

    /// These payment methods may be captured several times: Adyen has enabled multiple partial captures for them.
    pub fn in_parts<S: Into<String>>(self, methods: impl IntoIterator<Item = S>) -> Self {
        Self { several: methods.into_iter().map(Into::into).collect(), ..self }
    }

    /// Needs `ADYEN_CAPTURES`. Takes `ADYEN_CAPTURES_OTHERWISE` and `ADYEN_SEVERAL_CAPTURES`, which need basic
    /// authentication: the signature does not cover the payment method, so only the password says that it is Adyen's word.
    pub(super) fn from_env(has_basic_auth: bool) -> Result<Self, ConfigError> {
        let list = |name| runtime::optional(name).unwrap_or_default();
        Self::parse(&runtime::variable(CAPTURES)?, &list(OTHERWISE), &list(SEVERAL), has_basic_auth)
    }

    fn parse(captures: &str, otherwise: &str, several: &str, has_basic_auth: bool) -> Result<Self, ConfigError> {
        let invalid = |name, problem: &str| Err(ConfigError::Invalid { name, problem: problem.to_owned() });
        let own = match captures {
            "automatic" => Self::automatic(),
            "manual" => Self::manual(),
            _ => return invalid(CAPTURES, "must be automatic or manual"),
        };
        let (otherwise, several) = (methods(otherwise), methods(several));
        for (name, methods) in [(OTHERWISE, &otherwise), (SEVERAL, &several)] {
            if !methods.is_empty() && !has_basic_auth {
                return invalid(name, "needs ADYEN_WEBHOOK_CREDENTIALS: the payment method is not signed");
            }
        }
        Ok(own.except(otherwise).in_parts(several))
    }

    /// Whether Adyen captures an item's payment by itself.
    pub(super) fn is_automatic(&self, item: &Value) -> bool {
        self.automatic != names(&self.otherwise, item)
    }

    /// Whether an item's payment may be captured several times, each time a part of it.
    pub(super) fn are_several(&self, item: &Value) -> bool {
        !self.is_automatic(item) && names(&self.several, item)
    }
}

fn methods(list: &str) -> Vec<&str> {
    list.split(',').map(str::trim).filter(|method| !method.is_empty()).collect()
}

/// Whether an item's payment method is among these.
fn names(methods: &[String], item: &Value) -> bool {
    let method = item["paymentMethod"].as_str().unwrap_or_default();
    methods.iter().any(|other| other == method)
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
            let captures = Captures::parse(captures, otherwise, "", true).unwrap();
            assert_eq!(captures.is_automatic(&json!({"paymentMethod": method})), is_automatic, "{captures:?} {method}");
        }
        assert!(!Captures::manual().except([""]).automatic);
        assert!(Captures::automatic().is_automatic(&json!({})), "an item without a payment method");
    }

    #[test]
    fn what_adyen_does_not_capture_may_be_captured_in_parts_where_that_is_enabled() {
        let table = [
            ("manual", "", "visa, mc", "visa", true),
            ("manual", "", "visa,mc", "mc", true),
            ("manual", "", "visa", "amex", false),
            ("manual", "", "", "visa", false),
            ("manual", "visa", "visa", "visa", false),
            ("automatic", "", "visa", "visa", false),
            ("automatic", "klarna", "klarna", "klarna", true),
        ];
        for (captures, otherwise, several, method, expected) in table {
            let captures = Captures::parse(captures, otherwise, several, true).unwrap();
            assert_eq!(captures.are_several(&json!({"paymentMethod": method})), expected, "{captures:?} {method}");
        }
        assert!(!Captures::manual().in_parts(["visa"]).are_several(&json!({})), "an item without a payment method");
    }

    #[test]
    fn an_unusable_setting_is_named() {
        let problem = |captures, otherwise, several| {
            Captures::parse(captures, otherwise, several, false).unwrap_err().to_string()
        };
        for captures in ["", "Automatic", "yes"] {
            assert!(problem(captures, "", "").contains(CAPTURES), "{captures}");
        }
        for (name, unproven) in [(OTHERWISE, problem("manual", "ideal", "")), (SEVERAL, problem("manual", "", "visa"))]
        {
            assert!(unproven.contains(name) && unproven.contains("ADYEN_WEBHOOK_CREDENTIALS"), "{unproven}");
        }
        assert!(Captures::parse("manual", " , ", ",", false).is_ok());
    }
}
