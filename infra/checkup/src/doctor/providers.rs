//! The settings of the payment providers: those that are used have what they need, and are asked at an address of the shop's mode.

use super::{Findings, is_live};
use crate::Deployment;

/// What a provider needs to be told.
struct Needs {
    provider: &'static str,
    /// The parameter that says whether it is used.
    used: &'static str,
    /// Parameters without a default that could be right, each with where its value is found.
    settings: &'static [(&'static str, &'static str)],
    /// The parameter with the address of its API, and a part of the address that tells live from test.
    api: Option<(&'static str, &'static str, &'static str)>,
}

const ALL: [Needs; 3] = [
    Needs {
        provider: "Adyen",
        used: "UseAdyen",
        settings: &[("AdyenMerchantAccount", "the merchant account, as the Customer Area names it")],
        api: Some(("AdyenApiUrl", "-checkout-live.adyenpayments.com/checkout", "//checkout-test.adyen.com")),
    },
    Needs {
        provider: "PayPal",
        used: "UsePayPal",
        settings: &[("PayPalWebhookId", "the webhook's id, from the app's page at developer.paypal.com")],
        api: Some(("PayPalApiUrl", "//api-m.paypal.com", "//api-m.sandbox.paypal.com")),
    },
    Needs {
        provider: "Square",
        used: "UseSquare",
        settings: &[("SquareNotificationUrl", "the webhook's URL, exactly as it was entered at Square")],
        api: Some(("SquareApiUrl", "//connect.squareup.com", "//connect.squareupsandbox.com")),
    },
];

/// Parameters that were left as the template has them.
const DEFAULTS: [&str; 3] = ["", "none", "https://example.invalid/webhooks/payments/square"];

/// `is_rehearsal`: the providers are stand-ins, at addresses of their own.
pub(super) fn examine(deployment: &Deployment, is_rehearsal: bool, findings: &mut Findings) {
    let parameter = |name: &str| deployment.parameters.get(name).map_or("", String::as_str);
    for Needs { provider, used, settings, api } in ALL.iter().filter(|needs| parameter(needs.used) == "true") {
        let mut is_complete = true;
        for (name, what) in *settings {
            if DEFAULTS.contains(&parameter(name)) {
                is_complete = false;
                findings.fail(&format!("parameter {name}"), "it is not set", &format!("deploy with {what}"));
            }
        }
        if let Some((name, live, test)) = api.filter(|_| !is_rehearsal) {
            let (own, other, mode) = if is_live(deployment) { (live, test, "live") } else { (test, live, "test") };
            let url = parameter(name);
            if !url.contains(own) {
                is_complete = false;
                let of_other = if url.contains(other) { ", of the other mode" } else { "" };
                let says = format!("{provider} is asked at {url}{of_other}");
                findings.fail(
                    &format!("parameter {name}"),
                    says,
                    &format!("deploy with the address of the {mode} mode: {own}"),
                );
            }
        }
        if is_complete {
            findings.fine(&format!("{provider} settings"), format!("it is used ({used}), and told what it needs"));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::doctor::Grade;

    fn worst(parameters: &[(&str, &str)], is_rehearsal: bool) -> (Grade, String) {
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let deployment = Deployment { parameters, ..Deployment::default() };
        let mut findings = Findings::default();
        examine(&deployment, is_rehearsal, &mut findings);
        (findings.worst(), findings.to_string())
    }

    #[test]
    fn a_provider_that_is_used_has_its_settings_and_an_address_of_the_shop_s_mode() {
        let adyen = [("UseAdyen", "true"), ("AdyenMerchantAccount", "Shop"), ("Livemode", "false")];
        let with = |name: &'static str, value: &'static str| [&adyen[..], &[(name, value)]].concat();
        let test = "https://checkout-test.adyen.com";
        let live = "https://abc-shop-checkout-live.adyenpayments.com/checkout";
        assert_eq!(worst(&with("AdyenApiUrl", test), false).0, Grade::Fine);
        let (grade, says) = worst(&with("AdyenApiUrl", live), false);
        assert!(grade == Grade::Failure && says.contains("of the other mode"), "{says}");
        assert_eq!(worst(&with("AdyenApiUrl", "http://127.0.0.1:1"), true).0, Grade::Fine);
        let (grade, says) = worst(&[("UsePayPal", "true"), ("PayPalWebhookId", "none")], true);
        assert!(grade == Grade::Failure && says.contains("parameter PayPalWebhookId"), "{says}");
        assert_eq!(worst(&[("UsePayPal", "false"), ("PayPalWebhookId", "none")], false).0, Grade::Fine);
    }
}
