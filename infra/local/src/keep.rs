//! What the local stack makes up once and keeps: the values of secrets and the first operator key.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{files, template::Secret};

const FILE: &str = "secrets.json";

/// Secrets by logical id, and the operator key. They stand for nothing outside this machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Keep {
    pub(crate) operator_key: String,
    pub(crate) secrets: BTreeMap<String, String>,
}

/// Why the kept values cannot be used.
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

impl Keep {
    /// Reads what `data_dir` holds, makes up what is missing and forgets secrets that are declared no more. Without a
    /// directory everything is new.
    pub(crate) fn open(data_dir: Option<&Path>, secrets: &[Secret]) -> Result<Self, KeepError> {
        let path = data_dir.map(|directory| directory.join(FILE));
        let kept = match &path {
            Some(path) => Self::read(path)?,
            None => None,
        };
        let mut keep = kept.unwrap_or_else(|| Self { operator_key: operator_key(), secrets: BTreeMap::new() });
        keep.secrets.retain(|name, _| secrets.iter().any(|secret| secret.name == *name));
        for secret in secrets {
            keep.secrets.entry(secret.name.clone()).or_insert_with(|| local_value(&secret.name));
        }
        if let Some(path) = &path {
            keep.write(path).map_err(|source| KeepError::Io { path: path.clone(), source })?;
        }
        Ok(keep)
    }

    fn read(path: &Path) -> Result<Option<Self>, KeepError> {
        match fs::read(path) {
            Ok(bytes) => {
                let damaged = |source| KeepError::Damaged { path: path.to_owned(), source };
                serde_json::from_slice(&bytes).map(Some).map_err(damaged)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(KeepError::Io { path: path.to_owned(), source }),
        }
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        files::write(path, &serde_json::to_vec_pretty(self)?)
    }
}

/// The provider's key is one that the local provider takes; the others sign webhooks, in the form that
/// Stripe and Standard Webhooks share.
fn local_value(secret: &str) -> String {
    match secret {
        "StripeApiKey" => "sk_test_local".to_owned(),
        _ => format!("whsec_{}", BASE64_STANDARD.encode(random())),
    }
}

fn operator_key() -> String {
    format!("ok_{}", BASE64_URL_SAFE_NO_PAD.encode(random()))
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    let (left, right) = bytes.split_at_mut(16);
    left.copy_from_slice(Uuid::new_v4().as_bytes());
    right.copy_from_slice(Uuid::new_v4().as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn declared(names: &[&str]) -> Vec<Secret> {
        names.iter().map(|&name| Secret { name: name.to_owned(), arn: String::new() }).collect()
    }

    #[test]
    fn what_was_made_up_stays_and_what_is_declared_no_more_goes() {
        let directory = tempfile::tempdir().unwrap();
        let open = |names: &[&str]| Keep::open(Some(directory.path()), &declared(names)).unwrap();
        let first = open(&["Signing", "Renamed"]);
        let second = open(&["Signing", "NewName"]);
        assert_eq!(second.operator_key, first.operator_key);
        assert_eq!(second.secrets["Signing"], first.secrets["Signing"]);
        assert_eq!(second.secrets.into_keys().collect::<Vec<_>>(), ["NewName", "Signing"]);
    }
}
