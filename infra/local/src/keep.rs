//! What the local stack makes up once and keeps: the values of secrets and the first operator key.

use std::{collections::BTreeMap, path::Path};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    files::{self, KeepError},
    payments,
    template::Secret,
};

const FILE: &str = "secrets.json";

/// Secrets by logical id, and the operator key. They stand for nothing outside this machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Keep {
    pub(crate) operator_key: String,
    pub(crate) secrets: BTreeMap<String, String>,
}

impl Keep {
    /// Reads what `data_dir` holds, makes up what is missing and forgets secrets that are declared no more. Without a
    /// directory everything is new.
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
}

/// A payment provider's key is one that its simulator takes; the others sign webhooks, in the form of Standard Webhooks.
fn local_value(secret: &str) -> String {
    match payments::secret(secret) {
        Some(own) => own.to_owned(),
        None => format!("whsec_{}", BASE64_STANDARD.encode(random())),
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
