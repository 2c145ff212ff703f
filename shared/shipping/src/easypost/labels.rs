//! Labels of EasyPost: <https://docs.easypost.com/docs/shipments>.
//!
//! A shipment is what EasyPost makes offers for, and one of them can be bought, once: so buying again needs no key.

use super::api::with_key;
use crate::{
    Service,
    account::Account,
    answers, document,
    fields::{list, text},
    label::{Offers, Purchase, Purchased, Shipment, Voided},
    price::price,
    purchase::{self, Sold},
    words,
};
use app::Error;
use domain::fulfillment::{Bought, Offer, Offered};
use http::StatusCode;
use jiff::Timestamp;
use runtime::{
    Aws, Secret,
    client::{Client, json},
};
use serde_json::{Value, json};

const NAME: &str = "EasyPost";

/// The labels of an EasyPost account.
#[derive(Debug)]
pub struct Labels {
    account: Account,
}

impl Labels {
    pub(crate) fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        let client = Client::new(NAME, aws, url, key).reading(purchase::MAX_ANSWER);
        Self { account: Account::new(client, with_key) }
    }

    pub(crate) async fn offers(&self, shipment: &Shipment<'_>) -> Result<Offers, Error> {
        let [length, width, height] = shipment.dimensions_mm.map(inches);
        let parcel = json!({ "length": length, "width": width, "height": height, "weight": ounces(shipment.weight_g) });
        let wanted = json!({
            "reference": shipment.reference, "from_address": purchase::american(&shipment.from),
            "to_address": purchase::american(&shipment.to), "parcel": parcel,
            "options": { "label_format": "PDF", "label_size": "4x6" },
        });
        let answer = self.account.post("/v2/shipments", &json!({ "shipment": wanted })).await?;
        let said = json(&answer);
        if !answer.status.is_success() {
            return purchase::refusal(NAME, &answer, reason(&said["error"])).map(Offers::Refused);
        }
        let shipment = text(&said, "id");
        if shipment.is_empty() {
            return Err(answers::undecided(NAME, &answer, "the shipment's id is missing"));
        }
        let rates = list(&said, "rates");
        let why = purchase::reasons(list(&said, "messages").iter().map(|message| text(message, "message")));
        if rates.is_empty() && !why.is_empty() {
            return Ok(Offers::Refused(why));
        }
        Ok(Offers::Made { shipment: shipment.to_owned(), offers: rates.iter().filter_map(offer).collect() })
    }

    pub(crate) async fn buy(&self, purchase: &Purchase<'_>, now: Timestamp) -> Result<Purchased, Error> {
        let offered = purchase.offered;
        let body = json!({ "rate": { "id": offered.taken.id } });
        let answer = self.account.post(&format!("{}/buy", path_of(&offered.shipment)), &body).await?;
        let said = json(&answer);
        if answer.status.is_success() {
            return sold(&said, now).ok_or_else(|| answers::undecided(NAME, &answer, "no label is in it"));
        }
        let (code, why) = (text(&said["error"], "code"), reason(&said["error"]));
        let is = |ends: &str| code.ends_with(ends);
        if is("POSTAGE.EXISTS") {
            let found = self.find(offered, now).await?;
            return found.ok_or_else(|| answers::undecided(NAME, &answer, "the label that it has sold is not there"));
        }
        if is("PURCHASE.IN_PROGRESS") {
            return Ok(Purchased::UnderWay(why));
        }
        // The carrier was asked and did not answer: it may have made the label.
        let is_unknown = is("POSTAGE.TIMED_OUT") || is("POSTAGE.NO_RESPONSE");
        if is_unknown || code.is_empty() {
            return Err(answers::undecided(NAME, &answer, &why));
        }
        purchase::refusal(NAME, &answer, why).map(Purchased::Refused)
    }

    pub(crate) async fn find(&self, offered: &Offered, now: Timestamp) -> Result<Option<Purchased>, Error> {
        let answer = self.account.get(&path_of(&offered.shipment)).await?;
        let said = json(&answer);
        if answer.status == StatusCode::NOT_FOUND && said["error"].is_object() {
            return Ok(None);
        }
        if !answer.status.is_success() || text(&said, "id").is_empty() {
            return Err(answers::undecided(NAME, &answer, &reason(&said["error"])));
        }
        Ok(sold(&said, now))
    }

    /// `id`: the shipment's.
    pub(crate) async fn void(&self, id: &str) -> Result<Voided, Error> {
        let answer = self.account.post(&format!("{}/refund", path_of(id)), &json!({})).await?;
        let said = json(&answer);
        if answer.status.is_success() {
            return voided(text(&said, "refund_status"))
                .ok_or_else(|| answers::undecided(NAME, &answer, "the refund's status is not known"));
        }
        let why = purchase::refusal(NAME, &answer, reason(&said["error"]))?;
        // It refuses also what it has done already.
        let known = self.account.get(&path_of(id)).await?;
        match voided(text(&json(&known), "refund_status")) {
            Some(Voided::Accepted) => Ok(Voided::Accepted),
            _ if known.status.is_success() || known.status == StatusCode::NOT_FOUND => Ok(Voided::Refused(why)),
            _ => Err(answers::undecided(NAME, &known, &why)),
        }
    }

    pub(crate) async fn document(&self, bought: &Bought) -> Result<Vec<u8>, Error> {
        document::fetch(NAME, &self.account, &bought.document).await
    }
}

