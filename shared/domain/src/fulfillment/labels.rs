//! Labels are bought once for each parcel, and given back when nobody uses them.
//!
//! A label is money. So its service is asked as payment providers are ([`RequestState`]): what is asked for is decided here first,
//! marked as sent before the service is asked, and recorded after. In between nobody knows what has happened, and the service is
//! asked what it knows before anything is bought.

use super::{Bought, Fulfillment, HandOver, Label, LabelWish, Offered, Shipment, Tracking};
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
};
use jiff::Timestamp;

/// The most labels that one fulfillment has, with those that failed and those that were given back.
pub const MAX_LABELS: usize = 100;

/// A label to be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelOrder {
    pub parcel: ParcelId,
    /// The service that sells it.
    pub by: String,
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
    /// Orders a label for a packed parcel. One label at most is wanted for a parcel: another one may be ordered once that has failed, or was
    /// given up. The idempotency key makes a repetition harmless.
    pub fn order_label(mut self, order: &LabelOrder, stamp: &Stamp) -> Result<Self, Rejection> {
        let LabelOrder { parcel, by, wish, key } = order;
        if let Some(known) = self.labels.iter().find(|label| label.key == *key) {
            let is_same = (&known.parcel, &known.by, &known.wish) == (parcel, by, wish);
            let other = "this idempotency key was used for another label";
            return if is_same { Ok(self) } else { Err(Rejection::new(Code::KeyReused, other)) };
        }
        let own = self.parcel(*parcel)?;
        if own.shipment.is_some() {
            let why = format!("parcel {parcel} is with a carrier already, and needs no label");
            return Err(Rejection::new(Code::AlreadyHandedOver, why));
        }
        if !self.status.is_work() {
            return Err(self.not_in("have labels", "packed or being packed"));
        }
        if own.dimensions_mm.is_none() {
            let why = format!("parcel {parcel} was packed without dimensions_mm, and carriers ask for them");
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
        self.labels.iter().rev().find(|label| label.parcel == parcel && label.is_wanted())
    }

    /// Gives a parcel's label up. One that was not bought is not bought any more, and one that was goes back. Giving up again
    /// changes nothing.
    pub fn give_up_label(mut self, parcel: ParcelId, stamp: &Stamp) -> Result<Self, Rejection> {
        let own = self.parcel(parcel)?;
        let Some(label) = self.wanted_label(parcel) else { return Ok(self) };
        let number = own.shipment.as_ref().map(|shipment| &shipment.tracking_number);
        if number.is_some() && number == label.bought.as_ref().map(|bought| &bought.tracking_number) {
            let why = format!("parcel {parcel} has left with label {}", label.id);
            return Err(Rejection::new(Code::AlreadyHandedOver, why));
        }
        let id = label.id;
        self.give_up(id);
        Ok(self.with_entry(stamp, Event::LabelGivenUp, format!("{id} of parcel {parcel}")))
    }

    /// Gives up every label that no parcel can leave with any more.
    pub(super) fn give_up_unused_labels(&mut self) {
        let is_of_use = |label: &Label| {
            let parcel = self.parcels.iter().find(|parcel| parcel.id == label.parcel);
            match parcel.and_then(|parcel| parcel.shipment.as_ref()) {
                Some(Shipment { tracking_number, corrected, .. }) => {
                    let leaves_with = |bought: &Bought| {
                        bought.tracking_number == *tracking_number
                            || corrected.iter().any(|was| was.tracking_number == bought.tracking_number)
                    };
                    label.bought.as_ref().is_some_and(leaves_with)
                }
                None => parcel.is_some() && self.status.is_work(),
            }
        };
        let useless = |label: &&Label| label.is_wanted() && !is_of_use(label);
        let useless: Vec<LabelId> = self.labels.iter().filter(useless).map(|label| label.id).collect();
        if !Safeguard::UnusedLabelGoesBack.is_off() {
            useless.into_iter().for_each(|id| self.give_up(id));
        }
        self.owe_labels();
    }

    fn give_up(&mut self, id: LabelId) {
        for label in self.labels.iter_mut().filter(|label| label.id == id) {
            label.void = Some(RequestState::Intended);
            if label.purchase == RequestState::Intended {
                let reason = "it was given up before it was bought".to_owned();
                label.purchase = RequestState::Failed { reason, refused: false };
            }
        }
        self.owe_labels();
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
        let unknown = || Rejection::new(Code::UnknownLabel, format!("the fulfillment has no label {id}"));
        self.labels.iter_mut().find(|label| label.id == id).ok_or_else(unknown)
    }

    /// Records what was offered, and that the service is about to be asked for the label. From here on the outcome is unknown until it is recorded.
    pub fn label_sent(mut self, id: LabelId, offered: &Offered, at: Timestamp) -> Result<Self, Rejection> {
        let label = self.label_mut(id)?;
        if label.purchase == RequestState::Intended {
            label.offered = Some(offered.clone());
            label.purchase = RequestState::Sent { at };
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

    /// Records what was bought. If nobody wants it any more, it goes back.
    pub fn label_bought(mut self, id: LabelId, name: &str, bought: &Bought, stamp: &Stamp) -> Result<Self, Rejection> {
        let label = self.label_mut(id)?;
        if label.bought.is_some() {
            return Ok(self);
        }
        label.purchase = RequestState::Succeeded { provider_id: name.to_owned() };
        label.bought = Some(bought.clone());
        let cost = label
            .offered
            .as_ref()
            .map(|Offered { taken, .. }| format!(", {} {}", taken.service, taken.currency.format(taken.price)));
        let Bought { carrier, tracking_number, .. } = bought;
        let note = format!("{id} for parcel {}, {carrier} {tracking_number}{}", label.parcel, cost.unwrap_or_default());
        self.give_up_unused_labels();
        self.owe_notice();
        Ok(self.with_entry(stamp, Event::LabelBought, note))
    }

    /// Records that no label was bought, and none will be by this order.
    pub fn label_refused(mut self, id: LabelId, why: &str, stamp: &Stamp) -> Result<Self, Rejection> {
        let label = self.label_mut(id)?;
        if !label.purchase.is_owed() {
            return Ok(self);
        }
        label.purchase = RequestState::Failed { reason: why.to_owned(), refused: true };
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
        label.void = Some(match refused {
            None => RequestState::Succeeded { provider_id },
            Some(why) => RequestState::Failed { reason: why.to_owned(), refused: true },
        });
        let (what, note) = match refused {
            None => (Event::LabelVoided, format!("{id} of parcel {}", label.parcel)),
            Some(why) => (Event::LabelNotVoided, format!("{id} of parcel {}: {why}", label.parcel)),
        };
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
        let left = self.parcels.iter().find(|own| own.id == parcel).and_then(|own| own.shipment.as_ref());
        if let Some(left) = left {
            let Tracking { carrier, tracking_number, tracking_url } = left.tracking();
            return Ok(HandOver { parcel, carrier, tracking_number, tracking_url });
        }
        let bought = self.wanted_label(parcel).and_then(|label| label.bought.as_ref()).ok_or_else(|| {
            let why = format!("no label was bought for parcel {parcel}; tell carrier and tracking_number");
            Rejection::new(Code::NoLabel, why)
        })?;
        let url = tracking_url.or_else(|| bought.tracking_url.clone());
        let Bought { carrier, tracking_number, .. } = bought.clone();
        Ok(HandOver { parcel, carrier, tracking_number, tracking_url: url })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
