//! Looks whether a deployment is set up as it must be: what takes money, sends mails, tells people and limits the whole, from end to
//! end.

mod adyen;
mod alarms;
mod capacity;
mod mail;
mod providers;
mod secrets;
mod setup;
mod stripe;
mod tables;

use crate::{AwsError, Deployment};
use runtime::Aws;
use std::{fmt, time::Duration};

/// How long a request to other services than AWS may take.
const TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    Fine,
    /// It works, and will not for ever or not for everybody.
    Warning,
    /// Money, goods or mails are lost or stand still.
    Failure,
}

/// What was looked at, and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub grade: Grade,
    /// `secret StripeApiKey`, `mail sender`.
    pub of: String,
    pub says: String,
    /// What to do about it. None: nothing.
    pub remedy: Option<String>,
}

/// All findings, in the order in which things were looked at.
#[derive(Debug, Clone, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, grade: Grade, of: &str, says: String, remedy: Option<&str>) {
        self.0.push(Finding { grade, of: of.to_owned(), says, remedy: remedy.map(str::to_owned) });
    }

    fn fine(&mut self, of: &str, says: impl Into<String>) {
        self.add(Grade::Fine, of, says.into(), None);
    }

    fn warn(&mut self, of: &str, says: impl Into<String>, remedy: &str) {
        self.add(Grade::Warning, of, says.into(), Some(remedy));
    }

    fn fail(&mut self, of: &str, says: impl Into<String>, remedy: &str) {
        self.add(Grade::Failure, of, says.into(), Some(remedy));
    }

    /// What could not be looked at is no reason to look at nothing else.
    fn unknown(&mut self, of: &str, error: &AwsError) {
        self.warn(of, format!("it could not be looked at: {error}"), "look yourself, or use credentials that may");
    }

    pub fn all(&self) -> &[Finding] {
        &self.0
    }

    pub fn worst(&self) -> Grade {
        self.0.iter().map(|finding| finding.grade).max().unwrap_or(Grade::Fine)
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Finding { grade, of, says, remedy } in &self.0 {
            let mark = match grade {
                Grade::Fine => "ok     ",
                Grade::Warning => "WARNING",
                Grade::Failure => "FAILURE",
            };
            writeln!(f, "{mark}  {of}: {says}")?;
            if let Some(remedy) = remedy {
                writeln!(f, "         → {remedy}")?;
            }
        }
        let count = |grade| self.0.iter().filter(|finding| finding.grade == grade).count();
        match (count(Grade::Failure), count(Grade::Warning)) {
            (0, 0) => writeln!(f, "\nEverything that was looked at is as it must be."),
            (failures, warnings) => writeln!(f, "\n{failures} failures, {warnings} warnings."),
        }
    }
}

/// Whether a shop takes real money.
fn is_live(deployment: &Deployment) -> bool {
    deployment.parameters.get("Livemode").is_none_or(|live| live == "true")
}

/// Looks at everything. Nothing is changed.
pub async fn examine(aws: &Aws, deployment: &Deployment) -> Findings {
    let mut findings = Findings::default();
    let web = aws.web(TIMEOUT);
    setup::examine(aws, &web, deployment, &mut findings).await;
    tables::examine(aws, deployment, &mut findings).await;
    let secrets = secrets::examine(aws, deployment, &mut findings).await;
    let is_rehearsal = aws.config().endpoint_url().is_some();
    providers::examine(deployment, is_rehearsal, &mut findings);
    adyen::examine(&web, deployment, &secrets, is_rehearsal, &mut findings).await;
    if deployment.parameters.get("UseStripe").is_none_or(|used| used == "true") {
        stripe::examine(&web, deployment, &secrets, &mut findings).await;
    }
    mail::examine(aws, deployment, &mut findings).await;
    alarms::examine(aws, deployment, &mut findings).await;
    capacity::examine(aws, &web, deployment, &mut findings).await;
    findings
}
