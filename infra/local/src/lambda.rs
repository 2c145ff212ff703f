//! AWS Lambda on one machine: the deployed binaries as child processes of a Runtime API.
//!
//! Cold starts, warm reuse, freezing between events, deadlines, time-outs, crashes and concurrency are real. Memory limits
//! are not simulated. A process's access key id is its function's name, by which the services apply the
//! function's role ([`crate::services`]).

mod attempt;
mod invoke_api;
mod invoker;
mod pool;
mod process;
mod runtime_api;

use self::{
    attempt::{Attempt, End},
    pool::Pool,
    process::Process,
};
pub use self::{
    invoker::{Invoker, Remote},
    process::environment,
};
use crate::{logs::Logs, template::System};
use axum::body::Bytes;
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    net::TcpListener,
    time::{self, MissedTickBehavior, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// Lambda's limit for a synchronous event and for its answer.
pub const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;
/// How long shutdown waits for running invocations.
const GRACE: Duration = Duration::from_secs(5);

/// How functions are run.
#[derive(Debug, Clone)]
pub struct LambdaOptions {
    /// The directory with the functions' binaries.
    pub binaries: PathBuf,
    /// Concurrent processes of one function if the template sets no limit. Further callers wait.
    pub concurrency: usize,
    /// A process that has been idle for this long is stopped.
    pub keep_warm: Duration,
}

impl LambdaOptions {
    /// Ten processes of each function at most, kept warm for five minutes.
    pub fn new(binaries: &Path) -> Self {
        Self { binaries: binaries.to_owned(), concurrency: 10, keep_warm: Duration::from_mins(5) }
    }
}

/// An invocation that reached the function, whatever its outcome.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub request_id: String,
    /// The function's answer, or `{"errorType", "errorMessage"}` if it failed.
    pub payload: Bytes,
    /// Whether the function failed: by a returned error, a time-out or a crash.
    pub function_error: bool,
    /// Initialization and duration, rounded up to a millisecond.
    pub billed: Duration,
    /// Whether the invocation started a new process.
    pub cold: bool,
}

/// Why an invocation did not reach the function.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    #[error("there is no function `{0}` in the template")]
    UnknownFunction(String),
    #[error("`{0}` runs as often at the same time as the template allows; try again later")]
    Throttled(String),
    #[error("the event has {0} bytes; Lambda takes 6 MB")]
    PayloadTooLarge(usize),
    #[error("cannot start {binary}: {source}; build the functions first (`cargo build --workspace --bins`)")]
    Start {
        binary: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the functions at {endpoint} do not answer: {source}")]
    Remote {
        endpoint: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the local stack is stopping")]
    Stopping,
}

/// A function's counters since the stack started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    pub invocations: u64,
    /// Invocations that ended in a function error.
    pub errors: u64,
    pub cold_starts: u64,
    pub billed: Duration,
}

/// The functions. Clones share them.
#[derive(Clone)]
pub struct Lambda {
    inner: Arc<Inner>,
}

struct Inner {
    pools: BTreeMap<String, Pool>,
    /// Logical id → name.
    aliases: HashMap<String, String>,
    /// Every live process, by id.
    processes: Mutex<HashMap<Arc<str>, Arc<Process>>>,
    started: AtomicU64,
    options: LambdaOptions,
    runtime_api: SocketAddr,
    logs: Logs,
    /// Cancelled when no new invocation may start.
    stopping: CancellationToken,
    /// Cancelled when all processes and servers must stop.
    stopped: CancellationToken,
    invocations: TaskTracker,
    background: TaskTracker,
}

