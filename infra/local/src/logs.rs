//! The functions' output: kept for tests, followed by people, and written to a file.

use jiff::Timestamp;
use serde_json::{Map, Value};
use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::broadcast;

/// Lines kept in memory; the oldest are dropped first. Enough for a day of a developer's use.
const KEPT_LINES: usize = 50_000;
/// How many lines a follower may lag behind before it misses some.
const FOLLOWER_LAG: usize = 4_096;

/// One line from a function process, or from the stack about that process.
#[derive(Debug, Clone)]
pub struct Line {
    pub time: Timestamp,
    /// The function's name.
    pub function: Arc<str>,
    /// The process that printed it, such as `order-intake-3`.
    pub instance: Arc<str>,
    pub stream: Stream,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
    /// Written by the stack itself, as Lambda reports on a sandbox: time-outs, exits.
    Platform,
}

/// The logs of every function. Clones share one buffer.
#[derive(Debug, Clone)]
pub struct Logs {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    kept: Mutex<VecDeque<Line>>,
    followers: broadcast::Sender<Line>,
    file: Option<Mutex<File>>,
}

impl Logs {
    /// Logs that are kept in memory only.
    pub fn in_memory() -> Self {
        Self::new(None)
    }

    /// Logs that are also written to a new file, as lines of `instance text`.
    pub fn with_file(path: &Path) -> io::Result<Self> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        Ok(Self::new(Some(File::create(path)?)))
    }

    fn new(file: Option<File>) -> Self {
        Self {
            inner: Arc::new(Inner {
                kept: Mutex::default(),
                followers: broadcast::Sender::new(FOLLOWER_LAG),
                file: file.map(Mutex::new),
            }),
        }
    }

    /// Follows all new lines. A follower that lags too far is told how many lines it missed.
    pub fn follow(&self) -> broadcast::Receiver<Line> {
        self.inner.followers.subscribe()
    }

    /// All kept lines, oldest first.
    pub fn lines(&self) -> Vec<Line> {
        lock(&self.inner.kept).iter().cloned().collect()
    }

    /// The last lines of one process, oldest first, to explain its death.
    pub fn tail(&self, instance: &str, lines: usize) -> Vec<String> {
        let kept = lock(&self.inner.kept);
        let of_instance = kept.iter().rev().filter(|line| &*line.instance == instance);
        let mut tail: Vec<_> = of_instance.take(lines).map(|line| line.text.clone()).collect();
        tail.reverse();
        tail
    }

    /// What the last line since a moment says that names the queue's record `id`.
    pub(crate) fn last_about(&self, id: &str, since: Timestamp) -> Option<String> {
        let kept = lock(&self.inner.kept);
        kept.iter().rev().take_while(|line| line.time >= since).filter(|line| line.text.contains(id)).find_map(|line| {
            let line: Map<String, Value> = serde_json::from_str(&line.text).ok()?;
            let text = |name: &str| line.get(name).and_then(Value::as_str);
            let is_about = text("record") == Some(id);
            is_about.then(|| text("error").or(text("message")).unwrap_or_default().to_owned())
        })
    }

    pub(crate) fn push(&self, line: Line) {
        if let Some(file) = &self.inner.file {
            // A full disk must not stop the functions. The lines are still in memory.
            let _ = writeln!(lock(file), "{} {}", line.instance, line.text);
        }
        let mut kept = lock(&self.inner.kept);
        if kept.len() == KEPT_LINES {
            kept.pop_front();
        }
        kept.push_back(line.clone());
        drop(kept);
        // An error only means that there is no follower.
        let _ = self.inner.followers.send(line);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
