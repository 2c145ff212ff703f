//! What an order has to say about a dispute: gathered when somebody reads it, or when it is given, and never stored.

mod words;

pub use words::{items, story};

use crate::{
    Rejection,
    duty::{EmailKind, ItemName},
    email_claim::EmailClaim,
    fulfillment::Parcel,
    history::{Entry, Event},
    ids::{LineId, ParcelId, PaymentId, ProviderId, RefundId},
    ledger::{Case, DisputeStatus, OwnWords, Payment, RequestState},
    mail_report::MailReport,
    money::{Amount, Currency},
    order::Order,
    postal::CountryNames,
    problem::Code,
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// The evidence for a dispute, in the terms of no provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DisputeEvidence"))]
pub struct GatheredEvidence {
    /// The provider's id of the dispute.
    pub dispute: ProviderId,
    /// The disputed payment.
    pub payment: PaymentId,
    /// Where the dispute stands. Evidence is wanted while it is `inquiry` or `open`.
    pub status: DisputeStatus,
    /// What is disputed, in minor units of `currency`.
    pub amount: Amount,
    /// The currency of `amount`.
    pub currency: Currency,
    #[serde(flatten)]
    pub case: Case,
    /// The channel's own id of the order.
    pub reference: String,
    /// When the order was placed, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub placed_at: Timestamp,
    /// Who ordered.
    pub customer_name: String,
    /// Where the e-mails about the order went.
    pub customer_email: String,
    /// Absent if it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_phone: Option<String>,
    /// Line by line. Absent if the order has none of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Vec<String>>,
    /// Line by line.
    pub shipping_address: Vec<String>,
    /// What was ordered.
    pub items: Vec<EvidenceItem>,
    /// What the order costs, in minor units of `order_currency`.
    pub total: Amount,
    /// The currency of `total`, of the items, and of the refunds.
    pub order_currency: Currency,
    /// What was captured for the order.
    pub receipts: Vec<Receipt>,
    /// What has left, and what became of it.
    pub parcels: Vec<SentParcel>,
    /// The e-mails to the customer that were sent.
    pub emails: Vec<SentEmail>,
    /// What went back to the customer.
    pub refunds: Vec<MadeRefund>,
    /// What happened, in words, the oldest first. Notes of people are no part of it: the customer may read it.
    pub timeline: Vec<String>,
    /// What the shop wrote itself, once it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_words: Option<OwnWords>,
    /// What is not known, and would help.
    pub missing: Vec<String>,
    /// All of it as one text, to copy to wherever the provider takes it.
    pub text: String,
}

/// Something that was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EvidenceItem {
    /// As it came with the order.
    pub title: String,
    /// The shop's own number of it.
    pub sku: String,
    /// Units that are ordered.
    pub quantity: u32,
    /// What they cost together, with tax and after discounts, in minor units.
    pub total: Amount,
}

/// A payment of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// Which payment.
    pub payment: PaymentId,
    /// What was captured of it, in minor units.
    pub captured: Amount,
    /// The payment's own currency.
    pub currency: Currency,
}

/// A parcel that has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentParcel {
    /// Its name within its fulfillment.
    pub parcel: ParcelId,
    /// Who carries it.
    pub carrier: String,
    /// The carrier's number of it.
    pub tracking_number: String,
    /// The carrier's page about it. Absent if none was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<String>,
    /// When it was handed to the carrier, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub handed_over_at: Timestamp,
    /// When it was delivered, in UTC. Absent if nobody has told that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub delivered_at: Option<Timestamp>,
    /// Who told that it was delivered. Absent if nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_told_by: Option<String>,
    /// What is in it: `2 × Enamel mug`.
    pub contents: Vec<String>,
}

/// An e-mail to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentEmail {
    /// What it told: `notice that parcel P1 was sent`.
    pub what: String,
    /// When the mail service took it, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub sent_at: Timestamp,
    /// When the customer's mail server took it, in UTC. Absent if nobody has told that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub delivered_at: Option<Timestamp>,
}

