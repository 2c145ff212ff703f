//! Labels of Sendcloud: <https://sendcloud.dev/api/v3/shipments>.
//!
//! An option is all that it offers, and a shipment that is announced is one whose label is bought. Its reference of ours is unique: a
//! second shipment of the same one is not made, and the answer is the first.

use crate::{
    Service,
    account::Account,
    answers, document,
    fields::{list, text},
    label::{Offers, Party, Purchase, Purchased, Shipment, Voided},
    price::price,
    purchase::{self, Sold},
    words,
};
use app::Error;
use data_encoding::BASE64;
use domain::{
    fulfillment::{Bought, Offer},
    money::decimal,
};
use http::{StatusCode, header, request::Builder};
use jiff::Timestamp;
use runtime::{
    Aws, Secret,
    client::{Client, json},
};
use serde_json::{Value, json};

const NAME: &str = "Sendcloud";
/// Between an option's code and the contract that it is of.
const OF_CONTRACT: char = '#';
/// Sendcloud's own options are for tests. They cost nothing, and so would be taken always.
const TESTS: &str = "sendcloud";
/// Options to places that the customer must have chosen.
const PLACES: [&str; 3] = ["service_point", "locker", "locker_or_service_point"];

/// The labels of a Sendcloud integration.
#[derive(Debug)]
pub struct Labels {
    account: Account,
}

impl Labels {
    /// `key`: the integration's public key and its secret one, a colon between them.
    pub(crate) fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        let client = Client::new(NAME, aws, url, key).reading(purchase::MAX_ANSWER);
        Self { account: Account::new(client, with_key) }
    }

    pub(crate) async fn offers(&self, shipment: &Shipment<'_>) -> Result<Offers, Error> {
        let wanted = json!({
            "from_address": place(&shipment.from), "to_address": place(&shipment.to), "parcels": [parcel(shipment)],
            "calculate_quotes": true,
        });
        let answer = self.account.post("/api/v3/shipping-options", &wanted).await?;
        let said = json(&answer);
        let why = reason(&said);
        if answer.status.is_success() && (said["data"].is_array() || said["data"].is_null() && said.is_object()) {
            let offers = list(&said, "data").iter().filter_map(offer).collect();
            return Ok(Offers::Made { shipment: String::new(), offers });
        }
        purchase::refusal(NAME, &answer, why).map(Offers::Refused)
    }

    pub(crate) async fn buy(&self, purchase: &Purchase<'_>, now: Timestamp) -> Result<Purchased, Error> {
        let Purchase { shipment, offered } = purchase;
        let (code, contract) = offered.taken.id.split_once(OF_CONTRACT).unwrap_or((&offered.taken.id, ""));
        let mut option = json!({ "shipping_option_code": code });
        if let Ok(contract) = contract.parse::<u64>() {
            option["contract_id"] = contract.into();
        }
        let wanted = json!({
            "external_reference_id": shipment.reference, "from_address": party(&shipment.from), "to_address": party(&shipment.to),
            "ship_with": { "type": "shipping_option_code", "properties": option }, "parcels": [parcel(shipment)],
            "label_details": { "mime_type": "application/pdf", "dpi": 72 },
        });
        let answer = self.account.post("/api/v3/shipments/announce", &wanted).await?;
        let said = json(&answer);
        if answer.status.is_success() {
            return outcome(&said["data"], &said, now)
                .ok_or_else(|| answers::undecided(NAME, &answer, "the shipment is missing"));
        }
        let why = reason(&said);
        if answer.status == StatusCode::CONFLICT {
            let found = self.find(purchase.shipment.reference, now).await?;
            return found.ok_or_else(|| answers::undecided(NAME, &answer, &why));
        }
        purchase::refusal(NAME, &answer, why).map(Purchased::Refused)
    }

    /// A shipment that failed has used the reference up: nothing is bought by it any more.
    pub(crate) async fn find(&self, reference: &str, now: Timestamp) -> Result<Option<Purchased>, Error> {
        let answer = self
            .account
            .get(&format!("/api/v3/shipments?external_reference_id={}", purchase::escaped(reference)))
            .await?;
        let said = json(&answer);
        let unread = |why: &str| answers::undecided(NAME, &answer, why);
        if !answer.status.is_success() || !said["data"].is_array() {
            return Err(unread(&reason(&said)));
        }
        let all = list(&said, "data");
        let named = |shipment: &&Value| text(shipment, "external_reference_id") == reference;
        let unnamed = |shipment: &&Value| shipment["external_reference_id"].is_null() && all.len() == 1;
        let Some(shipment) = all.iter().find(named).or_else(|| all.iter().find(unnamed)) else { return Ok(None) };
        outcome(shipment, shipment, now).map(Some).ok_or_else(|| unread("the parcel is missing"))
    }

    /// `id`: the shipment's.
    pub(crate) async fn void(&self, id: &str) -> Result<Voided, Error> {
        let answer =
            self.account.post(&format!("/api/v3/shipments/{}/cancel", purchase::escaped(id)), &json!({})).await?;
        if answer.status.is_success() {
            return Ok(Voided::Accepted);
        }
        let why = match reason(&json(&answer)) {
            why if answer.status == StatusCode::CONFLICT => why,
            why => purchase::refusal(NAME, &answer, why)?,
        };
        // It refuses also what it has done already.
        let known = self.account.get(&format!("/api/v3/shipments/{}", purchase::escaped(id))).await?;
        let shipment = json(&known);
        let status = &shipment["data"]["parcels"][0]["status"];
        match text(status, "code").to_ascii_uppercase() {
            code if code.contains("CANCEL") => Ok(Voided::Accepted),
            _ if known.status.is_success() || known.status == StatusCode::NOT_FOUND => Ok(Voided::Refused(why)),
            _ => Err(answers::undecided(NAME, &known, &why)),
        }
    }

    pub(crate) async fn document(&self, bought: &Bought) -> Result<Vec<u8>, Error> {
        document::fetch_with_key(NAME, &self.account, &bought.document).await
    }
}

