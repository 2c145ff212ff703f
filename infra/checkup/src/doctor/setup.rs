//! What the stack was deployed with, and whether its API answers.

use super::{Findings, is_live};
use crate::Deployment;
use http::StatusCode;
use runtime::{Aws, Web};
use std::time::{SystemTime, UNIX_EPOCH};

/// Parameters that show that nobody named the shop: the domains that RFC 2606 keeps for examples.
const NAMES: [&str; 4] = ["MailFrom", "ContactEmail", "ContactUrl", "AttentionEmail"];
const EXAMPLES: [&str; 5] = ["example.com", "example.net", "example.org", ".example", ".invalid"];

pub(super) async fn examine(aws: &Aws, web: &Web, deployment: &Deployment, findings: &mut Findings) {
    status(&deployment.status, findings);
    let parameter = |name: &str| deployment.parameters.get(name).map_or("", String::as_str);
    // What answers at an endpoint of one's own is a rehearsal, whose shop is a demo.
    let is_rehearsal = aws.config().endpoint_url().is_some();
    if !is_rehearsal {
        if !parameter("AwsEndpoint").is_empty() {
            let remedy = "deploy with AwsEndpoint empty: it is for the local stack";
            findings.fail("parameter AwsEndpoint", format!("it is {}", parameter("AwsEndpoint")), remedy);
        }
        for name in NAMES.into_iter().filter(|name| is_example(parameter(name))) {
            let says = format!("{} is an example's address", parameter(name));
            findings.fail(&format!("parameter {name}"), says, "deploy with the shop's own");
        }
    }
    if is_live(deployment) && !is_rehearsal && parameter("StripeApiUrl") != "https://api.stripe.com" {
        let says = format!("refunds go to {}", parameter("StripeApiUrl"));
        findings.fail("parameter StripeApiUrl", says, "deploy with https://api.stripe.com");
    }
    let Some(url) = deployment.outputs.get("ApiUrl") else {
        findings.fail("API", "the stack has no output ApiUrl", "deploy the whole template");
        return;
    };
    api(web, url, findings).await;
}

fn is_example(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let host =
        value.rsplit('@').next().unwrap_or_default().trim_start_matches("https://").trim_start_matches("http://");
    let host = host.split('/').next().unwrap_or_default();
    EXAMPLES.iter().any(|example| host.ends_with(example))
}

fn status(status: &str, findings: &mut Findings) {
    if status.ends_with("ROLLBACK_COMPLETE") || status.ends_with("FAILED") {
        let remedy = "read the stack's events, mend what they name, and deploy again";
        findings.fail("stack", format!("it is {status}"), remedy);
    } else if status.ends_with("IN_PROGRESS") {
        findings.warn("stack", format!("it is {status}"), "look again when the deployment is done");
    } else {
        findings.fine("stack", format!("it is {status}"));
    }
}

/// A key that nobody has must be refused by the authorizer: so the API and its first function work.
async fn api(web: &Web, url: &str, findings: &mut Findings) {
    // API Gateway remembers the authorizer's answer to a key for a minute.
    let key = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let request =
        http::Request::get(format!("{url}/orders")).header("authorization", format!("Bearer ok_doctor-{key}"));
    let request = request.body(Vec::new());
    let Ok(request) = request else {
        findings.fail("API", format!("its address {url:?} is malformed"), "look at the output ApiUrl");
        return;
    };
    match web.send(request).await {
        Ok(answer) if [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&answer.status) => {
            findings.fine("API", format!("{url} answers, and refuses a key that nobody has"));
        }
        Ok(answer) => {
            let says = format!("{url} answered {} to a key that nobody has", answer.status);
            findings.fail("API", says, "look at the authorizer's log; deploy again");
        }
        Err(error) => {
            findings.fail("API", format!("{url} does not answer: {error}"), "is it deployed, and reachable from here?");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Grade;

    #[test]
    fn a_demo_is_known_by_its_addresses() {
        for (value, expected) in [
            ("orders@example.com", true),
            ("orders@shop.EXAMPLE.com", true),
            ("https://example.org/help", true),
            ("orders@shop.de", false),
            ("", false),
        ] {
            assert_eq!(is_example(value), expected, "{value}");
        }
    }

    #[test]
    fn a_stack_that_was_rolled_back_is_a_failure() {
        for (is, expected) in [
            ("CREATE_COMPLETE", Grade::Fine),
            ("UPDATE_COMPLETE", Grade::Fine),
            ("UPDATE_IN_PROGRESS", Grade::Warning),
            ("UPDATE_ROLLBACK_COMPLETE", Grade::Failure),
            ("UPDATE_ROLLBACK_FAILED", Grade::Failure),
        ] {
            let mut findings = Findings::default();
            status(is, &mut findings);
            assert_eq!(findings.worst(), expected, "{is}");
        }
    }
}
