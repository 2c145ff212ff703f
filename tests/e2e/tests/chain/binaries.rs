//! The functions' binaries: built once for all tests, and linked for each stack, so that a test can break one.

use orderly_local::{
    backing,
    binaries::{Fit, build},
};
use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
};
use tempfile::TempDir;

pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The functions of one stack.
pub struct Binaries(TempDir);

impl Binaries {
    pub fn link() -> Self {
        let links = Self(tempfile::tempdir().unwrap());
        for binary in fs::read_dir(built()).unwrap() {
            let binary = binary.unwrap();
            if binary.metadata().unwrap().is_file() && binary.path().extension().is_none() {
                symlink(binary.path(), links.0.path().join(binary.file_name())).unwrap();
            }
        }
        links
    }

    pub fn directory(&self) -> &Path {
        self.0.path()
    }

    /// Makes the function fail at once from its next start on.
    pub fn break_function(&self, name: &str) {
        self.replace(name, Path::new("/bin/false"));
    }

    pub fn mend_function(&self, name: &str) {
        self.replace(name, &built().join(name));
    }

    fn replace(&self, name: &str, target: &Path) {
        let link = self.0.path().join(name);
        fs::remove_file(&link).unwrap();
        symlink(target, link).unwrap();
    }
}

/// Where the functions' binaries are. nextest starts a process for each test; the first one builds.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let note = env::var("NEXTEST_RUN_ID").ok().map(|run| env::temp_dir().join(format!("orderly-e2e-{run}")));
        let known = note.as_deref().and_then(|note| fs::read_to_string(note).ok()).filter(|path| !path.is_empty());
        if let Some(path) = known {
            return path.into();
        }
        let built = thread::spawn(|| {
            let template = workspace().join("template.yaml");
            let nowhere = "http://127.0.0.1:1";
            let system = backing::load(&template, &BTreeMap::new(), nowhere, nowhere).unwrap();
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(build(&workspace(), &system, Fit::Tests)).unwrap_or_else(|error| panic!("{error}"))
        });
        let built = built.join().unwrap();
        if let Some(note) = note {
            fs::write(note, built.to_str().unwrap()).unwrap();
        }
        built
    })
}
