//! One function process: the binary that is deployed, with Lambda's environment.

use super::InvokeError;
use crate::{
    logs::{Line, Logs, Stream},
    template::{ACCOUNT, Function, REGION},
};
use axum::body::Bytes;
use jiff::Timestamp;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// How long a dead process's pipes may stay open (a grandchild may hold them).
const PIPES_AFTER_EXIT: Duration = Duration::from_secs(1);

/// One event on its way to a function process.
pub(super) struct Work {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) deadline: SystemTime,
    pub(super) trace: String,
    pub(super) answer: oneshot::Sender<Reply>,
}

/// What the process posted for an event.
pub(super) enum Reply {
    Response(Bytes),
    Error(Bytes),
}

/// A running function process, as the rest of the stack sees it.
pub(super) struct Process {
    /// Such as `order-intake-3`; never reused.
    pub(super) id: Arc<str>,
    pub(super) function: Arc<str>,
    /// The directory of its binary.
    pub(super) binaries: PathBuf,
    pub(super) arn: String,
    pub(super) inbox: tokio::sync::Mutex<mpsc::Receiver<Work>>,
    /// None if it ended as it started.
    pid: Option<Pid>,
    work: mpsc::Sender<Work>,
    current: Mutex<Option<(String, oneshot::Sender<Reply>)>>,
    ready: watch::Sender<bool>,
    ended: watch::Receiver<Option<String>>,
    kill: CancellationToken,
}

impl Process {
    /// Starts the binary. The returned task ends after the process has exited and its last line is logged.
    pub(super) fn start(
        id: Arc<str>,
        function: &Function,
        binaries: &Path,
        runtime_api: &str,
        logs: &Logs,
    ) -> Result<(Arc<Self>, JoinHandle<()>), InvokeError> {
        let binary = binaries.join(&function.name);
        let mut child = Command::new(&binary)
            .env_clear()
            .envs(environment(function, &id, binaries))
            .env("AWS_LAMBDA_RUNTIME_API", format!("http://{runtime_api}/{id}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            // Ctrl-C in the terminal is for the stack, which first lets running invocations finish.
            .process_group(0)
            .spawn()
            .map_err(|source| InvokeError::Start { binary, source })?;

        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let name: Arc<str> = function.name.as_str().into();
        let capture =
            |stream| Capture { function: Arc::clone(&name), instance: Arc::clone(&id), stream, logs: logs.clone() };
        let stdout = child.stdout.take().map(|pipe| tokio::spawn(capture(Stream::Stdout).run(pipe)));
        let stderr = child.stderr.take().map(|pipe| tokio::spawn(capture(Stream::Stderr).run(pipe)));

        let (work, inbox) = mpsc::channel(1);
        let (end, ended) = watch::channel(None);
        let kill = CancellationToken::new();
        let process = Arc::new(Self {
            id,
            arn: format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"),
            function: name,
            binaries: binaries.to_owned(),
            inbox: tokio::sync::Mutex::new(inbox),
            pid,
            work,
            current: Mutex::new(None),
            ready: watch::Sender::new(false),
            ended,
            kill: kill.clone(),
        });
        let watcher = tokio::spawn(async move {
            let status = wait_or_kill(&mut child, &kill).await;
            for reader in [stdout, stderr].into_iter().flatten() {
                let _ = timeout(PIPES_AFTER_EXIT, reader).await;
            }
            end.send_replace(Some(status));
        });
        Ok((process, watcher))
    }

    /// Queues an event. The process takes it with its next call of `/next`.
    pub(super) async fn send(&self, work: Work) {
        // Cannot fail: the receiver lives as long as `self`.
        let _ = self.work.send(work).await;
    }

    /// Records that the process has taken an event, so that its answer finds the caller.
    pub(super) fn took(&self, request_id: String, answer: oneshot::Sender<Reply>) {
        *self.lock_current() = Some((request_id, answer));
    }

    /// Passes an answer to the caller. False if the process is not working on this event.
    pub(super) fn answered(&self, request_id: &str, answer: Reply) -> bool {
        match self.lock_current().take_if(|(current, _)| current == request_id) {
            // The caller may have stopped waiting; the process is not at fault.
            Some((_, caller)) => {
                let _ = caller.send(answer);
                true
            }
            None => false,
        }
    }

    /// Whether the process has taken the event, and so may have done part of the work.
    pub(super) fn has_taken(&self, request_id: &str) -> bool {
        self.lock_current().as_ref().is_some_and(|(current, _)| current == request_id)
    }

    pub(super) fn is_ready(&self) {
        self.ready.send_replace(true);
    }

    /// Resolves at the first call of `/next`, when initialization is complete.
    pub(super) async fn ready(&self) {
        // Cannot fail: the sender is in `self`.
        let _ = self.ready.subscribe().wait_for(|ready| *ready).await;
    }

    /// Resolves when the process has ended, with its exit status: `exit status: 1`.
    pub(super) async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(status) => status.clone().unwrap_or_default(),
            Err(_) => "stopped with the local stack".to_owned(),
        }
    }

