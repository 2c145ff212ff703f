//! Shippo's API: <https://docs.goshippo.com/docs/Tracking/Tracking>.

use super::track;
use crate::{
    Service,
    account::Account,
    answers, carriers,
    fields::text,
    wanted::{Followed, Wanted},
    words,
};
use app::Error;
use http::{StatusCode, header, request::Builder};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use runtime::{
    Answer, Aws, Secret,
    client::{Client, json},
};
use serde_json::{Value, json};

/// Written on what we have registered. Shippo answers for any parcel, so this alone tells those that it follows for us.
const MARK: &str = "orderly";
/// The version of the API whose answers are read here.
const VERSION: &str = "2018-02-08";

/// The API of a Shippo account.
#[derive(Debug)]
pub struct Api {
    account: Account,
}

impl Api {
    pub(crate) fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        Self { account: Account::new(Client::new("Shippo", aws, url, key), with_key) }
    }

    /// Registering a parcel twice doubles its webhooks (<https://docs.goshippo.com/tracking/tracking>), so Shippo is asked first. What it
    /// sold the label of it follows anyway.
    pub(crate) async fn follow(&self, parcel: &Wanted<'_>, now: Timestamp) -> Result<Followed, Error> {
        let Some(carrier) = carriers::theirs(Service::Shippo, parcel.carrier) else {
            let why =
                format!("Shippo has no name for the carrier {:?} that Orderly knows", words::name(parcel.carrier));
            return Ok(Followed::Not(why));
        };
        let number = utf8_percent_encode(parcel.number, NON_ALPHANUMERIC);
        let known = self.account.get(&format!("/tracks/{carrier}/{number}")).await?;
        let track = json(&known);
        if known.status.is_success() && is_registered(&track) {
            return read(&known, &track, now);
        }
        if !known.status.is_success() && known.status != StatusCode::NOT_FOUND && !answers::is_refused(known.status) {
            return Err(answers::undecided("Shippo", &known, &reason(&track)));
        }
        let body = json!({ "carrier": carrier, "tracking_number": parcel.number, "metadata": MARK });
        let registered = self.account.post("/tracks/", &body).await?;
        let track = json(&registered);
        if registered.status.is_success() {
            return read(&registered, &track, now);
        }
        let why = reason(&track);
        if answers::is_refused(registered.status) && !why.is_empty() {
            return Ok(Followed::Not(format!("Shippo cannot follow it: {why}")));
        }
        Err(answers::undecided("Shippo", &registered, &why))
    }
}

pub(super) fn with_key(request: Builder, key: &str) -> Builder {
    request.header(header::AUTHORIZATION, format!("ShippoToken {key}")).header("shippo-api-version", VERSION)
}

fn is_registered(track: &Value) -> bool {
    track["metadata"] == MARK || !text(track, "transaction").is_empty()
}

fn read(answer: &Answer, track: &Value, now: Timestamp) -> Result<Followed, Error> {
    answers::known("Shippo", answer, track::read(track, now))
}

/// An error says what is wrong in `detail`, or in a list for each field.
pub(super) fn reason(error: &Value) -> String {
    let of_field = |(field, texts): (&String, &Value)| {
        let text = texts.as_str().or_else(|| texts[0].as_str())?;
        Some(if field == "detail" { text.to_owned() } else { format!("{field}: {text}") })
    };
    let reasons = error.as_object().into_iter().flatten().filter_map(of_field).collect::<Vec<_>>();
    words::words(&reasons.join("; "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
