//! Queues.

use super::{Queue, Redrive, TemplateError, fields::Fields, resource::Resource, scope::Scope};
use std::time::Duration;

pub(super) fn read(scope: &Scope<'_>, resource: &Resource<'_>) -> Result<Queue, TemplateError> {
    let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
    fields.ignore(&["SqsManagedSseEnabled", "Tags"]);
    let mut policy = fields.fields("RedrivePolicy")?;
    let redrive = if policy.is_empty() {
        None
    } else {
        let arn = policy.required("deadLetterTargetArn")?;
        let max_receive_count = policy.number("maxReceiveCount")?.ok_or_else(|| policy.missing("maxReceiveCount"))?;
        let dead_letters = scope
            .queue(&arn)
            .ok_or_else(|| policy.invalid("deadLetterTargetArn", "the Arn of a queue", policy.line()))?;
        Some(Redrive { dead_letters, max_receive_count })
    };
    policy.finish()?;
    // SQS's own defaults: 30 seconds, four days.
    let visibility_timeout = Duration::from_secs(fields.number("VisibilityTimeout")?.unwrap_or(30));
    let retention = Duration::from_secs(fields.number("MessageRetentionPeriod")?.unwrap_or(345_600));
    fields.finish()?;
    Ok(Queue { name: resource.id.to_owned(), visibility_timeout, retention, redrive })
}
