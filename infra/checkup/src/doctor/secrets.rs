//! The secrets: set, of the right kind and of the right mode. Their values are in no finding.

use super::{Findings, is_live};
use crate::{AwsError, Deployment};
use aws_sdk_secretsmanager::Client;
use runtime::Aws;
use std::collections::BTreeMap;

const PUT: &str = "put it as infra/README.md shows: aws secretsmanager put-secret-value";

/// The values by logical id. What has none or cannot be read is left out.
pub(super) type Values = BTreeMap<String, String>;

pub(super) async fn examine(aws: &Aws, deployment: &Deployment, findings: &mut Findings) -> Values {
    let client = Client::new(aws.config());
    let mut values = Values::new();
    let secrets = deployment.resources.iter().filter(|resource| resource.kind == "AWS::SecretsManager::Secret");
    for secret in secrets {
        let of = format!("secret {}", secret.logical_id);
        let answer = client.get_secret_value().secret_id(&secret.physical_id).send().await;
        match answer.map_err(AwsError::of("GetSecretValue", &*of)) {
            Ok(answer) => {
                let value = answer.secret_string.unwrap_or_default();
                judge(&of, &secret.logical_id, &value, is_live(deployment), findings);
                values.insert(secret.logical_id.clone(), value);
            }
            // The warehouse's may never be needed.
            Err(error) if error.is_missing() && secret.logical_id == "WarehouseWebhookSecret" => {
                findings.warn(&of, "it has no value: a location with a webhook would not be notified", PUT);
            }
            Err(error) if error.is_missing() => findings.fail(&of, "it has no value", PUT),
            Err(error) => findings.unknown(&of, &error),
        }
    }
    values
}

fn judge(of: &str, logical_id: &str, value: &str, is_live: bool, findings: &mut Findings) {
    if value.trim().is_empty() {
        return findings.fail(of, "it is empty", PUT);
    }
    match logical_id {
        "StripeApiKey" => api_key(of, value.trim(), is_live, findings),
        "MollieApiKey" => mollie_key(of, value.trim(), is_live, findings),
        "StripeWebhookSecret" | "WarehouseWebhookSecret" | "StandardRequestsSecret" => {
            signing(of, logical_id, value, findings);
        }
        _ => match FORMS.iter().find(|(known, ..)| *known == logical_id) {
            Some((_, what, fits)) if !lines(value).all(fits) => findings.fail(of, format!("it is no {what}"), PUT),
            _ => findings.fine(of, "it is set"),
        },
    }
}

/// A secret that has a form, what it is, and whether a line of one has it.
type Form = (&'static str, &'static str, fn(&str) -> bool);

const FORMS: [Form; 5] = [
    ("AdyenHmacKeys", "HMAC key (hexadecimal, as Adyen shows it once)", is_hexadecimal),
    ("AdyenWebhookCredentials", "user and password (user:password)", has_two_parts),
    ("PayPalCredentials", "client id and secret (client-id:secret)", has_two_parts),
    ("SendcloudApiKey", "public and secret key (public:secret)", has_two_parts),
    ("StandardWebhookSecret", "key of Standard Webhooks (whsec_… or whpk_…)", is_standard_key),
];

fn lines(value: &str) -> impl Iterator<Item = &str> {
    value.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn is_hexadecimal(line: &str) -> bool {
    line.len() >= 32 && line.len().is_multiple_of(2) && line.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn has_two_parts(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, secret)| !name.is_empty() && !secret.is_empty())
}

fn is_standard_key(line: &str) -> bool {
    line.len() >= 20 && ["whsec_", "whpk_"].iter().any(|prefix| line.starts_with(prefix))
}

fn mollie_key(of: &str, key: &str, is_live: bool, findings: &mut Findings) {
    let mode = |live: bool| if live { "live" } else { "test" };
    match (key.starts_with("live_"), key.starts_with("test_")) {
        (false, false) => findings.fail(of, "it is no API key of a profile (live_… or test_…)", PUT),
        (key_is_live, _) if key_is_live != is_live => {
            let (has, wants) = (mode(key_is_live), mode(is_live));
            findings.fail(of, format!("it is of the {has} mode, and the stack of the {wants} mode"), PUT);
        }
        _ => findings.fine(of, format!("it is set, of the {} mode", mode(is_live))),
    }
}

