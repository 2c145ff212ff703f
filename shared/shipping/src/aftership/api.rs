//! AfterShip's API: <https://www.aftership.com/docs/tracking/2026-07/quickstart/api-quick-start>.

use super::tracked;
use crate::{
    Service,
    account::Account,
    answers, carriers,
    fields::text,
    wanted::{Followed, Wanted},
    words,
};
use app::Error;
use http::request::Builder;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use runtime::{
    Answer, Aws, Secret,
    client::{Client, json},
};
use serde_json::{Value, json};

/// <https://www.aftership.com/docs/tracking/quickstart/request-errors>
const EXISTS: i64 = 4003;
/// What is wrong with the parcel itself: its number, its carrier, what the carrier asks for besides.
const REFUSALS: [i64; 8] = [4005, 4007, 4008, 4009, 4010, 4011, 4012, 4017];

const TRACKINGS: &str = "/tracking/2026-07/trackings";

/// The API of an AfterShip account.
#[derive(Debug)]
pub struct Api {
    account: Account,
}

impl Api {
    pub(crate) fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        let with_key = |request: Builder, key: &str| request.header("as-api-key", key);
        Self { account: Account::new(Client::new("AfterShip", aws, url, key), with_key) }
    }

    pub(crate) async fn follow(&self, parcel: &Wanted<'_>, now: Timestamp) -> Result<Followed, Error> {
        let mut wanted = json!({ "tracking_number": parcel.number });
        let carrier = carriers::theirs(Service::AfterShip, parcel.carrier);
        if let Some(slug) = carrier {
            wanted["slug"] = slug.into(); // otherwise it is found out by the number
        }
        // Some carriers tell of a parcel only to those who know where it goes.
        if let Some(postal_code) = parcel.postal_code {
            wanted["destination_postal_code"] = postal_code.into();
        }
        let made = self.account.post(TRACKINGS, &wanted).await?;
        let said = json(&made);
        let (code, why) = (said["meta"]["code"].as_i64().unwrap_or_default(), text(&said["meta"], "message"));
        match code {
            _ if made.status.is_success() => read(&made, &said["data"], now),
            EXISTS => self.known(parcel, carrier, text(&said["data"], "id"), now).await,
            code if REFUSALS.contains(&code) => {
                Ok(Followed::Not(format!("AfterShip cannot follow it: {} ({code})", words::words(why))))
            }
            _ => Err(answers::undecided("AfterShip", &made, why)),
        }
    }

    /// What is known of a parcel that is followed already. `id`: as the refusal named it.
    async fn known(
        &self,
        parcel: &Wanted<'_>,
        carrier: Option<&str>,
        id: &str,
        now: Timestamp,
    ) -> Result<Followed, Error> {
        let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let path = if id.is_empty() {
            let slug = carrier.map(|slug| format!("&slug={}", escaped(slug))).unwrap_or_default();
            format!("?tracking_numbers={}{slug}", escaped(parcel.number))
        } else {
            format!("/{}", escaped(id))
        };
        let answer = self.account.get(&format!("{TRACKINGS}{path}")).await?;
        let said = json(&answer);
        let data = if id.is_empty() { &said["data"]["trackings"][0] } else { &said["data"] };
        if answer.status.is_success() {
            return read(&answer, data, now);
        }
        Err(answers::undecided("AfterShip", &answer, text(&said["meta"], "message")))
    }
}

fn read(answer: &Answer, tracking: &Value, now: Timestamp) -> Result<Followed, Error> {
    let told = crate::times::utc(&tracking["updated_at"]).unwrap_or(now);
    answers::known("AfterShip", answer, tracked::read(tracking, told, now))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
