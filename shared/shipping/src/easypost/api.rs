//! EasyPost's API: <https://docs.easypost.com/docs/trackers>.

use super::tracker;
use crate::{
    Service,
    account::Account,
    answers, carriers,
    fields::text,
    wanted::{Followed, Wanted},
    words,
};
use app::Error;
use data_encoding::BASE64;
use http::{header, request::Builder};
use jiff::Timestamp;
use runtime::{
    Aws, Secret,
    client::{Client, json},
};
use serde_json::json;

/// The API of an EasyPost account.
#[derive(Debug)]
pub struct Api {
    account: Account,
}

impl Api {
    pub(crate) fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        Self { account: Account::new(Client::new("EasyPost", aws, url, key), with_key) }
    }

    /// A second request for the same number and carrier answers with the tracker of the first, for three months; in test mode, with
    /// another one. <https://www.easypost.com/how-do-you-bill-for-your-trackers>
    pub(crate) async fn follow(&self, parcel: &Wanted<'_>, now: Timestamp) -> Result<Followed, Error> {
        let mut wanted = json!({ "tracking_code": parcel.number });
        if let Some(carrier) = carriers::theirs(Service::EasyPost, parcel.carrier) {
            wanted["carrier"] = carrier.into(); // otherwise it is found out by the number
        }
        let answer = self.account.post("/v2/trackers", &json!({ "tracker": wanted })).await?;
        let said = json(&answer);
        let error = &said["error"];
        let why = words::words(text(error, "message"));
        if answer.status.is_success() {
            return answers::known("EasyPost", &answer, tracker::read(&said, now));
        }
        if answers::is_refused(answer.status) && !why.is_empty() {
            return Ok(Followed::Not(format!(
                "EasyPost cannot follow it: {why} ({})",
                words::word(text(error, "code"))
            )));
        }
        Err(answers::undecided("EasyPost", &answer, text(error, "message")))
    }
}

pub(super) fn with_key(request: Builder, key: &str) -> Builder {
    let user = BASE64.encode(format!("{key}:").as_bytes());
    request.header(header::AUTHORIZATION, format!("Basic {user}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
