//! Labels of Shippo: <https://docs.goshippo.com/docs/Guides_general/Generate_shipping_label>.
//!
//! A shipment has rates, and a transaction buys one. It takes no key that would make a repetition harmless, and one rate can be bought
//! any number of times. So Shippo is asked for the rate's transactions before each purchase.

use super::api::{reason, with_key};
use crate::{
    Service,
    account::Account,
    answers, document,
    fields::{list, text},
    label::{Offers, Purchase, Purchased, Shipment, Voided},
    price::price,
    purchase::{self, Sold},
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

const NAME: &str = "Shippo";
/// The most characters of a note on a transaction.
const MAX_NOTE: usize = 100;

/// The labels of a Shippo account.
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
        let [length, width, height] = shipment.dimensions_mm.map(|length| length.to_string());
        let parcel = json!({
            "length": length, "width": width, "height": height, "distance_unit": "mm",
            "weight": shipment.weight_g.to_string(), "mass_unit": "g",
        });
        let wanted = json!({
            "address_from": purchase::american(&shipment.from), "address_to": purchase::american(&shipment.to),
            "parcels": [parcel], "metadata": note(shipment), "async": false,
        });
        let answer = self.account.post("/shipments", &wanted).await?;
        let said = json(&answer);
        if !answer.status.is_success() {
            return purchase::refusal(NAME, &answer, reason(&said)).map(Offers::Refused);
        }
        let (shipment, rates) = (text(&said, "object_id"), list(&said, "rates"));
        if shipment.is_empty() || (rates.is_empty() && matches!(text(&said, "status"), "QUEUED" | "WAITING")) {
            return Err(answers::undecided(NAME, &answer, "the rates are missing"));
        }
        let why = messages(&said);
        if rates.is_empty() && !why.is_empty() {
            return Ok(Offers::Refused(why));
        }
        Ok(Offers::Made { shipment: shipment.to_owned(), offers: rates.iter().filter_map(offer).collect() })
    }

    pub(crate) async fn buy(&self, purchase: &Purchase<'_>, now: Timestamp) -> Result<Purchased, Error> {
        if let Some(known) = self.find(purchase.offered, now).await? {
            return Ok(known);
        }
        let wanted = json!({
            "rate": purchase.offered.taken.id, "label_file_type": "PDF_4x6", "metadata": note(purchase.shipment), "async": false,
        });
        let answer = self.account.post("/transactions", &wanted).await?;
        let said = json(&answer);
        if answer.status.is_success() {
            return outcome(&said, purchase.offered, now)
                .ok_or_else(|| answers::undecided(NAME, &answer, "the transaction's status is not known"));
        }
        purchase::refusal(NAME, &answer, reason(&said)).map(Purchased::Refused)
    }

    /// Transactions that failed have bought nothing, and another one may be made.
    pub(crate) async fn find(&self, offered: &Offered, now: Timestamp) -> Result<Option<Purchased>, Error> {
        let rate = offered.taken.id.as_str();
        let answer = self.account.get(&format!("/transactions?rate={}&results=100", purchase::escaped(rate))).await?;
        let said = json(&answer);
        let unread = |why: &str| answers::undecided(NAME, &answer, why);
        if !answer.status.is_success() || !said["results"].is_array() {
            return Err(unread(&reason(&said)));
        }
        let own = |transaction: &&Value| {
            let of = &transaction["rate"];
            of.as_str().unwrap_or_else(|| text(of, "object_id")) == rate
        };
        let mut found = Vec::new();
        for transaction in list(&said, "results").iter().filter(own) {
            let known = outcome(transaction, offered, now);
            found.push(known.ok_or_else(|| unread("the status of a transaction is not known"))?);
        }
        found.retain(|known| !matches!(known, Purchased::Refused(_)));
        found.sort_by_key(|known| !matches!(known, Purchased::Bought { .. }));
        let found = found.into_iter().next();
        if found.is_none() && said["next"].is_string() {
            return Err(unread("the rate has more transactions than are read"));
        }
        Ok(found)
    }

    /// `id`: the transaction's.
    pub(crate) async fn void(&self, id: &str) -> Result<Voided, Error> {
        let answer = self.account.post("/refunds", &json!({ "transaction": id, "async": false })).await?;
        let said = json(&answer);
        if answer.status.is_success() {
            return match text(&said, "status") {
                "QUEUED" | "PENDING" | "SUCCESS" => Ok(Voided::Accepted),
                "ERROR" => Ok(Voided::Refused("the carrier does not take the label back".to_owned())),
                _ => Err(answers::undecided(NAME, &answer, "the refund's status is not known")),
            };
        }
        let why = match reason(&said) {
            why if answer.status == StatusCode::CONFLICT => why,
            why => purchase::refusal(NAME, &answer, why)?,
        };
        // It refuses also what it has done already.
        let known = self.account.get(&format!("/transactions/{}", purchase::escaped(id))).await?;
        match text(&json(&known), "status") {
            "REFUNDED" | "REFUNDPENDING" => Ok(Voided::Accepted),
            _ if known.status.is_success() || known.status == StatusCode::NOT_FOUND => Ok(Voided::Refused(why)),
            _ => Err(answers::undecided(NAME, &known, &why)),
        }
    }

    pub(crate) async fn document(&self, bought: &Bought) -> Result<Vec<u8>, Error> {
        document::fetch(NAME, &self.account, &bought.document).await
    }
}

fn note(shipment: &Shipment<'_>) -> String {
    shipment.reference.chars().take(MAX_NOTE).collect()
}

fn offer(rate: &Value) -> Option<Offer> {
    let level = &rate["servicelevel"];
    let [name, token] = ["name", "token"].map(|field| text(level, field));
    let carrier = purchase::carrier(Service::Shippo, text(rate, "provider"));
    let service = if name.is_empty() { token } else { name };
    let days = purchase::days(&rate["estimated_days"]);
    purchase::offer(text(rate, "object_id"), carrier, service, price(&rate["amount"], &rate["currency"]), days)
}

/// What a transaction has come to. None: nobody here knows its status.
fn outcome(transaction: &Value, offered: &Offered, now: Timestamp) -> Option<Purchased> {
    Some(match text(transaction, "status") {
        // A label that went back was sold before.
        "SUCCESS" | "REFUNDED" | "REFUNDPENDING" | "REFUNDREJECTED" => Sold {
            id: text(transaction, "object_id"),
            carrier: &offered.taken.carrier,
            number: text(transaction, "tracking_number"),
            tracking_url: text(transaction, "tracking_url_provider"),
            document: text(transaction, "label_url"),
            at: &transaction["object_created"],
        }
        .bought(now),
        "QUEUED" | "WAITING" => Purchased::UnderWay("Shippo waits for the carrier".to_owned()),
        "ERROR" => Purchased::Refused(match messages(transaction) {
            why if why.is_empty() => "the carrier sells no label for this parcel".to_owned(),
            why => why,
        }),
        _ => return None,
    })
}

fn messages(said: &Value) -> String {
    purchase::reasons(list(said, "messages").iter().map(|message| text(message, "text")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
