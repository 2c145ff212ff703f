//! Parcels as clients see them.

use domain::{
    contact::WebUrl,
    fulfillment::{Parcel, Shipment},
    parcel_state::ParcelState,
    placed_order::Address,
};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Parcel"))]
pub struct ParcelView {
    /// Where it is, as far as anybody has told.
    pub state: ParcelState,
    /// The page where it can be followed: the one that was told, or else its carrier's. Absent until it has left, and if the
    /// carrier is not known. A few carriers' pages need the address; lists of fulfillments leave these out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_page: Option<WebUrl>,
    /// Why its tracking number is probably mistyped. It was taken as it is; `POST …/tracking` corrects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_doubt: Option<&'static str>,
    #[serde(flatten)]
    pub parcel: Parcel,
}

impl ParcelView {
    pub(super) fn of(parcel: &Parcel, to: Option<&Address>) -> Self {
        let shipment = parcel.shipment.as_ref();
        Self {
            state: parcel.state(),
            tracking_page: shipment.and_then(|shipment| shipment.tracking_page(to)),
            tracking_doubt: shipment.and_then(Shipment::tracking_doubt),
            parcel: parcel.clone(),
        }
    }
}
