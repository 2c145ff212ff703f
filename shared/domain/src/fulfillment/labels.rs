//! Labels are bought once for each parcel, and given back when nobody uses them.
//!
//! A label is money. So its service is asked as payment providers are ([`RequestState`]): what is asked for is decided here first,
//! marked as sent before the service is asked, and recorded after. In between nobody knows what has happened, and the service is
//! asked what it knows before anything is bought.

use super::{Bought, Fulfillment, FulfillmentStatus, HandOver, Label, LabelWish, Offered, Tracking};
use crate::{
    Rejection,
    contact::WebUrl,
    duty::Duty,
    history::{Event, Stamp},
    ids::{LabelId, ParcelId},
    ledger::RequestState,
    problem::Code,
    safeguards::Safeguard,
    text::Text,
    tracking_number::TrackingNumber,
};
use jiff::Timestamp;

/// The most labels that one fulfillment has, with those that failed and those that were given back.
pub const MAX_LABELS: usize = 60;

/// A label to be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelOrder {
    pub parcel: ParcelId,
    /// The service that sells it. None: the shop buys no labels.
    pub by: Option<String>,
    pub wish: LabelWish,
    /// The caller's idempotency key.
    pub key: String,
}

/// A parcel that leaves. Without a carrier and a number, it leaves with the label that was bought for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Leaving {
    /// The id of a packed parcel of this fulfillment.
    pub parcel: ParcelId,
    /// The carrier's name. E-mails show it. Absent if the parcel leaves with the label that Orderly bought for it.
    pub carrier: Option<Text<1, 60>>,
    /// The carrier's number of the parcel. E-mails show it. Absent if `carrier` is.
    pub tracking_number: Option<Text<1, 60>>,
    /// `https` or `http`: the customer's e-mail links to it. Without it, the e-mail links to the carrier's own page, if the carrier
    /// is known.
    pub tracking_url: Option<WebUrl>,
}

impl Fulfillment {
    /// Whether this label was ordered before, under the same key.
    pub(crate) fn has_ordered(&self, order: &LabelOrder) -> Result<bool, Rejection> {
        let Some(known) = self.labels.iter().find(|label| label.key == order.key) else { return Ok(false) };
        if (&known.parcel, &known.wish) == (&order.parcel, &order.wish) {
            return Ok(true);
        }
        Err(Rejection::new(Code::KeyReused, "this idempotency key was used for another label"))
    }

    /// Orders a label for a packed parcel. One label at most is wanted for a parcel: another one may be ordered once that has failed, or was
    /// given up. The idempotency key makes a repetition harmless.
    pub fn order_label(mut self, order: &LabelOrder, stamp: &Stamp) -> Result<Self, Rejection> {
        if self.has_ordered(order)? {
            return Ok(self);
        }
        let LabelOrder { parcel, by, wish, key } = order;
        let by = by.as_ref().ok_or_else(|| {
            let why = "the shop buys no labels, because LabelsFrom names no service; tell carrier and tracking_number at the hand-over";
            Rejection::new(Code::NoLabelService, why)
        })?;
        let own = self.parcel(*parcel)?;
        if own.shipment.is_some() {
            let why = format!("parcel {parcel} is with a carrier already, and needs no label");
            return Err(Rejection::new(Code::AlreadyHandedOver, why));
        }
        if !self.status.is_work() {
            return Err(self.not_in("have labels", "packed or being packed"));
        }
        if own.dimensions_mm.is_none() {
            let why = format!("parcel {parcel} was packed without dimensions, and carriers ask for them");
            return Err(Rejection::new(Code::NoDimensions, why));
        }
        if let Some(known) = self.wanted_label(*parcel)
            && !Safeguard::OneLabelAtMost.is_off()
        {
            let why = format!("label {} is bought, or being bought, for parcel {parcel}; give it up first", known.id);
            return Err(Rejection::new(Code::LabelExists, why));
        }
        if self.labels.len() >= MAX_LABELS {
            let why = format!("{MAX_LABELS} labels were ordered for this fulfillment, and no more can be");
            return Err(Rejection::new(Code::TooManyLabels, why));
        }
        let id = LabelId::after(self.labels.iter().map(|label| &label.id));
        self.labels.push(Label {
            id,
            parcel: *parcel,
            by: by.clone(),
            key: key.clone(),
            wish: wish.clone(),
            purchase: RequestState::Intended,
            offered: None,
            bought: None,
            void: None,
        });
        self.owe_labels();
        Ok(self.with_entry(stamp, Event::LabelOrdered, format!("{id} for parcel {parcel}, {by}")))
    }

    /// The label that a parcel is to leave with.
    pub fn wanted_label(&self, parcel: ParcelId) -> Option<&Label> {
        self.labels.iter().find(|label| label.parcel == parcel && label.is_wanted())
    }

