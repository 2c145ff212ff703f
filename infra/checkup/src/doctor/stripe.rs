//! Whether Stripe tells this stack what becomes of payments, and lets it ask and refund.

use super::{Findings, is_live, secrets::Values};
use crate::Deployment;
use http::StatusCode;
use runtime::{Answer, Web};
use serde_json::Value;

/// The events that the webhook takes: `events.rs` of the provider's folder, as a test compares.
const NEEDED: [&str; 18] = [
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "payment_intent.amount_capturable_updated",
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
];
/// What only a shop needs that captures each parcel by itself: whether a card may be captured in parts, only its charge tells.
const OF_PARCELS: &str = "charge.succeeded";
/// Since this version a payment names its charge (`latest_charge`), and a charge no longer lists its refunds.
const OLDEST_VERSION: &str = "2022-11-15";
/// Without the money of these, orders are not paid. Of others people learn later, or at the provider.
const PAYS: [&str; 2] = ["payment_intent.succeeded", "charge.refunded"];
/// What the key must read: payments to ask about, and the list that the books are compared with.
const READ: [&str; 6] = [
    "/v1/payment_intents?limit=1",
    "/v1/charges?limit=1",
    "/v1/refunds?limit=1",
    "/v1/balance_transactions?limit=1",
    "/v1/payouts?limit=1",
    "/v1/disputes?limit=1",
];
const PAGE: usize = 100;

const HOOK: &str = "Stripe webhook";
const KEY: &str = "Stripe API key";

pub(super) async fn examine(web: &Web, deployment: &Deployment, secrets: &Values, findings: &mut Findings) {
    let parameter = |name: &str| deployment.parameters.get(name).map_or("", String::as_str);
    let api = parameter("StripeApiUrl").trim_end_matches('/');
    let Some(key) = secrets.get("StripeApiKey").map(|key| key.trim()).filter(|key| !key.is_empty()) else {
        let remedy = "put the secret StripeApiKey first";
        return findings.warn(HOOK, "it cannot be looked at without an API key", remedy);
    };
    for path in READ {
        if !may(web, api, key, path, findings).await {
            return;
        }
    }
    let wanted = deployment.outputs.get("StripeWebhookUrl").map_or("", String::as_str);
    let mut endpoints = Vec::new();
    loop {
        let last = endpoints.last().map_or(String::new(), |last: &Value| {
            format!("&starting_after={}", last["id"].as_str().unwrap_or_default())
        });
        let answer = ask(web, api, key, &format!("/v1/webhook_endpoints?limit={PAGE}{last}")).await;
        let answer = match answer {
            Ok(answer) if answer.status.is_success() => answer,
            Ok(answer) if answer.status == StatusCode::FORBIDDEN => {
                let remedy =
                    "let the key read webhook endpoints, or compare the endpoint in the dashboard with infra/README.md";
                return findings.warn(HOOK, "the key may not read webhook endpoints", remedy);
            }
            Ok(answer) => return findings.fail(HOOK, told(&answer), "look at the key and at StripeApiUrl"),
            Err(error) => return findings.fail(HOOK, error, "is StripeApiUrl right, and reachable from here?"),
        };
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let page = body["data"].as_array().cloned().unwrap_or_default();
        let more = body["has_more"] == true && !page.is_empty();
        endpoints.extend(page);
        if !more {
            // Each answer names the account's own version, which endpoints without one use.
            let asked = Asked {
                url: wanted,
                is_live: is_live(deployment),
                captures_parcels: parameter("Capture") == "per-parcel",
            };
            return judge(&endpoints, &asked, answer.header("stripe-version"), findings);
        }
    }
}

async fn ask(web: &Web, api: &str, key: &str, path: &str) -> Result<Answer, String> {
    let request = http::Request::get(format!("{api}{path}")).header("authorization", format!("Bearer {key}"));
    let request = request.body(Vec::new()).map_err(|error| error.to_string())?;
    web.send(request).await.map_err(|error| error.to_string())
}

fn told(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    format!("Stripe answered {}: {}", answer.status, body["error"]["message"].as_str().unwrap_or("nothing more"))
}