impl Lambda {
    /// Starts the Runtime API on a free port. A function's first process starts with its first invocation.
    pub async fn start(system: &System, options: LambdaOptions, logs: Logs) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let functions = system.functions.values();
        let inner = Arc::new(Inner {
            pools: functions
                .clone()
                .map(|function| {
                    (function.name.clone(), Pool::new(function.clone(), &options.binaries, options.concurrency))
                })
                .collect(),
            aliases: functions.map(|function| (function.logical_id.clone(), function.name.clone())).collect(),
            processes: Mutex::default(),
            started: AtomicU64::new(0),
            runtime_api: listener.local_addr()?,
            options,
            logs,
            stopping: CancellationToken::new(),
            stopped: CancellationToken::new(),
            invocations: TaskTracker::new(),
            background: TaskTracker::new(),
        });
        let lambda = Self { inner };
        lambda.serve(listener, runtime_api::router(lambda.clone()));
        lambda.stop_idle_processes();
        Ok(lambda)
    }

    /// Serves Lambda's Invoke API, for `aws lambda invoke --endpoint-url` and the SDKs.
    pub fn serve_invoke_api(&self, listener: TcpListener) {
        self.serve(listener, invoke_api::router(self.clone()));
    }

    /// Invokes a function, named by its binary or its logical id, and waits for its answer.
    pub async fn invoke(&self, function: &str, payload: impl Into<Bytes>) -> Result<Invocation, InvokeError> {
        self.invoke_traced(function, payload, &new_trace()).await
    }

    /// Invokes a function within a trace (the value of an `X-Amzn-Trace-Id` header).
    ///
    /// The invocation runs to its end even if the caller stops waiting, as on AWS.
    pub async fn invoke_traced(
        &self,
        function: &str,
        payload: impl Into<Bytes>,
        trace: &str,
    ) -> Result<Invocation, InvokeError> {
        let payload = payload.into();
        if payload.len() > PAYLOAD_LIMIT {
            return Err(InvokeError::PayloadTooLarge(payload.len()));
        }
        let pool = self.pool(function).ok_or_else(|| InvokeError::UnknownFunction(function.to_owned()))?;
        let (name, trace) = (pool.function.name.clone(), trace.to_owned());
        let lambda = self.clone();
        let run = self.inner.invocations.spawn(async move { lambda.run(&name, payload, trace).await });
        run.await.unwrap_or(Err(InvokeError::Stopping))
    }

    pub(crate) fn logs(&self) -> &Logs {
        &self.inner.logs
    }

    /// The counters of every function, by name.
    pub fn counters(&self) -> BTreeMap<String, Counters> {
        self.inner.pools.iter().map(|(name, pool)| (name.clone(), pool.counters())).collect()
    }

    /// Kills every process of a function (SIGKILL), busy or idle, and returns their number.
    pub fn kill(&self, function: &str) -> usize {
        let Some(pool) = self.pool(function) else {
            return 0;
        };
        let name = &pool.function.name;
        let processes = self.processes();
        let of_function = processes.values().filter(|process| *process.function == **name);
        of_function.map(|process| process.kill()).count()
    }

    /// Runs a function's binary of another directory from now on, if there is such a function.
    pub fn deploy(&self, function: &str, binaries: &Path) {
        if let Some(pool) = self.pool(function) {
            pool.deploy(binaries);
        }
    }

    /// Waits for running invocations (five seconds at most), then stops every process.
    pub async fn shutdown(&self) {
        self.inner.stopping.cancel();
        self.inner.invocations.close();
        let _ = timeout(GRACE, self.inner.invocations.wait()).await;
        // The order matters: a process that starts now is either in the list already or sees the cancellation.
        self.inner.stopped.cancel();
        for process in self.processes().values() {
            process.kill();
        }
        self.inner.background.close();
        self.inner.background.wait().await;
    }

    /// Runs one event on an idle process or on a new one.
    async fn run(&self, function: &str, payload: Bytes, trace: String) -> Result<Invocation, InvokeError> {
        let pool = self.pool(function).ok_or_else(|| InvokeError::UnknownFunction(function.to_owned()))?;
        let _slot = tokio::select! {
            biased;
            () = self.inner.stopping.cancelled() => return Err(InvokeError::Stopping),
            slot = pool.slot() => slot.ok_or_else(|| InvokeError::Throttled(function.to_owned()))?,
        };
        let request_id = Uuid::new_v4().to_string();
        let logs = &self.inner.logs;
        let attempt = Attempt { function: &pool.function, request_id: &request_id, payload, trace: &trace, logs };
        loop {
            let started = Instant::now();
            let (cold, process) = match pool.take_idle() {
                Some(process) => (false, process),
                None => (true, self.start_process(pool)?),
            };
            let end = attempt.on(&process, cold).await;
            if matches!(end, End::NeverTaken) && !cold {
                continue; // The process died while it was idle; no work was done.
            }
            if !process.has_ended() {
                pool.put_idle(process);
            }
            let billed = ceil_to_millis(started.elapsed());
            let (payload, function_error) = attempt.payload(end);
            pool.count(function_error, cold, billed);
            return Ok(Invocation { request_id, payload, function_error, billed, cold });
        }
    }

    fn start_process(&self, pool: &Pool) -> Result<Arc<Process>, InvokeError> {
        let (function, binaries) = (&pool.function, pool.binaries());
        let number = self.inner.started.fetch_add(1, Ordering::Relaxed) + 1;
        let id: Arc<str> = format!("{}-{number}", function.name).into();
        let runtime_api = self.inner.runtime_api.to_string();
        // A release build may ask for its first event before `Process::start` returns. Holding the lock makes that
        // request wait until the process is registered.
        let mut processes = self.processes();
        let (process, watcher) = Process::start(Arc::clone(&id), function, &binaries, &runtime_api, &self.inner.logs)?;
        processes.insert(Arc::clone(&id), Arc::clone(&process));
        drop(processes);
        let lambda = self.clone();
        self.inner.background.spawn(async move {
            let _ = watcher.await;
            lambda.processes().remove(&id);
        });
        if self.inner.stopped.is_cancelled() {
            process.kill();
        }
        Ok(process)
    }

    fn stop_idle_processes(&self) {
        let (lambda, keep_warm) = (self.clone(), self.inner.options.keep_warm);
        self.inner.background.spawn(async move {
            let mut tick = time::interval(keep_warm.div_f32(4.0));
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while lambda.inner.stopped.run_until_cancelled(tick.tick()).await.is_some() {
                for pool in lambda.inner.pools.values() {
                    pool.take_idle_for(keep_warm).iter().for_each(|process| process.kill());
                }
            }
        });
    }

    fn serve(&self, listener: TcpListener, router: axum::Router) {
        let stopped = self.inner.stopped.clone();
        self.inner.background.spawn(async move {
            stopped.run_until_cancelled(async { axum::serve(listener, router).await }).await;
        });
    }

    fn pool(&self, function: &str) -> Option<&Pool> {
        let name = self.inner.aliases.get(function).map_or(function, String::as_str);
        self.inner.pools.get(name)
    }

    fn process(&self, id: &str) -> Option<Arc<Process>> {
        self.processes().get(id).cloned()
    }

    fn processes(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Process>>> {
        self.inner.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A new trace in the form of an `X-Amzn-Trace-Id` header.
pub fn new_trace() -> String {
    let random = Uuid::new_v4().simple().to_string();
    let (parent, _) = random.split_at(16);
    let root = &Uuid::new_v4().simple().to_string()[..24];
    format!("Root=1-{:08x}-{root};Parent={parent};Sampled=1", Timestamp::now().as_second())
}

fn ceil_to_millis(duration: Duration) -> Duration {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}