    /// Whether it has ended, also if nobody has been told yet: its open request for work would take an event with it.
    pub(super) fn has_ended(&self) -> bool {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let is_running = |pid| matches!(waitid(WaitId::Pid(pid), look), Ok(None));
        self.ended.borrow().is_some() || !self.pid.is_some_and(is_running)
    }

    /// Stops the process where it is, as Lambda does between two events. If the stack dies, the system continues and ends it
    /// (SIGHUP), since its process group is orphaned.
    pub(super) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    pub(super) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        // This fails only if the process has already ended.
        let _ = self.pid.filter(|_| !self.has_ended()).map(|pid| kill_process(pid, signal));
    }

    /// Kills the process (SIGKILL), busy, idle or frozen.
    pub(super) fn kill(&self) {
        self.kill.cancel();
    }

    fn lock_current(&self) -> std::sync::MutexGuard<'_, Option<(String, oneshot::Sender<Reply>)>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn wait_or_kill(child: &mut Child, kill: &CancellationToken) -> String {
    let status = tokio::select! {
        status = child.wait() => status,
        () = kill.cancelled() => {
            // This fails only if the process has already ended.
            let _ = child.start_kill();
            child.wait().await
        }
    };
    status.map_or_else(|error| error.to_string(), |status: ExitStatus| status.to_string())
}

/// The environment that Lambda gives to a custom runtime. Of the developer's own environment only `PATH` is kept.
pub fn environment(function: &Function, instance: &str, binaries: &Path) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = function
        .environment
        .iter()
        // The variable names a file of Lambda's image. If this machine has no such file, it is left out: a missing file
        // would fail.
        .filter(|(name, value)| *name != "SSL_CERT_FILE" || Path::new(value).exists())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let group = format!("/aws/lambda/{}", function.name);
    let memory = function.memory_mb.to_string();
    let task_root = binaries.display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let standard = [
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.as_str()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", instance),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        // The services use it to find the role that a request is checked against.
        ("AWS_ACCESS_KEY_ID", function.name.as_str()),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_SESSION_TOKEN", "test"),
        ("LAMBDA_TASK_ROOT", &task_root),
        ("_HANDLER", "bootstrap"),
        ("TZ", ":UTC"),
        ("LANG", "en_US.UTF-8"),
        ("PATH", &path),
    ];
    variables.extend(standard.map(|(name, value)| (name.to_owned(), value.to_owned())));
    variables
}

/// Copies what a process prints into the logs, line by line.
struct Capture {
    function: Arc<str>,
    instance: Arc<str>,
    stream: Stream,
    logs: Logs,
}

impl Capture {
    async fn run(self, pipe: impl AsyncRead + Unpin) {
        let mut lines = BufReader::new(pipe).split(b'\n');
        while let Ok(Some(line)) = lines.next_segment().await {
            self.logs.push(Line {
                time: Timestamp::now(),
                function: Arc::clone(&self.function),
                instance: Arc::clone(&self.instance),
                stream: self.stream,
                text: String::from_utf8_lossy(&line).into_owned(),
            });
        }
    }
}
