//! Whether SES sends: the account, and the sender's identity.

use super::{Findings, is_live};
use crate::{AwsError, Deployment};
use aws_sdk_sesv2::{
    Client,
    types::{DkimStatus, SuppressionAttributes},
};
use runtime::Aws;

/// What SES says of the account.
#[derive(Debug, Clone)]
struct Account {
    sends: bool,
    is_in_production: bool,
    /// `HEALTHY`, `PROBATION`, `SHUTDOWN`.
    enforcement: String,
    sent: f64,
    most: f64,
    /// What keeps an address from getting more: `BOUNCE`, `COMPLAINT`.
    suppresses: Vec<String>,
}

/// What SES says of an identity.
#[derive(Debug, Clone, Copy)]
struct Identity {
    is_verified: bool,
    is_signed: bool,
}

pub(super) async fn examine(aws: &Aws, deployment: &Deployment, findings: &mut Findings) {
    let client = Client::new(aws.config());
    match account(&client).await {
        Ok(found) => judge_account(&found, is_live(deployment), findings),
        Err(error) => findings.unknown("mail account", &error),
    }
    let sender = deployment.parameters.get("MailFrom").map_or("", String::as_str);
    let domain = sender.rsplit('@').next().unwrap_or_default();
    // An address has its own identity, or is of a domain that has one.
    let mut found = None;
    for name in [sender, domain] {
        match identity(&client, name).await {
            Ok(identity) => {
                found = Some((name, identity));
                if identity.is_verified {
                    break;
                }
            }
            Err(error) if error.is_missing() => {}
            Err(error) => return findings.unknown("mail sender", &error),
        }
    }
    judge_sender(sender, found, findings);
}

async fn account(client: &Client) -> Result<Account, AwsError> {
    let told = client.get_account().send().await.map_err(AwsError::of("GetAccount", "the account at SES"))?;
    let (sent, most) =
        told.send_quota().map_or((0.0, 0.0), |quota| (quota.sent_last24_hours(), quota.max24_hour_send()));
    let reasons = told.suppression_attributes().map(SuppressionAttributes::suppressed_reasons).unwrap_or_default();
    Ok(Account {
        sends: told.sending_enabled(),
        is_in_production: told.production_access_enabled(),
        enforcement: told.enforcement_status().unwrap_or("HEALTHY").to_owned(),
        sent,
        most,
        suppresses: reasons.iter().map(|reason| reason.as_str().to_owned()).collect(),
    })
}

async fn identity(client: &Client, name: &str) -> Result<Identity, AwsError> {
    let told = client.get_email_identity().email_identity(name).send().await;
    let told = told.map_err(AwsError::of("GetEmailIdentity", format!("the identity {name}")))?;
    let dkim = told.dkim_attributes();
    Ok(Identity {
        is_verified: told.verified_for_sending_status(),
        is_signed: dkim.is_some_and(|dkim| dkim.signing_enabled() && dkim.status() == Some(&DkimStatus::Success)),
    })
}

fn judge_account(account: &Account, is_live: bool, findings: &mut Findings) {
    let of = "mail account";
    if !account.sends || account.enforcement == "SHUTDOWN" {
        let remedy = "read what AWS wrote about bounces and complaints; no mail goes out until it allows it again";
        findings.fail(of, "SES has paused sending", remedy);
    } else if account.enforcement != "HEALTHY" {
        let remedy = "read what AWS wrote, and mend it before sending is paused";
        findings.warn(of, format!("SES reviews it ({})", account.enforcement), remedy);
    }
    let sandbox = "it is in the sandbox: only verified recipients get mails";
    let ask = "request production access in the SES console";
    match (account.is_in_production, is_live) {
        (true, _) => findings.fine(of, "it sends to everybody"),
        (false, true) => findings.fail(of, sandbox, ask),
        (false, false) => findings.warn(of, sandbox, ask),
    }
    if account.most > 0.0 && account.sent >= account.most * 0.8 {
        let says = format!("{} of the {} mails of 24 hours are sent", account.sent, account.most);
        findings.warn("mail quota", says, "request a higher quota before it is used up");
    }
    let missing: Vec<&str> = ["BOUNCE", "COMPLAINT"]
        .into_iter()
        .filter(|reason| !account.suppresses.iter().any(|is| is == reason))
        .collect();
    if !missing.is_empty() {
        let remedy = "aws sesv2 put-account-suppression-attributes --suppressed-reasons BOUNCE COMPLAINT";
        let says = format!("addresses get more mails after a {}, which harms the sender", missing.join(" or a "));
        findings.warn("mail suppression", says, remedy);
    }
}

fn judge_sender(sender: &str, found: Option<(&str, Identity)>, findings: &mut Findings) {
    let of = "mail sender";
    match found {
        None => {
            let remedy = "aws sesv2 create-email-identity, and enter its DKIM records in the DNS";
            findings.fail(of, format!("SES knows neither {sender} nor its domain"), remedy);
        }
        Some((name, Identity { is_verified: false, .. })) => {
            let remedy = "enter the DKIM records in the DNS, or open the link in the mail that SES sent";
            findings.fail(of, format!("{name} is not verified"), remedy);
        }
        Some((name, Identity { is_signed: false, .. })) => {
            let remedy = "enter the domain's three DKIM records in the DNS";
            findings.warn(of, format!("{name} is verified, and its mails are not signed (DKIM)"), remedy);
        }
        Some((name, _)) => findings.fine(of, format!("{name} is verified, and its mails are signed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Grade;

    #[test]
    fn an_account_that_does_not_send_to_everybody_is_found() {
        let healthy = Account {
            sends: true,
            is_in_production: true,
            enforcement: "HEALTHY".to_owned(),
            sent: 10.0,
            most: 50_000.0,
            suppresses: vec!["BOUNCE".to_owned(), "COMPLAINT".to_owned()],
        };
        for (account, is_live, expected) in [
            (healthy.clone(), true, Grade::Fine),
            (Account { sends: false, ..healthy.clone() }, true, Grade::Failure),
            (Account { enforcement: "SHUTDOWN".to_owned(), ..healthy.clone() }, true, Grade::Failure),
            (Account { enforcement: "PROBATION".to_owned(), ..healthy.clone() }, true, Grade::Warning),
            (Account { is_in_production: false, ..healthy.clone() }, true, Grade::Failure),
            (Account { is_in_production: false, ..healthy.clone() }, false, Grade::Warning),
            (Account { sent: 45_000.0, ..healthy.clone() }, true, Grade::Warning),
            (Account { suppresses: vec!["BOUNCE".to_owned()], ..healthy }, true, Grade::Warning),
        ] {
            let mut findings = Findings::default();
            judge_account(&account, is_live, &mut findings);
            assert_eq!(findings.worst(), expected, "{account:?}");
        }
    }

    #[test]
    fn a_sender_is_verified_and_signed() {
        let identity = |is_verified, is_signed| Some(("shop.de", Identity { is_verified, is_signed }));
        for (found, expected) in [
            (identity(true, true), Grade::Fine),
            (identity(true, false), Grade::Warning),
            (identity(false, false), Grade::Failure),
            (None, Grade::Failure),
        ] {
            let mut findings = Findings::default();
            judge_sender("orders@shop.de", found, &mut findings);
            assert_eq!(findings.worst(), expected, "{found:?}");
        }
    }
}
