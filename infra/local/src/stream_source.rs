//! Lambda's event source mappings for the streams of tables:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html>.
//!
//! A table has one shard here. Its records come in order, one batch at a time. A batch that fails comes again until it does not.

use crate::{
    lambda::Invoker,
    services::Streams,
    template::{Function, StreamMapping, System, Trigger},
};
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Lambda looks at a shard four times a second.
pub const POLL: Duration = Duration::from_millis(250);
/// The pause after a batch that failed.
const REST: Duration = Duration::from_secs(1);

/// Reads every stream that a function is mapped to, until `stop` is cancelled.
pub(crate) fn start(
    system: &System,
    streams: &Streams,
    invoker: &Invoker,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) {
    for function in system.functions.values() {
        for trigger in &function.triggers {
            if let Trigger::Stream(mapping) = trigger {
                let (streams, invoker, function) = (streams.clone(), invoker.clone(), function.clone());
                let (mapping, stop) = (mapping.clone(), stop.clone());
                tasks.spawn(async move { run(&streams, &invoker, &function, &mapping, &stop).await });
            }
        }
    }
}

async fn run(
    streams: &Streams,
    invoker: &Invoker,
    function: &Function,
    mapping: &StreamMapping,
    stop: &CancellationToken,
) {
    while !stop.is_cancelled() {
        let batch = streams.read(&mapping.table, &function.name, mapping.batch_size);
        if batch.records.is_empty() {
            stop.run_until_cancelled(sleep(POLL)).await;
            continue;
        }
        let event = json!({ "Records": batch.records }).to_string().into_bytes();
        match invoker.invoke(function, event).await {
            Ok(answer) if !answer.function_error => streams.done(&mapping.table, &function.name, &batch),
            Ok(_) => {
                tracing::error!(function = function.name, "a batch of changes failed, and comes again");
                stop.run_until_cancelled(sleep(REST)).await;
            }
            Err(error) => {
                tracing::error!(function = function.name, %error, "a batch of changes was not delivered");
                stop.run_until_cancelled(sleep(REST)).await;
            }
        }
    }
}
