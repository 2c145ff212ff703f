//! Values that the local stack generates once and keeps: secrets and the first operator key.

use crate::{
    channels,
    files::{self, KeepError},
    payments,
    template::Secret,
    tracking,
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use domain::settings::ApiKey;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};
use uuid::Uuid;

const FILE: &str = "secrets.json";

/// Secrets by logical id, and the operator key. They are worthless outside this machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Keep {
    pub(crate) operator_key: String,
    pub(crate) secrets: BTreeMap<String, String>,
}

impl Keep {
    /// Reads the kept values from `data_dir`, generates missing ones and drops secrets that the template no longer
    /// declares. Without a directory all values are new.
    pub(crate) fn open(data_dir: Option<&Path>, secrets: &[Secret]) -> Result<Self, KeepError> {
        let path = data_dir.map(|directory| directory.join(FILE));
        let kept = match &path {
            Some(path) => files::read_json(path)?,
            None => None,
        };
        let mut keep = kept.unwrap_or_else(|| Self { operator_key: operator_key(), secrets: BTreeMap::new() });
        keep.secrets.retain(|name, _| secrets.iter().any(|secret| secret.name == *name));
        for secret in secrets {
            keep.secrets.entry(secret.name.clone()).or_insert_with(|| local_value(&secret.name));
        }
        if let Some(path) = &path {
            files::write_json(path, &keep)?;
        }
        Ok(keep)
    }

    /// Keeps another value of a secret.
    pub(crate) fn change(data_dir: &Path, name: &str, value: &str) -> Result<(), KeepError> {
        let path = data_dir.join(FILE);
        if let Some(mut keep) = files::read_json::<Self>(&path)? {
            keep.secrets.insert(name.to_owned(), value.to_owned());
            files::write_json(&path, &keep)?;
        }
        Ok(())
    }
}

/// Generates a secret. A payment provider's key must have a form that its simulator accepts, and a shop gives out its own. The others sign webhooks
/// and have the form of Standard Webhooks.
fn local_value(secret: &str) -> String {
    match payments::secret(secret).or_else(|| tracking::secret(secret)).or_else(|| channels::secret(secret)) {
        Some(own) => own.to_owned(),
        None => format!("whsec_{}", BASE64_STANDARD.encode(random())),
    }
}

fn operator_key() -> String {
    format!("{}{}", ApiKey::PREFIX, BASE64_URL_SAFE_NO_PAD.encode(random()))
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
        Keep::change(directory.path(), "Signing", "whsec_new").unwrap();
        assert_eq!(open(&["Signing", "NewName"]).secrets["Signing"], "whsec_new");
        assert_eq!(second.secrets.into_keys().collect::<Vec<_>>(), ["NewName", "Signing"]);
    }
}
