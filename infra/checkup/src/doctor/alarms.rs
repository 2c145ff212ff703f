//! Whether somebody is told when an alarm goes off.

use super::Findings;
use crate::{AwsError, Deployment};
use aws_sdk_sns::Client;
use runtime::Aws;

const TOPIC: &str = "AWS::SNS::Topic";
const ALARM: &str = "AWS::CloudWatch::Alarm";
/// What SNS writes in place of the ARN until the recipient has confirmed.
const PENDING: &str = "PendingConfirmation";
/// The same after the subscription was taken back.
const DELETED: &str = "Deleted";

pub(super) async fn examine(aws: &Aws, deployment: &Deployment, findings: &mut Findings) {
    let alarms = deployment.resources.iter().filter(|resource| resource.kind == ALARM).count();
    if alarms == 0 {
        findings.fail("alarms", "the stack has none", "deploy the whole template");
    }
    let client = Client::new(aws.config());
    for topic in deployment.resources.iter().filter(|resource| resource.kind == TOPIC) {
        let of = format!("alarms, topic {}", topic.logical_id);
        match subscriptions(&client, &topic.physical_id).await {
            Ok(found) => judge(&of, alarms, &found, findings),
            Err(error) => findings.unknown(&of, &error),
        }
    }
}

async fn subscriptions(client: &Client, topic: &str) -> Result<Vec<(String, String)>, AwsError> {
    let mut found = Vec::new();
    let mut pages = client.list_subscriptions_by_topic().topic_arn(topic).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(AwsError::of("ListSubscriptionsByTopic", topic))?;
        found.extend(page.subscriptions().iter().map(|subscription| {
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            (text(subscription.endpoint()), text(subscription.subscription_arn()))
        }));
    }
    Ok(found)
}

/// `found`: who, and the ARN.
fn judge(of: &str, alarms: usize, found: &[(String, String)], findings: &mut Findings) {
    let (waiting, others): (Vec<_>, Vec<_>) = found.iter().partition(|(_, arn)| arn == PENDING);
    let told: Vec<&str> = others.iter().filter(|(_, arn)| arn != DELETED).map(|(who, _)| who.as_str()).collect();
    let names = |all: &[&(String, String)]| all.iter().map(|(who, _)| who.as_str()).collect::<Vec<_>>().join(", ");
    if told.is_empty() && waiting.is_empty() {
        let remedy = "deploy with AlarmEmail, or subscribe an endpoint of your own to the topic";
        findings.fail(of, "nobody is told when an alarm goes off", remedy);
    } else if told.is_empty() {
        let says = format!("{} has not confirmed, so nobody is told when an alarm goes off", names(&waiting));
        findings.fail(of, says, "confirm the subscription in the mail that AWS sent");
    } else if !waiting.is_empty() {
        let says = format!("{} is told, and {} has not confirmed", told.join(", "), names(&waiting));
        findings.warn(of, says, "confirm the subscription in the mail that AWS sent, or remove it");
    } else {
        findings.fine(of, format!("{} is told of {alarms} alarms", told.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Grade;

    #[test]
    fn somebody_must_have_confirmed() {
        let (yes, no) = (("a@shop.de", "arn:aws:sns:x"), ("b@shop.de", PENDING));
        for (found, expected) in [
            (vec![yes], Grade::Fine),
            (vec![yes, no], Grade::Warning),
            (vec![no], Grade::Failure),
            (vec![("c@shop.de", DELETED)], Grade::Failure),
            (vec![], Grade::Failure),
        ] {
            let found: Vec<_> = found.iter().map(|(who, arn)| ((*who).to_owned(), (*arn).to_owned())).collect();
            let mut findings = Findings::default();
            judge("alarms", 3, &found, &mut findings);
            assert_eq!(findings.worst(), expected, "{found:?}");
        }
    }
}
