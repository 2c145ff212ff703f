//! Schedules: functions invoked at a rate, with the event that EventBridge sends.

use crate::{
    lambda::{InvokeError, Invoker},
    template::{ACCOUNT, Function, REGION, System, Trigger},
};
use jiff::Timestamp;
use serde_json::json;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// Runs every schedule of the template until `stop` is cancelled. The first run comes after one period, as on AWS. A
/// run that takes longer than a period delays the next one.
pub(crate) fn start(system: &System, invoker: &Invoker, stop: &CancellationToken, tasks: &TaskTracker) {
    for function in system.functions.values() {
        for trigger in &function.triggers {
            if let Trigger::Schedule(period) = trigger {
                tasks.spawn(run(function.clone(), *period, invoker.clone(), stop.clone()));
            }
        }
    }
}

async fn run(function: Function, period: Duration, invoker: Invoker, stop: CancellationToken) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await; // The first tick comes at once.
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = run_once(&function, &invoker).await {
            tracing::error!(function = function.name, %error, "a scheduled run did not start");
        }
    }
}

/// Invokes a function as its schedule would. The function's log has its error; the next run is not affected.
pub(crate) async fn run_once(function: &Function, invoker: &Invoker) -> Result<(), InvokeError> {
    let event = json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{}", function.logical_id)],
        "detail": {},
    });
    invoker.invoke(function, event.to_string().into_bytes()).await?;
    Ok(())
}
