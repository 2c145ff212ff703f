//! EasyPost's API: <https://docs.easypost.com/docs/trackers>.

use super::tracker;
use crate::{
    Service, answers, carriers,
    fields::text,
    wanted::{Followed, Wanted},
    words,
};
use app::Error;
use data_encoding::BASE64;
use http::{Request, header};
use jiff::Timestamp;
use runtime::{
    Aws, Secret,
    client::{Client, json},
};
use serde_json::json;

/// The API of an EasyPost account.
#[derive(Debug)]
pub struct Api {
    client: Client,
}

impl Api {
    pub(crate) fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        Self { client: Client::new("EasyPost", aws, url, key) }
    }

    /// A second request for the same number and carrier answers with the tracker of the first, for three months; in test mode, with
    /// another one. <https://www.easypost.com/how-do-you-bill-for-your-trackers>
    pub(crate) async fn follow(&self, parcel: &Wanted<'_>, now: Timestamp) -> Result<Followed, Error> {
        let mut wanted = json!({ "tracking_code": parcel.number });
        if let Some(carrier) = carriers::theirs(Service::EasyPost, parcel.carrier) {
            wanted["carrier"] = carrier.into(); // otherwise it is found out by the number
        }
        let body = json!({ "tracker": wanted }).to_string();
        let url = self.client.url("/v2/trackers");
        let request = |key: &str| {
            let user = BASE64.encode(format!("{key}:").as_bytes());
            Request::post(&url)
                .header(header::AUTHORIZATION, format!("Basic {user}"))
                .header(header::CONTENT_TYPE, "application/json")
        };
        let answer = self.client.ask(request, &body).await?;
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