    /// Whether a label that is not bought yet is still to be: its parcel waits for it.
    pub fn needs(&self, label: &Label) -> bool {
        let parcel = self.parcels.iter().find(|parcel| parcel.id == label.parcel);
        label.is_wanted() && self.status.is_work() && parcel.is_some_and(|parcel| parcel.shipment.is_none())
    }

    /// Gives a parcel's label up. One that was not bought is not bought any more, and one that was goes back. Giving up again
    /// changes nothing.
    pub fn give_up_label(mut self, parcel: ParcelId, stamp: &Stamp) -> Result<Self, Rejection> {
        self.parcel(parcel)?;
        let Some(label) = self.wanted_label(parcel) else { return Ok(self) };
        if self.has_left_with(label) {
            let why = format!("a parcel has left with label {}", label.id);
            return Err(Rejection::new(Code::AlreadyHandedOver, why));
        }
        let id = label.id;
        self.give_up(id);
        self.owe_labels();
        Ok(self.with_entry(stamp, Event::LabelGivenUp, format!("{id} of parcel {parcel}")))
    }

    /// Whether any parcel has left with this label, whichever it was meant for, and however often its number was corrected. Of a label without a
    /// number: whether its own parcel has left.
    pub fn has_left_with(&self, label: &Label) -> bool {
        let left = || self.parcels.iter().filter_map(|parcel| Some((parcel.id, parcel.shipment.as_ref()?)));
        if label.bought.as_ref().is_some_and(|bought| bought.tracking_number.is_none()) {
            return left().any(|(parcel, _)| parcel == label.parcel);
        }
        let now = left().map(|(_, shipment)| &shipment.tracking_number);
        let before = left().flat_map(|(_, shipment)| shipment.corrected.iter().map(|was| &was.tracking_number));
        let mut numbers = now.chain(before).filter_map(|number| number.parse::<TrackingNumber>().ok());
        numbers.any(|number| label.is_numbered(&number))
    }

    /// Gives up every label that no parcel can leave with any more. One that may be bought is decided about once that is known.
    pub(super) fn give_up_unused_labels(&mut self) {
        let is_decided = |label: &Label| label.bought.is_some() || label.purchase == RequestState::Intended;
        let is_useless =
            |label: &&Label| label.is_wanted() && is_decided(label) && !self.needs(label) && !self.has_left_with(label);
        let useless: Vec<LabelId> = self.labels.iter().filter(is_useless).map(|label| label.id).collect();
        for id in useless.into_iter().filter(|_| !Safeguard::UnusedLabelGoesBack.is_off()) {
            self.give_up(id);
        }
        self.owe_labels();
    }

    fn give_up(&mut self, id: LabelId) {
        for label in self.labels.iter_mut().filter(|label| label.id == id) {
            label.void = Some(RequestState::Intended);
            label.forget_details();
            if label.purchase == RequestState::Intended {
                let reason = "it was given up before it was bought".to_owned();
                label.purchase = RequestState::Failed { reason, refused: false };
            }
        }
    }

    /// Owes what the services still have to be asked for, and nothing else of the kind.
    fn owe_labels(&mut self) {
        if self.labels.iter().any(Label::is_owed) {
            self.owed.insert(Duty::Label);
        } else {
            self.owed.remove(&Duty::Label);
        }
    }

    fn label_mut(&mut self, id: LabelId) -> Result<&mut Label, Rejection> {
        let unknown = || Rejection::new(Code::NoLabel, format!("the fulfillment has no label {id}"));
        self.labels.iter_mut().find(|label| label.id == id).ok_or_else(unknown)
    }

    /// Records which offer is taken, and that the service is about to be asked for it. From here on the outcome is unknown until it is recorded.
    pub fn label_sent(mut self, id: LabelId, offered: &Offered, at: Timestamp) -> Result<Self, Rejection> {
        let label = self.label_mut(id)?;
        if label.purchase == RequestState::Intended {
            label.offered = Some(offered.clone());
            label.purchase = RequestState::Sent { at };
        }
        Ok(self)
    }

    /// Records that the service is about to be asked once more. `was`: how the purchase stood when it was looked for in vain. If
    /// somebody else asks, or nobody needs the label any more, nothing changes.
    pub fn label_sent_again(mut self, id: LabelId, was: &RequestState, now: Timestamp) -> Result<Self, Rejection> {
        let is_needed = self.labels.iter().find(|label| label.id == id).is_some_and(|label| self.needs(label));
        let label = self.label_mut(id)?;
        if let RequestState::Sent { at } | RequestState::Unknown { at, .. } = label.purchase
            && label.purchase == *was
            && is_needed
        {
            let reason = "it is asked for once more".to_owned();
            label.purchase = RequestState::Unknown { at, asked_at: Some(now), reason };
        }
        Ok(self)
    }

    /// Records that the service's answer told nothing. It is asked again.
    pub fn label_unknown(mut self, id: LabelId, why: &str, now: Timestamp) -> Result<Self, Rejection> {
        let label = self.label_mut(id)?;
        if let RequestState::Sent { at } | RequestState::Unknown { at, .. } = label.purchase {
            label.purchase = RequestState::Unknown { at, asked_at: Some(now), reason: why.to_owned() };
        }
        Ok(self)
    }