/// Money that went back to the customer, or is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadeRefund {
    /// Orderly's name of it, or the provider's id.
    pub refund: RefundId,
    /// In minor units.
    pub amount: Amount,
    /// Whether it is done. Otherwise the provider has it.
    pub succeeded: bool,
}

impl Order {
    /// Gathers what the order has to say about one of its disputes. `claims` are those of its e-mails.
    pub fn evidence(
        &self,
        dispute: &ProviderId,
        claims: &BTreeMap<ItemName, EmailClaim>,
    ) -> Result<GatheredEvidence, Rejection> {
        let (placed, ledger) = (&self.placed, &self.state.ledger);
        let none = || Rejection::new(Code::NotFound, format!("the order has no dispute {dispute}"));
        let (payment, told) = ledger.dispute(dispute.as_str()).ok_or_else(none)?;
        let of_payment = ledger.payments.get(payment).and_then(|payment| payment.currency);
        let totals = placed.totals();
        let item = |(n, line): (usize, &crate::placed_order::Line)| EvidenceItem {
            title: line.title.to_string(),
            sku: line.sku.to_string(),
            quantity: line.quantity,
            total: totals.as_ref().map_or(0, |totals| totals.lines[n]),
        };
        let mut evidence = GatheredEvidence {
            dispute: dispute.clone(),
            payment: payment.clone(),
            status: told.status,
            amount: told.amount,
            currency: told.currency.or(of_payment).unwrap_or(placed.currency),
            case: told.case.clone(),
            reference: placed.reference.clone(),
            placed_at: placed.placed_at,
            customer_name: placed.customer.name.to_string(),
            customer_email: placed.customer.email.to_string(),
            customer_phone: placed.customer.phone.as_ref().map(ToString::to_string),
            billing_address: placed.billing_address.as_ref().map(|address| CountryNames::ENGLISH.address(address)),
            shipping_address: CountryNames::ENGLISH.address(&placed.shipping_address),
            items: placed.lines.iter().enumerate().map(item).collect(),
            total: placed.total,
            order_currency: placed.currency,
            receipts: ledger
                .payments
                .iter()
                .filter_map(|(id, payment)| receipt(id, payment, placed.currency))
                .collect(),
            parcels: self.sent_parcels(),
            emails: self.sent_emails(claims),
            refunds: self.made_refunds(),
            timeline: self.story(),
            own_words: ledger.evidence.get(dispute).and_then(|evidence| evidence.text.clone()),
            missing: Vec::new(),
            text: String::new(),
        };
        evidence.missing = self.missing(&evidence);
        evidence.text = words::whole(&evidence);
        Ok(evidence)
    }

    fn sent_parcels(&self) -> Vec<SentParcel> {
        let mut sent: Vec<SentParcel> = Vec::new();
        for fulfillment in self.fulfillments.values() {
            let told_by = |parcel: &Parcel| {
                let note = format!("parcel {}", parcel.id);
                let is_it = |entry: &&Entry| entry.what == Event::Delivered && entry.note == note;
                fulfillment.history.iter().find(is_it).map(|entry| entry.by.clone())
            };
            sent.extend(fulfillment.parcels.iter().filter_map(|parcel| {
                let shipment = parcel.shipment.as_ref()?;
                let contents = parcel
                    .contents
                    .iter()
                    .map(|packed| format!("{} × {}", packed.quantity, self.title_of(packed.line)));
                Some(SentParcel {
                    parcel: parcel.id,
                    carrier: shipment.carrier.to_string(),
                    tracking_number: shipment.tracking_number.to_string(),
                    tracking_url: shipment
                        .tracking_page(Some(&self.placed.shipping_address))
                        .map(|page| page.to_string()),
                    handed_over_at: shipment.handed_over_at,
                    delivered_at: parcel.delivered_at,
                    delivery_told_by: parcel.delivered_at.and_then(|_| told_by(parcel)),
                    contents: contents.collect(),
                })
            }));
        }
        sent.sort_by_key(|parcel| parcel.handed_over_at);
        sent
    }

