//! Whether Adyen's reports can be downloaded, with which the books are compared.

use super::{Findings, is_live, secrets::Values};
use crate::Deployment;
use http::StatusCode;
use runtime::{Clock, Web};
use std::time::Duration;

const OF: &str = "Adyen reports";

/// By then the report of a day is there, in whatever time zone.
const TWO_DAYS: Duration = Duration::from_hours(48);

/// Where a merchant's report user is made.
const MAKE_KEY: &str = "Customer Area → Developers → API credentials → Report user: give it the role \"Merchant Report Download\", and store \
                        its API key as AdyenReportKey";

/// `is_rehearsal`: Adyen is a stand-in, at an address of its own.
pub(super) async fn examine(
    web: &Web,
    deployment: &Deployment,
    secrets: &Values,
    is_rehearsal: bool,
    findings: &mut Findings,
) {
    let parameter = |name: &str| deployment.parameters.get(name).map_or("", String::as_str);
    let url = parameter("AdyenReportsUrl").trim_end_matches('/');
    if parameter("UseAdyen") != "true" || url.is_empty() {
        return;
    }
    if !parameter("ComparedProviders").split(',').any(|name| name.trim() == "adyen") {
        let remedy = "add adyen to it, or leave AdyenReportsUrl empty";
        findings.warn(OF, "they are not read: ComparedProviders leaves Adyen out", remedy);
    }
    let own = if is_live(deployment) { "//ca-live.adyen.com" } else { "//ca-test.adyen.com" };
    if !is_rehearsal && !url.ends_with(own) {
        let remedy = format!("deploy with AdyenReportsUrl=https:{own}");
        return findings.fail(OF, format!("they are looked for at {url}"), &remedy);
    }
    let Some(key) = secrets.get("AdyenReportKey").map(|key| key.trim()).filter(|key| !key.is_empty()) else {
        return findings.warn(OF, "they cannot be looked at without a key", MAKE_KEY);
    };
    let day = (Clock::system().now() - TWO_DAYS).strftime("%Y_%m_%d").to_string();
    let file = format!("payments_accounting_report_{day}.csv");
    let account = parameter("AdyenMerchantAccount");
    let request = http::Request::get(format!("{url}/reports/download/MerchantAccount/{account}/{file}"));
    let Ok(request) = request.header("x-api-key", key).body(Vec::new()) else {
        return findings.fail(OF, "AdyenReportsUrl or AdyenReportKey is malformed", MAKE_KEY);
    };
    match web.send(request).await {
        Ok(answer) => judge(answer.status, &file, findings),
        Err(error) => findings.fail(OF, error.to_string(), "is AdyenReportsUrl right, and reachable from here?"),
    }
}

fn judge(status: StatusCode, file: &str, findings: &mut Findings) {
    match status {
        StatusCode::OK => findings.fine(OF, format!("{file} can be downloaded")),
        StatusCode::NOT_FOUND => {
            let remedy = "Customer Area → Reports → Payment accounting report → Manage report → Automatic, each day; the first one is \
                          there a day later";
            findings.warn(OF, format!("there is no {file}"), remedy);
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            findings.fail(OF, format!("the key may not download them: Adyen answers {status}"), MAKE_KEY);
        }
        status => findings.warn(OF, format!("Adyen answers {status} when asked for {file}"), "look again later"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Grade;
    use runtime::Aws;
    use std::collections::BTreeMap;

    async fn examined(parameters: &[(&str, &str)]) -> Findings {
        let named = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let deployment = Deployment { parameters: named.collect(), ..Deployment::default() };
        let mut findings = Findings::default();
        let web = Aws::beside("").web(Duration::from_secs(1));
        examine(&web, &deployment, &BTreeMap::new(), false, &mut findings).await;
        findings
    }

    #[tokio::test]
    async fn reports_that_are_used_are_looked_for_at_the_address_of_the_shop_s_mode() {
        let at = |url: &'static str| [("UseAdyen", "true"), ("AdyenReportsUrl", url), ("Livemode", "false")];
        assert!(examined(&at("")).await.all().is_empty(), "nothing is compared");
        let live = examined(&at("https://ca-live.adyen.com")).await;
        assert_eq!((live.worst(), live.to_string().contains("https://ca-test.adyen.com")), (Grade::Failure, true));
        let test = examined(&at("https://ca-test.adyen.com/")).await;
        assert_eq!((test.worst(), test.to_string().contains("without a key")), (Grade::Warning, true));
        assert!(test.to_string().contains("ComparedProviders leaves Adyen out"));
    }

    #[test]
    fn a_report_that_is_not_there_and_a_key_that_may_not_read_it_are_told_apart() {
        let judged = |status: StatusCode| {
            let mut findings = Findings::default();
            judge(status, "payments_accounting_report_2026_11_27.csv", &mut findings);
            findings.worst()
        };
        assert_eq!(judged(StatusCode::OK), Grade::Fine);
        assert_eq!(judged(StatusCode::NOT_FOUND), Grade::Warning);
        assert_eq!(judged(StatusCode::FORBIDDEN), Grade::Failure);
        assert_eq!(judged(StatusCode::BAD_GATEWAY), Grade::Warning);
    }
}
