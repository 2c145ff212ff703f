//! The triggers that invoke functions without a caller: queue and stream mappings, and schedules.

use crate::{
    event_source::{self, Retry},
    lambda::Invoker,
    schedule,
    services::{Sqs, Streams},
    stream_source,
    template::System,
};
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long shutdown waits for running batches, schedules and requests.
const GRACE: Duration = Duration::from_secs(5);

/// The running triggers of a system.
#[derive(Debug, Default)]
pub struct Triggers {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Triggers {
    /// Polls every queue that a function is mapped to.
    pub fn start_queues(&self, system: &System, sqs: &Sqs, invoker: &Invoker, retry: Retry) {
        event_source::start(system, sqs, invoker, retry, &self.stop, &self.tasks);
    }

    /// Reads every stream that a function is mapped to.
    pub fn start_streams(&self, system: &System, streams: &Streams, invoker: &Invoker) {
        stream_source::start(system, streams, invoker, &self.stop, &self.tasks);
    }

    /// Runs every schedule.
    pub fn start_schedules(&self, system: &System, invoker: &Invoker) {
        schedule::start(system, invoker, &self.stop, &self.tasks);
    }

    /// Runs a task that ends on its own soon after the token is cancelled.
    pub(crate) fn spawn<F: Future<Output = ()> + Send + 'static>(&self, task: impl FnOnce(CancellationToken) -> F) {
        self.tasks.spawn(task(self.stop.clone()));
    }

    /// Starts nothing more, and waits for what is running: five seconds at most.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        let _ = timeout(GRACE, self.tasks.wait()).await;
    }
}
