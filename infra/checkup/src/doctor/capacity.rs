//! How many functions may run at once.
//!
//! Lambda is asked by one signed request. Its client would double what the tools take to build, and it changes how the
//! clients of the functions are built too, for one number.

use super::{Findings, is_live};
use crate::{AwsError, Deployment};
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use runtime::{Aws, Web};
use serde_json::Value;
use std::time::SystemTime;

/// A new account may have ten for all functions together. Fewer than this are used up by a flood of one kind.
const ENOUGH: i64 = 100;
const TOO_FEW: i64 = 20;
const OPERATION: &str = "GetAccountSettings";

pub(super) async fn examine(aws: &Aws, web: &Web, deployment: &Deployment, findings: &mut Findings) {
    match limits(aws, web).await {
        Ok((all, unreserved)) => judge(all, unreserved, is_live(deployment), findings),
        Err(error) => findings.unknown("concurrency", &error),
    }
}

/// The account's limit, and what of it no function has reserved.
async fn limits(aws: &Aws, web: &Web) -> Result<(i64, i64), AwsError> {
    let what = || "the account at Lambda".to_owned();
    let failed = |why: String| AwsError::Failed { operation: OPERATION, what: what(), why };
    let config = aws.config();
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let endpoint =
        config.endpoint_url().map_or_else(|| format!("https://lambda.{region}.amazonaws.com"), str::to_owned);
    let url = format!("{endpoint}/2016-08-19/account-settings/");
    let provider = config.credentials_provider().ok_or(AwsError::NoCredentials)?;
    let credentials = provider.provide_credentials().await.map_err(|_| AwsError::NoCredentials)?;
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(&region)
        .name("lambda")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build();
    let parameters = parameters.map_err(|error| failed(error.to_string()))?.into();
    let mut request = http::Request::get(&url).body(Vec::new()).map_err(|error| failed(error.to_string()))?;
    let signable = SignableRequest::new("GET", url.as_str(), std::iter::empty(), SignableBody::Bytes(&[]));
    let signed =
        signable.and_then(|signable| sign(signable, &parameters)).map_err(|error| failed(error.to_string()))?;
    signed.into_parts().0.apply_to_request_http1x(&mut request);
    let answer = web.send(request).await.map_err(|error| failed(error.to_string()))?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status == http::StatusCode::FORBIDDEN {
        let why = body["Message"].as_str().or(body["message"].as_str()).unwrap_or("it may not").to_owned();
        return Err(AwsError::Refused { operation: OPERATION, what: what(), why });
    }
    let limit = |name: &str| body["AccountLimit"][name].as_i64();
    let limits = limit("ConcurrentExecutions").zip(limit("UnreservedConcurrentExecutions"));
    limits.ok_or_else(|| failed(format!("it answered {} without the limit", answer.status)))
}

fn judge(all: i64, unreserved: i64, is_live: bool, findings: &mut Findings) {
    let of = "concurrency";
    let says = format!("{all} functions of the account may run at once, {unreserved} of them unreserved");
    let remedy = "request a thousand in Service Quotas (Lambda, \"Concurrent executions\")";
    match (all.min(unreserved), is_live) {
        (few, true) if few < TOO_FEW => findings.fail(of, says, remedy),
        (few, _) if few < ENOUGH => findings.warn(of, says, remedy),
        _ => findings.fine(of, says),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Grade;

    #[test]
    fn a_new_accounts_limit_is_too_low() {
        for (all, unreserved, is_live, expected) in [
            (1_000, 900, true, Grade::Fine),
            (10, 10, true, Grade::Failure),
            (10, 10, false, Grade::Warning),
            (50, 50, true, Grade::Warning),
            (1_000, 10, true, Grade::Failure),
        ] {
            let mut findings = Findings::default();
            judge(all, unreserved, is_live, &mut findings);
            assert_eq!(findings.worst(), expected, "{all} {unreserved} {is_live}");
        }
    }
}