/// A key for the provider's API names its kind and its mode.
fn api_key(of: &str, key: &str, is_live: bool, findings: &mut Findings) {
    let mode = |live: bool| if live { "live" } else { "test" };
    let kinds =
        [("sk_live_", true, false), ("rk_live_", true, true), ("sk_test_", false, false), ("rk_test_", false, true)];
    match kinds.into_iter().find(|(prefix, ..)| key.starts_with(prefix)) {
        None => findings.fail(of, "it is no secret or restricted key (sk_… or rk_…)", PUT),
        Some((_, key_is_live, _)) if key_is_live != is_live => {
            let (has, wants) = (mode(key_is_live), mode(is_live));
            findings.fail(of, format!("it is of the {has} mode, and the stack of the {wants} mode"), PUT);
        }
        Some((_, _, is_restricted)) if !is_restricted && is_live => {
            let remedy = "make a restricted key as infra/README.md says";
            findings.warn(of, "it may do everything with the account's money", remedy);
        }
        Some(_) => findings.fine(of, format!("it is set, of the {} mode", mode(is_live))),
    }
}

/// What webhooks are signed with: one, or two on a line each while it is rolled.
fn signing(of: &str, logical_id: &str, value: &str, findings: &mut Findings) {
    let lines: Vec<&str> = lines(value).collect();
    if lines.iter().any(|line| !line.starts_with("whsec_") || line.len() < 20) {
        return findings.fail(of, "it is no signing secret (whsec_…)", PUT);
    }
    if lines.len() > 1 && logical_id == "StripeWebhookSecret" {
        let remedy = "a day after it was rolled, store the new one alone";
        return findings.warn(of, format!("{} of them are taken", lines.len()), remedy);
    }
    findings.fine(of, "it is set");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Grade;

    #[test]
    fn a_secret_is_of_the_right_kind_and_mode() {
        let signing = "whsec_0123456789abcdef";
        for (secret, value, is_live, expected) in [
            ("AdyenHmacKeys", "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", true, Grade::Fine),
            ("AdyenHmacKeys", "whsec_0123456789abcdef", true, Grade::Failure),
            ("AdyenWebhookCredentials", "ada:secret\nada:older", true, Grade::Fine),
            ("AdyenWebhookCredentials", "ada", true, Grade::Failure),
            ("PayPalCredentials", "client:secret", true, Grade::Fine),
            ("PayPalCredentials", "client:", true, Grade::Failure),
            ("SquareApiKey", "EAAA", true, Grade::Fine),
            ("SquareApiKey", " ", true, Grade::Failure),
            ("MollieApiKey", "live_0123", true, Grade::Fine),
            ("MollieApiKey", "live_0123", false, Grade::Failure),
            ("MollieApiKey", "test_0123", true, Grade::Failure),
            ("MollieApiKey", "sk_live_0123", true, Grade::Failure),
            ("StandardWebhookSecret", "whsec_0123456789abcdef\nwhpk_0123456789abcdef", true, Grade::Fine),
            ("StandardWebhookSecret", "0123456789abcdef0123456789", true, Grade::Failure),
            ("StripeApiKey", "rk_live_x", true, Grade::Fine),
            ("StripeApiKey", "rk_test_x", false, Grade::Fine),
            ("StripeApiKey", "sk_test_x", false, Grade::Fine),
            ("StripeApiKey", "sk_live_x", true, Grade::Warning),
            ("StripeApiKey", "rk_live_x", false, Grade::Failure),
            ("StripeApiKey", "sk_test_x", true, Grade::Failure),
            ("StripeApiKey", "pk_live_x", true, Grade::Failure),
            ("StripeApiKey", signing, true, Grade::Failure),
            ("StripeApiKey", " \n", true, Grade::Failure),
            ("StripeWebhookSecret", signing, true, Grade::Fine),
            ("StripeWebhookSecret", "whsec_0123456789abcdef\nwhsec_fedcba9876543210\n", true, Grade::Warning),
            ("StripeWebhookSecret", "sk_live_0123456789abcdef", true, Grade::Failure),
            ("StripeWebhookSecret", "whsec_", true, Grade::Failure),
            ("WarehouseWebhookSecret", signing, true, Grade::Fine),
            ("WarehouseWebhookSecret", "secret", true, Grade::Failure),
        ] {
            let mut findings = Findings::default();
            judge("it", secret, value, is_live, &mut findings);
            assert_eq!(findings.worst(), expected, "{secret} {value}");
            assert!(!findings.to_string().contains("0123456789"), "a finding tells the value");
        }
    }
}
