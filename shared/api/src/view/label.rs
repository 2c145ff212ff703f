//! Labels as clients see them.

use domain::{
    contact::WebUrl,
    fulfillment::{Bought, Label, LabelWish, Offered},
    ids::{LabelId, ParcelId},
    ledger::RequestState,
};
use jiff::Timestamp;
use serde::Serialize;

/// A label, without where it is kept: who knows that can read the customer's address.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Label"))]
pub struct LabelView {
    /// It is unique within its fulfillment only.
    pub id: LabelId,
    /// The parcel that it is for.
    pub parcel: ParcelId,
    /// The service that sells it: `easypost`.
    pub by: String,
    /// Which of the service's offers may be taken.
    pub wish: LabelWish,
    /// How far its purchase has come.
    pub purchase: RequestState,
    /// What the service offered. Absent until it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered: Option<Offered>,
    /// What was bought. Absent until it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bought: Option<BoughtLabel>,
    /// How far giving it back has come. Absent while it is wanted. When it has succeeded, the service has taken it back, or has
    /// taken the request on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void: Option<RequestState>,
}

/// What was bought.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BoughtLabel {
    /// When, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub at: Timestamp,
    /// Who carries it.
    pub carrier: String,
    /// The carrier's number of the parcel. Absent if it has none: some letters are not tracked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// Where the service shows what becomes of it. Absent if it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<WebUrl>,
}

impl LabelView {
    pub(super) fn of(label: &Label) -> Self {
        let bought = |bought: &Bought| BoughtLabel {
            at: bought.at,
            carrier: bought.carrier.to_string(),
            tracking_number: bought.tracking_number.as_ref().map(ToString::to_string),
            tracking_url: bought.tracking_url.clone(),
        };
        Self {
            id: label.id,
            parcel: label.parcel,
            by: label.by.clone(),
            wish: label.wish.clone(),
            purchase: label.purchase.clone(),
            offered: label.offered.clone(),
            bought: label.bought.as_ref().map(bought),
            void: label.void.clone(),
        }
    }
}
