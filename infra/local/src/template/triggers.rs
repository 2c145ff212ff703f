//! What triggers a function: routes, queues, streams of tables, schedules.

use super::{EventSourceMapping, Route, StreamMapping, TemplateError, Trigger, api::Api, fields::Fields, scope::Scope};
use std::time::Duration;

/// The trigger; none if the template disables it.
pub(super) fn trigger(scope: &Scope<'_>, mut event: Fields<'_>, api: &Api) -> Result<Option<Trigger>, TemplateError> {
    let kind = event.required("Type")?;
    let mut properties = event.fields("Properties")?;
    event.finish()?;
    // A route cannot be disabled.
    let enabled = kind == "HttpApi" || is_enabled(&mut properties)?;
    let trigger = match kind.as_str() {
        "HttpApi" => Trigger::Http(route(&mut properties, api)?),
        "SQS" => Trigger::Queue(event_source(scope, &mut properties)?),
        "DynamoDB" => Trigger::Stream(stream(scope, &mut properties)?),
        "Schedule" => Trigger::Schedule(schedule(&mut properties, "Schedule")?),
        "ScheduleV2" => Trigger::Schedule(schedule(&mut properties, "ScheduleExpression")?),
        _ => {
            return Err(properties.invalid(
                "Type",
                "HttpApi, SQS, DynamoDB, Schedule or ScheduleV2",
                properties.line(),
            ));
        }
    };
    properties.finish()?;
    Ok(enabled.then_some(trigger))
}

fn is_enabled(properties: &mut Fields<'_>) -> Result<bool, TemplateError> {
    let line = properties.line();
    let state = match properties.text("State")?.as_deref() {
        None | Some("ENABLED") => true,
        Some("DISABLED") => false,
        Some(_) => return Err(properties.invalid("State", "ENABLED or DISABLED", line)),
    };
    Ok(state && properties.flag("Enabled")?.unwrap_or(true))
}

fn route(properties: &mut Fields<'_>, api: &Api) -> Result<Route, TemplateError> {
    let line = properties.line();
    let target = properties.required("ApiId")?;
    if api.id.as_ref() != Some(&target) {
        return Err(properties.invalid("ApiId", "the template's HTTP API", line));
    }
    let mut auth = properties.fields("Auth")?;
    let authorizer = match auth.text("Authorizer")? {
        None => api.default_authorizer.clone(),
        Some(none) if none == "NONE" => None,
        Some(name) if api.authorizers.contains_key(&name) => Some(name),
        Some(_) => {
            return Err(auth.invalid("Authorizer", "an authorizer of the API, or NONE", line));
        }
    };
    auth.finish()?;
    properties.fixed("PayloadFormatVersion", "2.0")?;
    Ok(Route { method: properties.required("Method")?.to_uppercase(), path: properties.required("Path")?, authorizer })
}

fn event_source(scope: &Scope<'_>, properties: &mut Fields<'_>) -> Result<EventSourceMapping, TemplateError> {
    let line = properties.line();
    let arn = properties.required("Queue")?;
    let queue = scope.queue(&arn).ok_or_else(|| properties.invalid("Queue", "the Arn of a queue", line))?;
    let mut scaling = properties.fields("ScalingConfig")?;
    let max_concurrency = scaling.number("MaximumConcurrency")?;
    scaling.finish()?;
    let response_types = properties.texts("FunctionResponseTypes")?;
    if response_types.iter().any(|kind| kind != "ReportBatchItemFailures") {
        return Err(properties.invalid("FunctionResponseTypes", "ReportBatchItemFailures", line));
    }
    Ok(EventSourceMapping {
        queue,
        // Lambda's defaults.
        batch_size: properties.number("BatchSize")?.unwrap_or(10),
        batching_window: Duration::from_secs(properties.number("MaximumBatchingWindowInSeconds")?.unwrap_or(0)),
        report_batch_item_failures: !response_types.is_empty(),
        max_concurrency,
    })
}

/// One batch at a time, from the beginning, until it is done: as the mapping is when a shard has no other readers.
fn stream(scope: &Scope<'_>, properties: &mut Fields<'_>) -> Result<StreamMapping, TemplateError> {
    let line = properties.line();
    let arn = properties.required("Stream")?;
    let table = scope.streamed_table(&arn);
    let table = table.ok_or_else(|| properties.invalid("Stream", "the StreamArn of a table", line))?;
    properties.fixed("StartingPosition", "TRIM_HORIZON")?;
    // A batch is not divided here, and it is tried until it is done.
    properties.ignore(&["BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts"]);
    // Lambda's default.
    Ok(StreamMapping { table, arn, batch_size: properties.number("BatchSize")?.unwrap_or(100) })
}

fn schedule(properties: &mut Fields<'_>, key: &str) -> Result<Duration, TemplateError> {
    let line = properties.line();
    let expression = properties.required(key)?;
    properties.ignore(&["Description", "Name"]);
    rate(&expression).ok_or_else(|| properties.invalid(key, "rate(n minutes), hours or days", line))
}

/// `rate(1 minute)`, `rate(5 hours)`.
fn rate(expression: &str) -> Option<Duration> {
    let (number, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let seconds = match unit.strip_suffix('s').unwrap_or(unit) {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number * seconds))
}
