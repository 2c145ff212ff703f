//! Files that the local stack keeps.

use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Why a kept file cannot be used.
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

/// The value in a file, if the file exists.
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

/// Writes a value to a file. Creates the directory if it is missing.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), KeepError> {
    let kept = || {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        write(path, &serde_json::to_vec_pretty(value)?)
    };
    kept().map_err(|source: io::Error| KeepError::Io { path: path.to_owned(), source })
}

/// Replaces a file's content by renaming a new file into place: after a crash the file has the old content or the new,
/// never a part. Only the owner may read it, because it can hold keys and customer data.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(content)?;
    // Without this, the rename could reach the disk before the content.
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

        // A reader with the old file open still reads the old content, because it was not overwritten.
        let old = fs::File::open(&path).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(io::read_to_string(old).unwrap(), "old");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
