//! Names and ARNs on this machine.

/// The region of the local services and the functions.
pub const REGION: &str = "us-east-1";
/// The account that owns all local resources.
pub const ACCOUNT: &str = "000000000000";

/// The ARN of something local: `arn("sqs", "RefundsQueue")`.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}
