//! Parcels that left. The shop is told of each once: it knows no idempotency keys, so it is asked first what it knows.
//!
//! 1. A fulfillment, where the shop has them: since 10.1, and only if a person turned them on.
//!    <https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/src/Admin/Features/Fulfillments/README.md>
//! 2. Otherwise a note for the customer: <https://woocommerce.github.io/woocommerce-rest-api-docs/#create-an-order-note>. It is in no language.
//! 3. With the last parcel, the order is completed.
//!
//! The shop writes its customer an e-mail about each of them.

use super::{
    answers::{Fault, Refusal},
    api::Api,
    fields::{self, list, meta, text, word},
    order,
};
use crate::seam::{Shipment, Shipped};
use app::Error;
use domain::channel_order::Stage;
use serde_json::{Value, json};

/// What we call a parcel, beside WooCommerce's own fields of it.
const KEY: &str = "_orderly_parcel";
const COMPLETED: &str = "completed";

/// What came of one way to tell of a parcel.
enum Told {
    /// The shop knows it now, by this id.
    Yes(String),
    /// The shop does not have this way, or does not take the parcel by it.
    No(Refusal),
}

impl Api {
    pub(crate) async fn ship(&self, order: &str, shipment: &Shipment) -> Result<Shipped, Error> {
        let Some(known) = self.fetch(order).await? else { return Ok(refused("the shop has the order no more")) };
        let status = text(&known, "status");
        if matches!(order::stage(&status), Stage::Cancelled | Stage::Refunded) {
            return Ok(refused(&format!("the order is {} there", word(&status))));
        }
        let told = match self.fulfill(order, shipment).await? {
            Told::Yes(id) => Told::Yes(format!("fulfillment-{id}")),
            Told::No(_) => self.note(order, shipment).await?,
        };
        match told {
            Told::Yes(id) if shipment.is_last && status != COMPLETED => self.complete(order, id).await,
            Told::Yes(id) => Ok(Shipped::Told(id)),
            Told::No(refusal) => Ok(refused(&format!("the shop takes no note about the order: {refusal}"))),
        }
    }

    async fn fulfill(&self, order: &str, shipment: &Shipment) -> Result<Told, Error> {
        let path = format!("/orders/{order}/fulfillments");
        let known = match self.get(&path, &[]).await {
            Ok(said) => fulfillment(&said.body, shipment),
            // They take other rights than orders do.
            Err(Fault::Refused(refusal) | Fault::Forbidden(refusal)) => return Ok(Told::No(refusal)),
            Err(fault) => return Err(fault.into()),
        };
        if let Some(id) = known {
            return Ok(Told::Yes(id));
        }
        match self.post(&path, &[("notify_customer", "true")], &parcel(shipment)).await {
            Ok(said) => Ok(Told::Yes(made(&said.body)?)),
            // What went wrong may be what follows it: an e-mail. So it is looked for once more.
            Err(Fault::Refused(refusal)) => {
                let now = self.get(&path, &[]).await?;
                Ok(fulfillment(&now.body, shipment).map_or(Told::No(refusal), Told::Yes))
            }
            Err(fault) => Err(fault.into()),
        }
    }

    async fn note(&self, order: &str, shipment: &Shipment) -> Result<Told, Error> {
        let path = format!("/orders/{order}/notes");
        let known = self.get(&path, &[("type", "customer")]).await?;
        let mark = shipment.tracking_number.as_deref().unwrap_or(&shipment.key);
        let is_it = |note: &&Value| note["customer_note"] == true && text(note, "note").contains(mark);
        let id = known.body.as_array().and_then(|notes| fields::id(&notes.iter().find(is_it)?["id"]));
        if let Some(id) = id {
            return Ok(Told::Yes(format!("note-{id}")));
        }
        match self.post(&path, &[], &json!({ "note": words(shipment), "customer_note": true })).await {
            Ok(said) => Ok(Told::Yes(format!("note-{}", made(&said.body)?))),
            Err(Fault::Refused(refusal)) => Ok(Told::No(refusal)),
            Err(fault) => Err(fault.into()),
        }
    }

    async fn complete(&self, order: &str, told: String) -> Result<Shipped, Error> {
        match self.put(&format!("/orders/{order}"), &json!({ "status": COMPLETED })).await {
            Ok(_) => Ok(Shipped::Told(told)),
            Err(Fault::Refused(refusal)) => {
                Ok(refused(&format!("the shop knows of the parcel, but does not complete the order: {refusal}")))
            }
            Err(fault) => Err(fault.into()),
        }
    }
}

fn refused(why: &str) -> Shipped {
    Shipped::Refused(why.to_owned())
}

/// The id of what was made.
fn made(body: &Value) -> Result<String, Error> {
    fields::id(&body["id"]).ok_or_else(|| Error::Outside("the shop does not say what it calls the parcel".to_owned()))
}

/// The id of a parcel's fulfillment, if the shop has it: one of ours, or one that a person entered there.
fn fulfillment(known: &Value, shipment: &Shipment) -> Option<String> {
    let known = known.as_array().map_or_else(|| list(known, "fulfillments"), Vec::as_slice);
    let is_it = |one: &&Value| {
        let is_ours = meta(one, KEY).is_some_and(|key| *key == shipment.key);
        let number = shipment.tracking_number.as_deref().filter(|number| !number.is_empty());
        let has_number =
            number.is_some_and(|number| meta(one, "_tracking_number").is_some_and(|known| *known == number));
        one["date_deleted"].is_null() && (is_ours || has_number)
    };
    fields::id(&known.iter().find(is_it)?["id"])
}

fn parcel(shipment: &Shipment) -> Value {
    let items = shipment
        .lines
        .iter()
        .filter_map(|(line, units)| Some(json!({ "item_id": line.parse::<u64>().ok()?, "qty": units })));
    let mut meta = vec![
        json!({ "key": "_items", "value": items.collect::<Vec<_>>() }),
        // E-mails show it as it is.
        json!({ "key": "_shipment_provider", "value": shipment.carrier }),
        json!({ "key": KEY, "value": shipment.key }),
    ];
    for (key, value) in [("_tracking_number", &shipment.tracking_number), ("_tracking_url", &shipment.tracking_url)] {
        meta.extend(value.as_ref().map(|value| json!({ "key": key, "value": value })));
    }
    json!({ "status": "fulfilled", "is_fulfilled": true, "meta_data": meta })
}

/// The note for the customer, by which it is found again: `DHL 00340434161094042557 https://…`.
fn words(shipment: &Shipment) -> String {
    let number = shipment.tracking_number.as_ref().unwrap_or(&shipment.key);
    let words = [Some(&shipment.carrier), Some(number), shipment.tracking_url.as_ref()];
    let words = words.into_iter().flatten().map(|word| word.trim()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
