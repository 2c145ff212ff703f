//! What the functions print: kept for tests, followed by people, written to a file.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::broadcast;

/// Lines kept in memory; the oldest go first. A whole day of a developer's use fits.
const KEPT_LINES: usize = 50_000;
/// Lines that a slow follower may lag behind before it misses some.
const FOLLOWER_LAG: usize = 4_096;

/// One line of a function process, or of the stack about it.
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
    /// Said by the stack itself, as Lambda writes about a sandbox: time-outs, exits.
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

    /// Logs that are also written to a file, started afresh, one line `instance text` each.
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

    /// Every line from now on. A follower that falls too far behind is told how many it missed.
    pub fn follow(&self) -> broadcast::Receiver<Line> {
        self.inner.followers.subscribe()
    }

    /// The lines that are kept, oldest first.
    pub fn lines(&self) -> Vec<Line> {
        lock(&self.inner.kept).iter().cloned().collect()
    }

    /// The last lines of one process, oldest first: what it said before it died.
    pub fn tail(&self, instance: &str, lines: usize) -> Vec<String> {
        let kept = lock(&self.inner.kept);
        let of_instance = kept.iter().rev().filter(|line| &*line.instance == instance);
        let mut tail: Vec<_> = of_instance.take(lines).map(|line| line.text.clone()).collect();
        tail.reverse();
        tail
    }

    pub(crate) fn push(&self, line: Line) {
        if let Some(file) = &self.inner.file {
            // A full disk must not stop the functions; the lines are still in memory.
            let _ = writeln!(lock(file), "{} {}", line.instance, line.text);
        }
        let mut kept = lock(&self.inner.kept);
        if kept.len() == KEPT_LINES {
            kept.pop_front();
        }
        kept.push_back(line.clone());
        drop(kept);
        // An error means that nobody follows.
        let _ = self.inner.followers.send(line);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