    fn title_of(&self, line: LineId) -> &str {
        self.placed.lines.iter().find(|of| of.id == line).map_or("", |of| of.title.as_str())
    }

    /// The histories of its parts, each with its name.
    fn histories(&self) -> impl Iterator<Item = (ItemName, &[Entry])> {
        let state = std::iter::once((ItemName::State, self.state.history.as_slice()));
        let fulfillments = self.fulfillments.iter().map(|(id, of)| (ItemName::Fulfillment(*id), of.history.as_slice()));
        let returns = self.returns.iter().map(|(id, of)| (ItemName::Return(*id), of.history.as_slice()));
        state.chain(fulfillments).chain(returns)
    }

    fn sent_emails(&self, claims: &BTreeMap<ItemName, EmailClaim>) -> Vec<SentEmail> {
        let mut sent: Vec<SentEmail> = Vec::new();
        for (item, history) in self.histories() {
            for entry in history.iter().filter(|entry| entry.what == Event::Emailed) {
                let Ok(kind) = entry.note.parse::<EmailKind>() else { continue };
                let what = words::email(&kind);
                let claim = claims.get(&ItemName::Email(Box::new(item.clone()), kind));
                let delivered_at = claim.and_then(|claim| claim.reports.get(&MailReport::Delivered).copied());
                sent.push(SentEmail { what, sent_at: entry.at, delivered_at });
            }
        }
        sent.sort_by_key(|email| email.sent_at);
        sent
    }

    fn made_refunds(&self) -> Vec<MadeRefund> {
        let refunds = self.state.ledger.refunds();
        let made = refunds
            .filter(|(_, refund)| refund.has_succeeded() || matches!(refund.state, RequestState::Pending { .. }));
        made.map(|(id, refund)| MadeRefund {
            refund: id.clone(),
            amount: refund.amount,
            succeeded: refund.has_succeeded(),
        })
        .collect()
    }

    /// What happened, in words that may be shown to anybody.
    fn story(&self) -> Vec<String> {
        let told = |entry: &Entry| Some((entry.at, words::event(entry.what)?));
        let mut told: Vec<_> = self.histories().flat_map(|(_, history)| history.iter().filter_map(told)).collect();
        told.sort_by_key(|(at, _)| *at); // stable: what happened in one moment stays in its order
        told.into_iter().map(|(at, what)| format!("{} {what}", words::moment(at))).collect()
    }

    fn missing(&self, evidence: &GatheredEvidence) -> Vec<String> {
        let mut missing = Vec::new();
        if self.state.is_erased() {
            missing.push("the customer's name and addresses: they were erased".to_owned());
        }
        if self.placed.billing_address.is_none() {
            missing.push("a billing address: the order has only the shipping address".to_owned());
        }
        if self.placed.stocked_lines().next().is_some() && evidence.parcels.is_empty() {
            missing.push("a parcel: nothing of the order has been handed to a carrier".to_owned());
        }
        let silent = evidence.parcels.iter().filter(|parcel| parcel.delivered_at.is_none());
        missing.extend(silent.map(|parcel| format!("the delivery of parcel {}: nobody has told it", parcel.parcel)));
        if evidence.emails.is_empty() {
            missing.push("an e-mail: none was sent to the customer".to_owned());
        } else if evidence.emails.iter().all(|email| email.delivered_at.is_none()) {
            missing.push("the delivery of an e-mail: the mail service has told none".to_owned());
        }
        if evidence.case.reason.is_none() {
            missing.push("the customer's reason: the provider has not told it".to_owned());
        }
        missing
    }
}

fn receipt(id: &PaymentId, payment: &Payment, currency: Currency) -> Option<Receipt> {
    let currency = payment.currency.unwrap_or(currency);
    (payment.captured > 0).then(|| Receipt { payment: id.clone(), captured: payment.captured, currency })
}

#[cfg(test)]
mod tests;
