//! What things are called on this machine.

/// The region that the local services and the functions say they are in.
pub const REGION: &str = "us-east-1";
/// The account that owns everything local.
pub const ACCOUNT: &str = "000000000000";

/// The ARN of something local: `arn("sqs", "RefundsQueue")`.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}
