//! Which messages of a batch succeeded.

use crate::services::Message;
use serde::Deserialize;
use std::collections::HashSet;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    AllDone,
    AllFailed,
    /// The message ids that failed.
    Failed(HashSet<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    batch_item_failures: Option<Vec<Failure>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

impl Outcome {
    /// Reads a function's `batchItemFailures` as Lambda does. An empty report means that all succeeded. A malformed
    /// report, or one that names a message outside the batch, means that all failed.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
    pub(super) fn of_report(payload: &[u8], batch: &[Message]) -> Self {
        if matches!(payload.trim_ascii(), b"" | b"null") {
            return Self::AllDone;
        }
        let Ok(report) = serde_json::from_slice::<Report>(payload) else {
            return Self::AllFailed;
        };
        let failures = report.batch_item_failures.unwrap_or_default();
        let failed: HashSet<String> = failures.into_iter().map(|failure| failure.item_identifier).collect();
        let in_batch = |id: &String| batch.iter().any(|message| message.message_id == *id);
        if failed.is_empty() {
            Self::AllDone
        } else if failed.iter().all(in_batch) {
            Self::Failed(failed)
        } else {
            Self::AllFailed
        }
    }

    pub(super) fn failed(&self, message: &Message) -> bool {
        match self {
            Self::AllDone => false,
            Self::AllFailed => true,
            Self::Failed(failed) => failed.contains(&message.message_id),
        }
    }
}

/// Lambda's word for why a function failed, and what it logged last if it ended.
pub(super) fn error(payload: &[u8]) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Failed {
        error_message: String,
    }
    let failed = serde_json::from_slice::<Failed>(payload);
    let text = failed.map_or_else(|_| String::from_utf8_lossy(payload).into_owned(), |failed| failed.error_message);
    let mut lines = text.lines().map(str::trim);
    match (lines.next(), lines.next_back()) {
        (Some(why), Some(last)) => format!("{why}: {last}"),
        (why, _) => why.unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn message(id: &str) -> Message {
        Message {
            message_id: id.to_owned(),
            receipt_handle: String::new(),
            body: String::new(),
            md5_of_body: String::new(),
            attributes: BTreeMap::new(),
            message_attributes: BTreeMap::new(),
        }
    }

    #[test]
    fn reports_are_read_as_lambda_reads_them() {
        let batch = [message("a"), message("b")];
        let failed = |ids: &[&str]| Outcome::Failed(ids.iter().map(|&id| id.to_owned()).collect());
        for (payload, expected) in [
            ("", Outcome::AllDone),
            ("null", Outcome::AllDone),
            ("{}", Outcome::AllDone),
            (r#"{"batchItemFailures":null}"#, Outcome::AllDone),
            (r#"{"batchItemFailures":[]}"#, Outcome::AllDone),
            (r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#, failed(&["b"])),
            (r#"{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"a"}]}"#, failed(&["a", "b"])),
            (r#"{"batchItemFailures":[{"itemIdentifier":"c"}]}"#, Outcome::AllFailed),
            (r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#, Outcome::AllFailed),
            (r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#, Outcome::AllFailed),
            (r#"{"batchItemFailures":[{"id":"a"}]}"#, Outcome::AllFailed),
            (r#""oops""#, Outcome::AllFailed),
            ("not json", Outcome::AllFailed),
        ] {
            assert_eq!(Outcome::of_report(payload.as_bytes(), &batch), expected, "{payload}");
        }
    }
}
