//! The queues that chain the functions.
//!
//! A message carries only names: which item owes what. No customer data is ever in a queue, a dead-letter queue or a
//! log line.

use domain::{
    duty::{Duty, OwedDuty, Subject},
    ids::OrderId,
};
use serde::{Deserialize, Serialize};

/// The message on a queue: `{"v":1,"subject":"order/ord_…/state","duty":"stock-deduction"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    v: Version,
    /// The item that owes the duty.
    pub subject: Subject,
    pub duty: Duty,
    /// The X-Ray trace in which the duty became owed. A failure is logged with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

/// The message format. A message of another format is refused, and goes to the dead-letter queue after its retries. It
/// is redriven from there when a version that knows the format is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
struct Version;

impl TryFrom<u8> for Version {
    type Error = String;

    fn try_from(v: u8) -> Result<Self, String> {
        if v == 1 { Ok(Self) } else { Err(format!("message version {v} is not known here")) }
    }
}

impl From<Version> for u8 {
    fn from(_: Version) -> Self {
        1
    }
}

/// The form in logs: the subject and its duty.
impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.subject, self.duty)
    }
}

impl Message {
    /// The order whose item owes the duty. None: something else owes it.
    pub fn order(&self) -> Option<&OrderId> {
        match &self.subject {
            Subject::OrderItem(order, _) => Some(order),
            Subject::Payment(_)
            | Subject::Digest
            | Subject::Provider(_)
            | Subject::Channel(_)
            | Subject::ChannelOrder(..)
            | Subject::Listing(..) => None,
        }
    }

    pub fn new(owing: &OwedDuty) -> Self {
        let OwedDuty { subject, duty } = owing.clone();
        // The Lambda runtime keeps the trace of the current invocation here.
        let trace = std::env::var("_X_AMZN_TRACE_ID").ok();
        Self { v: Version, subject, duty, trace }
    }
}
