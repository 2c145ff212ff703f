//! Tests of the local stack, with a small template and a fake function.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cli;
mod http_api;
mod lambda;
mod queues;

use orderly_local::{Stack, StackOptions, event_source::Retry};
use serde_json::Value;
use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A directory in which every function of the template is the fake one.
fn binaries() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    // From target/debug/deps/stack-… to target/debug/examples/fake_function.
    let test = env::current_exe().unwrap();
    let fake = test.ancestors().nth(2).unwrap().join("examples/fake_function");
    assert!(fake.exists(), "Cargo builds examples with all tests, but not with `--test stack`");
    for name in ["guard", "mirror", "obey", "stillborn", "single", "worker"] {
        symlink(&fake, directory.path().join(name)).unwrap();
    }
    directory
}

fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stack/template.yaml")
}

/// A running stack.
struct Fixture {
    stack: Stack,
    _binaries: TempDir,
}

impl Fixture {
    async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    async fn start_with(change: impl FnOnce(&mut StackOptions)) -> Self {
        let binaries = binaries();
        let mut options = StackOptions::new(&template(), binaries.path());
        options.retry = Retry::Backoff(Duration::ZERO);
        change(&mut options);
        Self { stack: Stack::start(options).await.unwrap(), _binaries: binaries }
    }

    /// The log records of a function with this message.
    fn logged(&self, function: &str, message: &str) -> Vec<Value> {
        let lines = self.stack.logs().lines().into_iter().filter(|line| &*line.function == function);
        let records = lines.filter_map(|line| serde_json::from_str::<Value>(&line.text).ok());
        records.filter(|record| record["message"] == message).collect()
    }
}

/// Waits until `check` yields a value; ten seconds at most.
async fn eventually<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        if let Some(found) = check().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not in time: {what}");
}

fn is_stopped(pid: u64) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") T "))
}

fn is_running(pid: u64) -> bool {
    // A killed child stays a zombie until it is waited for.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
