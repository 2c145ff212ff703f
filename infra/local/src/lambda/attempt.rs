//! One attempt to run an event in a process, and its possible outcomes.

use super::{
    PAYLOAD_LIMIT,
    process::{Process, Reply, Work},
};
use crate::{
    logs::{Line, Logs, Stream},
    template::Function,
};
use axum::body::Bytes;
use jiff::Timestamp;
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{sync::oneshot, time::sleep};

/// Lambda's limit for initialization.
const INIT_LIMIT: Duration = Duration::from_secs(10);
/// How many of a dead process's last lines its error repeats.
const LAST_LINES: usize = 10;

/// The outcome of one attempt.
pub(super) enum End {
    Answered(Reply),
    TimedOut,
    InitTimedOut,
    /// The process ended during the event or during its initialization.
    Exited {
        status: String,
        last_lines: Vec<String>,
    },
    /// The process ended before it took the event.
    NeverTaken,
}

/// One event and its context.
pub(super) struct Attempt<'a> {
    pub(super) function: &'a Function,
    pub(super) request_id: &'a str,
    pub(super) payload: Bytes,
    pub(super) trace: &'a str,
    pub(super) logs: &'a Logs,
}

impl Attempt<'_> {
    /// Hands the event to a process and waits for the outcome. Kills a process that exceeds its time limit.
    pub(super) async fn on(&self, process: &Process, cold: bool) -> End {
        if cold {
            let initialized = tokio::select! {
                biased;
                () = process.ready() => None,
                status = process.ended() => Some(self.exited(process, status)),
                () = sleep(INIT_LIMIT) => Some(End::InitTimedOut),
            };
            if let Some(failure) = initialized {
                return self.report(process, failure).await;
            }
        }
        let limit = self.function.timeout;
        let (answer, answered) = oneshot::channel();
        let work = Work {
            request_id: self.request_id.to_owned(),
            payload: self.payload.clone(),
            deadline: SystemTime::now() + limit,
            trace: self.trace.to_owned(),
            answer,
        };
        process.send(work).await;
        let end = tokio::select! {
            biased;
            Ok(answer) = answered => End::Answered(answer),
            status = process.ended() => {
                if process.has_taken(self.request_id) { self.exited(process, status) } else { End::NeverTaken }
            }
            () = sleep(limit) => End::TimedOut,
        };
        self.report(process, end).await
    }

    fn exited(&self, process: &Process, status: String) -> End {
        End::Exited { status, last_lines: self.logs.tail(&process.id, LAST_LINES) }
    }

    /// Kills a process that exceeded its time limit, and logs the outcome under the function's name.
    async fn report(&self, process: &Process, end: End) -> End {
        if matches!(end, End::TimedOut | End::InitTimedOut) {
            process.kill();
            process.ended().await;
        }
        // A process that never took the event did not affect it, and its last lines are already in the log.
        let error = self.error(&end).filter(|_| !matches!(end, End::NeverTaken));
        if let Some(PlatformError { message, .. }) = error {
            self.logs.push(Line {
                time: Timestamp::now(),
                function: Arc::clone(&process.function),
                instance: Arc::clone(&process.id),
                stream: Stream::Platform,
                text: message.lines().next().unwrap_or_default().to_owned(),
            });
        }
        end
    }

    /// What the caller gets, and whether it is an error.
    pub(super) fn payload(&self, end: End) -> (Bytes, bool) {
        if let Some(error) = self.error(&end) {
            let body = json!({ "errorType": error.kind, "errorMessage": error.message });
            return (body.to_string().into(), true);
        }
        match end {
            End::Answered(Reply::Error(payload)) => (payload, true),
            End::Answered(Reply::Response(payload)) => (payload, false),
            _ => (Bytes::new(), true),
        }
    }

    /// Lambda's own error for an attempt, in Lambda's words.
    fn error(&self, end: &End) -> Option<PlatformError> {
        let id = self.request_id;
        let (kind, message) = match end {
            End::Answered(Reply::Response(payload)) if payload.len() > PAYLOAD_LIMIT => (
                "Function.ResponseSizeTooLarge",
                format!(
                    "RequestId: {id} Error: Response payload size ({} bytes) exceeded maximum allowed payload size \
                     ({PAYLOAD_LIMIT} bytes).",
                    payload.len()
                ),
            ),
            End::Answered(_) => return None,
            End::TimedOut => (
                "Sandbox.Timedout",
                format!(
                    "RequestId: {id} Error: Task timed out after {:.2} seconds",
                    self.function.timeout.as_secs_f64()
                ),
            ),
            End::InitTimedOut => (
                "Sandbox.Timedout",
                format!("RequestId: {id} Error: Initialization took longer than {} seconds", INIT_LIMIT.as_secs()),
            ),
            End::Exited { status, last_lines } => {
                let mut message = format!("RequestId: {id} Error: Runtime exited with error: {status}");
                for line in last_lines {
                    message.push_str("\n  ");
                    message.push_str(line);
                }
                ("Runtime.ExitError", message)
            }
            End::NeverTaken => {
                ("Runtime.ExitError", format!("RequestId: {id} Error: Runtime exited before it took the event"))
            }
        };
        Some(PlatformError { kind, message })
    }
}

struct PlatformError {
    kind: &'static str,
    message: String,
}
