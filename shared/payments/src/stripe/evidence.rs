//! Evidence for disputes: <https://docs.stripe.com/api/disputes/update>. It can be submitted once.

use super::api::{Api, body};
use crate::{
    evidence::{EvidenceRequest, TakesEvidence},
    request::{Outcome, Reply},
};
use app::Error;
use domain::evidence::{GatheredEvidence, SentParcel, items, story};
use http::StatusCode;
use serde_json::Value;

/// Of a text for people. All fields together may have 150,000 characters.
const MAX_TEXT: usize = 20_000;
/// Of a name, an address or a date.
const MAX_FIELD: usize = 5_000;
/// Of a carrier, and of a tracking number.
const MAX_TRACKING: usize = 500;

impl TakesEvidence for Api {
    async fn submit(&self, request: &EvidenceRequest<'_>) -> Result<Reply, Error> {
        let fields = fields(request.evidence);
        let begun = |answer: &Value| {
            let id = answer["id"].as_str().filter(|_| answer["object"] == "dispute");
            let id = id.ok_or_else(|| Error::Outside("Stripe's answer is no dispute".to_owned()))?;
            Ok(Outcome::Begun { id: id.to_owned() })
        };
        self.post(&path(request), &request.idempotency_key(), fields, begun).await
    }

    async fn find_submitted(&self, request: &EvidenceRequest<'_>) -> Result<Option<Outcome>, Error> {
        let url = self.url(&path(request));
        let answer = self.ask(|| http::Request::get(&url), String::new()).await?;
        match answer.status {
            StatusCode::OK => found(request, &body(&answer)),
            status => Err(Error::Outside(format!("Stripe answered {status} when asked for a dispute"))),
        }
    }
}

fn path(request: &EvidenceRequest<'_>) -> String {
    format!("/v1/disputes/{}", request.evidence.dispute)
}

/// What a dispute says of its evidence. An inquiry that became a dispute counts its earlier evidence too, so that an open one
/// is judged by its status alone.
fn found(request: &EvidenceRequest<'_>, dispute: &Value) -> Result<Option<Outcome>, Error> {
    let submitted = || Some(Outcome::Begun { id: request.evidence.dispute.to_string() });
    let has_some = dispute["evidence_details"]["submission_count"].as_i64().is_some_and(|count| count > 0);
    match dispute["status"].as_str() {
        Some("under_review" | "warning_under_review") => Ok(submitted()),
        Some("needs_response" | "warning_needs_response") => Ok(None),
        Some(_) if has_some => Ok(submitted()),
        Some(_) => Ok(Some(Outcome::Refused("the_dispute_is_over".to_owned()))),
        None => Err(Error::Outside("Stripe's answer is no dispute".to_owned())),
    }
}

/// The parameters: `evidence[customer_name]`… Without `submit` it would only be kept at Stripe.
fn fields(evidence: &GatheredEvidence) -> Vec<(String, String)> {
    let of_parcels = |what: fn(&SentParcel) -> String, max| {
        let all: Vec<String> = evidence.parcels.iter().map(what).collect();
        (all.join(", "), max)
    };
    let told = [
        ("customer_name", (evidence.customer_name.clone(), MAX_FIELD)),
        ("customer_email_address", (evidence.customer_email.clone(), MAX_FIELD)),
        ("billing_address", (evidence.billing_address.clone().unwrap_or_default().join("\n"), MAX_FIELD)),
        ("shipping_address", (evidence.shipping_address.join("\n"), MAX_FIELD)),
        ("product_description", (items(evidence), MAX_TEXT)),
        ("shipping_carrier", of_parcels(|parcel| parcel.carrier.clone(), MAX_TRACKING)),
        ("shipping_tracking_number", of_parcels(|parcel| parcel.tracking_number.clone(), MAX_TRACKING)),
        ("shipping_date", of_parcels(|parcel| parcel.handed_over_at.strftime("%Y-%m-%d").to_string(), MAX_FIELD)),
        ("uncategorized_text", (story(evidence), MAX_TEXT)),
    ];
    let told = told.into_iter().filter(|(_, (text, _))| !text.is_empty());
    let fields = told.map(|(name, (text, max))| (format!("evidence[{name}]"), cut(text, max)));
    fields.chain([("submit".to_owned(), "true".to_owned())]).collect()
}

/// A text of at most `max` characters. What is left out is marked.
fn cut(text: String, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text,
        Some(_) => text.chars().take(max - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests;
