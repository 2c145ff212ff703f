//! Files that the local stack keeps.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

/// Why something that is kept cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    #[error("cannot read or write {}: {source}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is damaged ({source}): `cargo run -- reset` starts afresh", path.display())]
    Damaged {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
}

/// What is kept in a file, if there is one.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, KeepError> {
    match fs::read(path) {
        Ok(bytes) => {
            let damaged = |source| KeepError::Damaged { path: path.to_owned(), source };
            serde_json::from_slice(&bytes).map(Some).map_err(damaged)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeepError::Io { path: path.to_owned(), source }),
    }
}

/// Keeps a value in a file, in a directory that is made if it is not there.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), KeepError> {
    let kept = || {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        write(path, &serde_json::to_vec_pretty(value)?)
    };
    kept().map_err(|source: io::Error| KeepError::Io { path: path.to_owned(), source })
}

/// Gives a file this content. It is renamed into place, so that a crash leaves the old content or the new one and
/// never half of it. Only its owner may read it: there are keys and customers in what is kept.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(content)?;
    // Otherwise the rename may reach the disk before the content does.
    file.sync_all()?;
    fs::rename(new, path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_old_content_stays_until_the_new_one_is_complete() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kept.json");
        write(&path, b"old").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        // A reader that has the old file goes on reading it: it was not written over.
        let old = fs::File::open(&path).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(io::read_to_string(old).unwrap(), "old");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