    /// Records what was bought. If nobody wants it any more, it goes back; if a parcel left with it meanwhile, it stays.
    pub fn label_bought(mut self, id: LabelId, name: &str, bought: &Bought, stamp: &Stamp) -> Result<Self, Rejection> {
        let label = self.label_mut(id)?;
        if label.bought.is_some() {
            return Ok(self);
        }
        let had_failed = matches!(label.purchase, RequestState::Failed { .. });
        label.purchase = RequestState::Succeeded { provider_id: name.to_owned() };
        label.bought = Some(bought.clone());
        let (parcel, label) = (label.parcel, label.clone());
        let has_another = self.labels.iter().any(|other| other.id != id && other.parcel == parcel && other.is_wanted());
        if self.has_left_with(&label) {
            self.label_mut(id)?.void = None;
        } else if had_failed || has_another || label.void.is_some() {
            self.give_up(id);
        }
        self.give_up_unused_labels();
        self.owe_notice();
        let cost = label
            .offered
            .map(|Offered { taken, .. }| format!(", {} {}", taken.service, taken.currency.format(taken.price)));
        let number = bought.tracking_number.as_ref().map(|number| format!(" {number}")).unwrap_or_default();
        let note = format!("{id} for parcel {parcel}, {}{number}{}", bought.carrier, cost.unwrap_or_default());
        Ok(self.with_entry(stamp, Event::LabelBought, note))
    }

    /// Records that the service was not asked to sell the label: it offers nothing that is wanted.
    pub fn label_not_offered(self, id: LabelId, why: &str, stamp: &Stamp) -> Result<Self, Rejection> {
        self.label_failed(id, |purchase| *purchase == RequestState::Intended, why, stamp)
    }

    /// Records that no label was bought though the service was asked, and that none will be by this order.
    pub fn label_refused(self, id: LabelId, why: &str, stamp: &Stamp) -> Result<Self, Rejection> {
        self.label_failed(id, |purchase| purchase.is_owed() && *purchase != RequestState::Intended, why, stamp)
    }

    fn label_failed(
        mut self,
        id: LabelId,
        is_open: impl Fn(&RequestState) -> bool,
        why: &str,
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        let label = self.label_mut(id)?;
        if !is_open(&label.purchase) {
            return Ok(self);
        }
        label.purchase = RequestState::Failed { reason: why.to_owned(), refused: true };
        label.forget_details();
        let note = format!("{id} for parcel {}: {why}", label.parcel);
        self.owe_labels();
        self.owe_notice();
        Ok(self.with_entry(stamp, Event::LabelFailed, note))
    }

    /// Records that the service was asked to take a label back, and what it said. None: it took the request on.
    pub fn label_voided(mut self, id: LabelId, refused: Option<&str>, stamp: &Stamp) -> Result<Self, Rejection> {
        let label = self.label_mut(id)?;
        if !label.is_to_be_voided() {
            return Ok(self);
        }
        let provider_id = label.purchase.provider_id().unwrap_or_default().to_owned();
        let (state, what, words) = match refused {
            None => (RequestState::Succeeded { provider_id }, Event::LabelVoided, String::new()),
            Some(why) => {
                let state = RequestState::Failed { reason: why.to_owned(), refused: true };
                (state, Event::LabelNotVoided, format!(": {why}"))
            }
        };
        label.void = Some(state);
        let note = format!("{id} of parcel {}{words}", label.parcel);
        self.owe_labels();
        Ok(self.with_entry(stamp, what, note))
    }

    /// How a parcel leaves: as it is told, or with the label that was bought for it.
    pub fn leaving(&self, leaving: &Leaving) -> Result<HandOver, Rejection> {
        let Leaving { parcel, carrier, tracking_number, tracking_url } = leaving.clone();
        if let (Some(carrier), Some(tracking_number)) = (carrier, tracking_number) {
            return Ok(HandOver { parcel, carrier, tracking_number, tracking_url });
        }
        // A repetition of a hand-over is told the same way.
        if let Some(left) = &self.parcel(parcel)?.shipment {
            let Tracking { carrier, tracking_number, tracking_url } = left.tracking();
            return Ok(HandOver { parcel, carrier, tracking_number, tracking_url });
        }
        if self.status == FulfillmentStatus::Cancelled {
            return Err(self.not_in("be handed over", "packed"));
        }
        let bought = self.wanted_label(parcel).and_then(|label| label.bought.clone());
        let Some(Bought { carrier, tracking_number: Some(tracking_number), tracking_url: url, .. }) = bought else {
            let why =
                format!("no label with a number was bought for parcel {parcel}; tell carrier and tracking_number");
            return Err(Rejection::new(Code::NoLabel, why));
        };
        Ok(HandOver { parcel, carrier, tracking_number, tracking_url: tracking_url.or(url) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
