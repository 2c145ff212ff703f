//! `.orderly/`, beside the template: the local stack's kept state, and the lock that shows whether a stack is running.

use std::{
    env,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

const DIRECTORY: &str = ".orderly";
const LOCK: &str = "lock";
const CONSOLE: &str = "console-url";
const SERVICES: &str = "services-url";

#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    #[error("there is no template.yaml here or above: run this inside the project, or use --template")]
    NoTemplate,
    #[error("{}: {source}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("a local stack is running with {}: stop it first (Ctrl-C in its terminal)", .0.display())]
    Running(PathBuf),
    #[error("no local stack is running with {}: start one with `cargo run`", .0.display())]
    NotRunning(PathBuf),
}

/// The template to use: the one given, or the nearest one above the current directory.
pub(crate) fn find_template(given: Option<PathBuf>) -> Result<PathBuf, StateError> {
    if let Some(path) = given {
        return path.canonicalize().map_err(|source| StateError::Io { path, source });
    }
    let here = env::current_dir().map_err(|source| StateError::Io { path: ".".into(), source })?;
    let candidates = here.ancestors().map(|directory| directory.join("template.yaml"));
    candidates.into_iter().find(|path| path.is_file()).ok_or(StateError::NoTemplate)
}

/// The directory of the workspace that a template belongs to.
pub(crate) fn workspace(template: &Path) -> &Path {
    template.parent().unwrap_or(template)
}

/// The kept state, locked by one program at a time. The lock ends with the program, even after a crash.
#[derive(Debug)]
pub(crate) struct State {
    directory: PathBuf,
    _lock: File,
}

impl State {
    /// Locks the state of a template's workspace, and creates it if there is none.
    pub(crate) fn hold(template: &Path) -> Result<Self, StateError> {
        let directory = directory(template);
        fs::create_dir_all(&directory).map_err(failed(&directory))?;
        let lock = open_lock(&directory)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { directory, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StateError::Running(directory)),
            Err(TryLockError::Error(source)) => Err(StateError::Io { path: directory, source }),
        }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Records the addresses of this program's console and services, so that other commands find them.
    pub(crate) fn announce(&self, console_url: &str, services_url: &str) -> Result<(), StateError> {
        self.write(SERVICES, services_url.as_bytes())?;
        self.write(CONSOLE, console_url.as_bytes()).map(drop)
    }

    /// Writes a file into the directory and yields its path.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, StateError> {
        let path = self.directory.join(name);
        File::create(&path).and_then(|mut file| file.write_all(content)).map_err(failed(&path))?;
        Ok(path)
    }

    /// Deletes everything.
    pub(crate) fn delete(self) -> Result<(), StateError> {
        fs::remove_dir_all(&self.directory).map_err(failed(&self.directory))
    }
}

/// Where the state of a template's workspace is, or would be.
pub(crate) fn directory(template: &Path) -> PathBuf {
    workspace(template).join(DIRECTORY)
}

/// The console of the stack that holds the state.
pub(crate) fn console_of_running(template: &Path) -> Result<String, StateError> {
    announced(template, CONSOLE)
}

/// The AWS services of the stack that holds the state.
pub(crate) fn services_of_running(template: &Path) -> Result<String, StateError> {
    announced(template, SERVICES)
}

fn announced(template: &Path, name: &str) -> Result<String, StateError> {
    let directory = directory(template);
    let running = directory.is_dir() && matches!(open_lock(&directory)?.try_lock(), Err(TryLockError::WouldBlock));
    let path = directory.join(name);
    if !running || !path.exists() {
        return Err(StateError::NotRunning(directory));
    }
    fs::read_to_string(&path).map_err(failed(&path))
}

fn open_lock(directory: &Path) -> Result<File, StateError> {
    let path = directory.join(LOCK);
    OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed(&path))
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StateError {
    let path = path.to_owned();
    |source| StateError::Io { path, source }
}