/// Whether the key is known, and may read these. (What it may write is not tried.)
async fn may(web: &Web, api: &str, key: &str, path: &str, findings: &mut Findings) -> bool {
    let of = path.trim_start_matches("/v1/").split('?').next().unwrap_or_default();
    let remedy = "make a restricted key that may write refunds, PaymentIntents and charges and read the balance, payouts and disputes, and \
                  store it";
    match ask(web, api, key, path).await {
        Ok(answer) if answer.status.is_success() => findings.fine(KEY, format!("it may read {of}")),
        Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {
            findings.fail(KEY, "Stripe does not know it", remedy);
            return false;
        }
        Ok(answer) if answer.status == StatusCode::FORBIDDEN => {
            findings.fail(KEY, format!("it may not read {of}"), remedy);
        }
        Ok(answer) => findings.warn(KEY, told(&answer), "look again later"),
        Err(error) => {
            findings.fail(KEY, error, "is StripeApiUrl right, and reachable from here?");
            return false;
        }
    }
    true
}

/// What the endpoint must be.
struct Asked<'a> {
    url: &'a str,
    is_live: bool,
    /// Whether each parcel is captured by itself.
    captures_parcels: bool,
}

fn judge(endpoints: &[Value], asked: &Asked<'_>, version: Option<&str>, findings: &mut Findings) {
    let Asked { url: wanted, is_live, captures_parcels } = *asked;
    let url = |endpoint: &Value| endpoint["url"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    let own: Vec<&Value> = endpoints.iter().filter(|endpoint| url(endpoint) == wanted.trim_end_matches('/')).collect();
    let [endpoint] = own.as_slice() else {
        return if own.is_empty() {
            let others: Vec<String> = endpoints.iter().map(url).collect();
            let others = if others.is_empty() { "none".to_owned() } else { others.join(", ") };
            let remedy = format!("add the endpoint {wanted} in Stripe's dashboard, and store its signing secret");
            findings.fail(HOOK, format!("Stripe tells this stack nothing; its endpoints: {others}"), &remedy);
        } else {
            let remedy = "remove all but the one whose signing secret is stored";
            findings.warn(HOOK, format!("{} endpoints have this URL: the others are refused", own.len()), remedy);
        };
    };
    let before = findings.0.len();
    if endpoint["status"] != "enabled" {
        findings.fail(
            HOOK,
            "the endpoint is disabled",
            "enable it in Stripe's dashboard; then have the events of meanwhile resent",
        );
    }
    if endpoint["livemode"].as_bool().is_some_and(|live| live != is_live) {
        let mode = if is_live { "test" } else { "live" };
        findings.fail(HOOK, format!("the endpoint is of the {mode} mode"), "add one in the mode of Livemode");
    }
    let enabled: Vec<&str> =
        endpoint["enabled_events"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let needed = NEEDED.into_iter().chain(captures_parcels.then_some(OF_PARCELS));
    let missing: Vec<&str> = needed.filter(|event| !enabled.contains(event) && !enabled.contains(&"*")).collect();
    if missing == [OF_PARCELS] {
        let says = format!("it is not told of {OF_PARCELS}: each card is captured whole with its first parcel");
        findings.warn(
            HOOK,
            says,
            "add this event to the endpoint in Stripe's dashboard, or deploy with another Capture",
        );
    } else if !missing.is_empty() {
        let says = format!("it is not told of {}", missing.join(", "));
        let remedy = "add these events to the endpoint in Stripe's dashboard";
        if missing.iter().any(|event| PAYS.contains(event)) || missing.len() > 1 {
            findings.fail(HOOK, says, remedy);
        } else {
            findings.warn(HOOK, says, remedy);
        }
    }
    match endpoint["api_version"].as_str().or(version) {
        Some(version) if version < OLDEST_VERSION => {
            let remedy = "make a new endpoint with a newer API version, store its secret, and remove the old one";
            findings.fail(HOOK, format!("its API version {version} is older than {OLDEST_VERSION}"), remedy);
        }
        Some(_) => {}
        None => findings.warn(HOOK, "its API version is not known", "compare it in the dashboard"),
    }
    if findings.0.len() == before {
        findings.fine(HOOK, format!("{wanted} is told of all that is needed"));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::doctor::Grade;
    use serde_json::json;
    use std::collections::BTreeSet;

    const URL: &str = "https://x.execute-api.eu-central-1.amazonaws.com/webhooks/payments/stripe";

    const ASKED: Asked<'_> = Asked { url: URL, is_live: true, captures_parcels: false };

    fn endpoint() -> Value {
        json!({
            "id": "we_1", "url": URL, "status": "enabled", "livemode": true,
            "enabled_events": NEEDED, "api_version": "2025-03-31.basil",
        })
    }

    #[test]
    fn an_endpoint_that_is_not_told_of_everything_is_found() {
        let with = |name: &str, value: Value| {
            let mut endpoint = endpoint();
            endpoint[name] = value;
            endpoint
        };
        let without = |event: &str| {
            let rest: Vec<&str> = NEEDED.into_iter().filter(|other| *other != event).collect();
            with("enabled_events", json!(rest))
        };
        for (endpoints, expected) in [
            (vec![endpoint()], Grade::Fine),
            (vec![with("url", json!(format!("{URL}/")))], Grade::Fine),
            (vec![with("enabled_events", json!(["*"]))], Grade::Fine),
            (vec![with("api_version", Value::Null)], Grade::Fine),
            (vec![], Grade::Failure),
            (vec![with("url", json!("https://old.example/webhooks"))], Grade::Failure),
            (vec![endpoint(), endpoint()], Grade::Warning),
            (vec![with("status", json!("disabled"))], Grade::Failure),
            (vec![with("livemode", json!(false))], Grade::Failure),
            (vec![without("payment_intent.succeeded")], Grade::Failure),
            (vec![without("charge.dispute.updated")], Grade::Warning),
            (vec![with("enabled_events", json!([]))], Grade::Failure),
            (vec![with("api_version", json!("2020-08-27"))], Grade::Failure),
        ] {
            let mut findings = Findings::default();
            judge(&endpoints, &ASKED, Some("2024-06-20"), &mut findings);
            assert_eq!(findings.worst(), expected, "{endpoints:?}\n{findings}");
        }
    }

    #[test]
    fn a_shop_that_captures_each_parcel_needs_to_hear_of_charges() {
        let with = |event: &str| {
            let mut endpoint = endpoint();
            endpoint["enabled_events"].as_array_mut().unwrap().push(json!(event));
            endpoint
        };
        for (endpoint, captures_parcels, expected) in [
            (endpoint(), false, Grade::Fine),
            (endpoint(), true, Grade::Warning),
            (with(OF_PARCELS), true, Grade::Fine),
            (with("*"), true, Grade::Fine),
        ] {
            let mut findings = Findings::default();
            judge(&[endpoint], &Asked { captures_parcels, ..ASKED }, Some("2024-06-20"), &mut findings);
            let says = findings.to_string();
            assert_eq!((findings.worst(), says.contains(OF_PARCELS)), (expected, expected == Grade::Warning), "{says}");
        }
    }

    #[test]
    fn the_account_s_version_counts_for_an_endpoint_without_one() {
        let mut endpoint = endpoint();
        endpoint["api_version"] = Value::Null;
        for (version, expected) in
            [(Some("2019-12-03"), Grade::Failure), (Some("2024-06-20"), Grade::Fine), (None, Grade::Warning)]
        {
            let mut findings = Findings::default();
            judge(std::slice::from_ref(&endpoint), &ASKED, version, &mut findings);
            assert_eq!(findings.worst(), expected, "{version:?}");
        }
    }

    /// The events are those that the webhook takes, and those that the page for merchants lists.
    #[test]
    fn what_is_needed_is_what_the_webhook_takes() {
        let source = include_str!("../../../../shared/payments/src/stripe/events.rs");
        let kinds = ["payment_intent.", "checkout.session.", "charge.", "refund."];
        let quoted = source.split('"').skip(1).step_by(2);
        let taken = quoted.filter(|text| kinds.iter().any(|kind| text.starts_with(kind)) && !text.contains(' '));
        // The older name of `refund.updated`, which comes beside it, and what only shops need that capture each parcel by
        // itself.
        let optional = ["charge.refund.updated", OF_PARCELS];
        let taken: BTreeSet<&str> = taken.filter(|event| !optional.contains(event)).collect();
        assert_eq!(taken, NEEDED.into_iter().collect::<BTreeSet<_>>());
        let page = include_str!("../../../README.md");
        for event in NEEDED {
            let family = event.rsplit_once('.').unwrap().0;
            assert!(page.contains(&format!("`{event}`")) || page.contains(&format!("`{family}.*`")), "{event}");
        }
    }
}
