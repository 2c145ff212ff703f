//! A Runtime API for one process at a time, which measures with the clock and `/proc`.

use crate::{
    error::BenchError,
    processes::{cpu_of, peak_mb},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use orderly_local::{lambda::environment, template::Function};
use serde_json::Value;
use std::{
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::{net::TcpListener, process::Command, sync::oneshot, time::timeout};

/// How long a function may take to start, or to answer.
const PATIENCE: Duration = Duration::from_secs(20);

const CERTIFICATES: &str = "SSL_CERT_FILE";
/// The bundle's path on Linux distributions: Debian, Fedora, Alpine.
const BUNDLES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// The measurements of one start.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub next_cpu_ms: f64,
    pub next_wall_ms: f64,
    pub first_cpu_ms: f64,
    pub first_wall_ms: f64,
    pub peak_mb: f64,
}

/// The Runtime API.
pub struct Watch {
    address: String,
    current: Shared,
}

type Shared = Arc<Mutex<Option<Current>>>;

/// The process being started.
struct Current {
    ready: Option<oneshot::Sender<Instant>>,
    event: Option<oneshot::Receiver<Bytes>>,
    answered: Option<oneshot::Sender<(Instant, Result<(), String>)>>,
}

impl Watch {
    pub async fn serve() -> Result<Self, BenchError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(BenchError::io("the Runtime API"))?;
        let address = listener.local_addr().map_err(BenchError::io("the Runtime API"))?.to_string();
        let current = Shared::default();
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(Arc::clone(&current));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, current })
    }

    /// Starts a function, hands it one event and kills it.
    pub async fn start(&self, function: &Function, binaries: &Path, event: Value) -> Result<Start, BenchError> {
        let (ready, is_ready) = oneshot::channel();
        let (hand_over, handed) = oneshot::channel();
        let (answered, is_answered) = oneshot::channel();
        let current = Current { ready: Some(ready), event: Some(handed), answered: Some(answered) };
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(current);
        let late = |what: &str| BenchError::Odd(format!("{} did not {what}", function.name));

        let mut command = Command::new(binaries.join(&function.name));
        command
            .env_clear()
            .envs(environment(function, "bench", binaries))
            .envs(bundle(function))
            .env("AWS_LAMBDA_RUNTIME_API", &self.address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let begin = Instant::now();
        let mut child = command.spawn().map_err(BenchError::io(format!("cannot start {}", function.name)))?;
        let ready = timeout(PATIENCE, is_ready).await.ok().and_then(Result::ok).ok_or_else(|| late("start"))?;
        let pid = child.id().ok_or_else(|| late("stay"))?;
        let directory = Path::new("/proc").join(pid.to_string());
        let next_cpu_ms = cpu_of(&directory);

        let handed = Instant::now();
        let _ = hand_over.send(Bytes::from(event.to_string()));
        let answer = timeout(PATIENCE, is_answered).await.ok().and_then(Result::ok).ok_or_else(|| late("answer"))?;
        let (answered, outcome) = answer;
        outcome.map_err(|error| BenchError::Odd(format!("{} failed: {error}", function.name)))?;
        let start = Start {
            next_cpu_ms,
            next_wall_ms: millis(ready - begin),
            first_cpu_ms: cpu_of(&directory) - next_cpu_ms,
            first_wall_ms: millis(answered - handed),
            peak_mb: peak_mb(pid),
        };
        child.kill().await.map_err(BenchError::io(format!("cannot stop {}", function.name)))?;
        Ok(start)
    }
}

/// The variable that names this machine's root certificates, if the template's path does not exist here. Without it a
/// machine that has them elsewhere would read a whole directory and be slower.
fn bundle(function: &Function) -> Option<(&'static str, &'static str)> {
    let named = function.environment.get(CERTIFICATES).filter(|file| !Path::new(file).exists());
    named.and(BUNDLES.into_iter().find(|file| Path::new(file).exists())).map(|file| (CERTIFICATES, file))
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

async fn next(State(current): State<Shared>) -> Response {
    let at = Instant::now();
    let event = current.lock().unwrap_or_else(PoisonError::into_inner).as_mut().and_then(|current| {
        let _ = current.ready.take()?.send(at);
        current.event.take()
    });
    // There is only one event, so the second call waits until the process is killed.
    let Some(Ok(event)) = (match event {
        Some(event) => Some(event.await),
        None => std::future::pending().await,
    }) else {
        return StatusCode::GONE.into_response();
    };
    let deadline = (SystemTime::now() + PATIENCE).duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", "bench".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned()),
    ];
    (headers, event).into_response()
}

async fn response(State(current): State<Shared>, body: Bytes) -> StatusCode {
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    let failed = answer["statusCode"].as_u64().is_some_and(|status| status >= 500)
        || answer["batchItemFailures"].as_array().is_some_and(|failures| !failures.is_empty());
    let outcome = if failed { Err(answer.to_string()) } else { Ok(()) };
    answered(&current, outcome)
}

async fn error(State(current): State<Shared>, body: Bytes) -> StatusCode {
    answered(&current, Err(String::from_utf8_lossy(&body).into_owned()))
}

fn answered(current: &Shared, outcome: Result<(), String>) -> StatusCode {
    let at = Instant::now();
    let waiting = current.lock().unwrap_or_else(PoisonError::into_inner).as_mut().and_then(|it| it.answered.take());
    if let Some(waiting) = waiting {
        let _ = waiting.send((at, outcome));
    }
    StatusCode::ACCEPTED
}
