//! A label that a service sells for a parcel: which one may be bought, what it cost, and whether it was given back.

use crate::{
    carriers::comparable,
    contact::WebUrl,
    ids::{LabelId, ParcelId},
    ledger::RequestState,
    money::{Amount, Currency},
    text::Text,
    tracking_number::TrackingNumber,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Offers that a label keeps beside the one that was taken.
pub const MAX_OTHER_OFFERS: usize = 5;
/// The most characters of what a service calls something.
const MAX_ID: usize = 200;

/// A label that was ordered for a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Label {
    /// It is unique within its fulfillment only.
    pub id: LabelId,
    /// The parcel that it is for.
    pub parcel: ParcelId,
    /// The service that sells it: `easypost`.
    pub by: String,
    /// The caller's idempotency key, so that ordering twice by accident is ordering once.
    pub key: String,
    /// Which of the service's offers may be taken.
    pub wish: LabelWish,
    /// How far its purchase has come.
    pub purchase: RequestState,
    /// What the service offered. Absent until it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<Offered>,
    /// What was bought. Absent until it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bought: Option<Bought>,
    /// How far giving it back has come. Absent while it is wanted. When it has succeeded, the service has taken it back, or has
    /// taken the request on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<RequestState>,
}

/// Which of a service's offers may be taken. The cheapest of them is, and the quickest of equally cheap ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LabelWish {
    /// Of this carrier only, by its name: `USPS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Text<1, 60>>,
    /// Of this service of a carrier only, by its name: `Priority`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Text<1, 60>>,
    /// Only what is delivered within so many days, as the service expects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::whole::TransitDays>"))]
    pub within_days: Option<u16>,
}

/// What a service would carry a parcel for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Offer {
    /// What the service calls the offer.
    pub id: String,
    /// Who carries it, as the service writes it.
    pub carrier: String,
    /// Which service of the carrier.
    pub service: String,
    /// In minor units.
    pub price: Amount,
    /// Of `price`.
    pub currency: Currency,
    /// How many days it takes, as the service expects. Absent if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// What a service offered for a parcel, and which of that is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Offered {
    /// What the service calls the shipment that it made offers for. Empty if it keeps none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shipment: String,
    /// The offer that is taken.
    pub taken: Offer,
    /// The cheapest of the others, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Offer>,
}

/// What was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bought {
    /// When, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// Who carries it, as the service writes it.
    pub carrier: Text<1, 60>,
    /// The carrier's number of the parcel. Absent if it has none: some letters are not tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<Text<1, 60>>,
    /// Where the service shows what becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<WebUrl>,
    /// Where the service keeps the label to be printed. Empty if it has none, and once the label is of no use.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
}

impl Label {
    /// Whether the service still has to be asked.
    pub fn is_owed(&self) -> bool {
        self.purchase.is_owed() || self.is_to_be_voided()
    }

    /// Whether it is bought, and its service still has to be asked to take it back.
    pub fn is_to_be_voided(&self) -> bool {
        self.bought.is_some() && self.void.as_ref().is_some_and(RequestState::is_owed)
    }

    /// Whether its parcel is to leave with it: it is bought or may be, and nobody has given it up.
    pub fn is_wanted(&self) -> bool {
        self.void.is_none() && !matches!(self.purchase, RequestState::Failed { .. })
    }

    /// Whether it has this number. USPS prints the destination's postal code before its numbers: what a scanner reads is longer.
    pub fn is_numbered(&self, number: &TrackingNumber) -> bool {
        const POSTAL_CODE_FIRST: &str = "420";
        let own = self.bought.as_ref().and_then(|bought| bought.tracking_number.as_ref());
        let own: Option<TrackingNumber> = own.and_then(|own| own.parse().ok());
        own.is_some_and(|own| {
            let told = number.as_str();
            own == *number || told.starts_with(POSTAL_CODE_FIRST) && told.ends_with(own.as_str())
        })
    }

    /// Names its purchase at the service, where it must be unique, among all orders.
    pub fn reference(&self, order: &str, fulfillment: &str) -> String {
        format!("{order}-{fulfillment}-{}", self.id)
    }

    /// Drops what nobody needs of a label that is of no use, because a fulfillment may have many of these.
    pub(super) fn forget_details(&mut self) {
        if let Some(offered) = &mut self.offered {
            offered.others.clear();
        }
        if let Some(bought) = &mut self.bought {
            bought.document.clear();
        }
    }

    /// Empties what a service wrote about it, which may name an address, and where its label is: an address is on it.
    pub(crate) fn forget_words(&mut self) {
        for state in [Some(&mut self.purchase), self.void.as_mut()].into_iter().flatten() {
            if let RequestState::Failed { reason, .. } | RequestState::Unknown { reason, .. } = state {
                reason.clear();
            }
        }
        self.forget_details();
        if let Some(bought) = &mut self.bought {
            bought.tracking_url = None;
        }
    }
}

impl LabelWish {
    /// Takes the cheapest offer that is wanted, in the order's currency if there is one. Otherwise says what was offered.
    pub fn choose(&self, shipment: &str, offers: Vec<Offer>, currency: Currency) -> Result<Offered, String> {
        let is_whole = |offer: &Offer| (1..=MAX_ID).contains(&offer.id.len()) && shipment.len() <= MAX_ID;
        let (mut fit, mut others): (Vec<Offer>, Vec<Offer>) =
            offers.into_iter().filter(is_whole).partition(|offer| self.takes(offer));
        let place = |offer: &Offer| {
            // Prices of different currencies are not compared.
            (
                (offer.currency != currency).then_some(offer.currency),
                offer.price,
                offer.days.unwrap_or(u16::MAX),
                offer.carrier.clone(),
                offer.service.clone(),
            )
        };
        fit.sort_by_cached_key(place);
        others.sort_by_cached_key(place);
        if fit.is_empty() {
            return Err(nothing_of(&others));
        }
        let taken = fit.remove(0);
        let others = fit.into_iter().chain(others).take(MAX_OTHER_OFFERS).collect();
        Ok(Offered { shipment: shipment.to_owned(), taken, others })
    }

    fn takes(&self, offer: &Offer) -> bool {
        let is = |wanted: &Option<Text<1, 60>>, own: &str| {
            wanted.as_ref().is_none_or(|wanted| comparable(wanted) == comparable(own))
        };
        is(&self.carrier, &offer.carrier)
            && is(&self.service, &offer.service)
            && self.within_days.is_none_or(|most| offer.days.is_some_and(|days| days <= most))
    }
}

/// Why no offer can be taken, for people.
fn nothing_of(others: &[Offer]) -> String {
    if others.is_empty() {
        return "no carrier offers to take this parcel to its address".to_owned();
    }
    let said = |offer: &Offer| {
        let days = offer.days.map(|days| format!(", days: {days}")).unwrap_or_default();
        format!("{} {} ({}{days})", offer.carrier, offer.service, offer.currency.format(offer.price))
    };
    let some: Vec<String> = others.iter().take(5).map(said).collect();
    format!("none of the offers is what was asked for; offered: {}", some.join(", "))
}