fn path_of(shipment: &str) -> String {
    format!("/v2/shipments/{}", purchase::escaped(shipment))
}

/// A tenth of an inch is the least that EasyPost counts. Never less than it is.
fn inches(millimeters: u32) -> f64 {
    tenths(u64::from(millimeters) * 100, 254)
}

/// A tenth of an ounce is the least that EasyPost counts. Never less than it is: an ounce has 28.349 523 125 g.
fn ounces(grams: u32) -> f64 {
    tenths(u64::from(grams) * 10_000_000, 28_349_523)
}

fn tenths(of: u64, by: u64) -> f64 {
    f64::from(u32::try_from(of.div_ceil(by)).unwrap_or(u32::MAX)) / 10.0
}

fn offer(rate: &Value) -> Option<Offer> {
    let carrier = purchase::carrier(Service::EasyPost, text(rate, "carrier"));
    let days = purchase::days(&rate["delivery_days"]).or_else(|| purchase::days(&rate["est_delivery_days"]));
    purchase::offer(text(rate, "id"), carrier, text(rate, "service"), price(&rate["rate"], &rate["currency"]), days)
}

/// The label that a shipment has. None: none was bought.
fn sold(shipment: &Value, now: Timestamp) -> Option<Purchased> {
    let label = &shipment["postage_label"];
    if !label.is_object() {
        return None;
    }
    let [pdf, any] = ["label_pdf_url", "label_url"].map(|url| text(label, url));
    let carrier = purchase::carrier(Service::EasyPost, text(&shipment["selected_rate"], "carrier"));
    let sold = Sold {
        id: text(shipment, "id"),
        carrier: &carrier,
        number: text(shipment, "tracking_code"),
        tracking_url: text(&shipment["tracker"], "public_url"),
        document: if pdf.is_empty() { any } else { pdf },
        at: &label["created_at"],
    };
    Some(sold.bought(now))
}

fn voided(status: &str) -> Option<Voided> {
    match status {
        "submitted" | "refunded" => Some(Voided::Accepted),
        "rejected" => Some(Voided::Refused("the carrier does not take the label back".to_owned())),
        "not_applicable" => {
            Some(Voided::Refused("the carrier takes no labels back: it bills those that it scans".to_owned()))
        }
        _ => None,
    }
}

/// What is wrong: the message, and what it says of single fields, which may be objects or texts.
fn reason(error: &Value) -> String {
    let of_field =
        |error: &'_ Value| match (text(error, "field"), error.as_str().unwrap_or_else(|| text(error, "message"))) {
            ("", message) => message.to_owned(),
            (field, message) => format!("{field}: {message}"),
        };
    // Some messages are lists of texts, or say what is wrong with each field.
    let message = match &error["message"] {
        Value::String(message) => message.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let code = words::word(text(error, "code"));
    let details: Vec<String> = list(error, "errors").iter().map(of_field).collect();
    let texts = [message.as_str()].into_iter().chain(details.iter().map(String::as_str));
    let reasons = purchase::reasons(texts);
    match (reasons.as_str(), code.as_str()) {
        ("", code) => code.to_owned(),
        (reasons, "") => reasons.to_owned(),
        (reasons, code) => format!("{reasons} ({code})"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