fn with_key(request: Builder, key: &str) -> Builder {
    request.header(header::AUTHORIZATION, format!("Basic {}", BASE64.encode(key.trim().as_bytes())))
}

fn parcel(shipment: &Shipment<'_>) -> Value {
    let [length, width, height] = shipment.dimensions_mm.map(|length| decimal(length.into(), 1));
    json!({
        "dimensions": { "length": length, "width": width, "height": height, "unit": "cm" },
        "weight": { "value": decimal(shipment.weight_g.into(), 3), "unit": "kg" },
    })
}

/// Where somebody is: all that offers need to know.
fn place(party: &Party<'_>) -> Value {
    let address = party.address;
    purchase::filled(json!({
        "address_line_1": address.line1, "city": address.city, "postal_code": address.postal_code,
        "state_province_code": region(party), "country_code": address.country,
    }))
}

fn party(party: &Party<'_>) -> Value {
    let address = party.address;
    purchase::filled(json!({
        "name": address.name, "company_name": address.company, "address_line_1": address.line1,
        "address_line_2": address.line2, "city": address.city, "postal_code": address.postal_code,
        "state_province_code": region(party), "country_code": address.country, "email": party.email,
        "phone_number": party.phone,
    }))
}

/// A region's code in ISO 3166-2. What is written out is no code, and is left out.
fn region(party: &Party<'_>) -> Option<String> {
    let (country, region) = (party.address.country.as_str(), party.address.region.as_ref()?.to_uppercase());
    let code = region.strip_prefix(country).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&region);
    let is_code = (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_code.then(|| format!("{country}-{code}"))
}

fn offer(option: &Value) -> Option<Offer> {
    let (code, functions) = (text(option, "code"), &option["functionalities"]);
    let needs_place =
        PLACES.contains(&text(functions, "last_mile")) || option["requirements"]["is_service_point_required"] == true;
    let of = text(&option["carrier"], "code");
    if code.is_empty() || of == TESTS || needs_place || functions["returns"] == true {
        return None;
    }
    let quote = &option["quotes"][0];
    let total = &quote["price"]["total"];
    let id = option["contract"]["id"].as_u64().map_or_else(|| code.to_owned(), |id| format!("{code}{OF_CONTRACT}{id}"));
    let name = text(option, "name");
    // Sendcloud counts in hours.
    let days = quote["lead_time"].as_u64().and_then(|hours| u16::try_from(hours.div_ceil(24)).ok());
    let service = if name.is_empty() { code } else { name };
    purchase::offer(&id, carrier(&option["carrier"]), service, price(&total["value"], &total["currency"]), days)
}

/// By its code, which `carriers.tsv` knows, or else by its name.
fn carrier(carrier: &Value) -> String {
    let [code, name] = ["code", "name"].map(|field| text(carrier, field));
    let ours = purchase::carrier(Service::Sendcloud, code);
    if ours == purchase::short(code) && !name.is_empty() { purchase::short(name) } else { ours }
}

/// What a shipment has come to. `said`: where the errors are. None: it is none.
fn outcome(shipment: &Value, said: &Value, now: Timestamp) -> Option<Purchased> {
    let parcel = list(shipment, "parcels").first()?;
    let status = &parcel["status"];
    let code = text(status, "code").to_ascii_uppercase().replace('-', "_");
    if code == "ANNOUNCEMENT_FAILED" {
        let why = [reason(shipment), reason(said), words::words(text(status, "message"))];
        return Some(Purchased::Refused(why.into_iter().find(|why| !why.is_empty()).unwrap_or(code)));
    }
    let id = text(shipment, "id");
    if id.is_empty() {
        return None;
    }
    let document = list(parcel, "documents").iter().find(|document| text(document, "type") == "label");
    let option = text(&shipment["ship_with"]["properties"], "shipping_option_code");
    let named = carrier(&shipment["carrier"]);
    let by_option = || purchase::carrier(Service::Sendcloud, option.split(':').next().unwrap_or_default());
    let sold = Sold {
        id,
        carrier: &if named.is_empty() { by_option() } else { named },
        number: text(parcel, "tracking_number"),
        tracking_url: text(parcel, "tracking_url"),
        document: document.map_or("", |document| text(document, "link")),
        at: &parcel["announced_at"],
    };
    Some(sold.bought(now))
}

/// What is wrong, and where.
fn reason(said: &Value) -> String {
    let of = |error: &Value| {
        let [detail, pointer] = [text(error, "detail"), text(&error["source"], "pointer")];
        if pointer.is_empty() || detail.is_empty() { detail.to_owned() } else { format!("{pointer}: {detail}") }
    };
    let all: Vec<String> = list(said, "errors").iter().map(of).collect();
    purchase::reasons(all.iter().map(String::as_str))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
